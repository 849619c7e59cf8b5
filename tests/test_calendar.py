from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calendar import Calendar, Length, Period, UnknownPeriodError, spelled
from scoring.days import months_back

LENGTHS: tuple[Length, ...] = ("month", "quarter", "year")
FIRST, LAST = date(1990, 1, 1), date(2029, 12, 31)

calendars = st.builds(Calendar, st.integers(1, 12), st.sampled_from(LENGTHS))
days = st.dates(FIRST, LAST)


def spans(calendar: Calendar, *names: str) -> list[tuple[str, str]]:
    return [(str(p.start), str(p.end)) for p in map(calendar.period, names)]


def test_calendar_year_has_the_usual_quarters_and_months() -> None:
    assert spans(Calendar(), "2026", "2026-Q2", "2026-02", "2024-12") == [
        ("2026-01-01", "2027-01-01"),
        ("2026-04-01", "2026-07-01"),
        ("2026-02-01", "2026-03-01"),
        ("2024-12-01", "2025-01-01"),
    ]


def test_fiscal_year_is_named_by_the_year_it_ends_in() -> None:
    assert spans(Calendar(7), "2026", "2026-Q1", "2026-Q4", "2026-02") == [
        ("2025-07-01", "2026-07-01"),
        ("2025-07-01", "2025-10-01"),
        ("2026-04-01", "2026-07-01"),
        ("2026-02-01", "2026-03-01"),
    ]


@pytest.mark.parametrize(
    "name",
    ["", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-4", "2026Q2", "Q2 2026", "2026-q2", "0000", "9999",
     "26", "2026-Q2\n", " 2026", "٢٠٢٦", "2026-Q٢"],
)  # fmt: skip
def test_text_that_is_no_period_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(UnknownPeriodError, match="is not a period; write a quarter as 2026-Q2"):
        Calendar().period(name)


def test_a_period_is_spelled_as_it_is_looked_up() -> None:
    assert [spelled(name) for name in ("2026-q2", "2026-w26", "2026-Q2", "2026-04", "last", "2026-q5", "a2026-q2")] == [
        "2026-Q2", "2026-W26", "2026-Q2", "2026-04", "last", "2026-q5", "a2026-q2",
    ]  # fmt: skip


def test_latest_complete_period_may_end_with_the_day_itself() -> None:
    calendar = Calendar()
    assert calendar.latest_complete(date(2026, 6, 29)).name == "2026-Q1"
    assert calendar.latest_complete(date(2026, 6, 30)).name == "2026-Q2"
    assert calendar.latest_complete(date(2026, 7, 1)).name == "2026-Q2"
    assert Calendar(2, "year").latest_complete(date(2026, 1, 31)).name == "2026"


def test_previous_last_year_and_trailing_keep_the_length() -> None:
    calendar = Calendar(4)
    quarter = calendar.period("2026-Q1")
    assert calendar.previous(quarter).name == "2025-Q4"
    assert calendar.previous(quarter, 5).name == "2024-Q4"
    assert calendar.same_period_last_year(quarter).name == "2025-Q1"
    assert calendar.trailing(quarter) == (date(2024, 7, 1), date(2025, 7, 1))
    assert calendar.trailing(quarter, 1) == (date(2025, 6, 1), date(2025, 7, 1))
    assert calendar.previous(calendar.period("2026-01")).name == "2025-12"


def test_period_knows_its_days() -> None:
    february = Calendar().period("2024-02")
    assert (february.days, february.last_day, str(february)) == (29, date(2024, 2, 29), "2024-02")
    assert date(2024, 2, 29) in february
    assert date(2024, 3, 1) not in february


@pytest.mark.parametrize(("length", "months"), [("month", 1), ("quarter", 3), ("year", 12)])
def test_a_calendar_knows_how_many_months_its_periods_have(length: Length, months: int) -> None:
    calendar = Calendar(4, length)
    period = calendar.containing(date(2026, 5, 15))
    assert (calendar.months, months_back(period.end, months)) == (months, period.start)


@pytest.mark.parametrize("starts", range(1, 13))
@pytest.mark.parametrize("length", LENGTHS)
def test_every_day_of_forty_years_lies_in_exactly_one_period(starts: int, length: Length) -> None:
    calendar = Calendar(starts, length)
    day, seen = FIRST, list[Period]()
    while day <= LAST:
        period = calendar.containing(day)
        assert day in period
        if not seen or seen[-1] != period:
            assert not seen or seen[-1].end == period.start
            seen.append(period)
        day += timedelta(days=1)
    assert len({p.name for p in seen}) == len(seen)


@given(st.integers(1, 12), st.integers(1990, 2029))
def test_quarters_and_months_tile_the_year(starts: int, year: int) -> None:
    calendar = Calendar(starts)
    whole = calendar.period(str(year))
    quarters = [calendar.period(f"{year}-Q{q}") for q in (1, 2, 3, 4)]
    assert whole.last_day.year == year
    assert (quarters[0].start, quarters[3].end) == (whole.start, whole.end)
    assert all(a.end == b.start for a, b in pairwise(quarters))
    monthly = Calendar(starts, "month")
    for quarter in quarters:
        last = monthly.containing(quarter.last_day)
        assert monthly.previous(last, 2).start == quarter.start


@given(calendars, days)
def test_name_leads_back_to_the_period(calendar: Calendar, day: date) -> None:
    period = calendar.containing(day)
    assert calendar.period(period.name) == period


@given(calendars, days)
def test_latest_complete_is_over_and_the_next_one_is_not(calendar: Calendar, as_of: date) -> None:
    latest = calendar.latest_complete(as_of)
    assert latest.end <= as_of + timedelta(days=1)
    assert calendar.containing(latest.end).end > as_of + timedelta(days=1)


@given(calendars, days)
def test_previous_ends_where_the_period_starts(calendar: Calendar, day: date) -> None:
    period = calendar.containing(day)
    assert calendar.previous(period).end == period.start
    assert calendar.previous(period, 0) == period
