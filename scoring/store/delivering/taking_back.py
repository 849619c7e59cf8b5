"""What of it holds when the clock was put back? What was decided after now, by a clock that ran ahead, does not.

What was sent stays sent, and what may have been sent waits for a person as before: nothing goes out twice.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session

from scoring.store.database import writing
from scoring.store.delivering.changing import HELD, TRIED, note
from scoring.store.delivering.claiming import CLAIM_LASTS
from scoring.store.delivering.occasions import OCCASIONS
from scoring.store.delivering.records import SCHEDULE, DeliveryRecord, DeliveryState, OccasionRecord, OccasionState
from scoring.store.delivering.ticking import put_back
from scoring.store.records import instant
from scoring.store.store import Store

TAKEN_BACK = "taken back: the clock was put back to before it was due"
AHEAD = timedelta(minutes=1)
"""Who waits for the lock has an old now, and clocks of machines differ: only what is further ahead was decided so."""
DECIDED_AHEAD = "the clock ran ahead when it was skipped; it is looked at again"

_BEGUN = tuple(state.value for state in (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN))


def took_back(store: Store, *, now: datetime) -> tuple[OccasionRecord, ...]:
    """The occasions that are gone, as they are due after now and nothing of them went out; none if the clock is well.

    What was skipped after now is looked at again; waits and claims that began after now last as long from now.
    """
    with writing(store.engine) as session:
        put_back(session, now)
        gone = tuple(each for each in _ahead(session, now) if each.due_at > now and _take_back(session, each, now))
        for each in _ahead(session, now):
            _look_again(session, each, now)
        _wait_from(session, now)
        _claim_from(session, now)
        return gone


def _ahead(session: Session, now: datetime) -> tuple[OccasionRecord, ...]:
    """The occasions of which something was decided after now, what is due first first."""
    asked = OCCASIONS.select().where(OCCASIONS.c.changed_at > instant(now + AHEAD))
    rows = session.connection().execute(asked.order_by(OCCASIONS.c.due_at, OCCASIONS.c.schedule)).mappings().all()
    return tuple(OccasionRecord.model_validate(dict(row)) for row in rows)


def _take_back(session: Session, occasion: OccasionRecord, now: datetime) -> bool:
    """Whether the occasion was removed with its deliveries, as none of them was begun. Their attempts stay."""
    own = (HELD.c.schedule == occasion.schedule, HELD.c.period == occasion.period)
    is_begun, begun = HELD.c.state.in_(_BEGUN), TRIED.c.state.in_(_BEGUN[1:])
    heard = exists().where(TRIED.c.delivery_id == HELD.c.delivery_id, begun)  # of what a person settled, say
    connection = session.connection()
    if connection.execute(select(exists().where(*own, is_begun | heard))).scalar_one():
        return False
    removed = connection.execute(delete(HELD).where(*own).returning(HELD.c.delivery_id)).scalars().all()
    for delivery_id in removed:
        note(session, delivery_id, DeliveryState.SKIPPED, at=now, by=SCHEDULE, told=TAKEN_BACK)
    key = (OCCASIONS.c.schedule == occasion.schedule, OCCASIONS.c.period == occasion.period)
    connection.execute(delete(OCCASIONS).where(*key))
    return True


def _look_again(session: Session, occasion: OccasionRecord, now: datetime) -> None:
    """Lets an occasion that was skipped after now wait, and none wait since after now."""
    values = {"changed_at": instant(now), "noted_at": instant(min(occasion.noted_at, now))}
    if occasion.state is OccasionState.SKIPPED:
        values |= {"state": OccasionState.WAITING.value, "reason": DECIDED_AHEAD}
    key = (OCCASIONS.c.schedule == occasion.schedule, OCCASIONS.c.period == occasion.period)
    session.connection().execute(update(OCCASIONS).where(*key).values(**values))


def _wait_from(session: Session, now: datetime) -> None:
    """Lets what waits since after now wait as long from now."""
    ahead = HELD.select().where(HELD.c.next_try_at.is_not(None), HELD.c.changed_at > instant(now))
    for row in session.connection().execute(ahead).mappings().all():
        waits = DeliveryRecord.model_validate(dict(row))
        wait = (waits.next_try_at or waits.changed_at) - waits.changed_at
        values = {"next_try_at": instant(now + wait), "changed_at": instant(now)}
        session.connection().execute(update(HELD).where(HELD.c.delivery_id == waits.delivery_id).values(**values))


def _claim_from(session: Session, now: datetime) -> None:
    """Lets no claim last longer than one that is made now."""
    longest = instant(now + CLAIM_LASTS)
    lasting = (HELD.c.state == DeliveryState.SENDING.value, HELD.c.claimed_until > longest)
    session.connection().execute(update(HELD).where(*lasting).values(claimed_until=longest))
