"""What is left of all lines when what cancels out is gone? Facts: one row per account, code, day, and what is counted.

A line billed month by month ends on the day on which the next one begins, so that most events cancel: a hundred million
lines become some ten million facts. They are gathered piece by piece, so that memory follows the accounts. Facts know
no rate and no day on which one looks, so those of files that were read can be kept; `at_rates` makes money of them.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from scoring.packed import codes
from scoring.packed.each import priced
from scoring.packed.keys import code_of, day_in, narrow, number
from scoring.packed.reading import Reading
from scoring.packed.runs import is_last

SCHEMA = {"key": pl.Int64(), "each": pl.Int64(), "count": pl.Int64()}
AT_ONCE = 40_000_000
"""Facts of several pieces are put together when there are so many of them."""


class NotPackedError(Exception):
    """Some lines cannot be read in the fast form; `ledger.history` must read all of them."""


def facts(pieces: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The facts of several pieces together: one row per `key` and `each`, sorted by both; `count` is never 0."""
    found: list[pl.DataFrame] = []
    for piece in pieces:
        found.append(piece)
        if sum(frame.height for frame in found) > AT_ONCE:
            found = [_together(found)]
    return _together(found)


def gathered(rows: pl.LazyFrame) -> pl.DataFrame:
    """The facts of one piece, in any order, as `SCHEMA`; of `days`, where rows have some, all bits.

    `rows` have columns `wide`, as `keys.wide`, and `count`. Raises NotPackedError where a row has no key.
    """
    has_days = "days" in rows.collect_schema()
    days = [pl.col("days").bitwise_or()] if has_days else []
    left = rows.group_by("wide").agg(pl.col("count").sum(), *days)
    there = pl.col("count") != 0
    made = (
        left.filter((there | (pl.col("days") != 0) if has_days else there) | pl.col("wide").is_null())
        .select(*narrow("wide"), "count", *(["days"] if has_days else []))
        .collect(engine="streaming")
    )
    if made["key"].null_count():
        raise NotPackedError
    return made


def _together(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Equal keys stand together, so that a running sum adds them up."""
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    ends = is_last(pl.col("key")) | is_last(pl.col("each"))
    return _parted(pl.concat(found).sort("key", "each").lazy(), "count", ends).collect(engine="in-memory")


def _parted(sorted_rows: pl.LazyFrame, column: str, ends: pl.Expr) -> pl.LazyFrame:
    """One row per run of rows that `ends` says the end of, with the sum of the column, where it is not 0."""
    return (
        sorted_rows.with_columns(pl.col(column).cum_sum())
        .filter(ends)
        .with_columns(pl.col(column) - pl.col(column).shift(1, fill_value=0))
        .filter(pl.col(column) != 0)
    )


def at_rates(found: pl.DataFrame, by: Reading) -> pl.DataFrame:
    """What facts are worth up to the last day that counts: one row per `key`, sorted by it, `value` is never 0.

    That a line is over matters only where its renewal would be waited for. Raises NotPackedError without a rate.
    """
    key, tomorrow = pl.col("key"), number(by.as_of) + 1
    waits = (day_in(key) > tomorrow - by.terms.gap_tolerance_days) & (day_in(key) < tomorrow)
    known = found.lazy().filter(day_in(key) <= number(by.until))
    valued = priced(known, by.rates).with_columns(
        pl.when(codes.is_over(code_of(key)) & ~waits).then(codes.not_over(key)).otherwise(key).alias("key")
    )
    rows = valued.collect(engine="in-memory")
    if rows["value"].null_count():
        raise NotPackedError
    return _parted(rows.lazy(), "value", is_last(key)).collect(engine="in-memory").set_sorted("key")


def summed(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Valued facts in any order as one frame: one row per `key`, sorted by it, `value` is never 0."""
    rows = pl.concat(found).sort("key").lazy()
    return _parted(rows, "value", is_last(pl.col("key"))).collect(engine="in-memory").set_sorted("key")
