"""Posts whose writer and channels are made up, and whose clock is told what time it is: for the tests of sending."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scoring.calendar import Calendar
from scoring.digest.audience import Recipient
from scoring.digest.due import Occasion
from scoring.digest.message import Line, Message, Outcome, Verdict
from scoring.digest.planning import Envelope, Post, Written
from scoring.digest.timetable import Timetable
from scoring.rules.digests import Channel, Digests, Schedule
from scoring.store import Store

SENT = Outcome(Verdict.SENT)


@dataclass
class Clock:
    """Shows what it is set to."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Letters:
    """Writes a line to each of the people; `waiting` says what an occasion waits for, `poison` who breaks it."""

    people: list[str]
    why_not: dict[str, str] = field(default_factory=dict)
    waiting: Callable[[Occasion], str | None] = lambda _: None
    poison: set[str] = field(default_factory=set)

    def waits_for(self, schedule: Schedule, occasion: Occasion) -> str | None:
        return self.waiting(occasion)

    def meant(self, schedule: Schedule, occasion: Occasion, at: datetime) -> tuple[Recipient, ...]:
        return tuple(self.recipient(schedule, occasion, key, at) for key in self.people)

    def spoken_of(self, occasion: Occasion) -> tuple[None, None]:
        return None, None

    def recipient(self, schedule: Schedule, occasion: Occasion, key: str, at: datetime) -> Recipient:
        return Recipient(key, key.title(), f"{key}@example.com", why_not=self.why_not.get(key))

    def write(self, schedule: Schedule, occasion: Occasion, recipient: Recipient, envelope: Envelope) -> Written:
        if recipient.key in self.poison:
            raise ValueError("no word for it\nand more")
        message = Message(
            delivery_id=envelope.delivery_id,
            message_id=envelope.message_id,
            schedule=schedule.name,
            period=occasion.period.name,
            dated=envelope.dated,
            address=recipient.address,
            name=recipient.name,
            subject=f"{schedule.name} {occasion.period}",
            text="Nothing moved.\n",
        )
        return Written(message, None, None)


@dataclass
class Ways:
    """Channels that take everything, unless `outcomes` has another answer, which is used up from its front."""

    outcomes: list[Outcome] = field(default_factory=list)
    lacks: str | None = None
    sent: list[Message] = field(default_factory=list)
    before: Callable[[Message], None] = lambda _: None

    def missing(self, channel: Channel) -> str | None:
        return self.lacks

    def open(self, channel: Channel) -> Line:
        return self

    def domain(self, channel: Channel) -> str:
        return "scores.example.com"

    def send(self, message: Message) -> Outcome:
        self.before(message)
        outcome = self.outcomes.pop(0) if self.outcomes else SENT
        if outcome.verdict is Verdict.SENT:
            self.sent.append(message)
        return outcome

    def close(self) -> None:
        """There is nothing to let go of."""


@dataclass
class Events:
    """What was told."""

    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, event: str, facts: Any) -> None:
        self.told.append((event, dict(facts)))

    def named(self, event: str) -> list[dict[str, Any]]:
        """The facts of all events of that name."""
        return [facts for name, facts in self.told if name == event]


def digests(*schedules: dict[str, Any]) -> Digests:
    """The schedules, by mail to leaders unless they say otherwise."""
    mail = {"kind": "mail", "host": "smtp.example.com", "from": "b@scores.example.com"}
    usual = {"name": "weekly", "every": "week", "on": "Monday", "at": "07:00", "audience": "leaders", "channel": "mail"}
    said = [
        ({k: v for k, v in usual.items() if k != "on" or one.get("every", "week") == "week"}) | one for one in schedules
    ]
    return Digests.model_validate({"channels": {"mail": mail}, "schedules": said})


def post(
    store: Store,
    clock: Clock,
    found: Digests,
    people: Sequence[str] = ("ann", "bo"),
    calendar: Calendar = Calendar(),  # noqa: B008  it is frozen
    **letters: Any,
) -> tuple[Post, Letters, Ways, Events]:
    """A post on the store, with what it is made of."""
    writer, ways, events = Letters(list(people), **letters), Ways(), Events()
    return Post(store, Timetable(found, calendar, "UTC"), writer, ways, clock, events), writer, ways, events
