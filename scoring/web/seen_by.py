"""What does the page of the log show? Who signed in, saw and changed what, the newest first."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from scoring.view import LogEntry, log
from scoring.web.desk import Viewing
from scoring.web.pages import Page, add_page

router = APIRouter()

_MOST = 2**63 - 1
"""The largest number that a database holds."""
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
        {"entries": [(e, _details(e)) for e in entries], "older": older},
        "log",
        subject="log",
    )


def _details(entry: LogEntry) -> str:
    return ", ".join(f"{name} {value}" for name, value in entry.details.items() if value not in (None, ""))


add_page(router, "/log", seen_by, LogAnswer, "Who signed in, saw and changed what.")
