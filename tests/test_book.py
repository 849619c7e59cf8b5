"""Does the book keep its own columns apart from what companies know of their accounts?"""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal
from tabled import tables
from worlds import World, examples, worlds

from scoring import pipeline
from scoring.book import OWN, at, attribute_names
from scoring.measure import measure_by
from scoring.metrics import CATALOGUE
from scoring.parts import Part
from scoring.period import booking
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

BY_ACCOUNT = (
    "gross_revenue_retention", "net_revenue_retention", "logo_retention", "like_for_like_growth", "tier_up_rate",
    "churn_rate", "expansion", "closing", "renewal_rate_all_due", "growth_from_tier",
)  # fmt: skip

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
        "method": "target_bands",
        "ladder": {"tiers": ["Low", "High"], "products": {"Basic": "Low", "Plus": "High"}},
        "rules": [
            {"name": "keep", "metric": "gross_revenue_retention", "weight": 1, "grade": {"floor": 0, "target": 1}}
        ],
    }
)


NAMES = [*sorted(OWN), "grain", "id", "value", "weight"]
AT_ONCE = 12


@pytest.fixture(scope="module")
def usual() -> pipeline.Result:
    return _scored(COMPANY)


@pytest.mark.parametrize("names", [NAMES[n::AT_ONCE] for n in range(AT_ONCE)], ids=lambda names: f"{names[0]} …")
def test_attributes_named_like_columns_of_the_book_change_no_figure(names: list[str], usual: pipeline.Result) -> None:
    accounts = COMPANY["accounts"].with_columns(pl.lit("theirs").alias(name) for name in names)
    with_them = _scored({**COMPANY, "accounts": accounts})
    assert with_them.scored.rows.select(usual.scored.rows.columns).equals(usual.scored.rows)
    assert with_them.scored.judged.scores.equals(usual.scored.judged.scores)
    assert with_them.scored.judged.lines.equals(usual.scored.judged.lines)


def test_an_attribute_named_like_a_column_of_the_book_is_kept_under_another_name() -> None:
    accounts = COMPANY["accounts"].with_columns(pl.Series("team", ["Blue", "Red"]))
    rows = _scored({**COMPANY, "accounts": accounts}).scored.rows
    assert rows["team"].to_list() == ["East", "West"]
    assert rows["account_team"].to_list() == ["Blue", "Red"]
    assert attribute_names(accounts.columns)["team"] == "account_team"


def _scored(company: dict[str, pl.DataFrame]) -> pipeline.Result:
    return pipeline.score(company, RULES, calendar_of(RULES).period("2026-Q2"), date(2026, 6, 30))


@examples(12)
@given(worlds())
def test_the_book_by_account_measures_accounts_as_the_book_of_managers_does(world: World) -> None:
    """Nobody's credit matters to an account's own figures, so they can be had without it."""
    rules = [{"name": name, "metric": name, "weight": 1} for name in BY_ACCOUNT]
    settings = world.rulebook.model_dump(mode="json", by_alias=True, exclude={"rules", "min_n"})
    book = Rulebook.model_validate(settings | {"method": "oe_credibility", "rules": rules})
    whole = booking.booked_by_account(Part.of(world.tables), book, world.period, world.as_of)
    shared = booking.booked(world.tables, book, world.period, world.as_of, metrics=())
    metrics = [CATALOGUE[name] for name in BY_ACCOUNT]
    by_account, at_accounts = (
        pl.concat(measure_by(at(made.rows.lazy(), "account_id"), metrics, ("account_id",), basis=book.basis))
        .collect()
        .sort("account_id", "metric")
        for made in (whole, shared)
    )
    paying = pl.col("account_id").is_in(whole.outcome.filter(pl.col("before") > 0)["account_id"].implode())
    assert_frame_equal(by_account.filter(paying), at_accounts.filter(paying))
