"""What is a customer worth if everybody leaves at the same rate? The simple forms, and customers of a few kinds.

Fixed churn undervalues who has stayed: see `residual` for customers that differ.
"""

from collections.abc import Sequence

import numpy as np

from scoring.lifetime.contracts.residual import annuity
from scoring.lifetime.fit import Vector

ASSUMPTIONS = (
    "Every customer leaves at the same rate, however long it has stayed.",
    "The payment is the same every period.",
)


def smoothed_churn(losses: float, exposure: float, *, mean: float, strength: float) -> float:
    """Losses per period at risk, with a prior that expects `mean` and weighs `strength` periods."""
    return (losses + mean * strength) / (exposure + strength)


def simple(payment: float, churn: float, *, cap: float | None = None) -> float:
    """Payment over churn; never for more than `cap` periods where one is given.

    Raises ValueError where churn is not above 0 and there is no cap: smooth it first.
    """
    if churn <= 0 and cap is None:
        raise ValueError("without churn and without a cap the value has no end; smooth the churn first")
    periods = np.inf if churn <= 0 else 1.0 / churn
    return payment * float(min(periods, np.inf if cap is None else cap))


def payment_now(payment: float, retention: float, discount: float) -> float:
    """All payments, the first one now: m (1 + d) / (1 + d − r)."""
    return payment * (1 + discount) / _gap(retention, discount)


def payment_after_renewal(payment: float, retention: float, discount: float) -> float:
    """All payments but today's, the next in a period if it is renewed: m r / (1 + d − r)."""
    return payment * retention / _gap(retention, discount)


def payment_at_renewal(payment: float, retention: float, discount: float) -> float:
    """All payments just before a renewal, its own due now if it is made: m r (1 + d) / (1 + d − r)."""
    return payment * retention * (1 + discount) / _gap(retention, discount)


def payments_now(payment: float, retention: float, discount: float, number: int) -> float:
    """The next `number` payments, the first one now."""
    return payment * float(annuity((1 + discount) / retention - 1, np.array([float(number)]))[0])


def kind_given_renewals(retention: Sequence[float], share: Sequence[float], made: int) -> Vector:
    """The chance that a customer with so many renewals is of each kind, from the kinds' shares among new ones."""
    weight = np.asarray(share, dtype=np.float64) * np.asarray(retention, dtype=np.float64) ** made
    return np.asarray(weight / weight.sum())


def payment_at_renewal_of_kinds(
    payment: float, retention: Sequence[float], share: Sequence[float], discount: float, made: int
) -> float:
    """`payment_at_renewal` where customers are of a few kinds, nobody knows which."""
    values = np.array([payment_at_renewal(payment, r, discount) for r in retention])
    return float(kind_given_renewals(retention, share, made) @ values)


def _gap(retention: float, discount: float) -> float:
    gap = 1 + discount - retention
    if gap <= 0:
        raise ValueError("where nobody leaves and nothing is discounted, the value has no end")
    return gap
