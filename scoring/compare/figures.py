"""What does the company come to under one set of definitions, and what does each account put into it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from scoring import book
from scoring.measure import COMPANY, measure
from scoring.metrics import CATALOGUE, Metric
from scoring.metrics.metric import Parts, in_book
from scoring.money import MONEY
from scoring.numbers import exact

PLACES = 9
"""Decimals of rates and ratios, as on cards."""

COMPARED = (
    "opening", "new", "reactivation", "expansion", "contraction", "churn", "fx", "closing", "mrr", "arr",
    "accounts", "revenue_per_account", "net_revenue_retention", "gross_revenue_retention", "logo_retention",
    "churn_rate", "quick_ratio", "like_for_like_growth",
)  # fmt: skip
"""The metrics that are compared unless one is asked for, as far as the catalogue has them."""

_ONE = pl.lit(1).cast(MONEY)
_COUNTED = {"accounts": Parts(_ONE), "revenue_per_account": Parts(pl.col("closing"), _ONE)}
"""What accounts put into metrics that are figures of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A metric of the company: the value, exact where it is money, or the reason why there is none.

    `accounts` as `parts_of`, by account_id.
    """

    value: Decimal | None
    reason: str | None
    accounts: pl.DataFrame | None


def compared(basis: str) -> list[Metric]:
    """The metrics that are compared on the basis."""
    return [CATALOGUE[n] for n in COMPARED if n in CATALOGUE and CATALOGUE[n].needs in (None, basis)]


def figures(rows: pl.DataFrame, metrics: Sequence[Metric], basis: str) -> Mapping[str, Figure]:
    """Metric to its figure for the whole company. `rows` is the book."""
    once = book.at(rows.lazy(), COMPANY).collect().lazy()
    measured = measure(once, metrics, COMPANY, basis=basis).collect()
    found = {row["metric"]: row for row in measured.iter_rows(named=True)}
    counted = {m.name: frame for m in metrics if (frame := parts_of(once, m)) is not None}
    accounts = dict(zip(counted, pl.collect_all(counted.values()), strict=True))
    return {
        name: Figure(_value(row["amount"], row["value"]), row["reason"], accounts.get(name))
        for name, row in found.items()
    }


def parts_of(rows: pl.LazyFrame, metric: Metric, key: Sequence[str] = ("account_id",)) -> pl.LazyFrame | None:
    """The key, account, top and, where something is divided, bottom of each account that counts.

    None where the metric is not made of accounts.
    """
    metric = in_book(metric, rows.collect_schema().names())
    parts = metric.parts or _COUNTED.get(metric.name)
    if parts is None:
        return None
    amounts = [parts.top.cast(MONEY).alias("top")]
    amounts += [] if parts.bottom is None else [parts.bottom.cast(MONEY).alias("bottom")]
    return rows.filter(metric.base.rows).select(*key, "account", *amounts)


def _value(amount: Decimal | None, value: float | None) -> Decimal | None:
    if amount is not None:
        return amount
    number = exact(value)
    return None if number is None else round(number, PLACES)
