"""What was each account worth at the start and at the end, and which part of the change is whose doing?"""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from scoring.facts.dated import At, Dated
from scoring.money import MONEY

if TYPE_CHECKING:
    from scoring.lifetime.valuation import Valued

LEVEL = ("value_now", "share_of_value")
CHANGE = ("value_before", "value_after", "value_retained", "value_grown")
COLUMNS = (*LEVEL, *CHANGE)
KNOWN = ("chance_active", "expected_orders", "value_spread")
IN_BOOK = frozenset({*COLUMNS, *KNOWN})
"""The columns of the book that hold it."""


def dated(valued: "Valued", outcome: pl.LazyFrame, last_day: date, way: At) -> list[Dated]:
    """The level by who holds the account at the end, and the change of the accounts that had a value before.

    `value_now`: what the account is worth at the end, `share_of_value` the part of it somebody holds.
    `value_before`, `value_after`: what an account that was worth something at the start was and is worth;
    after = before + `value_retained` (it stayed or left, or is expected to stay longer) + `value_grown` (it
    pays more, at the same expectation).
    """
    if valued.now.is_empty() and valued.before.is_empty():
        return []
    level = valued.now.lazy().select(
        "account_id",
        pl.lit(last_day).alias("on"),
        _money("value").alias("value_now"),
        pl.lit(1).cast(MONEY).alias("share_of_value"),
    )
    change = _changes(valued).join(
        outcome.select("account_id", pl.col("event_on").alias("on")), on="account_id", how="left", validate="1:1"
    )
    return [
        Dated(level, LEVEL, "at_close"),
        Dated(change.with_columns(pl.col("on").fill_null(last_day)), CHANGE, way, follows="outcome"),
    ]


def known(valued: "Valued") -> pl.LazyFrame:
    """What the models say of each account as a whole: account_id, `chance_active`, `expected_orders` (null under
    contract), and `value_spread`, half the width of the value's likely range."""
    is_order = ~pl.col("model").is_in(_CONTRACTS)
    return valued.now.lazy().select(
        "account_id",
        "chance_active",
        pl.when(is_order).then("expected").alias("expected_orders"),
        ((pl.col("high") - pl.col("low")) / 2).alias("value_spread"),
    )


_CONTRACTS = ("sbg", "bdw", "dw", "exponential_gamma")


def _changes(valued: "Valued") -> pl.LazyFrame:
    """One row per account with a value before, as CHANGE."""
    zero = pl.lit(0.0)
    size, factor = pl.col("size_after").fill_null(pl.col("size")), pl.col("factor_after").fill_null(zero)
    after = valued.now.lazy().select("account_id", pl.col("size", "factor").name.suffix("_after"))
    both = valued.before.lazy().filter(pl.col("value") > 0).join(after, on="account_id", how="left", validate="1:1")
    parts = both.select(
        "account_id",
        _money("value").alias("value_before"),
        (pl.col("size") * (factor - pl.col("factor"))).round(4).cast(MONEY).alias("value_retained"),
        ((size - pl.col("size")) * factor).round(4).cast(MONEY).alias("value_grown"),
    )
    total = pl.col("value_before") + pl.col("value_retained") + pl.col("value_grown")
    return parts.with_columns(total.cast(MONEY).alias("value_after"))


def _money(column: str) -> pl.Expr:
    return pl.col(column).round(4).cast(MONEY)
