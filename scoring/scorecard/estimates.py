"""What is compared, and what do the peers say of it? Each rule's outcome of the account-quarters, and its estimate."""

from dataclasses import dataclass, field, replace

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.company import Company, company
from scoring.peers.estimate import Estimate, estimate
from scoring.peers.outcomes import OUTCOMES, Outcome, outcomes
from scoring.peers.settings import Fairness
from scoring.rules import Rulebook
from scoring.rules.fairness import fairness
from scoring.scorecard.of_rules import is_long, metric_of, sign_of

POLICIES = {
    "net_revenue_retention": OUTCOMES["net_revenue_retention"],
    "gross_revenue_retention": OUTCOMES["gross_revenue_retention"],
    "logo_retention": OUTCOMES["logo_retention"],
    "churn_rate": replace(OUTCOMES["logo_retention"], name="churn_rate", is_chance=False),
    "like_for_like_growth": OUTCOMES["revenue_per_account_growth"],
    "tier_up_rate": OUTCOMES["tier_steps"],
    "lifetime_value_growth": OUTCOMES["clv_growth"],
}
"""Metric of the catalogue to how far managers usually differ in it, and how its outliers are drawn in."""

WAS_LOST = " was lost"
"""The column of the units that says whether the account paid nothing any more at the end of the quarter."""

DECIDED = {"decision": pl.UInt32(), "manager_id": pl.String(), "is_applied": pl.Boolean()}
"""One row per exclusion, by its place in the table from 0, and manager of whose part of an account-quarter it says that
it does not count; `is_applied` if it was approved, so that it is left out."""

_HIDDEN = (
    "z", "own_part", "peer_mean", "peer_observed", "theta", "error", "range_error", "low", "high", "chance_above",
    "grade", "label",
)  # fmt: skip
"""What is not said of a figure that rests on too few."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What managers are compared by.

    `units`: one row per account_id and quarter in which it paid on the first day, with opening, the kinds it belongs
    to, WAS_LOST, and `column_of` each rule. `shares`: as `peers.window.responsibility`. `managers`: the table of
    managers. `decided`: which exclusions concern whose account-quarters, as `DECIDED`.
    """

    units: pl.DataFrame
    shares: pl.DataFrame
    managers: pl.DataFrame
    decided: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECIDED))

    @property
    def answering(self) -> pl.DataFrame:
        """manager_id of everybody with a part of an account-quarter, any number of times."""
        return self.shares.filter((pl.col("share") > 0) & (pl.col("manager_id") != UNASSIGNED)).select("manager_id")


def column_of(rule: int) -> str:
    """The column of the units that holds the outcome of the rule at that place; no attribute begins with a blank."""
    return f" outcome {rule}"


def outcome_of(rulebook: Rulebook, n: int) -> Outcome:
    """How the peers take the rule's metric. Outcomes of which less is better are turned round, and so its tails."""
    rule = rulebook.rules[n]
    name = metric_of(rule).name
    known = POLICIES.get(name, Outcome(name, low=0.01, high=0.99))
    low, high = rulebook.winsor.get(name, (known.low, known.high))
    low, high = (low or None), (None if high == 1 else high)
    if sign_of(rule) < 0:
        low, high = (None if high is None else 1 - high), (None if low is None else 1 - low)
    return replace(known, name=column_of(n), low=low, high=high, over_window=is_long(rule))


def settings_of(rulebook: Rulebook) -> Fairness:
    """The rulebook's settings, by column instead of metric."""
    own = fairness(rulebook)
    named = {column_of(n): metric_of(rule).name for n, rule in enumerate(rulebook.rules)}
    spreads, frozen = (
        {column: given[name] for column, name in named.items() if name in given}
        for given in (own.spreads, own.frozen_k)
    )
    return replace(own, spreads=spreads, frozen_k=frozen)


def company_of(compared: Compared, rulebook: Rulebook, settings: Fairness) -> Company:
    """The company with outcomes turned so that more is better, and outliers drawn in.

    A quarter that weighs nothing has no outcomes, so that it does not say what an outlier is.
    """
    units, segment = compared.units, settings.segment
    if segment not in units.columns:
        units = units.with_columns(pl.lit(None, dtype=pl.String).alias(segment))
    counting = [n for n, weight in enumerate(reversed(settings.quarter_weights)) if weight > 0]
    turned = [
        pl.when(pl.col("quarter").is_in(counting)).then(pl.col(column_of(n)) * sign_of(rule)).alias(column_of(n))
        for n, rule in enumerate(rulebook.rules)
    ]
    units = units.with_columns(*turned)
    wanted = [outcome_of(rulebook, n) for n in range(len(rulebook.rules))]
    two = [units[o.name].drop_nulls().n_unique() <= 2 for o in wanted]  # what happens or not has no outliers
    wanted = [
        replace(o, low=None, high=None) if is_yes_or_no else o for o, is_yes_or_no in zip(wanted, two, strict=True)
    ]
    drawn = outcomes(units.lazy(), wanted, segment).collect()
    return company(drawn, compared.shares, compared.managers, settings)


def estimate_of(made: Company, rulebook: Rulebook, n: int, settings: Fairness, said: pl.DataFrame) -> Estimate:
    """The estimate of a rule, without those whose figure rests on fewer than the rules ask for."""
    found = estimate(made, outcome_of(rulebook, n), settings)
    few = said.filter((pl.col("rule") == rulebook.rules[n].name) & (pl.col("reason") == "too_few"))["manager_id"]
    is_few = pl.col("manager_id").is_in(few.implode())
    rows = found.rows.with_columns(
        *(pl.when(~is_few).then(pl.col(c)).alias(c) for c in _HIDDEN),
        pl.when(is_few).then(pl.lit("too_few")).otherwise("reason").alias("reason"),
    )
    return replace(found, rows=rows)
