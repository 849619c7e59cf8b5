"""How likely are the purchases seen, where an account may stop after any of them? BG, MBG and no dropout in one.

Purchases come at every k-th event of a Poisson process of rate lambda ~ Gamma(r, alpha); after a purchase the account
stops with probability p ~ Beta(a, b). BG/NBD gives the first purchase no such chance (`chances` 0), MBG/NBD does (1):

    L = Gamma(r+kx)/Gamma(r) alpha^r (alpha+T)^-(r+kx) B(a,c)/B(a,b) S (1 + e^z),    c = b + x + chances,
    S = sum over j < k of (r+kx)_j / j! ((T-tx)/(alpha+T))^j,
    z = ln a - ln(c-1) + (r+kx) ln((alpha+T)/(alpha+tx)) - ln S,

e^z being the odds that the account has stopped (none in BG/NBD where x = 0). Times the density of the gaps,
which depends on k and the data alone. Fader, Hardie and Lee 2005; Batislam, Denizel and Filiztekin 2007;
Platzer and Reutterer 2017 for k > 1.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from scoring.lifetime.beta_ratio import in_logs, log_beta_ratio, slopes
from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.newton import Surface
from scoring.lifetime.repeat.erlang import Waiting, stages, waiting
from scoring.lifetime.repeat.rows import Rows
from scoring.lifetime.special import log_rising

BLOCK = 8_192
"""Rows taken at a time: so few that what is computed on the way stays in the cache, and that no threads are started."""


Terms = tuple[float, Vector, Vector]
"""A value with its gradient and its Hessian, in the parameters themselves."""


@dataclass(frozen=True, slots=True)
class Process:
    """Which of the family it is: `k` events a purchase, `chances` to stop before the first repeat, or no stopping."""

    k: int = 1
    chances: int = 0
    stops: bool = True


def log_odds_stopped(process: Process, at: Vector, x: Vector | Counts, t_x: Vector, age: Vector) -> Vector:
    """z: the logarithm of the odds that the account has stopped; minus infinity where it cannot have."""
    r, alpha, a, b = at
    x = np.asarray(x, dtype=np.float64)
    shape = r + process.k * x
    z = np.log(a) - np.log(b + x + process.chances - 1 + (x + process.chances == 0)) - _log_s(process, at, x, t_x, age)
    z += shape * np.log1p((age - t_x) / (alpha + t_x))
    return np.where(x + process.chances > 0, z, -np.inf)


def _log_s(process: Process, at: Vector, x: Vector | Counts, t_x: Vector, age: Vector) -> Vector:
    if process.k == 1:
        return np.zeros_like(age)
    share = (age - t_x) / (at[1] + age)
    return np.asarray(np.log(stages(process.k, at[0] + process.k * x, share).sum(axis=1)), dtype=np.float64)


def gaps_constant(k: int, x: Counts, log_gaps: Vector | None) -> float:
    """What the density of the gaps adds to the logarithm of the likelihood of all accounts; 0 for k = 1."""
    if k == 1:
        return 0.0
    if log_gaps is None:
        raise ValueError("timing more regular than chance needs the gaps between purchases: Orders has no log_gaps")
    return float((k - 1) * np.sum(log_gaps) - scipy.special.gammaln(k) * np.sum(x))


def surface(process: Process, rows: Rows) -> Surface:
    """The logarithm of the likelihood of all rows over the logarithms of (r, alpha, a, b), or of (r, alpha)."""
    size = 4 if process.stops else 2

    def at(logs: Vector) -> Terms:
        point = np.exp(logs)
        value, gradient, hessian = _from_counts(process, point, rows)
        for start in range(0, len(rows.x), BLOCK):
            part = slice(start, start + BLOCK)
            found = _from_times(process, point, rows, part)
            value, gradient, hessian = value + found[0], gradient + found[1], hessian + found[2]
        gradient, hessian = in_logs(point, gradient[:size], hessian[:size, :size])
        return float(value), gradient, hessian

    return at


def _from_counts(process: Process, at: Vector, rows: Rows) -> Terms:
    """The terms that depend on x alone: the gamma functions, from the histogram."""
    digamma, polygamma = scipy.special.digamma, scipy.special.polygamma
    r, alpha = at[0], at[1]
    x, n = rows.levels, rows.sizes
    gradient, hessian = np.zeros(4), np.zeros((4, 4))
    kx, accounts = process.k * x, rows.accounts
    value = float(n @ log_rising(r, kx)) + accounts * r * np.log(alpha)
    gradient[0] = n @ (digamma(r + kx) - digamma(r)) + accounts * np.log(alpha)
    gradient[1] = accounts * r / alpha
    hessian[0, 0] = n @ (polygamma(1, r + kx) - polygamma(1, r))
    hessian[0, 1] = hessian[1, 0] = accounts / alpha
    hessian[1, 1] = -accounts * r / alpha**2
    if process.stops:
        m = x + process.chances
        value += float(n @ log_beta_ratio(at[2], at[3], m))
        first, second = slopes(at[2], at[3], m)
        gradient[2:] = n @ first[:, :2]
        hessian[2:, 2:] = np.tensordot(n, second[:, :2, :2], axes=1)
    return value, gradient, hessian


def _from_times(process: Process, at: Vector, rows: Rows, part: slice) -> Terms:
    """The terms of the times of some rows."""
    x, t_x, age, weight = rows.x[part], rows.t_x[part], rows.age[part], rows.weight[part]
    shape, end = at[0] + process.k * x, at[1] + age
    waits = waiting(process.k, shape, (age - t_x) / end, end)
    value, gradient, hessian = _alive(shape, end, waits, weight)
    if process.stops:
        fewer = np.where(x + process.chances > 0, at[3] + x + (process.chances - 1), np.inf)
        more = _stopped(at, shape, end, at[1] + t_x, fewer, waits=waits, weight=weight)
        value, gradient, hessian = value + more[0], gradient + more[1], hessian + more[2]
    return value, gradient, hessian


def _alive(shape: Vector, end: Vector, waits: Waiting, weight: Vector) -> Terms:
    """Of ln S - (r + kx) ln(alpha + T): what the times say if the account is alive."""
    log_end, slope = np.log(end), shape / end
    gradient, hessian = np.zeros(4), np.zeros((4, 4))
    gradient[:2] = weight @ (waits.r - log_end), weight @ (waits.alpha - slope)
    hessian[0, 0] = (weight * waits.rr).sum()
    hessian[0, 1] = hessian[1, 0] = weight @ (waits.ra - 1.0 / end)
    hessian[1, 1] = weight @ (waits.aa + slope / end)
    return float(weight @ (waits.log - shape * log_end)), gradient, hessian


def _stopped(
    at: Vector, shape: Vector, end: Vector, last: Vector, fewer: Vector, *, waits: Waiting, weight: Vector
) -> Terms:
    """Of ln(1 + e^z): what it adds that the account may have stopped; `fewer` is c - 1, infinite where it cannot."""
    ratio, drop = np.log(end / last), 1.0 / end - 1.0 / last
    with np.errstate(divide="ignore"):
        z = np.log(at[2] / fewer) + shape * ratio - waits.log
    small = np.exp(-np.abs(z))
    odds = np.where(z > 0, 1.0, small) / (1.0 + small)
    gone = odds * weight
    slopes = np.empty((4, len(z)))
    slopes[0], slopes[1] = ratio - waits.r, shape * drop - waits.alpha
    slopes[2], slopes[3] = 1.0 / at[2], -1.0 / fewer
    hessian = (slopes * (gone * (1.0 - odds))) @ slopes.T
    cross = gone @ (drop - waits.ra)
    hessian[0, 0] -= (gone * waits.rr).sum()
    hessian[0, 1] += cross
    hessian[1, 0] += cross
    hessian[1, 1] -= gone @ (shape * drop * (1.0 / end + 1.0 / last) + waits.aa)
    hessian[2, 2] -= gone.sum() / at[2] ** 2
    hessian[3, 3] += gone @ slopes[3] ** 2
    return float(weight @ (np.maximum(z, 0.0) + np.log1p(small))), slopes @ gone, hessian


def stopped_share(z: Vector) -> Vector:
    """The probability of having stopped, from its log-odds."""
    return np.asarray(scipy.special.expit(z), dtype=np.float64)
