"""What is one of a fact worth? So much of a currency, until a rate is known; then money.

A fact counts things that are alike: `count` of `each`. In the reporting currency each is a ten-thousandth. In others it
is a line's whole amount, so that, whatever the rate, the amount of every line is rounded by itself.
"""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from scoring.money import RATE_SCALE
from scoring.packed.whole import divided

OWN = 0
"""A ten-thousandth of the reporting currency."""

_CURRENCIES = 1 << 15
"""In the low bits of `each` there is a currency, the amount above it."""


def currency_number(code: str) -> int | None:
    """The number of a currency, from 1; None for what is not three capital letters."""
    if not re.fullmatch("[A-Z]{3}", code):
        return None
    first, second, third = (ord(letter) - ord("A") for letter in code)
    return (first * 26 + second) * 26 + third + 1


def each(amount: str, currency: str) -> pl.Expr:
    """What is counted of a line with so many ten-thousandths in the currency of that number, or in `OWN`."""
    return (
        pl.when(pl.col(currency) == OWN)
        .then(pl.lit(OWN, dtype=pl.Int64))
        .otherwise(pl.col(amount).abs() * _CURRENCIES + pl.col(currency))
    )


def count(amount: str, currency: str) -> pl.Expr:
    """How many of them the line is: all its ten-thousandths, or one, below nothing where it is a credit."""
    return pl.when(pl.col(currency) == OWN).then(amount).otherwise(pl.col(amount).sign())


def currency_of(each: pl.Expr) -> pl.Expr:
    """The number of the currency; `OWN` for the reporting one."""
    return each % _CURRENCIES


def nominal() -> pl.Expr:
    """What a fact counts, whatever the currency: 0 for the sum of lines of which each has ended."""
    one = pl.when(pl.col("each") == OWN).then(1).otherwise(pl.col("each") // _CURRENCIES)
    return (pl.col("count") * one).alias("nominal")


def priced(facts: pl.LazyFrame, rates: Sequence[Mapping[str, int]], which: pl.Expr | None = None) -> pl.LazyFrame:
    """The facts with their `value` for `each` and `count`, null where there is no rate.

    `which` is the place of the rates (in millionths) that hold; None where there are only the first: a literal would
    stand in an expression of literals alone.
    """
    known = {
        place * _CURRENCIES + number: rate
        for place, own in enumerate(rates)
        for number, rate in {OWN: RATE_SCALE, **_by_number(own)}.items()
    }
    currency, table = pl.col("each") % _CURRENCIES, _table(known, _CURRENCIES * len(rates))
    at = pl.lit(table).gather(currency if which is None else which * _CURRENCIES + currency)
    one = facts.with_columns((pl.col("each") // _CURRENCIES * at).alias("one"))
    whole = pl.when(pl.col("each") == OWN).then("count").otherwise(pl.col("count") * pl.col("one"))
    return divided(one, "one", RATE_SCALE, "one").with_columns(whole.alias("value")).drop("each", "count", "one")


def is_worth_nothing(rates: Sequence[Mapping[str, int]]) -> pl.Expr:
    """Whether one of what a fact counts is worth nothing at some of the rates."""
    least = _by_number({code: min(own[code] for own in rates) for code in rates[0]})
    at = pl.lit(_table(least, _CURRENCIES)).gather(pl.col("each") % _CURRENCIES)
    return (pl.col("each") != OWN) & (2 * (pl.col("each") // _CURRENCIES) * at <= RATE_SCALE).fill_null(value=False)


def _by_number(rates: Mapping[str, int]) -> dict[int, int]:
    """The rates by the numbers of their currencies."""
    return {number: rate for code, rate in rates.items() if (number := currency_number(code)) is not None}


def _table(values: Mapping[int, int], size: int) -> pl.Series:
    """So many places: at those that are named the values, at others null."""
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, size)
    return nothing.scatter(list(values), list(values.values()))
