"""Which bits of a whole number say what? Account, code and day in one key, by which everything is sorted once.

A key is an Int64: the account's number in the high bits, a day of `DAYS` below it, a code of `CODES` in the low ones.
Sorted by it, all that happened to an account stands together, day by day, and "the one before" is the row before: no
window over text is needed. docs/decisions.md says what that saves.
"""

from datetime import date

import polars as pl

CODES = 1 << 7
DAYS = 1 << 17
ORIGIN = date(1900, 1, 1)
"""Day 0; what lies before it counts as it."""

_SINCE = (date(1970, 1, 1) - ORIGIN).days
_ACCOUNT = CODES * DAYS


def day_of(column: str) -> pl.Expr:
    """The days of a column of dates as numbers; null where it is null."""
    return (pl.col(column).to_physical().cast(pl.Int64) + _SINCE).clip(0, DAYS - 1)


def number(day: date) -> int:
    """The number of one day."""
    return min(max((day - ORIGIN).days, 0), DAYS - 1)


def as_date(day: pl.Expr) -> pl.Expr:
    """The date of a day's number."""
    return (day - _SINCE).cast(pl.Int32).cast(pl.Date)


def packed(account: pl.Expr, rest: pl.Expr) -> pl.Expr:
    """The key of an account's code and day, as `on` packs them."""
    return account * _ACCOUNT + rest


def on(code: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The code on a day; or a key so many days later."""
    return code + day * CODES


def account_of(key: pl.Expr) -> pl.Expr:
    """The account's number."""
    return key // _ACCOUNT


def day_in(key: pl.Expr) -> pl.Expr:
    """The day's number."""
    return key // CODES % DAYS


def code_of(key: pl.Expr) -> pl.Expr:
    """The code."""
    return key % CODES


def account_day(key: pl.Expr) -> pl.Expr:
    """The part of the key that says account and day; in the order of keys, too."""
    return key // CODES
