"""What happened to each account? Its outcome in a quarter, as one bounded number per metric."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from scoring.money import ratio


@dataclass(frozen=True, slots=True)
class Outcome:
    """A metric as the peers compare it: one number per account and quarter.

    `spread` is the policy value of the true standard deviation between managers (tau0), None where there is none;
    `is_chance` marks what either happened or not; `low` and `high` are the quantiles per segment to which outliers
    are drawn in; `by_revenue` marks that the plain ratio is one of money.
    """

    name: str
    spread: float | None = None
    is_chance: bool = False
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
        Outcome("satisfaction", 0.2),
    )
}
"""The metrics there are outcomes of. Spreads but the first three are ours: fairness has no policy for them."""

NO_OPENING = "no_opening"
"""Why an account has no outcome of retention: it paid nothing on the first day. New accounts are listed apart."""


def retention(units: pl.LazyFrame, *, carry_back: bool = False) -> pl.LazyFrame:
    """The units with their outcomes of revenue, not yet drawn in.

    `units` has `opening` and `closing` revenue. Adds the retention metrics and growth, null where there was no
    opening revenue, with `reason`; growth only for accounts that stayed. Negative closing revenue (a credit
    note) counts as nothing and is flagged `is_negative`; to `carry_back`, `last_closing` takes its place, the
    revenue of the last month in which it was not negative.
    """
    opening = pl.col("opening").cast(pl.Float64)
    closing = pl.col("closing").cast(pl.Float64)
    if carry_back:
        closing = pl.when(closing < 0).then(pl.col("last_closing").cast(pl.Float64)).otherwise(closing)
    closing = closing.clip(lower_bound=0)
    kept = pl.min_horizontal(closing, opening)
    eligible, stayed = opening > 0, (opening > 0) & (closing > 0)
    return units.with_columns(
        pl.when(eligible).then(ratio(closing, opening)).alias("net_revenue_retention"),
        pl.when(eligible).then(ratio(kept, opening)).alias("gross_revenue_retention"),
        pl.when(eligible).then((closing > 0).cast(pl.Float64)).alias("logo_retention"),
        pl.when(stayed).then(ratio(closing, opening) - 1).alias("revenue_per_account_growth"),
        (pl.col("closing") < 0).alias("is_negative"),
        pl.when(~eligible).then(pl.lit(NO_OPENING)).alias("reason"),
    )


def tier_steps(before: str, after: str) -> pl.Expr:
    """One up, one down or none: the direction in which the account's rung moved; null where it has none."""
    return (pl.col(after) - pl.col(before)).sign().cast(pl.Float64).alias("tier_steps")


def clv_growth(before: str, after: str, floor: float) -> pl.Expr:
    """The change of lifetime value over what it was, that being taken as `floor` at least."""
    start = pl.col(before).cast(pl.Float64)
    change = pl.col(after).cast(pl.Float64) - start
    return ratio(change, pl.max_horizontal(start, pl.lit(floor))).alias("clv_growth")


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
