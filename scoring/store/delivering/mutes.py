"""Who does not want a digest? A user mutes a schedule, by a page or by the link in the digest itself.

The link holds who and what in the open, and a code that only this store can make; it opens nothing else.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlmodel import Session, select

from scoring.store.database import reading, writing
from scoring.store.delivering.records import MuteRecord, columns
from scoring.store.delivering.refusals import NoSuchUserError
from scoring.store.delivering.tables import MuteRow, UnsubscribeKey
from scoring.store.log import add_entry
from scoring.store.people.tables import UserRow
from scoring.store.store import Store


def muted(store: Store) -> frozenset[tuple[str, str]]:
    """Users and the schedules they do not want."""
    with reading(store.engine) as session:
        return frozenset(session.exec(select(MuteRow.user_id, MuteRow.schedule)).all())


def mutes(store: Store, user_id: str) -> tuple[MuteRecord, ...]:
    """What the user does not want, by the name of the schedule."""
    asked = select(MuteRow).where(MuteRow.user_id == user_id)
    with reading(store.engine) as session:
        found = (MuteRecord.model_validate(row.model_dump()) for row in session.exec(asked))
        return tuple(sorted(found, key=lambda mute: mute.schedule))


def mute(store: Store, user_id: str, schedule: str, *, at: datetime, by: str) -> bool:
    """Whether the user wanted the schedule until now. Raises NoSuchUserError."""
    return _mute(store, user_id, schedule, at, by, "page")


def unmute(store: Store, user_id: str, schedule: str, *, at: datetime, by: str) -> bool:
    """Whether the user had muted the schedule until now. Raises NoSuchUserError."""
    with writing(store.engine) as session:
        user, row = _user(session, user_id), session.get(MuteRow, (user_id, schedule))
        if row is None:
            return False
        session.delete(row)
        add_entry(session, by=by, action="unmuted schedule", subject=schedule, at=at, details={"user": user.email})
        return True


def unsubscribe_tokens(store: Store) -> Callable[[str, str], str]:
    """What gives, of a user and a schedule, what the link holds that mutes it: the same for as long as the store lasts.

    It says nothing of anybody's rights, and lets nobody in.
    """
    return partial(_token, _key(store))


def token_owner(store: Store, token: str) -> tuple[str, str] | None:
    """The user and the schedule that the link is of, None where it is not one of ours. Looking changes nothing."""
    if not token.isascii():
        return None
    try:
        user_id, schedule = base64.urlsafe_b64decode(_padded(token.partition(".")[0])).decode().split("\n")
    except (binascii.Error, ValueError):
        return None
    is_ours = hmac.compare_digest(_token(_key(store), user_id, schedule), token)
    return (user_id, schedule) if is_ours else None


def mute_by_token(store: Store, token: str, *, at: datetime) -> tuple[str, str] | None:
    """The user and the schedule, which is muted now, whether or not it was before; None for a link that is not ours."""
    found = token_owner(store, token)
    if found is not None:
        _mute(store, *found, at, found[0], "link")
    return found


def _mute(store: Store, user_id: str, schedule: str, at: datetime, by: str, way: str) -> bool:
    with writing(store.engine) as session:
        user = _user(session, user_id)
        if session.get(MuteRow, (user_id, schedule)) is not None:
            return False
        made = MuteRecord(user_id=user_id, schedule=schedule, muted_at=at, muted_by=by)
        session.add(MuteRow(**columns(made)))
        details = {"user": user.email, "way": way}
        add_entry(session, by=by, action="muted schedule", subject=schedule, at=at, details=details)
        return True


def _user(session: Session, user_id: str) -> UserRow:
    found = session.get(UserRow, user_id)
    if found is None:
        raise NoSuchUserError(user_id)
    return found


def _key(store: Store) -> bytes:
    """What links are made with: random, and as old as the table it is in."""
    with reading(store.engine) as session:
        return bytes.fromhex(session.exec(select(UnsubscribeKey.key)).one())


def _token(key: bytes, user_id: str, schedule: str) -> str:
    said = f"{user_id}\n{schedule}".encode()
    return ".".join(_plain(part) for part in (said, hmac.digest(key, said, "sha256")))


def _plain(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
