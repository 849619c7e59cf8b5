"""What would somebody say who has no model? Three forecasts that any model must beat to be worth its trouble."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.days import months_back
from scoring.lengths import MONTHS_A_YEAR
from scoring.lifetime import rolling
from scoring.lifetime.exposure import exposure
from scoring.lifetime.repeat import orders
from scoring.lifetime.stretch import Ahead, after

NAIVE = ("own_rate", "last_year", "company_rate")
LABELS = {
    "contracts": {
        "own_rate": "all stays as it is",
        "last_year": "last year again",
        "company_rate": "constant churn",
    },
    "invoices": {
        "own_rate": "own past rate",
        "last_year": "last year again",
        "company_rate": "everybody at the mean rate",
    },
}
"""How each is called, by basis."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What was known on a day: `lines` in the `reporting` currency as the ledger has them, since `first`."""

    lines: pl.LazyFrame
    basis: str
    on: date
    ahead: Ahead
    first: date
    reporting: str

    @property
    def has_a_year(self) -> bool:
        """Whether the same months of the year before are over and known."""
        year_ago = months_back(self.on, MONTHS_A_YEAR)
        return year_ago >= self.first and after(year_ago, self.ahead) <= self.on


def of_contracts(past: Past, monthly: pl.DataFrame) -> pl.DataFrame:
    """The naive forecasts of revenue under contract: account_id and NAIVE, null where they cannot be said.

    `monthly` has account_id and `size`, what each account pays a month. `own_rate`: it goes on paying that.
    `company_rate`: so it does, less the company's monthly churn of the last twelve months, month after month.
    """
    months = past.ahead if isinstance(past.ahead, int) else 0
    stays = 1 - _churn(past)
    total = sum(stays**n for n in range(months))
    return _with_last_year(
        past,
        monthly.select(
            "account_id",
            (pl.col("size") * months).alias("own_rate"),
            (pl.col("size") * total).alias("company_rate"),
        ),
    )


def _churn(past: Past) -> float:
    """Losses per account-month of the last twelve months, or of those that are known."""
    months = sum(months_back(past.on, n) >= past.first for n in range(1, MONTHS_A_YEAR + 1))
    seen = (
        exposure(past.lines, past.on, "", past.reporting, max(1, months))
        .select("account_months", "losses")
        .sum()
        .collect()
    )
    at_risk = float(seen["account_months"].item())
    return float(seen["losses"].item()) / at_risk if at_risk > 0 else 0.0


def of_invoices(past: Past, summary: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The naive forecasts of revenue and of orders, each as account_id and NAIVE; `summary` as `orders.summary`.

    `own_rate`: as many repeat orders a day as so far, of their mean amount, nothing from those that never came back.
    `company_rate`: the mean of these for everybody, over all days that accounts were watched.
    """
    days = (after(past.on, past.ahead) - past.on).days
    x, age = pl.col("x").cast(pl.Float64), pl.col("age").cast(pl.Float64)
    spent = x * pl.col("spend").fill_null(0.0)
    revenue, count = (
        summary.select(  # times the days before the division: who orders as often has the same rate, to the last digit
            "account_id",
            pl.when(age > 0).then(of * days / age).otherwise(0.0).alias("own_rate"),
            pl.when(age.sum() > 0).then(of.sum() * days / age.sum()).otherwise(0.0).alias("company_rate"),
        )
        for of in (spent, x)
    )
    return _with_last_year(past, revenue), _with_last_year(past, count, orders_too=True)


def _with_last_year(past: Past, said: pl.DataFrame, *, orders_too: bool = False) -> pl.DataFrame:
    """The forecasts with `last_year`: what each account brought in the same time a year before, if that is known."""
    if not past.has_a_year:
        return said.with_columns(pl.lit(None, dtype=pl.Float64).alias("last_year")).select("account_id", *NAIVE)
    year_ago = months_back(past.on, MONTHS_A_YEAR)
    if orders_too:
        then = counted(past.lines, year_ago, after(year_ago, past.ahead))
    else:
        found = rolling.brought(past.lines, past.basis, year_ago, past.ahead).collect()
        then = found.with_columns(pl.col("actual").cast(pl.Float64))
    both = said.join(then.rename({"actual": "last_year"}), on="account_id", how="left", maintain_order="left")
    return both.with_columns(pl.col("last_year").fill_null(0.0)).select("account_id", *NAIVE)


def counted(lines: pl.LazyFrame, start: date, end: date) -> pl.DataFrame:
    """How many purchase days each account has from one day up to another: account_id, `actual`."""
    later, earlier = orders.summary(lines, end), orders.summary(lines, start)
    days = pl.col("x").cast(pl.Float64) + 1
    both = later.select("account_id", days.alias("later")).join(
        earlier.select("account_id", days.alias("earlier")), on="account_id", how="left", maintain_order="left"
    )
    return both.select("account_id", (pl.col("later") - pl.col("earlier").fill_null(0.0)).alias("actual"))
