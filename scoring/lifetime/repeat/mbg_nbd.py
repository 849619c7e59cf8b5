"""When do accounts order, and when do they stop for good? MBG/NBD: an account may stop after any purchase.

Batislam, Denizel and Filiztekin (2007), IJRM 24(3) 201-209; for orders that come more regularly than chance (k > 1),
Platzer and Reutterer (2017), the MBG/CNBD-k. Their expectation ahead is an approximation; here the events since the
last purchase are summed over, which is exact.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.special import gammaln

from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.repeat import ahead, dropout, dropout_ahead, dropout_fit
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.orders import NEW, Orders

NAME = "MBG/NBD"
PARAMETERS = ("k", "r", "alpha", "a", "b")
ASSUMPTIONS = (
    "While an account is alive, every k-th event of a chance process at a rate of its own is an order.",
    "The rates of the accounts are spread as a gamma distribution of shape r and scale 1 / alpha.",
    "After each order, the first included, an account stops for good with a chance of its own.",
    "The chances to stop are spread as a beta distribution of a and b, independent of the rates.",
)


def _process(parameters: Mapping[str, float]) -> Process:
    return Process(int(parameters.get("k", 1)), 1)


def log_likelihoods(
    parameters: Mapping[str, float], x: Vector | Counts, t_x: Vector, age: Vector, log_gaps: Vector | None = None
) -> Vector:
    """The logarithm of each account's likelihood.

    For k > 1 the density of the gaps needs `log_gaps`; without them it is left out.
    """
    process = _process(parameters)
    found = dropout.log_likelihoods(process, dropout_ahead.point(parameters, process), x, t_x, age)
    if process.k == 1 or log_gaps is None:
        return found
    return np.asarray(found + (process.k - 1) * log_gaps - gammaln(process.k) * x, dtype=np.float64)


def fit(orders: Orders, k: int = 1) -> Fit:
    """The most likely parameters for orders at every k-th event."""
    found = dropout_fit.fitted(_process({"k": k}), orders, NAME)
    return replace(found, parameters={"k": float(k), **found.parameters})


def alive(fit: Fit, orders: Orders) -> Vector:
    """Per account the probability that it still buys."""
    process = _process(fit.parameters)
    return dropout_ahead.alive(process, dropout_ahead.point(fit.parameters, process), orders)


def expected(fit: Fit, orders: Orders, weeks: float) -> Vector:
    """Per account the expected orders in the next `weeks`, whether it is alive or not."""
    return ahead.expected(view(fit, orders), weeks)


def discounted(fit: Fit, orders: Orders, weeks: float | None, rate: float) -> Vector:
    """Per account the expected orders of the next `weeks` (None: for ever), discounted at `rate` a week."""
    return ahead.discounted(view(fit, orders), weeks, rate)


def expected_from_start(fit: Fit, weeks: float) -> float:
    """The expected repeat orders of a new account in the `weeks` after its first purchase."""
    return float(expected(fit, NEW, weeks)[0])


def count_probabilities(fit: Fit, orders: Orders, weeks: float, most: int) -> Vector:
    """P(n orders in the next `weeks`): one row per account, one column per n from 0 to `most`."""
    return ahead.count_probabilities(view(fit, orders), weeks, most)


def count_range(fit: Fit, orders: Orders, weeks: float, level: float) -> tuple[Counts, Counts]:
    """Per account the least and the most orders of the next `weeks`, at probability `level`."""
    return ahead.count_range(view(fit, orders), weeks, level)


def view(fit: Fit, orders: Orders) -> Ahead:
    """What the model expects of the accounts from the last day seen on."""
    process = _process(fit.parameters)
    return dropout_ahead.ahead(process, dropout_ahead.point(fit.parameters, process), orders)
