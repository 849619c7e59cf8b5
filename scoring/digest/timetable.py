"""Which occasions does a schedule have, and which one is meant? The rules' calendar, zones and holidays in one hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scoring.calendar import Calendar, UnknownPeriodError
from scoring.digest.due import Occasion, occasions, upcoming
from scoring.document import did_you_mean
from scoring.errors import BookscoreError
from scoring.rules import Rulebook, calendar_of
from scoring.rules.digests import Digests, Schedule

_LONGEST = timedelta(days=200)
"""Within so long every schedule is due at least once, and once more behind a period's end."""


class UnknownScheduleError(BookscoreError):
    """The rules have no schedule of that name."""

    def __init__(self, name: str, digests: Digests) -> None:
        names = [schedule.name for schedule in digests.schedules]
        near = did_you_mean(name, names, "name one of them")
        what = f'rules.yaml has no schedule "{name}", but {", ".join(names)}; {near}'
        if not names:
            what = "rules.yaml has no schedule of digests: its block `digests` says who gets what, and when"
        super().__init__(what)
        self.next = ("schedule", "list")


class NotOverError(BookscoreError):
    """A digest was asked for that tells of no period that is over."""

    def __init__(self, schedule: Schedule, period: str, last: str) -> None:
        super().__init__(
            f"{schedule.name} tells of each {schedule.every} once it is over, and {period} is none that is over; write "
            f"it like {last}, which is the last"
        )
        self.next = ("schedule", "list")


@dataclass(frozen=True, slots=True)
class Timetable:
    """The schedules with the calendar they follow; `zone` is that of those that name none."""

    digests: Digests
    calendar: Calendar
    zone: str

    @classmethod
    def of(cls, rulebook: Rulebook) -> "Timetable":
        """The timetable of the rulebook."""
        return cls(rulebook.digests, calendar_of(rulebook), rulebook.calendar.time_zone)

    def schedule(self, name: str) -> Schedule:
        """The schedule of the name. Raises UnknownScheduleError."""
        found = self.digests.schedule(name)
        if found is None:
            raise UnknownScheduleError(name, self.digests)
        return found

    def due(self, schedule: Schedule, *, after: datetime, until: datetime) -> tuple[Occasion, ...]:
        """What is due after one instant and not after another, in order."""
        return occasions(schedule, self.digests, self.calendar, self.zone, after=after, until=until)

    def upcoming(self, schedule: Schedule, *, after: datetime, count: int = 5) -> tuple[Occasion, ...]:
        """The next ones."""
        return upcoming(schedule, self.digests, self.calendar, self.zone, after=after, count=count)

    def latest(self, schedule: Schedule, at: datetime) -> Occasion:
        """The last one whose period is over, whether it is due or not."""
        (following,) = self.upcoming(schedule, after=at, count=1)
        if following.period.end <= self.day(schedule, at):
            return following
        return self.due(schedule, after=at - _LONGEST, until=at)[-1]

    def of_period(self, schedule: Schedule, name: str, at: datetime) -> Occasion:
        """The one that tells of the period. Raises NotOverError."""
        try:
            period = self.calendar.period(name)
        except UnknownPeriodError:
            period = None
        if period is not None and period.end <= self.day(schedule, at):
            over_at = datetime.combine(period.end, time(), UTC)
            for found in self.due(schedule, after=over_at - timedelta(days=1), until=over_at + _LONGEST):
                if found.period == period:
                    return found
        raise NotOverError(schedule, name, self.latest(schedule, at).period.name)

    def day(self, schedule: Schedule, at: datetime) -> date:
        """Which day it is where the schedule is."""
        return self.local(schedule, at).date()

    def local(self, schedule: Schedule, at: datetime) -> datetime:
        """The instant as clocks show it where the schedule is."""
        return at.astimezone(ZoneInfo(self.zone_of(schedule)))

    def zone_of(self, schedule: Schedule) -> str:
        """The time zone of the schedule."""
        return schedule.time_zone or self.zone
