"""Who saw and changed what? A log that is only added to; each entry carries the hash of the one before.

What is changed is noted in the transaction that changes it, so that there is never one without the other.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from scoring.store.chains import end_of, end_with, ends_with
from scoring.store.records import AuditRecord, instant, link_sha256
from scoring.store.sealing import table_of
from scoring.store.tables import AuditEntry, AuditHead

COMMAND_LINE = ""
"""Who did it where nobody was signed in: whoever may write to the database."""


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
    last, before = end_of(session, AuditHead)
    made = AuditRecord(
        number=last + 1,
        at=instant(at),
        user_id=by,
        action=action,
        subject=subject,
        details=json_of(details),
        before=before or "",
    ).closed()
    session.add(AuditEntry(**made.model_dump()))
    end_with(session, AuditHead, made.number, made.sha256)
    return made


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
        if link_sha256(dict(row)) != row["sha256"]:
            yield f"entry {number} of the audit log was changed"
        before, is_known = row["sha256"], is_known or row["sha256"].startswith(str(known).lower())
    if not is_known:
        yield f"the audit log has no entry {str(known)[:12]}"
    if not ends_with(session, AuditHead, number, before):
        yield "the audit log does not end where it should: entries at its end are missing or exchanged"


def json_of(details: Mapping[str, Any] | None) -> str:
    """The details as they stand in an entry."""
    return json.dumps(details or {}, ensure_ascii=False, sort_keys=True, allow_nan=False)
