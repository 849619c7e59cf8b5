"""Which account, and on which day? Both as one whole number, which is sorted and compared faster than text and date."""

import polars as pl

from scoring.days import EPOCH, EVER

_DAYS = 1 << 22
"""More than the days of all years that have four digits."""
_SINCE = (EPOCH - EVER).days


def numbered(ids: pl.Expr) -> pl.Expr:
    """A number for each text, from 0, the same for the same one; which it is says nothing."""
    return ids.cast(pl.Categorical).to_physical().cast(pl.Int64)


def day_key(account: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The number of an account and a day, in the order of both; `account` is a whole number from 0."""
    return account * _DAYS + (day.to_physical() + _SINCE)


def account_in(number: pl.Expr) -> pl.Expr:
    """The account in it."""
    return number // _DAYS


def day_in(number: pl.Expr) -> pl.Expr:
    """The day in it."""
    return (number % _DAYS - _SINCE).cast(pl.Int32).cast(pl.Date)
