"""What is the score? 50 for the peers' average, 10 points for one true standard deviation, over weighted metrics."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import polars as pl

from scoring.measure import DIGITS
from scoring.peers import evidence, intervals
from scoring.peers.books import Codes, Vector, or_nought
from scoring.peers.change import POINTS
from scoring.peers.estimate import Estimate
from scoring.peers.evidence import Words
from scoring.peers.intervals import Matrix, joint_error
from scoring.peers.settings import Fairness

MIDDLE = 50.0


class Measured(Protocol):
    """What a metric is measured by, as far as a score needs it."""

    @property
    def between(self) -> float:
        """The true variance of managers."""


class Figures(Protocol):
    """What a metric says of every manager, as far as a score needs it: `rows` and `scale` as of an estimate."""

    @property
    def metric(self) -> str:
        """Its name."""

    @property
    def rows(self) -> pl.DataFrame:
        """One row per manager."""

    @property
    def scale(self) -> Measured | None:
        """What it is measured by."""


def correlation(estimates: Sequence[Estimate]) -> Matrix:
    """How the account residuals of the metrics go together: one row and column per metric."""
    return intervals.correlations([e.inner for e in estimates], [e.measured for e in estimates])


def scores(
    estimates: Sequence[Estimate],
    weights: Mapping[str, float],
    settings: Fairness | None = None,
    *,
    together: Matrix | None = None,
) -> pl.DataFrame:
    """The score of each manager.

    `weights` are those of the metrics, with any sum. One row per manager, sorted: score, error (that of the range, in
    points), low, high, z (that of the metrics, weighted), chance_above, peers, grade, label, reason (why it is not
    published, else null), is_published. A metric without data adds nothing to the score and its whole prior spread to
    the interval; weight is not passed on to others. No score without peers. `together` is the `correlation` of the
    estimates, where it is known already.
    """
    known = correlation(estimates) if together is None else together
    return weighed(estimates, weights, settings or Fairness(), known)


def weighed(
    estimates: Sequence[Figures], weights: Mapping[str, float], settings: Fairness, together: Matrix
) -> pl.DataFrame:
    """The same of figures whose correlation is known."""
    share = np.array([weights.get(e.metric, 0.0) for e in estimates], dtype=np.float64)
    share = share / share.sum()
    has, points, z, own = _terms(estimates, share)
    count = _peers(estimates, has)
    any_data = has.any(axis=1)
    doubt, error = (POINTS * joint_error(_errors(estimates, share, c), together) for c in ("error", "range_error"))
    total = POINTS * points.sum(axis=1)
    reach = intervals.reach(count, settings.coverage, compare=settings.compare) * error
    sure = intervals.chance_above(total, doubt, count)
    believed, borne = z.sum(axis=1), own.sum(axis=1)
    compared = any_data & (count > 0)
    reason = np.where(compared, evidence.reasons(borne, count, settings.least_z), _why(estimates, share))
    made = pl.DataFrame(
        {
            "manager_id": estimates[0].rows["manager_id"],
            "score": MIDDLE + total,
            "error": error,
            "low": MIDDLE + total - reach,
            "high": MIDDLE + total + reach,
            "z": believed,
            "chance_above": sure,
            "peers": count,
            "grade": evidence.grades(borne, settings.least_z),
            "label": np.where(reason == "", evidence.labels(sure, settings.sure), ""),
        }
    )
    figures = ("score", "error", "low", "high", "z", "chance_above", "grade", "label")
    kept = made.with_columns(pl.when(pl.Series(compared)).then(pl.col(*figures)))
    return kept.with_columns(
        pl.col(pl.Float64).round_sig_figs(DIGITS),
        pl.Series("reason", reason).replace("", None),
        pl.col("label").replace("", None),
        pl.Series("is_published", reason == ""),
    )


def _terms(estimates: Sequence[Figures], share: Vector) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """By manager and metric: whether there is a figure, and its terms of the score, of Z, and of the own evidence."""
    shape = (estimates[0].rows.height, len(estimates))
    has, points, z, own = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for m, made in enumerate(estimates):
        rows = made.rows
        theta, mean = rows["theta"].to_numpy(), rows["peer_mean"].to_numpy()
        has[:, m] = ~np.isnan(theta) & (share[m] > 0)
        believed = or_nought(rows["z"])
        z[:, m] = share[m] * believed
        own[:, m] = share[m] * evidence.of_own(believed, or_nought(rows["own_part"]))
        between = made.scale.between if made.scale else 0.0
        if made.scale and between > 0:
            gap = theta - mean
            points[:, m] = share[m] / np.sqrt(between) * np.where(np.isnan(gap), 0.0, gap)
    return has, points, z, own


def _errors(estimates: Sequence[Figures], share: Vector, column: str) -> Matrix:
    """By manager and metric the terms of a score's error; the whole prior spread where there is no figure."""
    errors = np.tile(share, (estimates[0].rows.height, 1))
    for m, made in enumerate(estimates):
        between = made.scale.between if made.scale else 0.0
        if made.scale and between > 0:
            is_told, known = ~np.isnan(made.rows["theta"].to_numpy()), or_nought(made.rows[column])
            errors[:, m] = np.where(is_told, share[m] / np.sqrt(between) * known, share[m])
        elif made.scale:
            errors[:, m] = 0.0
    return errors


def _peers(estimates: Sequence[Figures], has: Matrix) -> Codes:
    """The fewest peers that a manager has in any metric with a figure; 0 without."""
    counts = np.stack([or_nought(e.rows["peers"]).astype(np.int64) for e in estimates], axis=1)
    fewest = np.where(has, counts, np.iinfo(np.int64).max).min(axis=1)
    return np.where(has.any(axis=1), fewest, 0).astype(np.int64)


def _why(estimates: Sequence[Figures], share: Vector) -> Words:
    """Why a manager without any figure has none: what the metric that came furthest says, of those that count."""
    stages = {reason: n for n, reason in enumerate(evidence.REASONS)}
    counts = [e.rows["reason"] for e, weight in zip(estimates, share, strict=True) if weight > 0]
    reached = np.array([[stages.get(reason, 0) for reason in column] for column in counts], dtype=np.int64)
    return np.asarray(np.array(list(stages))[np.max(reached, axis=0)], dtype=np.str_)
