"""Where is somebody or something? Managers and accounts by a part of their name or id, as far as they may be seen."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query

from scoring.web.desk import Seeing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()

_COLUMNS = ("manager_id", "manager", "account_id", "account")


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Managers (without an account) and accounts in a manager's book; 50 at most."""

    run_id: str
    period: str
    words: str
    found: list[dict[str, Any]]


def search(
    seen: Seeing, q: Annotated[str, Query(max_length=200, description="A part of a name or an id.")] = ""
) -> Page:
    """The page of what was found."""
    found = seen.search(q)
    return Page(
        "search.html.j2",
        f"Search, {seen.period}",
        SearchAnswer(seen.run_id, seen.period, q, [asdict(f) for f in found]),
        _COLUMNS,
        [[getattr(f, name) for name in _COLUMNS] for f in found],
        {"found": found, "q": q},
        "search",
        seen.period,
        seen.run_id,
        "managers and accounts" if q else "",
    )


add_page(router, "/periods/{period}/search", search, SearchAnswer, "Managers and accounts by a part of their name.")
