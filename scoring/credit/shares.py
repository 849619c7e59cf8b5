"""Which part of an account is whose, on a day or over days? Whole-number weights and the whole they are of."""

from datetime import date

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.money import RATE_SCALE


def on_days(wanted: pl.LazyFrame, spans: pl.LazyFrame, *, divide: bool) -> pl.LazyFrame:
    """Who holds each account on each day.

    `wanted` has distinct account_id and `on`. One row per account, day and manager: weight, whole. What
    nobody holds is `unassigned`; with `divide` those who hold something share all of it.
    """
    held = (
        wanted.join(spans, on="account_id")
        .filter((pl.col("starts_on") <= pl.col("on")) & (pl.col("on") < pl.col("ends_on")))
        .group_by("account_id", "on", "manager_id")
        .agg(pl.col("weight").sum())
    )
    return _completed(wanted, held, ["account_id", "on"], None if divide else RATE_SCALE)


def over_days(accounts: pl.LazyFrame, spans: pl.LazyFrame, start: date, end: date, *, divide: bool) -> pl.LazyFrame:
    """Who holds each account how long between `start` and `end`, day by day.

    `accounts` has distinct account_id. One row per account and manager: weight (share times days), whole.
    """
    days = (pl.min_horizontal("ends_on", pl.lit(end)) - pl.max_horizontal("starts_on", pl.lit(start))).dt.total_days()
    held = (
        accounts.join(spans, on="account_id")
        .with_columns((pl.col("weight") * days).alias("weight"))
        .filter(pl.col("weight") > 0)
        .group_by("account_id", "manager_id")
        .agg(pl.col("weight").sum())
    )
    return _completed(accounts, held, ["account_id"], None if divide else RATE_SCALE * (end - start).days)


def _completed(wanted: pl.LazyFrame, held: pl.LazyFrame, key: list[str], whole: int | None) -> pl.LazyFrame:
    """The weights with their whole, and a row for what is held by nobody."""
    sums = wanted.join(held.group_by(key).agg(pl.col("weight").sum().alias("held")), on=key, how="left")
    sums = sums.with_columns(pl.col("held").fill_null(0))
    if whole is None:
        sums = sums.with_columns(pl.max_horizontal("held", pl.lit(1)).alias("whole"))
    else:
        sums = sums.with_columns(pl.lit(whole, dtype=pl.Int64).alias("whole"))
    missing = sums.filter(pl.col("held") < pl.col("whole")).select(
        *key, pl.lit(UNASSIGNED).alias("manager_id"), (pl.col("whole") - pl.col("held")).alias("weight")
    )
    both = pl.concat([held.select(*key, "manager_id", "weight"), missing])
    return (
        both.group_by(*key, "manager_id").agg(pl.col("weight").sum())
        .join(sums.select(*key, "whole"), on=key, validate="m:1")
        .sort(*key, "manager_id")
    )  # fmt: skip
