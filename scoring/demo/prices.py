"""What does the made company charge? Three plans, a yearly rise, two currencies, and the price of an add-on.

Prices are whole cents and multiples of twenty, discounts multiples of five per cent: so every amount is
exact, and no line of the export is rounded.
"""

from functools import cache

import polars as pl

from scoring.demo.chance import lookup

PLANS = ("Entry Plan", "Standard Plan", "Premium Plan")
ADD_ON = "Analytics Add-on"
DOLLARS_PER_EURO = 11, 10
"""The price lists are set as if a euro were always worth this much."""
_IN_2024 = (2_000, 3_500, 6_000)
_RISES_IN_PER_MILLE = (25, 20, 20, 20, 25, 30, 45, 0, 35, 30)
"""Rise of the list on 1 January of 2017 and of each year after."""
_FIRST_YEAR = 2017
_ADD_ON = (9_000, 24_000, 60_000)


@cache
def _price_list() -> tuple[int, ...]:
    """Monthly price of one seat by year and plan, in cents, first in euro, then in dollars."""
    prices: list[int] = []
    for top, bottom in ((1, 1), DOLLARS_PER_EURO):
        for year in range(_FIRST_YEAR, _FIRST_YEAR + len(_RISES_IN_PER_MILLE)):
            prices += [_in_year(price * top // bottom, year) for price in _IN_2024]
    return tuple(prices)


def _in_year(price: int, year: int) -> int:
    exact = price * 1_000_000
    rises = {_FIRST_YEAR + i: rise for i, rise in enumerate(_RISES_IN_PER_MILLE)}
    for later in range(2025, year + 1):
        exact = exact * (1_000 + rises[later]) // 1_000
    for later in range(2024, year, -1):
        exact = exact * 1_000 // (1_000 + rises[later])
    return (exact + 10_000_000) // 20_000_000 * 20


def list_price(plan: pl.Expr, year: pl.Expr, is_dollar: pl.Expr) -> pl.Expr:
    """The monthly list price of one seat, in cents of the account's currency."""
    years = len(_RISES_IN_PER_MILLE)
    row = is_dollar.cast(pl.Int64) * years + (year.cast(pl.Int64) - _FIRST_YEAR).clip(0, years - 1)
    return lookup(_price_list(), row * len(PLANS) + plan)


def add_on_price(segment: pl.Expr, is_dollar: pl.Expr) -> pl.Expr:
    """The monthly price of the add-on, in cents of the account's currency; the same in all years."""
    top, bottom = DOLLARS_PER_EURO
    return lookup([*_ADD_ON, *(p * top // bottom for p in _ADD_ON)], is_dollar.cast(pl.Int64) * 3 + segment)


def net(quantity: pl.Expr, price: pl.Expr, off: pl.Expr) -> pl.Expr:
    """Cents that are charged: quantity times list price less `off` per cent. Exact for this price list."""
    return quantity * (price // 20 * (100 - off) // 5)


def in_euro(cents: pl.Expr, is_dollar: pl.Expr) -> pl.Expr:
    """About how many euro cents that is, at the price list's rate."""
    top, bottom = DOLLARS_PER_EURO
    return pl.when(is_dollar).then(cents * bottom // top).otherwise(cents)
