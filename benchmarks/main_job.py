"""What does the main job cost? CPU seconds, seconds and peak memory of whole commands, and CPU of the work after start.

Prints the table of `benchmarks/README.md`. Each case runs in a process of its own, several times, in turn with
the others; the median is shown. Ledgers have a hundred lines an account, made companies about twenty rows. With
BOOKSCORE_DATA naming a folder that holds `online_retail`, that is measured, too.

    uv run python benchmarks/main_job.py [--runs 5] [--accounts 1000 10000 50000 100000] [--ledgers S M]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
AFTER_START = """
import sys, time
from datetime import date
from pathlib import Path
from scoring.cli.shared.threads import fitted
fitted(Path(sys.argv[1]))  # before Polars is loaded, as the command does
import scipy.special, scoring.cli, scoring.pipeline, scoring.reports.outputs
from scoring.pipeline import Request, run
from scoring.reports import outputs
start = time.process_time()
made = run(Request(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), set_aside=True))
outputs.write(made, Path(sys.argv[3]))
print(time.process_time() - start)
"""


@dataclass
class Case:
    """One thing that is measured: a command, and whether it prints its own CPU seconds after start."""

    name: str
    command: list[str]
    prints_seconds: bool = False
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    after_start: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Runs it once and keeps what it cost."""
        begun = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{self.name}: failed; run {' '.join(self.command)}")
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.wall.append(time.perf_counter() - begun)
        self.peak_mib.append(usage.ru_maxrss / 1024)
        if self.prints_seconds:
            self.after_start.append(float(output.split()[-1]))

    @property
    def row(self) -> str:
        """Its line of the table."""
        after = f"{median(self.after_start):.2f}" if self.after_start else ""
        figures = (f"{median(self.cpu):.2f}", f"{median(self.wall):.1f}", after, f"{median(self.peak_mib):.0f}")
        return f"| {self.name} | {' | '.join(figures)} |"


def cases(scratch: Path, sizes: Sequence[int], ledgers: Sequence[str]) -> list[Case]:
    """What is measured, with its inputs made in `scratch`; `sizes` are how many accounts made companies have, `ledgers`
    the sizes of ledgers."""
    python, command = sys.executable, [sys.executable, "-m", "scoring.cli"]

    def scored(name: str, folder: Path, as_of: str) -> Case:
        return Case(name, [python, "-c", AFTER_START, str(folder), as_of, str(folder / "out")], prints_seconds=True)

    made = [Case("`bookscore --help`", [*command, "--help"])]
    for accounts in sizes:
        folder = scratch / f"demo{accounts}"
        size = ["--accounts", str(accounts)]
        subprocess.run([*command, "init", str(folder), "--demo", *size], check=True, capture_output=True, cwd=ROOT)
        made.append(scored(f"made company, {accounts:,} accounts, all files written", folder, "2026-06-30"))
    for size in ledgers:
        making = [python, str(ROOT / "benchmarks/ledgers/made.py"), size, str(scratch)]
        said = subprocess.run(making, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()
        folder = scratch / f"ledger-{size}"
        shutil.copy(ROOT / "rules.yaml", folder)
        made.append(scored(f"ledger of {said}, all files written", folder, "2026-06-30"))
    data = Path(os.environ.get("BOOKSCORE_DATA", "")) / "online_retail"
    if os.environ.get("BOOKSCORE_DATA") and data.is_dir():
        folder = scratch / "online_retail"
        shutil.copytree(data, folder)
        for settings in (ROOT / "tests/companies/online_retail").glob("*.yaml"):
            shutil.copy(settings, folder)
        made.append(scored("`online_retail`, 541,909 invoice lines", folder, "2011-12-31"))
    return made


def main() -> None:
    """Measures everything in turn and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--ledgers", nargs="*", default=[], choices=["S", "M"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measured = cases(Path(scratch), asked.accounts, asked.ledgers)
        for _ in range(asked.runs):
            for case in measured:
                case.run()
    print("| what | CPU s, whole process | wall s | CPU s after start | peak MiB |\n|---|---|---|---|---|")
    print("\n".join(case.row for case in measured))


if __name__ == "__main__":
    main()
