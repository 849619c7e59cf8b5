"""What is left of all lines when what cancels out is gone? Facts: one row per account, code and day of change.

A line billed month by month ends on the day on which the next one begins, so that most events cancel: a hundred million
lines become some ten million facts. They are gathered piece by piece, so that memory follows the accounts.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from scoring.packed.events import SCHEMA, Reading, events
from scoring.packed.ids import Ids
from scoring.packed.runs import is_last

AT_ONCE = 40_000_000
"""Facts of several pieces are put together when there are so many of them."""


class NotPackedError(Exception):
    """Some lines cannot be read in the fast form; `ledger.history` must read all of them."""


def facts(pieces: Iterable[pl.LazyFrame], ids: Ids, by: Reading) -> pl.DataFrame:
    """The facts of contract lines in several pieces.

    One row per key, as `events.SCHEMA`, sorted by it; the value is never 0. Raises NotPackedError.
    """
    found: list[pl.DataFrame] = []
    for piece in pieces:
        found.append(_reduced(events(piece, ids, by)))
        if sum(frame.height for frame in found) > AT_ONCE:
            found = [summed(found)]
    return summed(found)


def facts_of(rows: pl.LazyFrame) -> pl.DataFrame:
    """As `facts`, from events."""
    return summed([_reduced(rows)])


def _reduced(rows: pl.LazyFrame) -> pl.DataFrame:
    """What is left of one piece. Raises NotPackedError."""
    left = rows.group_by("key").agg(pl.col("value").sum()).filter((pl.col("value") != 0) | pl.col("key").is_null())
    made = left.collect(engine="streaming")
    if made["key"].null_count():
        raise NotPackedError
    return made


def summed(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Facts of several pieces as one, sorted by key: equal keys stand together, so that a running sum adds them up."""
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    return (
        pl.concat(found)
        .sort("key")
        .lazy()
        .with_columns(pl.col("value").cum_sum())
        .filter(is_last(pl.col("key")))
        .with_columns(pl.col("value") - pl.col("value").shift(1, fill_value=0))
        .filter(pl.col("value") != 0)
        .collect(engine="in-memory")
        .set_sorted("key")
    )
