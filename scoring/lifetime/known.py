"""What was known of contracts and invoices on a day in the past? Nothing that came later may be seen."""

from datetime import date

import polars as pl

from scoring.calendar import Calendar
from scoring.lengths import DAYS_A_MONTH
from scoring.lifetime.contracts.chains import COMMON

_STOPPED = ("cancelled", "ended")
_NEAR_DAYS = 3.5
USUAL = 0.15
"""A length was one of the company's terms where so many of the contracts that were over by then had it."""


def known_before(rows: pl.LazyFrame, basis: str, day: date, time_zone: str = "UTC") -> pl.LazyFrame:
    """The rows that were known before the day began in the zone, as they then stood.

    A row counts as known from the instant it was recorded, else from the day it was signed, began, or is dated. The end
    of a contract that was still to come is kept where notice had been given, or where its length is a term that
    running contracts have, or that many of those had that were over; else it is forgotten, as it may have been a
    later cancellation, or the day another contract took its place. The status of a contract that had not ended
    is forgotten, unless it is a trial.
    """
    recorded = pl.col("recorded_at").is_null() | (pl.col("recorded_at") < Calendar(time_zone=time_zone).begins(day))
    if basis != "contracts":
        return rows.filter(recorded & (pl.col("dated_on") < day))
    known = rows.filter(recorded & (pl.coalesce("signed_on", "starts_on") < day))
    return _without_later_ends(known, day)


def _without_later_ends(contracts: pl.LazyFrame, day: date) -> pl.LazyFrame:
    days = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days()
    months, stopped = pl.col("months"), pl.col("status").is_in(_STOPPED).fill_null(value=False)
    is_whole = ((days - months * DAYS_A_MONTH).abs() <= _NEAR_DAYS).fill_null(value=False)
    is_ahead = (pl.col("ends_on") >= day).fill_null(value=False)
    is_over = ~(is_ahead | pl.col("ends_on").is_null())
    named = contracts.with_columns((days / DAYS_A_MONTH).round().cast(pl.Int64).alias("months")).with_columns(
        is_ahead.alias("is_ahead"), is_over.alias("is_over"), stopped.alias("is_stopped"), is_whole.alias("is_whole")
    )
    shows, had = pl.col("is_whole") & pl.col("is_ahead") & ~pl.col("is_stopped"), pl.col("is_whole") & pl.col("is_over")
    counted = named.with_columns(shows.sum().over(months).alias("now"), had.sum().over(months).alias("then"))
    has_now = (pl.col("now") >= COMMON * (~pl.col("is_over")).sum()) & (pl.col("now") > 0)
    had_then = (pl.col("then") >= USUAL * pl.col("is_over").sum()) & (pl.col("then") > 0)
    noticed = (pl.col("cancelled_on") < day).fill_null(value=False)
    forgotten = pl.col("is_ahead") & ~(pl.col("is_whole") & (has_now | had_then)) & ~noticed
    told = pl.col("is_over") | (pl.col("status") == "trial") | (pl.col("is_stopped") & noticed)
    return counted.with_columns(
        pl.when(~forgotten).then("ends_on").alias("ends_on"),
        pl.when(told).then("status").alias("status"),
        *(pl.when(pl.col(c) < day).then(c).alias(c) for c in ("cancelled_on", "past_due_on")),
    ).drop("months", "is_ahead", "is_over", "is_stopped", "is_whole", "now", "then")
