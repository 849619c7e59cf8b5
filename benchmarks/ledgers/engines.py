"""Does the whole way from ledger to sums stay fast when ledgers are large? One workload, several engines.

Ledgers of 36 months are made where they are missing. Each engine reads the same files in a process of its own, in turn,
and writes four outputs: the book by account and quarter, sums by manager and quarter, orders by account, and movements
by account and month. All must be equal to the last ten-thousandth of a euro, or the command stops with the first rows
that differ; missed goals of speed end it with exit code 1.

    uv run --group bench python benchmarks/ledgers [--sizes S M] [--runs 3] [--write]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from statistics import median

from drawing import drawn
from goals import BEST, CSV, FLOOR, OURS, PANDAS, PLAIN, Runs, exponent, lines, middle, ratio, verdicts
from side_by_side import Contender, between_markers, table

HERE = Path(__file__).parent
SIZES = ("S", "M", "L")
PROGRAMS = {
    OURS: ("in_bookscore.py", "parquet"),
    BEST: ("in_duckdb.py", "best", "parquet"),
    PLAIN: ("in_duckdb.py", "plain", "parquet"),
    PANDAS: ("in_pandas.py",),
    FLOOR: ("floor.py", "parquet"),
    OURS + CSV: ("in_bookscore.py", "csv"),
    BEST + CSV: ("in_duckdb.py", "best", "csv"),
    FLOOR + CSV: ("floor.py", "csv"),
}
SMALL_ONLY = {
    PANDAS: ("S",),
    PLAIN: ("S", "M"),
    OURS + CSV: ("S", "M"),
    BEST + CSV: ("S", "M"),
    FLOOR + CSV: ("S", "M"),
}
"""By what it takes at S, pandas would need some 40 GiB at L; DuckDB's plain form had taken 11; CSV files of L
would be 7 GB."""
HEAD = (
    "ledger", "engine", "CPU s", "wall s", "whole process, CPU s", "peak MiB", "MB read", "times DuckDB", "times floor",
)  # fmt: skip


def contenders(size: str, root: Path, without: Sequence[str]) -> dict[str, Contender]:
    """Who runs at the size, each with an output folder of its own."""
    made = {}
    for name, (program, *more) in PROGRAMS.items():
        if size in SMALL_ONLY.get(name, SIZES) and not any(name.startswith(word) for word in without):
            out = root / f"out-{size}" / name.replace(",", "").replace(" ", "-")
            made[name] = Contender(name, [str(HERE / program), str(_ledger(size, root)), str(out), *more])
    return made


def run(size: str, runs: int, root: Path, without: Sequence[str]) -> dict[str, Contender]:
    """All of them in turn. Raises SystemExit where outputs differ, after each round."""
    made = contenders(size, root, without)
    for _ in range(runs):
        for one in made.values():
            one.run()
            _say(f"{size}  {one.name:<22}{one.cpu[-1]:8.2f} CPU s {one.wall[-1]:8.2f} s {one.peak_mib[-1]:7,.0f} MiB")
        _compared(size, [Path(one.arguments[2]) for name, one in made.items() if not name.startswith(FLOOR)])
    return made


def _compared(size: str, outputs: Sequence[Path]) -> None:
    judge = Contender("the comparison", [str(HERE / "compare.py"), *(str(place) for place in outputs)])
    judge.run()
    if found := judge.said[0]["differences"]:
        raise SystemExit("\n".join(["The engines do not agree, so nothing is written.", *found]))
    rows = ", ".join(f"{name} {count:,}" for name, count in judge.said[0]["rows"].items())
    _say(f"{size}  {len(outputs)} outputs are equal; rows: {rows}")


def make_missing(size: str, root: Path) -> None:
    """Makes what is not there of the ledger; its rates are written last."""
    needed = ("parquet",) if size == "L" else ("parquet", "csv")
    missing = [
        kind
        for kind in needed
        if not all((_ledger(size, root) / f"{f}.{kind}").exists() for f in ("accounts", "rates"))
    ]
    if missing:
        _say(f"{size}  making the ledger: {', '.join(missing)}")
        subprocess.run([sys.executable, str(HERE / "made.py"), size, str(root), *missing], check=True)


def _ledger(size: str, root: Path) -> Path:
    return root / f"ledger-{size}"


def _say(text: str) -> None:
    print(text, flush=True)


def rows(found: Runs) -> Iterator[list[str]]:
    """The rows of the table: a line for each engine at each size."""
    for size, made in found.items():
        for name, one in made.items():
            times = [ratio(made, name, peer) for peer in (BEST, FLOOR)]
            yield [
                f"{size}, {lines(made):,} lines", name,
                f"{middle(one, 'cpu'):,.2f}", f"{middle(one, 'wall'):,.2f}", f"{median(one.cpu):,.2f}",
                f"{median(one.peak_mib):,.0f}", f"{middle(one, 'read_mb'):,.0f}",
                *("" if share is None else f"{share:.2f}" for share in times),
            ]  # fmt: skip


def report(found: Runs) -> str:
    """All tables: what it cost, the goals, and how it grows."""
    growth = {name: exponent(found, name) for name in PROGRAMS}
    grown = [f"{name} {value:.2f}" for name, value in growth.items() if value is not None]
    versions = {name: one.said[0]["version"] for made in found.values() for name, one in made.items()}
    said = [
        f"{word} {versions[name]}"
        for name, word in ((FLOOR, "Polars"), (BEST, "DuckDB"), (PANDAS, PANDAS))
        if name in versions
    ]
    parts = [table(HEAD, rows(found))]
    if judged := [verdict.row for verdict in verdicts(found)]:
        parts.append(table(("goal of bookscore", "found", "at most", ""), judged))
    if grown:
        parts.append(f"CPU seconds grow with lines by the power of: {'; '.join(grown)}.\n")
    parts.append(f"With {', '.join(said)}.\n")
    return "\n".join(parts)


def picture(found: Runs) -> str:
    """The engines that read Parquet, each at all its sizes."""
    engines = {
        name: [(lines(made), middle(made[name], "cpu")) for made in found.values() if name in made]
        for name in PROGRAMS
        if not name.endswith(CSV)
    }
    known = {name: points for name, points in engines.items() if points}
    return drawn("From ledger to sums, CPU seconds", known, ours=OURS, dashed=FLOOR)


def main() -> None:
    """Makes, runs, compares, judges; with `--write` the tables and the picture go to the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--runs", nargs="+", type=int, default=[3, 3, 1], help="for each size; the last one goes on")
    parser.add_argument("--root", type=Path, default=Path(tempfile.gettempdir()) / "bookscore-ledgers")
    parser.add_argument(
        "--without", nargs="+", default=[], choices=(OURS, PANDAS, "DuckDB"), help="engines to leave out"
    )
    parser.add_argument("--write", action="store_true", help="put the result into the README")
    asked = parser.parse_args()
    found: dict[str, dict[str, Contender]] = {}
    for size, runs in zip(asked.sizes, chain(asked.runs, repeat(asked.runs[-1])), strict=False):
        make_missing(size, asked.root)
        found[size] = run(size, runs, asked.root, asked.without)
    text = report(found)
    _say(f"\n{text}")
    if asked.write:
        between_markers("ledgers", f"{text}\n![CPU seconds of each engine at each size](ledgers.svg)")
        (HERE.parent / "ledgers.svg").write_text(picture(found), encoding="utf-8")
    if not all(verdict.is_met for verdict in verdicts(found)):
        raise SystemExit(1)
