import pytest
from one_rule import rulebook

from scoring.calendar import Calendar
from scoring.period.shared_chance import shared_chance


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
    now, before = (Calendar().period(name) for name in ("2026-Q2", "2026-Q1"))
    assert low <= shared_chance(rulebook(method="target_bands", **settings), now, before) <= high


@pytest.mark.parametrize(
    ("quarters", "now", "before", "expected"),
    [
        (4, "2026-Q2", "2026-Q1", 0.75),
        (4, "2026-05", "2026-04", 1 - 1 / 12),
        (4, "2026", "2025", 0.0),
        (8, "2026", "2025", 0.5),
        (1, "2026-Q2", "2026-Q1", 0.0),
        (2, "2026-Q2", "2025-Q1", 0.0),
    ],
)
def test_scores_of_trailing_quarters_share_the_chance_of_those_in_both(
    quarters: int, now: str, before: str, expected: float
) -> None:
    book, calendar = rulebook(window={"quarters": quarters}), Calendar()
    assert shared_chance(book, calendar.period(now), calendar.period(before)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("weights", "before", "expected"),
    [
        ([1, 1, 1, 1], "2026-Q1", 0.75),
        ([1, 0.5], "2026-Q1", 0.4),
        ([1, 0.8, 0.6, 0.4], "2026-Q1", 1.52 / 2.16),
        ([1, 0, 0, 0], "2026-Q1", 0.0),
        ([1, 0, 1, 0], "2026-Q1", 0.0),
        ([1, 0, 1, 0], "2025-Q4", 0.5),
    ],
)
def test_a_quarter_shares_as_much_chance_as_it_weighs(weights: list[float], before: str, expected: float) -> None:
    book, calendar = rulebook(window={"quarters": len(weights), "weights": weights}), Calendar()
    found = shared_chance(book, calendar.period("2026-Q2"), calendar.period(before))
    assert found == pytest.approx(expected)
