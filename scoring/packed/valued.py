"""What are facts worth? Changes at the rates of their days, and what other rates do to what runs on from before."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import polars as pl

from scoring.packed import each
from scoring.packed.eras import Era, priced
from scoring.packed.facts import NotPackedError
from scoring.packed.keys import CODES, account_of, code_of, day_in, narrow, number, on, packed, wide
from scoring.packed.runs import is_last, parted

SCHEMA = {"key": pl.Int64(), "value": pl.Int64(), "shift": pl.Int64()}
"""One row per account, day and code of a change, with its `value`; and rows of what other rates do to what was there
before any change of the day, the `shift`. Ten-thousandths a month; not both are 0."""


def of_facts(found: pl.DataFrame, eras: Sequence[Era]) -> pl.DataFrame:
    """What facts, sorted by key, are worth, as `SCHEMA`, sorted by key.

    Raises NotPackedError where there is no rate, or something is worth nothing at one.
    """
    rows = priced(found.lazy(), eras).collect(engine="in-memory")
    if rows["value"].null_count() or found.select(each.is_worth_nothing([era.rates for era in eras]).any()).item():
        raise NotPackedError
    changes = parted(rows.lazy(), "value", is_last(pl.col("key"))).with_columns(nothing("shift"))
    parts = pl.collect_all([changes, *_shifts(found, eras)])
    return pl.concat(parts).sort("key", maintain_order=True)


def _shifts(found: pl.DataFrame, eras: Sequence[Era]) -> Iterator[pl.LazyFrame]:
    """What the rates of each era but the first do to what runs on."""
    if len(eras) == 1:
        return
    key, row = pl.col("key"), wide(account_of(pl.col("key")) * CODES + code_of(pl.col("key")), pl.col("each"))
    foreign = (
        found.lazy().filter(pl.col("each") != each.OWN).select(row.alias("row"), day_in(key).alias("day"), "count")
    )
    left, running = foreign.collect(), pl.DataFrame(schema={"row": pl.Int128, "count": pl.Int64})
    for before, era in pairwise(eras):
        is_early = pl.col("day") < number(era.first)
        new, left = left.filter(is_early).select("row", "count"), left.filter(~is_early)
        running = pl.concat([running, new]).group_by("row").agg(pl.col("count").sum()).filter(pl.col("count") != 0)
        yield _shift(running, before, era)


def _shift(running: pl.DataFrame, before: Era, era: Era) -> pl.LazyFrame:
    """What the rates of an era do to so many of each, of an account and code (`row`), at the rates before."""
    facts = running.lazy().select(*narrow("row"), "count")
    then, now = (
        each.priced(facts, [one.rates]).select("key", pl.col("value").alias(name))
        for one, name in ((before, "then"), (era, "now"))
    )
    who, first = pl.col("key"), pl.lit(number(era.first), dtype=pl.Int64)
    return (
        pl.concat([then, now.select("now")], how="horizontal")
        .select(
            packed(who // CODES, on(who % CODES, first)).alias("key"),
            nothing("value"),
            (pl.col("now") - pl.col("then")).alias("shift"),
        )
        .filter(pl.col("shift") != 0)
    )


def nothing(name: str) -> pl.Expr:
    """A column of 0."""
    return pl.lit(0, dtype=pl.Int64).alias(name)
