"""What is a column of a sheet? Its head, how its values look, and how wide it is with all that it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from scoring.reports.workbook.cells import Held, Value, width
from scoring.reports.workbook.looks import TEXT, Look

Shown = tuple[Value, Look]
"""A value that looks otherwise than its column."""
Row = Sequence[Value | Shown]

_ASIDE, _FILTER = 2, 2
"""What a column is wider than its text, and its head by the button of the filter."""
_FOR_BAR = 16
"""How wide a column with bars is at least."""
_DAY = 11
_NARROW = 0.9
"""How wide letters are, beside the digits by which widths are counted."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, how its values look, and whether a bar in the cell shows how much it is.

    `ends` are the values at the ends of the bar where they are fixed. A wider text than `widest` is wrapped. A column
    that is no reading matter is not printed.
    """

    head: str
    look: Look = TEXT
    has_bar: bool = False
    ends: tuple[float, float] | None = None
    widest: int = 40
    is_printed: bool = True


class Filling:
    """A column that is being filled."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._text = _least_width(column)
        self._largest: dict[Look, float] = {}

    def look(self, value: Held, look: Look) -> tuple[Look, int]:
        """How the value of that look looks in here, as it fits and is not shown as nothing; and its lines."""
        if isinstance(value, str):
            wide = width(value)
            self._text = max(self._text, wide)
            is_wide = wide > self.column.widest
            return (look.wrapped, ceil(wide * _NARROW / self.column.widest)) if is_wide else (look, 1)
        if isinstance(value, date):
            self._text = max(self._text, _DAY)
        elif value is not None:
            size = abs(value)
            self._largest[look] = max(self._largest.get(look, 0.0), size)
            return (look.for_small if 0 < size < look.half else look), 1
        return look, 1

    @property
    def width(self) -> int:
        """How wide the column is with all that was put into it."""
        figures = (look.width(size) for look, size in self._largest.items())
        return min(max([self._text, *figures]), self.column.widest) + _ASIDE


def _least_width(column: Column) -> int:
    """The width in which the head has two lines at most, and a bar its room."""
    word, whole = max(width(word) for word in column.head.split()), width(column.head)
    return max(word + _FILTER, -(-whole * 5 // 8) + _FILTER, _FOR_BAR if column.has_bar else 0)
