"""What does a digest say? Everything that is told to one recipient, before it becomes text, mail, blocks or data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from scoring.calendar import Period
from scoring.digest.due import Occasion
from scoring.reports.names import cleaned
from scoring.rules.digests import Schedule
from scoring.scorecard import context

LATE = timedelta(hours=1)
"""What is prepared so much later than it was due says that it is late."""
LONGEST_NAME = 80
"""Letters of a name that are told; longer ones are cut, so that a phone shows what follows."""


LONGEST_SENTENCE = 400
"""Letters of a sentence out of a run."""


class Name(str):
    """A part of a sentence that somebody outside wrote: the name of a person, a team, an account or a file."""

    __slots__ = ()


Words = tuple[str, ...]
"""A sentence in parts, the names among them marked, so that each render can keep them apart from our own words."""


def name(text: str, most: int = LONGEST_NAME) -> Name:
    """The name as it is told: cleaned, on one line, and cut where it is very long."""
    told = " ".join(cleaned(text).split())
    return Name(told if len(told) <= most else f"{told[: most - 1].rstrip()}…")


def reported(text: str) -> Name:
    """A sentence out of a run, which may hold names: kept apart as a name is, and cut where it is very long."""
    return name(text, LONGEST_SENTENCE)


def day(text: str) -> str:
    """An ISO day in words, as 28 June 2026."""
    return context.day(date.fromisoformat(text))


def plain(words: Words) -> str:
    """The sentence as one text."""
    return "".join(words)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: by which schedule, of which occasion, when, and what is known of earlier digests.

    `zone` is the one that the schedule's time is in. `was_held` is whether it waited for data, `was_noted`
    whether somebody knew in time that it was due. `last_at` is when the
    last one to this recipient was made, None where this is the first; `spoken` are the ids of the runs that earlier
    ones spoke of. `unknown` are deliveries of which nobody knows whether they arrived. `page` is where links lead.
    """

    schedule: Schedule
    occasion: Occasion
    zone: str
    prepared_at: datetime
    taken_at: datetime | None = None
    was_held: bool = False
    was_noted: bool = False
    last_at: datetime | None = None
    spoken: tuple[str, ...] = ()
    unknown: int = 0
    page: str | None = None
    unsubscribe: str | None = None

    @property
    def period(self) -> Period:
        """The calendar's period that is told of."""
        return self.occasion.period

    @property
    def written_at(self) -> datetime:
        """When it is written: when it was taken to be sent. What came to be known later is not in it."""
        return self.taken_at or self.prepared_at

    @property
    def is_late(self) -> bool:
        """Whether it was due more than an hour before it was taken to be sent."""
        return self.written_at - self.occasion.due_at > LATE


@dataclass(frozen=True, slots=True)
class Link:
    """Where something leads, and what stands on it."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A manager whose score moved: the score, its likely range, the score before, and why, in sentences.

    `band` is how far chance alone would move it, None where that is not said. `printed` is the change between both
    scores as they are printed. In a shared channel there is the change, and no score.
    """

    manager_id: str
    name: Name
    team: Name | None
    score: float | None
    low: float | None
    high: float | None
    interval: float
    was: float | None
    change: float
    printed: Decimal
    band: float | None
    is_beyond_chance: bool
    why: tuple[Words, ...]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many managers moved up and down beyond chance and within it, have nothing to compare, or no score.

    `unknown` are those of whom nobody knows whether their change is more than chance, `corrected` those whose score is
    another one though no time went by.
    """

    up: int
    down: int
    within: int
    not_compared: int
    unscored: int
    unknown: int = 0
    corrected: int = 0

    @property
    def beyond(self) -> int:
        """How many moved beyond chance."""
        return self.up + self.down


@dataclass(frozen=True, slots=True)
class Due:
    """A renewal that comes up: the account, whose it is, within how many days, a year's amount, and its risk.

    `within` are days after the run's period; 0 is one of the period itself, which is still to be decided.

    `chance` is that of the next renewal, None where no model knows it; `at_risk` the amount by the chance to lose it.
    """

    account_id: str
    account: Name
    manager: Name | None
    within: int
    amount: Decimal
    chance: float | None
    at_risk: Decimal | None
    why: tuple[str, ...]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Renewals:
    """What comes up for renewal: whole, the accounts with most at risk, and the others as one.

    `until` is the period's last day. `within` maps days after it to how many and what amount, and `undecided` is the
    same of those due in the period itself while it runs; the amount is None where nobody may be told.
    """

    until: date
    within: Mapping[int, tuple[int, Decimal | None]]
    rows: tuple[Due, ...]
    more: int
    rest: Decimal
    note: str
    undecided: tuple[int, Decimal | None] = (0, None)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A manager's score of a period that was over, as it was told and as it is now; None where there is none."""

    manager_id: str
    name: Name
    then: float | None
    now: float | None
    low: float | None
    high: float | None
    why: tuple[Words, ...]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A period whose figures are others than those told before: why, whose, and how many more are not named."""

    period: str
    causes: tuple[Words, ...]
    managers: tuple[Corrected, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Digest:
    """All that one recipient is told.

    `title` is the headline, `eyebrow` what stands above it, `notices` what must be known first (late, the first one),
    `lead` the sentences below. `against` is what the changes are measured against. `preview` is what mail programs show
    beside the subject: nobody's score.
    """

    schedule: str
    occasion: str
    audience: str
    run_id: str
    run_period: str
    as_of: str
    currency: str
    subject: str
    preview: str
    title: str
    eyebrow: tuple[Words, ...]
    notices: tuple[str, ...]
    lead: tuple[Words, ...]
    against: str
    counts: Counts
    own: Moved | None
    link: Link | None
    reason: str
    unsubscribe: str | None
    confidential: str
    is_sealed: bool
    is_late: bool
    dated: datetime
    movers: tuple[Moved, ...] = ()
    more: int = 0
    unscored: tuple[Words, ...] = ()
    corrections: tuple[Correction, ...] = ()
    learned: tuple[Words, ...] = ()
    renewals: Renewals | None = None
    health: tuple[Words, ...] = ()

    @property
    def page(self) -> str | None:
        """The link behind the button."""
        return self.link.url if self.link else None
