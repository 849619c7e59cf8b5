"""What was due, and who was to get it? An occasion is noted, waits for its data, and is prepared once, or skipped."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlmodel import Session

from scoring.store.database import reading, writing
from scoring.store.delivering.changing import HELD
from scoring.store.delivering.records import (
    DeliveryRecord,
    DeliveryState,
    Due,
    OccasionRecord,
    OccasionState,
    Planned,
    columns,
    delivery_id,
)
from scoring.store.delivering.tables import OccasionRow
from scoring.store.sealing import table_of
from scoring.store.store import Store

LATE_AFTER = timedelta(hours=1)
"""What is prepared this long after it was due says that it is late."""

OCCASIONS = table_of(OccasionRow)


def note_occasion(store: Store, due: Due, state: OccasionState, reason: str, *, at: datetime) -> OccasionRecord:
    """The occasion as it is now: waiting or skipped, for the reason given, unless it was prepared or skipped before.

    One that waits goes on waiting since it was first noted.
    """
    with writing(store.engine) as session:
        known = _read(session, due.schedule, due.period.name)
        if known is not None and known.state is not OccasionState.WAITING:
            return known
        return _keep(session, known, due, at, state=state, reason=reason)


def prepare(
    store: Store,
    due: Due,
    planned: Sequence[Planned],
    *,
    at: datetime,
    run_id: str | None = None,
    is_asked: bool = False,
) -> OccasionRecord | None:
    """The occasion with a delivery for each of those planned; None where it was prepared or skipped before.

    What it waited for stays its reason. Where a person asks for it, one that was skipped is prepared all the same, and
    those who are missing are added. A delivery that exists is never changed here.
    """
    with writing(store.engine) as session:
        known = _read(session, due.schedule, due.period.name)
        if known is not None and known.state is not OccasionState.WAITING and not is_asked:
            return None
        waited_for = known.reason if known is not None and known.state is not OccasionState.SKIPPED else ""
        made = _keep(session, known, due, at, state=OccasionState.PREPARED, reason=waited_for, run_id=run_id)
        held = set(session.connection().execute(_ids(made)).scalars().all())
        new = {each.delivery_id: columns(each) for each in (_delivery(made, plan, at) for plan in planned)}
        if rows := [row for key, row in new.items() if key not in held]:
            session.connection().execute(insert(HELD), rows)
        return made


def occasion(store: Store, schedule: str, period: str) -> OccasionRecord | None:
    """The occasion, if it was noted."""
    with reading(store.engine) as session:
        return _read(session, schedule, period)


def occasions(
    store: Store, *, schedule: str | None = None, states: Collection[OccasionState] = (), most: int = 200
) -> tuple[OccasionRecord, ...]:
    """The occasions that were noted, what was due last first; of one schedule, or in some states, if that is asked."""
    asked = OCCASIONS.select().order_by(OCCASIONS.c.due_at.desc(), OCCASIONS.c.schedule, OCCASIONS.c.period)
    if schedule is not None:
        asked = asked.where(OCCASIONS.c.schedule == schedule)
    if states:
        asked = asked.where(OCCASIONS.c.state.in_([state.value for state in states]))
    with reading(store.engine) as session:
        rows = session.connection().execute(asked.limit(most)).mappings()
        return tuple(OccasionRecord.model_validate(dict(row)) for row in rows)


def _read(session: Session, schedule: str, period: str) -> OccasionRecord | None:
    asked = OCCASIONS.select().where(OCCASIONS.c.schedule == schedule, OCCASIONS.c.period == period)
    row = session.connection().execute(asked).mappings().one_or_none()
    return None if row is None else OccasionRecord.model_validate(dict(row))


def _keep(
    session: Session,
    known: OccasionRecord | None,
    due: Due,
    at: datetime,
    *,
    state: OccasionState,
    reason: str = "",
    run_id: str | None = None,
) -> OccasionRecord:
    """The occasion as it is to be, once it is kept; what nothing has changed of is left alone."""
    made = OccasionRecord(
        schedule=due.schedule,
        period=due.period.name,
        due_at=known.due_at if known else due.due_at,
        state=state,
        reason=reason,
        run_id=known.run_id if known and known.run_id else run_id,
        noted_at=known.noted_at if known else at,
        changed_at=at,
    )
    if known is None:
        session.connection().execute(insert(OCCASIONS), columns(made))
        return made
    if (known.state, known.reason) == (made.state, made.reason):
        return known
    own = (OCCASIONS.c.schedule == made.schedule, OCCASIONS.c.period == made.period)
    expected = OCCASIONS.c.state == known.state.value
    session.connection().execute(update(OCCASIONS).where(*own, expected).values(**columns(made)))
    return made


def _ids(occasion: OccasionRecord) -> Select[Any]:
    """The ids of its deliveries."""
    own = (HELD.c.schedule == occasion.schedule, HELD.c.period == occasion.period)
    return select(HELD.c.delivery_id).where(*own)


def _delivery(occasion: OccasionRecord, planned: Planned, at: datetime) -> DeliveryRecord:
    """The delivery to one of those planned, to be sent at once, or skipped."""
    key = delivery_id(occasion.schedule, occasion.period, planned.channel, planned.recipient)
    return DeliveryRecord(
        delivery_id=key,
        schedule=occasion.schedule,
        period=occasion.period,
        **planned.model_dump(exclude={"domain", "is_skipped"}),
        state=DeliveryState.SKIPPED if planned.is_skipped else DeliveryState.PENDING,
        due_at=occasion.due_at,
        is_late=at - occasion.due_at > LATE_AFTER,
        attempts=0,
        next_try_at=None if planned.is_skipped else at,
        claimed_by=None,
        claimed_until=None,
        message_id=f"<{key}@{planned.domain}>",
        content_sha256=None,
        sent_at=None,
        made_at=at,
        changed_at=at,
    )
