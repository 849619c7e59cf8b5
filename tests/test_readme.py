"""Does the README keep its word? Every command it shows is run, in a copy of the project as it is shipped."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = ("pyproject.toml", "README.md", "LICENSE", "rules.yaml", "scoring", "adapters")


def commands() -> list[str]:
    """The lines of all shell blocks, in order; the one that runs these tests is left out."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    return [line for line in lines if not line.endswith("pytest")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped files in a folder of their own."""
    folder = tmp_path_factory.mktemp("project")
    for name in SHIPPED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    return folder


def test_every_command_of_the_readme_works_in_its_order(project: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    inside = str(Path(sys.prefix) / "bin")
    environment["PATH"] = os.pathsep.join(p for p in environment["PATH"].split(os.pathsep) if p != inside)
    shown = commands()
    assert len(shown) >= 5
    for command in shown:
        done = subprocess.run(
            ["bash", "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert (project / "demo/scorecards/2026-Q2/league.html").is_file()


def test_the_readme_shows_one_line_for_the_main_job_and_one_for_the_tests() -> None:
    text = (ROOT / "README.md").read_text()
    for mark in ("main", "tests"):
        block = re.search(rf"<!-- {mark} -->\n```sh\n(.*?)```", text, flags=re.DOTALL)
        assert block is not None
        assert len(block.group(1).strip().splitlines()) == 1
