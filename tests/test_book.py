"""Does the book keep its own columns apart from what companies know of their accounts?"""

from datetime import date

import polars as pl
import pytest
from tabled import tables

from scoring import pipeline, scope
from scoring.book import OWN, attribute_names
from scoring.rules import Rulebook

COMPANY = tables(
    {
        "accounts": """
            account_id segment
            a1         Small
            a2         Large
            """,
        "managers": """
            manager_id team reports_to
            m1         East .
            m2         West m1
            """,
        "ownership": """
            account_id manager_id starts_on
            a1         m1         .
            a2         m2         .
            """,
        "contracts": """
            account_id product amount every starts_on  ends_on
            a1         Basic   100    month 2024-01-01 .
            a2         Plus    300    month 2024-01-01 2026-05-10
            """,
    }
)
RULES = Rulebook.model_validate(
    {
        "name": "Keep",
        "currency": "EUR",
        "ladder": {"tiers": ["Low", "High"], "products": {"Basic": "Low", "Plus": "High"}},
        "rules": [
            {"name": "keep", "metric": "gross_revenue_retention", "weight": 1, "grade": {"floor": 0, "target": 1}}
        ],
    }
)


@pytest.mark.parametrize("name", [*sorted(OWN), "tier", "margin", "top_tier", "grain", "id", "value", "weight"])
def test_an_attribute_named_like_a_column_of_the_book_changes_no_figure(name: str) -> None:
    accounts = COMPANY["accounts"].with_columns(pl.lit("theirs").alias(name))
    usual = _scored(COMPANY)
    with_it = _scored({**COMPANY, "accounts": accounts})
    assert with_it.scored.rows.select(usual.scored.rows.columns).equals(usual.scored.rows)
    assert with_it.scored.judged.scores.equals(usual.scored.judged.scores)
    assert with_it.scored.judged.lines.equals(usual.scored.judged.lines)


def test_an_attribute_named_like_a_column_of_the_book_is_kept_under_another_name() -> None:
    accounts = COMPANY["accounts"].with_columns(pl.Series("team", ["Blue", "Red"]))
    rows = _scored({**COMPANY, "accounts": accounts}).scored.rows
    assert rows["team"].to_list() == ["East", "West"]
    assert rows["account_team"].to_list() == ["Blue", "Red"]
    assert attribute_names(accounts.columns)["team"] == "account_team"


def _scored(company: dict[str, pl.DataFrame]) -> pipeline.Result:
    return pipeline.score(company, RULES, scope.calendar_of(RULES).period("2026-Q2"), date(2026, 6, 30))
