"""What does one manager's page show? The card as it is printed, how it came along, and ways down to the evidence."""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from scoring.reports.sentences import as_data, published_sentence
from scoring.reports.shown import shown
from scoring.scorecard.cards import Card
from scoring.view import Seen, Trend
from scoring.view.slugs import slug, unslug
from scoring.web.desk import Seeing, Viewing, desk_of
from scoring.web.pages.answering import Page, add_page
from scoring.web.pages.reviews import reviewed
from scoring.web.pages.trends import drawn

router = APIRouter()

_COLUMNS = ("rule", "label", "weight", "value", "n", "points", "low", "high", "adds", "because")
_LAST = 3
"""So many of the events of the review stand on the card's page."""


@dataclass(frozen=True, slots=True)
class ManagerAnswer:
    """A scorecard as in scorecards.json, and the published scores of up to eight periods.

    A card whose score is withheld is without its lines.
    `sealed_at` is null where the run is not sealed, `review` says how the review of the card stands, null without one.
    """

    run_id: str
    sealed_at: str | None
    review: str | None
    card: dict[str, Any]
    trend: Trend


def manager(manager_id: str, seen: Seeing, view: Viewing, request: Request) -> Page:
    """The page of one manager."""
    card = seen.card(unslug(manager_id))
    review = reviewed(view, seen, card, desk_of(request).now())
    trend = view.trend(card["manager_id"], seen.period)
    what, data = shown(card), as_data(card)
    return Page(
        "manager.html.j2",
        f"{card['name']}, {seen.period}",
        ManagerAnswer(seen.run_id, seen.sealed_at, review.standing, data, trend),
        _COLUMNS,
        [_row(line) for line in data["lines"]],
        {
            "card": card,
            "past": "past.html.j2",
            "reviewed": "reviewed.html.j2",
            "review": review,
            "last_said": [(e, seen.day(datetime.fromisoformat(e.at))) for e in review.events[-_LAST:]],
            "trend": drawn(card["name"], trend),
            "account_href": partial(_account, seen, card["manager_id"]),
            **{f.name: getattr(what, f.name) for f in fields(what)},
            "published": _otherwise(card, trend),
        },
        "manager",
        seen.period,
        seen.run_id,
        card["manager_id"],
        ((f"/periods/{slug(seen.period)}/league", "Account managers"),),
        lambda run: card["manager_id"] in run.managers,
    )


def _otherwise(card: Card, trend: Trend) -> str:
    """That the period before was published with another score than the card says, where it was."""
    before = card["previous"]
    given = [point.score for point in trend.points if before is not None and point.period == before["period"]]
    return published_sentence(card, given[0]) if given else ""


def _account(seen: Seen, manager_id: str, account_id: str) -> str:
    """The address of the account's page; empty where the account is not in the book, and so has none."""
    if not seen.holds(manager_id, account_id):
        return ""
    return f"/periods/{slug(seen.period)}/managers/{slug(manager_id)}/accounts/{slug(account_id)}"


def _row(line: dict[str, Any]) -> list[Any]:
    return [
        line["rule"], line["label"], line["weight"], line["value"], line["n"], line["points"], line["low"],
        line["high"], line["contribution"], line["because"],
    ]  # fmt: skip


add_page(router, "/periods/{period}/managers/{manager_id}", manager, ManagerAnswer, "The scorecard of a manager.")
