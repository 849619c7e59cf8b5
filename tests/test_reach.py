from datetime import date

import pytest
from one_rule import rulebook
from tabled import tables

from scoring.reach import NothingDatedError, last_days, latest_period


@pytest.mark.parametrize(
    ("last_sale", "as_of", "expected"),
    [
        ("2026-06-29", "2026-11-25", "2026-Q2"),
        ("2026-06-29", "2026-06-30", "2026-Q2"),
        ("2026-06-29", "2026-06-29", "2026-Q1"),
        ("2027-01-01", "2026-07-01", "2026-Q1"),
    ],
)
def test_the_last_period_that_is_over_and_has_rows_is_scored(last_sale: str, as_of: str, expected: str) -> None:
    rows = f"account_id dated_on amount\nA 2026-01-05 1\nA {last_sale} 1"
    period = latest_period(tables({"invoices": rows}), rulebook(), date.fromisoformat(as_of))
    assert period.name == expected


@pytest.mark.parametrize(
    ("last_sale", "expected"),
    [("2026-07-10", "2026-Q2"), ("2026-08-15", "2026-Q2"), ("2026-08-16", "2026-Q3"), ("2026-04-02", "2026-Q1")],
)
def test_exports_that_end_in_the_first_half_of_a_period_were_made_after_the_one_before(
    last_sale: str, expected: str
) -> None:
    rows = f"account_id dated_on amount\nA 2026-01-05 1\nA {last_sale} 1"
    assert latest_period(tables({"invoices": rows}), rulebook(), date(2026, 11, 25)).name == expected


def test_one_trial_that_ends_after_the_export_does_not_move_the_period() -> None:
    rows = """
        line_id account_id amount every starts_on status
        1 A 1 month 2025-11-05 active
        2 A 1 month 2026-07-10 trial
        """
    deals = "account_id dated_on amount kind\nA 2026-05-25 1 deal"
    known = tables({"contracts": rows, "invoices": deals})
    assert latest_period(known, rulebook(), date(2026, 11, 25)).name == "2026-Q2"


@pytest.mark.parametrize(
    ("others", "last", "expected"),
    [("2026-09-30", "2024-07-20", "2024-Q2"), (".", "2026-02-28", "2026-Q1")],
)
def test_an_end_tells_how_far_the_exports_reach_where_contracts_usually_run_on(
    others: str, last: str, expected: str
) -> None:
    rows = f"""
        line_id account_id amount every starts_on ends_on
        1 A 1 month 2024-05-01 {others}
        2 B 1 month 2024-07-18 {others}
        3 C 1 month 2024-07-20 2026-02-28
        """
    known = tables({"contracts": rows})
    assert last_days(known, date(2026, 11, 25)) == {"contracts.csv": date.fromisoformat(last)}
    assert latest_period(known, rulebook(), date(2026, 11, 25)).name == expected


def test_what_was_cancelled_was_known_before_the_contract_ended() -> None:
    rows = """
        line_id account_id amount every starts_on ends_on cancelled_on
        1 A 1 month 2025-01-01 . .
        2 B 1 month 2025-01-01 . .
        3 C 1 month 2025-01-01 2026-10-31 2026-06-20
        """
    assert last_days(tables({"contracts": rows}), date(2026, 11, 25)) == {"contracts.csv": date(2026, 6, 20)}


def test_a_renewal_signed_ahead_happened_when_it_was_signed() -> None:
    rows = """
        line_id account_id amount every starts_on signed_on
        1 A 1 month 2025-01-01 .
        2 A 1 month 2026-08-09 2026-06-20
        """
    known = tables({"contracts": rows})
    assert latest_period(known, rulebook(), date(2026, 11, 25)).name == "2026-Q2"
    assert last_days(known, date(2026, 11, 25)) == {"contracts.csv": date(2026, 6, 20)}


def test_without_dated_rows_a_period_must_be_named() -> None:
    with pytest.raises(NothingDatedError):
        latest_period(tables({}), rulebook(), date(2026, 1, 1))
