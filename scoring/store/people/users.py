"""Who may sign in, as what? Users are added, changed and disabled, and never removed, as the audit log names them."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from scoring.access import Role
from scoring.store.database import reading, writing
from scoring.store.log import COMMAND_LINE, add_entry
from scoring.store.people.records import Rights, UserRecord, mail_key, user_record
from scoring.store.people.refusals import DisabledUserError, KnownUserError, NotAUserError, UnknownUserError
from scoring.store.people.tables import OneTimeLink, SessionRow, UserRow
from scoring.store.records import instant
from scoring.store.sealing import table_of
from scoring.store.store import Store

_USERS = table_of(UserRow)
_BY_ID = _USERS.select().where(_USERS.c.user_id == bindparam("its_id"))
"""Built once, as it is asked for each digest."""


def add_user(store: Store, said: Mapping[str, Any], *, at: datetime, by: str = COMMAND_LINE) -> UserRecord:
    """The user, once added. They have no password, so that only a one-time link, or another way in, lets them in.

    `said` is what `Rights` holds. Raises KnownUserError and NotAUserError.
    """
    rights = _rights(said)
    with writing(store.engine) as session:
        if _find(session, rights.email) is not None:
            raise KnownUserError(rights.email)
        row = UserRow(user_id=secrets.token_hex(8), **_columns(rights), created_at=instant(at))
        session.add(row)
        add_entry(session, by=by, action="added user", subject=rights.email, at=at, details=_told(rights))
        return user_record(row)


def change_user(
    store: Store, email: str, changes: Mapping[str, Any], *, at: datetime, by: str = COMMAND_LINE
) -> UserRecord:
    """The user with the changes; where what they may see has changed, they have to sign in again.

    With another address a link that was sent to the one before is void.
    Raises UnknownUserError, KnownUserError and NotAUserError.
    """
    with writing(store.engine) as session:
        row = _row(session, email)
        before = _rights_of(row)
        after = _rights({**before.model_dump(), **changes})
        if after.email != before.email and _find(session, after.email) is not None:
            raise KnownUserError(after.email)
        if after != before:
            row.sqlmodel_update(_columns(after))
            session.add(row)
            if after != before.model_copy(update={"name": after.name}):
                end_all(session, row.user_id)
            if after.email != before.email:
                _void_links(session, row.user_id)
            changed = {"was": _told(before), "is": _told(after)}
            add_entry(session, by=by, action="changed user", subject=before.email, at=at, details=changed)
        return user_record(row)


def disable_user(store: Store, email: str, *, at: datetime, by: str = COMMAND_LINE) -> UserRecord:
    """The user, who is signed out everywhere and cannot sign in any more. Raises UnknownUserError."""
    with writing(store.engine) as session:
        row = _row(session, email)
        if row.disabled_at is None:
            row.disabled_at = instant(at)
            session.add(row)
            end_all(session, row.user_id)
            _void_links(session, row.user_id)
            add_entry(session, by=by, action="disabled user", subject=row.email, at=at)
        return user_record(row)


def enable_user(store: Store, email: str, *, at: datetime, by: str = COMMAND_LINE) -> UserRecord:
    """The user, who may sign in again, with a new link: what proved who they were is gone. Raises UnknownUserError."""
    with writing(store.engine) as session:
        row = _row(session, email)
        if row.disabled_at is not None:
            row.disabled_at, row.password_hash, row.provider_subject = None, None, None
            session.add(row)
            add_entry(session, by=by, action="enabled user", subject=row.email, at=at)
        return user_record(row)


def users(store: Store) -> tuple[UserRecord, ...]:
    """All users, by e-mail address, those who are disabled as well."""
    with reading(store.engine) as session:
        return tuple(sorted((user_record(row) for row in session.exec(select(UserRow))), key=lambda u: u.email))


def user_by_mail(store: Store, email: str) -> UserRecord | None:
    """The user who may sign in with this address, if there is one."""
    with reading(store.engine) as session:
        row = _find(session, email)
        return user_record(row) if row is not None and row.disabled_at is None else None


def user_by_id(store: Store, user_id: str) -> UserRecord | None:
    """The user of this id, disabled or not."""
    with reading(store.engine) as session:
        row = session.connection().execute(_BY_ID, {"its_id": user_id}).mappings().one_or_none()
        return None if row is None else user_record(UserRow(**dict(row)))


def password_hash(store: Store, email: str) -> str | None:
    """The hash of the password of the user of this address; None where there is no such user, or no password."""
    with reading(store.engine) as session:
        row = _find(session, email)
        return None if row is None or row.disabled_at is not None else row.password_hash


def user_of_provider(store: Store, email: str, subject: str, *, at: datetime) -> UserRecord | None:
    """The user whom the OpenID provider names by a verified address; None where nobody may sign in so.

    The first time it is kept who that is at the provider; somebody else who is given the address later is refused.
    """
    with writing(store.engine) as session:
        row = _find(session, email)
        if row is None or row.disabled_at is not None or row.provider_subject not in (None, subject):
            return None
        if row.provider_subject is None:
            row.provider_subject = subject
            session.add(row)
            add_entry(session, by=row.user_id, action="met at provider", subject=row.email, at=at)
        return user_record(row)


def enabled_row(session: Session, email: str) -> UserRow:
    """The row of a user who may sign in. Raises UnknownUserError and DisabledUserError."""
    row = _row(session, email)
    if row.disabled_at is not None:
        raise DisabledUserError(row.email)
    return row


def end_all(session: Session, user_id: str) -> None:
    """Signs the user out everywhere, in the caller's transaction."""
    session.exec(delete(SessionRow).where(col(SessionRow.user_id) == user_id))


def _void_links(session: Session, user_id: str) -> None:
    session.exec(delete(OneTimeLink).where(col(OneTimeLink.user_id) == user_id))


def _row(session: Session, email: str) -> UserRow:
    found = _find(session, email)
    if found is None:
        raise UnknownUserError(email)
    return found


def _find(session: Session, email: str) -> UserRow | None:
    key = mail_key(email)
    return None if key is None else session.exec(select(UserRow).where(UserRow.email == key)).first()


def _rights(said: Mapping[str, Any]) -> Rights:
    """What is said, if it can be so."""
    try:
        rights = Rights.model_validate({**said, "teams": tuple(sorted(set(said.get("teams", ()))))})
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else "user"
        raise NotAUserError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
    if rights.role is Role.DIRECTOR and not rights.teams:
        raise NotAUserError("a director answers for teams: name at least one with --team")
    if rights.role is not Role.DIRECTOR and rights.teams:
        raise NotAUserError(f"teams are for directors; a {rights.role} has none: take --team away")
    if rights.role is Role.MANAGER and rights.manager_id is None:
        raise NotAUserError("a manager sees their own card: say which with --manager")
    return rights


def _rights_of(row: UserRow) -> Rights:
    record = user_record(row)
    return Rights.model_validate({name: getattr(record, name) for name in Rights.model_fields})


def _columns(rights: Rights) -> dict[str, Any]:
    return {**rights.model_dump(), "role": rights.role.value, "teams": json.dumps(rights.teams, ensure_ascii=False)}


def _told(rights: Rights) -> dict[str, Any]:
    """The rights for the audit log."""
    return rights.model_dump(mode="json")
