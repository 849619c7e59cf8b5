"""How are lines read that the fast form leaves alone? By `ledger.history`, which holds each against the others."""

from datetime import date

import polars as pl

from scoring.ledger.currency import at_first_day, priced
from scoring.ledger.history import recurring
from scoring.ledger.ladder import rungs
from scoring.money import units
from scoring.packed import codes
from scoring.packed.ids import Ids
from scoring.packed.invoiced import bits, buys, in_month
from scoring.packed.keys import day_of, number, on, packed
from scoring.packed.reading import Reading
from scoring.packed.valued import summed


def facts_plainly(contracts: pl.LazyFrame, ids: Ids, by: Reading, rates: pl.LazyFrame, day: date) -> pl.DataFrame:
    """As `valued.of_lines`, of lines in full, gaps bridged already. `rates` are those of the table, `day` the one whose
    rates hold."""
    terms = by.terms
    lines = rungs(recurring(contracts, terms, by.as_of), terms.tiers, terms.products)
    if terms.fx == "at_start":
        lines = at_first_day(lines, rates, terms.currency, "monthly")
    else:
        lines = priced(lines, rates, day, terms.currency, "monthly")
    known = ids.known()
    value = pl.col("value")
    paying = (
        lines.select(
            "account_id", "starts_on", "ends_on", "rung", units(pl.col("monthly")).cast(pl.Int64).alias("value")
        )
        .join(known, on="account_id", validate="m:1")
        .with_columns(codes.code(value, pl.col("rung"), pl.lit(value=False)).alias("code"))
    )
    ends = [("starts_on", value), ("ends_on", -value)]
    events = [
        paying.filter(day_of(column) <= number(by.until)).select(
            packed(pl.col("account"), on(pl.col("code"), day_of(column))).alias("key"), signed.alias("value")
        )
        for column, signed in ends
    ]
    return summed([pl.concat(events).collect()])


def sold_plainly(invoices: pl.LazyFrame, ids: Ids, by: Reading, rates: pl.LazyFrame, day: date) -> pl.DataFrame:
    """Lines in full, as `sales.sales` takes them. `rates` and `day` as for `facts_plainly`."""
    lines = priced(invoices, rates, day, by.terms.currency, "amount").join(ids.known(), on="account_id", validate="m:1")
    return (
        lines.with_columns(
            day_of("dated_on").alias("day"), units(pl.col("amount")).cast(pl.Int64).alias("value"), buys().alias("buys")
        )
        .with_columns((pl.col("buys") & (pl.col("value") > 0)).alias("is_order"))
        .select(packed(pl.col("account"), in_month("is_order")).alias("key"), "value", bits("is_order").alias("days"))
        .collect()
    )
