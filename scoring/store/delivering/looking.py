"""What became of the deliveries? Lists, one by the beginning of its id, its history, and counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, bindparam, collate, false, func, or_, select
from sqlmodel import Session

from scoring.store.database import reading
from scoring.store.delivering.changing import HELD, TRIED
from scoring.store.delivering.ending import TOO_LATE
from scoring.store.delivering.records import AttemptRecord, DeliveryRecord, DeliveryState, Tally
from scoring.store.delivering.refusals import AmbiguousDeliveryError, UnknownDeliveryError
from scoring.store.delivering.standing import PARKED
from scoring.store.records import instant
from scoring.store.store import Store

_GOT = (
    select(HELD.c.delivery_id, HELD.c.made_at, HELD.c.run_id)
    .where(
        *(HELD.c[name] == bindparam(f"its_{name}") for name in ("schedule", "channel", "recipient")),
        HELD.c.state == DeliveryState.SENT.value,
        HELD.c.due_at < bindparam("its_due_at"),
    )
    .order_by(HELD.c.due_at.desc(), HELD.c.delivery_id)
)
_TAKEN = select(func.max(TRIED.c.at)).where(
    TRIED.c.delivery_id == bindparam("its_id"), TRIED.c.state == DeliveryState.SENDING.value
)
_LAST_THEN = (
    select(func.max(TRIED.c.number))
    .where(
        TRIED.c.delivery_id.in_(select(TRIED.c.delivery_id).where(TRIED.c.state == DeliveryState.UNKNOWN.value)),
        TRIED.c.at <= bindparam("its_at"),
        ~TRIED.c.told.startswith(TOO_LATE),
    )
    .group_by(TRIED.c.delivery_id)
)
_UNKNOWN_THEN = select(func.count()).where(TRIED.c.number.in_(_LAST_THEN), TRIED.c.state == DeliveryState.UNKNOWN.value)
# built once, as they are asked for each delivery
_NEVER = "\0"
"""A letter that PostgreSQL cannot be asked for; nothing that is kept holds it."""


def delivery(store: Store, word: str) -> DeliveryRecord:
    """The delivery whose id begins like this. Raises UnknownDeliveryError and AmbiguousDeliveryError."""
    asked = HELD.select().where(HELD.c.delivery_id.startswith(word, autoescape=True)).order_by(HELD.c.delivery_id)
    with reading(store.engine) as session:
        is_one = word and _NEVER not in word
        found = [dict(row) for row in session.connection().execute(asked.limit(2)).mappings()] if is_one else []
    if not found:
        raise UnknownDeliveryError(word)
    if len(found) > 1:
        raise AmbiguousDeliveryError(word, [row["delivery_id"] for row in found])
    return DeliveryRecord.model_validate(found[0])


class Asked(TypedDict, total=False):
    """Which deliveries are asked for: those of which all is true that is said here; None says nothing."""

    schedule: str | None
    period: str | None
    channel: str | None
    recipient: str | None


def deliveries(
    store: Store, *, states: Collection[str] = (), most: int = 200, skip: int = 0, **asked: Unpack[Asked]
) -> tuple[DeliveryRecord, ...]:
    """The deliveries that are asked for, what was due last first, within an occasion by name.

    States are called as in a tally: `failed` are those that are tried again, `parked` those that are not.
    """
    found = (
        HELD.select()
        .where(*_are(asked))
        .order_by(
            HELD.c.due_at.desc(), *(_by_letter(store, HELD.c[name]) for name in ("schedule", "name", "delivery_id"))
        )
    )
    if states:
        found = found.where(or_(*(_is(str(state)) for state in states)))
    with reading(store.engine) as session:
        rows = session.connection().execute(found.limit(most).offset(skip)).mappings()
        return tuple(DeliveryRecord.model_validate(dict(row)) for row in rows)


@dataclass(frozen=True, slots=True)
class Said:
    """What a recipient was told before: of which runs, the last one first, and when the last of it was written."""

    run_ids: tuple[str, ...] = ()
    last_at: datetime | None = None


def said_before(store: Store, schedule: str, channel: str, recipient: str, before: datetime) -> Said:
    """What the recipient got by the schedule and channel of what was due before."""
    whose = {
        "its_schedule": schedule,
        "its_channel": channel,
        "its_recipient": recipient,
        "its_due_at": instant(before),
    }
    with reading(store.engine) as session:
        rows = session.connection().execute(_GOT, whose).all()
        if not rows:
            return Said()
        taken = _taken_at(session, rows[0].delivery_id)
    run_ids = tuple(row.run_id for row in rows if row.run_id is not None)
    return Said(run_ids, taken or datetime.fromisoformat(rows[0].made_at))


def taken_at(store: Store, delivery_id: str) -> datetime | None:
    """When what a delivery says was written: when the last worker took it, at the earliest; None where none did."""
    with reading(store.engine) as session:
        return _taken_at(session, delivery_id)


def unknown_at(store: Store, at: datetime) -> int:
    """Of how many deliveries nobody knew at that instant whether they had arrived."""
    with reading(store.engine) as session:
        found: int = session.connection().execute(_UNKNOWN_THEN, {"its_at": instant(at)}).scalar_one()
    return found


def attempts(store: Store, delivery_id: str) -> tuple[AttemptRecord, ...]:
    """What happened to the delivery since it was made, the first first."""
    asked = TRIED.select().where(TRIED.c.delivery_id == delivery_id).order_by(TRIED.c.number)
    with reading(store.engine) as session:
        return tuple(AttemptRecord.model_validate(dict(row)) for row in session.connection().execute(asked).mappings())


def tally(store: Store, *, schedule: str | None = None, period: str | None = None) -> Tally:
    """How many deliveries are in which state: all, those of a schedule, or those of one occasion."""
    found = tallies(store, schedule=schedule, period=period).values()
    return Tally(**{name: sum(getattr(each, name) for each in found) for name in Tally.model_fields})


def tallies(store: Store, *, schedule: str | None = None, period: str | None = None) -> dict[tuple[str, str], Tally]:
    """Schedule and period to how many of its deliveries are in which state."""
    is_tried = HELD.c.next_try_at.is_not(None)
    by = (HELD.c.schedule, HELD.c.period, HELD.c.state)
    those = _are({"schedule": schedule, "period": period})
    asked = select(*by, is_tried, func.count()).where(*those).group_by(*by, is_tried)
    counted: dict[tuple[str, str], dict[str, int]] = {}
    with reading(store.engine) as session:
        for its_schedule, its_period, state, will_be_tried, count in session.connection().execute(asked):
            is_parked = state == DeliveryState.FAILED and not will_be_tried
            counted.setdefault((its_schedule, its_period), {})[PARKED if is_parked else state] = count
    return {key: Tally(**counts) for key, counts in counted.items()}


def _taken_at(session: Session, delivery_id: str) -> datetime | None:
    at = session.connection().execute(_TAKEN, {"its_id": delivery_id}).scalar_one()
    return None if at is None else datetime.fromisoformat(at)


def _by_letter(store: Store, column: ColumnElement[str]) -> ColumnElement[str]:
    """The column in the order of its letters' numbers, which is the same in every database, whatever its language."""
    return collate(column, "C" if store.engine.dialect.name == "postgresql" else "BINARY")


def _is(state: str) -> ColumnElement[bool]:
    """Whether it is in that state of a tally."""
    if state in (PARKED, DeliveryState.FAILED):
        will_be_tried = HELD.c.next_try_at.is_not(None)
        return (HELD.c.state == DeliveryState.FAILED.value) & (will_be_tried if state != PARKED else ~will_be_tried)
    return HELD.c.state == state


def _are(asked: Asked) -> list[ColumnElement[bool]]:
    given = ((HELD.c[name], str(value)) for name, value in asked.items() if value is not None)
    return [false() if _NEVER in value else column == value for column, value in given]
