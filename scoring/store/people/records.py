"""What is known of a user? Validated values, apart from the tables that hold them."""

import json
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from scoring.access import Role, User
from scoring.store.people.tables import UserRow
from scoring.store.records import Filled, Record

LONGEST_NAME = 200


def mail_key(email: str) -> str | None:
    """The address as it is kept and looked for, None where it is none that anybody here can have.

    Letters beyond ASCII are refused, as they are typed: some become plain ones where capitals are made small.
    """
    if not email.isascii():
        return None
    key = email.strip().lower()
    name, _, host = key.partition("@")
    is_one = bool(name and host) and "@" not in host and key.isprintable() and " " not in key
    return key if is_one and len(key) <= 254 else None


def _mail(email: str) -> str:
    key = mail_key(email)
    if key is None:
        raise ValueError("is no e-mail address of plain letters, as ann@example.com")
    return key


def _on_one_line(text: str) -> str:
    if text != text.strip() or not all(letter.isprintable() for letter in text):
        raise ValueError("has blanks at an end, or signs that cannot be printed")
    return text


Mail = Annotated[str, AfterValidator(_mail)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME), AfterValidator(_on_one_line)]


class Rights(Record):
    """Who somebody is and what they are here for, as an administrator says it."""

    email: Mail
    name: Line
    role: Role
    manager_id: Filled | None = None
    teams: tuple[Filled, ...] = ()


class UserRecord(Rights):
    """A user as stored; the hash of the password stays in the store."""

    user_id: Filled
    has_password: bool
    created_at: Filled
    disabled_at: str | None = None

    @property
    def user(self) -> User:
        """The person, for the one filter of what they may see."""
        return User(self.user_id, self.email, self.name, self.role, self.manager_id, frozenset(self.teams))


def user_record(row: UserRow) -> UserRecord:
    """The row as a record."""
    kept = row.model_dump(exclude={"password_hash", "provider_subject"})
    return UserRecord.model_validate(
        {
            **kept,
            "role": Role(row.role),
            "teams": tuple(json.loads(row.teams)),
            "has_password": row.password_hash is not None,
        }
    )
