"""How does a delivery change its state? Only from what it was when it was read, with a row that says so beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from scoring.store.delivering.records import AttemptRecord, DeliveryRecord, DeliveryState, columns
from scoring.store.delivering.refusals import ChangedMeanwhileError, UnknownDeliveryError
from scoring.store.delivering.tables import AttemptRow, DeliveryRow
from scoring.store.sealing import table_of

HELD = table_of(DeliveryRow)
TRIED = table_of(AttemptRow)

RESTING: dict[str, Any] = {"next_try_at": None, "claimed_by": None, "claimed_until": None}
"""What a delivery holds that nobody sends, and nobody is going to."""

_BY_ID = HELD.select().where(HELD.c.delivery_id == bindparam("its_id"))
_AS_IT_WAS = update(HELD).where(
    HELD.c.delivery_id == bindparam("its_id"),
    HELD.c.state == bindparam("was_state"),
    HELD.c.claimed_by.is_not_distinct_from(bindparam("was_claimed_by")),
)
_ATTEMPT = insert(TRIED)
# built once, as they are asked for each delivery

_FIXED = {"delivery_id", "schedule", "period", "channel", "recipient", "name", "due_at", "is_late",
          "message_id", "made_at"}  # fmt: skip
"""What never changes of a delivery."""


def change(
    session: Session, was: DeliveryRecord, to: DeliveryState, *, at: datetime, by: str, told: str = "", **values: Any
) -> DeliveryRecord:
    """The delivery in its new state, noted as an attempt, in the caller's transaction, in which it was read.

    Raises ChangedMeanwhileError where it is in another state than it was, or somebody else's.
    """
    made = DeliveryRecord.model_validate({**dict(was), **values, "state": to, "changed_at": at})
    told_apart = {"its_id": was.delivery_id, "was_state": was.state.value, "was_claimed_by": was.claimed_by}
    done = session.connection().execute(_AS_IT_WAS, {**columns(made, but=_FIXED), **told_apart})
    if done.rowcount != 1:
        raise ChangedMeanwhileError(was.delivery_id)
    note(session, was.delivery_id, to, at=at, by=by, told=told)
    return made


def note(session: Session, delivery_id: str, state: DeliveryState, *, at: datetime, by: str, told: str = "") -> None:
    """Adds an attempt behind all others."""
    made = AttemptRecord(number=1, delivery_id=delivery_id, at=at, state=state, told=told, by=by)
    session.connection().execute(_ATTEMPT, columns(made, but={"number"}))


def read(session: Session, delivery_id: str) -> DeliveryRecord | None:
    """The delivery of this very id."""
    row = session.connection().execute(_BY_ID, {"its_id": delivery_id}).mappings().one_or_none()
    return None if row is None else DeliveryRecord.model_validate(dict(row))


def read_known(session: Session, delivery_id: str) -> DeliveryRecord:
    """The delivery of this very id. Raises UnknownDeliveryError."""
    found = read(session, delivery_id)
    if found is None:
        raise UnknownDeliveryError(delivery_id)
    return found
