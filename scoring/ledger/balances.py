"""What did each account pay at the start and at the end? On contracts, at instants; on invoices, in windows."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.ledger.currency import at_each_day, at_one_day, converted
from scoring.ledger.history import active
from scoring.money import MONEY


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def holds(self, day: pl.Expr) -> pl.Expr:
        """Whether the day lies in the span."""
        return (day >= self.start) & (day < self.end)


def amount_or_zero(amount: pl.Expr, counted: pl.Expr) -> pl.Expr:
    """The sum of the amounts that are counted; 0 where none is, for accounts that are there."""
    return pl.when(counted).then(amount).otherwise(pl.lit(0).cast(MONEY)).sum().cast(MONEY)


def at_instants(lines: pl.LazyFrame, rates: pl.LazyFrame, start: date, end: date, reporting: str) -> pl.LazyFrame:
    """Recurring revenue of each account at two instants.

    One row per account with a line: account_id, `before`, `after` (both at the rate of `start`) and
    `after_spot` (at the rate of `end`), a month's revenue in the reporting currency. 0 is measured as zero.
    """
    keep = ["account_id", "currency", "monthly", "starts_on", "ends_on"]
    constant = at_one_day(lines.select(keep), rates, start, reporting).select(
        "account_id", "currency", "starts_on", "ends_on", "monthly", converted("monthly").alias("constant")
    )
    both = at_one_day(constant, rates, end, reporting).with_columns(converted("monthly").alias("spot"))
    return (
        both.group_by("account_id")
        .agg(
            amount_or_zero(pl.col("constant"), active(start)).alias("before"),
            amount_or_zero(pl.col("constant"), active(end)).alias("after"),
            amount_or_zero(pl.col("spot"), active(end)).alias("after_spot"),
        )
        .sort("account_id")
    )


def in_windows(
    invoices: pl.LazyFrame,
    rates: pl.LazyFrame,
    comparison: Span,
    scored: Span,
    reporting: str,
    *,
    by: tuple[str, ...] = ("account_id",),
) -> pl.LazyFrame:
    """Net revenue of each account (or of what `by` names) in two windows.

    One row per account with a line in either window: `before` and `after` at the rate of the scored
    window's first day, and `after_spot` at the rate of each line's own day, in the reporting currency.
    """
    dated = invoices.filter(comparison.holds(pl.col("dated_on")) | scored.holds(pl.col("dated_on"))).select(
        *by, "currency", "dated_on", "amount"
    )
    constant = at_one_day(dated, rates, scored.start, reporting).select(
        *by, "currency", "dated_on", "amount", converted("amount").alias("constant")
    )
    both = at_each_day(constant, rates, "dated_on", reporting).with_columns(converted("amount").alias("spot"))
    return (
        both.group_by(by)
        .agg(
            amount_or_zero(pl.col("constant"), comparison.holds(pl.col("dated_on"))).alias("before"),
            amount_or_zero(pl.col("constant"), scored.holds(pl.col("dated_on"))).alias("after"),
            amount_or_zero(pl.col("spot"), scored.holds(pl.col("dated_on"))).alias("after_spot"),
        )
        .sort(by, nulls_last=True)
    )
