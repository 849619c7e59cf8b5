"""Who saw what? Every page, table and file that is about somebody is noted, with whom it was about."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import Request

from scoring.store import people
from scoring.view import Seen, View
from scoring.web.desk import desk_of

if TYPE_CHECKING:
    from scoring.web.pages.answering import Page

_LOOKED_AT = ("page", "json", "mail")


def saw(request: Request, view: View, subject: str, how: str, of: "Page | Seen | None" = None) -> None:
    """Notes that the person saw it, of which run; `how` is page, json, mail, csv, pdf, xlsx, zip or patch.

    A file is noted each time, what is looked at once an hour.
    """
    desk = desk_of(request)
    details = {"as": how, "period": of.period if of else None, "run": of.run_id[:12] if of else ""}
    facts: dict[str, Any] = {"by": view.who.user_id, "subject": subject, "at": desk.now(), "details": details}
    if how in _LOOKED_AT:
        people.note_seen(desk.store, **facts)
    else:
        people.note(desk.store, action=people.SAW, **facts)


def did(request: Request, view: View, seen: Seen, action: str, subject: str, why: Mapping[str, Any]) -> None:
    """Notes what the person changed, or asked for in vain, on which run; nothing of what anybody said."""
    desk = desk_of(request)
    details = {**why, "period": seen.period, "run": seen.run_id[:12]}
    people.note(desk.store, by=view.who.user_id, action=action, subject=subject, at=desk.now(), details=details)
