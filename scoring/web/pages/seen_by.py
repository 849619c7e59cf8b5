"""What does the page of the log show? Who signed in, saw and changed what, the newest first."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from scoring.view import LogEntry, log
from scoring.web.desk import Viewing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()

_MOST = 2**63 - 1
"""The largest number that a database holds."""
_PAGES = {
    "deliveries": "digests", "health": "data", "league": "managers", "manager": "card", "what_if": "weights",
}  # fmt: skip
"""What pages are called that have another name in the log than where people go."""
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*"
_HASH = "[0-9a-f]{64}"
_COLUMNS = ("number", "at", "who", "action", "subject", "details", "sha256")


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """Entries of the log, the newest first; `older` is what to ask for to see those before, null at the end."""

    entries: list[LogEntry]
    older: int | None


def seen_by(
    view: Viewing,
    below: Annotated[int | None, Query(ge=1, le=_MOST, description="Only entries before this number.")] = None,
) -> Page:
    """The page of who saw and did what, for those who see everything."""
    entries = log(view, below)
    older = entries[-1].number if entries and entries[-1].number > 1 else None
    return Page(
        "log.html.j2",
        "Who saw and did what",
        LogAnswer(list(entries), older),
        _COLUMNS,
        [[e.number, e.at, e.who, e.action, e.subject, _details(e), e.sha256] for e in entries],
        {"entries": [(e, _of_what(e), _details(e)) for e in entries], "older": older},
        "log",
        subject="log",
    )


def _of_what(entry: LogEntry) -> str:
    """The subject in words: of what was seen, the page before whom or what it was about."""
    if not entry.is_page_seen:
        return entry.about
    place, _, about = entry.about.partition(" ")
    page = _PAGES.get(place, place)
    return page if about.removeprefix("the ") == page else f"{page}: {about}"


def _details(entry: LogEntry) -> str:
    details = {**entry.details}
    if entry.manager is not None:
        details["manager"] = entry.manager
        del details["manager_id"]
    told = ((name.replace("_", " "), _shown(value)) for name, value in details.items())
    return ", ".join(f"{name} {value}" for name, value in told if value)


def _shown(value: object) -> str:
    """A value as people write it: lists in a phrase, instants to the minute, hashes by their beginning."""
    if isinstance(value, list):
        return " and ".join(map(str, value))
    text = "" if value is None else str(value)
    if re.fullmatch(_INSTANT, text):
        return text[:16].replace("T", " ")
    return text[:12] if re.fullmatch(_HASH, text) else text


add_page(router, "/log", seen_by, LogAnswer, "Who signed in, saw and changed what.")
