"""How far could a count or a rate be off by chance? Limits of counts (Poisson) and of rates (binomial)."""

import numpy as np
import scipy

from scoring.peers.books import Vector

FEW = 10.0
"""Below so many events the limits of a count are exact, from there on Byar's."""

Limits = tuple[Vector, Vector]


def of_counts(count: Vector, coverage: float) -> Limits:
    """Between which true means a count is not unusual; parts of events count as parts."""
    few, low, high = count < FEW, *exact(count, coverage)
    many_low, many_high = byar(np.maximum(count, FEW), coverage)
    return np.where(few, low, many_low), np.where(few, high, many_high)


def exact(count: Vector, coverage: float) -> Limits:
    """The means for which as few, or as many, have half of the chance that is left over: Garwood 1936."""
    tail = (1 - coverage) / 2
    low = np.where(count > 0, scipy.special.gammaincinv(np.maximum(count, np.finfo(float).tiny), tail), 0.0)
    return low, np.asarray(scipy.special.gammaincinv(count + 1, 1 - tail), dtype=np.float64)


def byar(count: Vector, coverage: float) -> Limits:
    """Byar's approximation to the exact limits, for counts above 0: Breslow & Day 1987."""
    z, more = float(scipy.special.ndtri((1 + coverage) / 2)), count + 1
    low = count * (1 - 1 / (9 * count) - z / (3 * np.sqrt(count))) ** 3
    return low, more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3


def of_rates(count: Vector, of: Vector, coverage: float) -> Limits:
    """Between which true rates `count` of `of` is not unusual: Wilson 1927. `of` must be above 0."""
    z = float(scipy.special.ndtri((1 + coverage) / 2))
    middle, wide = 2 * count + z**2, z * np.sqrt(z**2 + 4 * count * (1 - count / of))
    return (middle - wide) / (2 * (of + z**2)), (middle + wide) / (2 * (of + z**2))
