"""How does a figure look in a sheet? Formats with a true minus, and none that shows something as nothing."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from scoring.numbers import Figure, decimals, exact


class Look(NamedTuple):
    """The spreadsheet's format of a number, and how many decimals of the stored figure it shows.

    `places` is None where all are shown; `is_right` where it stands to the right, as figures do.
    """

    shows: str = "General"
    places: int | None = None
    is_right: bool = True
    is_wrapped: bool = False

    @property
    def half(self) -> float:
        """What is less than this is shown as nothing."""
        return 0.0 if self.places is None else 0.5 * 10.0**-self.places

    @property
    def for_small(self) -> "Look":
        """How a figure looks that this look would show as nothing, or as minus nothing: as <0.01 or >−0.01."""
        if self.places is None:
            return self
        share = 2 if "%" in self.shows else 0
        least = f"{Decimal(1).scaleb(share - self.places):f}{'%' if share else ''}"
        return self._replace(shows=f'"<{least}";">−{least}"')

    @property
    def wrapped(self) -> "Look":
        """The look in as many lines as the text needs."""
        return self._replace(is_wrapped=True)

    def width(self, largest: float) -> int:
        """About how wide a figure of that size is: its digits, what parts them, a sign and the words around it."""
        whole, positive = len(f"{abs(largest):,.0f}"), self.shows.split(";", maxsplit=1)[0]
        words = sum(map(len, re.findall(r'"([^"]*)"', positive))) + positive.count("%")
        return 1 + whole + words + (8 if self.places is None else self.places)


TEXT = Look("General", is_right=False)
UNROUNDED = Look("General")
DAY = Look("d mmm yyyy")
WHOLE = Look('#,##0;"−"#,##0', 0)
TENTHS = Look('#,##0.0;"−"#,##0.0', 1)
HUNDREDTHS = Look('+0.00;"−"0.00;0.00', 2)
"""With a sign, as what is added or taken away."""
CHANGE = Look('"▲ +"0.0;"▼ −"0.0;"■ "0.0', 1)
PERCENT = Look('0.0%;"−"0.0%', 3)
WHOLE_PERCENT = Look('0%;"−"0%', 2)
MULTIPLE = Look('0.00"×";"−"0.00"×"', 2)

_NAMED = {"steps": ("step", "steps"), "days": ("day", "days"), "months": ("month", "months")}


@lru_cache(maxsize=64)
def money(currency: str) -> Look:
    """An amount in the currency's own decimals; the currency stands in the head of the column."""
    places = decimals(currency)
    digits = f"#,##0.{'0' * places}" if places else "#,##0"
    return Look(f'{digits};"−"{digits}', places)


def of_unit(value: Figure, unit: str, currency: str) -> Look:
    """A figure of a metric beside figures of others, so that its unit stands in the cell."""
    if unit == "ratio":
        return PERCENT
    if unit == "multiple":
        return MULTIPLE
    if unit == "money":
        return _with_word(money(currency), currency)
    number = exact(value)
    plain = WHOLE if number is None or number == number.to_integral_value() else TENTHS
    one, many = _NAMED.get(unit, ("", ""))
    return _with_word(plain, one if number == 1 else many)


@lru_cache(maxsize=64)
def _with_word(look: Look, word: str) -> Look:
    """The look with a word behind the figure, of letters only so that it cannot end the format."""
    letters = "".join(c for c in word if c.isalpha())
    if not letters:
        return look
    return Look(";".join(f'{part}" {letters}"' for part in look.shows.split(";")), look.places)
