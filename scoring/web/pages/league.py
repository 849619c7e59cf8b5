"""What does the league page show? The managers in the groups that the data can carry, and never a rank."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from markupsafe import Markup

from scoring.letters import bare
from scoring.reports import league as printed
from scoring.reports import sentences
from scoring.reports.league import Group
from scoring.reports.losses import Losses, losses
from scoring.view import Seen, Trend, View
from scoring.view.slugs import slug
from scoring.web.desk import Seeing, Viewing
from scoring.web.pages.answering import Page, add_page, part
from scoring.web.pages.lean import Shared
from scoring.web.pages.trends import drawn

router = APIRouter()

_COLUMNS = (
    "group", "manager_id", "name", "team", "accounts", "score", "low", "high", "previous_score", "change",
    "is_beyond_chance", "label", "evidence", "main_reason", "reason",
)  # fmt: skip


class Order(StrEnum):
    """By what managers are sorted inside their group."""

    NAME = "name"
    TEAM = "team"
    SCORE = "score"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class ManagerRow:
    """A manager in the league. Points are None without a score, and `reason` says why."""

    manager_id: str
    name: str
    team: str | None
    group: str
    accounts: int
    score: float | None
    low: float | None
    high: float | None
    previous_score: float | None
    change: float | None
    is_beyond_chance: bool | None
    label: str | None
    evidence: str | None
    main_reason: str
    reason: str | None
    trend: Trend


@dataclass(frozen=True, slots=True)
class LeagueAnswer:
    """The managers that somebody sees of a period, by group and there in the order asked for; there are no ranks.

    `sealed_at` is null where the run is not sealed.
    """

    run_id: str
    period: str
    sealed_at: str | None
    as_of: str
    team: str | None
    teams: list[str]
    managers: list[ManagerRow]


def league(
    seen: Seeing,
    view: Viewing,
    team: Annotated[str, Query(description="Only this team.")] = "",
    q: Annotated[str, Query(max_length=200, description="Only where name, id or team has these letters.")] = "",
    sort: Annotated[Order, Query(description="The order inside each group.")] = Order.NAME,
) -> Page:
    """The page of all managers that the person sees."""
    return view.once(("league", team, q, sort, seen.sealed_at), seen.period, lambda: _page(seen, view, team, q, sort))


def _page(seen: Seen, view: View, team: str, q: str, sort: Order) -> Page:
    cards = [card for card in seen.cards if _is_asked(card, team, bare(q))]
    company = seen.company
    table = printed.shown(cards, company, lambda card: f"managers/{slug(card['manager_id'])}")
    by_id = {card["manager_id"]: card for card in cards}
    groups = [_sorted(group, by_id, sort) for group in table["groups"]]
    order = [row.manager_id for group in groups for row in group.rows]
    trends = {m: view.trend(m, seen.period) for m in order}
    rows = [_row(by_id[m], trends[m]) for m in order]
    shared = Shared()
    answer = LeagueAnswer(
        seen.run_id, seen.period, seen.sealed_at, seen.facts["as_of"], team or None, list(_teams(seen)), rows
    )
    shown = {
        "company": company,
        "is_whole": seen.sight.is_everything and not (team or q),
        "asked": {"team": team, "q": q, "sort": sort.value},
        "sparks": {m: shared.lean(drawn(by_id[m]["name"], t, has_band=False) or Markup()) for m, t in trends.items()},
        **table,
        "groups": [_lean(group, shared) for group in groups],
        "answer": answer,
        "losses": _losses(company, shared) if not (team or q) else None,
    }
    return Page(
        "league.html.j2",
        f"Account managers, {seen.period}",
        answer,
        _COLUMNS,
        [[getattr(row, name) for name in _COLUMNS] for row in rows],
        {
            "company": company,
            "window": table["window"],
            "has_cards": bool(seen.cards),
            "asked": shown["asked"],
            "orders": [order.value for order in Order],
            "managers": part("managers.html.j2", shared=shared.once, **shown),
        },
        "league",
        seen.period,
        seen.run_id,
        "all managers seen",
    )


def _is_asked(card: Mapping[str, Any], team: str, words: str) -> bool:
    if team and card["team"] != team:
        return False
    return not words or any(words in bare(card[name] or "") for name in ("name", "manager_id", "team"))


def _teams(seen: Seen) -> Iterable[str]:
    """The teams there are among the cards seen, in alphabetical order."""
    return sorted({card["team"] for card in seen.cards if card["team"]}, key=lambda team: (bare(team), team))


def _sorted(group: Group, cards: Mapping[str, Mapping[str, Any]], order: Order) -> Group:
    """The group in the order asked for; what has no figure comes last, and names decide among equals."""
    key = _KEYS[order]
    rows = sorted(group.rows, key=lambda row: key(cards[row.manager_id]))
    return Group(group.title, group.meaning, tuple(rows))


def _losses(company: Mapping[str, Any], shared: Shared) -> Losses | None:
    found = losses(company.get("kept"))
    return found and replace(found, picture=shared.lean(found.picture))


def _lean(group: Group, shared: Shared) -> Group:
    rows = tuple(replace(row, picture=shared.lean(row.picture)) for row in group.rows)
    return Group(group.title, group.meaning, rows)


def _last(value: float | None) -> tuple[bool, float]:
    return (value is None, -(value or 0.0))


_KEYS: Mapping[Order, Callable[[Mapping[str, Any]], Any]] = {
    Order.NAME: lambda card: 0,
    Order.TEAM: lambda card: (not card["team"], bare(card["team"] or "")),
    Order.SCORE: lambda card: _last(card["score"]),
    Order.CHANGE: lambda card: _last(card["change"]),
}


def _row(card: Mapping[str, Any], trend: Trend) -> ManagerRow:
    who, why = sentences.main_reason(card)
    names: Sequence[str] = (
        "manager_id", "name", "team", "group", "accounts", "score", "low", "high", "change", "is_beyond_chance",
        "label", "evidence", "reason",
    )  # fmt: skip
    previous = card["previous"]["score"] if card["previous"] else None
    reason = f"{who}: {why}" if who else why
    return ManagerRow(**{n: card[n] for n in names}, previous_score=previous, main_reason=reason, trend=trend)


add_page(router, "/periods/{period}/league", league, LeagueAnswer, "The managers of a period, in groups.")
