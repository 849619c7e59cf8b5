"""How long until customers get what they bought it for? From a milestone to another, or still waiting, or gone."""

from datetime import date

import polars as pl

from scoring.days import DAY, Span
from scoring.facts.dated import Dated
from scoring.ledger.history import active
from scoring.ledger.paying import while_paying
from scoring.money import MONEY

COUNTS = ("onboardings", "onboarded", "never_onboarded")
"""Accounts that started; of them those that reached it, and those that left first. The rest still waits."""

SCHEMA = {"onboarding_days": pl.Int64(), "is_value_before_start": pl.Boolean()}
"""What is known of an account: days until it reached it, or until it was last seen; whether it was there before."""


def onboardings(
    milestones: pl.LazyFrame, left: pl.LazyFrame | None, start: str, goal: str, window: Span
) -> pl.LazyFrame:
    """Each account that started in the window, as it stands on the window's last day.

    `left` is `departures`, None where leaving cannot be seen. One row per account: account_id, `on` (the day it
    was reached, the account left, or the window's last), COUNTS of 0 and 1, and `SCHEMA`. The first dates count;
    what was reached before the start took 0 days.
    """
    day = pl.col("dated_on")
    firsts = milestones.filter(day < window.end).group_by("account_id").agg(
        day.filter(pl.col("kind") == start).min().alias("started_on"),
        day.filter(pl.col("kind") == goal).min().alias("reached_on"),
    )  # fmt: skip
    started = firsts.filter(window.holds(pl.col("started_on")))
    gone = pl.LazyFrame(schema={"account_id": pl.String, "left_on": pl.Date}) if left is None else left
    both = started.join(gone, on="account_id", how="left", validate="1:1")
    begun, reached, gone_on = pl.col("started_on"), pl.col("reached_on"), pl.col("left_on")
    has_left = (gone_on >= begun).fill_null(value=False)
    in_time = reached.is_not_null() & (~has_left | (reached <= gone_on))
    seen = pl.when(has_left).then(gone_on).otherwise(pl.lit(window.last_day))
    on = pl.when(in_time).then(pl.max_horizontal(reached, begun)).otherwise(seen)
    return both.with_columns(on.alias("on")).select(
        "account_id",
        "on",
        pl.lit(1).alias("onboardings"),
        in_time.cast(pl.Int64).alias("onboarded"),
        (has_left & ~in_time).cast(pl.Int64).alias("never_onboarded"),
        (pl.col("on") - begun).dt.total_days().alias("onboarding_days"),
        (in_time & (reached < begun)).alias("is_value_before_start"),
    )


def counted(found: pl.LazyFrame) -> Dated:
    """The onboardings, each credited to who held the account on its day."""
    return Dated(found.select("account_id", "on", pl.col(COUNTS).cast(MONEY)), COUNTS)


def departures(lines: pl.LazyFrame, until: date, reporting: str) -> pl.LazyFrame:
    """The accounts that paid once and no longer do at `until`, from the recurring lines of a ledger.

    One row per account: account_id, `left_on`, its last day of service.
    """
    what = [active(until).any().alias("is_paying"), pl.col("ends_on").max()]
    ends = while_paying(lines, reporting, what, where=pl.col("starts_on") < until)
    gone = ends.filter(~pl.col("is_paying"))
    return gone.select("account_id", (pl.col("ends_on") - DAY).alias("left_on"))
