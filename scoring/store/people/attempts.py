"""How often may somebody try to sign in? Failures are counted in the database, so that all workers share the count."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from scoring.store.database import writing
from scoring.store.people.tables import SignInAttempt
from scoring.store.records import instant
from scoring.store.store import Store

WITHIN = timedelta(minutes=15)
"""How long an attempt counts."""


def attempt(store: Store, limits: Mapping[str, int], *, at: datetime) -> timedelta | None:
    """None where the attempt is within the limit of each key, and counted; else how long to wait.

    It is counted before it is known whether it succeeds, so that many at once are not more than one after another.
    An attempt that was refused does not count, nor does one that was made by a clock that ran ahead.
    """
    now, since, ahead = instant(at), instant(at - WITHIN), instant(at + WITHIN)
    with writing(store.engine) as session:
        session.exec(delete(SignInAttempt).where((col(SignInAttempt.at) <= since) | (col(SignInAttempt.at) > ahead)))
        waits = [_until(session, key, limit) for key, limit in limits.items()]
        if any(waits):
            return max(datetime.fromisoformat(until) for until in waits if until) + WITHIN - at
        session.add_all(SignInAttempt(key=_key(key), at=now) for key in limits)
    return None


def succeeded(store: Store, *, account: str, address: str, way: str | None = None) -> None:
    """Takes the attempt back from all keys, and all that failed before it from the account.

    `way` is the key under which it was counted that the way to another server began.
    """
    with writing(store.engine) as session:
        session.exec(delete(SignInAttempt).where(col(SignInAttempt.key) == _key(account)))
        for key in (address, way):
            counted = select(SignInAttempt).where(SignInAttempt.key == _key(key or ""))
            for own in session.exec(counted.order_by(col(SignInAttempt.at).desc()).limit(1)):
                session.delete(own)


def _until(session: Session, key: str, limit: int) -> str | None:
    """The attempt that has to be forgotten before the next one is allowed, by when it was; None where none is."""
    asked = select(SignInAttempt.at).where(SignInAttempt.key == _key(key))
    newest = session.exec(asked.order_by(col(SignInAttempt.at).desc()).limit(limit)).all()
    return newest[-1] if len(newest) >= limit else None


def _key(key: str) -> str:
    """The key as it is kept: what is typed as an address may be somebody's password."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
