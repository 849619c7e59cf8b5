"""Why do two teams differ? What follows from the accounts they have, and what does not: Oaxaca 1973, Blinder 1973."""

from dataclasses import dataclass

import numpy as np

from scoring.peers.books import Vector


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """How far two means are apart, and what of it comes from each kind of account that one has more of."""

    whole: float
    parts: Vector

    @property
    def explained(self) -> float:
        """What different accounts make of it."""
        return float(np.sum(self.parts))

    @property
    def unexplained(self) -> float:
        """The rest: what was done with accounts of the same kinds, and whatever no kind records."""
        return self.whole - self.explained


def gap(first: tuple[float, Vector], second: tuple[float, Vector], points: Vector) -> Gap:
    """The gap from the second to the first: each with its mean outcome and the share of its accounts of each kind.

    `points` are those of the kinds, the same for both. With the points of one side alone, the rest is what the
    threefold split calls coefficients, for the second's with the interaction.
    """
    return Gap(first[0] - second[0], (first[1] - second[1]) * points)
