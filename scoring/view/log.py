"""Who saw and did what? The log, for those who see everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.store import people
from scoring.view.seen import NotVisibleError
from scoring.view.view import View

MOST = 200
"""Entries that are shown at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log: who (a name, or what is known of them) did what to which subject. `sha256` is its place."""

    number: int
    at: str
    who: str
    action: str
    subject: str
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
    return tuple(
        Entry(
            e.number,
            e.at,
            names.get(e.user_id) or e.user_id or "the command line",
            e.action,
            e.subject,
            e.told,
            e.sha256,
        )
        for e in people.entries(view.store, most=MOST, below=below)
    )
