"""What came up for renewal, and what became of it? A year's amounts, by account and due date.

Contracts of an account that end on one day are one renewal: renewed, open (nobody cancelled, no payment is overdue for
too long, and its days of grace are not over) or lost. Credits lower what was due and what it was renewed at; below 0
counts as 0.
"""

from datetime import timedelta

import polars as pl

from scoring.days import DAY, Span
from scoring.facts.dated import Dated
from scoring.facts.due import AHEAD, Terms, due_lines
from scoring.ledger.history import active
from scoring.money import MONEY

WITHIN = (30, 60, AHEAD)
"""Days ahead for which it is told what will be due."""

DUE = ("due", "due_decided", "renewed", "renewed_of_due", "dues", "dues_decided", "dues_renewed")
"""A year's amounts that were due, of them those decided, what they were renewed at, the same capped per due at
what was due; and how many dues: all, decided, renewed."""
COMING = tuple(name for days in WITHIN for name in (f"due_in_{days}", f"dues_in_{days}"))
"""What is due in the days after the period and not renewed yet: amount, and how many."""
COLUMNS = (*DUE, *COMING)
COUNTS = tuple(name for name in COLUMNS if name.startswith("dues"))

_NONE = pl.lit(0).cast(MONEY)


def facts(
    contracts: pl.LazyFrame, recurring: pl.LazyFrame, rates: pl.LazyFrame, period: Span, terms: Terms
) -> list[Dated]:
    """What was due for renewal in the period, and what is due in the days after it, where it is in force at the close
    and not renewed yet.

    `recurring` are the lines of the ledger, which ends contracts that were cancelled, not paid for or renewed early.
    What was due belongs to whoever held the account on the last day of service (with `by_signature`, a renewal
    to who held it when it was signed), what is coming to who holds it at the close.
    """
    lines = due_lines(contracts, rates, period, terms).collect().lazy()
    found = renewals(lines, terms)
    still = lines.join(found.filter(pl.col("state") == "renewed"), on=["account_id", "due_on"], how="anti")
    return [
        Dated(_was_due(found, period, terms), DUE, terms.way),
        Dated(_coming(still, recurring, period), COMING, "at_close"),
    ]


def renewals(lines: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """What became of each due date of each account: contracts that end on one day are one renewal.

    One row per account_id and due_on, from `due_lines`: `due`, `renewed` (0 where it was not), `state` (renewed,
    open or lost), `signed_on` (the first signature of what renews it) and `days_late`, null unless renewed.
    """
    grouped = lines.group_by("account_id", "due_on").agg(
        pl.col("annual").sum().cast(MONEY).alias("due"),
        pl.col("renewed").sum().clip(0).cast(MONEY),
        pl.col("renewed_on").min(),
        pl.col("signed_on").min(),
        (~pl.col("is_over")).filter(pl.col("annual") > 0).any().alias("is_wanted"),
    )
    in_grace = pl.lit(terms.as_of + DAY) - pl.col("due_on") < timedelta(days=terms.grace_days)
    late = (pl.col("renewed_on") - pl.col("due_on")).dt.total_days().clip(lower_bound=0)
    return (
        grouped.filter(pl.col("due") > 0)
        .with_columns(
            pl.when(pl.col("renewed") > 0).then(pl.lit("renewed"))
            .when(pl.col("is_wanted") & in_grace).then(pl.lit("open"))
            .otherwise(pl.lit("lost")).alias("state"),
            pl.when(pl.col("renewed") > 0).then(late).alias("days_late"),
        )
        .select("account_id", "due_on", "due", "renewed", "state", "signed_on", "days_late")
        .sort("account_id", "due_on")
    )  # fmt: skip


def _was_due(found: pl.LazyFrame, period: Span, terms: Terms) -> pl.LazyFrame:
    """What was due in the period, as `DUE`, with the day that decides whose it is."""
    due_on, is_renewed = pl.col("due_on"), pl.col("state") == "renewed"
    signed = pl.col("signed_on").is_not_null() & is_renewed & pl.lit(terms.by_signature)
    decided = pl.col("state") != "open"
    counts = pl.when(signed).then("signed_on").otherwise(due_on)
    return (
        found.filter(period.holds(counts))
        .with_columns(
            pl.when(signed).then("signed_on").otherwise(due_on - DAY).alias("on"),
            pl.when(decided).then("due").otherwise(_NONE).alias("due_decided"),
            pl.min_horizontal("due", "renewed").alias("renewed_of_due"),
            pl.lit(1).alias("dues"),
            decided.cast(pl.Int64).alias("dues_decided"),
            is_renewed.cast(pl.Int64).alias("dues_renewed"),
        )
        .select("account_id", "on", pl.col(*DUE).cast(MONEY))
    )


def _coming(lines: pl.LazyFrame, recurring: pl.LazyFrame, period: Span) -> pl.LazyFrame:
    """What of the lines in force at the period's end is due in the days after it, as `COMING`."""
    last = timedelta(days=max(WITHIN))
    ahead = Span(period.end, period.end + last)
    dues = (
        lines.filter(ahead.holds(pl.col("due_on")))
        .join(recurring.filter(active(period.end)).select("line_id"), on="line_id", how="semi")
        .group_by("account_id", "due_on")
        .agg(pl.col("annual").sum().cast(MONEY))
        .filter(pl.col("annual") > 0)
    )
    within = {days: pl.col("due_on") < period.end + timedelta(days=days) for days in WITHIN}
    return dues.select(
        "account_id",
        pl.lit(period.last_day).alias("on"),
        *(
            pl.when(holds).then("annual").otherwise(_NONE).cast(MONEY).alias(f"due_in_{d}")
            for d, holds in within.items()
        ),
        *(holds.cast(pl.Int64).cast(MONEY).alias(f"dues_in_{d}") for d, holds in within.items()),
    )
