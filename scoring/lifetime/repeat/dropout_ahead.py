"""What do BG/NBD, MBG/NBD and the model without dropout expect of an account that is still alive?

Its rate is Gamma(r + kx + j, alpha + T), if j events came since its last purchase, and its chance to stop
Beta(a, c), c = b + x + chances, independent of each other. Everything is a mean over the second, by a Gauss rule: the
closed form with a hypergeometric function is 0/0 at a = 1 and loses its digits near it.
"""

from collections.abc import Callable, Mapping

import numpy as np
import scipy

from scoring.lifetime.beta_ratio import log_beta_ratio
from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.repeat import dropout
from scoring.lifetime.repeat.ahead import Ahead
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.erlang import stages
from scoring.lifetime.repeat.orders import Orders
from scoring.lifetime.special import Distinct, beta_rules, distinct

NODES = 16
KINDS_AT_A_TIME = 512


def _point(process: Process, parameters: Mapping[str, float]) -> Vector:
    """The parameters as a vector: r, alpha, and a, b where accounts stop."""
    names = ("r", "alpha", "a", "b") if process.stops else ("r", "alpha")
    return np.array([parameters[name] for name in names], dtype=np.float64)


def alive(process: Process, parameters: Mapping[str, float], orders: Orders) -> Vector:
    """Per account the probability that it has not stopped."""
    if not process.stops:
        return np.ones(len(orders))
    at = _point(process, parameters)
    return 1.0 - dropout.stopped_share(dropout.log_odds_stopped(process, at, orders.x, orders.t_x, orders.age))


def ahead(process: Process, parameters: Mapping[str, float], orders: Orders) -> Ahead:
    """The model's view of the accounts; kinds are the different pairs of x and age."""
    kinds = distinct(orders.x.astype(np.float64), orders.age)
    at = _point(process, parameters)
    end = at[1] + kinds.second
    shape = at[0] + process.k * kinds.first

    def at_least(kind: Counts, n: Counts, weeks: float) -> Vector:
        kept = np.ones(len(n))
        if process.stops:
            before = np.asarray(n - 1, dtype=np.float64)
            kept = np.exp(log_beta_ratio(at[2], at[3] + process.chances + kinds.first[kind], before))
        share = weeks / (end[kind] + weeks)
        stages = [kept * scipy.special.betainc(n * process.k - j, shape[kind] + j, share) for j in range(process.k)]
        return np.stack(stages, axis=1)

    return Ahead(
        alive(process, parameters, orders),
        kinds.row,
        end,
        _expectation(process, at, kinds),
        at_least,
        _shares(process, at, orders) if process.k > 1 else None,
    )


def _shares(process: Process, at: Vector, orders: Orders) -> Vector:
    """Per account how likely j = 0 .. k-1 events came since its last purchase, given that it is alive."""
    end = at[1] + orders.age
    found = stages(process.k, at[0] + process.k * orders.x, (orders.age - orders.t_x) / end)
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


def _expectation(process: Process, at: Vector, kinds: Distinct) -> Callable[[Vector], Vector]:
    """Weeks ahead per kind to the expected orders of an account that is alive, one column per stage."""
    if not process.stops:
        return lambda weeks: _without_stopping(process.k, at, kinds, weeks)
    levels, row = np.unique(kinds.first, return_inverse=True)
    points, weights = beta_rules(at[2], at[3] + process.chances + levels, NODES)

    def expectation(weeks: Vector) -> Vector:
        out = np.empty((len(row), process.k))
        for start in range(0, len(row), KINDS_AT_A_TIME):
            part = slice(start, start + KINDS_AT_A_TIME)
            p, w = points[row[part]], weights[row[part]]
            ratio = (weeks[part] / (at[1] + kinds.second[part]))[:, None]
            shape = (at[0] + process.k * kinds.first[part])[:, None]
            for j in range(process.k):
                out[part, j] = np.einsum("ij,ij->i", w, _given_chance(process.k, j, p, ratio, shape + j))
        return out

    return expectation


def _given_chance(k: int, j: int, p: Vector, ratio: Vector, shape: Vector) -> Vector:
    """(1 - E[(1 - p)^N]) / p, where N is the number of whole k's in j events plus a gamma mixture of Poisson's.

    For k > 1 the mean over the remainders is taken with the k-th roots of 1 - p; the positive one is the main term.
    """
    if k == 1:
        return np.asarray(-np.expm1(-shape * np.log1p(p * ratio)) / p, dtype=np.float64)
    y = -np.log1p(-p)
    near = y * (1 - 1 / k) / 2 + y**2 * (1 - 1 / k**2) / 24
    bulk = np.where(y < 1e-4, near, np.log(np.expm1(y) / np.expm1(y / k) / k))
    main = -np.expm1(bulk - j * y / k - shape * np.log1p(-np.expm1(-y / k) * ratio)) / p
    for turn in range(1, k):
        z = np.exp(-y / k) * np.exp(2j * np.pi * turn / k)
        found = z ** (j + 1) / (z - 1) * np.exp(y - shape * np.log(1 + (1 - z) * ratio))
        main = main + found.real / k
    return np.asarray(np.maximum(main, 0.0), dtype=np.float64)


def _without_stopping(k: int, at: Vector, kinds: Distinct, weeks: Vector) -> Vector:
    """Expected whole k's in j events plus a gamma mixture of Poisson's, one column per j."""
    ratio = weeks / (at[1] + kinds.second)
    out = np.empty((len(ratio), k))
    for j in range(k):
        shape = at[0] + k * kinds.first + j
        rest = np.full(len(ratio), (k - 1) / 2)
        for turn in range(1, k):
            root = np.exp(2j * np.pi * turn / k)
            rest = rest + (root**j * np.exp(-shape * np.log(1 + (1 - root) * ratio)) / (1 / root - 1)).real
        out[:, j] = np.maximum(shape * ratio + j - rest, 0.0) / k
    return out
