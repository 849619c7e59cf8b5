"""What is each contract worth over the time its account stays? Month by month, with what each renewal risks."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from scoring.lifetime.contracts import bdw, exponential_gamma, sbg
from scoring.lifetime.contracts.residual import annuity, before_renewal, per_period
from scoring.lifetime.fit import Counts, Fit, Vector

TIMINGS = MappingProxyType(
    {
        "term": "revenue is paid at the start of each month, the first now; it is certain until the term ends, then "
        "comes with the chance of each renewal; discounted by the month at the yearly rate",
        "evergreen": "revenue is paid at the start of each month, the first now; the later ones come with the chance "
        "to be a customer still, given the months stayed so far; discounted by the month at the yearly rate",
    }
)
"""When money is counted, by kind of account, in words."""

LOG_SURVIVAL: dict[str, Callable[[Fit, Vector], Vector]] = {
    sbg.NAME: sbg.log_survival,
    bdw.NAME: bdw.log_survival,
    bdw.ALIKE_NAME: bdw.log_survival_alike,
    exponential_gamma.NAME: exponential_gamma.log_survival,
}
_KEY = ("past", "certain", "term")
_WIDE = 1 << 20
"""More months, and renewals, than any account has."""
_UNKNOWN = pl.lit(None, dtype=pl.Float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """The different positions accounts can be in: chances to leave behind them (renewals made or months stayed),
    months paid for certain, months bought by each renewal."""

    past: Counts
    certain: Counts
    term: Counts


def value(
    fit: Fit,
    opportunities: pl.DataFrame,
    *,
    margin: float,
    annual_discount: float,
    horizon_months: int,
    level: float = 0.8,
) -> pl.DataFrame:
    """What each paying account of the kind the model is made for is worth.

    One row per account: account_id, kind, `alive_at_end` (chance to pay in the horizon's last month),
    `expected_months` it pays within the horizon, `value` (margin of these months, discounted, in the currency of
    `monthly`), `value_total` (without the horizon; null with `reason` no_discount where later money is worth as much as
    today's), `low` and `high` (the value lies between them with the chance `level`, the parameters taken as known;
    exact, as it only depends on how many renewals follow), `timing` (a key of TIMINGS). Sorted by account_id.
    """
    kind = "evergreen" if fit.model == exponential_gamma.NAME else "term"
    keyed = _keyed(opportunities.filter("is_paying" & (pl.col("kind") == kind)), kind)
    at, place = _positions(keyed)
    of_one = _factors(fit, at, annual_discount, horizon_months, level)
    each = {name: pl.lit(pl.Series(name, values[place], dtype=pl.Float64)) for name, values in of_one.items()}
    worth = pl.col("monthly").cast(pl.Float64) * margin
    free = annual_discount <= 0
    return keyed.select(
        "account_id",
        "kind",
        each["alive_at_end"].alias("alive_at_end"),
        each["expected_months"].alias("expected_months"),
        *((each.get(name, _UNKNOWN) * worth).alias(name) for name in ("value", "value_total", "low", "high")),
        pl.lit("no_discount" if free else None, dtype=pl.String).alias("reason"),
        pl.lit(kind).alias("timing"),
    ).sort("account_id")


def _keyed(accounts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The accounts with the position each is in; an evergreen one may leave every month but has paid for this."""
    if kind == "evergreen":
        stayed = pl.col("age_months").round().cast(pl.Int64)
        return accounts.with_columns(stayed.alias("past"), *(pl.lit(1, pl.Int64).alias(k) for k in _KEY[1:]))
    return accounts.with_columns(
        pl.col("renewals_made").alias("past"),
        pl.col("months_to_renewal").alias("certain"),
        pl.col("term_months").alias("term"),
    )


def _positions(keyed: pl.DataFrame) -> tuple[_Keys, Counts]:
    """The different positions, and at which of them each account is; told apart by one number for the three."""
    past, certain, term = (keyed[name].to_numpy() for name in _KEY)
    _, first, place = np.unique((past * _WIDE + certain) * _WIDE + term, return_index=True, return_inverse=True)
    return _Keys(past[first], certain[first], term[first]), place


def _factors(fit: Fit, at: _Keys, annual: float, horizon: int, level: float) -> dict[str, Vector]:
    """The value of 1 a month and what belongs to it, for each position; without a discount no `value_total`."""
    monthly = per_period(annual, 1.0)
    most = int(at.past.max(initial=0)) + horizon + 1
    log_survival = LOG_SURVIVAL[fit.model](fit, np.arange(float(most) + 1.0))
    within = _within(at, log_survival, monthly, horizon, level)
    return {**within, "value_total": _without_end(fit, at, annual)} if annual > 0 else within


def _within(at: _Keys, log_survival: Vector, monthly: float, horizon: int, level: float) -> dict[str, Vector]:
    """Values within the horizon: a step per renewal, all positions at once.

    The value grows with the renewals made, so its quantile is that of their number: a renewal's months count in
    the quantile where the chance to get that far is above 1 less the quantile's level.
    """
    tail = (1.0 - level) / 2.0
    start, step = np.zeros(at.past.size), 0
    end = np.minimum(at.certain, horizon).astype(np.float64)
    kept = np.ones(at.past.size)
    out = {name: np.zeros(at.past.size) for name in ("alive_at_end", "expected_months", "value", "low", "high")}
    while at.past.size:
        worth = annuity(monthly, end) - annuity(monthly, start)
        out["expected_months"] += kept * (end - start)
        out["value"] += kept * worth
        out["low"] += np.where(kept > 1.0 - tail + 1e-12, worth, 0.0)
        out["high"] += np.where(kept > tail + 1e-12, worth, 0.0)
        out["alive_at_end"] = np.where(start < horizon, kept, out["alive_at_end"])
        if np.all(end >= horizon):
            break
        step += 1
        start, end = end, np.minimum(end + at.term, horizon)
        reached = np.minimum(at.past + step, log_survival.size - 1)
        kept = np.exp(log_survival[reached] - log_survival[at.past])
    return out


def _without_end(fit: Fit, at: _Keys, annual: float) -> Vector:
    """The value of 1 a month without a horizon: what is certain, then whole terms from renewal to renewal."""
    monthly = per_period(annual, 1.0)
    out = annuity(monthly, at.certain.astype(np.float64))

    def survival(n: Vector) -> Vector:
        return LOG_SURVIVAL[fit.model](fit, n)

    for term in np.unique(at.term):
        here = at.term == term
        months = float(term)
        renewed = before_renewal(survival, at.past[here], per_period(annual, months))
        bought = annuity(monthly, np.array([months]))
        out[here] += renewed * bought * (1.0 + monthly) ** -at.certain[here].astype(np.float64)
    return out
