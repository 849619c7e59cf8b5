"""Which pieces of mathematics do the models share, in forms that stay exact where the textbook form does not?"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy

from scoring.lengths import DAYS_A_WEEK
from scoring.lifetime.fit import Counts, Vector

_STIRLING = 15.0
"""From here on the series of Stirling is exact to the last digit."""


def log_rising(z: Vector | float, n: Vector | Counts | float) -> Vector:
    """ln Gamma(z + n) - ln Gamma(z) for z above 0 and n from 0, without taking large numbers from each other."""
    return _log_rising(*np.broadcast_arrays(np.asarray(z, dtype=np.float64), np.asarray(n, dtype=np.float64)))


def _log_rising(z: Vector, n: Vector) -> Vector:
    big = np.maximum(z, _STIRLING)
    far = (big - 0.5) * np.log1p(n / big) + n * np.log(big + n) - n + _tail(big + n) - _tail(big)
    small = np.minimum(z, _STIRLING)
    near = scipy.special.gammaln(small + n) - scipy.special.gammaln(small)
    return np.asarray(np.where(z >= _STIRLING, far, near), dtype=np.float64)


def _tail(z: Vector) -> Vector:
    """What Stirling's series adds to (z - 1/2) ln z - z + ln(2 pi) / 2."""
    s = 1.0 / (z * z)
    return np.asarray((1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z, dtype=np.float64)


def shrinking(z: Vector) -> Vector:
    """(1 - exp(-z)) / z, which is 1 at z = 0."""
    safe = np.where(np.abs(z) < 1e-300, 1.0, z)
    return np.asarray(np.where(np.abs(z) < 1e-300, 1.0, -np.expm1(-safe) / safe), dtype=np.float64)


def beta_rules(a: float, c: Vector, nodes: int = 16) -> tuple[Vector, Vector]:
    """Gauss rules for means over Beta(a, c): points and weights, one row per value of `c`.

    A row's weights sum to 1; the rule is exact for polynomials of degree below 2 `nodes`. The eigenvalues of
    the Jacobi matrix (Golub and Welsch 1969), scaled to the unit interval without differences, so that
    means of 1e-6 keep their digits.
    """
    n = np.arange(nodes, dtype=np.float64)[None, :]
    s = (a + np.asarray(c, dtype=np.float64) - 2.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (2 * n * (n + 1 + s) + a * s) / ((2 * n + s) * (2 * n + s + 2))
        rest = n * (n + s + 1 - a) * (n + a - 1) * (n + s) / ((2 * n + s) ** 2 * (2 * n + s + 1) * (2 * n + s - 1))
    middle[:, 0] = a / (s[:, 0] + 2)
    if nodes > 1:
        rest[:, 1] = a * (s[:, 0] + 2 - a) / ((s[:, 0] + 2) ** 2 * (s[:, 0] + 3))
    matrix = np.zeros((len(middle), nodes, nodes))
    index = np.arange(nodes)
    matrix[:, index, index] = middle
    matrix[:, index[1:], index[:-1]] = np.sqrt(np.maximum(rest[:, 1:], 0.0))
    points, vectors = np.linalg.eigh(matrix)
    return np.clip(points, 1e-300, 1 - 1e-12), np.asarray(vectors[:, 0, :] ** 2, dtype=np.float64)


@lru_cache(maxsize=64)
def legendre(nodes: int) -> tuple[Vector, Vector]:
    """The Gauss-Legendre rule on the interval from 0 to 1: points and weights."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return (points + 1) / 2, weights / 2


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The different pairs among many: their two columns, and for each of the many the row of its pair."""

    first: Vector
    second: Vector
    row: Counts


def distinct(first: Vector, second: Vector) -> Distinct:
    """The different pairs of two vectors, so that a costly function is evaluated once for each.

    Counts and whole days are found by a table; anything else by sorting.
    """
    if not len(first):
        return Distinct(first, second, np.zeros(0, dtype=np.int64))
    days = np.rint(second * DAYS_A_WEEK).astype(np.int64)
    width = int(days.max()) + 1
    whole = first.astype(np.int64)
    cells = (int(whole.max()) + 1) * width
    is_grid = days.min() >= 0 and whole.min() >= 0 and cells <= 20_000_000
    if is_grid and np.array_equal(days / DAYS_A_WEEK, second) and np.array_equal(whole, first):
        code = whole * width + days
        seen = np.zeros(cells, dtype=bool)
        seen[code] = True
        place = np.flatnonzero(seen)
        rank = np.empty(cells, dtype=np.int32)
        rank[place] = np.arange(len(place), dtype=np.int32)
        return Distinct((place // width).astype(np.float64), (place % width) / DAYS_A_WEEK, rank[code].astype(np.int64))
    pairs, row = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    return Distinct(pairs[:, 0].copy(), pairs[:, 1].copy(), row.reshape(-1).astype(np.int64))
