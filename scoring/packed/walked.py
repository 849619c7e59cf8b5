"""What did each account pay before and after each month in which something changed? Levels, and what moved them."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from scoring.ledger.movements import kind_of
from scoring.ledger.paying import paid_before
from scoring.packed.each import currency_of, nominal
from scoring.packed.keys import account_day, account_of, day_in
from scoring.packed.runs import carried, is_first, is_last

SCHEMA = {
    "account": pl.Int64(), "month": pl.Int64(), "kind": pl.String(), "amount": pl.Int64(), "before": pl.Int64(),
    "after": pl.Int64(), "moved_on": pl.Int64(),
}  # fmt: skip
"""`month` counts from the first of the history; amounts in ten-thousandths, at the rates of the month, losses positive;
`moved_on` a day's number: the account's first change of the month if it paid nothing before, else its last."""


def walked(
    facts: pl.DataFrame, changes: pl.LazyFrame, months: Sequence[int], window_days: int | None = None
) -> pl.DataFrame:
    """The net movement of each account in each month in which it has one, as `SCHEMA`, by account and month.

    `facts` as `valued.SCHEMA`; `changes`, of the same accounts, as `paying.CHANGES`, days by number. `months` are the
    numbers of the first day of each month, and of the day after the last. What happened earlier is no movement, but
    has happened. Back after more than `window_days` is new again.
    """
    before, after = pl.col("before"), pl.col("after")
    moved_on = pl.when(before > 0).then("last_day").otherwise("first_day").alias("moved_on")
    inside = (pl.col("month") >= 0) & (pl.col("month") < len(months) - 1)
    moved = _by_month(_by_day(facts, months)).filter(inside & (before != after)).with_columns(moved_on)
    moved = moved.collect(engine="in-memory").lazy()
    joining = moved.filter(~pl.col("is_first") & (before <= 0) & (after > 0)).select("account", "moved_on")
    paid = paid_before(joining, changes.join(joining, on="account", how="semi"))
    kind = kind_of(before, after, pl.col("has_paid"), pl.col("moved_on") - pl.col("paid_until"), window_days)
    return (
        moved.join(paid, on=["account", "moved_on"], how="left", validate="1:1", maintain_order="left")
        .with_columns(kind.alias("kind"), (after - before).abs().alias("amount"))
        .select(*SCHEMA)
        .collect(engine="in-memory")
    )


def changes_of(facts: pl.DataFrame) -> pl.LazyFrame:
    """What facts count, as `paying.CHANGES`, all in whole numbers."""
    key = pl.col("key")
    return facts.lazy().select(
        account_of(key).alias("account"), day_in(key).alias("day"), currency_of(pl.col("each")).alias("currency"),
        nominal().alias("amount"),
    )  # fmt: skip


def _by_day(facts: pl.DataFrame, months: Sequence[int]) -> pl.LazyFrame:
    """One row per account and day on which its revenue changed: the running sum, and whether it is its first.

    What other rates do is in the sums, but no change.
    """
    key = pl.col("key")
    return (
        facts.lazy()
        .with_columns(
            account_day(key).alias("at"),
            (pl.col("value") + pl.col("shift")).cum_sum().alias("sum"),
            pl.col("value").cum_sum(),
        )
        .filter(is_last(pl.col("at")))
        .select(account_of(key).alias("account"), day_in(key).alias("day"), "sum", "value")
        .with_columns(
            pl.col("value") - pl.col("value").shift(1, fill_value=0), is_first(pl.col("account")).alias("is_first")
        )
        .with_columns(carried("sum", "value", pl.col("is_first")).alias("base"))
        .filter(pl.col("value") != 0)
        .select("account", "day", pl.col("sum") - pl.col("base"), "value", "is_first", _month(months).alias("month"))
    )


def _by_month(days: pl.LazyFrame) -> pl.LazyFrame:
    """One row per account and month: `before`, `after`, first and last day of a change, and if it is its first."""
    begins = is_first(pl.col("account")) | is_first(pl.col("month"))
    return (
        days.with_columns(
            carried("sum", "value", begins).alias("before"),
            pl.when(begins).then("day").forward_fill().alias("first_day"),
            pl.when(begins).then("is_first").forward_fill().alias("is_first"),
        )
        .filter(is_last(pl.col("month")) | is_last(pl.col("account")))
        .select(
            "account", "month", "is_first", "first_day", pl.col("day").alias("last_day"), "before",
            pl.col("sum").alias("after"),
        )
    )  # fmt: skip


def _month(months: Sequence[int]) -> pl.Expr:
    """Which month a day's number is in; −1 before the first, the count of months after the last."""
    table = np.searchsorted(months, np.arange(months[-1] + 1), side="right") - 1
    place = pl.min_horizontal("day", pl.lit(months[-1], dtype=pl.Int64))
    return pl.lit(pl.Series(table)).gather(place)
