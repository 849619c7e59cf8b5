"""Who may see what? One filter, asked by every page, export, message and query that shows something to a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

Card = TypeVar("Card", bound=Mapping[str, Any])


class Role(StrEnum):
    """What somebody is here for."""

    LEADER = "leader"
    DIRECTOR = "director"
    MANAGER = "manager"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class User:
    """A person who signed in.

    `manager_id` is their own card, if they have one; `teams` are those a director answers for.
    """

    user_id: str
    email: str
    name: str
    role: Role
    manager_id: str | None = None
    teams: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_writing(self) -> bool:
        """Whether they may change anything; an auditor reads all and writes nothing."""
        return self.role is not Role.AUDITOR


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person sees: everything, or the cards of their teams and their own.

    What is of the company as a whole is seen by those who see everything; what is of a team by those who see that team.
    """

    is_everything: bool
    manager_id: str | None
    teams: frozenset[str]

    def sees(self, card: Mapping[str, Any]) -> bool:
        """Whether the card, or the row of a manager that has manager_id and team, is theirs to see."""
        if self.is_everything or (self.manager_id is not None and card["manager_id"] == self.manager_id):
            return True
        return card["team"] is not None and card["team"] in self.teams

    def sees_team(self, team: str | None) -> bool:
        """Whether what is of the whole team is theirs to see."""
        return self.is_everything or (team is not None and team in self.teams)

    def of(self, cards: Iterable[Card]) -> tuple[Card, ...]:
        """The cards that they see, in the order given."""
        return tuple(card for card in cards if self.sees(card))


def visible(user: User) -> Sight:
    """The one filter: what the user sees.

    Leaders and auditors see everything, directors the teams they answer for, and everybody their own card.
    """
    teams = user.teams if user.role is Role.DIRECTOR else frozenset[str]()
    return Sight(user.role in (Role.LEADER, Role.AUDITOR), user.manager_id, teams)


def may_review(user: User, card: Mapping[str, Any]) -> bool:
    """Whether the user may write the review of the manager: as leader, or as director of the team; never one's own."""
    if card["manager_id"] == user.manager_id:
        return False
    return user.role is Role.LEADER or (user.role is Role.DIRECTOR and visible(user).sees_team(card["team"]))
