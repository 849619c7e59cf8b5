"""What are facts worth? Changes at the rates of their days, and what other rates do to what runs on from before."""

from collections.abc import Sequence

import polars as pl

from scoring.packed import each
from scoring.packed.eras import Era, era_of, priced
from scoring.packed.facts import NotPackedError
from scoring.packed.keys import CODES, account_of, code_of, narrow, number, on, packed, wide
from scoring.packed.runs import carried, is_first, is_last, parted

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
    if len(eras) == 1:
        return changes.collect(engine="in-memory")
    parts = pl.collect_all([changes, _shifts(found.filter(pl.col("each") != each.OWN), eras)])
    return pl.concat(parts).sort("key", maintain_order=True)


def _shifts(found: pl.DataFrame, eras: Sequence[Era]) -> pl.LazyFrame:
    """What the rates of each era but the first do to what runs on in other currencies, whose facts these are."""
    rates, running = [era.rates for era in eras], _running(found, [number(era.first) for era in eras])
    now, then = (
        each.priced(running.lazy(), rates, which).select("key", "era", pl.col("value").alias(name))
        for name, which in (("now", pl.col("era")), ("then", pl.col("era") - 1))
    )
    first = pl.lit(pl.Series([number(era.first) for era in eras], dtype=pl.Int64)).gather(pl.col("era"))
    who = pl.col("key")
    return (
        pl.concat([now, then.select("then")], how="horizontal")
        .select(
            packed(who // CODES, on(who % CODES, first)).alias("key"),
            nothing("value"),
            (pl.col("now") - pl.col("then")).alias("shift"),
        )
        .filter(pl.col("shift") != 0)
    )


def _running(found: pl.DataFrame, firsts: Sequence[int]) -> pl.DataFrame:
    """What runs on where eras begin on these days: `key` (account and code), `each`, `count`, `era`."""
    key, era, last = pl.col("key"), pl.col("era"), len(firsts) - 1
    row = wide(account_of(key) * CODES + code_of(key), pl.col("each"))
    in_order = found.select((row * len(firsts) + era_of(firsts)).alias("at"), "count").sort("at").lazy()
    return (
        in_order.with_columns(
            (pl.col("at") // len(firsts)).alias("row"),
            (pl.col("at") % len(firsts)).cast(pl.Int64).alias("era"),
            pl.col("count").cum_sum().alias("sum"),
        )
        .with_columns(carried("sum", "count", is_first(pl.col("row"))))
        .filter(is_last(pl.col("at")))
        .select(
            "row",
            "era",
            (pl.col("sum") - pl.col("carried")).alias("count"),
            pl.when(is_last(pl.col("row"))).then(last).otherwise(era.shift(-1)).alias("until"),
        )
        .filter((pl.col("count") != 0) & (pl.col("until") > era))
        .select(*narrow("row"), "count", pl.int_ranges(era + 1, pl.col("until") + 1).alias("era"))
        .explode("era")
        .collect(engine="in-memory")
    )


def nothing(name: str) -> pl.Expr:
    """A column of 0."""
    return pl.lit(0, dtype=pl.Int64).alias(name)
