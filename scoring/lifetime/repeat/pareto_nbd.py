"""When do accounts order, and when do they stop for good? Pareto/NBD: an account may stop at any instant.

Schmittlein, Morrison and Colombo (1987), Counting your customers: who are they and what will they do next?, Management
Science 33(1) 1-24. The distribution of the counts ahead: Fader, Hardie and Jerath (2007), here as a mean over the time
of the n-th order.
"""

from collections.abc import Mapping

import numpy as np
import scipy

from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.repeat import pareto
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout_fit import (
    EDGE,
    NO_DROPOUT,
    climbed,
    flags_of,
    limit,
    nothing_known,
    sought_without,
)
from scoring.lifetime.repeat.orders import Orders
from scoring.lifetime.repeat.rows import merged
from scoring.lifetime.special import distinct, legendre, shrinking

NAME = "Pareto/NBD"
PARAMETERS = ("r", "alpha", "s", "beta")
ASSUMPTIONS = (
    "While an account is alive, its orders come at chance, at a rate of its own.",
    "The rates of the accounts are spread as a gamma distribution of shape r and scale 1 / alpha.",
    "An account may stop for good at any instant, ordering or not, at a rate of its own.",
    "The rates of stopping are spread as a gamma distribution of s and 1 / beta, independent of the rates of orders.",
)
NODES = 32
PAIRS_AT_A_TIME = 256


def _point(parameters: Mapping[str, float]) -> Vector:
    return np.array([parameters[name] for name in PARAMETERS], dtype=np.float64)


def fit(orders: Orders) -> Fit:
    """The most likely parameters."""
    if not np.any(orders.x > 0):
        unknown = (np.exp(-EDGE), max(float(np.sum(orders.age)) / max(len(orders), 1), 1.0), np.exp(-EDGE), 1.0)
        return nothing_known(orders, NAME, dict(zip(PARAMETERS, unknown, strict=True)))
    rate = max(float(orders.age.sum()), 1e-6) / orders.x.sum()
    week = float(orders.age.mean())
    found = climbed(lambda some: pareto.surface(merged(some)), orders, np.log([0.5, 0.5 * rate, 0.5, 0.5 * week]))
    without = sought_without(orders)
    if found.value - without.value < NO_DROPOUT:
        return limit(without, orders, NAME, PARAMETERS, found.steps)
    parameters = dict(zip(PARAMETERS, np.exp(found.at).tolist(), strict=True))
    flags = tuple(flags_of(found, orders))
    return Fit(NAME, parameters, found.value, len(orders), found.steps, found.covariance, flags)


def alive(fit: Fit, orders: Orders) -> Vector:
    """Per account the probability that it still buys."""
    stopped = pareto.log_odds_stopped(_point(fit.parameters), orders.x, orders.t_x, orders.age)
    return np.asarray(scipy.special.expit(-stopped))


def view(fit: Fit, orders: Orders) -> Ahead:
    """What the model expects of the accounts from the last day seen on."""
    kinds = distinct(orders.x.astype(np.float64), orders.age)
    r, alpha, s, beta = _point(fit.parameters)
    shape, by_rate, by_end = r + kinds.first, alpha + kinds.second, beta + kinds.second

    def expectation(weeks: Vector) -> Vector:
        length = np.log1p(weeks / by_end)
        return np.asarray((shape / by_rate * by_end * length * shrinking((s - 1) * length))[:, None])

    def at_least(kind: Counts, n: Counts, weeks: float) -> Vector:
        out = np.empty((len(n), 1))
        for start in range(0, len(n), PAIRS_AT_A_TIME):
            part = slice(start, start + PAIRS_AT_A_TIME)
            some = kind[part]
            out[part, 0] = _reached(shape[some], by_rate[some], s, by_end[some], n[part].astype(np.float64), weeks)
        return out

    return Ahead(alive(fit, orders), kinds.row, by_end, expectation, at_least)


def _reached(shape: Vector, by_rate: Vector, s: float, by_end: Vector, n: Vector, weeks: float) -> Vector:
    """The probability that the n-th order comes within `weeks`, and before the end.

    A mean, over the time of the n-th order, of the share that is then still alive. The logarithm of that time, plus and
    over `by_rate`, is minus that of a beta variable; nine standard deviations of it hold all that matters.
    """
    betaln, polygamma = scipy.special.betaln, scipy.special.polygamma
    centre = polygamma(0, shape + n) - polygamma(0, shape)
    spread = np.sqrt(polygamma(1, shape) - polygamma(1, shape + n))
    first = by_rate * np.expm1(np.clip(centre - 9 * spread, 0.0, 300.0))
    last = by_rate * np.expm1(np.minimum(centre + np.maximum(9 * spread, 40 / shape), 300.0))
    last = np.minimum(last, weeks)
    first = np.minimum(first, last)
    least = np.minimum(by_rate, by_end)
    width = np.log1p((last - first) / (least + first))
    points, weights = legendre(NODES)
    time = first[:, None] + (least + first)[:, None] * np.expm1(width[:, None] * points)
    with np.errstate(divide="ignore"):
        log = (n - 1)[:, None] * np.log(time / by_rate[:, None]) if np.any(n > 1) else np.zeros_like(time)
    log = log - (shape + n)[:, None] * np.log1p(time / by_rate[:, None]) - s * np.log1p(time / by_end[:, None])
    density = np.exp(log - (betaln(n, shape) + np.log(by_rate))[:, None]) * (least[:, None] + time)
    return np.asarray(np.minimum(width * (density @ weights), 1.0), dtype=np.float64)
