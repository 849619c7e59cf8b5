"""What is left of all lines when what cancels out is gone? Facts: one row per account, code, day, and what is counted.

A line billed month by month ends on the day on which the next one begins, so that most events cancel: a hundred million
lines become some ten million facts. They are gathered piece by piece, so that memory follows the accounts. Facts know
no rate and no day on which one looks, so those of files that were read can be kept; `valued` says what they are worth.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from scoring.packed.keys import day_in, narrow, wide
from scoring.packed.runs import is_last, parted

SCHEMA = {"key": pl.Int64(), "each": pl.Int64(), "count": pl.Int64()}
"""`key` as `packed.keys`; `count` of `each`, as `packed.each`."""
INVOICED = {**SCHEMA, "days": pl.Int32()}
"""Facts of invoices: the days in their keys are the numbers of months, `days` has a bit for each day of an order."""
AT_ONCE = 40_000_000
"""Facts of several pieces are put together when there are so many of them."""
_AT_A_TIME = 5_000_000
"""So many of them are added up at a time."""


class NotPackedError(Exception):
    """Some lines cannot be read in the fast form; `ledger.history` must read all of them."""


def facts(pieces: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The facts of several pieces together: one row per `key` and `each`, sorted by both; as in each of the pieces,
    `count` is never 0."""
    found: list[pl.DataFrame] = []
    for piece in pieces:
        found.append(piece)
        if sum(frame.height for frame in found) > AT_ONCE:
            found = [_together(found)]
    return _together(found)


def added(known: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """The facts of two frames, each as `facts` gives them. Known ones of days before the first of `more` stay as is."""
    if known.is_empty() or more.is_empty():
        return more if known.is_empty() else known
    day = day_in(pl.col("key"))
    is_open = day >= more.select(day.min()).item()
    return known.filter(~is_open).merge_sorted(_merged(known.filter(is_open), more), "key")


def gathered(rows: pl.LazyFrame) -> pl.DataFrame:
    """The facts of one piece, in any order, as `SCHEMA`; of `days`, where rows have some, all bits.

    Raises NotPackedError where a row has no key.
    """
    days = [column for column in rows.collect_schema() if column == "days"]
    whole = wide(pl.col("key"), pl.col("each")).alias("wide")
    bits = [pl.col(column).bitwise_or() for column in days]
    left = rows.select(whole, "count", *days).group_by("wide").agg(pl.col("count").sum(), *bits)
    matters = pl.any_horizontal(pl.col("count", *days) != 0)
    made = left.filter(matters | pl.col("wide").is_null()).collect(engine="streaming")
    if made["wide"].null_count():
        raise NotPackedError
    return made.select(*narrow("wide"), "count", *days)


def _merged(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The facts of two frames, sorted, added up; faster than `_together`, which does without any order."""
    first, second = (
        frame.lazy().select(wide(pl.col("key"), pl.col("each")).alias("wide"), "count") for frame in (one, other)
    )
    merged = parted(first.merge_sorted(second, "wide"), "count", is_last(pl.col("wide")))
    return merged.select(*narrow("wide"), "count").collect(engine="in-memory")


def _together(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Facts are added up, then sorted, as only some are left; those of some accounts at a time."""
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    if len(found) == 1:
        return found[0].sort("key", "each")
    rows = sum(frame.height for frame in found)
    last = max(frame.select(pl.col("key").max().fill_null(0)).item() for frame in found)
    step = last // (rows // _AT_A_TIME + 1) + 1
    return pl.concat([_summed(found, first, first + step) for first in range(0, last + 1, step)])


def _summed(found: Sequence[pl.DataFrame], first: int, after: int) -> pl.DataFrame:
    """The facts with keys from one to before another, each added up, sorted."""
    key = pl.col("key")
    rows = pl.concat([frame.lazy().filter((key >= first) & (key < after)) for frame in found])
    summed = rows.group_by(wide(key, pl.col("each")).alias("wide")).agg(pl.col("count").sum())
    left = summed.filter(pl.col("count") != 0).collect(engine="streaming")
    return left.sort("wide").select(*narrow("wide"), "count")
