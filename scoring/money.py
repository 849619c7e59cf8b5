"""How is money kept exact? Four decimals in a Decimal, split and converted in whole numbers.

Four decimals hold what exports hold (unit price times quantity times discount, dinars, a twelfth of a
year's fee to a hundredth of a cent); people see the currency's own decimals. See docs/decisions.md.
"""

from decimal import Decimal

import polars as pl

MONEY = pl.Decimal(18, 4)
SCALE = 10_000
LARGEST = 10**13
"""No single cell may hold more, in units of the currency: sums then stay far from the type's end."""

RATE_SCALE = 10**6
_UNIT = Decimal(1) / SCALE


def units(amount: pl.Expr) -> pl.Expr:
    """The amount as a whole number of ten-thousandths, wide enough to be multiplied."""
    return (amount * SCALE).cast(pl.Int128)


def from_units(whole: pl.Expr) -> pl.Expr:
    """Money from a whole number of ten-thousandths."""
    return (whole.cast(pl.Decimal(38, 0)) * pl.lit(_UNIT)).cast(MONEY)


def divided(whole: pl.Expr, by: pl.Expr | int) -> pl.Expr:
    """The whole number divided and rounded half to even; null where a column `by` is null or 0."""
    if isinstance(by, pl.Expr):
        by = pl.when(by != 0).then(by.cast(pl.Int128))
    moved, twice = 2 * whole + by, 2 * by
    up = moved // twice  # half upwards
    is_tie = moved % twice == 0
    return up - (is_tie & (up % 2 != 0)).cast(pl.Int128)


def part(amount: pl.Expr, numerator: pl.Expr | int, denominator: pl.Expr | int) -> pl.Expr:
    """`amount * numerator / denominator` for whole numbers, rounded once, half to even."""
    return from_units(divided(units(amount) * numerator, denominator))


def total(amount: pl.Expr) -> pl.Expr:
    """The sum, null where there is nothing to add (the sum of nothing is not zero)."""
    return pl.when(amount.count() > 0).then(amount.sum())


def ratio(top: pl.Expr, bottom: pl.Expr | float) -> pl.Expr:
    """The only division of the house: Float64, null where the bottom is null or 0."""
    below = bottom.cast(pl.Float64).replace(0.0, None) if isinstance(bottom, pl.Expr) else float(bottom) or None
    return top.cast(pl.Float64) / below


def added(amounts: pl.Series) -> Decimal:
    """The sum of a money column, to the last digit; 0 where there is nothing."""
    return Decimal(str(amounts.sum() or 0))
