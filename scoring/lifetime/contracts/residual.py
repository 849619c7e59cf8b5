"""What are all payments still to come worth today? Sums over renewals, in two conventions that differ by a period.

Fader and Hardie, Customer-Base Valuation in a Contractual Setting, Marketing Science 29(1), 2010. All values are
in payments of 1 per period, paid at the period's start by whoever renewed; the discount is per period.
"""

from collections.abc import Callable

import numpy as np

from scoring.lengths import MONTHS_A_YEAR
from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.special import legendre

LogSurvival = Callable[[Vector], Vector]
"""ln of the chance that a new customer makes so many renewals; the number need not be whole."""

_TERMS = 2000
"""So many payments are added one by one; what is left is an integral."""


def before_renewal(survival: LogSurvival, made: Counts, discount: float) -> Vector:
    """The payments from the next renewal on, just before it (DERL), by renewals made so far."""
    return after_renewal(survival, made, discount) * (1.0 + discount)


def after_renewal(survival: LogSurvival, made: Counts, discount: float) -> Vector:
    """The payments from the next renewal on, a period before it, by renewals made so far.

    Raises ValueError where the discount is not above 0: the sum may then have no end.
    """
    if discount <= 0:
        raise ValueError("payments without end have a value only at a discount rate above 0")
    force = np.log1p(discount)
    single, row = np.unique(made, return_inverse=True)
    terms = min(_TERMS, int(40 / force) + 2)
    table = survival(np.arange(float(single.max(initial=0)) + terms + 1))
    ahead = np.arange(1, terms + 1)
    kept = np.exp(table[single[:, None] + ahead] - table[single][:, None])
    total = kept @ np.exp(-force * ahead)
    if terms == _TERMS:
        total += _rest(survival, single, table[single], force)
    return np.asarray(total[row.reshape(-1)])


def per_period(annual: float, months: float) -> float:
    """The discount rate of a period of so many months, from a year's."""
    return float(np.expm1(np.log1p(annual) * months / MONTHS_A_YEAR))


def annuity(discount: float, payments: Vector) -> Vector:
    """The value of so many payments of 1, the first one now; their number where the discount is 0."""
    force = np.log1p(discount)
    if force == 0:
        return np.asarray(payments, dtype=np.float64)
    return np.asarray(np.expm1(-force * payments) / np.expm1(-force))


def _rest(survival: LogSurvival, made: Counts, now: Vector, force: float) -> Vector:
    """What follows after `_TERMS` payments: the midpoint rule the other way round, in the logarithm of time."""
    points, weights = legendre(64)
    middle = _TERMS + 0.5
    width = float(np.log1p(45.0 / (force * middle)))
    later = middle * np.exp(width * points)
    flow = np.exp(survival(made[:, None] + later) - now[:, None] - force * later) @ (weights * later) * width
    step = np.array([_TERMS, _TERMS + 1.0])
    edge = np.exp(survival(made[:, None] + step) - now[:, None] - force * step)
    return np.asarray(flow + (edge[:, 1] - edge[:, 0]) / 24.0)
