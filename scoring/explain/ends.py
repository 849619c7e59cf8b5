"""What stands behind an account's before and after? The rows of the exports, adding up to them exactly."""

from decimal import Decimal

import polars as pl

from scoring.explain.model import SourceRow, Whole
from scoring.explain.refusals import UnexplainedError

_END = ("before", "after")


def ends_of(book: pl.LazyFrame) -> pl.LazyFrame:
    """What the whole book says of each account at both ends, whoever is credited with it.

    One row per account: account_id, before, after.
    """
    return book.group_by("account_id").agg(pl.col(*_END).sum())


def whole(account_id: str, lines: pl.DataFrame, ends: pl.DataFrame) -> Whole:
    """The account at both ends, whoever is credited with it, from its `lines` and its row of the ends.

    Raises UnexplainedError where the lines do not add up to what the book says.
    """
    sums = {end: _sum(lines, end) for end in _END}
    for end, found in sums.items():
        if (counted := max(found, Decimal(0))) != (said := _sum(ends, end)):
            raise UnexplainedError(f"what account {account_id} brought {end}", counted, said)
    largest = pl.col("before").abs() + pl.col("after").abs()
    in_order = lines.sort(largest, "line_id", "origin_file", "origin_row", descending=[True, False, False, False])
    rows = (
        SourceRow(f"{r['origin_file']}:{r['origin_row']}", r["line_id"], r["product"], r["before"], r["after"])
        for r in in_order.iter_rows(named=True)
    )
    return Whole(**sums, rows=tuple(rows))


def _sum(rows: pl.DataFrame, end: str) -> Decimal:
    return sum(rows[end].to_list(), Decimal(0))
