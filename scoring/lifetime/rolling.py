"""How far were past forecasts off? The models are fitted on what was known then, and held against what came."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from math import exp, log, sqrt

import polars as pl

from scoring.days import DAY, Span, months_back
from scoring.errors import BookscoreError
from scoring.ledger.build import at_own_rates, contract_lines, invoice_lines
from scoring.ledger.currency import AMOUNT, priced
from scoring.ledger.history import active
from scoring.ledger.terms import Terms
from scoring.lifetime.assumptions import PLAIN, Assumptions, Choice
from scoring.lifetime.known import known_before
from scoring.lifetime.stretch import Ahead, after, before
from scoring.lifetime.valuation import Seen, family_of, foreseen
from scoring.money import MONEY, added

Tables = Mapping[str, pl.LazyFrame]

ORIGINS = 3
"""Days in the past from which a run looks ahead, to learn how far off it usually is."""
STEP = 3
"""Months between them."""
_LEAST_PART = 0.05
"""What a forecast of which less came is taken to have brought, as the logarithm of nothing has no bound."""
ONE_MORE = 0.10
"""One more origin is counted that missed by this part, up or down, since three say little of a fourth's miss."""

HELD_OUT = {
    "account_id": pl.String(), "forecast": pl.Float64(), "low": pl.Float64(), "high": pl.Float64(), "actual": MONEY,
}  # fmt: skip
"""`forecast` revenue of the months ahead with its likely range, and what came, of an account known at the origin."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """A day in the past and the months ahead of it: one row per account then worth something, as HELD_OUT."""

    on: date
    accounts: pl.DataFrame
    choices: Sequence[Choice]

    @property
    def miss(self) -> float:
        """ln of what came over what was expected, all accounts together, but no less than that of a twentieth; 0 where
        nothing was expected."""
        expected, came = float(self.accounts["forecast"].sum()), float(added(self.accounts["actual"]))
        return log(max(came / expected, _LEAST_PART)) if expected > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Error:
    """What past forecasts missed: `spread` the usual miss of a total, as a part of it, `factor` by what the level
    would be moved, `origins` how many were looked back to. Nothing is known of the spread where there are none."""

    origins: tuple[date, ...] = ()
    spread: float | None = None
    factor: float = 1.0


class WholeMonthsError(BookscoreError):
    """Contracts were to be looked ahead by days."""

    def __init__(self) -> None:
        super().__init__("revenue under contract is counted in whole months; look ahead by months, as 12m")


def origins(first: date, last: date, ahead: Ahead, count: int = ORIGINS) -> list[date]:
    """Days from which `ahead` lies before `last` and as much again after `first`, the latest first."""
    days = [months_back(before(last, ahead), STEP * n) for n in range(count)]
    return [day for day in days if before(day, ahead) >= first]


def error(past: Sequence[Origin]) -> Error:
    """What the forecasts from these origins missed."""
    if not past:
        return Error()
    misses = [origin.miss for origin in past]
    spread = sqrt((sum(m * m for m in misses) + ONE_MORE**2) / (len(misses) + 1))
    factor = exp(sum(misses) / (len(misses) + 1))
    return Error(tuple(origin.on for origin in past), spread, factor)


def look_back(seen: Seen, received: pl.LazyFrame, basis: str, on: date, ahead: Ahead, assumed: Assumptions) -> Origin:
    """The forecast of the revenue ahead of a day in the past, and what came.

    `seen` is what was known before the day, at its rates, and `received` what `came`. Raises WholeMonthsError where
    contracts are looked ahead by days.
    """
    values, choices = foreseen(seen, basis, plainly(assumed, basis, on, ahead))
    accounts = (
        values.lazy()
        .filter(pl.col("value") > 0)
        .rename({"value": "forecast"})
        .join(received, on="account_id", how="left", validate="1:1")
        .with_columns(pl.col("actual").fill_null(0).cast(MONEY))
        .select(*HELD_OUT)
        .sort("account_id")
        .collect()
    )
    return Origin(on, accounts, choices)


def plainly(assumed: Assumptions, basis: str, on: date, ahead: Ahead) -> Assumptions:
    """The assumptions for revenue as it will be received in the time ahead. Raises WholeMonthsError."""
    plain = replace(assumed, margin=PLAIN.margin, discount=PLAIN.discount)
    if family_of(basis, assumed).NAME == "orders":
        return replace(plain, days=(after(on, ahead) - on).days)
    if isinstance(ahead, int):
        return replace(plain, horizon_months=ahead)
    raise WholeMonthsError


def history(tables: Tables, basis: str, terms: Terms, on: date, *, usual: Set[int] | None = None) -> pl.LazyFrame:
    """The ledger's lines as they were known before the day, in their own currencies unless each keeps the rate of its
    first day; `usual` as in `known_before`."""
    known = known_before(tables[basis], basis, on, terms.time_zone, usual=usual)
    lines = contract_lines(known, terms, on - DAY) if basis == "contracts" else invoice_lines(known, terms)
    return at_own_rates(lines, tables["rates"], terms, basis)


def came(tables: Tables, basis: str, terms: Terms, on: date, ahead: Ahead) -> pl.LazyFrame:
    """The revenue of each account in the time after the day: account_id, `actual`. At that day's rates, or at the rate
    of each line's first day if the terms keep it."""
    if basis == "contracts":
        lines = contract_lines(tables["contracts"], terms, after(on, ahead))
    else:
        lines = invoice_lines(tables["invoices"], terms)
    own = at_own_rates(lines, tables["rates"], terms, basis)
    return brought(priced(own, tables["rates"], on, terms.currency, AMOUNT[basis]), basis, on, ahead)


def brought(lines: pl.LazyFrame, basis: str, on: date, ahead: Ahead) -> pl.LazyFrame:
    """What the lines, in one currency, bring each account in the time from the day on: account_id, `actual`.

    On contracts what is in force on the day and on the same day of each later month. Raises WholeMonthsError.
    """
    if basis != "contracts":
        lines, amount = lines.filter(Span(on, after(on, ahead)).holds(pl.col("dated_on"))), pl.col("amount")
    elif isinstance(ahead, int):
        instants = [months_back(on, -n) + DAY for n in range(ahead)]
        lines = lines.filter(pl.any_horizontal(active(instant) for instant in instants))
        months = pl.sum_horizontal(active(instant).cast(pl.UInt16) for instant in instants)
        amount = pl.col("monthly") * months.cast(pl.Int64)
    else:
        raise WholeMonthsError
    return lines.group_by("account_id").agg(amount.sum().cast(MONEY).alias("actual"))
