"""What does one month more cost, when the months before it were read already? And is the answer the same?

uv run --group bench python benchmarks/ledgers added FOLDER [--runs 3] [--write]

The last month's files are taken out of a copy of the ledger, a history of the rest is kept, they are put back, and the
history is made again; in turn with one of all files at once. The four outputs must be equal, cell by cell.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from side_by_side import Contender, between_markers, table

HERE = Path(__file__).parent
GOAL = 0.1
"""Of the whole."""


def added(ledger: Path, runs: int) -> tuple[dict[str, Contender], float]:
    """What each way cost, and the MB that were kept. Raises SystemExit where the answers differ."""
    with tempfile.TemporaryDirectory() as name:
        place, kept = Path(name) / "ledger", Path(name) / "kept"
        shutil.copytree(ledger, place, copy_function=os.link, ignore=shutil.ignore_patterns("*.csv"))
        ways = {
            "all files, nothing kept": [],
            "all months but the last, kept": [str(kept)],
            "the last month added": [str(kept)],
            "nothing new": [str(kept)],
        }
        found = {
            way: Contender(
                way,
                [str(HERE / "in_bookscore.py"), str(place), str(Path(name) / way.replace(" ", "-")), "parquet", *more],
            )
            for way, more in ways.items()
        }
        last = sorted(place.glob("contracts-*"))[-1].name.removeprefix("contracts-")
        for _ in range(runs):
            shutil.rmtree(kept, ignore_errors=True)
            for way, one in found.items():
                if "but the last" in way:
                    for table_name in ("contracts", "invoices"):
                        (place / f"{table_name}-{last}").unlink()
                one.run()
                for table_name in ("contracts", "invoices"):
                    if not (place / f"{table_name}-{last}").exists():
                        os.link(ledger / f"{table_name}-{last}", place / f"{table_name}-{last}")
                print(f"{way:<32}{one.cpu[-1]:8.2f} CPU s, whole process", flush=True)
        whole, _, *others = (one.arguments[2] for one in found.values())
        judge = [sys.executable, str(HERE / "compare.py"), whole, *others]
        if '"differences": []' not in (
            said := subprocess.run(judge, check=True, capture_output=True, text=True).stdout
        ):
            raise SystemExit(f"the answers differ: {said}")
        return found, sum(file.stat().st_size for file in kept.rglob("*.parquet")) / 1e6


def main(arguments: Sequence[str]) -> None:
    """Measures; with `--write` the table goes to the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    found, kept = added(asked.ledger, asked.runs)
    cost = {way: [median(said[kind] for said in one.said) for kind in ("cpu", "wall")] for way, one in found.items()}
    whole = next(iter(cost.values()))[0]
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
