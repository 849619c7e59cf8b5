"""Who came back, and who stays without paying? Asked only where a policy of the rates makes a difference of it."""

import polars as pl

from scoring.ledger.balances import Span
from scoring.ledger.history import active
from scoring.ledger.terms import Terms

SCHEMA = {"account_id": pl.String(), "has_returned": pl.Boolean(), "is_free": pl.Boolean()}
"""`has_returned`: pays at the end of the window, not at its start, but some time before, and is not new again.
`is_free`: pays nothing at the end, and holds a line of no charge that is neither a trial nor paused."""


def of_contracts(lines: pl.LazyFrame, ends: pl.LazyFrame, window: Span, terms: Terms) -> pl.LazyFrame | None:
    """The standing of each account with a line, as `SCHEMA`; None where no policy asks for it.

    `lines` are recurring; `ends` has account_id, before and after of the window.
    """
    if not (terms.knows_returns or terms.keeps_free):
        return None
    earlier = (pl.col("monthly") > 0) & (pl.col("starts_on") < window.start)
    later = (pl.col("monthly") > 0) & (pl.col("starts_on") >= window.start) & (pl.col("starts_on") < window.end)
    facts = lines.group_by("account_id").agg(
        pl.col("ends_on").filter(earlier).max().alias("paid_until"),
        pl.col("starts_on").filter(later).min().alias("back_on"),
        ((pl.col("monthly") == 0) & active(window.end)).any().alias("has_free_line"),
    )
    return _standing(ends.join(facts, on="account_id", how="left", validate="1:1"), terms)


def of_invoices(lines: pl.LazyFrame, ends: pl.LazyFrame, scored: Span, terms: Terms) -> pl.LazyFrame | None:
    """The standing of each account with an invoice in either window, as `SCHEMA`; None where no policy asks for it."""
    if not (terms.knows_returns or terms.keeps_free):
        return None
    day = pl.col("dated_on")
    facts = lines.group_by("account_id").agg(
        day.filter((day < scored.start) & (pl.col("amount") > 0)).max().alias("paid_until"),
        day.filter(scored.holds(day)).min().alias("back_on"),
        pl.lit(value=False).alias("has_free_line"),
    )
    return _standing(ends.join(facts, on="account_id", how="left", validate="1:1"), terms)


def _standing(accounts: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    days = terms.reactivation_window_days
    gap = (pl.col("back_on") - pl.col("paid_until")).dt.total_days()
    lapsed = pl.lit(value=False) if days is None else (gap > days).fill_null(value=False)
    returned = (pl.col("before") <= 0) & (pl.col("after") > 0) & pl.col("paid_until").is_not_null() & ~lapsed
    return accounts.select(
        "account_id",
        returned.alias("has_returned"),
        ((pl.col("after") <= 0) & pl.col("has_free_line").fill_null(value=False)).alias("is_free"),
    ).sort("account_id")
