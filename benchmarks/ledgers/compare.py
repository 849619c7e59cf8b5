"""Do the engines say the same? Every cell of the four outputs, to the last unit, and their order.

    python benchmarks/ledgers/compare.py OUT OTHER…

A column at a time, so that the largest book fits; the files are sorted by their keys, so rows stand beside each other.
An output is a file, or a folder with a file for each quarter.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

FIGURES = ("accounts", "opening", "closing", "retained", "revenue", "ups", "downs")
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
OUTPUTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "book": (
        ("quarter", "account_id"),
        ("opening", "closing", "retained", "revenue", "tier_before", "tier_after", "manager_id"),
    ),
    "sums": (("quarter", "manager_id"), (*FIGURES, *KINDS)),
    "orders": (("account_id",), ("first_on", "last_on", "orders", "total")),
    "movements": (("month", "account_id"), ("kind", "amount")),
}
"""The key and the other columns of each output."""
OURS = {"book": {"starts_on": "quarter"}, "sums": {"starts_on": "quarter"}, "orders": {"amount": "total"}}
"""What is called otherwise in bookscore."""
DAYS = ("quarter", "month", "first_on", "last_on")
TEXTS = ("account_id", "manager_id", "kind")
SHOWN = 2


def differences(one: Path, other: Path, outputs: Iterable[str] = OUTPUTS) -> list[str]:
    """What the outputs in the two folders say otherwise, in sentences with the first rows that differ."""
    return [sentence for name in outputs for sentence in _of_output(name, one, other)]


def rows(folder: Path) -> dict[str, int]:
    """How many rows each output has."""
    return {name: scanned(folder, name).select(pl.len()).collect().item() for name in OUTPUTS}


def _of_output(name: str, one: Path, other: Path) -> list[str]:
    key, values = OUTPUTS[name]
    odd = pl.Series([], dtype=pl.UInt32)
    for column in (*key, *values):
        mine, theirs = (_column(folder, name, column) for folder in (one, other))
        least = min(len(mine), len(theirs))
        here = mine.head(least).ne_missing(theirs.head(least)).arg_true().head(SHOWN)
        if len(mine) != len(theirs) and here.is_empty():
            here = pl.Series([least], dtype=pl.UInt32)
        odd = odd.append(here).unique().sort().head(SHOWN)
        if len(odd) and column == key[-1]:
            break
    said = [f"{name}: not sorted by {', '.join(key)}"] * (not _is_sorted(one, name, key))
    for row in odd:
        said.append(
            f"{name}, row {row}: {_row(one, name, row)} in {one.name}, {_row(other, name, row)} in {other.name}"
        )
    return said


def scanned(folder: Path, name: str) -> pl.LazyFrame:
    """The output in the types that all are compared in. Sums of which nothing is anything do not count."""
    quarters = sorted((folder / name).glob("*.parquet"))
    frame = pl.scan_parquet(quarters or folder / f"{name}.parquet").rename(OURS.get(name, {}), strict=False)
    if name == "sums":
        frame = frame.filter(pl.any_horizontal(pl.col(*FIGURES, *KINDS) != 0))
    kinds = frame.collect_schema()
    return frame.select(_plain(c, kinds[c]) for group in OUTPUTS[name] for c in group)


def _plain(column: str, kind: pl.DataType) -> pl.Expr:
    """The column in the type that all are compared in; money is whole ten-thousandths."""
    if isinstance(kind, pl.Decimal):
        return pl.col(column).to_physical().cast(pl.Int64)
    return pl.col(column).cast(pl.Date if column in DAYS else pl.String if column in TEXTS else pl.Int64)


def _column(folder: Path, name: str, column: str) -> pl.Series:
    return scanned(folder, name).select(column).collect().to_series()


def _is_sorted(folder: Path, name: str, key: Sequence[str]) -> bool:
    """Whether each key is more than the one above it; so no key stands there twice."""
    rises = pl.lit(value=False)
    for column in reversed(key):
        above = pl.col(column).shift()
        rises = (above < pl.col(column)) | ((above == pl.col(column)) & rises)
    return bool(scanned(folder, name).select(rises.all()).collect().item())


def _row(folder: Path, name: str, row: int) -> str:
    found = scanned(folder, name).slice(row, 1).collect()
    return (
        "(" + ", ".join(f"{c} {v}" for c, v in found.row(0, named=True).items()) + ")"
        if found.height
        else "no such row"
    )


if __name__ == "__main__":
    first, *others = (Path(argument) for argument in sys.argv[1:])
    print(json.dumps({"rows": rows(first), "differences": [d for other in others for d in differences(first, other)]}))
