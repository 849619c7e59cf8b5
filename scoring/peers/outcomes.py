"""What happened to each account? Its outcome in a quarter, as one bounded number per metric."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Outcome:
    """A metric as the peers compare it: one number per account and quarter.

    `spread` is the policy value of the true standard deviation between managers (tau0), None where there is none;
    `is_chance` marks what either happened or not; `low` and `high` are the quantiles per segment to which outliers
    are drawn in; `by_revenue` marks that the plain ratio is one of money. What is measured once `over_window` counts in
    the last quarter in which the account was there: that quarter says what happened, and is no kind of account.
    """

    name: str
    spread: float | None = None
    is_chance: bool = False
    over_window: bool = False
    by_revenue: bool = False
    low: float | None = None
    high: float | None = None


OUTCOMES = {
    outcome.name: outcome
    for outcome in (
        Outcome("net_revenue_retention", 0.02, by_revenue=True, high=0.99),
        Outcome("gross_revenue_retention", 0.015, by_revenue=True),
        Outcome("logo_retention", 0.015, is_chance=True),
        Outcome("revenue_per_account_growth", 0.02, by_revenue=True, low=0.01, high=0.99),
        Outcome("tier_steps", 0.02),
        Outcome("clv_growth", 0.02, low=0.01, high=0.99),
    )
}
"""The metrics there are outcomes of. Spreads but the first three are ours: fairness has no policy for them."""


def drawn_in(outcome: Outcome, segment: str = "segment") -> pl.Expr:
    """The outcome with what lies beyond the quantiles of its segment put on them (winsorised)."""
    values = pl.col(outcome.name)
    if outcome.high is not None:
        limit = pl.col(outcome.name).quantile(outcome.high, "linear").over(segment)
        values = pl.min_horizontal(values, pl.when(pl.col(outcome.name).is_not_null()).then(limit))
    if outcome.low is not None:
        limit = pl.col(outcome.name).quantile(outcome.low, "linear").over(segment)
        values = pl.max_horizontal(values, pl.when(pl.col(outcome.name).is_not_null()).then(limit))
    return values.alias(outcome.name)


def outcomes(units: pl.LazyFrame, wanted: Sequence[Outcome], segment: str = "segment") -> pl.LazyFrame:
    """The units, in their order, with those outcomes drawn in, and each as it was before as `raw_<name>`."""
    raw = [pl.col(o.name).alias(f"raw_{o.name}") for o in wanted]
    return units.with_columns(*raw, *(drawn_in(o, segment) for o in wanted))
