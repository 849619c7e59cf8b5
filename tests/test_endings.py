"""Why did customers leave?"""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from tabled import tables
from worlds import World, examples, worlds

from scoring import endings, pipeline
from scoring.rules import Rulebook
from scoring.rules.settings import Ladder
from scoring.rules.versions import calendar_of


def reasons(texts: dict[str, str], **settings: Any) -> list[tuple[Any, ...]]:
    """The rows of a company's second quarter of 2026."""
    rule = {"name": "any", "metric": "closing", "weight": 1, "grade": {"floor": 0, "target": 1}}
    made = {"name": "E", "currency": "EUR", "method": "target_bands", "breakdowns": ["segment"], "rules": [rule]}
    rulebook = Rulebook.model_validate(made)
    rulebook = rulebook.model_copy(update=settings)
    result = pipeline.score(tables(texts), rulebook, calendar_of(rulebook).period("2026-Q2"), date(2026, 6, 30))
    return _of(result, rulebook, tables(texts)["rates"]).rows()


def _of(result: pipeline.Result, rulebook: Rulebook, rates: pl.DataFrame) -> pl.DataFrame:
    worth = endings.Exchange(rates.lazy(), result.windows.moves.start, rulebook.currency)
    scored = result.scored
    return endings.churn_reasons(scored.moves, result.ledger_lines, scored.rows, rulebook, worth=worth)


LEFT = {
    "accounts": "account_id segment\nA Small\nB Small\nC Large\nD Large",
    "managers": "manager_id team\nX East\nY East",
    "contracts": """
        account_id product amount every starts_on  ends_on    status    end_reason
        A          Main    100    month 2025-01-01 2026-05-01 cancelled Price
        A          Add-on  20     month 2025-01-01 2026-05-01 cancelled Unused
        B          Main    300    month 2025-01-01 2026-05-15 cancelled Price
        C          Main    500    month 2025-01-01 2026-06-01 cancelled .
        D          Main    700    month 2025-01-01 2026-06-01 .         Renewed
        D          Main    700    month 2026-06-01 .          .         .
        """,
    "ownership": "account_id manager_id\nA X\nB X\nC Y\nD Y",
}


def test_what_was_lost_stands_under_the_reason_of_its_largest_contract() -> None:
    rows = reasons(LEFT)
    assert [(*r[:4], f"{r[4]:.2f}") for r in rows if r[0] in ("company", "manager")] == [
        ("company", "company", "(none)", 1, "500.00"),
        ("company", "company", "Price", 2, "420.00"),
        ("manager", "X", "Price", 2, "420.00"),
        ("manager", "Y", "(none)", 1, "500.00"),
    ]
    assert [r[1:4] for r in rows if r[0] == "segment"] == [("Large", "(none)", 1), ("Small", "Price", 2)]


def test_the_largest_contract_is_that_of_the_largest_amount_in_one_currency() -> None:
    contracts = """
        account_id product currency amount every starts_on  ends_on    status    end_reason
        A          Main    EUR      2000   month 2025-01-01 2026-05-01 cancelled Price
        A          Add-on  JPY      3000   month 2025-01-01 2026-05-01 cancelled Unused
        """
    rates = "currency dated_on rate\nJPY 2025-01-01 0.006"
    rows = reasons({**LEFT, "contracts": contracts, "rates": rates})
    assert [(*r[2:4], f"{r[4]:.2f}") for r in rows if r[0] == "company"] == [("Price", 1, "2018.00")]


def test_a_shared_account_is_counted_by_each_manager_and_once_by_the_company() -> None:
    shared = {**LEFT, "ownership": "account_id manager_id share\nA X 0.5\nA Y 0.5"}
    rows = {r[:3]: (r[3], f"{r[4]:.2f}") for r in reasons(shared)}
    assert rows["manager", "X", "Price"] == rows["manager", "Y", "Price"] == (1, "60.00")
    assert rows["company", "company", "Price"] == (2, "420.00")


def test_a_contract_of_long_ago_is_no_reason_why_a_credit_made_an_account_free() -> None:
    contracts = """
        account_id product amount every starts_on  ends_on    status    end_reason
        A          Main    100    month 2023-01-01 2024-01-01 cancelled Moved
        A          Other   120    month 2024-01-01 .          .         .
        A          Bonus   -120   month 2026-05-01 .          .         .
        """
    assert [r[2] for r in reasons({**LEFT, "contracts": contracts}) if r[0] == "company"] == ["(none)"]


LADDER = {"tiers": ["Entry", "Premium"], "products": {"Small Plan": "Entry", "Large Plan": "Premium"}}


def by_tier(texts: dict[str, str], **settings: Any) -> list[tuple[Any, ...]]:
    """The tiers that were left from, each with the accounts and the revenue lost."""
    ladder = Ladder.model_validate(LADDER | settings.pop("ladder", {}))
    rows = reasons(texts, breakdowns=("tier",), ladder=ladder, **settings)
    return [(r[1], r[3], f"{r[4]:.2f}") for r in rows if r[0] == "tier"]


CLIMBED = """
    account_id product    amount every starts_on  ends_on    status
    A          Small_Plan 100    month 2025-01-01 2025-11-01 .
    A          Large_Plan 150    month 2025-11-01 2026-05-01 cancelled
    B          Small_Plan 300    month 2026-01-01 2026-05-15 cancelled
    C          Add-on     500    month 2025-01-01 2026-06-01 cancelled
    D          Small_Plan 700    month 2025-01-01 .          .
    D          Large_Plan 200    month 2025-01-01 .          .
    D          Bonus      -900   month 2026-06-20 .          .
    """


def test_who_left_stands_under_the_tier_it_left_from() -> None:
    texts = {**LEFT, "contracts": CLIMBED}
    assert by_tier(texts) == [("(none)", 1, "500.00"), ("Entry", 1, "300.00"), ("Premium", 2, "1050.00")]
    largest = by_tier(texts, ladder={"account_tier": "largest"})
    assert largest == [("(none)", 1, "500.00"), ("Entry", 2, "1200.00"), ("Premium", 1, "150.00")]


def test_who_orders_no_more_stands_under_the_tier_of_the_orders_before() -> None:
    invoices = """
        account_id dated_on   amount product
        A          2025-05-01 100    Small_Plan
        B          2025-05-01 300    Large_Plan
        B          2026-05-01 300    Small_Plan
        """
    assert by_tier({**LEFT, "invoices": invoices}, basis="invoices") == [("Entry", 1, "100.00")]


def test_where_nobody_left_there_is_no_reason() -> None:
    stays = {"contracts": "account_id amount every starts_on\nA 100 month 2025-01-01", "accounts": "account_id\nA"}
    assert reasons(stays) == []


@examples(10)
@given(worlds())
def test_what_was_lost_for_all_reasons_is_the_churn(world: World) -> None:
    result = pipeline.score(world.tables, world.rulebook, world.period, world.as_of)
    rows = result.scored.rows
    found = _of(result, world.rulebook, world.tables["rates"])
    assert found.schema == pl.Schema(endings.SCHEMA)
    for grain in set(found["grain"]):
        assert found.filter(pl.col("grain") == grain)["revenue"].sum() == rows["churn"].sum()
    if not found.height:
        assert (rows["churn"] == 0).all()
