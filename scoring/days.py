"""Which days lie from one to another, and which day is so many months before one? Days without a calendar's year."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

DAY = timedelta(days=1)

EVER, NEVER = date.min, date.max
"""Stand for a beginning and for an end that nobody has named."""

EPOCH = date(1970, 1, 1)
"""The day from which days are numbered in frames."""


class WholeDays:
    """What is told of whole days from `start` up to, not including, `end`."""

    __slots__ = ()
    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """Its last day, for people, who count it in."""
        return self.end - DAY


@dataclass(frozen=True, slots=True)
class Span(WholeDays):
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def holds(self, day: "pl.Expr") -> "pl.Expr":
        """Whether the day lies in the span."""
        return (day >= self.start) & (day < self.end)

    def shared(self, other: "Span") -> int:
        """How many days it has in common with the other."""
        return max(0, (min(self.end, other.end) - max(self.start, other.start)).days)


def month_number(day: date) -> int:
    """The month of the day, counted from the year 0."""
    return day.year * 12 + day.month - 1


def first_of_month(number: int) -> date:
    """The first day of the month of that number."""
    return date(number // 12, number % 12 + 1, 1)


def months_back(end: date, months: int) -> date:
    """The day `months` calendar months before `end`; the month's last day where it has no such day."""
    year, month = divmod(month_number(end) - months, 12)
    for day in (end.day, 30, 29, 28):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise ValueError(end)
