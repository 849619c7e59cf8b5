"""What is worth how much, at the rates and on the day on which one looks? One row per account, day and code."""

from collections.abc import Iterable, Sequence

import polars as pl

from scoring.packed import codes
from scoring.packed.each import priced
from scoring.packed.events import events
from scoring.packed.facts import AT_ONCE, NotPackedError
from scoring.packed.keys import code_of, day_in, number
from scoring.packed.reading import Reading
from scoring.packed.runs import is_last, parted

SCHEMA = {"key": pl.Int64(), "value": pl.Int64()}
"""`value` in ten-thousandths a month; never 0 where rows are sorted by `key`, and no key is there twice."""


def of_lines(pieces: Iterable[pl.LazyFrame], by: Reading) -> pl.DataFrame:
    """What lines, as `events.paying`, in several pieces are worth, as `SCHEMA`, sorted. Raises NotPackedError."""
    found: list[pl.DataFrame] = []
    for piece in pieces:
        rows = events(priced(piece, by.rates), "value").group_by("key").agg(pl.col("value").sum())
        made = rows.filter((pl.col("value") != 0) | pl.col("key").is_null()).collect(engine="streaming")
        if made["key"].null_count():
            raise NotPackedError
        found.append(made)
        if sum(frame.height for frame in found) > AT_ONCE:
            found = [summed(found)]
    return _seen(summed(found), by)


def of_facts(found: pl.DataFrame, by: Reading) -> pl.DataFrame:
    """What facts, sorted by key, are worth, as `SCHEMA`, sorted. Raises NotPackedError where there is no rate."""
    rows = priced(found.lazy(), by.rates).collect(engine="in-memory")
    if rows["value"].null_count():
        raise NotPackedError
    return _seen(rows, by)


def summed(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames in any order, in which keys may be there twice, as one, as `SCHEMA`, sorted."""
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    return _parted(pl.concat(found).sort("key").lazy())


def _seen(found: pl.DataFrame, by: Reading) -> pl.DataFrame:
    """What counts by now; that a line is over matters only where its renewal would be waited for."""
    key, tomorrow = pl.col("key"), number(by.as_of) + 1
    waits = (day_in(key) > tomorrow - by.terms.gap_tolerance_days) & (day_in(key) < tomorrow)
    is_past = codes.is_over(code_of(key)) & ~waits
    known = found.lazy().filter(day_in(key) <= number(by.until))
    return _parted(known.with_columns(pl.when(is_past).then(codes.not_over(key)).otherwise(key).alias("key")))


def _parted(rows: pl.LazyFrame) -> pl.DataFrame:
    """Rows sorted by key, as `SCHEMA`."""
    return parted(rows, "value", is_last(pl.col("key"))).collect(engine="in-memory").set_sorted("key")
