"""What was spent to win customers, and to sell more to them? Costs of a span, by account, by team, or of nobody."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import polars as pl

from scoring.calendar import Calendar
from scoring.days import Span, months_back
from scoring.facts.dated import Dated
from scoring.ledger.currency import at_one_day, converted
from scoring.money import MONEY

COLUMNS = ("acquisition_spend", "expansion_spend")


@dataclass(frozen=True, slots=True)
class Spending:
    """Which kinds of cost count, how many months before the customers the money was spent, and the currency."""

    acquire: Collection[str]
    expand: Collection[str]
    lag_months: int
    currency: str

    def span(self, scored: Span) -> Span:
        """The days in which the money was spent for the customers of the scored span."""
        return Span(months_back(scored.start, self.lag_months), months_back(scored.end, self.lag_months))


def spend(costs: pl.DataFrame, rates: pl.LazyFrame, scored: Span, calendar: Calendar, terms: Spending) -> pl.LazyFrame:
    """The costs of the periods that lie wholly in the span, in the reporting currency.

    One row per row of costs that counts: account_id, team (either may be null) and COLUMNS. What is spent for a
    longer period than the span is not taken apart, and does not count.
    """
    span = terms.span(scored)
    wanted = _of(costs, terms, calendar, lambda period: span.shared(period) == period.days).lazy()
    priced = at_one_day(wanted, rates, scored.start, terms.currency).with_columns(converted("amount"))
    nothing = pl.lit(0).cast(MONEY)
    by_kind = {
        name: pl.when(pl.col("kind").is_in(list(kinds))).then("amount").otherwise(nothing)
        for name, kinds in zip(COLUMNS, (terms.acquire, terms.expand), strict=True)
    }
    return priced.select("account_id", "team", *(amount.cast(MONEY).alias(name) for name, amount in by_kind.items()))


def by_account(spent: pl.LazyFrame, moves: pl.LazyFrame, scored: Span) -> Dated:
    """What was spent on accounts, credited like their coming: to who held them when they were new, else at the end."""
    came = moves.filter(pl.col("kind") == "new").group_by("account_id").agg(pl.col("moved_on").min())
    known = spent.filter(pl.col("account_id").is_not_null())
    dated = known.join(came, on="account_id", how="left", validate="m:1")
    on = pl.coalesce("moved_on", pl.lit(scored.last_day)).alias("on")
    return Dated(dated.select("account_id", on, *COLUMNS), COLUMNS)


def loose(spent: pl.LazyFrame) -> pl.LazyFrame:
    """What was spent on no account: team (null where on none) and COLUMNS."""
    theirs = spent.filter(pl.col("account_id").is_null())
    return theirs.group_by("team").agg(pl.col(COLUMNS).sum().cast(MONEY)).sort("team")


def undivided(costs: pl.DataFrame, scored: Span, calendar: Calendar, terms: Spending) -> pl.DataFrame:
    """The costs of the kinds that count whose periods have days in the span and others, so that they do not count."""
    span = terms.span(scored)
    return _of(costs, terms, calendar, lambda period: 0 < span.shared(period) < period.days)


def _of(costs: pl.DataFrame, terms: Spending, calendar: Calendar, wanted: Callable[[Span], bool]) -> pl.DataFrame:
    """The costs of the kinds that count whose periods are wanted."""
    periods = {name: calendar.period(name) for name in costs.get_column("period").drop_nulls().unique()}
    names = sorted(name for name, period in periods.items() if wanted(Span(period.start, period.end)))
    return costs.filter(pl.col("period").is_in(names), pl.col("kind").is_in([*terms.acquire, *terms.expand]))
