"""What did each account pay before and after each month in which something changed? Levels, and what moved them."""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from scoring.ledger.movements import kind_of
from scoring.packed.codes import is_paying
from scoring.packed.keys import account_day, account_of, code_of, day_in
from scoring.packed.runs import carried, is_first, is_last

SCHEMA = {
    "account": pl.Int64(), "month": pl.Int64(), "kind": pl.String(), "amount": pl.Int64(), "before": pl.Int64(),
    "after": pl.Int64(), "moved_on": pl.Int64(),
}  # fmt: skip
"""`month` counts from the first of the history; amounts in ten-thousandths, at the rates of the month, losses positive;
`moved_on` a day's number: the account's first change of the month if it paid nothing before, else its last."""


def walked(facts: pl.DataFrame, months: Sequence[int], window_days: int | None = None) -> pl.DataFrame:
    """The net movement of each account in each month in which it has one, as `SCHEMA`, by account and month.

    `months` are the numbers of the first day of each month, and of the day after the last. What happened earlier is
    no movement, but has happened. Back after more than `window_days` is new again.
    """
    changes = _by_month(_by_day(facts, months)).filter(
        (pl.col("month") >= 0) & (pl.col("month") < len(months) - 1) & (pl.col("before") != pl.col("after"))
    )
    pays = pl.col("before") > 0
    dated = changes.with_columns(pl.when(pays).then("last_day").otherwise("first_day").alias("moved_on")).join(
        _paid(facts), on="account", how="left", validate="m:1", maintain_order="left"
    )
    has_paid = (pl.col("paid_from") < pl.col("moved_on")).fill_null(value=False)
    gap = pl.col("moved_on") - pl.col("paid_until")
    kind = kind_of(pl.col("before"), pl.col("after"), has_paid, gap, window_days)
    amount = (pl.col("after") - pl.col("before")).abs()
    return dated.with_columns(kind.alias("kind"), amount.alias("amount")).select(*SCHEMA).collect(engine="in-memory")


def _by_day(facts: pl.DataFrame, months: Sequence[int]) -> pl.LazyFrame:
    """One row per account and day on which its revenue changed: the running sum, and until when it had paid before.

    What other rates do is in the sums, but no change.
    """
    key, worth = pl.col("key"), pl.col("value") + pl.col("shift")
    paid = pl.when(is_paying(code_of(key))).then(worth).otherwise(0)
    return (
        facts.lazy()
        .with_columns(
            account_day(key).alias("at"),
            worth.cum_sum().alias("sum"),
            paid.cum_sum().alias("paid"),
            pl.col("value").cum_sum(),
        )
        .filter(is_last(pl.col("at")))
        .select(account_of(key).alias("account"), day_in(key).alias("day"), "sum", "paid", "value")
        .with_columns(
            pl.col("value") - pl.col("value").shift(1, fill_value=0),
            (pl.col("paid") - pl.col("paid").shift(1, fill_value=0)).alias("paid_value"),
            is_first(pl.col("account")).alias("is_first"),
        )
        .with_columns(carried("sum", "value", pl.col("is_first")).alias("base"))
        .with_columns(carried("paid", "paid_value", pl.col("is_first")))
        .with_columns(_unpaid_from().forward_fill().shift(1).alias("paid_until"))
        .with_columns(pl.when(~pl.col("is_first") & (pl.col("paid_until") >= 0)).then("paid_until"))
        .filter(pl.col("value") != 0)
        .select("account", "day", pl.col("sum") - pl.col("base"), "value", "paid_until", _month(months).alias("month"))
    )


def _unpaid_from() -> pl.Expr:
    """The day on which the last paying line ended; −1 where an account begins, null elsewhere."""
    is_out = (pl.col("paid") == pl.col("carried")) & (pl.col("paid_value") != 0)
    return pl.when(is_out).then("day").when("is_first").then(pl.lit(-1, dtype=pl.Int64))


def _by_month(days: pl.LazyFrame) -> pl.LazyFrame:
    """One row per account and month: `before`, `after`, first and last day of a change, and until when it had paid."""
    begins = is_first(pl.col("account")) | is_first(pl.col("month"))
    return (
        days.with_columns(
            carried("sum", "value", begins).alias("before"),
            pl.when(begins).then("day").forward_fill().alias("first_day"),
            pl.when(begins).then(pl.col("paid_until").fill_null(-1)).forward_fill().alias("paid_until"),
        )
        .filter(is_last(pl.col("month")) | is_last(pl.col("account")))
        .select(
            "account", "month", "first_day", pl.col("day").alias("last_day"),
            pl.when(pl.col("paid_until") >= 0).then("paid_until").alias("paid_until"),
            "before", pl.col("sum").alias("after"),
        )
    )  # fmt: skip


def _month(months: Sequence[int]) -> pl.Expr:
    """Which month a day's number is in; −1 before the first, the count of months after the last."""
    table = [-1] * months[0]
    for number, (first, after) in enumerate(pairwise(months)):
        table += [number] * (after - first)
    table.append(len(months) - 1)
    place = pl.min_horizontal("day", pl.lit(months[-1], dtype=pl.Int64))
    return pl.lit(pl.Series(table, dtype=pl.Int64)).gather(place)


def _paid(facts: pl.DataFrame) -> pl.LazyFrame:
    """The first day on which each account had a paying line: account, `paid_from`."""
    key = pl.col("key")
    paying = facts.lazy().filter(is_paying(code_of(key)))
    return paying.group_by(account_of(key).alias("account")).agg(day_in(key).min().alias("paid_from"))
