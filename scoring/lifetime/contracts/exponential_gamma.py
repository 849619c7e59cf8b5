"""How long do customers stay who may cancel on any day? The exponential-gamma model (Pareto of the second kind).

Times are months.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.lengths import DAYS_A_YEAR, MONTHS_A_YEAR
from scoring.lifetime.contracts.life_table import FEW_LOSSES
from scoring.lifetime.fit import Fit, Vector
from scoring.lifetime.newton import maximise

NAME = "exponential_gamma"
ASSUMPTIONS = (
    "A customer can leave on any day, at a rate of its own that does not change with time.",
    "These rates differ between customers as a gamma distribution with shape s and scale 1 / beta.",
)
_A_DAY = MONTHS_A_YEAR / DAYS_A_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class Tenures:
    """How long customers without a term stayed.

    One element per customer, or per group of like ones of which `weight` says how many: `months` until it left
    (`is_lost`) or was last seen, `entered` the months it had stayed when first seen.
    """

    months: Vector
    is_lost: NDArray[np.bool_]
    entered: Vector | None = None
    weight: Vector | None = None

    @property
    def customers(self) -> int:
        """How many there are."""
        return self.months.size if self.weight is None else round(float(self.weight.sum()))


@dataclass(frozen=True, slots=True)
class MonthlyPrior:
    """The churn a month expected before any is seen, and how many months' observation that weighs."""

    churn: float = 0.02
    strength: float = 50.0


def of_spells(spells: pl.DataFrame) -> Tenures:
    """The tenures of customers without a term among the spells that `renewals` describes."""
    own = spells.filter(pl.col("kind") == "evergreen").group_by("age_months", "is_lost", "entered_age_months").len()
    own = own.sort("age_months", "is_lost", "entered_age_months")
    return Tenures(
        months=own["age_months"].to_numpy(),
        is_lost=own["is_lost"].to_numpy(),
        entered=own["entered_age_months"].to_numpy(),
        weight=own["len"].cast(pl.Float64).to_numpy(),
    )


def log_survival(fit: Fit, months: Vector) -> Vector:
    """ln of the chance that a new customer stays so many months."""
    return np.asarray(-fit["s"] * np.log1p(months / fit["beta"]))


def fit(tenures: Tenures, *, prior: MonthlyPrior | None = None) -> Fit:
    """The model of these tenures; with fewer than 50 losses the prior counts too.

    The log-likelihood is that of the data alone.
    """
    seen = _Seen.of(tenures)
    weak = (prior or MonthlyPrior()) if seen.losses < FEW_LOSSES else None

    def at(logs: Vector) -> tuple[float, Vector, Vector]:
        value, slope, bend = seen.surface(*np.exp(logs))
        if weak is not None:
            more = _belief(logs, weak)
            return value + more[0], slope + more[1], bend + more[2]
        return value, slope, bend

    typical = float(seen.exposure + 50.0) / (seen.losses + 1.0)
    best = maximise(at, np.log([1.0, typical]))
    s, beta = (float(v) for v in np.exp(best.at))
    return Fit(
        model=NAME,
        parameters={"s": s, "beta": beta},
        log_likelihood=seen.surface(s, beta)[0],
        observations=tenures.customers,
        steps=best.steps,
        covariance=best.covariance,
        flags=_flags(seen, tenures.customers, s, edge=bool(best.edges), settled=best.settled),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The tenures, of at least a day, with their weights."""

    months: Vector
    entered: Vector
    weight: Vector
    leaving: Vector
    losses: float
    exposure: float

    @classmethod
    def of(cls, tenures: Tenures) -> "_Seen":
        weight = np.ones(tenures.months.size) if tenures.weight is None else tenures.weight
        entered = np.zeros(tenures.months.size) if tenures.entered is None else tenures.entered
        months = np.maximum(tenures.months, np.where(tenures.is_lost, entered + _A_DAY, entered))
        leaving = weight * tenures.is_lost
        exposure = float(weight @ (months - entered))
        return cls(months, entered, weight, leaving, float(leaving.sum()), exposure)

    def surface(self, s: float, beta: float) -> tuple[float, Vector, Vector]:
        """The log-likelihood with gradient and Hessian in ln s and ln beta."""
        late, early = self.months / beta, self.entered / beta
        past, before = late / (1 + late), early / (1 + early)
        logs = np.log1p(late)
        hazard = float(self.weight @ (logs - np.log1p(early)))
        moved = float(self.weight @ (past - before))
        bent = float(self.weight @ (past * (1 - past) - before * (1 - before)))
        value = self.losses * float(np.log(s) - np.log(beta)) - float(self.leaving @ logs) - s * hazard
        slope = np.array([self.losses - s * hazard, -self.losses + self.leaving @ past + s * moved])
        corner = -float(self.leaving @ (past * (1 - past))) - s * bent
        return value, slope, np.array([[-s * hazard, s * moved], [s * moved, corner]])


def _belief(logs: Vector, prior: MonthlyPrior) -> tuple[float, Vector, Vector]:
    """A prior on the first month's churn s / beta, and a weak one that s is about 1."""
    rate = float(np.exp(logs[0] - logs[1]))
    events, months = prior.churn * prior.strength, prior.strength
    value = events * float(logs[0] - logs[1]) - months * rate - 0.5 * float(logs[0]) ** 2
    pull = events - months * rate
    slope = np.array([pull - logs[0], -pull])
    bend = months * rate * np.array([[-1.0, 1.0], [1.0, -1.0]])
    bend[0, 0] -= 1.0
    return value, slope, bend


def _flags(seen: _Seen, customers: int, s: float, *, edge: bool, settled: bool) -> tuple[str, ...]:
    said = {
        "no_time": seen.exposure <= customers * _A_DAY,
        "no_losses": seen.losses == 0,
        "few_losses": 0 < seen.losses < FEW_LOSSES,
        "few_accounts": customers < 2,
        "no_spread": s > 1e3,
        "at_the_edge": edge,
        "not_settled": not settled,
    }
    return tuple(code for code, holds in said.items() if holds)
