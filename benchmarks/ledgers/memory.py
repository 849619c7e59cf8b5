"""Does memory follow the accounts, or the lines? The same accounts with their lines once, and several times over.

uv run --group bench python benchmarks/ledgers memory FOLDER [--times 1 3 6] [--write]
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from side_by_side import Contender, between_markers, table

HERE = Path(__file__).parent
ONCE = ("accounts", "ownership", "rates")


def repeated(ledger: Path, times: int, place: Path) -> Path:
    """A folder in which the files of lines are so many times, under other names, and the small tables once."""
    place.mkdir()
    for file in ledger.glob("*.parquet"):
        for number in range(1 if file.stem in ONCE else times):
            os.link(file, place / f"{file.stem}{f'-{number}' if number else ''}.parquet")
    return place


def measured(ledger: Path, times: Sequence[int]) -> list[tuple[str, str, str, str]]:
    """The rows of the table: how many lines, and what they cost."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for count in times:
            folder = repeated(ledger, count, Path(name) / f"{count}")
            floor = Contender("floor", [str(HERE / "floor.py"), str(folder), name])
            one = Contender("bookscore", [str(HERE / "in_bookscore.py"), str(folder), str(Path(name) / "out")])
            floor.run()
            one.run()
            lines = f"{floor.said[0]['lines']:,}"
            rows.append((f"{count}", lines, f"{one.said[0]['cpu']:.2f}", f"{one.peak_mib[0]:,.0f}"))
    return rows


def main(arguments: Sequence[str]) -> None:
    """Measures; with `--write` the table goes to the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 3, 6])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    text = table(("lines of each account, times", "lines", "CPU s", "peak MiB"), measured(asked.ledger, asked.times))
    print(text)
    if asked.write:
        between_markers("ledgers, memory", text)
