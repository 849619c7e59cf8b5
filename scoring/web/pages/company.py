"""What does the company's page show? Figures over periods, where its revenue went, and what to read with care."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from scoring.reports.losses import losses
from scoring.reports.moves import revenue_walk
from scoring.view import FigurePoint, FigureSeen, Seen, View, figures, figures_over
from scoring.web.desk import Seeing, Viewing
from scoring.web.pages.answering import Page, add_page
from scoring.web.pages.figures import MEASURED, printed

router = APIRouter()

_COLUMNS = ("metric", "label", "value", "low", "high", "accounts", "reason")


@dataclass(frozen=True, slots=True)
class CompanyAnswer:
    """The company as run.json tells it, its figures, the same over up to eight periods, and totals that balance."""

    run_id: str
    period: str
    company: dict[str, Any]
    totals: dict[str, Any]
    figures: Sequence[FigureSeen]
    over: dict[str, list[FigurePoint]]


def company(seen: Seeing, view: Viewing) -> Page:
    """The page of the whole company, for those who see everything."""
    return view.once("company", seen.period, lambda: _page(seen, view))


def _page(seen: Seen, view: View) -> Page:
    summary = seen.summary
    told, totals = dict(summary["company"]), dict(summary["totals"])
    found = figures(seen, "company", "company", MEASURED)
    over = figures_over(view.runs_until(seen.period), "company", "company", MEASURED)
    walked = {name: seen.facts[name] for name in ("basis", "ownership", "currency")} | {"bridge": totals["bridge"]}
    return Page(
        "company.html.j2",
        f"The company, {seen.period}",
        CompanyAnswer(seen.run_id, seen.period, told, totals, found, over),
        _COLUMNS,
        [[f.metric, f.label, f.value, f.low, f.high, f.n, f.reason] for f in found],
        {
            "company": told,
            "totals": totals,
            "figures": printed(found, over, seen.facts["currency"]),
            "revenue": revenue_walk(walked),
            "losses": losses(told.get("kept")),
        },
        "company",
        seen.period,
        seen.run_id,
        "the company",
    )


add_page(router, "/periods/{period}/company", company, CompanyAnswer, "The company, its figures over periods.")
