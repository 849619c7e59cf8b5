"""May an attribute of accounts be called anything? Figures and scores by it are the same, whatever its name is."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scoring import pipeline
from scoring.book import OWN, attribute_names
from scoring.errors import ProblemsFoundError
from scoring.intake import Request
from scoring.run import Run

PLAIN = "shade"
"""A name that nothing here has."""
TAKEN = [
    "margin",
    "horizon_months",
    "company_closing",
    "first_on",
    "ends_on",
    "manager",
    "tier",
    "quarter",
    "chance_active",
]
FREE = [
    "count",
    "accounts",
    "cohort",
    "value",
    "n",
    "share of",
    "place",
    "metric",
    "rule",
    "amount",
    "age",
    "unit",
    "was lost",
    "outcome 0",
    "reason",
    "rung",
    "moved_on",
]
RULES = """
name: By kind
currency: EUR
breakdowns: [NAME]
lifetime: {fit_by: OWN}
expectation: {features: [NAME, size_band], segment: NAME}
rules:
  - {name: keep, metric: gross_revenue_retention, weight: 2}
  - {name: grow, metric: net_revenue_retention, weight: 1}
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten managers with a dozen accounts each, dark and light ones, which shrink, grow, leave and stay."""
    folder = tmp_path_factory.mktemp("company")
    ids = range(120)

    def day(n: int) -> str:
        return f"2025-{4 + n * 7 % 8:02}-01"

    shades = [("dark", "light", "")[n % 3] for n in ids]
    lines = [f"{n},{n},{100 + 7 * n},month,2024-0{1 + n % 9}-01,{day(n)}" for n in ids]
    after = [f"{n}b,{n},{(100 + 7 * n) * (70 + n * 13 % 60) / 100:.2f},month,{day(n)}," for n in ids if n % 7]
    tables = {
        "accounts": [f"account_id,{PLAIN}", *(f"{n},{shades[n]}" for n in ids)],
        "ownership": ["account_id,manager_id", *(f"{n},m{n % 10}" for n in ids)],
        "contracts": ["line_id,account_id,amount,every,starts_on,ends_on", *lines, *after],
    }
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return folder


def figures(company: Path, place: Path, own: str) -> dict[str, Any]:
    """What a run says where the attribute is called so, as rows without that name."""
    shutil.copytree(company, place)
    accounts = place / "accounts.csv"
    accounts.write_text(accounts.read_text().replace(PLAIN, own))
    called = attribute_names(["account_id", own])[own]
    (place / "rules.yaml").write_text(RULES.replace("NAME", f"'{called}'").replace("OWN", f"'{own}'"))
    made: Run = pipeline.run(Request(place, date(2026, 3, 31)))
    found: dict[str, Any] = {"estimates": made.estimates.rows(), "compared": made.compared.rows()}
    for name, frame in {"measures": made.measures.rows, "cohorts": made.cohorts, "reasons": made.churn_reasons}.items():
        for (grain,), rows in frame.group_by("grain"):
            found[f"{name} by {PLAIN if grain == called else grain}"] = rows.drop("grain").rows()
    return found


@pytest.fixture(scope="module")
def usual(company: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found = figures(company, tmp_path_factory.mktemp("usual") / PLAIN, PLAIN)
    assert {ident for ident, *_ in found[f"measures by {PLAIN}"]} == {"dark", "light", "(none)"}
    assert len(found["estimates"]) == 40
    assert len(found["compared"]) > 100
    return found


@pytest.mark.parametrize("own", [*TAKEN, *FREE])
def test_whatever_an_attribute_is_called_figures_by_it_are_the_same(
    company: Path, usual: dict[str, Any], tmp_path: Path, own: str
) -> None:
    assert (attribute_names(["account_id", own])[own] == own) == (own in FREE)
    assert figures(company, tmp_path / "named", own) == usual


def test_every_column_of_the_book_is_an_attribute_or_a_name_that_no_attribute_may_have(demo_run: Run) -> None:
    theirs = attribute_names([*demo_run.read["accounts"].columns])
    assert set(demo_run.book.columns) - {"account_id"} <= OWN | set(theirs.values())


def test_an_attribute_gives_way_to_columns_of_the_book_and_of_the_accounts() -> None:
    assert attribute_names(["account_id", "margin", "account_margin", "size"])["margin"] == "account_account_margin"


def test_the_rules_are_told_what_an_attribute_is_called(company: Path, tmp_path: Path) -> None:
    place = tmp_path / "c"
    shutil.copytree(company, place)
    accounts = place / "accounts.csv"
    accounts.write_text(accounts.read_text().replace(PLAIN, "margin"))
    (place / "rules.yaml").write_text(RULES.replace("NAME", "margin").replace("OWN", "margin"))
    with pytest.raises(ProblemsFoundError) as refused:
        pipeline.run(Request(place, date(2026, 3, 31)))
    said = next(str(problem) for problem in refused.value.problems if problem.column == "breakdowns")
    assert said.endswith(
        'breakdowns: accounts have no attribute "margin"; write account_margin, as margin is something else here'
    )
