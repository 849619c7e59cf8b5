"""What did accounts earn the company, where it is known what their orders cost?"""

import polars as pl

from scoring.days import Span
from scoring.facts.dated import Dated
from scoring.ledger.currency import at_each_day, at_one_day, converted
from scoring.ledger.terms import Terms
from scoring.money import MONEY

COLUMNS = ("costed_revenue", "revenue_cost")
"""What the invoice lines bring that say what they cost, and that cost; a return lowers both."""


def facts(invoices: pl.LazyFrame, rates: pl.LazyFrame, window: Span, terms: Terms) -> list[Dated]:
    """The lines of the window with a cost, at the rates that the terms ask for: of its first day, or of each line's.

    Credited to who holds the account at its close, as revenue is.
    """
    costed = invoices.filter(pl.col("cost").is_not_null() & window.holds(pl.col("dated_on")))
    if terms.fx == "constant":
        priced = at_one_day(costed, rates, window.start, terms.currency)
    else:
        priced = at_each_day(costed, rates, "dated_on", terms.currency)
    rows = (
        priced.with_columns(converted("amount"), converted("cost"))
        .group_by("account_id")
        .agg(
            pl.col("amount").sum().cast(MONEY).alias("costed_revenue"),
            pl.col("cost").sum().cast(MONEY).alias("revenue_cost"),
        )
        .with_columns(pl.lit(window.last_day).alias("on"))
    )
    return [Dated(rows, COLUMNS, "at_close")]
