"""How is a figure of an explanation written? Money in full, parts to more digits than their value."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring.explain import Measured
    from scoring.numbers import Figure


def cell(value: object, name: str | None, currency: str) -> str:
    """A cell of the book: money as money, counts and shares as numbers."""
    from scoring.facts import COUNTING
    from scoring.numbers import MINUS, fixed, money

    if value is None:
        return ""
    if isinstance(value, float):
        return fixed(value, 2)
    if isinstance(value, Decimal):
        is_money = name is not None and name != "share" and name not in COUNTING
        return money(value, currency) if is_money else f"{value.normalize():,f}".replace("-", MINUS)
    return f"{value:,}".replace("-", MINUS) if isinstance(value, int) else str(value)


def value_text(value: "Figure", unit: str, currency: str) -> str:
    """A value with its unit; money is not shortened."""
    from scoring.numbers import figure, money

    return money(value, currency) if unit == "money" else figure(value, unit, currency)


def part_text(value: Decimal, said: "Measured", currency: str) -> str:
    """A part of a value, to more digits than the value is printed with."""
    from scoring.numbers import figure, fixed, money, percent

    if said.unit == "ratio":
        return percent(value, 2)
    if said.unit == "money":
        return money(value, currency)
    return fixed(value, 4) if said.bottom is not None else figure(value, said.unit, currency)


def printed(amounts: Sequence[Decimal], whole: Decimal, currency: str) -> list[str]:
    """The amounts as they are printed, adding up to the printed sum."""
    from scoring.numbers import decimals, in_parts, money, rounded

    places = decimals(currency)
    return [money(part, currency) for part in in_parts(amounts, rounded(whole, places), places)]


def apart_text(one: "Figure", other: "Figure", unit: str, currency: str) -> str:
    """The difference of two values as they are printed, with its sign; of two ratios in percentage points."""
    from scoring.numbers import apart, signed_figure

    return signed_figure(apart(one, other, unit, currency), unit, currency)


def difference_text(apart: Decimal, unit: str, currency: str) -> str:
    """A difference of printed values, with all its digits."""
    from scoring.numbers import figure, money, percentage_points

    if unit == "ratio":
        return percentage_points(apart)
    return money(apart, currency) if unit == "money" else figure(apart, unit, currency, as_is=True)
