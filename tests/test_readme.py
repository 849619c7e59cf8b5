"""Does the README keep its word? Every command it shows is run, in a copy of the project as it is shipped."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = ("pyproject.toml", "README.md", "LICENSE", "rules.yaml", "scoring", "adapters")


def commands() -> list[str]:
    """The lines of all shell blocks, in order; the one that runs these tests is left out, and the one that serves."""
    text = re.sub(r"<!-- serve -->\n```sh\n.*?```", "", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
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


def test_the_page_is_served_as_shown_and_stops_when_told(project: Path) -> None:
    adding, serving = _block("serve").splitlines()
    added = subprocess.run(["bash", "-c", adding], cwd=project, capture_output=True, text=True, check=True)
    link = re.search(r"/sign-in/link\?token=\S+", added.stdout + added.stderr)
    assert link is not None, added.stdout + added.stderr
    server = subprocess.Popen(
        ["bash", "-c", f"exec {serving} --port 0"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        said = next(line for line in server.stdout if "http://127.0.0.1:" in line)
        home = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert home is not None
        with urlopen(home[0] + link[0]) as answer:  # noqa: S310  a page of ours, on this machine
            assert answer.status == 200
            assert "password" in answer.read().decode().lower()
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) == 0


def _block(mark: str) -> str:
    """What the shell block with that mark holds."""
    block = re.search(rf"<!-- {mark} -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert block is not None
    return block[1].strip()


def test_the_readme_shows_one_line_for_the_main_job_and_one_for_the_tests() -> None:
    for mark in ("main", "tests"):
        assert len(_block(mark).splitlines()) == 1
