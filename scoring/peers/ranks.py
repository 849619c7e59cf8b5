"""Which places could a manager hold? An interval of ranks; a single rank would claim too much."""

import numpy as np
import scipy
from numpy.typing import NDArray

from scoring.peers.books import Codes, Vector

COVERAGE = 0.90
NODES = 21
_AT_ONCE = 2_000_000
"""Comparisons held in memory at a time."""

Matrix = NDArray[np.float64]


def rank_interval(theta: Vector, error: Vector, coverage: float = COVERAGE) -> tuple[Codes, Codes]:
    """The first and last place, 1 being the highest figure, that hold the true place as often as stated.

    Given a manager's own truth, taken at 21 Gauss-Hermite nodes, the number of peers ahead is normal with mean
    sum p and variance sum p (1 - p), p being how likely each peer is ahead. No random numbers. The cost grows
    with the square of the group; give it peers, not the company.
    """
    n = len(theta)
    points, share = np.polynomial.hermite_e.hermegauss(NODES)
    share = share / share.sum()
    first, last = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    step = max(1, _AT_ONCE // max(n * NODES, 1))
    for start in range(0, n, step):
        mine = slice(start, min(start + step, n))
        mean, spread = _ahead(theta, error, mine, points)
        first[mine] = _place(mean, spread, share, (1 - coverage) / 2, n)
        last[mine] = _place(mean, spread, share, (1 + coverage) / 2, n)
    return first, last


def _ahead(theta: Vector, error: Vector, mine: slice, points: Vector) -> tuple[Matrix, Matrix]:
    """Mean and standard deviation of how many peers are ahead: one row per manager, one column per node."""
    truth = theta[mine, None] + error[mine, None] * points
    gap = theta - truth[:, :, None]
    known = error > 0
    scaled = np.divide(gap, error, out=np.where(gap > 0, np.inf, np.where(gap < 0, -np.inf, 0.0)), where=known)
    likely = scipy.special.ndtr(scaled)
    rows = np.arange(mine.start, mine.stop)
    likely[np.arange(len(rows)), :, rows] = 0.0
    return likely.sum(axis=2), np.sqrt((likely * (1 - likely)).sum(axis=2))


def _place(mean: Matrix, spread: Matrix, share: Vector, part: float, n: int) -> Codes:
    """The lowest place up to which that part of the chances lies, by halving between 1 and n."""
    low, high = np.ones(len(mean), dtype=np.int64), np.full(len(mean), n, dtype=np.int64)
    while np.any(low < high):
        middle = (low + high) // 2
        gap = middle[:, None] - 0.5 - mean
        scaled = np.divide(gap, spread, out=np.where(gap >= 0, np.inf, -np.inf), where=spread > 0)
        reached = (scipy.special.ndtr(scaled) * share).sum(axis=1) >= part
        high = np.where(reached, middle, high)
        low = np.where(reached, low, np.minimum(middle + 1, high))  # others may still be halving
    return low
