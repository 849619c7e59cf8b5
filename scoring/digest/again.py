"""What did a delivery say? It is not kept, but composed again; its hash tells whether it is what was handed over."""

from dataclasses import dataclass, replace
from datetime import datetime

from scoring.access import User
from scoring.digest import audience
from scoring.digest.audience import Recipient
from scoring.digest.due import Occasion
from scoring.digest.message import Message
from scoring.digest.planning import Envelope
from scoring.digest.sending import sha256_of
from scoring.digest.timetable import Timetable
from scoring.digest.writing import FromStore
from scoring.errors import BookscoreError
from scoring.reports.names import cleaned
from scoring.rules import Rulebook
from scoring.rules.digests import Schedule
from scoring.store import delivering
from scoring.view import DeliverySeen, Shelf


@dataclass(frozen=True, slots=True)
class Again:
    """The message of a delivery, else why there is none.

    `is_same` is whether it is what was handed over; None where nothing was.
    """

    message: Message | None
    why_not: str | None = None
    is_same: bool | None = None


def composed_again(
    shelf: Shelf, rulebook: Rulebook, page: str | None, found: DeliverySeen, user: User | None, *, now: datetime
) -> Again:
    """What the delivery says about the run that it spoke of, by the rights that its recipient has now.

    `found` is what somebody was shown of it; `user` is its recipient, None where that is a channel. What waits to be
    sent says what it would say `now`.
    """
    if found.state == "skipped":
        return Again(None, "nothing was said")
    schedule = rulebook.digests.schedule(found.schedule)
    if schedule is None or schedule.channel != found.channel:
        return Again(None, f"the rules have no schedule {found.schedule} by {found.channel} any more")
    recipient = _recipient(schedule, user)
    if isinstance(recipient, str):
        return Again(None, recipient)
    timetable = Timetable.of(rulebook)
    waits = found.state == "pending"
    writer = FromStore(shelf.store, timetable, page, None if waits else found.run_id, shelf)
    taken_at = None if waits else delivering.taken_at(shelf.store, found.delivery_id)
    cover = Envelope(found.delivery_id, found.message_id, found.made_at, taken_at or now)
    try:
        occasion = Occasion(found.schedule, timetable.calendar.period(found.period), found.due_at)
        message = writer.write(schedule, occasion, recipient, cover).message
    except BookscoreError as error:
        return Again(None, f"it cannot be composed again: {error}")
    except Exception as error:  # what became of a digest that cannot be written is told all the same
        return Again(None, f"it cannot be composed again: {type(error).__name__}")
    was = found.content_sha256
    return Again(_shown(message), is_same=None if was is None else sha256_of(message) == was)


def _shown(message: Message) -> Message:
    """The message without the secret that ends the digests: whoever looks at it must not end somebody else's."""
    if message.unsubscribe is None:
        return message
    secret = "".join(message.unsubscribe.rpartition("/unsubscribe")[1:])  # plain letters, which HTML writes as they are
    text, html = (said.replace(secret, "/deliveries") for said in (message.text, message.html))
    return replace(message, text=text, html=html, data={}, unsubscribe=None)


def _recipient(schedule: Schedule, user: User | None) -> Recipient | str:
    """Whom it is composed for, whether they still want it or not; else why there is nobody."""
    if user is None:
        return audience.channel(schedule) if schedule.audience == "channel" else "its recipient is no user any more"
    if not audience.is_meant(schedule.audience, user):
        return f"{schedule.name} is not for its recipient any more"
    return Recipient(user.user_id, cleaned(user.name), user.email, audience.seen_as(schedule.audience, user))
