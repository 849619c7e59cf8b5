"""How likely are the purchases seen, where an account may stop at any instant? The Pareto/NBD likelihood.

Purchases come at rate lambda ~ Gamma(r, alpha) until an exponential end at rate mu ~ Gamma(s, beta):

    L = Gamma(r+x)/Gamma(r) alpha^r beta^s (alpha+T)^-(r+x) (beta+T)^-s (1 + e^z),
    e^z = s (alpha+T)^(r+x) (beta+T)^s * integral from tx to T of (alpha+u)^-(r+x) (beta+u)^-(s+1) du,

e^z being the odds that the account has stopped. The published form has two hypergeometric functions whose difference
loses its digits; the integral is of one sign and smooth in ln(u + min(alpha, beta)), so that few nodes do, and its
derivatives are means over the same nodes. Schmittlein, Morrison and Colombo 1987; Fader and Hardie 2005.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from scoring.lifetime.beta_ratio import in_logs
from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.newton import Surface
from scoring.lifetime.repeat.rows import Rows
from scoring.lifetime.special import legendre, log_rising

POINTS_AT_A_TIME = 8_192
"""So few that what is computed on the way stays in the cache, and that the linear algebra starts no threads."""
NODES = np.array([4, 6, 8, 12, 18, 32, 96])
_DROP = np.array([1.0, 4.0, 9.0, 18.0, 40.0, 70.0])
"""Up to which fall of the integrand, in logarithms, so many nodes are exact to eight digits."""
_WIDTH = np.array([0.5, 2.0, 4.0, 7.0, 12.0, 20.0])
"""Up to which logarithmic width."""
FALLEN = 45.0
"""What is smaller than the integrand's beginning by exp(-45) is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """The integral of each row: its logarithm over its first value, where it ends, and by how much it falls."""

    stop: Vector
    width: Vector
    group: NDArray[np.intp]


def _nodes(at: Vector, x: Vector, t_x: Vector, age: Vector) -> _Nodes:
    r, alpha, s, beta = at
    shape, least = r + x, min(alpha, beta)
    by_rate = (alpha + t_x) * np.exp(np.minimum(FALLEN / shape, 300.0)) - alpha
    by_end = (beta + t_x) * np.exp(min(FALLEN / (s + 1), 300.0)) - beta
    stop = np.maximum(np.minimum(age, np.minimum(by_rate, by_end)), t_x)
    span = stop - t_x
    width = np.log(1.0 + span / (least + t_x))
    drop = shape * np.log(1.0 + span / (alpha + t_x)) + (s + 1) * np.log(1.0 + span / (beta + t_x))
    group = np.maximum(np.searchsorted(_DROP, drop), np.searchsorted(_WIDTH, width))
    return _Nodes(stop, width, group)


@dataclass(frozen=True, slots=True, eq=False)
class _Integral:
    """Nodes by rows: the share of each node in its row's integral, alpha + time and beta + time there and their
    logarithms; per row the logarithm of the integral, over the integrand at the last purchase."""

    share: Vector
    alpha: Vector
    beta: Vector
    log_alpha: Vector
    log_beta: Vector
    log: Vector


def _integral(at: Vector, x: Vector, t_x: Vector, width: Vector, nodes: int) -> _Integral:
    r, alpha, s, beta = at
    points, weights = legendre(nodes)
    least, most = min(alpha, beta), max(alpha, beta)
    log_near = np.log(least + t_x) + width * points[:, None]
    near = np.exp(log_near)
    far = near + (most - least)
    log_far = np.log(far)
    if alpha <= beta:
        by_alpha, by_beta, log_alpha, log_beta = near, far, log_near, log_far
    else:
        by_alpha, by_beta, log_alpha, log_beta = far, near, log_far, log_near
    fall = (r + x) * (np.log(alpha + t_x) - log_alpha)
    fall += (s + 1) * (np.log(beta + t_x) - log_beta)
    share = np.exp(fall)
    share *= near
    share *= weights[:, None]
    total = share.sum(axis=0)
    share /= total
    log = np.log(total) + np.log(np.maximum(width, 1e-300))
    return _Integral(share, by_alpha, by_beta, log_alpha, log_beta, log)


def log_odds_stopped(at: Vector, x: Vector | Counts, t_x: Vector, age: Vector) -> Vector:
    """z: the logarithm of the odds that the account has stopped; very low where it bought on the last day seen."""
    x = np.asarray(x, dtype=np.float64)
    again = x > 0
    ages, row = np.unique(age[~again], return_inverse=True)
    none = np.zeros(len(ages))
    out = np.empty(len(x))
    out[~again] = _log_odds(at, none, none, ages)[row]
    out[again] = _log_odds(at, x[again], t_x[again], age[again])
    return out


def _log_odds(at: Vector, x: Vector, t_x: Vector, age: Vector) -> Vector:
    plan = _nodes(at, x, t_x, age)
    log = np.empty(len(x))
    for nodes, rows in _groups(plan.group):
        log[rows] = _integral(at, x[rows], t_x[rows], plan.width[rows], nodes).log
    return log + _odds_scale(at, x, t_x, age)


def _odds_scale(at: Vector, x: Vector, t_x: Vector, age: Vector) -> Vector:
    """What the logarithm of the integral lacks to z."""
    r, alpha, s, beta = at
    span = age - t_x
    falls = (r + x) * np.log1p(span / (alpha + t_x)) + s * np.log1p(span / (beta + t_x))
    return np.asarray(np.log(s) + falls - np.log(beta + t_x), dtype=np.float64)


def _groups(group: NDArray[np.intp]) -> list[tuple[int, NDArray[np.intp]]]:
    """Row numbers by how many nodes they need, in portions that stay in the processor's cache."""
    out = []
    for number, nodes in enumerate(NODES):
        rows = np.flatnonzero(group == number)
        size = max(int(POINTS_AT_A_TIME // nodes), 1)
        out += [(int(nodes), rows[start : start + size]) for start in range(0, len(rows), size)]
    return out


def surface(rows: Rows) -> Surface:
    """The logarithm of the likelihood of all rows over the logarithms of (r, alpha, s, beta)."""

    def at(logs: Vector) -> tuple[float, Vector, Vector]:
        point = np.exp(logs)
        value, gradient, hessian = _from_counts(point, rows)
        plan = _nodes(point, rows.x, rows.t_x, rows.age)
        for nodes, some in _groups(plan.group):
            found = _from_times(point, rows, plan, nodes, some)
            value, gradient, hessian = value + found[0], gradient + found[1], hessian + found[2]
        gradient, hessian = in_logs(point, gradient, hessian)
        return float(value), gradient, hessian

    return at


def _from_counts(at: Vector, rows: Rows) -> tuple[float, Vector, Vector]:
    """The terms without a time: the gamma functions, and the powers of alpha and beta."""
    digamma, polygamma = scipy.special.digamma, scipy.special.polygamma
    r, alpha, s, beta = at
    x, n, accounts = rows.levels, rows.sizes, rows.accounts
    value = float(n @ log_rising(r, x)) + accounts * (r * np.log(alpha) + s * np.log(beta))
    rising = n @ (digamma(r + x) - digamma(r))
    gradient = np.array([rising + accounts * np.log(alpha), accounts * r / alpha])
    gradient = np.concatenate([gradient, [accounts * np.log(beta), accounts * s / beta]])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
    hessian[0, 1] = hessian[1, 0] = accounts / alpha
    hessian[2, 3] = hessian[3, 2] = accounts / beta
    hessian[1, 1], hessian[3, 3] = -accounts * r / alpha**2, -accounts * s / beta**2
    return value, gradient, hessian


def _from_times(
    at: Vector, rows: Rows, plan: _Nodes, nodes: int, some: NDArray[np.intp]
) -> tuple[float, Vector, Vector]:
    """The terms of the times of some rows, with gradient and Hessian in the parameters themselves."""
    x, t_x, age, weight = rows.x[some], rows.t_x[some], rows.age[some], rows.weight[some]
    shape = at[0] + x
    integral = _integral(at, x, t_x, plan.width[some], nodes)
    z = integral.log + _odds_scale(at, x, t_x, age)
    small = np.exp(-np.abs(z))
    stopped = np.where(z > 0, 1.0, small) / (1.0 + small)
    alive, gone = weight * (1.0 - stopped), weight * stopped
    by_alpha, by_beta = at[1] + age, at[3] + age
    log_alpha, log_beta = np.log(by_alpha), np.log(by_beta)
    values = -shape * log_alpha - at[2] * log_beta + np.maximum(z, 0.0) + np.log1p(small)
    lives = _slopes(shape, at[2], (by_alpha, by_beta), (log_alpha, log_beta))
    ends = _slopes(shape, at[2] + 1, (integral.alpha, integral.beta), (integral.log_alpha, integral.log_beta))
    mean = (ends.by * integral.share).sum(axis=1)
    gone_by_node = gone * integral.share
    hessian = lives.bend(alive) + ends.bend(gone_by_node) + _gram(ends.by, gone_by_node) - _gram(mean, gone)
    hessian[2, 2] -= gone.sum() / at[2] ** 2
    mean[2] += 1.0 / at[2]
    hessian += _gram(mean - lives.by, alive * stopped)
    return float(weight @ values), lives.by @ alive + mean @ gone, hessian


@dataclass(frozen=True, slots=True, eq=False)
class _Slopes:
    """The gradient of -shape ln(alpha + time) - power ln(beta + time) in (r, alpha, s, beta), stacked; and what its own
    derivatives are made of."""

    by: Vector
    over_alpha: Vector
    over_beta: Vector

    def bend(self, weight: Vector) -> Vector:
        """The Hessian, summed with weights."""
        out = np.zeros((4, 4))
        alpha, beta = (weight * self.over_alpha).ravel(), (weight * self.over_beta).ravel()
        out[0, 1] = out[1, 0] = -alpha.sum()
        out[2, 3] = out[3, 2] = -beta.sum()
        out[1, 1], out[3, 3] = -alpha @ self.by[1].ravel(), -beta @ self.by[3].ravel()
        return out


def _slopes(shape: Vector, power: float, time: tuple[Vector, Vector], log: tuple[Vector, Vector]) -> _Slopes:
    over_alpha, over_beta = 1.0 / time[0], 1.0 / time[1]
    by = np.empty((4, *over_alpha.shape))
    np.negative(log[0], out=by[0])
    np.multiply(-shape, over_alpha, out=by[1])
    np.negative(log[1], out=by[2])
    np.multiply(-power, over_beta, out=by[3])
    return _Slopes(by, over_alpha, over_beta)


def _gram(by: Vector, weight: Vector) -> Vector:
    """The sum of weighted products of four stacked vectors with each other."""
    flat = by.reshape(4, -1)
    out = np.empty((4, 4))
    for i in range(4):
        weighted = flat[i] * weight.ravel()
        for j in range(i, 4):
            out[i, j] = out[j, i] = weighted @ flat[j]
    return out
