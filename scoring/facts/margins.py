"""What did accounts earn the company, where it is known what their orders cost?"""

import polars as pl

from scoring.days import Span
from scoring.facts.dated import Dated
from scoring.ledger.currency import at_one_day, converted
from scoring.money import MONEY

COLUMNS = ("costed_revenue", "revenue_cost")
"""What the invoice lines bring that say what they cost, and that cost; a return lowers both."""


def facts(invoices: pl.LazyFrame, rates: pl.LazyFrame, window: Span, currency: str) -> list[Dated]:
    """The lines of the window with a cost, at the rates of its first day; credited to who holds the account at its
    close, as revenue is."""
    costed = invoices.filter(pl.col("cost").is_not_null() & window.holds(pl.col("dated_on")))
    rows = (
        at_one_day(costed, rates, window.start, currency)
        .with_columns(converted("amount"), converted("cost"))
        .group_by("account_id")
        .agg(
            pl.col("amount").sum().cast(MONEY).alias("costed_revenue"),
            pl.col("cost").sum().cast(MONEY).alias("revenue_cost"),
        )
        .with_columns(pl.lit(window.last_day).alias("on"))
    )
    return [Dated(rows, COLUMNS, "at_close")]
