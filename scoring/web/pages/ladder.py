"""What does the ladder's page show? From which tier to which accounts went, whole books together or one team's."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Query

from scoring.reports.charts.flows import flow_table, sentence
from scoring.reports.charts.ladder import ladder as drawn
from scoring.reports.ladder import flows_of
from scoring.view import NotVisibleError, Seen
from scoring.web.desk import Seeing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()

_COLUMNS = ("start", "end", "kind", "accounts", "before", "after")
_CAPTION = "Every way from a tier at the start of the window to one at its end; shared accounts count by their shares."


@dataclass(frozen=True, slots=True)
class LadderAnswer:
    """The flows between tiers of the accounts seen; `accounts` are shares, `before` and `after` what they paid."""

    run_id: str
    period: str
    team: str | None
    tiers: list[str]
    sentence: str
    flows: list[dict[str, Any]]


def ladder(
    seen: Seeing, team: Annotated[str, Query(description="Only the accounts of this team's managers.")] = ""
) -> Page:
    """The page of moves up and down the ladder."""
    book, whose = _book(seen, team)
    currency, tiers = seen.facts["currency"], list(seen.facts["rules"]["settings"]["ladder"]["tiers"])
    flows = flows_of(book, tiers)
    told = sentence(flows, currency)
    return Page(
        "ladder.html.j2",
        f"The ladder, {seen.period}",
        LadderAnswer(seen.run_id, seen.period, team or None, tiers, told, [asdict(flow) for flow in flows]),
        _COLUMNS,
        [[getattr(flow, name) for name in _COLUMNS] for flow in flows],
        {
            "whose": whose,
            "asked": {"team": team},
            "teams": seen.teams,
            "picture": drawn(flows, currency) if flows else None,
            "table": flow_table(flows, currency, _CAPTION) if flows else None,
            "sentence": told,
        },
        "ladder",
        seen.period,
        seen.run_id,
        whose,
    )


def _book(seen: Seen, team: str) -> tuple[pl.DataFrame, str]:
    """The rows of the book that are asked for, and whose they are in words. Raises NotVisibleError."""
    book = seen.frame("book")
    if team:
        managers: Sequence[str] = [card["manager_id"] for card in seen.team(team)]
        return book.filter(pl.col("manager_id").is_in(managers)), team
    if seen.sight.is_everything:
        return book, "the company"
    if not seen.cards:
        raise NotVisibleError("page")
    return book, "the accounts you see"


add_page(router, "/periods/{period}/ladder", ladder, LadderAnswer, "Moves between the tiers of the ladder.")
