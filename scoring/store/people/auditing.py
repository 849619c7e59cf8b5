"""Who saw what? Entries of the audit log for what changes nothing, and the last ones to read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from scoring.store.database import reading, writing
from scoring.store.log import add_entry, json_of
from scoring.store.records import AuditRecord, instant
from scoring.store.store import Store
from scoring.store.tables import AuditEntry

SAW = "saw"
ONCE_IN = timedelta(hours=1)
"""Who looks at the same thing again within this time is noted once."""


def note(
    store: Store, *, by: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Adds an entry in a transaction of its own, for what changes nothing: a file that is taken, say."""
    with writing(store.engine) as session:
        add_entry(session, by=by, action=action, subject=subject, at=at, details=details)


def note_seen(store: Store, *, by: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None) -> bool:
    """Whether an entry was added that the user saw the subject; within an hour the same is noted once."""
    same = (
        select(AuditEntry.at)
        .where(AuditEntry.user_id == by, AuditEntry.subject == subject)
        .where(AuditEntry.action == SAW, AuditEntry.details == json_of(details))
        .order_by(col(AuditEntry.number).desc())
    )
    with reading(store.engine) as session:
        last = session.exec(same).first()
    if last is not None and instant(at - ONCE_IN) < last <= instant(at):
        return False
    note(store, by=by, action=SAW, subject=subject, at=at, details=details)
    return True


def entries(store: Store, *, by: str | None = None, most: int = 200, below: int | None = None) -> list[AuditRecord]:
    """The last entries, of one user or of all, the newest first; `below` a number for those before it."""
    asked = select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(most)
    if by is not None:
        asked = asked.where(AuditEntry.user_id == by)
    if below is not None:
        asked = asked.where(AuditEntry.number < below)
    with reading(store.engine) as session:
        return [AuditRecord.model_validate(row.model_dump()) for row in session.exec(asked)]
