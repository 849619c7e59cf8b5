"""What becomes of a delivery when its worker says how it went? Who comes too late changes nothing, and is heard."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlmodel import Session

from scoring.store.delivering.backoff import bounded, wait_after
from scoring.store.delivering.changing import RESTING, TRIED, change, note, read
from scoring.store.delivering.records import DeliveryRecord, DeliveryState, End, Ended

STATES = {
    End.SENT: DeliveryState.SENT,
    End.LATER: DeliveryState.FAILED,
    End.REFUSED: DeliveryState.FAILED,
    End.UNKNOWN: DeliveryState.UNKNOWN,
    End.SKIPPED: DeliveryState.SKIPPED,
    End.UNTRIED: DeliveryState.PENDING,
}

TOO_LATE = "told too late to change anything"

_OPEN = (DeliveryState.SENDING, DeliveryState.UNKNOWN)
"""The states in which who claimed a delivery may say what became of it."""


def end(session: Session, delivery_id: str, worker: str, ended: Ended, at: datetime) -> DeliveryRecord | None:
    """The delivery as the worker left it, in the caller's transaction; None where a person had decided before.

    What is told twice, as an answer of the database was lost, is told once. What arrived is not sent again, though a
    person asked for that meanwhile, unless somebody else has begun.
    """
    row = read(session, delivery_id)
    if row is None or not (_is_own(row, worker) or _has_arrived(session, row, worker, ended)):
        return _too_late(session, delivery_id, row, worker, ended, at)
    said = {name: value for name in ("run_id", "as_of", "content_sha256", "address") if (value := getattr(ended, name))}
    values = {**RESTING, "reason": ended.told, **said, **_waiting(row, ended, at)}
    return change(session, row, STATES[ended.end], at=at, by=worker, told=values["reason"] or ended.told, **values)


def _is_own(row: DeliveryRecord, worker: str) -> bool:
    return row.claimed_by == worker and row.state in _OPEN


def _has_arrived(session: Session, row: DeliveryRecord, worker: str, ended: Ended) -> bool:
    """Whether the worker had claimed what waits to be sent again, and sent it."""
    if row.state is not DeliveryState.PENDING or ended.end is not End.SENT:
        return False
    own = (TRIED.c.delivery_id == row.delivery_id, TRIED.c.by == worker, TRIED.c.state == DeliveryState.SENDING.value)
    return bool(session.connection().execute(select(exists().where(*own))).scalar_one())


def _waiting(row: DeliveryRecord, ended: Ended, at: datetime) -> dict[str, Any]:
    """What else is true of it: when it arrived, or when it is tried again."""
    if ended.end is End.SENT:
        return {"sent_at": at, "reason": ""}
    if ended.end is End.UNTRIED:
        return {"next_try_at": at + bounded(ended.wait), "attempts": max(row.attempts - 1, 0)}
    if ended.end is End.LATER:
        wait = wait_after(row.attempts, ended.wait)
        if wait is None:
            return {"reason": f"given up after {row.attempts} tries: {ended.told}"}
        return {"next_try_at": at + wait}
    return {}


def _too_late(
    session: Session, delivery_id: str, row: DeliveryRecord | None, worker: str, ended: Ended, at: datetime
) -> DeliveryRecord | None:
    """Keeps what the worker says as an attempt, unless the last attempt is that already."""
    state = STATES[ended.end]
    newest = TRIED.select().where(TRIED.c.delivery_id == delivery_id).order_by(TRIED.c.number.desc()).limit(1)
    last = session.connection().execute(newest).mappings().one_or_none()
    if last is not None and (last["by"], last["state"]) == (worker, state):
        return row if row is not None and row.state is state else None
    note(session, delivery_id, state, at=at, by=worker, told=f"{TOO_LATE}: {ended.told}".removesuffix(": "))
    return None
