"""Who knows what there is to say? The published runs, the users with their rights, and what was sent before."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from scoring.access import Role, User
from scoring.digest import audience
from scoring.digest.audience import Known, Recipient
from scoring.digest.compose import compose
from scoring.digest.content import Asked
from scoring.digest.due import Occasion
from scoring.digest.message import Attachment
from scoring.digest.planning import CHANNEL_LACKS, NO_READER, NOT_PLANNED, Envelope, Written
from scoring.digest.reach import reached, run_for
from scoring.digest.render import message
from scoring.digest.timetable import Timetable
from scoring.errors import BookscoreError
from scoring.reports.names import file_names
from scoring.rules.digests import Schedule
from scoring.store import Store, delivering, people
from scoring.store.delivering import LATE_AFTER, OccasionRecord, Said
from scoring.store.people import UserRecord
from scoring.store.refusals import UnknownRunError
from scoring.view import Seen, Shelf, View

T = TypeVar("T")

_EVERYBODY = User("", "", "bookscore", Role.LEADER)
"""Whom a run is looked through for to see what is planned; nothing that is sent is composed for them."""


_BRIEFLY = 1.0
"""For how many seconds it is not looked again what most deliveries ask for; whose rights they are is read each time."""
_NOT_DATA = (CHANNEL_LACKS, NOT_PLANNED, NO_READER, delivering.DECIDED_AHEAD)


class NoRunError(BookscoreError):
    """No run is published any more that tells of the period."""

    def __init__(self, period: str) -> None:
        super().__init__(f"no run is published any more that tells of {period}")


@dataclass(frozen=True, slots=True)
class _Briefly:
    """What was read a moment ago, so that it is not read for each delivery."""

    held: dict[object, tuple[float, object]] = field(default_factory=dict)

    def read(self, key: object, read: Callable[[], T]) -> T:
        """What was read within the last second, else what is read now."""
        now = time.monotonic()
        since, found = self.held.get(key, (-_BRIEFLY, None))
        if now - since >= _BRIEFLY:
            found = read()
            self.held[key] = (now, found)
        return found  # type: ignore[return-value]  # each key is read by the same function


@dataclass(frozen=True, slots=True)
class FromStore:
    """Writes what the store holds. Runs that were read are kept; rights are read each time, published runs each second.

    `page` is where links lead, None where no page is served. With a `run_id` that run is told of, whatever is
    published. `shelved` is the shelf of who has one already.
    """

    store: Store
    timetable: Timetable
    page: str | None = None
    run_id: str | None = None
    shelved: Shelf | None = None
    shelf: Shelf = field(init=False)
    briefly: _Briefly = field(default_factory=_Briefly, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shelf", self.shelved or Shelf(self.store))

    def waits_for(self, schedule: Schedule, occasion: Occasion) -> str | None:
        """Which data are missing."""
        return reached(self._run(occasion), occasion.period, self.timetable.calendar)

    def meant(self, schedule: Schedule, occasion: Occasion, at: datetime) -> tuple[Recipient, ...]:
        """Everybody whom the occasion is for."""
        return audience.meant(schedule, people.users(self.store), self._known(schedule, occasion, at))

    def recipient(self, schedule: Schedule, occasion: Occasion, key: str, at: datetime) -> Recipient:
        """The one of that key."""
        if schedule.audience == "channel":
            return audience.channel(schedule)
        users = self._users(key)
        if not users:
            why = audience.NOT_A_USER if audience.is_no_user(key) else "no user any more"
            return Recipient(key, key, why_not=why)
        try:
            known = self._known(schedule, occasion, at)
            found = [audience.person(schedule, user, known) for user in users]
            return next((one for one in found if one.why_not is None), found[0])
        except NoRunError as error:
            return Recipient(key, users[0].name, users[0].email, why_not=str(error))

    def spoken_of(self, occasion: Occasion) -> tuple[str | None, str | None]:
        """The run of now, and its as-of day."""
        run = self._run(occasion)
        return (None, None) if run is None else (run.run_id, run.facts["as_of"])

    def write(self, schedule: Schedule, occasion: Occasion, recipient: Recipient, envelope: Envelope) -> Written:
        """What the recipient gets."""
        run = self._run(occasion)
        if run is None or recipient.user is None:
            raise NoRunError(occasion.period.name)
        view = View(self.shelf, recipient.user)
        now = Seen(self.shelf, self.shelf.run(run.run_id), view.sight)
        before = delivering.said_before(self.store, schedule.name, schedule.channel, recipient.key, occasion.due_at)
        last = next((seen for run_id in before.run_ids if (seen := self._as_seen(run_id, view))), None)
        digest = compose(view, now, last, self._asked(schedule, occasion, recipient, envelope, before))
        made = message(
            digest,
            self.timetable.digests.channels[schedule.channel].kind,
            delivery_id=envelope.delivery_id,
            message_id=envelope.message_id,
            address=recipient.address,
            name=recipient.name,
            attachments=_attached(now, recipient.user) if schedule.attach == "card" else (),
        )
        return Written(made, run.run_id, now.facts["as_of"])

    def _asked(
        self,
        schedule: Schedule,
        occasion: Occasion,
        recipient: Recipient,
        envelope: Envelope,
        before: Said,
    ) -> Asked:
        """What is asked for, with what earlier digests said."""
        noted = self._noted(occasion)
        is_for_leaders = schedule.audience == "leaders"
        return Asked(
            schedule=schedule,
            occasion=occasion,
            zone=self.timetable.zone_of(schedule),
            prepared_at=envelope.dated,
            taken_at=envelope.taken_at,
            was_held=noted is not None and envelope.dated - occasion.due_at > LATE_AFTER and _is_of_data(noted.reason),
            was_noted=noted is not None and noted.noted_at - occasion.due_at <= LATE_AFTER,
            last_at=before.last_at,
            spoken=before.run_ids,
            unknown=delivering.unknown_at(self.store, envelope.taken_at) if is_for_leaders else 0,
            page=self.page,
            unsubscribe=self._unsubscribe(schedule, recipient),
        )

    def _users(self, key: str) -> list[UserRecord]:
        """The user of the key, as a list; of somebody who was none, those that have the card by now."""
        if audience.is_no_user(key):
            return audience.become(key, people.users(self.store))
        user = people.user_by_id(self.store, key)
        return [] if user is None else [user]

    def _noted(self, occasion: Occasion) -> OccasionRecord | None:
        """The occasion as it stands in the ledger."""
        name, period = occasion.schedule, occasion.period.name
        return self.briefly.read((name, period), lambda: delivering.occasion(self.store, name, period))

    def _unsubscribe(self, schedule: Schedule, recipient: Recipient) -> str | None:
        """Where somebody ends these digests with one click."""
        if self.page is None or schedule.audience == "channel":
            return None
        token = self.briefly.read("tokens", lambda: delivering.unsubscribe_tokens(self.store))
        return f"{self.page}/unsubscribe?token={token(recipient.key, schedule.name)}"

    def _known(self, schedule: Schedule, occasion: Occasion, at: datetime) -> Known:
        """What decides who gets something. Raises NoRunError."""
        run = self._run(occasion)
        if run is None:
            raise NoRunError(occasion.period.name)
        muted = self.briefly.read("muted", lambda: delivering.muted(self.store))
        return Known(run, lambda user_id: (user_id, schedule.name) in muted, self.timetable.day(schedule, at))

    def _run(self, occasion: Occasion) -> Seen | None:
        """The published run that tells of the occasion, whole; looked for again when another one is published."""
        if self.run_id is not None:
            return self._as_seen(self.run_id, View(self.shelf, _EVERYBODY))
        holding = self.briefly.read("holding", lambda: tuple(sorted(self.store.holding().items())))

        def find() -> Seen | None:
            return run_for(View(self.shelf, _EVERYBODY), occasion, self.timetable.calendar)

        return self.shelf.made(("run", occasion.period, self.timetable.calendar, holding), find)

    def _as_seen(self, run_id: str | None, view: View) -> Seen | None:
        """The run as the viewer sees it; None where it is not stored any more."""
        try:
            return None if run_id is None else Seen(self.shelf, self.shelf.run(run_id), view.sight)
        except UnknownRunError:
            return None


def _is_of_data(reason: str) -> bool:
    """Whether an occasion waited for its data."""
    return bool(reason) and not reason.startswith(_NOT_DATA)


def _attached(seen: Seen, user: User) -> tuple[Attachment, ...]:
    """The card of the user as PDF."""
    from scoring.reports import pdf  # noqa: PLC0415  it takes long to load, and few ask for it

    card = seen.card(user.manager_id or "")
    name = file_names([card["manager_id"]])[card["manager_id"]]
    return (Attachment(f"{name}-{seen.period}.pdf", "application/pdf", pdf.card_pdf(card)),)
