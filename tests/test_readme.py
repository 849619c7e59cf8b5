"""Does the README keep its word? Every command it shows is run, in a copy of the project as it is shipped."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
BOOKSCORE = "uv run bookscore "
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


Told = tuple[int, str]
"""An exit code, and what was said."""


def by_shell(command: str, project: Path, environment: Mapping[str, str]) -> Told:
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@contextmanager
def loaded(project: Path, environment: Mapping[str, str]) -> Iterator[Callable[[str], Told]]:
    """Answers commands of the project as its shell would, `uv run bookscore` without loading libraries each time."""
    started = subprocess.Popen(
        ["python3", "-m", "uv", "run", "python", str(Path(__file__).parent / "loaded.py")],
        cwd=project,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with started as process:

        def answer(command: str) -> Told:
            if not command.startswith(BOOKSCORE):
                return by_shell(command, project, environment)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(shlex.split(command.removeprefix(BOOKSCORE))) + "\n")
            process.stdin.flush()
            code, said = json.loads(process.stdout.readline())
            return code, said

        yield answer


def test_every_command_of_the_readme_works_in_its_order(project: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    inside = str(Path(sys.prefix) / "bin")
    environment["PATH"] = os.pathsep.join(p for p in environment["PATH"].split(os.pathsep) if p != inside)
    first, *shown = commands()
    assert len(shown) >= 5
    code, said = by_shell(first, project, environment)
    assert code == 0, f"{first}\n{said}"
    with loaded(project, environment) as answer:
        for command in (part for line in shown for part in line.split(" && ")):
            alone, _, expected = command.partition(" || test $? -eq ")
            code, said = answer(alone)
            assert code == int(expected or 0), f"{command}\n{said}"
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
