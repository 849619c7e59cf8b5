"""Who saw and did what? The log, for those who see everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scoring.store import people
from scoring.view.seen import NotVisibleError
from scoring.view.view import View

_ABOUT_MANAGERS = ("manager", "account", "review", "reviews")
"""What stands in subjects before the id of a manager."""

MOST = 200
"""Entries that are shown at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log: who (a name, or what is known of them) did what to which subject.

    `about` is the subject with the names of today in place of ids, `manager` the name behind a manager_id in the
    details, if any. `sha256` is its place.
    """

    number: int
    at: str
    who: str
    action: str
    subject: str
    about: str
    manager: str | None
    details: Mapping[str, Any]
    sha256: str

    @property
    def is_page_seen(self) -> bool:
        """Whether somebody saw a page."""
        return self.action == people.SAW


def log(view: View, below: int | None = None) -> tuple[Entry, ...]:
    """The entries before that number, the newest first, 200 at most. Raises NotVisibleError."""
    if not view.sight.is_everything:
        raise NotVisibleError("page")
    names = {user.user_id: user.name for user in people.users(view.store)}
    known = Names(view)
    return tuple(
        Entry(
            e.number,
            e.at,
            names.get(e.user_id) or e.user_id or "the command line",
            e.action,
            e.subject,
            known.in_place_of_ids(e.subject),
            known.managers.get(str(e.told.get("manager_id"))),
            e.told,
            e.sha256,
        )
        for e in people.entries(view.store, most=MOST, below=below)
    )


class Names:
    """What managers and accounts are called in the published runs, the latest of each."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.managers = view.manager_names()

    def in_place_of_ids(self, subject: str) -> str:
        """The subject with names: a page or a review and a manager, or an account and both of its ids."""
        what, _, whose = subject.partition(" ")
        if what not in _ABOUT_MANAGERS:
            return subject
        if whose in self.managers:
            return f"{what} {self.managers[whose]}"
        for manager, name in self.managers.items() if what == "account" else ():
            if whose.startswith(f"{manager} "):
                account = whose.removeprefix(f"{manager} ")
                return f"{what} {self._accounts.get(account, account)}, {name}"
        return subject

    @cached_property
    def _accounts(self) -> Mapping[str, str]:
        return self._view.run().account_names()
