"""Who sold what? Sellers share an account by what they sold it, and cause the movements that their sales make."""

from collections.abc import Mapping

import polars as pl

from scoring.credit.crediting import MOVEMENT
from scoring.credit.ownership import UNASSIGNED
from scoring.days import NEVER, Span
from scoring.ledger.movements import LOSSES
from scoring.money import units

_SELLER = pl.col("seller_id").fill_null(UNASSIGNED).alias("manager_id")


def by_line(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Spans in which the sellers of the lines in force share an account by what those lines bring a month."""
    return lines.filter(pl.col("monthly") > 0).select(
        "account_id", _SELLER, "starts_on", pl.col("ends_on").fill_null(NEVER), _weight("monthly")
    )


def between(spans: pl.LazyFrame, days: Span) -> pl.LazyFrame:
    """What of the spans lies in those days."""
    start, end = pl.max_horizontal("starts_on", pl.lit(days.start)), pl.min_horizontal("ends_on", pl.lit(days.end))
    return spans.with_columns(start.alias("starts_on"), end.alias("ends_on")).filter(
        pl.col("starts_on") < pl.col("ends_on")
    )


def by_window(sums: pl.LazyFrame, windows: Mapping[str, Span]) -> pl.LazyFrame:
    """Spans in which sellers share an account by what they sold it in each window.

    `sums` has account_id, seller_id and a money column per window; `windows` names column and days.
    """
    return pl.concat(
        sums.filter(pl.col(column) > 0).select(
            "account_id",
            _SELLER,
            pl.lit(days.start).alias("starts_on"),
            pl.lit(days.end).alias("ends_on"),
            _weight(column),
        )
        for column, days in windows.items()
    )


def causes_by_line(moves: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Whose lines made each movement: a gain the sellers whose lines began, a loss those whose lines ended.

    One row per movement and manager: the movement's account, day and kind, manager_id, weight.
    """
    begun = lines.select("account_id", pl.col("starts_on").alias("moved_on"), _SELLER, units(pl.col("monthly")))
    ended = lines.select("account_id", pl.col("ends_on").alias("moved_on"), _SELLER, units(-pl.col("monthly")))
    changes = pl.concat([begun, ended]).group_by("account_id", "moved_on", "manager_id").agg(pl.col("monthly").sum())
    return _causes(moves, changes.rename({"monthly": "change"}), ["account_id", "moved_on"])


def causes_by_window(moves: pl.LazyFrame, sums: pl.LazyFrame) -> pl.LazyFrame:
    """Who made each movement between two windows: a gain the sellers who sold more, a loss those who sold less.

    `sums` has account_id, seller_id, before and after. Rows as in `causes_by_line`.
    """
    change = units(pl.col("after")) - units(pl.col("before"))
    own = moves.filter(pl.col("kind") != "fx")
    return _causes(own, sums.select("account_id", _SELLER, change.alias("change")), ["account_id"])


def causes_by_rate(moves: pl.LazyFrame, sums: pl.LazyFrame) -> pl.LazyFrame:
    """Whose sales exchange rates moved, where they moved those of an account on the whole; as in `causes_by_window`."""
    change = units(pl.col("after_spot")) - units(pl.col("after"))
    exchange = moves.filter(pl.col("kind") == "fx")
    return _causes(exchange, sums.select("account_id", _SELLER, change.alias("change")), ["account_id"])


def _causes(moves: pl.LazyFrame, changes: pl.LazyFrame, on: list[str]) -> pl.LazyFrame:
    falls = pl.col("kind").is_in(LOSSES) | (pl.col("amount") < 0)
    towards = pl.when(falls).then(0 - pl.col("change")).otherwise("change")
    return (
        moves.select(*MOVEMENT, "amount")
        .join(changes, on=on)
        .with_columns(towards.cast(pl.Int64).alias("weight"))
        .filter(pl.col("weight") > 0)
        .select(*MOVEMENT, "manager_id", "weight")
    )


def _weight(amount: str) -> pl.Expr:
    return units(pl.col(amount)).cast(pl.Int64).alias("weight")
