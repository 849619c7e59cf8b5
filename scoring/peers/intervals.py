"""How far could a figure stray? Reaches of intervals, and metrics that rise and fall together."""

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from scoring.peers.books import Codes, Flags, Vector

COVERAGE = 0.95
FEW_PEERS = 30
"""Below so many peers Student's t takes the place of the normal distribution."""
TOO_ALIKE = 0.7
"""Metrics whose residuals are correlated more than this count nearly the same thing twice."""

Matrix = NDArray[np.float64]


def reach(peers: Codes, coverage: float = COVERAGE, *, compare: bool = False) -> Vector:
    """How many standard errors an interval reaches to each side.

    To `compare`, so many that two intervals of like errors just fail to overlap where their difference is beyond
    chance (Goldstein & Healy 1995: 1.39 for 95 %). With one peer or none it is as with two.
    """
    tail = (1 + coverage) / 2
    freedom = np.maximum(peers - 1, 1)
    wide = np.where(peers < FEW_PEERS, scipy.special.stdtrit(freedom, tail), scipy.special.ndtri(tail))
    return np.asarray(wide * (np.sqrt(2) / 2 if compare else 1.0), dtype=np.float64)


def chance_above(distance: Vector, error: Vector, peers: Codes) -> Vector:
    """How likely the truth lies above, `distance` being how far the estimate does; a half where nothing is known."""
    ratio = np.divide(distance, error, out=np.zeros_like(distance), where=error > 0)
    by_few = scipy.special.stdtr(np.maximum(peers - 1, 1), ratio)
    likely = np.where(peers < FEW_PEERS, by_few, scipy.special.ndtr(ratio))
    return np.asarray(likely, dtype=np.float64)


def correlations(inner: Sequence[Vector], measured: Sequence[Flags]) -> Matrix:
    """The pooled correlation of the account residuals of each two metrics.

    `inner` holds, per metric, the residuals less their book's mean, over all units; `measured` where there are
    any. 0 where no account has both, or one does not vary.
    """
    n = len(inner)
    found = np.eye(n)
    for a in range(n):
        for b in range(a):
            both = measured[a] & measured[b]
            one, other = inner[a][both], inner[b][both]
            scale = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
            found[a, b] = found[b, a] = float(np.sum(one * other)) / scale if scale > 0 else 0.0
    return found


def joint_error(errors: Matrix, correlation: Matrix) -> Vector:
    """The standard error of a sum, `errors` having a row per manager and the error of each term in a column."""
    squared = np.einsum("ja,ab,jb->j", errors, correlation, errors)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)), dtype=np.float64)
