from datetime import date

import pytest
from one_rule import rulebook

from scoring.calendar import Calendar
from scoring.days import Span
from scoring.ledger.build import Windows
from scoring.period.windows import windows_of


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
    made = windows_of(rulebook(**settings), Calendar().period("2026-Q2"))
    assert made == Windows(span(*moves), span(*outcome))


def span(start: str, end: str) -> Span:
    return Span(date.fromisoformat(start), date.fromisoformat(end))
