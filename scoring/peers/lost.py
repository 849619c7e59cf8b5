"""How many were lost, and how many were to be expected of such accounts? Indirect standardisation, by manager."""

from dataclasses import dataclass

import numpy as np

from scoring.peers.books import Books, Vector
from scoring.peers.limits import Limits, of_counts


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """One entry per group: how many were lost, and the sum of what was expected of each of its accounts.

    Parts of shared accounts count as parts, so both may be fractions.
    """

    observed: Vector
    expected: Vector

    @property
    def ratio(self) -> Vector:
        """Observed over expected; NaN where nothing was expected."""
        return _over(self.observed, self.expected)

    def limits(self, coverage: float) -> Limits:
        """Between which true ratios so many are not unusual."""
        low, high = of_counts(self.observed, coverage)
        return _over(low, self.expected), _over(high, self.expected)

    def rate(self, everybody: float) -> Vector:
        """The rate that each would have with everybody's accounts, `everybody` being the rate over all."""
        return self.ratio * everybody


def lost(happened: Vector, expected: Vector, books: Books) -> Lost:
    """What was lost and expected in each manager's part of the units."""
    return Lost(*(books.by_manager(books.share * values[books.unit]) for values in (happened, expected)))


def _over(top: Vector, bottom: Vector) -> Vector:
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0), dtype=np.float64)
