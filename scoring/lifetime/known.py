"""What was known of contracts and invoices on a day in the past? Nothing that came later may be seen."""

from collections.abc import Sequence, Set
from datetime import date

import polars as pl

from scoring.calendar import Calendar
from scoring.lengths import DAYS_A_MONTH
from scoring.lifetime.contracts.chains import COMMON, NEAR_DAYS

_STOPPED = ("cancelled", "ended")
USUAL = 0.15
"""A length was one of the company's terms where so many of the contracts that were over by then had it."""


def known_before(
    rows: pl.LazyFrame, basis: str, day: date, time_zone: str = "UTC", *, usual: Set[int] | None = None
) -> pl.LazyFrame:
    """The rows that were known before the day began in the zone, as they then stood.

    A row counts as known from the instant it was recorded, else from the day it was signed, began, or is dated. The end
    of a contract that was still to come is kept where notice had been given, or where its length is a term that
    running contracts have, or that many of those had that were over; else it is forgotten, as it may have been a
    later cancellation, or the day another contract took its place. The status of a contract that had not ended
    is forgotten, unless it is a trial.

    `usual` are the lengths that are a term, as `usual_lengths` has them; without it they are asked of the rows.
    """
    known = _recorded(rows, basis, day, time_zone)
    if basis != "contracts":
        return known
    if usual is None:
        usual = usual_lengths([_counted(known, day).collect()])
    return _without_later_ends(known, day, usual)


def lengths_known(contracts: pl.LazyFrame, day: date, time_zone: str = "UTC") -> pl.LazyFrame:
    """How long the contracts of some accounts are that were known before the day, for `usual_lengths` of all.

    One row per length: `months`, null where there is no end; `now` and `then`, how many contracts show that it is or
    was a term; `running` and `over`, how many there are.
    """
    return _counted(_recorded(contracts, "contracts", day, time_zone), day)


def usual_lengths(counted: Sequence[pl.DataFrame]) -> frozenset[int]:
    """The lengths in months that are a term of the company's contracts, from `lengths_known` of all of them."""
    every = pl.concat(counted)
    running, over = (int(every[kind].sum()) for kind in ("running", "over"))
    now, then = pl.col("now").sum(), pl.col("then").sum()
    is_term = ((now >= COMMON * running) & (now > 0)) | ((then >= USUAL * over) & (then > 0))
    return frozenset(every.group_by("months").agg(is_term.alias("is_term")).filter("is_term")["months"])


def _recorded(rows: pl.LazyFrame, basis: str, day: date, time_zone: str) -> pl.LazyFrame:
    """The rows that were known before the day began in the zone."""
    recorded = pl.col("recorded_at").is_null() | (pl.col("recorded_at") < Calendar(time_zone=time_zone).begins(day))
    dated = pl.coalesce("signed_on", "starts_on") if basis == "contracts" else pl.col("dated_on")
    return rows.filter(recorded & (dated < day))


_LENGTH = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days()
_MONTHS = (_LENGTH / DAYS_A_MONTH).round().cast(pl.Int64).alias("months")
_IS_WHOLE = ((_LENGTH - pl.col("months") * DAYS_A_MONTH).abs() <= NEAR_DAYS).fill_null(value=False)
_IS_STOPPED = pl.col("status").is_in(_STOPPED).fill_null(value=False)


def _counted(contracts: pl.LazyFrame, day: date) -> pl.LazyFrame:
    is_ahead, is_over = _is_ahead(day), _is_over(day)
    return (
        contracts.with_columns(_MONTHS)
        .group_by("months")
        .agg(
            (_IS_WHOLE & is_ahead & ~_IS_STOPPED).sum().alias("now"),
            (_IS_WHOLE & is_over).sum().alias("then"),
            (~is_over).sum().alias("running"),
            is_over.sum().alias("over"),
        )
    )


def _is_ahead(day: date) -> pl.Expr:
    return (pl.col("ends_on") >= day).fill_null(value=False)


def _is_over(day: date) -> pl.Expr:
    return (pl.col("ends_on") < day).fill_null(value=False)


def _without_later_ends(contracts: pl.LazyFrame, day: date, usual: Set[int]) -> pl.LazyFrame:
    is_term = _IS_WHOLE & pl.col("months").is_in(usual)
    noticed = (pl.col("cancelled_on") < day).fill_null(value=False)
    named = contracts.with_columns(_MONTHS).with_columns(
        (_is_ahead(day) & ~is_term & ~noticed).alias("is_forgotten"),
        (_is_over(day) | (pl.col("status") == "trial") | (_IS_STOPPED & noticed)).alias("is_told"),
    )
    return named.with_columns(
        pl.when(~pl.col("is_forgotten")).then("ends_on").alias("ends_on"),
        pl.when("is_told").then("status").alias("status"),
        *(pl.when(pl.col(c) < day).then(c).alias(c) for c in ("cancelled_on", "past_due_on")),
    ).drop("months", "is_forgotten", "is_told")
