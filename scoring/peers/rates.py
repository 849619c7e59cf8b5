"""Which rate is to be believed of a small book? A beta distribution for all books, and what each one adds to it."""

from dataclasses import dataclass

import numpy as np
import scipy

from scoring.lifetime.beta_ratio import in_logs
from scoring.lifetime.newton import maximise
from scoring.lifetime.special import log_rising
from scoring.peers.books import Vector
from scoring.peers.credibility import LEAST_PEERS
from scoring.peers.limits import Limits

NOTHING_KNOWN = (1.0, 1.0)
"""Every rate alike: what is held of books too few to say how they differ."""
MOST_KNOWN = 139.0
"""Accounts that the others' books count as at the most: a quiet period must not make all managers one."""


@dataclass(frozen=True, slots=True, eq=False)
class Believed:
    """What is believed of each rate: the parameters of its beta distribution."""

    yes: Vector
    no: Vector

    @property
    def mean(self) -> Vector:
        """The rate itself."""
        return self.yes / (self.yes + self.no)

    @property
    def error(self) -> Vector:
        """Its standard error."""
        whole = self.yes + self.no
        return np.sqrt(self.yes * self.no / (whole**2 * (whole + 1)))

    def limits(self, coverage: float) -> Limits:
        """Between which values the rate lies, as much of the chance left over on each side."""
        tail = (1 - coverage) / 2
        low, high = (scipy.special.betaincinv(self.yes, self.no, p) for p in (tail, 1 - tail))
        return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def believed(count: Vector, of: Vector) -> Believed:
    """The rates of books drawn to those of all; below five books each is taken by itself."""
    yes, no = fitted(count, of) if len(count) >= LEAST_PEERS else NOTHING_KNOWN
    less = min(1.0, MOST_KNOWN / (yes + no))
    return drawn(count, of, (yes * less, no * less))


def drawn(count: Vector, of: Vector, prior: tuple[float, float]) -> Believed:
    """What the counts add to what was held before, which counts as so many yes and no."""
    return Believed(prior[0] + count, prior[1] + of - count)


def fitted(count: Vector, of: Vector) -> tuple[float, float]:
    """The beta distribution of books' rates under which the counts were likeliest."""
    whole, rest = np.array([float(np.sum(count)), float(np.sum(of - count))]) + 0.5, of - count

    def surface(logs: Vector) -> tuple[float, Vector, Vector]:
        digamma, polygamma = scipy.special.digamma, scipy.special.polygamma
        a, b = at = np.exp(logs)
        value = np.sum(log_rising(a, count) + log_rising(b, rest) - log_rising(a + b, of))
        both = np.sum(digamma(a + b + of) - digamma(a + b))
        gradient = np.array([np.sum(digamma(p + c) - digamma(p)) - both for p, c in ((a, count), (b, rest))])
        bent = np.full((2, 2), -np.sum(polygamma(1, a + b + of) - polygamma(1, a + b)))
        bent += np.diag([np.sum(polygamma(1, p + c) - polygamma(1, p)) for p, c in ((a, count), (b, rest))])
        return float(value), *in_logs(at, gradient, bent)

    found = np.exp(maximise(surface, np.log(20 * whole / whole.sum())).at)
    return float(found[0]), float(found[1])
