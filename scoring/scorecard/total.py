"""What is the score? What the rules say of compared accounts, weighed together, and why it may not be given."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from scoring.peers.books import Vector, or_nought
from scoring.peers.change import POINTS, chance_error
from scoring.peers.intervals import FEW_PEERS, Matrix, joint_error
from scoring.peers.ranks import rank_interval
from scoring.peers.score import MIDDLE, Figures, weighed
from scoring.rules import Rulebook
from scoring.rules.fairness import fairness
from scoring.scorecard.apart import Apart, Told, may_be_given, shares_of, with_weights, withholding
from scoring.scorecard.judged import NOT_SAID
from scoring.scorecard.of_rules import believes

ENOUGH = 1e9
"""Degrees of freedom that are as good as knowing."""


def weighed_total(apart: Apart, rulebook: Rulebook) -> pl.DataFrame:
    """The scores of every manager of the book by the rulebook's weights, whether or not they may be given."""
    judged = _scores(with_weights(apart.lines, rulebook), rulebook, apart)
    return apart.accounts.join(judged, on="manager_id", how="left", validate="1:1").sort("manager_id")


def published(scored: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The scores that may be given, as `Judged.scores`, and why the others may not."""
    given = scored.with_columns(
        pl.when(may_be_given(rulebook) & pl.col("reason").is_null()).then("score").alias("score"),
        pl.lit(value=False).alias("is_thin"),
    )
    return given if not believes(rulebook) else given.with_columns(*_places(given, rulebook))


def freedom(peers: pl.Expr) -> pl.Expr:
    """Degrees of freedom of a range: those of the peers where they are few."""
    few = (peers < FEW_PEERS) & (peers > 0)
    return pl.when(few).then((peers - 1).clip(lower_bound=1).cast(pl.Float64)).otherwise(ENOUGH)


def _scores(lined: pl.DataFrame, rulebook: Rulebook, apart: Apart) -> pl.DataFrame:
    """One row per manager: score as the weighted mean of the points, its error and freedom, label, z and reason."""
    weight = pl.col("weight")
    summed = lined.group_by("manager_id", maintain_order=True).agg(
        ((weight * pl.col("points")).sum() / weight.sum()).alias("score"),
        (weight.filter("is_measured").sum() / weight.sum()).alias("coverage"),
        (pl.col("rule").is_in(withholding(rulebook)) & ~pl.col("is_measured")).any().alias("is_withheld"),
    )
    told, together = apart.told, apart.together
    figures, share = [one.figures for one in told], np.array(list(shares_of(rulebook).values()))
    if not believes(rulebook):
        return _unweighed(summed, told, share, together)
    weights = {f.metric: rule.weight for f, rule in zip(figures, rulebook.rules, strict=True)}
    believed = weighed(figures, weights, fairness(rulebook), together)
    return summed.join(
        believed.select(
            "manager_id",
            "error",
            "z",
            "chance_above",
            "label",
            "grade",
            "reason",
            pl.Series("before_credibility", _plain(told, share, "difference", "peer_mean")),
            pl.Series("unadjusted", _plain(told, share, "observed", "peer_observed")),
            freedom(pl.col("peers")).alias("freedom"),
            pl.Series("chance", chance_error(_credibility(figures), share, together)),
        ),
        on="manager_id",
        how="left",
        validate="1:1",
    )


def _plain(told: Sequence[Told], share: Vector, column: str, of_peers: str) -> Vector:
    """The score that a figure would give by itself on the same scale, nothing drawn in: 50 for that of the peers."""
    score = np.full(told[0].figures.rows.height, MIDDLE)
    for one, weight in zip(told, share, strict=True):
        scale, rows = one.figures.scale, one.figures.rows
        if scale and scale.between > 0:
            above = rows[column].to_numpy() - rows[of_peers].to_numpy()
            score += np.nan_to_num(POINTS * weight * above / np.sqrt(scale.between))
    return score


def _credibility(figures: Sequence[Figures]) -> Matrix:
    """A row per manager, a column per figure; 0 where there is none."""
    return np.stack([or_nought(f.rows["z"]) for f in figures], axis=1)


def _unweighed(summed: pl.DataFrame, told: Sequence[Told], share: Vector, together: Matrix) -> pl.DataFrame:
    """The scores of methods that weigh no evidence; with a range only where every rule has one."""
    errors = np.stack([np.nan_to_num(one.errors) for one in told], axis=1)
    error = joint_error(errors * share, together)
    nothing = {name: pl.lit(None, dtype=kind).alias(name) for name, kind in NOT_SAID.items()}
    known = pl.Series("error", np.where(error > 0, error, np.nan), nan_to_null=True)
    beside = told[0].figures.rows.select("manager_id", known)
    return summed.join(beside, on="manager_id", how="left", validate="1:1").with_columns(
        *nothing.values(), pl.lit(ENOUGH).alias("freedom"), pl.col("error").alias("chance")
    )


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
