"""How far is a forecast off? The usual measures of error, of rank and of level, each from two vectors."""

from dataclasses import dataclass, fields
from math import sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

Vector = NDArray[np.float64]

GROUPS = 10
_NEAR = 1e-9
"""What came at the very end of a range is within it, though both were rounded."""


@dataclass(frozen=True, slots=True)
class Errors:
    """A forecast held against what came, account by account.

    `bias` of the total: 0.1 where a tenth too much was forecast. `pearson` and `spearman` correlations. `gini` the
    normalised one: how well the forecast sorts accounts by what they brought, 1 as well as can be, 0 as chance.
    `decile_mape` the mean of what each tenth of accounts, sorted by forecast, was off by, as a part of what came. None
    where it cannot be said: nothing came, or all are alike.
    """

    accounts: int
    forecast: float
    actual: float
    mae: float | None
    rmse: float | None
    bias: float | None
    pearson: float | None
    spearman: float | None
    gini: float | None
    decile_mape: float | None

    @property
    def plain(self) -> dict[str, float | int | None]:
        """The measures by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def errors(forecast: Vector, actual: Vector) -> Errors:
    """All measures at once; both vectors have one place per account."""
    off, total = forecast - actual, float(actual.sum())
    has_any = len(off) > 0
    return Errors(
        accounts=len(off),
        forecast=float(forecast.sum()),
        actual=total,
        mae=float(np.abs(off).mean()) if has_any else None,
        rmse=sqrt(float((off * off).mean())) if has_any else None,
        bias=float(off.sum()) / total if total > 0 else None,
        pearson=correlation(forecast, actual),
        spearman=correlation(ranks(forecast), ranks(actual)),
        gini=_gini(forecast, actual),
        decile_mape=_decile_mape(tenths(forecast, actual)),
    )


def tenths(forecast: Vector, actual: Vector) -> pl.DataFrame:
    """What was forecast and what came, by tenth of the accounts sorted by forecast, the lowest first.

    One row per group: `tenth` from 1, `accounts`, mean `forecast`, mean `actual`. With fewer than ten accounts as many
    groups as there are; accounts with the same forecast stay in their order.
    """
    order = np.argsort(forecast, kind="stable")
    parts = [part for part in np.array_split(order, GROUPS) if len(part)]
    return pl.DataFrame(
        {
            "tenth": range(1, len(parts) + 1),
            "accounts": [len(part) for part in parts],
            "forecast": [float(forecast[part].mean()) for part in parts],
            "actual": [float(actual[part].mean()) for part in parts],
        },
        schema={"tenth": pl.Int64, "accounts": pl.Int64, "forecast": pl.Float64, "actual": pl.Float64},
    )


def correlation(one: Vector, other: Vector) -> float | None:
    """Pearson's correlation; None with fewer than two places, or where one of the two is all alike."""
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    a, b = one - one.mean(), other - other.mean()
    scale = sqrt(float(a @ a)) * sqrt(float(b @ b))
    return max(-1.0, min(1.0, float(a @ b) / scale)) if scale > 0 else None


def ranks(values: Vector) -> Vector:
    """Ranks from 1; those that are alike share the mean of theirs."""
    return np.asarray(rankdata(values), dtype=np.float64)


def covered(low: Vector, high: Vector, actual: Vector) -> float | None:
    """The share of accounts whose actual lies in its range; ends that are not numbers are not asked."""
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return None
    slack = _NEAR * np.maximum(np.abs(actual), 1.0)
    inside = (actual >= low - slack) & (actual <= high + slack)
    return float(inside[known].mean())


def _gini(forecast: Vector, actual: Vector) -> float | None:
    """The Gini index of what came, sorted by forecast, over that sorted by itself; ties count half each way."""
    if len(actual) < 2 or np.ptp(actual) == 0:
        return None
    middle = (len(actual) + 1) / 2
    own = float(actual @ (ranks(actual) - middle))
    return float(actual @ (ranks(forecast) - middle)) / own if own > 0 else None


def _decile_mape(groups: pl.DataFrame) -> float | None:
    """Over the groups that anything came of."""
    some = groups.filter(pl.col("actual") > 0)
    if some.is_empty():
        return None
    off = np.abs(some["forecast"].to_numpy() - some["actual"].to_numpy()) / some["actual"].to_numpy()
    return float(off.mean())
