"""What was known of contracts and invoices on a day in the past? Nothing that came later may be seen."""

from datetime import date

import polars as pl

from scoring.lifetime.contracts.chains import COMMON, DAYS_A_MONTH

_STOPPED = ("cancelled", "ended")
_NEAR_DAYS = 3.5
USUAL = 0.15
"""A length was one of the company's terms where so many of the contracts that were over by then had it."""


def known_before(rows: pl.LazyFrame, basis: str, day: date) -> pl.LazyFrame:
    """The rows that were known before the day, as they then stood.

    A row counts as known from the day it was recorded, else from the day it was signed, began, or is dated. The end
    of a contract that was still to come is kept where notice had been given, or where its length is a term that
    running contracts have, or that many of those had that were over; else it is forgotten, as it may have been a
    later cancellation, or the day another contract took its place. The status of a contract that had not ended
    is forgotten, unless it is a trial.
    """
    midnight = pl.datetime(day.year, day.month, day.day, time_zone="UTC")
    recorded = pl.col("recorded_at").is_null() | (pl.col("recorded_at") < midnight)
    if basis != "contracts":
        return rows.filter(recorded & (pl.col("dated_on") < day))
    known = rows.filter(recorded & (pl.coalesce("signed_on", "starts_on") < day))
    return _without_later_ends(known, day)


def _without_later_ends(contracts: pl.LazyFrame, day: date) -> pl.LazyFrame:
    days = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days()
    months = (days / DAYS_A_MONTH).round().cast(pl.Int64)
    is_whole = ((days - months * DAYS_A_MONTH).abs() <= _NEAR_DAYS).fill_null(value=False)
    stopped = pl.col("status").is_in(_STOPPED).fill_null(value=False)
    is_ahead = (pl.col("ends_on") >= day).fill_null(value=False)
    is_over = ~(is_ahead | pl.col("ends_on").is_null())
    shows, had = is_whole & is_ahead & ~stopped, is_whole & is_over
    running = (~is_over).sum()
    has_now = (shows.sum().over(months) >= COMMON * running) & (shows.sum().over(months) > 0)
    had_then = (had.sum().over(months) >= USUAL * is_over.sum()) & (had.sum().over(months) > 0)
    is_term = is_whole & (has_now | had_then)
    noticed = (pl.col("cancelled_on") < day).fill_null(value=False)
    forgotten = is_ahead & ~is_term & ~noticed
    told = is_over | (pl.col("status") == "trial") | (stopped & noticed)
    return contracts.with_columns(
        pl.when(~forgotten).then("ends_on").alias("ends_on"),
        pl.when(told).then("status").alias("status"),
        *(pl.when(pl.col(c) < day).then(c).alias(c) for c in ("cancelled_on", "past_due_on")),
    )
