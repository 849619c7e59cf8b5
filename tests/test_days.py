from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.day_keys import account_in, day_in, day_key
from scoring.days import DAY, EPOCH, EVER, NEVER, Span, first_of_month, month_number, months_back

days = st.dates(date(1990, 1, 1), date(2029, 12, 31))
spans = st.builds(lambda start, length: Span(start, start + timedelta(length)), days, st.integers(0, 400))


@pytest.mark.parametrize(
    ("end", "months", "expected"),
    [
        ("2026-07-01", 3, "2026-04-01"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-30", 1, "2024-02-29"),
        ("2026-05-31", 1, "2026-04-30"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-11-30", -3, "2027-02-28"),
        ("2026-06-30", 0, "2026-06-30"),
    ],
)
def test_so_many_months_before_is_the_same_day_or_the_last_of_its_month(end: str, months: int, expected: str) -> None:
    assert months_back(date.fromisoformat(end), months) == date.fromisoformat(expected)


@given(days, st.integers(-60, 60))
def test_going_back_goes_as_many_months_and_no_later_in_the_month(end: date, months: int) -> None:
    there = months_back(end, months)
    assert month_number(there) == month_number(end) - months
    assert there.day == end.day or (there.day < end.day and (there + DAY).day == 1)


@given(days)
def test_a_month_begins_on_its_first_day(day: date) -> None:
    first = first_of_month(month_number(day))
    assert first == day.replace(day=1)
    assert month_number(first - DAY) == month_number(day) - 1


@given(st.lists(st.tuples(st.integers(0, 10**9), st.dates()), min_size=1))
def test_accounts_with_days_are_numbers_in_the_order_of_both(pairs: list[tuple[int, date]]) -> None:
    rows = pl.DataFrame(pairs, schema={"account": pl.Int64, "day": pl.Date}, orient="row")
    keyed = rows.with_columns(key=day_key(pl.col("account"), pl.col("day")))
    assert keyed.sort("key").select("account", "day").rows() == sorted(pairs)
    assert keyed.select(account=account_in(pl.col("key")), day=day_in(pl.col("key"))).rows() == pairs


@given(spans, spans)
def test_a_span_holds_its_days_up_to_the_last_one_and_not_its_end(one: Span, other: Span) -> None:
    around = pl.DataFrame({"day": pl.date_range(min(one.start, other.start), max(one.end, other.end), eager=True)})
    held = around.filter(one.holds(pl.col("day")))["day"].to_list()
    assert one.days == len(held)
    assert not held or (held[0], held[-1]) == (one.start, one.last_day)
    both = around.filter(one.holds(pl.col("day")) & other.holds(pl.col("day")))
    assert one.shared(other) == other.shared(one) == both.height


def test_frames_number_days_from_the_epoch_and_hold_every_day_from_ever_to_never() -> None:
    ends = pl.Series([EVER, EPOCH, NEVER])
    assert ends.to_physical()[1] == 0
    assert ends.to_list() == [EVER, EPOCH, NEVER]
    for beyond, way in ((EVER, -DAY), (NEVER, DAY)):
        with pytest.raises(OverflowError):
            beyond + way
