"""What are all payments still to come worth today? Sums over renewals, in three conventions that differ by a payment.

Fader and Hardie, Customer-Base Valuation in a Contractual Setting, Marketing Science 29(1), 2010. All values are
in payments of 1 per period, paid at the period's start by whoever renewed; the discount is per period.
"""

from collections.abc import Callable

import numpy as np

from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.special import legendre

LogSurvival = Callable[[Vector], Vector]
"""ln of the chance that a new customer makes so many renewals; the number need not be whole."""

TIMINGS = {
    "just_acquired": "all payments of a new customer, the first one now",
    "before_renewal": "just before the next renewal: its payment, if it is made, is due now",
    "after_renewal": "just after a renewal was paid: the next payment is due in a period",
}
"""When a value is taken, in words. Mixing them up is the commonest error with lifetime value."""

_TERMS = 2000
"""So many payments are added one by one; what is left is an integral."""
_NO_END = "payments without end have a value only at a discount rate above 0"


def just_acquired(survival: LogSurvival, discount: float) -> float:
    """The payments of a new customer, the first one now (discounted expected lifetime, DEL)."""
    return 1.0 + float(after_renewal(survival, np.zeros(1, dtype=np.int64), discount)[0])


def before_renewal(survival: LogSurvival, made: Counts, discount: float) -> Vector:
    """The payments from the next renewal on, just before it (DERL), by renewals made so far."""
    return after_renewal(survival, made, discount) * (1.0 + discount)


def after_renewal(survival: LogSurvival, made: Counts, discount: float) -> Vector:
    """The payments from the next renewal on, a period before it, by renewals made so far.

    Raises ValueError where the discount is not above 0: the sum may then have no end.
    """
    if discount <= 0:
        raise ValueError(_NO_END)
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


def before_renewal_sbg(alpha: float, beta: float, made: Counts, discount: float) -> Vector:
    """`before_renewal` of the shifted beta-geometric in closed form: a ratio times Gauss's 2F1(1, b; c; z).

    The function is taken as Gauss's continued fraction, whose parts are all positive; the library's own is not
    a number for some ordinary arguments, such as 2F1(1, 404.4; 405.4; 0.94).
    """
    if discount <= 0:
        raise ValueError(_NO_END)
    z = 1.0 / (1.0 + discount)
    stay = beta + made.astype(np.float64)
    b, c = stay + 1.0, alpha + stay + 1.0
    below = np.ones_like(stay)
    for k in range(min(20_000, 20 + int(12 / np.sqrt(1.0 - z))), 0, -1):
        below = 1.0 - z * k * (alpha - 1.0 + k) / ((c + 2 * k - 2) * (c + 2 * k - 1)) / below
        below = 1.0 - z * (b + k - 1) * (c + k - 2) / ((c + 2 * k - 3) * (c + 2 * k - 2)) / below
    return np.asarray(stay / (alpha + stay) / below)


def with_growth(discount: float, growth: float) -> float:
    """The discount rate that gives payments growing by `growth` a period the value of level ones."""
    return (discount - growth) / (1.0 + growth)


def per_period(annual: float, months: float) -> float:
    """The discount rate of a period of so many months, from a year's."""
    return float(np.expm1(np.log1p(annual) * months / 12.0))


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
