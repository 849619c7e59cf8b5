"""Do the printed parts add up to the printed whole? Rounding that moves the fewest last digits."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.numbers import rounded


def in_parts(values: Sequence[Decimal], whole: Decimal, places: int = 1) -> tuple[Decimal, ...]:
    """The values rounded so that their sum is `whole`, which is itself rounded to `places`.

    By largest remainder: each is rounded, then the last digit of those nearest to the other side is
    moved. What is exactly nothing is moved last. No values give no parts, whatever the whole.
    """
    printed = [rounded(v, places) for v in values]
    digit = Decimal(1).scaleb(-places)
    missing = int((whole - sum(printed)) / digit)
    sign = 1 if missing > 0 else -1
    order = sorted(range(len(values)), key=lambda i: (not values[i], sign * (printed[i] - values[i]), i))
    for turn in range(abs(missing) if order else 0):
        printed[order[turn % len(order)]] += sign * digit
    return tuple(rounded(p, places) for p in printed)


def with_rest(values: Sequence[Decimal], whole: Decimal, places: int = 1) -> tuple[Decimal, ...]:
    """The values and, where they leave more than a rounding to the whole unsaid, that rest at the end."""
    rest = whole - sum(values, Decimal(0))
    return (*values, rest) if abs(rest) >= Decimal(1).scaleb(-places) / 2 else tuple(values)
