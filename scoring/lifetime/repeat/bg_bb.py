"""How often does a customer come to the occasions still to come, when there is one a year? The BG/BB model.

Fader, Hardie and Shang, Customer-Base Analysis in a Discrete-Time Noncontractual Setting, Marketing Science
29(6), 2010. Everything is a sum of positive terms: their closed forms subtract large numbers.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from scoring.lifetime.beta_ratio import in_logs, log_beta_ratio
from scoring.lifetime.contracts.residual import after_renewal
from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.newton import maximise
from scoring.lifetime.special import log_rising

NAME = "bg_bb"
PARAMETERS = ("alpha", "beta", "gamma", "delta")
ASSUMPTIONS = (
    "At each occasion a customer that is still there comes with a chance of its own.",
    "Before each occasion it may have left for good, with another chance of its own.",
    "Both chances differ between customers, as two beta distributions that have nothing to do with each other.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Occasions:
    """What was seen at occasions everybody can come to.

    One element per customer, or per group of like ones of which `weight` says how many: `n` occasions since it
    became one, `x` of them it came to, `t_x` the number of the last it came to (0 for none).
    """

    x: Counts
    t_x: Counts
    n: Counts
    weight: Vector | None = None

    def __post_init__(self) -> None:
        if np.any(self.x > self.t_x) or np.any(self.t_x > self.n) or np.any((self.x == 0) != (self.t_x == 0)):
            raise ValueError("a customer of Occasions came more often than there were occasions")

    def counted(self) -> tuple["Occasions", Counts]:
        """The different histories with how often each occurs, and the row of each customer's."""
        weight = np.ones(self.x.size) if self.weight is None else self.weight
        cells, row = np.unique(np.stack([self.x, self.t_x, self.n], axis=1), axis=0, return_inverse=True)
        row = row.reshape(-1)
        x, t_x, n = (cells[:, k].copy() for k in range(3))
        return Occasions(x, t_x, n, np.bincount(row, weight, minlength=len(cells)).astype(np.float64)), row


def fit(occasions: Occasions) -> Fit:
    """The model of what was seen."""
    seen = occasions.counted()[0]
    weight = np.zeros(0) if seen.weight is None else seen.weight
    accounts = round(float(weight.sum()))
    best = maximise(lambda logs: _surface(np.exp(logs), seen), np.log([1.0, 1.0, 1.0, 3.0]))
    at = np.exp(best.at)
    said = {
        "no_time": not np.any(seen.n > 0),
        "nobody_repeats": not np.any(seen.x > 0),
        "few_accounts": accounts < 2,
        "no_dropout": bool(at[2] / (at[2] + at[3]) < 1e-4),
        "at_the_edge": bool(best.edges),
        "not_settled": not best.settled,
    }
    values = dict(zip(PARAMETERS, at.tolist(), strict=True))
    flags = tuple(code for code, holds in said.items() if holds)
    return Fit(NAME, values, best.value, accounts, best.steps, best.covariance, flags)


def alive(fit: Fit, occasions: Occasions) -> Vector:
    """The chance that each customer is still there at the next occasion."""
    stay = fit["delta"] + occasions.n
    return np.asarray(_here(fit, occasions) * stay / (fit["gamma"] + stay))


def expected(fit: Fit, occasions: Occasions, ahead: int) -> Vector:
    """How many of the next `ahead` occasions each customer is expected to come to."""
    later = occasions.n[:, None] + np.arange(1.0, ahead + 1)
    return np.asarray(_here(fit, occasions) * _rate(fit, occasions) * _kept(fit, occasions, later).sum(axis=1))


def value(fit: Fit, occasions: Occasions, discount: float) -> Vector:
    """The occasions each customer is still expected to come to, discounted (DERT): the next counts 1 / (1 + d)."""

    def survival(n: Vector) -> Vector:
        return log_beta_ratio(fit["gamma"], fit["delta"], n)

    return np.asarray(_here(fit, occasions) * _rate(fit, occasions) * after_renewal(survival, occasions.n, discount))


def chances(fit: Fit, occasions: Occasions, ahead: int) -> Vector:
    """The chance to come to 0, 1, … of the next `ahead` occasions: a row per customer.

    Exact: it stays for just k occasions, and given k comes to a beta-binomial number of them.
    """
    later = occasions.n[:, None] + np.arange(ahead + 1.0)
    kept = _kept(fit, occasions, later)
    just = np.append(kept[:, :-1] - kept[:, 1:], kept[:, -1:], axis=1)
    a: Vector = np.asarray(fit["alpha"] + occasions.x, dtype=np.float64)
    b: Vector = np.asarray(fit["beta"] + occasions.n - occasions.x, dtype=np.float64)
    out = np.zeros_like(just)
    for k in range(ahead + 1):
        come = np.arange(k + 1, dtype=np.float64)
        away = float(k) - come
        ways = log_rising(1.0, float(k)) - log_rising(1.0, come) - log_rising(1.0, away)
        chance = log_rising(a[:, None], come) + log_rising(b[:, None], away)
        out[:, : k + 1] += just[:, k : k + 1] * np.exp(ways + chance - log_rising(a + b, float(k))[:, None])
    here = _here(fit, occasions)
    out *= here[:, None]
    out[:, 0] += 1.0 - here
    return out


def quantile(fit: Fit, occasions: Occasions, ahead: int, level: float) -> Counts:
    """The smallest number of the next `ahead` occasions that is not exceeded with the chance `level`."""
    up_to = np.cumsum(chances(fit, occasions, ahead), axis=1)
    return np.asarray(np.minimum((up_to < level - 1e-12).sum(axis=1), ahead))


def _here(fit: Fit, occasions: Occasions) -> Vector:
    """The chance that a customer was still there at the last occasion."""
    terms, there = _terms(occasions)
    logs = np.where(there, _log_terms(np.array([fit[name] for name in PARAMETERS]), terms), -np.inf)
    return np.asarray(np.exp(logs[:, 0] - _log_sum(logs)))


def _rate(fit: Fit, occasions: Occasions) -> Vector:
    """The chance to come to an occasion, for a customer that was still there at the last."""
    return np.asarray((fit["alpha"] + occasions.x) / (fit["alpha"] + fit["beta"] + occasions.n))


def _kept(fit: Fit, occasions: Occasions, later: Vector) -> Vector:
    """The chance to be there at later occasions, for a customer that was still there at the last."""
    now = log_beta_ratio(fit["gamma"], fit["delta"], occasions.n.astype(np.float64))
    return np.asarray(np.exp(log_beta_ratio(fit["gamma"], fit["delta"], later) - now[:, None]))


def _terms(occasions: Occasions) -> tuple[Vector, Vector]:
    """The ways to have become what one is: still there, or gone after occasion t_x, t_x + 1, …, n − 1.

    Four numbers each (came, stayed away, left, did not leave), a row per customer; and which ways there are.
    """
    gone = np.arange(int((occasions.n - occasions.t_x).max(initial=0)))
    x, t_x, n = occasions.x[:, None], occasions.t_x[:, None], occasions.n[:, None]
    there = np.concatenate([np.ones_like(x, dtype=bool), gone < n - t_x], axis=1)
    until = np.where(there, np.concatenate([n, t_x + gone], axis=1), t_x)
    left = np.broadcast_to(np.append(0, np.ones(gone.size)), until.shape)
    return np.stack([np.broadcast_to(x, until.shape), until - x, left, until], axis=-1).astype(np.float64), there


def _log_terms(at: Vector, terms: Vector) -> Vector:
    a, b, c, d = at
    came, away, left, stayed = np.moveaxis(terms, -1, 0)
    come = log_rising(a, came) + log_rising(b, away) - log_rising(a + b, came + away)
    stay = log_rising(c, left) + log_rising(d, stayed) - log_rising(c + d, left + stayed)
    return np.asarray(come + stay)


def _log_sum(logs: Vector) -> Vector:
    top = logs.max(axis=1)
    return np.asarray(top + np.log(np.exp(logs - top[:, None]).sum(axis=1)))


def _surface(at: Vector, seen: Occasions) -> tuple[float, Vector, Vector]:
    """The log-likelihood with gradient and Hessian in the logs of the parameters."""
    if seen.weight is None or not seen.x.size:
        return 0.0, np.zeros(4), -np.eye(4)
    terms, there = _terms(seen)
    logs = np.where(there, _log_terms(at, terms), -np.inf)
    total = _log_sum(logs)
    part = np.exp(logs - total[:, None])
    slopes, bends = _slopes(at, terms)
    first = np.einsum("ct,cti->ci", part, slopes)
    second = np.einsum("ct,ctij->cij", part, bends + slopes[..., :, None] * slopes[..., None, :])
    second -= first[:, :, None] * first[:, None, :]
    slope, bend = seen.weight @ first, np.einsum("c,cij->ij", seen.weight, second)
    return float(seen.weight @ total), *in_logs(at, slope, bend)


def _slopes(at: Vector, terms: Vector) -> tuple[Vector, Vector]:
    """Gradient and Hessian of the log of each term in the parameters."""
    digamma, polygamma = scipy.special.digamma, scipy.special.polygamma
    gradient, hessian = np.zeros((*terms.shape[:2], 4)), np.zeros((*terms.shape[:2], 4, 4))
    for k in (0, 2):
        both = terms[..., k] + terms[..., k + 1]
        sum_ = at[k] + at[k + 1]
        common = digamma(sum_ + both) - digamma(sum_)
        bent = polygamma(1, sum_ + both) - polygamma(1, sum_)
        hessian[..., k, k + 1] = hessian[..., k + 1, k] = -bent
        for j in (k, k + 1):
            gradient[..., j] = digamma(at[j] + terms[..., j]) - digamma(at[j]) - common
            hessian[..., j, j] = polygamma(1, at[j] + terms[..., j]) - polygamma(1, at[j]) - bent
    return gradient, hessian
