"""How completely are accounts entered? Whether anybody holds them, and whether anybody was in contact."""

from collections.abc import Collection
from datetime import date, timedelta

import polars as pl

SCHEMA = {"is_owned": pl.Boolean(), "is_contacted": pl.Boolean()}
"""What is known of an account at the end: whether it has an owner, and was in contact lately."""


def owned(accounts: pl.LazyFrame, spans: pl.LazyFrame, on: date) -> pl.LazyFrame:
    """Whether each account has an owner on the day: account_id, `is_owned`. `spans` are those of named managers."""
    held = spans.filter((pl.col("starts_on") <= on) & (pl.col("ends_on") > on) & (pl.col("weight") > 0))
    return marked(accounts, held, "is_owned")


def contacted(
    accounts: pl.LazyFrame, activities: pl.LazyFrame, kinds: Collection[str], days: int, until: date
) -> pl.LazyFrame:
    """Whether each account had a row of those kinds (none: of any) in the days before `until`: account_id,
    `is_contacted`."""
    day = pl.col("dated_on")
    is_contact = pl.col("kind").is_in(list(kinds)) if kinds else pl.lit(value=True)
    lately = activities.filter(is_contact, day < until, day >= until - timedelta(days=days))
    return marked(accounts, lately, "is_contacted")


def marked(accounts: pl.LazyFrame, found: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Each account, with whether it is among those found: account_id and the name, true or false."""
    marks = found.select("account_id", pl.lit(value=True).alias(name)).unique()
    joined = accounts.select("account_id").join(marks, on="account_id", how="left", validate="1:1")
    return joined.with_columns(pl.col(name).fill_null(value=False))
