"""Who is signed in? A row for each browser; without the row its cookie is worth nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from scoring.store.database import reading, writing
from scoring.store.log import add_entry
from scoring.store.people.links import new_token, token_sha256
from scoring.store.people.records import UserRecord, user_record
from scoring.store.people.tables import SessionRow, UserRow
from scoring.store.records import instant
from scoring.store.store import Store

_SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when somebody was last there, so that not every page writes."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a session lasts: without being used, and at all."""

    idle: timedelta = timedelta(hours=2)
    at_most: timedelta = timedelta(hours=12)


def begin(store: Store, user_id: str, *, way: str, at: datetime, replaces: str | None = None) -> str | None:
    """The secret of a new session; None where the user may not sign in. The session it `replaces` ends."""
    token = new_token()
    with writing(store.engine) as session:
        row = session.get(UserRow, user_id)
        if row is None or row.disabled_at is not None:
            return None
        if replaces is not None:
            session.exec(delete(SessionRow).where(col(SessionRow.token_sha256) == token_sha256(replaces)))
        now = instant(at)
        session.add(SessionRow(token_sha256=token_sha256(token), user_id=user_id, way=way, started_at=now, seen_at=now))
        add_entry(session, by=user_id, action="signed in", subject=row.email, at=at, details={"way": way})
    return token


def whose(store: Store, token: str, *, at: datetime, lasting: Lasting) -> UserRecord | None:
    """Who is signed in with this secret, if anybody is; that they were here is kept."""
    with reading(store.engine) as session:
        found = _alive(session, token, at, lasting)
        if found is None:
            return None
        row, user = found
        is_stale = row.seen_at <= instant(at - _SEEN_EVERY)
        record = user_record(user)
    if is_stale:
        _keep_seen(store, token, at, lasting)
    return record


def end(store: Store, token: str, *, at: datetime) -> None:
    """Ends the session of this secret, if there is one."""
    with writing(store.engine) as session:
        row = session.get(SessionRow, token_sha256(token))
        if row is not None:
            session.delete(row)
            user = session.get_one(UserRow, row.user_id)
            add_entry(session, by=user.user_id, action="signed out", subject=user.email, at=at)


def _alive(session: Session, token: str, at: datetime, lasting: Lasting) -> tuple[SessionRow, UserRow] | None:
    """The session and its user, where neither time is over and the user may be here.

    One that a clock kept which ran ahead by more than that is over, too: it would last until that time comes.
    """
    asked = (
        select(SessionRow, UserRow)
        .join(UserRow, col(UserRow.user_id) == col(SessionRow.user_id))
        .where(SessionRow.token_sha256 == token_sha256(token), col(UserRow.disabled_at).is_(None))
        .where(SessionRow.started_at > instant(at - lasting.at_most), SessionRow.seen_at > instant(at - lasting.idle))
        .where(SessionRow.seen_at <= instant(at + lasting.idle))
    )
    return session.exec(asked).first()


def _keep_seen(store: Store, token: str, at: datetime, lasting: Lasting) -> None:
    """Notes that the session was used, and forgets those that are over."""
    with writing(store.engine) as session:
        seen_at = col(SessionRow.seen_at)
        is_idle = (seen_at <= instant(at - lasting.idle)) | (seen_at > instant(at + lasting.idle))
        is_over = is_idle | (col(SessionRow.started_at) <= instant(at - lasting.at_most))
        session.exec(delete(SessionRow).where(is_over))
        row = session.get(SessionRow, token_sha256(token))
        if row is not None:
            row.seen_at = max(row.seen_at, instant(at))
            session.add(row)
