"""How are lines read that the fast form leaves alone? By `ledger.history`, which holds each against the others."""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from scoring.days import EVER, NEVER
from scoring.ledger.currency import at_first_day, priced
from scoring.ledger.history import recurring
from scoring.ledger.ladder import rungs
from scoring.ledger.paying import CHANGES, changes
from scoring.money import units
from scoring.packed import codes
from scoring.packed.eras import Era
from scoring.packed.ids import Ids
from scoring.packed.invoiced import bits, buys, in_month
from scoring.packed.keys import DAYS, day_of, number, on, packed
from scoring.packed.reading import Reading
from scoring.packed.valued import nothing


def facts_plainly(
    contracts: pl.LazyFrame, ids: Ids, by: Reading, rates: pl.LazyFrame, eras: Sequence[Era]
) -> tuple[pl.DataFrame, pl.LazyFrame]:
    """As `valued.of_facts`, of lines in full, gaps bridged already, and their changes as `walked.changes_of`.

    `rates` are those of the table.
    """
    terms = by.terms
    read = rungs(recurring(contracts, terms, by.as_of), terms.tiers, terms.products)
    code = codes.code(pl.col("monthly"), pl.col("rung"), pl.lit(value=False)).alias("code")
    lines = read.with_columns(code).with_row_index("line").collect().lazy()
    if terms.fx == "at_start":
        worth = [at_first_day(lines, rates, terms.currency, "monthly")]
    else:
        worth = [priced(lines, rates, era.first, terms.currency, "monthly") for era in eras]
    paying = [frame.sort("line") for frame in pl.collect_all([_paying(lines, ids, by) for lines in worth])]
    days = [0, *(number(era.first) for era in eras[1 : len(paying)]), DAYS]
    events = [_events(lines, *span) for lines, span in zip(paying, pairwise(days), strict=True)]
    shifts = [_shift(*lines, day) for lines, day in zip(pairwise(paying), days[1:], strict=False)]
    summed = pl.concat([*events, *shifts]).group_by("key").agg(pl.col("value", "shift").sum())
    valued = summed.filter(pl.any_horizontal(pl.col("value", "shift") != 0)).sort("key").collect()
    return valued, _changes(worth[0] if terms.fx == "at_start" else lines, ids, by)


def _changes(lines: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    """The changes that lines make."""
    return (
        changes(lines, by.terms.currency)
        .rename({"account": "account_id"})
        .with_columns(day_of("day"))
        .filter(pl.col("day") <= number(by.until))
        .join(ids.known(), on="account_id", validate="m:1")
        .select(*CHANGES)
    )


def _paying(lines: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    """One row per line: `line`, `at` (account and code, as a key), `first` and `last` (days), `value`."""
    value, until = units(pl.col("monthly")).cast(pl.Int64), number(by.until)
    return (
        lines.with_columns(value.alias("value"))
        .join(ids.known(), on="account_id", validate="m:1")
        .select(
            "line",
            packed(pl.col("account"), pl.col("code")).alias("at"),
            day_of("starts_on").alias("first"),
            day_of("ends_on").alias("last"),
            "value",
        )
        .filter(pl.col("first") <= until)
        .with_columns(pl.when(pl.col("last") <= until).then("last"))
    )


def _events(lines: pl.DataFrame, since: int, until: int) -> pl.LazyFrame:
    """What begins and ends in an era, as `valued.SCHEMA`."""
    sides = [
        lines.lazy()
        .filter((pl.col(day) >= since) & (pl.col(day) < until))
        .select(on(pl.col("at"), pl.col(day)).alias("key"), signed.alias("value"), nothing("shift"))
        for day, signed in (("first", pl.col("value")), ("last", -pl.col("value")))
    ]
    return pl.concat(sides)


def _shift(before: pl.DataFrame, lines: pl.DataFrame, first: int) -> pl.LazyFrame:
    """What the rates of an era that begins on that day do to the lines that run on, as `valued.SCHEMA`."""
    runs_on = (pl.col("first") < first) & (pl.col("last").is_null() | (pl.col("last") >= first))
    moved = lines.with_columns((pl.col("value") - before["value"]).alias("shift"))
    key = on(pl.col("at"), pl.lit(first, dtype=pl.Int64))
    return moved.lazy().filter(runs_on).select(key.alias("key"), nothing("value"), "shift")


def sold_plainly(
    invoices: pl.LazyFrame, ids: Ids, by: Reading, rates: pl.LazyFrame, eras: Sequence[Era]
) -> pl.DataFrame:
    """Lines in full, as `sales.sales` takes them. `rates` are those of the table."""
    days = [EVER, *(era.first for era in eras[1:]), NEVER]
    of_eras = [
        priced(
            invoices.filter((pl.col("dated_on") >= first) & (pl.col("dated_on") < after)),
            rates,
            era.first,
            by.terms.currency,
            "amount",
        )
        for era, (first, after) in zip(eras, pairwise(days), strict=True)
    ]
    return (
        pl.concat(of_eras)
        .join(ids.known(), on="account_id", validate="m:1")
        .with_columns(
            day_of("dated_on").alias("day"), units(pl.col("amount")).cast(pl.Int64).alias("value"), buys().alias("buys")
        )
        .with_columns((pl.col("buys") & (pl.col("value") > 0)).alias("is_order"))
        .select(packed(pl.col("account"), in_month("is_order")).alias("key"), "value", bits("is_order").alias("days"))
        .collect()
    )
