"""Who saw what? Every page, table and file that is about somebody is noted, with whom it was about."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import Request

from scoring.store import people
from scoring.view import Seen, View
from scoring.web.desk import desk_of

if TYPE_CHECKING:
    from scoring.web.pages.answering import Page


def saw(request: Request, view: View, page: "Page", how: str) -> None:
    """Notes that the person saw the page, once an hour; `how` is page, json, csv, pdf or xlsx."""
    if not page.subject:
        return
    desk = desk_of(request)
    details = {"as": how, "period": page.period, "run": page.run_id[:12]}
    subject = f"{page.place} {page.subject}"
    people.note_seen(desk.store, by=view.who.user_id, subject=subject, at=desk.now(), details=details)


def did(request: Request, view: View, seen: Seen, action: str, subject: str, why: Mapping[str, Any]) -> None:
    """Notes what the person changed, or asked for in vain, on which run; nothing of what anybody said."""
    desk = desk_of(request)
    details = {**why, "period": seen.period, "run": seen.run_id[:12]}
    people.note(desk.store, by=view.who.user_id, action=action, subject=subject, at=desk.now(), details=details)
