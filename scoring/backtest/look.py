"""What would have been forecast on a day in the past, and what came? One origin: models, naive forecasts, actuals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from scoring.backtest import naive, pit
from scoring.backtest.errors import Vector
from scoring.ledger.currency import AMOUNT, priced
from scoring.ledger.terms import Terms
from scoring.lengths import DAYS_A_WEEK
from scoring.lifetime import rolling
from scoring.lifetime.assumptions import Assumptions, Choice
from scoring.lifetime.repeat import choose_orders, order_family
from scoring.lifetime.stretch import Ahead, after
from scoring.lifetime.valuation import forecast
from scoring.money import MONEY

Tables = Mapping[str, pl.LazyFrame]

HELD = ("account_id", "forecast", "low", "high", *naive.NAIVE, "actual")
"""What is forecast of an account with its likely range, naively, and what came; all Float64, null where it cannot be
said."""
MOST = 0.999
"""Counts beyond what this part of accounts had share one chance."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What is looked back on: contracts, invoices and rates, and how they are read; `first` is their first day."""

    tables: Tables
    basis: str
    terms: Terms
    assumed: Assumptions
    first: date


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One day in the past and the time ahead of it: revenue, and on invoices orders, of the accounts known then.

    Both as HELD; `transform` the tenths of `pit.deciles`, where the model gives the chance of each count.
    """

    on: date
    until: date
    revenue: pl.DataFrame
    orders: pl.DataFrame | None
    transform: Vector | None
    choices: Sequence[Choice]

    @property
    def by_subject(self) -> dict[str, pl.DataFrame]:
        """What is forecast: `revenue`, and where there are any `orders`."""
        return {"revenue": self.revenue} if self.orders is None else {"revenue": self.revenue, "orders": self.orders}


def look(world: World, on: date, ahead: Ahead) -> Held:
    """The forecasts made on the day from what was known then, and what came of them.

    Raises WholeMonthsError where contracts are looked ahead by days.
    """
    tables, basis, terms = world.tables, world.basis, world.terms
    plain = rolling.plainly(world.assumed, basis, on, ahead)
    then = priced(rolling.history(tables, basis, terms, on), tables["rates"], on, terms.currency, AMOUNT[basis])
    lines = then.collect().lazy()
    values, choices = forecast(lines, basis, on, plain, world.first)
    past = naive.Past(lines, basis, on, ahead, world.first, terms.currency)
    came = rolling.came(tables, basis, terms, on, ahead).with_columns(pl.col("actual").cast(pl.Float64)).collect()
    said = values.rename({"value": "forecast"}).select("account_id", "forecast", "low", "high", "size")
    if basis == "contracts":
        simply = naive.of_contracts(past, said.select("account_id", "size"))
        return Held(on, after(on, ahead), _held(said, simply, came), None, None, choices)
    own = order_family.seen(lines, on)
    simply, counts = naive.of_invoices(past, own.summary)
    revenue = _held(said, simply, came)
    if not choices or choices[0].fit.model not in choose_orders.MODELS:
        return Held(on, after(on, ahead), revenue, None, None, choices)
    found, transform = _orders(world, own, choices[0], after(on, ahead), counts)
    return Held(on, after(on, ahead), revenue, found, transform, choices)


def _held(said: pl.DataFrame, simply: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """The three side by side, by account, sorted; what brought nothing brought 0."""
    return (
        said.join(simply, on="account_id", how="left", validate="1:1")
        .join(came, on="account_id", how="left", validate="1:1")
        .with_columns(pl.col("actual").fill_null(0.0))
        .select(*HELD)
        .sort("account_id")
    )


def _orders(
    world: World, own: order_family.Seen, choice: Choice, until: date, counts: pl.DataFrame
) -> tuple[pl.DataFrame, Vector]:
    """The orders forecast and placed, and the tenths of the transform of what came."""
    forecast, ranges = (choose_orders.MODELS[fit.model].view(fit, own.orders) for fit in (choice.fit, choice.of_ranges))
    weeks = (until - own.instant).days / DAYS_A_WEEK
    low, high = ranges.count_range(weeks, world.assumed.level)
    said = pl.DataFrame(
        {
            "account_id": own.summary["account_id"],
            "forecast": forecast.expected(weeks),
            "low": low.astype(np.float64),
            "high": high.astype(np.float64),
        }
    )
    invoices, rates = world.tables["invoices"], world.tables["rates"]
    lines = priced(invoices, rates, own.instant, world.terms.currency, AMOUNT["invoices"])
    came = naive.counted(lines, own.instant, until)
    held = _held(said, counts, came)
    in_order = said.select("account_id").join(held, on="account_id", how="left", maintain_order="left")
    placed = in_order["actual"].to_numpy().astype(np.int64)
    most = int(np.quantile(placed, MOST)) if len(placed) else 0
    return held, pit.deciles(ranges.count_probabilities(weeks, most), placed)


def origin_of(held: Held, subject: str) -> rolling.Origin:
    """The origin as `rolling.error` reads it, of revenue or of orders."""
    accounts = held.by_subject[subject].select(
        "account_id", "forecast", "low", "high", pl.col("actual").round(4).cast(MONEY)
    )
    return rolling.Origin(held.on, accounts, held.choices)
