from datetime import date

from scoring.calendar import Calendar
from scoring.days import Span
from scoring.lengths import DAYS_A_MONTH, DAYS_A_WEEK, DAYS_A_YEAR, MONTHS_A_QUARTER, MONTHS_A_YEAR, WEEKS_A_MONTH


def test_months_are_those_of_the_calendar_and_days_the_mean_of_four_years() -> None:
    assert (Calendar(length="quarter").months, Calendar(length="year").months) == (MONTHS_A_QUARTER, MONTHS_A_YEAR)
    assert Span(date(2025, 1, 1), date(2029, 1, 1)).days == 4 * DAYS_A_YEAR
    assert DAYS_A_YEAR == MONTHS_A_YEAR * DAYS_A_MONTH
    assert DAYS_A_WEEK == DAYS_A_MONTH / WEEKS_A_MONTH == Calendar().period("2026-W26").days
