"""Who sends what? A worker claims one delivery at a time, and only who claimed it says what became of it."""

import secrets
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import bindparam, exists, select, update
from sqlmodel import Session

from scoring.store.database import writing
from scoring.store.delivering.changing import HELD, RESTING, change
from scoring.store.delivering.ending import end
from scoring.store.delivering.records import SCHEDULE, DeliveryRecord, DeliveryState, Ended
from scoring.store.records import instant
from scoring.store.store import Store

CLAIM_LASTS = timedelta(minutes=2)
"""How long a worker may be silent before nobody knows what became of what it claimed."""

LOST = "its worker did not come back in time; it may have arrived or not"
UNHEARD = "given back: its worker heard no answer when it claimed it, and never began"

_OPEN = (DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)
_OTHER = HELD.alias()
_IN_TURN = (
    select(HELD)
    .where(
        HELD.c.next_try_at.is_not(None),
        HELD.c.next_try_at <= bindparam("now"),
        ~exists().where(
            *(_OTHER.c[name] == HELD.c[name] for name in ("recipient", "schedule", "channel")),
            _OTHER.c.state == DeliveryState.SENDING.value,
        ),
    )
    .order_by(HELD.c.due_at, HELD.c.delivery_id)
    .limit(1)
)
_IN_TURN_OF = {
    (False, False): _IN_TURN,
    (True, False): _IN_TURN.where(HELD.c.schedule == bindparam("its_schedule")),
    (False, True): _IN_TURN.where(HELD.c.period == bindparam("its_period")),
    (True, True): _IN_TURN.where(
        HELD.c.schedule == bindparam("its_schedule"), HELD.c.period == bindparam("its_period")
    ),
}
"""What is to be sent now, of all or of a schedule, a period: built once, as it is asked for each delivery."""


def new_worker() -> str:
    """A random name for one that sends. Each thread has its own: who has the name may say what became of its claims."""
    return f"worker-{secrets.token_hex(8)}"


def claim(
    store: Store,
    worker: str,
    *,
    at: datetime,
    schedule: str | None = None,
    period: str | None = None,
    is_again: bool = False,
) -> DeliveryRecord | None:
    """The delivery that the worker is to send now, if there is one: what was due first comes first.

    Nothing goes to a recipient while something else of the same schedule and channel does. Here and below `is_again`
    says that the worker asked before and heard no answer: what it may have been given then, it never began.
    """
    with writing(store.engine) as session:
        if is_again:
            _give_back(session, worker, at)
        return _claim(session, worker, at, schedule, period)


def renew(
    store: Store, delivery_id: str, worker: str, *, at: datetime, run_id: str | None = None, as_of: str | None = None
) -> DeliveryRecord | None:
    """The delivery, claimed for longer; None where it is not the worker's any more.

    With a run it is noted that the delivery speaks of that one, should nobody hear what became of it.
    """
    own = (HELD.c.delivery_id == delivery_id, HELD.c.claimed_by == worker, HELD.c.state == DeliveryState.SENDING.value)
    values = {"claimed_until": instant(at + CLAIM_LASTS)} | ({"run_id": run_id, "as_of": as_of} if run_id else {})
    renewed = update(HELD).where(*own).values(**values).returning(HELD)
    with writing(store.engine) as session:
        row = session.connection().execute(renewed).mappings().one_or_none()
        return None if row is None else DeliveryRecord.model_validate(dict(row))


def finish(
    store: Store, delivery_id: str, worker: str, ended: Ended, *, at: datetime, is_again: bool = False
) -> DeliveryRecord | None:
    """The delivery as the worker left it; None where somebody had decided before, and what it told is kept beside."""
    with writing(store.engine) as session:
        finished = end(session, delivery_id, worker, ended, at)
        if is_again:
            _give_back(session, worker, at)
        return finished


def finish_and_claim(
    store: Store,
    delivery_id: str,
    worker: str,
    ended: Ended,
    *,
    at: datetime,
    schedule: str | None = None,
    period: str | None = None,
    is_again: bool = False,
) -> tuple[DeliveryRecord | None, DeliveryRecord | None]:
    """What `finish` and then `claim` give, in one transaction: both happen, or neither does."""
    with writing(store.engine) as session:
        finished = end(session, delivery_id, worker, ended, at)
        if is_again:
            _give_back(session, worker, at)
        return finished, _claim(session, worker, at, schedule, period)


def expire(store: Store, *, at: datetime) -> tuple[DeliveryRecord, ...]:
    """Those of which nobody knows any more what became of them: whoever claimed them was silent for too long.

    Who claimed it may still say it, until a person decides.
    """
    is_silent = (HELD.c.state == DeliveryState.SENDING.value, HELD.c.claimed_until < instant(at))
    asked = HELD.select().where(*is_silent).order_by(HELD.c.due_at, HELD.c.delivery_id)
    with writing(store.engine) as session:
        silent = [DeliveryRecord.model_validate(dict(row)) for row in session.connection().execute(asked).mappings()]
        lost = partial(change, session, to=DeliveryState.UNKNOWN, at=at, by=SCHEDULE, told=LOST)
        return tuple(lost(was=each, reason=LOST, claimed_until=None) for each in silent)


def _claim(
    session: Session, worker: str, at: datetime, schedule: str | None, period: str | None
) -> DeliveryRecord | None:
    only = {name: value for name, value in (("its_schedule", schedule), ("its_period", period)) if value is not None}
    asked = _IN_TURN_OF[schedule is not None, period is not None]
    row = session.connection().execute(asked, {"now": instant(at), **only}).mappings().one_or_none()
    if row is None:
        return None
    was = DeliveryRecord.model_validate(dict(row))
    return change(
        session,
        was,
        DeliveryState.SENDING,
        at=at,
        by=worker,
        attempts=was.attempts + 1,
        next_try_at=None,
        claimed_by=worker,
        claimed_until=at + CLAIM_LASTS,
    )


def _give_back(session: Session, worker: str, at: datetime) -> None:
    """Lets what the worker holds and never began wait again, though it be called unknown by now.

    A worker has one delivery in hand, and says what became of it before this: whatever else is its own, it never saw.
    """
    own = HELD.select().where(HELD.c.state.in_(_OPEN), HELD.c.claimed_by == worker)
    for row in session.connection().execute(own).mappings().all():
        was = DeliveryRecord.model_validate(dict(row))
        waits = {**RESTING, "next_try_at": at, "attempts": max(was.attempts - 1, 0), "reason": ""}
        change(session, was, DeliveryState.PENDING, at=at, by=worker, told=UNHEARD, **waits)
