"""Who does something to a review? A reviewer or the manager, signed in or by name, and never both at once."""

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from scoring.access import User

MOST_NAME, MOST_TEXT, MOST_NAMED = 200, 10_000, 100
"""Letters of a name and of a text, and how many accounts or rows may be named."""

_UNSEEN = {"Cc", "Cf", "Mn", "Me"}
"""Kinds of characters that nobody sees, or that are accents."""


class Said(BaseModel):
    """What people say: checked, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


Name = Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT, pattern=r"^[^\x00]*$")]


class Part(StrEnum):
    """In what part somebody acts."""

    REVIEWER = "reviewer"
    MANAGER = "manager"


class Person(Said):
    """Somebody who acts, by name. `user_id` is None where the name was only typed; `manager_id` is their own card."""

    name: Name
    part: Part
    user_id: Name | None = None
    manager_id: str | None = None


def person(user: User, manager_id: str) -> Person:
    """The user in the part that is theirs in the review of this manager: of one's own review one is the manager."""
    part = Part.MANAGER if user.manager_id == manager_id else Part.REVIEWER
    return Person(name=user.name, part=part, user_id=user.user_id, manager_id=user.manager_id)


def is_same(one: Person, other: Person) -> bool:
    """Whether they may be one and the same: by user where both signed in, else by name."""
    if one.user_id is not None and other.user_id is not None:
        return one.user_id == other.user_id
    return is_same_name(one.name, other.name)


def is_same_name(one: str, other: str) -> bool:
    """Whether the names differ in nothing but case, accents, blanks and what cannot be seen."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in apart if unicodedata.category(c) not in _UNSEEN).split())
