"""What is handed to a channel for one recipient, and what the channel says became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


class Verdict(StrEnum):
    """What became of a message.

    UNKNOWN: it may have arrived, as the answer was lost; it is not sent again unless a person says so. LATER: it did
    not arrive, and may another time. REFUSED: it did not arrive, and will not. UNTRIED: nobody was asked to take it, as
    the server wants to be left alone for a while.
    """

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the channel says: the verdict, the reason in words without secrets, and how long to wait at least."""

    verdict: Verdict
    told: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; `name` is plain letters."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery, ready to be sent.

    `delivery_id` is the same whenever this delivery is tried, and `message_id` (with its angle brackets) follows from
    it. `address` is an e-mail address for people, the name of the channel for a channel; `name` is for the header To.
    `chat` is what chat systems get, made by `render` for the kind of the channel; `data` what programs get.
    `page` is the link behind the button, `unsubscribe` the address of one click; None where no page is served.
    `dated` is the instant, with a zone, at which the delivery was prepared; like all else it is the same at each try.
    """

    delivery_id: str
    message_id: str
    schedule: str
    period: str
    dated: datetime
    address: str
    name: str
    subject: str
    text: str
    html: str = field(repr=False, default="")
    chat: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    page: str | None = None
    unsubscribe: str | None = None


class Line(Protocol):
    """An open line to a channel. It may keep a connection between messages."""

    def send(self, message: Message) -> Outcome:
        """What became of the message; nothing is raised for what a server or a network does."""

    def close(self) -> None:
        """Lets go of the connection."""
