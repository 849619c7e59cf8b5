"""Who is meant by a schedule, and who of them gets nothing, and why? Nobody is left out in silence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from scoring.access import Role, User, visible
from scoring.reports.names import alphabetical, cleaned, file_names
from scoring.rules.digests import Audience, Schedule
from scoring.store import READ
from scoring.store.people import UserRecord
from scoring.store.refusals import MissingFrameError
from scoring.view import Seen

NO_USER = "manager:"
"""How the key of somebody begins who has a card and is no user."""
NOT_A_USER = "no user; `bookscore users add` with --manager makes somebody one"
NOBODY: Mapping[Audience, str] = {
    "leaders": "no user has the role of a leader; `bookscore users add` with --role leader makes one",
    "directors": "no user has the role of a director; `bookscore users add` with --role director makes one",
    "managers": "nobody has a card, and no user has one; look at the table of managers",
}
"""Why a schedule of the audience is for nobody at all, and what to do."""
_LONGEST = 200
"""Letters of names and keys that the ledger keeps."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody, or a channel, that a digest is for.

    `key` is the user's id, the channel's name, or the manager's id behind `manager:`. `user` is who the digest is
    composed for: they see what is in it. With `why_not` nothing is sent, and that is the reason.
    """

    key: str
    name: str
    address: str = ""
    user: User | None = None
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What decides who gets a digest: the run it speaks of as a whole, who unsubscribed, and the day it is.

    `is_muted` says of a user id whether they want no digest of the schedule.
    """

    run: Seen
    is_muted: Callable[[str], bool]
    today: date
    left: Mapping[str, date] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", self.run.shelf.made(("left", self.run.run_id), lambda: _left(self.run)))


def meant(schedule: Schedule, people: Sequence[UserRecord], known: Known) -> tuple[Recipient, ...]:
    """Everybody the schedule is for, in the order of their names; those who get nothing have the reason with them."""
    if schedule.audience == "channel":
        return (channel(schedule),)
    found = [person(schedule, user, known) for user in people if is_meant(schedule.audience, user)]
    if schedule.audience == "managers":
        found += _without_user(people, known)
    return tuple(sorted(found, key=lambda one: (alphabetical(one.name), one.key)))


def channel(schedule: Schedule) -> Recipient:
    """The channel of the schedule. Whoever reads it is a leader as to sums; what names people is left out of it."""
    name = schedule.channel
    return Recipient(name, name, name, User("", "", name, Role.LEADER))


def person(schedule: Schedule, user: UserRecord, known: Known) -> Recipient:
    """The user as a recipient of the schedule, as their rights are now."""
    why_not = next(_reasons(schedule, user, known), None)
    name, told_as = cleaned(user.name), None if why_not else seen_as(schedule.audience, user.user)
    return Recipient(user.user_id, name, user.email, told_as, why_not)


def seen_as(audience: Audience, user: User) -> User:
    """Whom a digest to the user is composed for: what managers see beyond their own card is for other digests."""
    if audience == "managers":
        return User(user.user_id, user.email, user.name, Role.MANAGER, user.manager_id)
    return user


def is_no_user(key: str) -> bool:
    """Whether the key is of somebody who was no user."""
    return key.startswith(NO_USER)


def become(key: str, people: Sequence[UserRecord]) -> list[UserRecord]:
    """The users that have the card of somebody who was no user when the key was made."""
    return [user for user in people if user.manager_id is not None and _without(user.manager_id) == key]


def is_meant(audience: Audience, user: UserRecord | User) -> bool:
    """Whether somebody like this is told of by schedules of the audience."""
    if audience == "managers":
        return user.manager_id is not None
    return audience != "channel" and user.role is (Role.LEADER if audience == "leaders" else Role.DIRECTOR)


def _reasons(schedule: Schedule, user: UserRecord, known: Known) -> Iterator[str]:
    """Why the user gets nothing; none where they do."""
    run, left_on = known.run, known.left.get(user.manager_id or "")
    if user.disabled_at is not None:
        yield f"disabled since {user.disabled_at[:10]}"
    if not is_meant(schedule.audience, user):
        yield f"is none of the {schedule.audience} any more"
    if left_on is not None and left_on <= known.today:
        yield f"is not in the role any more from {left_on} on"
    if known.is_muted(user.user_id):
        yield f"wants no digests of {schedule.name}"
    if schedule.audience == "managers" and user.manager_id not in run.managers:
        yield f"has no card in the run of {run.period}"
    if schedule.audience == "directors" and not _leads_any(user.user, run):
        yield f"none of their teams has a card in the run of {run.period}"


def _leads_any(user: User, run: Seen) -> bool:
    """Whether a team that they answer for has a card; a card of their own is for another digest."""
    sight = visible(user)
    return any(sight.sees_team(card["team"]) for card in run.cards)


def _without_user(people: Sequence[UserRecord], known: Known) -> Iterator[Recipient]:
    """Those who have a card and nobody signs in as."""
    having = {user.manager_id for user in people}
    for card in known.run.cards:
        manager = card["manager_id"]
        if manager not in having:
            yield Recipient(_without(manager), cleaned(card["name"])[:_LONGEST], why_not=NOT_A_USER)


def _without(manager_id: str) -> str:
    """The key of who has the card: the id, as far as it is short and on one line; else a name that no other id has."""
    is_plain = manager_id.isprintable() and len(manager_id) <= _LONGEST - len(NO_USER)
    return NO_USER + (manager_id if is_plain else str(file_names([manager_id])[manager_id]))


def _left(run: Seen) -> dict[str, date]:
    """manager_id to the first day on which they are no longer in the role, as the run read it."""
    try:
        managers = run.frame(f"{READ}managers")
    except MissingFrameError:
        return {}
    gone = managers.filter(pl.col("ends_on").is_not_null()) if "ends_on" in managers.columns else managers.clear()
    return {row["manager_id"]: row["ends_on"] for row in gone.iter_rows(named=True)}
