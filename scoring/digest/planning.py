"""What is sent for an occasion, and to whom? Worked out alike for a preview, for sending now, and on schedule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from scoring.digest.audience import NOBODY, Recipient
from scoring.digest.due import Occasion
from scoring.digest.message import Line, Message
from scoring.digest.timetable import Timetable
from scoring.plurals import many
from scoring.rules.digests import Channel, Schedule
from scoring.store import Store
from scoring.store.delivering import DeliveryRecord, Planned, delivery_id

Tell = Callable[[str, Mapping[str, Any]], None]
"""Is told what happened: the name of the event, and facts about it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is settled of a delivery before it is written: it was prepared at `dated`, and taken to be sent later."""

    delivery_id: str
    message_id: str
    dated: datetime
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A digest as it is handed over, and the run that it tells of."""

    message: Message
    run_id: str | None
    as_of: str | None


CHANNEL_LACKS, NOT_PLANNED, NO_READER = "its channel", "it cannot be planned", "there is nobody whom it is for"
"""How the reasons begin for which an occasion waits though its data be there."""


class Writer(Protocol):
    """Whoever knows what there is to say, and to whom."""

    def waits_for(self, schedule: Schedule, occasion: Occasion) -> str | None:
        """What is missing before the occasion can be told of, as a sentence; None where nothing is."""

    def meant(self, schedule: Schedule, occasion: Occasion, at: datetime) -> tuple[Recipient, ...]:
        """Everybody whom the occasion is for; those who get nothing with the reason."""

    def recipient(self, schedule: Schedule, occasion: Occasion, key: str, at: datetime) -> Recipient:
        """The one of that key, by their rights as they are now; who became a user since has the key of one."""

    def spoken_of(self, occasion: Occasion) -> tuple[str | None, str | None]:
        """The id of the run that is told of as things are now, and its as-of day; None where there is none."""

    def write(self, schedule: Schedule, occasion: Occasion, recipient: Recipient, envelope: Envelope) -> Written:
        """What the recipient gets. The same for the same envelope, as long as nothing is stored."""


class Ways(Protocol):
    """The channels of the rules, as far as this process may use them."""

    def missing(self, channel: Channel) -> str | None:
        """What is missing before anything can be sent there, as a sentence; None where nothing is."""

    def open(self, channel: Channel) -> Line:
        """A line to the channel, for one worker."""

    def domain(self, channel: Channel) -> str:
        """What stands behind the @ of message ids."""


@dataclass(frozen=True, slots=True)
class Post:
    """What sending stands on: the ledger, when what is due, who writes, which way it goes, and what time it is."""

    store: Store
    timetable: Timetable
    writer: Writer
    ways: Ways
    now: Callable[[], datetime]
    tell: Tell = field(default=lambda event, facts: None)

    def channel(self, schedule: Schedule) -> Channel:
        """The channel of the schedule."""
        return self.timetable.digests.channels[schedule.channel]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an occasion comes to: what it waits for, else who gets it and who does not."""

    schedule: Schedule
    occasion: Occasion
    waits_for: str | None
    recipients: tuple[Recipient, ...] = ()

    @property
    def lacks_readers(self) -> bool:
        """Whether it waits for somebody to read it, not for data."""
        return self.waits_for is not None and self.waits_for.startswith(NO_READER)

    @property
    def run(self) -> tuple[str, ...]:
        """What stands behind the command that brings what it waits for, as the sentence ends with it."""
        return tuple((self.waits_for or "").partition("bookscore run")[2].split())


def plan(post: Post, schedule: Schedule, occasion: Occasion, at: datetime) -> Plan:
    """What the occasion comes to. One that is for nobody waits until there is somebody. Nothing is written."""
    waits_for = post.writer.waits_for(schedule, occasion)
    if waits_for is not None:
        return Plan(schedule, occasion, waits_for)
    recipients = post.writer.meant(schedule, occasion, at)
    if not recipients:
        return Plan(schedule, occasion, f"{NO_READER}: {NOBODY[schedule.audience]}")
    return Plan(schedule, occasion, None, recipients)


def rows(post: Post, planned: Plan) -> tuple[Planned, ...]:
    """The deliveries of the plan, for the ledger."""
    schedule, domain = planned.schedule, post.ways.domain(post.channel(planned.schedule))
    run_id, as_of = post.writer.spoken_of(planned.occasion)
    return tuple(
        Planned(
            channel=schedule.channel,
            recipient=one.key,
            domain=domain,
            address=one.address,
            name=one.name,
            is_skipped=one.why_not is not None,
            reason=one.why_not or "",
            run_id=None if one.why_not else run_id,
            as_of=None if one.why_not else as_of,
        )
        for one in planned.recipients
    )


def envelope(post: Post, schedule: Schedule, occasion: Occasion, recipient: Recipient, at: datetime) -> Envelope:
    """The envelope of the delivery that would be prepared at the instant."""
    key = delivery_id(schedule.name, occasion.period.name, schedule.channel, recipient.key)
    return Envelope(key, f"<{key}@{post.ways.domain(post.channel(schedule))}>", at, at)


def envelope_of(row: DeliveryRecord, taken_at: datetime) -> Envelope:
    """The envelope of a delivery that was prepared."""
    return Envelope(row.delivery_id, row.message_id, row.made_at, taken_at)


def long(span: timedelta) -> str:
    """As 3 days or 12 hours."""
    hours = round(span.total_seconds() / 3600)
    number, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return many(number, unit)
