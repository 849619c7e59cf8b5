"""Which deliveries does a person see, and what may they do to them? All, or what they were to get; leaders decide.

Who does not see everything sees of others nothing, not even how many there are.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scoring.access import Role, User
from scoring.errors import BookscoreError
from scoring.store import Store, delivering, people
from scoring.store.delivering import AttemptRecord, DeliveryRecord, DeliveryState, OccasionRecord, OccasionState
from scoring.store.delivering.standing import DONE_BY, PARKED, STANDS, standing
from scoring.view.seen import NotVisibleError
from scoring.view.view import View

MOST = 100
"""Deliveries that are shown at once."""
MOST_URGENT = 20
MOST_SKIPPED = 10
"""Occasions of which nothing was sent that are shown, beside those that wait."""


class DeliveryChangedError(BookscoreError):
    """Somebody, or a worker, was faster."""

    def __init__(self, state: str) -> None:
        super().__init__(
            f"this delivery changed since the page was made; now it is “{STANDS[state]}”. Nothing was done: look at it "
            "again"
        )


class Act(StrEnum):
    """What a leader may do to a delivery that waits for a person."""

    RETRY = "retry"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are asked for: of a schedule, a period, a state; `skip` of them are passed over.

    `state` is a state of deliveries, `parked` for those that failed for good, or `person` for what waits for one.
    """

    schedule: str = ""
    period: str = ""
    state: str = ""
    skip: int = 0


PERSON = "person"
STATES = (PERSON, *(state.value for state in DeliveryState), PARKED)
"""All that one can ask for as a state."""
_MAY = {DeliveryState.UNKNOWN.value: (Act.SETTLE, Act.RETRY), PARKED: (Act.RETRY,)}
"""State to what a leader may do then."""
_URGENT = tuple(_MAY)
_AS_STORED = (
    "delivery_id", "schedule", "period", "channel", "recipient", "name", "address", "reason", "attempts", "due_at",
    "is_late", "made_at", "sent_at", "next_try_at", "run_id", "as_of", "message_id", "content_sha256",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """What one recipient was to get. `state` is that of the ledger, or `parked` where it failed for good.

    `reason` says why it is so, where there is something to say. `run_id` and `as_of` are what it speaks of, and
    `content_sha256` the hash of what was said. `may` is what the person may do now, to the delivery as it is at `mark`.
    """

    delivery_id: str
    schedule: str
    period: str
    channel: str
    recipient: str
    name: str
    address: str
    state: str
    reason: str
    attempts: int
    due_at: datetime
    is_late: bool
    made_at: datetime
    sent_at: datetime | None
    next_try_at: datetime | None
    run_id: str | None
    as_of: str | None
    message_id: str
    content_sha256: str | None
    may: tuple[Act, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class OccasionSeen:
    """A schedule that was due for a period, of which nothing was sent: why, and since when that is so."""

    schedule: str
    period: str
    state: str
    reason: str
    due_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """What happened to a delivery: `by` names who did it, in words."""

    at: datetime
    state: str
    told: str
    by: str


class DeliveryDesk:
    """The deliveries as one person sees them, and the only way in which the pages change them."""

    def __init__(self, view: View) -> None:
        self._view, self._who, self._store = view, view.who, view.store

    @property
    def sees_all(self) -> bool:
        """Whether deliveries to others are theirs to see, and with them what schedules wait for."""
        return self._view.sight.is_everything

    @property
    def may_decide(self) -> bool:
        """Whether it is for them to send again, or to say that something arrived."""
        return self._who.role is Role.LEADER

    def some(self, wanted: Wanted) -> tuple[tuple[DeliverySeen, ...], bool]:
        """The deliveries that are asked for, those that were due last first, and whether there are more."""
        found = self._found(wanted, MOST + 1)
        return found[:MOST], len(found) > MOST

    def urgent(self) -> tuple[DeliverySeen, ...]:
        """What waits for a person, the newest first; none for who does not see all."""
        return self._found(Wanted(state=PERSON), MOST_URGENT) if self.sees_all else ()

    def counts(self) -> dict[tuple[str, str], dict[str, int]]:
        """Schedule and period to state to how many deliveries; empty for who does not see all."""
        found = delivering.tallies(self._store) if self.sees_all else {}
        return {key: tally.model_dump() for key, tally in found.items()}

    def occasions(self) -> tuple[OccasionSeen, ...]:
        """The occasions that wait for data, then the last of which nothing was sent; none for who does not see all."""
        if not self.sees_all:
            return ()
        waiting = delivering.occasions(self._store, states=(OccasionState.WAITING,))
        skipped = delivering.occasions(self._store, states=(OccasionState.SKIPPED,), most=MOST_SKIPPED)
        return tuple(_occasion(found) for found in (*waiting, *skipped))

    def one(self, delivery_id: str) -> DeliverySeen:
        """The delivery of that id. Raises NotVisibleError."""
        try:
            found = delivering.delivery(self._store, delivery_id)
        except BookscoreError:
            raise NotVisibleError("delivery") from None
        if found.delivery_id != delivery_id or not (self.sees_all or found.recipient == self._who.user_id):
            raise NotVisibleError("delivery")
        return self._seen(found)

    def attempts(self, delivery_id: str) -> tuple[AttemptSeen, ...]:
        """What happened to the delivery, the first first. Raises NotVisibleError."""
        self.one(delivery_id)
        names = {user.user_id: user.name for user in people.users(self._store)} if self.sees_all else {}
        told = delivering.attempts(self._store, delivery_id)
        return tuple(AttemptSeen(a.at, a.state.value, a.told, self._by(a, names)) for a in told)

    def act(self, delivery_id: str, act: Act, shown: str, at: datetime) -> None:
        """Does it to the delivery, if that still is as it was `shown`.

        Raises NotVisibleError, DeliveryChangedError and what the store raises.
        """
        if not self.may_decide:
            raise NotVisibleError("page")
        found = self.one(delivery_id)
        if found.mark != shown or act not in found.may:
            raise DeliveryChangedError(found.state)
        decide = delivering.retry if act is Act.RETRY else delivering.settle
        decide(self._store, delivery_id, at=at, by=self._who.user_id)

    def recipient(self, found: DeliverySeen) -> User | None:
        """The user whom a delivery that was seen is for, with the rights of now; None where it is no user's."""
        user = people.user_by_id(self._store, found.recipient)
        return None if user is None else user.user

    def muted(self) -> frozenset[str]:
        """The schedules whose digests they do not want."""
        return frozenset(record.schedule for record in delivering.mutes(self._store, self._who.user_id))

    def mute(self, schedule: str, *, is_wanted: bool, at: datetime) -> None:
        """Stops the digests of a schedule to them, or lets them come again. Raises NotVisibleError."""
        if not self._who.is_writing:
            raise NotVisibleError("page")
        change = delivering.unmute if is_wanted else delivering.mute
        change(self._store, self._who.user_id, schedule, at=at, by=self._who.user_id)

    def _found(self, wanted: Wanted, most: int) -> tuple[DeliverySeen, ...]:
        """The deliveries that are asked for, through the one filter: all, or those to themselves."""
        if wanted.state and wanted.state not in STATES:
            return ()
        found = delivering.deliveries(
            self._store,
            schedule=wanted.schedule or None,
            period=wanted.period or None,
            recipient=None if self.sees_all else self._who.user_id,
            states=_URGENT if wanted.state == PERSON else (wanted.state,) if wanted.state else (),
            most=most,
            skip=wanted.skip,
        )
        return tuple(self._seen(each) for each in found)

    def _seen(self, found: DeliveryRecord) -> DeliverySeen:
        """The delivery without what only workers may know."""
        told = {name: getattr(found, name) for name in _AS_STORED}
        state = standing(found)
        may = _MAY.get(state, ()) if self.may_decide else ()
        return DeliverySeen(**told, state=state, may=may, mark=f"{state} {found.changed_at.isoformat()}")

    def _by(self, attempt: AttemptRecord, names: dict[str, str]) -> str:
        """Who did it; the token of a worker is a secret of that worker."""
        if attempt.by == self._who.user_id:
            return self._who.name
        return names.get(attempt.by) or DONE_BY.get(attempt.by) or ("a worker" if self.sees_all else "the server")


def _occasion(found: OccasionRecord) -> OccasionSeen:
    return OccasionSeen(
        found.schedule, found.period, found.state.value, found.reason, found.due_at,
        found.noted_at if found.state is OccasionState.WAITING else found.changed_at,
    )  # fmt: skip


def stopped_by(store: Store, token: str) -> tuple[str, bool] | None:
    """The schedule whose digests the link with this token ends, and whether they are ended; None where it is none.

    Looking changes nothing.
    """
    owner = delivering.token_owner(store, token)
    return None if owner is None else (owner[1], owner in delivering.muted(store))


def stop_by(store: Store, token: str, at: datetime) -> str | None:
    """Ends the digests that the link with this token is for, and says of which schedule; None where it is none."""
    ended = delivering.mute_by_token(store, token, at=at)
    return None if ended is None else ended[1]
