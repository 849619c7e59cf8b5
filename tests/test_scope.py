"""Which period is scored when none is named, which windows it has, and how much chance two periods share."""

from datetime import date

import pytest
from tabled import tables

from scoring import misread, scope
from scoring.calendar import Calendar
from scoring.days import Span
from scoring.ledger.build import Windows
from scoring.rules import Rulebook

RULE = {"name": "keep", "metric": "logo_retention", "weight": 1, "grade": {"floor": 0.5, "target": 1}}


def rulebook(**settings: object) -> Rulebook:
    return Rulebook.model_validate({"name": "Test", "currency": "EUR", "rules": [RULE], **settings})


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
    period = scope.latest_period(tables({"invoices": rows}), rulebook(), date.fromisoformat(as_of))
    assert period.name == expected


@pytest.mark.parametrize(
    ("last_sale", "expected"),
    [("2026-07-10", "2026-Q2"), ("2026-08-15", "2026-Q2"), ("2026-08-16", "2026-Q3"), ("2026-04-02", "2026-Q1")],
)
def test_exports_that_end_in_the_first_half_of_a_period_were_made_after_the_one_before(
    last_sale: str, expected: str
) -> None:
    rows = f"account_id dated_on amount\nA 2026-01-05 1\nA {last_sale} 1"
    assert scope.latest_period(tables({"invoices": rows}), rulebook(), date(2026, 11, 25)).name == expected


def test_one_trial_that_ends_after_the_export_does_not_move_the_period() -> None:
    rows = """
        line_id account_id amount every starts_on status
        1 A 1 month 2025-11-05 active
        2 A 1 month 2026-07-10 trial
        """
    deals = "account_id dated_on amount kind\nA 2026-05-25 1 deal"
    known = tables({"contracts": rows, "invoices": deals})
    assert scope.latest_period(known, rulebook(), date(2026, 11, 25)).name == "2026-Q2"


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
    assert scope.last_days(known, date(2026, 11, 25)) == {"contracts.csv": date.fromisoformat(last)}
    assert scope.latest_period(known, rulebook(), date(2026, 11, 25)).name == expected


def test_what_was_cancelled_was_known_before_the_contract_ended() -> None:
    rows = """
        line_id account_id amount every starts_on ends_on cancelled_on
        1 A 1 month 2025-01-01 . .
        2 B 1 month 2025-01-01 . .
        3 C 1 month 2025-01-01 2026-10-31 2026-06-20
        """
    assert scope.reach(tables({"contracts": rows}), date(2026, 11, 25)) == date(2026, 6, 20)


def test_a_renewal_signed_ahead_happened_when_it_was_signed() -> None:
    rows = """
        line_id account_id amount every starts_on signed_on
        1 A 1 month 2025-01-01 .
        2 A 1 month 2026-08-09 2026-06-20
        """
    known = tables({"contracts": rows})
    assert scope.latest_period(known, rulebook(), date(2026, 11, 25)).name == "2026-Q2"
    assert scope.last_days(known, date(2026, 11, 25)) == {"contracts.csv": date(2026, 6, 20)}


def test_without_dated_rows_a_period_must_be_named() -> None:
    with pytest.raises(scope.NothingDatedError):
        scope.latest_period(tables({}), rulebook(), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("settings", "moves", "outcome"),
    [
        ({}, ("2026-04-01", "2026-07-01"), ("2025-07-01", "2026-07-01")),
        ({"retention_window": "period"}, ("2026-04-01", "2026-07-01"), ("2026-04-01", "2026-07-01")),
        ({"basis": "invoices"}, ("2026-04-01", "2026-07-01"), ("2025-04-01", "2025-07-01")),
        (
            {"basis": "invoices", "compare": "previous_period"},
            ("2026-04-01", "2026-07-01"),
            ("2026-01-01", "2026-04-01"),
        ),
        ({"basis": "invoices", "compare": "trailing_12m"}, ("2025-07-01", "2026-07-01"), ("2024-07-01", "2025-07-01")),
    ],
)
def test_the_windows_of_a_period(settings: dict[str, object], moves: tuple[str, str], outcome: tuple[str, str]) -> None:
    made = scope.windows(rulebook(**settings), Calendar().period("2026-Q2"))
    assert made == Windows(span(*moves), span(*outcome))


@pytest.mark.parametrize(
    ("settings", "low", "high"),
    [
        ({}, 0.74, 0.76),
        ({"retention_window": "period"}, 0, 0),
        ({"basis": "invoices"}, 0, 0),
        ({"basis": "invoices", "compare": "previous_period"}, -0.51, -0.49),
        ({"basis": "invoices", "compare": "trailing_12m"}, 0.61, 0.64),
    ],
)
def test_windows_that_overlap_share_chance_and_windows_that_follow_undo_it(
    settings: dict[str, object], low: float, high: float
) -> None:
    book, calendar = rulebook(**settings), Calendar()
    now, before = (scope.windows(book, calendar.period(name)) for name in ("2026-Q2", "2026-Q1"))
    assert low <= scope.shared_chance(book, now, before) <= high


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"expectation": {"features": ["quarter", "sector", "size_band", "tenure_band", "tier", "region"]}},
        {"expectation": {"segment": "sector"}},
        {"expectation": {"segment": "tenure_band"}},
        {"publish": {"peers": ["team", "reports_to"]}},
    ],
)
def test_attributes_that_accounts_have_or_that_are_usual_are_not_missed(settings: dict[str, object]) -> None:
    assert unknown(settings) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"expectation": {"features": ["sektor"]}}, 'did you mean "sector"?'),
        ({"expectation": {"features": ["colour"]}}, "map a column to it under accounts in sources.yaml"),
        ({"expectation": {"segment": "size_band"}}, "map a column to it under accounts in sources.yaml"),
        ({"expectation": {"segment": "quarter"}}, "map a column to it under accounts in sources.yaml"),
        ({"publish": {"peers": ["team", "Teams"]}}, 'did you mean "team"?'),
        ({"publish": {"peers": ["office"]}}, "known: name, email, team, reports_to, starts_on, ends_on"),
    ],
)
def test_what_accounts_are_alike_in_and_who_are_peers_must_be_there(settings: dict[str, object], said: str) -> None:
    assert unknown(settings) == [said]


def unknown(settings: dict[str, object]) -> list[str]:
    """The remedies for what the rules name and the exports do not have; accounts have a region and a sector."""
    known = tables({"accounts": "account_id sector\nA Retail", "managers": "manager_id\nm"})
    return [p.remedy for p in misread.unknown_attributes(known, rulebook(**settings), "rules.yaml")]


def span(start: str, end: str) -> Span:
    return Span(date.fromisoformat(start), date.fromisoformat(end))
