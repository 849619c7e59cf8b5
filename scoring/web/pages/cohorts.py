"""What does the page of cohorts show? By the quarter of their first revenue: who stays, and what of the revenue."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query

from scoring.reports.charts.heat import heat_table, sentence
from scoring.reports.cohorts import heat_of
from scoring.view import NotVisibleError
from scoring.web.desk import Seeing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()


class Kind(StrEnum):
    """What of a cohort is followed."""

    ACCOUNTS = "logo"
    REVENUE = "gross"
    WITH_GROWTH = "net"


_WORDS = {
    Kind.ACCOUNTS: "accounts that still pay",
    Kind.REVENUE: "revenue kept, growth left out",
    Kind.WITH_GROWTH: "revenue kept, growth counted",
}


@dataclass(frozen=True, slots=True)
class CohortsAnswer:
    """Cohorts and the part of them that is left at each age in quarters; null where it is not known yet."""

    run_id: str
    period: str
    kind: Kind
    sentence: str
    ages: list[int]
    cohorts: list[dict[str, Any]]


def cohorts(
    seen: Seeing, kind: Annotated[Kind, Query(description="Accounts, revenue, or revenue with growth.")] = Kind.ACCOUNTS
) -> Page:
    """The page of cohorts, for those who see everything."""
    if not seen.sight.is_everything:
        raise NotVisibleError("page")
    heat = heat_of(seen.frame("cohorts"), kind.value)
    said = sentence(heat)
    return Page(
        "cohorts.html.j2",
        f"Cohorts, {seen.period}",
        CohortsAnswer(seen.run_id, seen.period, kind, said, list(heat.ages), [asdict(c) for c in heat.cohorts]),
        ("cohort", "accounts", "revenue", *(f"age_{age}" for age in heat.ages)),
        [[c.name, c.accounts, c.revenue, *c.values] for c in heat.cohorts],
        {"table": heat_table(heat), "kinds": _WORDS, "asked": kind},
        "cohorts",
        seen.period,
        seen.run_id,
        "the company",
    )


add_page(router, "/periods/{period}/cohorts", cohorts, CohortsAnswer, "Cohorts of accounts over their age.")
