"""Who saw and changed what? A log that is only added to; each entry carries the hash of the one before.

What is changed is noted in the transaction that changes it, so that there is never one without the other.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from scoring.store.database import reading, writing
from scoring.store.people.records import AuditRecord, audit_record
from scoring.store.people.tables import AuditEntry, AuditHead
from scoring.store.records import instant
from scoring.store.sealing import sha256_of, table_of
from scoring.store.store import Store

SAW = "saw"
ONCE_IN = timedelta(hours=1)
"""Who looks at the same thing again within this time is noted once."""


def add_entry(
    session: Session,
    *,
    by: str,
    action: str,
    subject: str,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> AuditRecord:
    """The entry, once it is added behind the others, in the caller's transaction, which is one that writes."""
    last, before = head(session)
    made = AuditRecord(
        number=last + 1,
        at=instant(at),
        user_id=by,
        action=action,
        subject=subject,
        details=_json(details),
        before=before or "",
        sha256="0" * 64,
    )
    made = made.model_copy(update={"sha256": entry_sha256(made.model_dump())})
    session.add(AuditEntry(**made.model_dump()))
    if before is None:
        session.add(AuditHead(number=made.number, sha256=made.sha256))
    else:
        session.exec(update(AuditHead).values(number=made.number, sha256=made.sha256))
    return made


def note(
    store: Store, *, by: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Adds an entry in a transaction of its own, for what changes nothing: an export, say."""
    with writing(store.engine) as session:
        add_entry(session, by=by, action=action, subject=subject, at=at, details=details)


def note_seen(store: Store, *, by: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None) -> bool:
    """Whether an entry was added that the user saw the subject; within an hour the same is noted once."""
    same = (
        select(AuditEntry.at)
        .where(AuditEntry.user_id == by, AuditEntry.subject == subject)
        .where(AuditEntry.action == SAW, AuditEntry.details == _json(details))
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
        return [audit_record(row) for row in session.exec(asked)]


def entry_sha256(entry: Mapping[str, Any]) -> str:
    """The hash of an entry: of all it says, the hash of the entry before among it."""
    return sha256_of([{name: value for name, value in entry.items() if name != "sha256"}])


def broken(session: Session, known: str | None = None) -> Iterator[str]:
    """What is wrong with the audit log, entry by entry; `known` is the hash of one of them, as it was written down."""
    before, number, is_known = "", 0, known is None
    held = table_of(AuditEntry)
    for row in session.connection().execute(held.select().order_by(held.c.number)).mappings():
        number += 1
        if row["number"] != number:
            yield f"entry {number} of the audit log is missing"
            number = row["number"]
        elif row["before"] != before:
            yield f"entry {number} of the audit log does not follow the one before: one was changed or exchanged"
        if entry_sha256(dict(row)) != row["sha256"]:
            yield f"entry {number} of the audit log was changed"
        before, is_known = row["sha256"], is_known or row["sha256"].startswith(str(known).lower())
    if not is_known:
        yield f"the audit log has no entry {str(known)[:12]}"
    ends = [(row.number, row.sha256) for row in session.exec(select(AuditHead))]
    if ends != ([(number, before)] if number else []):
        yield "the audit log does not end where it should: entries at its end are missing or exchanged"


def head(session: Session) -> tuple[int, str | None]:
    """How many entries there are, and the hash of the last."""
    found = session.exec(select(AuditHead.number, AuditHead.sha256)).first()
    return found or (0, None)


def _json(details: Mapping[str, Any] | None) -> str:
    return json.dumps(details or {}, ensure_ascii=False, sort_keys=True, allow_nan=False)
