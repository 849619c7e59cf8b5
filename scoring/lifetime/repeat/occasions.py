"""Do accounts order on fixed occasions, once a year or quarter, and what is then to come? BG/BB over a calendar.

Found from the days between first and last order alone: where orders come on occasions, these are whole multiples of
the time between occasions, for nearly every account.
"""

from dataclasses import astuple, dataclass, replace

import numpy as np
import polars as pl

from scoring.lengths import DAYS_A_YEAR, MONTHS_A_YEAR
from scoring.lifetime.assumptions import Assumptions
from scoring.lifetime.contracts.residual import per_period
from scoring.lifetime.fit import Counts, Fit, Vector
from scoring.lifetime.repeat import bg_bb
from scoring.lifetime.repeat.bg_bb import Occasions

NAME = bg_bb.NAME
A_YEAR = {"year": 1, "half-year": 2, "quarter": 4, "month": 12}
"""Occasions a year, the rarest first."""
AROUND = 0.08
"""An order belongs to an occasion when it comes this near to it, as a part of the time between occasions."""
NEARLY_ALL, ENOUGH = 0.95, 50


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Per account: whether it is `alive`, the orders `expected` within the horizon, those `discounted`, all that are
    to come `for_ever` discounted, and the least and the most within the horizon."""

    alive: Vector
    expected: Vector
    discounted: Vector
    for_ever: Vector
    low: Vector
    high: Vector


def found(summary: pl.DataFrame) -> str | None:
    """How often occasions come (a key of A_YEAR), from `orders.summary`; None where orders come at any time."""
    came = summary.filter(pl.col("x") > 0)
    if came.height < ENOUGH:
        return None
    days, orders = came["t_x"].to_numpy(), came["x"].to_numpy()
    for name, times in A_YEAR.items():
        passed = days * times / DAYS_A_YEAR
        whole = np.rint(passed)
        fits = (np.abs(passed - whole) <= AROUND) & (whole >= orders)
        if fits.mean() >= NEARLY_ALL:
            return name
    return None


def fit(summary: pl.DataFrame, every: str) -> Fit:
    """The model of the accounts' occasions; its parameters name the occasions a year, too."""
    made = bg_bb.fit(_counted(summary, every))
    return replace(made, parameters={**made.parameters, "occasions_a_year": float(A_YEAR[every])})


def outlook(made: Fit, summary: pl.DataFrame, assumed: Assumptions) -> Outlook:
    """What is to come from each account, in the order of the summary; computed once for accounts alike."""
    times = int(made["occasions_a_year"])
    every = next(name for name, often in A_YEAR.items() if often == times)
    counted = _counted(summary, every)
    ahead = _ahead(summary, every, counted.n, assumed)
    keys, row = np.unique(np.stack([ahead, counted.x, counted.t_x, counted.n], axis=1), axis=0, return_inverse=True)
    alike = [keys[keys[:, 0] == n] for n in np.unique(ahead)]
    parts = [astuple(_of(made, Occasions(*own[:, 1:].T), int(own[0, 0]), assumed)) for own in alike]
    return Outlook(*(np.concatenate(of)[row.ravel()] for of in zip(*parts, strict=True)))


def _of(made: Fit, alike: Occasions, ahead: int, assumed: Assumptions) -> Outlook:
    """What is to come at so many occasions, and for ever."""
    rate = per_period(assumed.discount, MONTHS_A_YEAR / made["occasions_a_year"])
    steps = np.stack([bg_bb.expected(made, alike, n) for n in range(ahead + 1)])
    tail = (1 - assumed.level) / 2
    return Outlook(
        alive=bg_bb.alive(made, alike),
        expected=steps[-1],
        discounted=(np.diff(steps, axis=0) * (1 + rate) ** -np.arange(1.0, ahead + 1)[:, None]).sum(axis=0),
        for_ever=bg_bb.value(made, alike, rate) if rate > 0 else np.full(alike.n.size, np.nan),
        low=bg_bb.quantile(made, alike, ahead, tail).astype(np.float64),
        high=bg_bb.quantile(made, alike, ahead, 1 - tail).astype(np.float64),
    )


def _ahead(summary: pl.DataFrame, every: str, passed: Counts, assumed: Assumptions) -> Counts:
    """How many occasions each account has within the horizon; where that is in days, as many as fall on them."""
    if assumed.days is None:
        return np.full_like(passed, max(assumed.horizon_months * A_YEAR[every] // MONTHS_A_YEAR, 1))
    until = (summary["age"].to_numpy() + assumed.days) * A_YEAR[every] / DAYS_A_YEAR
    return np.asarray(np.maximum(until.astype(np.int64) - passed, 0))


def _counted(summary: pl.DataFrame, every: str) -> Occasions:
    """The occasions each account came to, its last, and how many have passed since its first order.

    Where the rules ask for occasions that are none, several orders may fall on one: it counts once at most.
    """
    per_day = A_YEAR[every] / DAYS_A_YEAR
    last = np.rint(summary["t_x"].to_numpy() * per_day).astype(np.int64)
    passed: Counts = np.floor(summary["age"].to_numpy() * per_day - AROUND).astype(np.int64)
    came = np.minimum(summary["x"].to_numpy().astype(np.int64), last)
    return Occasions(came, last, np.maximum(passed, last))
