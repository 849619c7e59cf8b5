"""What may a person decide of a delivery? That it is sent again, or what became of one of which nobody knows."""

from datetime import datetime

from sqlmodel import Session

from scoring.store.database import writing
from scoring.store.delivering.changing import RESTING, change, read_known
from scoring.store.delivering.records import DeliveryRecord, DeliveryState
from scoring.store.delivering.refusals import NotRetryableError, NotSettleableError
from scoring.store.delivering.standing import STANDS, standing
from scoring.store.log import add_entry
from scoring.store.store import Store

AGAIN = "to be sent again"
"""What is told beside a delivery that a person wants sent again."""

RETRYABLE = (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNKNOWN)


def retry(store: Store, delivery_id: str, *, at: datetime, by: str) -> DeliveryRecord:
    """The delivery, to be sent again at once. Whoever sent one of which nobody knows may only say that it arrived.

    Raises UnknownDeliveryError, and NotRetryableError where it was sent, or is going to be.
    """
    with writing(store.engine) as session:
        known = read_known(session, delivery_id)
        if known.state not in RETRYABLE:
            raise NotRetryableError(delivery_id, known.name or known.recipient, known.state)
        _note(session, known, "retried delivery", at, by)
        values = {**RESTING, "next_try_at": at, "attempts": 0, "reason": ""}
        return change(session, known, DeliveryState.PENDING, at=at, by=by, told=AGAIN, **values)


def settle(
    store: Store, delivery_id: str, *, at: datetime, by: str, told: str = "", has_arrived: bool = True
) -> DeliveryRecord:
    """The delivery of which nobody knew, as a person says that it arrived, or did not and need not any more.

    Raises UnknownDeliveryError, and NotSettleableError where it is known what became of it.
    """
    reason = "" if has_arrived else f"somebody says that it did not arrive: {told}".removesuffix(": ")
    with writing(store.engine) as session:
        known = read_known(session, delivery_id)
        if known.state is not DeliveryState.UNKNOWN:
            raise NotSettleableError(delivery_id, known.name or known.recipient, STANDS[standing(known)])
        _note(session, known, "settled delivery", at, by, told=told, has_arrived=has_arrived)
        return change(
            session,
            known,
            DeliveryState.SENT if has_arrived else DeliveryState.FAILED,
            at=at,
            by=by,
            told=reason or f"somebody says that it arrived: {told}".removesuffix(": "),
            **RESTING,
            reason=reason,
            sent_at=at if has_arrived else None,
        )


def _note(session: Session, was: DeliveryRecord, action: str, at: datetime, by: str, **more: object) -> None:
    """Adds an entry of the audit log."""
    subject = f"{was.schedule} {was.period} {was.recipient}"
    details = {
        "delivery": was.delivery_id,
        "channel": was.channel,
        "was": was.state.value,
        "reason": was.reason,
        **more,
    }
    add_entry(session, by=by, action=action, subject=subject, at=at, details=details)
