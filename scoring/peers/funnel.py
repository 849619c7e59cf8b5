"""Between which lines do books of a size fall by chance alone? The control limits of a funnel: Spiegelhalter 2005."""

import numpy as np
import scipy

from scoring.peers.books import Vector
from scoring.peers.limits import Limits, exact

INNER, OUTER = 0.95, 0.998
"""Of average managers' books five in a hundred lie outside the inner lines, one in five hundred outside the outer."""


def around_rate(rate: float, of: Vector, coverage: float) -> Limits:
    """The limits of the rates of books of so many, where the true rate of all is this; within 0 and 1."""
    wide = float(scipy.special.ndtri((1 + coverage) / 2)) * np.sqrt(rate * (1 - rate) / of)
    return np.clip(rate - wide, 0.0, 1.0), np.clip(rate + wide, 0.0, 1.0)


def around_ratio(count: Vector, coverage: float) -> Limits:
    """How far below and above 1 observed over expected would be with what is expected at the limits of the count.

    `count` is above 0. So the line goes through (count / ratio, ratio): there as many are just unusual.
    """
    low, high = exact(count, coverage)
    return count / high, count / low
