"""What goes out next, and what is missing for it? By the rules file of the folder that is served, as it is now."""

from dataclasses import dataclass, field
from datetime import datetime

from scoring.access import User
from scoring.digest.audience import is_meant
from scoring.digest.due import upcoming
from scoring.errors import ProblemsFoundError
from scoring.metrics import CATALOGUE
from scoring.numbers import ordinal
from scoring.reports.dates import moment
from scoring.rules import Rulebook, calendar_of, read_versions
from scoring.rules.digests import Digests, Schedule
from scoring.rules.proposed import RULES_FILE
from scoring.web.desk import Desk

NEXT = 5
"""How many of the next times of a schedule are shown."""
_UTC = "UTC"
_WHOM = {
    "leaders": "each leader",
    "directors": "each director, of their teams",
    "managers": "each manager, of their own card",
    "channel": "whoever reads the channel",
}


@dataclass(frozen=True, slots=True)
class NextTime:
    """When a schedule is due, as its clocks show it, and of which period it tells then."""

    at: str
    when: str
    period: str


@dataclass(frozen=True, slots=True)
class ScheduleAnswer:
    """A schedule of the rules: when, to whom and by which channel. `missing` is what its channel lacks here, if any."""

    name: str
    when: str
    to: str
    channel: str
    kind: str
    zone: str
    next: list[NextTime]
    missing: str | None


@dataclass(frozen=True, slots=True)
class Plans:
    """What the rules say about digests. `why_not` says why that is not known; then there are none."""

    digests: Digests = field(default_factory=Digests)
    rulebook: Rulebook | None = None
    why_not: str | None = None

    @property
    def zone(self) -> str:
        """The time zone of the company's calendar."""
        return self.rulebook.calendar.time_zone if self.rulebook else _UTC

    def of(self, user: User) -> tuple[Schedule, ...]:
        """The schedules by which the user themself gets digests."""
        return tuple(schedule for schedule in self.digests.schedules if is_meant(schedule.audience, user))

    def told(self, schedule: Schedule, now: datetime, missing: str | None = None) -> ScheduleAnswer:
        """The schedule in words, with its next times."""
        zone = schedule.time_zone or self.zone
        coming = []
        if self.rulebook is not None:
            calendar = calendar_of(self.rulebook)
            coming = [
                NextTime(each.due_at.isoformat(), moment(each.due_at, zone), each.period.name)
                for each in upcoming(schedule, self.digests, calendar, self.zone, after=now, count=NEXT)
            ]
        return ScheduleAnswer(
            schedule.name, _when(schedule), _WHOM[schedule.audience], schedule.channel,
            self.digests.channels[schedule.channel].kind, zone, coming, missing,
        )  # fmt: skip


def plans(desk: Desk) -> Plans:
    """What the rules of the folder say now."""
    path = desk.folder / RULES_FILE
    if not path.is_file():
        return Plans(why_not=f"there is no {RULES_FILE} in the folder that is served")
    try:
        rulebook = read_versions(path, CATALOGUE)[0].rulebook
    except ProblemsFoundError:
        return Plans(why_not=f"{RULES_FILE} has errors, which `bookscore check` names")
    return Plans(rulebook.digests, rulebook)


def missing(desk: Desk, digests: Digests, schedule: Schedule) -> str | None:
    """What the channel of the schedule lacks in the environment of this server, by names and never by values."""
    from scoring.digest.channels import ready  # noqa: PLC0415  it loads what speaks to networks, and few ask for it

    return ready(digests.channels[schedule.channel], desk.environment)


def _when(schedule: Schedule) -> str:
    """When the schedule is due, in words."""
    at = f"{schedule.at:%H:%M}"
    if schedule.every == "week":
        return f"every week, {schedule.on} at {at}"
    number = schedule.working_day or 1
    which = ordinal(number) if number > 0 else "last" if number == -1 else f"{ordinal(-number)} to last"
    return f"every {schedule.every}, {which} working day at {at}"
