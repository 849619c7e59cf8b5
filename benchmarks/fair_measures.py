"""How far is a list of managers from the truth? Errors, flags and luck."""

import numpy as np
import polars as pl
from fair_worlds.settings import Vector

TENTH = 0.1


def ranks(values: Vector) -> Vector:
    """The rank of each value from 1, the mean of theirs for those alike."""
    return pl.Series(values).rank("average").to_numpy().astype(np.float64)


def percentile(values: Vector) -> Vector:
    """The middle of each value's place among all, from 0 to 100."""
    return 100 * (ranks(values) - 0.5) / len(values)


def rank_correlation(value: Vector, truth: Vector) -> float:
    """Spearman's rank correlation."""
    return float(np.corrcoef(ranks(value), ranks(truth))[0, 1])


def root_mean_square(value: Vector, truth: Vector) -> float:
    """The error that remains when both have the same mean."""
    return float(np.std(value - truth))


def flagged(value: Vector, truth: Vector) -> tuple[float, float]:
    """Of the lowest tenth: the share that is not truly of the lowest tenth, and the share truly above the median."""
    n = max(round(TENTH * len(value)), 1)
    lowest = np.argsort(value, kind="stable")[:n]
    worst = np.isin(lowest, np.argsort(truth, kind="stable")[:n])
    return float(1 - worst.mean()), float(np.mean(truth[lowest] > np.median(truth)))


def luck(value: Vector, truth: Vector, goodness: Vector) -> float:
    """The correlation of the values with the quality of the book, the true effect taken out of both."""
    return float(np.corrcoef(_without(value, truth), _without(goodness, truth))[0, 1])


def covered(rows: pl.DataFrame) -> float:
    """The share of true effects that lie in their intervals: `effect`, `low`, `high`."""
    return float(rows.drop_nulls("low").select(pl.col("effect").is_between("low", "high").mean()).item())


def _without(value: Vector, truth: Vector) -> Vector:
    """What is left of the values when a straight line of the truth is taken out."""
    centred, line = value - value.mean(), truth - truth.mean()
    return centred - line * float(centred @ line) / max(float(line @ line), np.finfo(float).tiny)
