"""What does one month more cost, or a quarter, when what was before was read already? And is the answer the same?

uv run --group bench python benchmarks/ledgers added FOLDER [--runs 3] [--write]

The last months' files are taken out of a copy of the ledger, a history of the rest is kept, they are put back, and the
history is made again; in turn with one of all files at once. With a month the last quarter is told before, too, as far
as it goes; with a quarter, which has rates of its own, it is not. The four outputs must be equal, cell by cell.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from side_by_side import Contender, between_markers, table

HERE = Path(__file__).parent
GOAL = 0.1
"""Of the whole."""


WHOLE, AGAIN = "all files, nothing kept", "nothing new"
BEFORE = {1: "all months but the last, kept", 3: "all quarters but the last, kept"}
ADDED = {1: "the last month added", 3: "the last quarter added"}


def added(ledger: Path, runs: int) -> tuple[dict[str, Contender], float]:
    """What each way cost, and the MB that were kept. Raises SystemExit where the answers differ."""
    with tempfile.TemporaryDirectory() as name:
        place, kept = Path(name) / "ledger", Path(name) / "kept"
        shutil.copytree(ledger, place, copy_function=os.link, ignore=shutil.ignore_patterns("*.csv"))
        found = {WHOLE: _contender(WHOLE, place, Path(name))}
        for months in (3, 1):
            told = 36 if months == 1 else 33
            found[BEFORE[months]] = _contender(BEFORE[months], place, Path(name), kept, told)
            found[ADDED[months]] = _contender(ADDED[months], place, Path(name), kept)
        found[AGAIN] = _contender(AGAIN, place, Path(name), kept)
        for _ in range(runs):
            found[WHOLE].run()
            for months in (3, 1):
                shutil.rmtree(kept, ignore_errors=True)
                last = [
                    file for lines in ("contracts", "invoices") for file in sorted(place.glob(f"{lines}-*"))[-months:]
                ]
                for file in last:
                    file.unlink()
                found[BEFORE[months]].run()
                for file in last:
                    os.link(ledger / file.name, file)
                found[ADDED[months]].run()
            found[AGAIN].run()
        outs = (found[way].arguments[2] for way in (WHOLE, *ADDED.values(), AGAIN))
        judge = Contender("the comparison", [str(HERE / "compare.py"), *outs])
        judge.run()
        if differences := judge.said[0]["differences"]:
            raise SystemExit("\n".join(["The answers differ.", *differences]))
        return found, sum(file.stat().st_size for file in kept.rglob("*.parquet")) / 1e6


def _contender(way: str, ledger: Path, out: Path, kept: Path | None = None, months: int = 36) -> Contender:
    more = [str(kept), str(months)] if kept else []
    return Contender(way, [str(HERE / "in_bookscore.py"), str(ledger), str(out / way), "parquet", *more])


def main(arguments: Sequence[str]) -> None:
    """Measures; with `--write` the table goes to the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    found, kept = added(asked.ledger, asked.runs)
    cost = {way: [median(said[kind] for said in one.said) for kind in ("cpu", "wall")] for way, one in found.items()}
    whole = cost[WHOLE][0]
    rows = [
        (way, f"{cpu:.2f}", f"{wall:.2f}", f"{cpu / whole:.0%}", f"{median(found[way].peak_mib):,.0f}")
        for way, (cpu, wall) in cost.items()
    ]
    text = table(("history of", "CPU s", "wall s", "of the whole", "peak MiB"), rows) + (
        f"\nKept on the disk: {kept:,.0f} MB. All cells are equal. The goal for a month: {GOAL:.0%}.\n"
    )
    print(text)
    if asked.write:
        between_markers("ledgers, a month added", text)
