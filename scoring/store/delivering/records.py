"""What goes into the ledger of deliveries and comes out of it? Validated values, apart from the tables of it."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol, Self

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer, StringConstraints, model_validator

from scoring.calendar import Period
from scoring.store.records import Count, Filled, Record, RunId, Sha256, instant

SCHEDULE = "schedule"
"""Who did it, where nobody asked for it and no worker did."""

LONGEST_NAME, LONGEST_TOLD = 200, 500


class OccasionState(StrEnum):
    """What became of an occasion."""

    WAITING = "waiting"
    PREPARED = "prepared"
    SKIPPED = "skipped"


class DeliveryState(StrEnum):
    """What became of a delivery; UNKNOWN waits for a person, as it may have arrived."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class End(StrEnum):
    """What a worker says of a delivery: what the channel said, or that nothing was handed to it.

    SKIPPED: nothing may go out, for the reason told. UNTRIED: it was claimed and not begun, and is pending again.
    """

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNTRIED = "untried"


class Due(Protocol):
    """A schedule and the period it is due for."""

    @property
    def schedule(self) -> str:
        """The name of the schedule."""

    @property
    def period(self) -> Period:
        """The period that is spoken of."""

    @property
    def due_at(self) -> datetime:
        """When it is to be sent."""


def _read(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _kept(told: object) -> object:
    """The text as any database keeps it: what a server says must never be the reason that nothing is noted."""
    if not isinstance(told, str):
        return told
    plain = told.encode("utf-8", "replace").decode()
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())
    return line if len(line) <= LONGEST_TOLD else line[: LONGEST_TOLD - 1] + "…"


Instant = Annotated[AwareDatetime, BeforeValidator(_read), PlainSerializer(instant)]
Flag = Annotated[bool, Field(strict=False), PlainSerializer(int)]
Told = Annotated[str, BeforeValidator(_kept)]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
Key = Annotated[str, StringConstraints(max_length=LONGEST_NAME, pattern=r"^[^\r\n]+$")]
"""Part of what is unique: one line, as what is unique is hashed line by line."""
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
DeliveryId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class OccasionRecord(Record):
    """A schedule that was due for a period. `noted_at` is since when it waits, where it does."""

    schedule: Key
    period: Key
    due_at: Instant
    state: Annotated[OccasionState, Field(strict=False)]
    reason: Told = ""
    run_id: RunId | None = None
    noted_at: Instant
    changed_at: Instant


class Planned(Record):
    """What one recipient is to get of an occasion; a skipped one gets nothing, for the reason given."""

    channel: Key
    recipient: Key
    domain: Key
    address: Annotated[str, StringConstraints(max_length=320)] = ""
    name: Name = ""
    is_skipped: bool = False
    reason: Told = ""
    run_id: RunId | None = None
    as_of: Day | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.is_skipped != bool(self.reason):
            raise ValueError("who is skipped is told why, and nobody else")
        return self


class DeliveryRecord(Record):
    """A delivery. `attempts` counts since it was made, or since a person last said that it is to be sent again.

    `run_id` and `as_of` say what it speaks of; `next_try_at` is there as long as somebody will try.
    """

    delivery_id: DeliveryId
    schedule: Key
    period: Key
    channel: Key
    recipient: Key
    address: str
    name: Name
    state: Annotated[DeliveryState, Field(strict=False)]
    reason: Told
    run_id: RunId | None
    as_of: Day | None
    due_at: Instant
    is_late: Flag
    attempts: Count
    next_try_at: Instant | None
    claimed_by: str | None
    claimed_until: Instant | None
    message_id: Filled
    content_sha256: Sha256 | None
    sent_at: Instant | None
    made_at: Instant
    changed_at: Instant

    @property
    def is_parked(self) -> bool:
        """Whether it failed and is not tried again unless a person says so."""
        return self.state is DeliveryState.FAILED and self.next_try_at is None


class AttemptRecord(Record):
    """A change of a delivery's state; `by` is a worker, the schedule, a user, or empty for the command line."""

    number: Annotated[int, Field(ge=1)]
    delivery_id: DeliveryId
    at: Instant
    state: Annotated[DeliveryState, Field(strict=False)]
    told: Told
    by: str


class Ended(Record):
    """What a worker says of what it claimed; what is None stays as it is. `wait` is what the server asks for."""

    end: End
    told: Told = ""
    wait: timedelta | None = None
    run_id: RunId | None = None
    as_of: Day | None = None
    content_sha256: Sha256 | None = None
    address: str | None = None


class Tally(Record):
    """How many deliveries are in which state; `failed` are those that are tried again."""

    pending: Count = 0
    sending: Count = 0
    sent: Count = 0
    failed: Count = 0
    parked: Count = 0
    skipped: Count = 0
    unknown: Count = 0


class MuteRecord(Record):
    """That a user does not want the digests of a schedule."""

    user_id: Key
    schedule: Key
    muted_at: Instant
    muted_by: str


def delivery_id(schedule: str, period: str, channel: str, recipient: str) -> str:
    """The id of the delivery: the same whenever and wherever it is prepared."""
    key = "\n".join((schedule, period, channel, recipient))
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def columns(record: Record, *, but: set[str] | None = None) -> dict[str, Any]:
    """The record as the columns of its table, but those named."""
    return record.model_dump(mode="json", exclude=but)
