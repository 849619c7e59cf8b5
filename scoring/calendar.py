"""Which days belong to `2026-Q2`? Fiscal years, quarters and months as half-open spans of days.

A fiscal year is named by the calendar year in which it ends: with `fiscal_year_starts=7`, 2026 runs from
1 July 2025 to 30 June 2026 and `2026-Q2` from 1 October to 31 December 2025. A fiscal year that starts in
January is the calendar year. Fiscal months are calendar months: `2026-03` is March 2026 in every calendar.
Weeks are those of ISO 8601, of whatever fiscal year: `2026-W26` is Monday 22 to Sunday 28 June 2026. Digests tell of
weeks; nothing is scored by them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from scoring.days import DAY, WholeDays, first_of_month, month_number
from scoring.errors import BookscoreError
from scoring.lengths import MONTHS_A_QUARTER, MONTHS_A_YEAR

Length = Literal["quarter", "month", "year"]

PATTERN = r"(?:19|20|21)[0-9][0-9](?:-Q[1-4]|-0[1-9]|-1[0-2])?"
"""What the whole name of a period looks like that can be scored."""

_WEEK = r"((?:19|20|21)[0-9][0-9])-W([0-9][0-9])"

_MONTHS: dict[Length, int] = {"month": 1, "quarter": MONTHS_A_QUARTER, "year": MONTHS_A_YEAR}


class UnknownPeriodError(BookscoreError):
    """Somebody wrote a period that is none."""

    def __init__(self, name: str) -> None:
        super().__init__(f'"{name}" is not a period; write a quarter as 2026-Q2, a month as 2026-04 or a year as 2026')


@dataclass(frozen=True, slots=True)
class Period(WholeDays):
    """A span of whole days: from `start` to the day before `end`."""

    name: str
    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return self.name


class FuturePeriodError(BookscoreError):
    """A period was asked for that has not begun."""

    def __init__(self, period: Period, as_of: date) -> None:
        super().__init__(
            f"{period.name} begins on {period.start}, after the as-of day {as_of}; name a period that has begun"
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """The company's calendar: the month its year starts with, how long the periods it scores are, and where it is that
    a day begins."""

    fiscal_year_starts: int = 1
    length: Length = "quarter"
    time_zone: str = "UTC"

    @property
    def months(self) -> int:
        """How many months the periods have that it scores."""
        return _MONTHS[self.length]

    def begins(self, day: date) -> datetime:
        """The instant at which the day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def period(self, name: str) -> Period:
        """The period of that name, of whichever length the name has, a week too.

        Raises UnknownPeriodError for text that names none.
        """
        if week := re.fullmatch(_WEEK, name):
            try:
                return self.week_containing(date.fromisocalendar(int(week[1]), int(week[2]), 1))
            except ValueError:
                raise UnknownPeriodError(name) from None
        return self.scored(name)

    def scored(self, name: str) -> Period:
        """The period of that name, of whichever length but a week, by which nothing is scored.

        Raises UnknownPeriodError for text that names none.
        """
        if not re.fullmatch(PATTERN, name):
            raise UnknownPeriodError(name)
        year, _, rest = name.partition("-")
        if not rest:
            return self._from(self._year_start(int(year)), 12)
        if rest.startswith("Q"):
            return self._from(self._year_start(int(year)) + 3 * (int(rest[1]) - 1), 3)
        return self._from(int(year) * 12 + int(rest) - 1, 1)

    def containing(self, day: date) -> Period:
        """The period of the calendar's length in which the day lies."""
        month = month_number(day)
        return self._from(month - (month - self.fiscal_year_starts + 1) % self.months, self.months)

    def week_containing(self, day: date) -> Period:
        """The week in which the day lies, from Monday to Sunday, named as ISO 8601 does."""
        year, week, weekday = day.isocalendar()
        start = day - timedelta(days=weekday - 1)
        return Period(f"{year}-W{week:02}", start, start + timedelta(days=7))

    def previous(self, period: Period, n: int = 1) -> Period:
        """The period of the same length, `n` periods earlier."""
        if re.fullmatch(_WEEK, period.name):
            return self.week_containing(period.start - timedelta(weeks=n))
        months = months_in(period)
        return self._from(month_number(period.start) - n * months, months)

    def latest_complete(self, as_of: date) -> Period:
        """The last period that is over when the day `as_of` is over."""
        return self.previous(self.containing(as_of + DAY))

    def same_period_last_year(self, period: Period) -> Period:
        """The period of the same length, twelve months earlier."""
        return self._from(month_number(period.start) - 12, months_in(period))

    def trailing(self, period: Period, months: int = 12) -> tuple[date, date]:
        """The first day and the exclusive end of the `months` months that end with the period."""
        return first_of_month(month_number(period.end) - months), period.end

    def _year_start(self, year: int) -> int:
        return (year if self.fiscal_year_starts == 1 else year - 1) * 12 + self.fiscal_year_starts - 1

    def _from(self, month: int, months: int) -> Period:
        start, end = first_of_month(month), first_of_month(month + months)
        if months == 1:
            return Period(f"{start:%Y-%m}", start, end)
        year, within = divmod(month - self.fiscal_year_starts + 1, 12)
        year += self.fiscal_year_starts > 1
        return Period(f"{year}-Q{within // 3 + 1}" if months == 3 else f"{year}", start, end)


def spelled(name: str) -> str:
    """The name of a period as periods are looked up by: `2026-q2` is `2026-Q2`. Other text stays as it is."""
    return name.upper() if re.fullmatch(f"(?i:{PATTERN}|{_WEEK})", name) else name


def business_day(at: datetime, zone: str) -> date:
    """The day that it is at the instant where the company is."""
    return at.astimezone(ZoneInfo(zone)).date()


def length_of(period: Period) -> Length:
    """What a period is that can be scored: a quarter, a month or a year."""
    return next(length for length, months in _MONTHS.items() if months == months_in(period))


def months_in(period: Period) -> int:
    """How many months the period has. Raises ValueError for a week."""
    if re.fullmatch(_WEEK, period.name):
        raise ValueError(f"{period.name} has no number of months")
    return month_number(period.end) - month_number(period.start)
