"""What is an amount worth in the reporting currency? Rates by day, each amount converted and rounded once."""

from datetime import date
from functools import cache

import polars as pl

from scoring.money import RATE_SCALE, part

AMOUNT = {"contracts": "monthly", "invoices": "amount"}
"""The column of the ledger's lines that holds their money, by basis."""


def rates_in_millionths(rates: pl.LazyFrame) -> pl.LazyFrame:
    """Rates as whole millionths.

    One row per currency and first day: currency, dated_on, rate (Int64), sorted by day.
    """
    return rates.select("currency", "dated_on", (pl.col("rate") * RATE_SCALE).cast(pl.Int64).alias("rate")).sort(
        "dated_on", "currency"
    )


def at_one_day(lines: pl.LazyFrame, rates: pl.LazyFrame, day: date, reporting: str) -> pl.LazyFrame:
    """The lines with `rate`, millionths of the reporting currency, the same day's for all of them.

    The rate is the last known on that day, or the first there is; 1 for the reporting currency and where
    a line names none. Null where a currency has no rate at all.
    """
    rate = pl.col("rate")
    at_day = pl.coalesce(rate.filter(pl.col("dated_on") <= day).last(), rate.first())
    table = rates_in_millionths(rates).group_by("currency").agg(at_day.alias("rate"))
    return _or_one(lines.join(table, on="currency", how="left", validate="m:1"), reporting)


def at_each_day(lines: pl.LazyFrame, rates: pl.LazyFrame, day: str, reporting: str) -> pl.LazyFrame:
    """The lines with `rate`, millionths of the reporting currency, on the day each line names in `day`."""
    known = rates_in_millionths(rates).rename({"dated_on": day})
    dated = lines.sort(day).join_asof(known, on=day, by="currency", strategy="backward", check_sortedness=False)
    return _or_one(dated, reporting)


def at_first_day(
    lines: pl.LazyFrame, rates: pl.LazyFrame, reporting: str, amount: str, day: str = "starts_on"
) -> pl.LazyFrame:
    """The lines in the reporting currency, each at the rate of its own first day, which it keeps.

    The rate is the last known on that day, or the first there is. Rows come in another order.
    """
    first = rates_in_millionths(rates).group_by("currency").agg(pl.col("rate").first().alias("first_rate"))
    dated = at_each_day(lines, rates, day, reporting).join(first, on="currency", how="left", validate="m:1")
    own = pl.when(pl.col("currency").is_not_null()).then(pl.lit(reporting)).alias("currency")
    return (
        dated.with_columns(pl.coalesce("rate", "first_rate").alias("rate"))
        .with_columns(converted(amount), own)
        .drop("rate", "first_rate")
    )


@cache
def converted(amount: str) -> pl.Expr:
    """The amount times `rate`, rounded half to even to the ten-thousandth."""
    return part(pl.col(amount), pl.col("rate"), RATE_SCALE).alias(amount)


def priced(lines: pl.LazyFrame, rates: pl.LazyFrame, day: date, reporting: str, amount: str) -> pl.LazyFrame:
    """The lines with `amount` in the reporting currency, all at the rate of one day; null where there is no rate."""
    return at_one_day(lines, rates, day, reporting).with_columns(converted(amount)).drop("rate")


def _or_one(lines: pl.LazyFrame, reporting: str) -> pl.LazyFrame:
    own = pl.col("currency").is_null() | (pl.col("currency") == reporting)
    return lines.with_columns(
        pl.when(own).then(pl.lit(RATE_SCALE, dtype=pl.Int64)).otherwise(pl.col("rate")).alias("rate")
    )
