"""Which bits of a whole number say what? Account, code and day in one key, by which everything is sorted once.

A key is an Int64: the account's number in the high bits, a day of `DAYS` below it, a code of `CODES` in the low ones.
Sorted by it, all that happened to an account stands together, day by day, and "the one before" is the row before: no
window over text is needed. docs/decisions.md says what that saves.
"""

from datetime import date
from functools import cache

import numpy as np
import polars as pl

from scoring.days import EPOCH

CODES = 1 << 7
DAYS = 1 << 17
ORIGIN = date(1900, 1, 1)
"""Day 0; what lies before it counts as it."""
EACH = 1 << 62
"""More than any `each` of a fact."""

_SINCE = (EPOCH - ORIGIN).days
_ACCOUNT = CODES * DAYS


def day_of(column: str) -> pl.Expr:
    """The days of a column of dates as numbers; null where it is null."""
    return (pl.col(column).to_physical().cast(pl.Int64) + _SINCE).clip(0, DAYS - 1)


def number(day: date) -> int:
    """The number of one day."""
    return min(max((day - ORIGIN).days, 0), DAYS - 1)


def month_number(day: date) -> int:
    """The number of a day's month, from that of day 0."""
    return (day.year - ORIGIN.year) * 12 + day.month - ORIGIN.month


def month_of(day: str) -> pl.Expr:
    """The number of the month of a column of days' numbers; looked up, which is faster than years and months."""
    return pl.lit(_of_days()["month"]).gather(pl.col(day))


def bit_of(day: str) -> pl.Expr:
    """A bit for the day within its month."""
    return pl.lit(_of_days()["bit"]).gather(pl.col(day))


@cache
def _of_days() -> pl.DataFrame:
    """One row per day number: `month`, `bit`."""
    days = np.datetime64(ORIGIN) + np.arange(DAYS)
    months = days.astype("datetime64[M]")
    since_first = (days - months.astype(days.dtype)).astype(np.int32)
    return pl.DataFrame(
        {"month": (months - np.datetime64(ORIGIN, "M")).astype(np.int64), "bit": np.int32(1) << since_first}
    )


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


def wide(key: pl.Expr, each: pl.Expr) -> pl.Expr:
    """A key and what is counted under it, in one number of 128 bits, by which rows are grouped faster than by two."""
    return key.cast(pl.Int128) * EACH + each


def narrow(wide: str) -> list[pl.Expr]:
    """The `key` and the `each` of a wide key."""
    return [(pl.col(wide) // EACH).cast(pl.Int64).alias("key"), (pl.col(wide) % EACH).cast(pl.Int64).alias("each")]
