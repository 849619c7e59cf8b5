"""How long do contracts last that are renewed or not, when customers differ? The shifted beta-geometric model.

Fader and Hardie, How to Project Customer Retention, Journal of Interactive Marketing 21(1), 2007; several
cohorts and left truncation as in their note 017.
"""

import numpy as np

from scoring.lifetime.beta_ratio import log_beta_ratio
from scoring.lifetime.contracts.life_table import FEW_LOSSES, LifeTable, Prior, likelihood, surface
from scoring.lifetime.contracts.renewals import Renewals
from scoring.lifetime.fit import Fit, Vector
from scoring.lifetime.newton import maximise

NAME = "sbg"
ASSUMPTIONS = (
    "A customer can leave only when a contract comes up for renewal.",
    "Each customer has a chance to leave of its own, the same at every renewal.",
    "These chances differ between customers as a beta distribution with alpha and beta.",
)
ALIKE = 1e4
"""From this sum of alpha and beta on, customers do not differ more than chance would have it."""


def log_survival(fit: Fit, renewals: Vector) -> Vector:
    """ln of the chance that a new customer makes so many renewals."""
    return log_beta_ratio(fit["alpha"], fit["beta"], renewals)


def fit(renewals: Renewals, *, prior: Prior | None = None) -> Fit:
    """The model of these renewals.

    With fewer than 50 losses, or where nobody renewed, the prior counts too; the log-likelihood is always that
    of the data alone.
    """
    return of_table(renewals.life_table(), renewals.accounts, prior=prior)


def of_table(table: LifeTable, accounts: int, *, prior: Prior | None = None) -> Fit:
    """The model of renewals and losses by opportunity."""
    steady = (prior or Prior()) if needs_prior(table) else None

    def at(logs: Vector) -> tuple[float, Vector, Vector]:
        a, b = np.exp(logs)
        value, slope, bend = surface(*_log_renewal(a, b, table.at), table.renewed, table.lost)
        if steady is not None:
            more = steady.surface(a, b)
            return value + more[0], slope + more[1], bend + more[2]
        return value, slope, bend

    best = maximise(at, _start(table, prior or Prior()))
    a, b = (float(v) for v in np.exp(best.at))
    return Fit(
        model=NAME,
        parameters={"alpha": a, "beta": b},
        log_likelihood=log_likelihood(table, a, b),
        observations=accounts,
        steps=best.steps,
        covariance=best.covariance,
        flags=(
            *flags_of(table, accounts),
            *(("no_spread",) if a + b > ALIKE and steady is None else ()),
            *(("at_the_edge",) if best.edges else ()),
            *(() if best.settled else ("not_settled",)),
        ),
    )


def log_likelihood(table: LifeTable, alpha: float, beta: float) -> float:
    """The log-likelihood of renewals and losses by opportunity."""
    return likelihood(_log_renewal(alpha, beta, table.at)[0], table.renewed, table.lost)


def needs_prior(table: LifeTable) -> bool:
    """Whether there is too little to be told from the data alone."""
    return table.losses < FEW_LOSSES or table.renewals == 0


def flags_of(table: LifeTable, accounts: int) -> tuple[str, ...]:
    """What any renewal model of this table has to say against itself."""
    flags = []
    if table.at.size == 0:
        flags.append("no_time")
    elif table.losses == 0:
        flags.append("no_losses")
    elif table.renewals == 0:
        flags.append("everybody_left")
    if 0 < table.losses < FEW_LOSSES:
        flags.append("few_losses")
    if accounts < 2:
        flags.append("few_accounts")
    return tuple(flags)


def _log_renewal(a: float, b: float, at: Vector) -> tuple[Vector, Vector, Vector]:
    """ln of the chance of the n-th renewal, with gradient and Hessian in ln a and ln b."""
    stay = b + at - 1.0
    both = a + stay
    gradient = np.stack([-a / both, b * a / (stay * both)], axis=1)
    hessian = np.empty((at.size, 2, 2))
    hessian[:, 0, 0] = -a * stay / both**2
    hessian[:, 0, 1] = hessian[:, 1, 0] = a * b / both**2
    hessian[:, 1, 1] = gradient[:, 1] * (1.0 - b / stay - b / both)
    return -np.log1p(a / stay), gradient, hessian


def _start(table: LifeTable, prior: Prior) -> Vector:
    """ln a and ln b with the share that left, and customers well apart."""
    asked = table.losses + table.renewals + prior.strength
    churn = (table.losses + prior.churn * prior.strength) / asked
    return np.log([churn * 3.0, (1.0 - churn) * 3.0])
