"""How long do customers stay, by when they came?"""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from tabled import tables
from worlds import World, examples, worlds

from scoring import cohorts, pipeline
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

ACCOUNTS = """
    account_id segment
    Stays      Small
    Leaves     Small
    Grows      Large
    Shrinks    Large
    Late       Small
    """
CONTRACTS = """
    account_id amount every starts_on  ends_on    status
    Stays      100    month 2025-01-15 .          .
    Leaves     100    month 2025-02-01 2025-08-01 cancelled
    Grows      100    month 2025-04-01 2025-10-01 .
    Grows      300    month 2025-10-01 .          .
    Shrinks    100    month 2025-05-01 2025-08-01 .
    Shrinks    50     month 2025-08-01 .          .
    Late       100    month 2025-11-01 .          .
    """


def table(texts: dict[str, str], period: str = "2025-Q4", as_of: str = "2025-12-31", **settings: Any) -> pl.DataFrame:
    """The cohorts of a company written as tables."""
    rule = {"name": "any", "metric": "closing", "weight": 1, "grade": {"floor": 0, "target": 1}}
    made = {"name": "C", "currency": "EUR", "method": "target_bands", "rules": [rule], **settings}
    rulebook = Rulebook.model_validate(made)
    frames = tables(texts)
    span, day = calendar_of(rulebook).period(period), date.fromisoformat(as_of)
    lines = pipeline.score(frames, rulebook, span, day).ledger_lines
    return cohorts.cohorts(lines, frames["accounts"], frames["rates"], rulebook, span, day)


def shown(found: pl.DataFrame, kind: str, grain: str = "company", name: str = "company") -> dict[str, list[Any]]:
    """Cohort to its accounts and its figures by age, in percent."""
    rows = found.filter((pl.col("grain") == grain) & (pl.col("id") == name))
    percents = rows.with_columns((pl.col(kind) * 100).round(2))
    return {
        key[0]: [part["accounts"][0], *part[kind]] for key, part in percents.group_by("cohort", maintain_order=True)
    }


def test_the_part_of_each_cohort_that_stays_by_age_and_blank_where_it_is_too_young() -> None:
    found = table({"accounts": ACCOUNTS, "contracts": CONTRACTS})
    assert shown(found, "logo") == {
        "2025-Q1": [2, 100.0, 100.0, 50.0, 50.0],
        "2025-Q2": [2, 100.0, 100.0, 100.0, None],
        "2025-Q4": [1, 100.0, None, None, None],
    }


def test_growth_of_one_account_does_not_make_up_for_another_in_gross_retention() -> None:
    found = table({"accounts": ACCOUNTS, "contracts": CONTRACTS})
    assert shown(found, "gross")["2025-Q2"] == [2, 100.0, 75.0, 75.0, None]
    assert shown(found, "net")["2025-Q2"] == [2, 100.0, 75.0, 175.0, None]


def test_each_kind_of_account_has_its_own_cohorts_and_ages_are_those_of_its_oldest() -> None:
    found = table({"accounts": ACCOUNTS, "contracts": CONTRACTS}, breakdowns=["segment", "tier"])
    assert set(found["grain"]) == {"company", "segment"}
    assert shown(found, "logo", "segment", "Large") == {"2025-Q2": [2, 100.0, 100.0, 100.0, None]}
    assert shown(found, "logo", "segment", "Small")["2025-Q1"] == [2, 100.0, 100.0, 50.0, 50.0]


@pytest.mark.parametrize("called", ["cohort", "first", "revenue", "age", "paying", "0"])
def test_an_attribute_may_be_called_as_columns_are_here(called: str) -> None:
    named = ACCOUNTS.replace("segment", called)
    found = table({"accounts": named, "contracts": CONTRACTS}, breakdowns=[called])
    plain = table({"accounts": ACCOUNTS, "contracts": CONTRACTS}, breakdowns=["segment"])
    for grain, kind in (("company", "company"), (called, "segment")):
        rows = [told.filter(pl.col("grain") == its).drop("grain") for told, its in ((found, grain), (plain, kind))]
        assert rows[0].equals(rows[1])


def test_an_account_that_came_and_went_within_a_quarter_is_in_no_cohort_even_when_it_returns() -> None:
    found = table(
        {
            "contracts": """
            account_id amount every starts_on  ends_on    status
            Brief      100    month 2025-01-15 2025-03-01 cancelled
            Brief      100    month 2025-07-01 .          .
            """,
            "accounts": "account_id\nBrief",
        }
    )
    assert found.is_empty()


def test_free_months_come_before_the_first_revenue() -> None:
    """Free pays nothing for three months and half for three more; what Bonus gets off later changes nothing."""
    granted = """
        account_id amount every starts_on  ends_on
        Free       100    month 2025-02-01 .
        Free       -100   month 2025-02-01 2025-05-01
        Free       -50    month 2025-05-01 2025-08-01
        Bonus      100    month 2025-02-01 .
        Bonus      -20    month 2025-07-15 2025-12-01
        Never      100    month 2025-02-01 .
        Never      -100   month 2025-02-01 .
        """
    found = table({"contracts": granted, "accounts": "account_id\nFree\nBonus\nNever"})
    assert shown(found, "net") == {"2025-Q1": [1, 100.0, 100.0, 80.0, 100.0], "2025-Q2": [1, 100.0, 200.0, 200.0, None]}


def test_a_customer_that_left_and_came_back_counts_while_it_pays() -> None:
    back = """
        account_id amount every starts_on  ends_on    status
        Back       100    month 2025-01-15 2025-05-01 cancelled
        Back       100    month 2025-10-01 .          .
        """
    found = table({"contracts": back, "accounts": "account_id\nBack"})
    assert shown(found, "logo") == {"2025-Q1": [1, 100.0, 0.0, 0.0, 100.0]}


def test_on_invoices_a_quarter_is_compared_with_the_first() -> None:
    orders = """
        account_id dated_on   amount
        A          2025-01-15 100
        A          2025-02-15 100
        A          2025-08-15 300
        B          2025-03-15 100
        B          2025-06-15 50
        """
    found = table({"invoices": orders, "accounts": "account_id\nA\nB"}, basis="invoices")
    assert shown(found, "logo") == {"2025-Q1": [2, 100.0, 50.0, 50.0, 0.0]}
    assert shown(found, "gross")["2025-Q1"] == [2, 100.0, 16.67, 66.67, 0.0]
    assert shown(found, "net")["2025-Q1"] == [2, 100.0, 16.67, 100.0, 0.0]


def test_on_invoices_an_order_that_was_voided_on_its_day_begins_nothing() -> None:
    orders = """
        account_id dated_on   amount
        A          2025-01-15 100
        A          2025-01-15 -100
        A          2025-08-15 300
        B          2025-01-15 100
        """
    found = table({"invoices": orders, "accounts": "account_id\nA\nB"}, basis="invoices")
    assert shown(found, "logo") == {"2025-Q1": [1, 100.0, 0.0, 0.0, 0.0], "2025-Q3": [1, 100.0, 0.0, None, None]}


def test_a_quarter_that_is_not_over_is_not_looked_at() -> None:
    found = table({"accounts": ACCOUNTS, "contracts": CONTRACTS}, as_of="2025-12-30")
    assert shown(found, "logo")["2025-Q1"] == [2, 100.0, 100.0, 50.0]
    assert "2025-Q4" not in set(found["cohort"])


def test_quarters_are_those_of_the_fiscal_year() -> None:
    found = table({"accounts": ACCOUNTS, "contracts": CONTRACTS}, "2026-Q2", calendar={"fiscal_year_starts": "July"})
    assert list(shown(found, "logo")) == ["2025-Q3", "2025-Q4", "2026-Q2"]


def test_currencies_are_those_of_one_day_so_that_rates_retain_nobody() -> None:
    abroad = """
        account_id amount currency every starts_on
        A          100    USD      month 2025-01-15
        """
    rates = """
        currency dated_on   rate
        USD      2025-01-01 1.00
        USD      2025-07-01 2.00
        """
    found = table({"contracts": abroad, "rates": rates, "accounts": "account_id\nA"})
    assert shown(found, "net") == {"2025-Q1": [1, 100.0, 100.0, 100.0, 100.0]}


@pytest.mark.parametrize("basis", ["contracts", "invoices"])
def test_without_revenue_there_is_no_cohort(basis: str) -> None:
    found = table({"accounts": ACCOUNTS}, basis=basis)
    assert found.is_empty()
    assert found.schema == pl.Schema(cohorts.SCHEMA)


@examples(10)
@given(worlds())
def test_cohorts_keep_their_order_and_no_more_than_all(world: World) -> None:
    lines = pipeline.score(world.tables, world.rulebook, world.period, world.as_of).ledger_lines
    found = cohorts.cohorts(
        lines, world.tables["accounts"], world.tables["rates"], world.rulebook, world.period, world.as_of
    )
    assert found.schema == pl.Schema(cohorts.SCHEMA)
    known = found.drop_nulls("logo")
    assert known.filter(pl.col("age") == 0).select((pl.col("logo", "gross", "net") == 1).all()).row(0) in (
        (True, True, True), ()
    )  # fmt: skip
    assert known["logo"].is_between(0, 1).all()
    assert known["gross"].is_between(0, 1).all()
    assert (known["gross"] <= known["net"] + 1e-12).all()
    company = found.filter((pl.col("grain") == "company") & (pl.col("age") == 0))["accounts"].sum()
    for grain in set(found["grain"]):
        of_grain = found.filter((pl.col("grain") == grain) & (pl.col("age") == 0))
        assert of_grain["accounts"].sum() == company
