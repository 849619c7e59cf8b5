"""What do the pages of teams show? Each team's figures with their ranges, how they came along, and its managers."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from scoring.reports import league as printed_league
from scoring.view import FigurePoint, FigureSeen, figures, figures_over
from scoring.view.slugs import slug, unslug
from scoring.web.desk import Seeing, Viewing
from scoring.web.pages.answering import Page, add_page
from scoring.web.pages.figures import MEASURED, printed

router = APIRouter()

LISTED = (
    "accounts", "closing", "net_revenue_retention", "gross_revenue_retention", "logo_retention", "like_for_like_growth",
)  # fmt: skip
"""What is shown of every team beside the others."""
_COLUMNS = ("metric", "label", "value", "low", "high", "accounts", "reason")


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team with some of its figures."""

    team: str
    managers: int
    figures: Sequence[FigureSeen]


@dataclass(frozen=True, slots=True)
class TeamsAnswer:
    """The teams that somebody sees as a whole, in alphabetical order."""

    run_id: str
    period: str
    teams: list[TeamRow]


@dataclass(frozen=True, slots=True)
class TeamAnswer:
    """A team: its figures, the same over up to eight periods, and who is in it by manager_id."""

    run_id: str
    period: str
    team: str
    figures: Sequence[FigureSeen]
    over: dict[str, list[FigurePoint]]
    managers: list[str]


def teams(seen: Seeing) -> Page:
    """The page of all teams that the person sees."""
    rows = [TeamRow(t, len(seen.team(t)), figures(seen, "team", t, LISTED)) for t in seen.teams]
    currency = seen.facts["currency"]
    return Page(
        "teams.html.j2",
        f"Teams, {seen.period}",
        TeamsAnswer(seen.run_id, seen.period, rows),
        ("team", "managers", *LISTED),
        [[row.team, row.managers, *_values(row.figures)] for row in rows],
        {
            "rows": [(row, printed(row.figures, {}, currency)) for row in rows],
            "labels": [f.label for f in rows[0].figures] if rows else [],
        },
        "teams",
        seen.period,
        seen.run_id,
        "all teams seen",
    )


def team(team: str, seen: Seeing, view: Viewing) -> Page:
    """The page of one team."""
    name = unslug(team)
    cards = seen.team(name)
    found = figures(seen, "team", name, MEASURED)
    over = figures_over(view.runs_until(seen.period), "team", name, MEASURED)
    company = seen.company
    return Page(
        "team.html.j2",
        f"{name}, {seen.period}",
        TeamAnswer(seen.run_id, seen.period, name, found, over, [c["manager_id"] for c in cards]),
        _COLUMNS,
        [[f.metric, f.label, f.value, f.low, f.high, f.n, f.reason] for f in found],
        {
            "name_of_team": name,
            "figures": printed(found, over, seen.facts["currency"]),
            "company": company,
            **printed_league.shown(cards, company, lambda card: f"../managers/{slug(card['manager_id'])}"),
        },
        "teams",
        seen.period,
        seen.run_id,
        name,
        ((f"/periods/{slug(seen.period)}/teams", "Teams"),),
        lambda run: name in run.teams,
    )


def _values(found: Sequence[FigureSeen]) -> list[float | None]:
    by_name = {f.metric: f.value for f in found}
    return [by_name.get(name) for name in LISTED]


add_page(router, "/periods/{period}/teams", teams, TeamsAnswer, "The teams of a period with their figures.")
add_page(router, "/periods/{period}/teams/{team}", team, TeamAnswer, "A team, its figures over periods, its managers.")
