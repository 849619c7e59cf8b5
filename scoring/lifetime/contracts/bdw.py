"""Does loyalty change with time as well as between customers? The beta-discrete-Weibull model, and without beta.

Fader, Hardie, Liu, Davin and Steenburgh, How to Project Customer Retention Revisited, Journal of Interactive
Marketing 43, 2018. With c = 1 it is the shifted beta-geometric; the discrete Weibull has all customers alike.
"""

import numpy as np

from scoring.lifetime.beta_ratio import in_logs, log_beta_ratio, slopes
from scoring.lifetime.contracts import sbg
from scoring.lifetime.contracts.life_table import LifeTable, Prior, likelihood, surface
from scoring.lifetime.contracts.renewals import Renewals
from scoring.lifetime.fit import Fit, Vector
from scoring.lifetime.newton import maximise

NAME = "bdw"
ALIKE_NAME = "dw"
PARAMETERS = ("gamma", "delta", "c")
ASSUMPTIONS = (
    "A customer can leave only when a contract comes up for renewal.",
    "Each customer's chance to leave rises (c above 1) or falls (c below 1) from renewal to renewal.",
    "Where it starts differs between customers as a beta distribution with gamma and delta.",
)
REJECTED = 3.84
"""Twice the gain in log-likelihood from which c = 1 is rejected: chi-squared, one degree, 95 %."""
_C = 2.5
"""c is looked for between exp(-2.5) and exp(2.5)."""


def log_survival(fit: Fit, renewals: Vector) -> Vector:
    """ln of the chance that a new customer makes so many renewals."""
    return log_beta_ratio(fit["gamma"], fit["delta"], renewals ** fit["c"])


def log_survival_alike(fit: Fit, renewals: Vector) -> Vector:
    """The same of the discrete Weibull."""
    return np.asarray(renewals ** fit["c"] * np.log1p(-fit["theta"]))


def fit(renewals: Renewals, *, prior: Prior | None = None) -> Fit:
    """The beta-discrete-Weibull of these renewals; the prior counts where that of `sbg.fit` does."""
    return of_table(renewals.life_table(), renewals.accounts, prior=prior)


def of_table(table: LifeTable, accounts: int, *, prior: Prior | None = None) -> Fit:
    """The beta-discrete-Weibull of renewals and losses by opportunity.

    Where these are too few to tell, c is 1 and the rest that of the shifted beta-geometric with its prior.
    """
    start = sbg.of_table(table, accounts, prior=prior)
    if sbg.needs_prior(table):
        plain = {"gamma": start["alpha"], "delta": start["beta"], "c": 1.0}
        return Fit(NAME, plain, start.log_likelihood, accounts, start.steps, None, start.flags)
    edge = np.array([15.0, 15.0, _C])
    best = maximise(
        lambda logs: surface(*_log_renewal(np.exp(logs), table.at), table.renewed, table.lost),
        np.log([start["alpha"], start["beta"], 1.0]),
        low=-edge,
        high=edge,
    )
    values = dict(zip(PARAMETERS, np.exp(best.at).tolist(), strict=True))
    value = log_likelihood(table, **values)
    return Fit(NAME, values, value, accounts, best.steps, best.covariance, _flags(table, accounts, best.edges))


def log_likelihood(table: LifeTable, gamma: float, delta: float, c: float) -> float:
    """The log-likelihood of renewals and losses by opportunity."""
    kept = log_beta_ratio(gamma, delta, table.at**c) - log_beta_ratio(gamma, delta, (table.at - 1.0) ** c)
    return likelihood(kept, table.renewed, table.lost)


def alike_of_table(table: LifeTable, accounts: int) -> Fit:
    """The discrete Weibull of renewals and losses by opportunity, both of which there are."""
    share = table.losses / (table.losses + table.renewals)
    edge = np.array([15.0, _C])
    best = maximise(
        lambda logs: surface(*_log_renewal_alike(np.exp(logs), table.at), table.renewed, table.lost),
        np.log([-np.log1p(-share), 1.0]),
        low=-edge,
        high=edge,
    )
    rate, c = (float(v) for v in np.exp(best.at))
    values = {"theta": -float(np.expm1(-rate)), "c": c}
    kept = _log_renewal_alike(np.array([rate, c]), table.at)[0]
    value = likelihood(kept, table.renewed, table.lost)
    return Fit(ALIKE_NAME, values, value, accounts, best.steps, best.covariance, _flags(table, accounts, best.edges))


def ratio(without: Fit, with_time: Fit) -> float:
    """The likelihood ratio of a fit with c against one without: twice the gain, no less than 0."""
    return max(0.0, 2.0 * (with_time.log_likelihood - without.log_likelihood))


def _flags(table: LifeTable, accounts: int, edges: tuple[int, ...]) -> tuple[str, ...]:
    return (*sbg.flags_of(table, accounts), *(("at_the_edge",) if edges else ()))


def _log_renewal(at: Vector, opportunity: Vector) -> tuple[Vector, Vector, Vector]:
    """ln of the chance of the n-th renewal, with gradient and Hessian in the logs of gamma, delta and c."""
    now, before = _log_kept(at, opportunity), _log_kept(at, opportunity - 1.0)
    return now[0] - before[0], now[1] - before[1], now[2] - before[2]


def _log_kept(at: Vector, renewals: Vector) -> tuple[Vector, Vector, Vector]:
    """ln of the chance of so many renewals, with gradient and Hessian in the logs of gamma, delta and c."""
    a, b, c = (float(v) for v in at)
    reached, first, second = _powers(renewals, c)
    gradient, hessian = slopes(a, b, reached)
    step, bend = in_logs(np.array([a, b, 1.0]), gradient, hessian)
    out, curve = step.copy(), bend.copy()
    out[:, 2] = gradient[:, 2] * first
    curve[:, :2, 2] = curve[:, 2, :2] = bend[:, :2, 2] * first[:, None]
    curve[:, 2, 2] = hessian[:, 2, 2] * first**2 + gradient[:, 2] * second
    return log_beta_ratio(a, b, reached), out, curve


def _log_renewal_alike(at: Vector, opportunity: Vector) -> tuple[Vector, Vector, Vector]:
    """ln of the chance of the n-th renewal, with gradient and Hessian in the logs of the rate and c."""
    rate, c = float(at[0]), float(at[1])
    now, before = _powers(opportunity, c), _powers(opportunity - 1.0, c)
    kept, first, second = (-rate * (x - y) for x, y in zip(now, before, strict=True))
    hessian = np.empty((opportunity.size, 2, 2))
    hessian[:, 0, 0], hessian[:, 1, 1] = kept, second
    hessian[:, 0, 1] = hessian[:, 1, 0] = first
    return kept, np.stack([kept, first], axis=1), hessian


def _powers(n: Vector, c: float) -> tuple[Vector, Vector, Vector]:
    """n to the c, and its first and second derivative in ln c."""
    reached = n**c
    slope = c * np.log(np.maximum(n, 1.0))
    return reached, slope * reached, (slope + slope**2) * reached
