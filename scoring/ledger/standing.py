"""Who came back, and who stays without paying? Asked only where a policy of the rates makes a difference of it."""

import polars as pl

from scoring.days import Span
from scoring.ledger.history import active
from scoring.ledger.paying import bought_before, changes, spells
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
    joined = ends.filter((pl.col("before") <= 0) & (pl.col("after") > 0)).select("account_id")
    theirs = changes(lines.join(joined, on="account_id", how="semi"), terms.currency)
    is_earlier = pl.col("began") < window.start
    paid = (
        spells(theirs)
        .group_by(pl.col("account").alias("account_id"))
        .agg(
            is_earlier.any().alias("has_paid"),
            pl.col("stopped").filter(is_earlier).last().alias("paid_until"),
            pl.col("began").filter(~is_earlier).first().alias("back_on"),
        )
    )
    free = lines.group_by("account_id").agg(
        ((pl.col("monthly") == 0) & active(window.end)).any().alias("has_free_line")
    )
    known = ends.join(free, on="account_id", how="left", validate="1:1")
    return _standing(known.join(paid, on="account_id", how="left", validate="1:1"), terms)


def of_invoices(lines: pl.LazyFrame, ends: pl.LazyFrame, scored: Span, terms: Terms) -> pl.LazyFrame | None:
    """The standing of each account with an invoice in either window, as `SCHEMA`; None where no policy asks for it."""
    if not (terms.knows_returns or terms.keeps_free):
        return None
    day = pl.col("dated_on")
    back = lines.filter(scored.holds(day)).group_by("account_id").agg(day.min().alias("back_on"))
    paid = bought_before(ends, lines, scored.start, terms.currency)
    known = ends.join(back, on="account_id", how="left", validate="1:1").join(
        paid, on="account_id", how="left", validate="1:1"
    )
    facts = (pl.col("paid_until").is_not_null().alias("has_paid"), pl.lit(value=False).alias("has_free_line"))
    return _standing(known.with_columns(facts), terms)


def _standing(accounts: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    days = terms.reactivation_window_days
    gap = (pl.col("back_on") - pl.col("paid_until")).dt.total_days()
    lapsed = pl.lit(value=False) if days is None else (gap > days).fill_null(value=False)
    returned = (pl.col("before") <= 0) & (pl.col("after") > 0) & pl.col("has_paid") & ~lapsed
    return accounts.select(
        "account_id",
        returned.alias("has_returned"),
        ((pl.col("after") <= 0) & pl.col("has_free_line").fill_null(value=False)).alias("is_free"),
    ).sort("account_id")
