"""How far off is a total likely to be? Learnt from earlier days alone, as somebody on that day could have done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist

import numpy as np
import polars as pl

from scoring.backtest.look import Held, World, look, origin_of
from scoring.lifetime import rolling
from scoring.lifetime.known import known_before
from scoring.lifetime.rolling import Error
from scoring.lifetime.stretch import Ahead
from scoring.lifetime.valuation import as_chosen

CUTS = (1 / 2, 2 / 3, 3 / 4)
"""Where the past is too short for even one whole look ahead: parts of it from which its rest is looked at."""
LEAST_DAYS = 28


@dataclass(frozen=True, slots=True)
class Level:
    """What earlier forecasts missed, as it was known on a day; `is_short` where they looked less far ahead."""

    error: Error
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """The total of all accounts: forecast, its likely range (None without earlier days), what came.

    `factor` is by what the level would be moved (1 without earlier days), `earlier` from how many days it is known.
    """

    forecast: float
    low: float | None
    high: float | None
    actual: float
    factor: float
    earlier: int
    is_short: bool

    @property
    def holds(self) -> bool | None:
        """Whether what came lies in the range."""
        return None if self.low is None or self.high is None else self.low <= self.actual <= self.high


def levels(world: World, held: Held, ahead: Ahead) -> dict[str, Level]:
    """What forecasts from days before the origin missed, by what is forecast: `revenue` and `orders`.

    Only what was known before the origin is used, of what came as well: an earlier day counts when its time ahead was
    over by then.
    """
    basis = world.basis
    known = {**world.tables, basis: known_before(world.tables[basis], basis, held.on, world.terms.time_zone)}
    same = as_chosen(held.choices, basis, world.assumed)
    then = World(known, basis, world.terms, same, world.first)
    days = rolling.origins(world.first, held.on, ahead)
    looks = [look(then, day, ahead) for day in days]
    is_short = not looks and basis == "invoices"
    if is_short:
        looks = [look(then, day, held.on - day) for day in _cuts(world.first, held.on)]
    return {
        subject: Level(rolling.error([origin_of(one, subject) for one in looks if subject in one.by_subject]), is_short)
        for subject in held.by_subject
    }


def total(frame: pl.DataFrame, level: Level, nominal: float) -> Total:
    """The total of the accounts, with the range as a run would print it: usual miss and chance in each account."""
    forecast, actual = float(frame["forecast"].sum()), float(frame["actual"].sum())
    error, reach = level.error, NormalDist().inv_cdf((1 + nominal) / 2)
    low = high = None
    if error.spread is not None:
        halves = ((frame["high"] - frame["low"]) / 2).fill_null(0.0).to_numpy()
        width = reach * sqrt((forecast * error.spread) ** 2 + float(np.square(halves / reach).sum()))
        low, high = max(0.0, forecast - width), forecast + width
    return Total(forecast, low, high, actual, error.factor, len(error.origins), level.is_short)


def _cuts(first: date, on: date) -> Sequence[date]:
    days = (on - first).days
    found = [first + timedelta(days=round(days * share)) for share in CUTS]
    return [day for day in found if day > first and (on - day).days >= LEAST_DAYS]
