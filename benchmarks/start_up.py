"""How long does one wait for small commands? `--help`, and `check` and `run` of a small made company.

Each is a process of its own, in turn with the others; medians are shown. "After start" is `run` without interpreter and
imports: reading, checking, scoring, all files written. A missed goal ends the command with exit code 1.

    uv run python benchmarks/start_up.py [--runs 5] [--accounts 100] [--write]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from side_by_side import ROOT, between_markers, table

COMMAND = [sys.executable, "-m", "scoring.cli"]
AS_OF = "2026-06-30"
GOALS = {"`bookscore --help`": 0.7, "`bookscore run`, after start": 1.0}
"""CPU seconds."""
FINDS_FAULTS = 3
"""The exit code of `check` for the made company, which has some."""


@dataclass
class Waited:
    """A command, and what each of its runs cost: CPU and wall seconds, of the whole process or as it says itself.

    `expected` is the exit code that it has to end with.
    """

    name: str
    command: Sequence[str]
    says_seconds: bool = False
    expected: int = 0
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Runs it once and keeps what it cost."""
        begun = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) != self.expected:
            raise SystemExit(f"{self.name}: failed; run {' '.join(self.command)}")
        cpu, wall = usage.ru_utime + usage.ru_stime, time.perf_counter() - begun
        said = json.loads(output.splitlines()[-1]) if self.says_seconds else {"cpu": cpu, "wall": wall}
        self.cpu.append(said["cpu"])
        self.wall.append(said["wall"])

    @property
    def row(self) -> list[str]:
        """Its line of the table, with the goal where there is one."""
        goal = GOALS.get(self.name)
        judged = "" if goal is None else f"{goal:g}, {'met' if self.is_met else 'missed'}"
        return [self.name, f"{median(self.cpu):.2f}", f"{median(self.wall):.2f}", judged]

    @property
    def is_met(self) -> bool:
        """Whether it needs no more than its goal, if it has one."""
        return median(self.cpu) <= GOALS.get(self.name, float("inf"))


def after_start(folder: Path) -> dict[str, float]:
    """What a run costs when everything is imported."""
    from scoring.cli.shared.threads import fitted

    fitted(folder)  # before Polars is loaded, as the command does

    import gc
    from datetime import date

    import scipy.special  # noqa: F401  else the first score loads it

    from scoring.cli.app import YOUNG
    from scoring.intake import Request
    from scoring.pipeline import run
    from scoring.reports import outputs

    gc.set_threshold(YOUNG, 20, 20)  # as the command does
    cpu, wall = time.process_time(), time.perf_counter()
    outputs.write(run(Request(folder, date.fromisoformat(AS_OF), set_aside=True)), folder / "out")
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def waits(folder: Path) -> list[Waited]:
    """What is measured, in the order of the table."""
    day = ["--as-of", AS_OF]
    return [
        Waited("`bookscore --help`", [*COMMAND, "--help"]),
        Waited("`bookscore check`", [*COMMAND, "check", str(folder), *day], expected=FINDS_FAULTS),
        Waited("`bookscore run`", [*COMMAND, "run", str(folder), *day, "--set-aside"]),
        Waited("`bookscore run`, after start", [sys.executable, __file__, "--once", str(folder)], says_seconds=True),
    ]


def main() -> None:
    """Measures, prints the table and with `--write` puts it into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(after_start(asked.once)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "company"
        made = [*COMMAND, "init", str(folder), "--demo", "--accounts", str(asked.accounts)]
        subprocess.run(made, check=True, capture_output=True, cwd=ROOT)
        measured = waits(folder)
        for _ in range(asked.runs):
            for one in measured:
                one.run()
    text = table(("command", "CPU s", "wall s", "goal, CPU s"), [one.row for one in measured])
    sys.stdout.write(f"{asked.accounts} accounts\n{text}")
    if asked.write:
        between_markers("start up", text)
    if not all(one.is_met for one in measured):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
