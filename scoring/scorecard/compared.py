"""What is everybody's score beside what accounts like these did in anybody's hands? From account-quarters to scores.

The peers' engine says, rule by rule, how far each manager's accounts beat what was expected of them, and how much of
it is believed. Points are 50 for the peers' average and 10 for one true standard deviation between managers, so a
score is the weighted mean of its rules' points here as where values are graded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.books import Vector
from scoring.peers.change import POINTS
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.peers.intervals import FEW_PEERS, Matrix, joint_error
from scoring.peers.methods import compare
from scoring.peers.ranks import rank_interval
from scoring.peers.resample import WHOLE
from scoring.peers.score import MIDDLE, correlation, scores
from scoring.peers.settings import Fairness
from scoring.rules import Rulebook
from scoring.scorecard.account_points import NO_ACCOUNTS, account_points
from scoring.scorecard.estimates import Compared, company_of, estimate_of, outcome_of, settings_of
from scoring.scorecard.judged import NOT_SAID, Judged
from scoring.scorecard.lines import sign_of, targets_of, values
from scoring.scorecard.lost import lost_by_manager
from scoring.scorecard.weighing import Weighing, of_estimates, of_lines, pairs

ENOUGH = 1e9
"""Degrees of freedom that are as good as knowing."""

BELIEVING = ("oe_credibility", "joint")
"""The methods that weigh evidence."""


def judge_compared(
    rows: pl.DataFrame, rulebook: Rulebook, targets: pl.DataFrame, period: str, compared: Compared
) -> Judged:
    """The scores of every manager in the book, by the rulebook's method.

    `rows` is the book of the period, whose values stand on the cards; the points come from the account-quarters.
    """
    owned = rows.lazy().filter(pl.col("manager_id") != UNASSIGNED)
    said = _said(owned, rulebook, targets, period)
    settings = settings_of(rulebook)
    made = company_of(compared, rulebook, settings)
    told = []
    for n in range(len(rulebook.rules)):
        found = estimate_of(made, rulebook, n, settings, said)
        told.append(Told(found, *_points(made, rulebook, n, found, settings)))
    lined = _lines(said, rulebook, told)
    counts = owned.group_by("manager_id").agg((pl.col("share") > 0).sum().cast(pl.Int64).alias("accounts")).collect()
    estimates = [one.estimate for one in told]
    together = correlation(estimates)
    judged = _scores(lined, rulebook, told, settings, together)
    scored = counts.join(judged, on="manager_id", how="left", validate="1:1")
    made_of = account_points(made, estimates, rulebook) if believes(rulebook) else NO_ACCOUNTS
    return Judged(
        lines=lined,
        scores=_published(scored, rulebook).sort("manager_id"),
        accounts=made_of.by_account(scored),
        kinds=_NO_KINDS,
        trace=made_of.trace,
        weighing=_weighing(rulebook, estimates, lined, together, settings),
        lost=lost_by_manager(made, settings),
    )


def _weighing(
    rulebook: Rulebook, estimates: Sequence[Estimate], lines: pl.DataFrame, together: Matrix, settings: Fairness
) -> Weighing:
    """What the rules say that the others do not."""
    if believes(rulebook):
        return of_estimates(rulebook, estimates, lines, together, settings)
    return replace(of_lines(rulebook, lines), pairs=pairs(rulebook, estimates, together))


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a rule says of each manager: the estimate, and by row of it the points and their standard error."""

    estimate: Estimate
    points: Vector
    errors: Vector


def believes(rulebook: Rulebook) -> bool:
    """Whether the method weighs evidence."""
    return rulebook.method in BELIEVING


_NO_KINDS = pl.DataFrame(
    schema={
        "manager_id": pl.String,
        "rule": pl.String,
        "kind": pl.String,
        "value": pl.Float64,
        "n": pl.Int64,
        "points": pl.Float64,
    }
)


def _said(owned: pl.LazyFrame, rulebook: Rulebook, targets: pl.DataFrame, period: str) -> pl.DataFrame:
    """What each rule's metric is of each manager over the period's book: manager_id, rule, value, n, target, reason."""
    whole = owned.with_columns(pl.lit(WHOLE).alias("replica"))
    found = values(whole, rulebook.rules, rulebook, targets_of(targets, period), ())
    return pl.concat(found).drop("replica").sort("manager_id", "rule").collect()


def _lines(said: pl.DataFrame, rulebook: Rulebook, told: Sequence["Told"]) -> pl.DataFrame:
    """One row per manager and rule, as `Judged.lines`."""
    frames, whole = [], sum(rule.weight for rule in rulebook.rules)
    for rule, one in zip(rulebook.rules, told, strict=True):
        found, sign = one.estimate, sign_of(rule)
        between = found.scale.between if found.scale else 0.0
        scale = sign * POINTS * rule.weight / whole / float(np.sqrt(between)) if between > 0 else 0.0
        frames.append(
            found.rows.select(
                "manager_id",
                pl.lit(rule.name).alias("rule"),
                *(
                    (pl.col(c) * sign + 0.0).alias(c)
                    for c in ("observed", "expected", "difference", "theta", "peer_mean")
                ),
                pl.lit(scale).alias("scale"),
                "z",
                "evidence",
                "peers",
                "label",
                "few_comparable",
                pl.col("accounts").alias("account_quarters"),
                pl.col("reason").alias("why_not"),
                pl.Series("points", one.points, nan_to_null=True).round(12),
                pl.Series("error", one.errors, nan_to_null=True),
                _freedom(pl.col("peers")).alias("freedom"),
            )
        )
    weighed = pl.DataFrame(
        {"rule": [r.name for r in rulebook.rules], "weight": [float(r.weight) for r in rulebook.rules]}
    )
    both = said.join(pl.concat(frames), on=["manager_id", "rule"], how="left", validate="1:1")
    is_measured = pl.col("points").is_not_null().alias("is_measured")
    return (
        both.join(weighed, on="rule", validate="m:1")
        .with_columns(
            is_measured,
            pl.coalesce("reason", "why_not").alias("why_not"),
            pl.col("points").fill_null(MIDDLE),
            pl.lit(MIDDLE).alias("instead"),
        )
        .sort("manager_id", "rule")
    )


def _freedom(peers: pl.Expr) -> pl.Expr:
    """Degrees of freedom of a range: those of the peers where they are few."""
    few = (peers < FEW_PEERS) & (peers > 0)
    return pl.when(few).then((peers - 1).clip(lower_bound=1).cast(pl.Float64)).otherwise(ENOUGH)


def _points(made: Company, rulebook: Rulebook, n: int, found: Estimate, settings: Fairness) -> tuple[Vector, Vector]:
    """The points of each manager and their standard error; NaN where there are none."""
    rows = found.rows
    none = np.full(rows.height, np.nan)
    if believes(rulebook):
        between = found.scale.between if found.scale else 0.0
        theta, mean, error = (rows[c].fill_null(np.nan).to_numpy() for c in ("theta", "peer_mean", "range_error"))
        if between <= 0:
            return np.where(np.isnan(theta), np.nan, MIDDLE), none
        unit = POINTS / np.sqrt(between)
        return MIDDLE + unit * (theta - mean), unit * error
    value = compare(made, outcome_of(rulebook, n), rulebook.method, settings)["value"].fill_null(np.nan).to_numpy()
    value = np.where(rows["reason"].fill_null("") == "too_few", np.nan, value)
    if rulebook.method == "peer_percentile":
        return value, none
    known = value[~np.isnan(value)]
    spread = float(np.std(known)) if len(known) > 1 else 0.0
    if spread <= 0:
        return np.where(np.isnan(value), np.nan, MIDDLE), none
    noise = np.sqrt(rows["noise"].fill_null(np.nan).to_numpy()) if rulebook.method == "oe" else none
    return MIDDLE + POINTS * (value - float(np.mean(known))) / spread, POINTS * noise / spread


def _scores(
    lined: pl.DataFrame, rulebook: Rulebook, told: Sequence[Told], settings: Fairness, together: Matrix
) -> pl.DataFrame:
    """One row per manager: score as the weighted mean of the points, its error and freedom, label, z and reason."""
    weight = pl.col("weight")
    withholding = [r.name for r in rulebook.rules if (r.missing or rulebook.missing) == "withhold" and r.weight > 0]
    summed = lined.group_by("manager_id", maintain_order=True).agg(
        ((weight * pl.col("points")).sum() / weight.sum()).alias("score"),
        (weight.filter("is_measured").sum() / weight.sum()).alias("coverage"),
        (pl.col("rule").is_in(withholding) & ~pl.col("is_measured")).any().alias("is_withheld"),
    )
    estimates = [one.estimate for one in told]
    weights = {e.metric: rule.weight for e, rule in zip(estimates, rulebook.rules, strict=True)}
    share = np.array(list(weights.values())) / sum(weights.values())
    if not believes(rulebook):
        return _unweighed(summed, told, share, together)
    believed = scores(estimates, weights, settings, together=together)
    return summed.join(
        believed.select(
            "manager_id",
            "error",
            "z",
            "chance_above",
            "label",
            "grade",
            "reason",
            pl.Series("before_credibility", _plain(told, share, "difference")),
            pl.Series("unadjusted", _plain(told, share, "observed")),
            _freedom(pl.col("peers")).alias("freedom"),
            pl.Series("chance", _chance(estimates, share, together)),
        ),
        on="manager_id",
        how="left",
        validate="1:1",
    )


def _plain(told: Sequence[Told], share: Vector, column: str) -> Vector:
    """The score that a figure would give by itself on the same scale, nothing drawn in: 50 for its mean."""
    score = np.full(told[0].estimate.rows.height, MIDDLE)
    for one, weight in zip(told, share, strict=True):
        scale, value = one.estimate.scale, one.estimate.rows[column].fill_null(np.nan).to_numpy()
        if scale and scale.between > 0 and not np.all(np.isnan(value)):
            score += np.nan_to_num(POINTS * weight * (value - np.nanmean(value)) / np.sqrt(scale.between))
    return score


def _chance(estimates: Sequence[Estimate], share: Vector, together: Matrix) -> Vector:
    """The standard deviation that chance alone gives each score: 10 sqrt(Z (1 - Z)) of one metric."""
    z = np.stack([e.rows["z"].fill_null(0.0).to_numpy() for e in estimates], axis=1)
    return POINTS * joint_error(np.sqrt(z * (1 - z)) * share, together)


def _unweighed(summed: pl.DataFrame, told: Sequence[Told], share: Vector, together: Matrix) -> pl.DataFrame:
    """The scores of methods that weigh no evidence; with a range only where every rule has one."""
    estimates = [one.estimate for one in told]
    errors = np.stack([np.nan_to_num(one.errors) for one in told], axis=1)
    error = joint_error(errors * share, together)
    nothing = {name: pl.lit(None, dtype=kind).alias(name) for name, kind in NOT_SAID.items()}
    known = pl.Series("error", np.where(error > 0, error, np.nan), nan_to_null=True)
    beside = estimates[0].rows.select("manager_id", known)
    return summed.join(beside, on="manager_id", how="left", validate="1:1").with_columns(
        *nothing.values(), pl.lit(ENOUGH).alias("freedom"), pl.col("error").alias("chance")
    )


def _published(scored: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The scores that may be given, and why the others may not."""
    enough = (pl.col("coverage") >= rulebook.min_coverage - 1e-12) & ~pl.col("is_withheld")
    given = scored.with_columns(
        pl.when(enough & pl.col("reason").is_null()).then("score").alias("score"),
        pl.lit(value=False).alias("is_thin"),
    )
    return given if not believes(rulebook) else given.with_columns(*_places(given, rulebook))


def _places(given: pl.DataFrame, rulebook: Rulebook) -> list[pl.Series]:
    """The first and last place that each published score probably holds, where the rules ask for them."""
    names = ("first_place", "last_place")
    known = given["score"].is_not_null().to_numpy()
    if rulebook.publish.rank == "none" or not known.any():
        return [pl.Series(name, [None] * given.height, dtype=pl.Int64) for name in names]
    score, error = (given[c].fill_null(0.0).to_numpy()[known] for c in ("score", "error"))
    made = []
    for name, places in zip(names, rank_interval(score, error, rulebook.interval), strict=True):
        column = np.full(given.height, -1, dtype=np.int64)
        column[known] = places
        made.append(pl.Series(name, column).replace(-1, None))
    return made
