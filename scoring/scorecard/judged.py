"""What comes out of judging a period, whatever the method."""

from dataclasses import dataclass, field

import polars as pl

from scoring.scorecard.apart import Apart
from scoring.scorecard.expected import NOTHING_EXPECTED, Expected
from scoring.scorecard.weighing import Weighing

NOT_SAID = {
    "z": pl.Float64,
    "chance_above": pl.Float64,
    "before_credibility": pl.Float64,
    "unadjusted": pl.Float64,
    "label": pl.String,
    "grade": pl.String,
    "reason": pl.String,
    "first_place": pl.Int64,
    "last_place": pl.Int64,
}
"""What is said of scores only where evidence is weighed."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The scores of a period, sorted by manager.

    `lines`, one row per manager and rule: value, n, target, reason (why there is no value), points, weight,
    instead, is_measured, error and freedom; where managers are compared, in the metric's unit, observed, expected,
    difference, theta and peer_mean, with scale (points of the score for one of the unit), unit (the same if all
    weight were the rule's), z, evidence (of how many account-quarters), account_quarters, held (how many whole ones
    they make), peers, label, few_comparable and why_not. `scores`, one row per manager: score, coverage,
    is_withheld, is_thin (it would rest on too few accounts to have a range), accounts (those the manager answers
    for), error, freedom, chance (the standard deviation that chance gives it), and `NOT_SAID`, null where values
    are graded. Errors are in points, null where unknown. `accounts`: manager_id, account_id, points (what it adds
    to the score), score_without and, where accounts are compared, the rule by which it adds or takes most. `kinds`:
    manager_id, rule, kind, value, n, points of the rules that grade kinds of accounts apart.
    `trace`: as `account_points.TRACE`, empty where values are graded. `lost`: as `lost.LOST`, None there.
    `weighing`: what each rule says that the others do not; empty where nobody asks for it.
    `expected` is what stands behind what is expected of accounts; empty where nobody asks for it.
    `apart` and `of_rules` are what does not depend on weights: what scores are made of, and what accounts add, rule by
    rule, as `apart.OF_RULES`.
    """

    lines: pl.DataFrame
    scores: pl.DataFrame
    accounts: pl.DataFrame
    kinds: pl.DataFrame
    trace: pl.DataFrame
    apart: Apart
    of_rules: pl.DataFrame
    lost: pl.DataFrame | None = None
    weighing: Weighing = field(default_factory=Weighing)
    expected: Expected = NOTHING_EXPECTED
