"""Is a run as it was stored, whether or not it is sealed? Each is entered in the audit log as it is stored."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError
from sqlmodel import Session, col, select

from scoring.store.log import COMMAND_LINE, add_entry
from scoring.store.records import Record, Sha256
from scoring.store.sealing import content_sha256
from scoring.store.tables import AuditEntry, Computation, Run

STORED = "stored run"
"""The action of such an entry."""


class Entry(Record):
    """What an entry says: the hash of every row of a run, and which computation it was, if it was computed."""

    run_id: str
    content_sha256: Sha256
    number: int | None = None
    computed_at: str | None = None


def enter(session: Session, run_id: str, at: datetime, made: Computation | None = None) -> None:
    """Adds an entry for the run as it is stored now, and the computation that was `made` of it if one was.

    With the first entry all that was stored before has its own: from then on the log tells of every run.
    """
    if is_told(session):
        _add(session, run_id, at, made)
        return
    computations = session.exec(select(Computation).order_by(col(Computation.number))).all()
    computed = {one.run_id for one in computations}
    for run in session.exec(select(Run.run_id).order_by(Run.created_at, Run.run_id)):
        if run not in computed:
            _add(session, run, at)
    for one in computations:
        _add(session, one.run_id, at, one)


def is_told(session: Session) -> bool:
    """Whether the audit log tells of runs; it does not before a bookscore that enters them stored one."""
    newest = select(AuditEntry.number).where(AuditEntry.action == STORED).order_by(col(AuditEntry.number).desc())
    return session.exec(newest.limit(1)).first() is not None


def broken(session: Session, content_of: Callable[[str], str]) -> Iterator[tuple[str | None, str]]:
    """What of runs is not as it was entered: the period, if it is known, and what is wrong.

    An entry that is none any more is left out, as the log itself tells that it was changed.
    """
    entries = _entries(session)
    contents = {each.run_id: each.content_sha256 for each in reversed(entries)}
    periods = {run.run_id: run.period for run in session.exec(select(Run).order_by(Run.run_id))}
    for run_id, content in contents.items():
        if run_id not in periods:
            yield None, f"run {run_id[:12]} is gone"
        elif content_of(run_id) != content:
            what = "a row of it, or the list of its frames, changed"
            yield periods[run_id], f"run {run_id[:12]} is not what was stored: {what}"
    for run_id in sorted(periods.keys() - contents.keys()):
        yield periods[run_id], f"run {run_id[:12]} was added: the audit log does not tell of it"
    told = [(each.number, each.run_id, each.computed_at) for each in entries if each.number is not None]
    held = session.exec(select(Computation).order_by(col(Computation.number)))
    if [(one.number, one.run_id, one.computed_at) for one in held] != told:
        yield None, "what was computed was changed, removed or put into another order: the audit log tells otherwise"


def _entries(session: Session) -> list[Entry]:
    """All entries of runs, the first first."""
    texts = select(AuditEntry.details).where(AuditEntry.action == STORED).order_by(col(AuditEntry.number))
    found = []
    for text in session.exec(texts):
        with suppress(ValidationError):
            found.append(Entry.model_validate_json(text))
    return found


def _add(session: Session, run_id: str, at: datetime, made: Computation | None = None) -> None:
    entry = Entry(
        run_id=run_id,
        content_sha256=content_sha256(session, run_id),
        number=made.number if made else None,
        computed_at=made.computed_at if made else None,
    )
    period = session.get_one(Run, run_id).period
    add_entry(session, by=COMMAND_LINE, action=STORED, subject=period, at=at, details=entry.model_dump())
