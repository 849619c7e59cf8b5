"""How is money shared out? In the smallest unit of its currency, so that the parts add up to the whole."""

import polars as pl

from adapters.values.currencies import decimals_of
from adapters.values.formats import Format
from adapters.values.numbers import largest
from adapters.values.parsing import DTYPES, SCALES

_PLACES = SCALES["money"]
LARGEST = int(largest(_PLACES)) * 10**_PLACES
"""The largest amount of money, in ten-thousandths."""


def smallest_unit(codes: pl.Series, form: Format) -> pl.Expr:
    """The smallest unit of the `currency` of each row, in ten-thousandths; that of most where there is none."""
    usual = {code: decimals_of(code) for code in codes.unique().drop_nulls()}
    known = usual | dict(form.minor_digits)
    places = pl.col("currency").replace_strict(known, default=2, return_dtype=pl.Int64)
    return pl.lit(10).cast(pl.Int64).pow(_PLACES - places).cast(pl.Int128)


def ten_thousandths(money: pl.Expr) -> pl.Expr:
    """Money as a whole number."""
    return money.to_physical().cast(pl.Int128)


def money(whole: pl.Expr) -> pl.Expr:
    """So many ten-thousandths as money."""
    return (whole.cast(pl.Decimal(38, 0)) * pl.lit("0.0001").cast(pl.Decimal(38, 4))).cast(DTYPES["money"])


def halves_up(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """The quotient as a whole number, a half rounded up; the bottom is above 0."""
    return (top * 2 + bottom) // (bottom * 2)


def shared(whole: pl.Expr, parts: pl.Expr, unit: pl.Expr, group: str) -> pl.Expr:
    """What each part of a group takes of the whole, in proportion; null where the parts come to nothing.

    Whole numbers, all of them; each share is one of the unit's, and together they are the whole.
    """
    total, so_far = parts.sum().over(group), parts.cum_sum().over(group)
    upto = [halves_up(whole * end, total * unit) for end in (so_far, so_far - parts)]
    return pl.when(total > 0).then((upto[0] - upto[1]) * unit)
