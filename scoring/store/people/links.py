"""How does somebody get a password? By a link that works once, within three days; what is kept of it is a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from scoring.store.database import reading, writing
from scoring.store.log import COMMAND_LINE, add_entry
from scoring.store.people.records import UserRecord, user_record
from scoring.store.people.tables import OneTimeLink, UserRow
from scoring.store.people.users import enabled_row, end_all
from scoring.store.records import instant
from scoring.store.store import Store

LINK_LASTS = timedelta(hours=72)


def new_token() -> str:
    """A secret of 256 bit, as text for addresses and cookies."""
    return secrets.token_urlsafe(32)


def token_sha256(token: str) -> str:
    """What is kept of a secret. It is random, so that one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make_link(store: Store, email: str, *, at: datetime, by: str = COMMAND_LINE) -> str:
    """The secret of a link for the user; any earlier link of theirs is void. The password stays until it is used.

    Raises UnknownUserError and DisabledUserError.
    """
    token = new_token()
    with writing(store.engine) as session:
        row = enabled_row(session, email)
        session.exec(delete(OneTimeLink).where(col(OneTimeLink.user_id) == row.user_id))
        expires_at = instant(at + LINK_LASTS)
        session.add(OneTimeLink(token_sha256=token_sha256(token), user_id=row.user_id, expires_at=expires_at))
        add_entry(session, by=by, action="made link", subject=row.email, at=at, details={"expires_at": expires_at})
    return token


def link_owner(store: Store, token: str, *, at: datetime) -> UserRecord | None:
    """Whose link this is; None where it was used, is too old, or never was one. Looking does not use it."""
    with reading(store.engine) as session:
        row = _owner(session, token, at)
        return None if row is None else user_record(row)


def use_link(store: Store, token: str, *, password_hash: str, at: datetime) -> UserRecord | None:
    """The user whose password was set by the link, which is void now; None where it was before.

    Whoever was signed in as this user is signed out.
    """
    with writing(store.engine) as session:
        row = _owner(session, token, at)
        if row is None:
            return None
        row.password_hash = password_hash
        session.add(row)
        session.exec(delete(OneTimeLink).where(col(OneTimeLink.user_id) == row.user_id))
        end_all(session, row.user_id)
        add_entry(session, by=row.user_id, action="set password", subject=row.email, at=at)
        return user_record(row)


def _owner(session: Session, token: str, at: datetime) -> UserRow | None:
    link = session.get(OneTimeLink, token_sha256(token))
    if link is None or link.expires_at <= instant(at):
        return None
    row = session.get(UserRow, link.user_id)
    return row if row is not None and row.disabled_at is None else None
