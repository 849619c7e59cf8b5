"""Days, money and names of made lines, whole columns at a time. Months are numbered from July 2023 on."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

FIRST = date(2023, 7, 1)

Whole = NDArray[np.int64]


def day_of(month: int, day: int) -> date:
    """A day of the month of that number."""
    index = FIRST.year * 12 + FIRST.month - 1 + month
    return date(index // 12, index % 12 + 1, day)


def days_of(month: int, day: Whole) -> Whole:
    """Days since 1970 of days of one month."""
    return (day_of(month, 1) - date(1970, 1, 1)).days + day - 1


def days_after(month: int, months: Whole, day: Whole) -> Whole:
    """The same days so many months later, at most twelve."""
    firsts = np.array([(day_of(month + n, 1) - date(1970, 1, 1)).days for n in range(13)])
    return firsts[months] + day - 1


def money(cents: Whole) -> pl.Series:
    """Cents as exact decimals."""
    return (
        pl.Series("amount", cents)
        .cast(pl.Decimal(38, 0))
        .to_frame()
        .select((pl.col("amount") * pl.lit("0.01").str.to_decimal(scale=2)).cast(pl.Decimal(12, 2)))["amount"]
    )


def named(codes: Whole, names: tuple[str, ...]) -> pl.Series:
    """The name of each code."""
    return pl.Series(names).gather(codes)


def line_id(prefix: str) -> pl.Expr:
    """Ids of lines: the prefix and a number."""
    return (pl.lit(prefix) + pl.int_range(pl.len()).cast(pl.String).str.zfill(8)).alias("line_id")
