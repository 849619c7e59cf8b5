"""What margin does a customer bring, when it can be negative? Each account's mean, drawn towards everybody's.

The one-way random effects model: margins vary around an account's mean, the means around the population's.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.newton import maximise

NAME = "normal_normal"
PARAMETERS = ("mu", "sigma", "tau")
ASSUMPTIONS = (
    "A customer's margins vary around a mean of its own by the same amount for everybody (sigma).",
    "These means differ between customers as a normal distribution with mean mu and deviation tau.",
    "How much is earned per order has nothing to do with how often one orders.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """One element per customer: `orders` seen (at least 1), their `mean` margin, and `squares`, the sum of the
    squared differences from that mean (0 for one order)."""

    orders: Counts
    mean: Vector
    squares: Vector


def fit(margins: Margins) -> Fit:
    """The model of these margins.

    Its covariance is that of mu over the spread of all margins, ln sigma² and ln tau².
    """
    n = margins.orders.astype(np.float64)
    if n.size == 0:
        return Fit(NAME, dict.fromkeys(PARAMETERS, 0.0), 0.0, 0, 0, None, ("few_accounts",))
    center = float(np.average(margins.mean, weights=n))
    spread = float(np.sqrt((n @ (margins.mean - center) ** 2 + margins.squares.sum()) / n.sum()))
    if n.size < 2 or spread <= 1e-12 * max(1.0, abs(center)):
        flag = "few_accounts" if n.size < 2 else "no_spread"
        return Fit(NAME, {"mu": center, "sigma": spread, "tau": 0.0}, 0.0, n.size, 0, None, (flag,))
    z, squares = (margins.mean - center) / spread, margins.squares / spread**2
    best = maximise(lambda at: _surface(at, n, z, squares), np.array([0.0, np.log(0.7), np.log(0.3)]))
    sigma, tau = (spread * float(np.exp(v / 2)) for v in best.at[1:])
    said = {"no_spread": 2 in best.edges, "at_the_edge": 1 in best.edges, "not_settled": not best.settled}
    values = {"mu": center + spread * float(best.at[0]), "sigma": sigma, "tau": tau}
    value = best.value - float(n.sum()) * float(np.log(spread))
    flags = tuple(code for code, holds in said.items() if holds)
    return Fit(NAME, values, value, n.size, best.steps, best.covariance, flags)


def mean(fit: Fit, orders: Counts, own: Vector) -> Vector:
    """What each customer brings per order on the whole: its own mean, the more it ordered the more of it."""
    share = _share(fit, orders)
    return np.asarray(fit["mu"] + share * (np.where(orders > 0, own, fit["mu"]) - fit["mu"]))


def quantile(fit: Fit, orders: Counts, own: Vector, level: float) -> Vector:
    """The amount below which a customer's true mean lies with the chance `level`."""
    deviation = fit["tau"] * np.sqrt(1.0 - _share(fit, orders))
    return np.asarray(mean(fit, orders, own) + float(scipy.special.ndtri(level)) * deviation)


def _share(fit: Fit, orders: Counts) -> Vector:
    """How much of the own mean counts: tau² / (tau² + sigma² / n), 0 without orders or without differences."""
    between, within = fit["tau"] ** 2, fit["sigma"] ** 2
    if between == 0:
        return np.zeros(orders.size)
    return np.asarray(orders * between / (orders * between + within)) if within > 0 else np.minimum(orders, 1.0)


def _surface(at: Vector, n: Vector, z: Vector, squares: Vector) -> tuple[float, Vector, Vector]:
    """The log-likelihood with gradient and Hessian in mu, ln sigma², ln tau²."""
    within, between = float(np.exp(at[1])), float(np.exp(at[2]))
    noise = within / n
    total, off = between + noise, z - at[0]
    rest, left = float((n - 1).sum()), float(squares.sum())
    value = -0.5 * (rest * float(at[1]) + left / within + float(np.sum(np.log(total) + np.log(n) + off**2 / total)))
    value -= 0.5 * float(n.sum()) * float(np.log(2 * np.pi))
    first = 0.5 * (off**2 / total - 1.0) / total
    second = (0.5 - off**2 / total) / total**2
    cross = -off / total**2
    slope = np.array([np.sum(off / total), first @ noise + 0.5 * (left / within - rest), first.sum() * between])
    bend = np.empty((3, 3))
    bend[0, 0] = -np.sum(1.0 / total)
    bend[0, 1] = bend[1, 0] = cross @ noise
    bend[0, 2] = bend[2, 0] = cross.sum() * between
    bend[1, 1] = second @ noise**2 + first @ noise - 0.5 * left / within
    bend[1, 2] = bend[2, 1] = (second @ noise) * between
    bend[2, 2] = second.sum() * between**2 + first.sum() * between
    return value, slope, bend
