"""What does a customer spend per order, when few orders were seen of each? The gamma-gamma model.

Fader, Hardie and Lee, RFM and CLV: Using Iso-Value Curves, Journal of Marketing Research 42(4), 2005. The spend is
the mean of the orders after the first. The log-likelihood is that of these means, nothing left out.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy

from scoring.lifetime.beta_ratio import in_logs
from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.newton import maximise
from scoring.lifetime.special import log_rising

NAME = "gamma_gamma"
ASSUMPTIONS = (
    "A customer's orders vary around a mean of its own, which does not change with time.",
    "These means differ between customers as an inverse gamma distribution.",
    "How much is spent per order has nothing to do with how often one orders.",
    "All amounts are above zero.",
)
FOLLOWS = 0.3
"""From this rank correlation of spend with number of orders on, the two are not taken for independent."""
FEW = 20_000
"""Up to so many customers are put in an order of their own: the order of a sum may not decide where a flat fit ends."""
_ALIKE = 1e6
_SAMPLE = 20_000
_RANKED = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Spend:
    """One element per customer: `orders` after the first, and the `mean` amount of these."""

    orders: Counts
    mean: Vector


def fit(spend: Spend, *, otherwise: float = 0.0) -> Fit:
    """The model of the customers with a repeat order and a mean above zero; the others are left out.

    `otherwise` is the mean spend to assume where there are none. Besides its parameters the fit knows `average`,
    the plain mean over customers, which stands in where the model has no mean (q up to 1).
    """
    counted = (spend.orders > 0) & (spend.mean > 0)
    x, z = spend.orders[counted].astype(np.float64), spend.mean[counted]
    if z.size == 0:
        return _alike(otherwise, 0, 0.0, ("nobody_repeats",))
    if z.size <= FEW:
        order = np.lexsort((z, x))
        x, z = x[order], z[order]
    average = float(z.mean())
    if z.size < 3 or float(np.ptp(np.log(z))) < 1e-9:
        return _alike(average, z.size, 0.0, ("few_accounts" if z.size < 3 else "no_spread",))
    data = _Seen.of(x, z / average)
    best = maximise(data.surface, _start(x, z / average))
    p, q, scale = (float(v) for v in np.exp(best.at))
    value = best.value - z.size * float(np.log(average))
    said = {
        "no_mean": q <= 1,
        "spend_follows_orders": abs(rank_correlation(x, z)) > FOLLOWS,
        "at_the_edge": bool(best.edges),
        "not_settled": not best.settled,
    }
    values = {"p": p, "q": q, "gamma": scale * average, "average": average}
    flags = tuple(code for code, holds in said.items() if holds)
    return Fit(NAME, values, value, z.size, best.steps, best.covariance, flags)


def mean(fit: Fit, orders: Counts, spent: Vector) -> Vector:
    """What each customer spends per order on the whole, from its own orders and those of all others."""
    p, q, gamma = fit["p"], fit["q"], fit["gamma"]
    own = np.where(orders > 0, spent, 0.0)
    if q <= 1:
        return np.where(orders > 0, own, fit["average"])
    return np.asarray(p * (gamma + orders * own) / (p * orders + q - 1.0))


def rank_correlation(x: Vector, z: Vector) -> float:
    """Spearman's correlation, of every so many-th customer where there are more than 100,000; 0 without variation."""
    every = slice(None, None, max(1, x.size // _RANKED))
    first, second = (pl.Series(v[every]).rank("average").to_numpy() for v in (x, z))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _alike(average: float, accounts: int, value: float, flags: tuple[str, ...]) -> Fit:
    """Everybody spends the average."""
    values = {"p": 1.0, "q": _ALIKE, "gamma": average * (_ALIKE - 1.0), "average": average}
    return Fit(NAME, values, value, accounts, 0, None, flags)


def _histogram(x: Vector) -> tuple[Vector, Counts, Vector]:
    """The different numbers of orders, the row of each customer among them, and how many customers each has."""
    row = x.astype(np.int64)
    if row.max() > 10 * row.size:
        single, row, count = np.unique(x, return_inverse=True, return_counts=True)
        return single, row.reshape(-1), count.astype(np.float64)
    count = np.bincount(row)
    there = np.flatnonzero(count)
    place = np.zeros(count.size, dtype=np.int64)
    place[there] = np.arange(there.size)
    return there.astype(np.float64), place[row], count[there].astype(np.float64)


def _start(x: Vector, z: Vector) -> Vector:
    """Logs of p, q and gamma to start from: those of every so many-th customer, where there are many."""
    plain = np.log([2.0, 3.0, 1.0])
    if z.size < 2 * _SAMPLE:
        return plain
    every = slice(None, None, z.size // _SAMPLE)
    return maximise(_Seen.of(x[every], z[every]).surface, plain, tolerance=1e-8).at


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What the likelihood needs: the histogram of x with rows into it, z, and three sums."""

    x: Vector
    count: Vector
    row: Counts
    xz: Vector
    log_z: float
    x_log_z: float
    x_log_x: float

    @classmethod
    def of(cls, x: Vector, z: Vector) -> "_Seen":
        single, row, count = _histogram(x)
        logs = np.log(z)
        sums = float(logs.sum()), float(x @ logs), float(count @ (single * np.log(single)))
        return cls(single, count, row, x * z, *sums)

    def surface(self, logs: Vector) -> tuple[float, Vector, Vector]:
        """The log-likelihood with gradient and Hessian in the logs of p, q and gamma: one log per customer."""
        digamma, gammaln, polygamma = scipy.special.digamma, scipy.special.gammaln, scipy.special.polygamma
        p, q, gamma = (float(v) for v in np.exp(logs))
        inside = 1.0 / (gamma + self.xz)
        total, size = -np.log(inside), self.x.size
        by_x, thin, thin2 = (np.bincount(self.row, w, minlength=size) for w in (total, inside, inside * inside))
        n, x, shape = self.count, self.x, p * self.x + q
        accounts = float(n.sum())
        value = float(n @ log_rising(p * x, q)) - accounts * (float(gammaln(q)) - q * float(np.log(gamma)))
        value += p * (self.x_log_z + self.x_log_x) - self.log_z - float(shape @ by_x)
        psi, tri = digamma(shape), polygamma(1, shape)
        slope = np.array(
            [
                n @ (x * (psi - digamma(p * x))) + self.x_log_z + self.x_log_x - x @ by_x,
                n @ psi - accounts * (digamma(q) - np.log(gamma)) - by_x.sum(),
                accounts * q / gamma - shape @ thin,
            ]
        )
        pp = n @ (x * x * (tri - polygamma(1, p * x)))
        pq, qq = n @ (x * tri), n @ tri - accounts * polygamma(1, q)
        pg, qg = -(x @ thin), accounts / gamma - thin.sum()
        gg = -accounts * q / gamma**2 + shape @ thin2
        bend = np.array([[pp, pq, pg], [pq, qq, qg], [pg, qg, gg]], dtype=np.float64)
        return value, *in_logs(np.array([p, q, gamma]), slope, bend)
