"""When is a digest due, and which period does it tell of? Calendar days and instants; nothing here looks at a clock."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import dropwhile, islice, takewhile
from zoneinfo import ZoneInfo

from scoring.calendar import Calendar, Period
from scoring.days import DAY
from scoring.rules.digests import WEEKDAYS, Digests, Schedule

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Occasion:
    """A schedule and the period it tells of. `due_at` is in UTC."""

    schedule: str
    period: Period
    due_at: datetime


def occasions(
    schedule: Schedule, digests: Digests, calendar: Calendar, zone: str, *, after: datetime, until: datetime
) -> tuple[Occasion, ...]:
    """What is due later than `after` and not later than `until`, in order.

    `zone` is the time zone of schedules that name none. However a time is cut into pieces, all that is due in it is
    in one of them.
    """
    last = until.astimezone(UTC)
    return tuple(takewhile(lambda found: found.due_at <= last, _due(schedule, digests, calendar, zone, after)))


def upcoming(
    schedule: Schedule, digests: Digests, calendar: Calendar, zone: str, *, after: datetime, count: int = 5
) -> tuple[Occasion, ...]:
    """The next that are due later than `after`, in order."""
    return tuple(islice(_due(schedule, digests, calendar, zone, after), count))


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which clocks of the zone have reached that time of that day.

    Of an hour that comes twice it is the first one; of an hour that is left out, or a whole day, the end of what is
    left out.
    """
    clock = datetime.combine(day, at)
    before, behind = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before <= behind:
        return before
    while before - behind > timedelta(seconds=1):  # the clock jumps between the two: halve the time in which it may
        middle = behind + timedelta(seconds=(before - behind) // timedelta(seconds=2))
        has_reached = middle.astimezone(zone).replace(tzinfo=None) >= clock
        before, behind = (middle, behind) if has_reached else (before, middle)
    return before


def _due(schedule: Schedule, digests: Digests, calendar: Calendar, zone: str, after: datetime) -> Iterator[Occasion]:
    """All that is due later than the instant, in order and without end.

    One occasion falls into each period; it tells of the one before, which is over when the day begins.
    """
    here, first = ZoneInfo(schedule.time_zone or zone), after.astimezone(UTC)
    begun = _containing(schedule, calendar, after.astimezone(here).date())

    def all_from(period: Period) -> Iterator[Occasion]:
        while True:
            day = _day(schedule, period, frozenset(digests.holidays))
            yield Occasion(schedule.name, calendar.previous(period), instant(day, schedule.at, here))
            period = calendar.previous(period, -1)

    return dropwhile(lambda found: found.due_at <= first, all_from(begun))


def _containing(schedule: Schedule, calendar: Calendar, day: date) -> Period:
    """The period of the schedule's kind in which the day lies."""
    if schedule.every == "week":
        return calendar.week_containing(day)
    return replace(calendar, length=schedule.every).containing(day)


def _day(schedule: Schedule, period: Period, holidays: frozenset[date]) -> date:
    """The day of the period on which the schedule is due.

    Where the period has fewer working days than were counted it is the one that the count comes to last; where it has
    none its last day.
    """
    if schedule.on is not None:
        return period.start + WEEKDAYS.index(schedule.on) * DAY
    days = [period.start + n * DAY for n in range(period.days)]
    working = [day for day in days if day.weekday() < _SATURDAY and day not in holidays] or days[-1:]
    number = schedule.working_day or 1
    return working[min(number, len(working)) - 1] if number > 0 else working[max(number, -len(working))]
