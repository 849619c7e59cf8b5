"""When is a digest due, and which period does it tell of?"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scoring.calendar import Calendar, UnknownPeriodError
from scoring.digest.due import Occasion, instant, occasions, upcoming
from scoring.rules.digests import WEEKDAYS, Digests, Schedule

DAY = timedelta(days=1)
WEEKLY: dict[str, Any] = {"every": "week", "on": "Monday"}


def schedule(**settings: Any) -> Schedule:
    return Schedule.model_validate({"name": "s", "audience": "channel", "channel": "c", "at": "07:00", **settings})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first(after: str, fiscal: int = 1, holidays: tuple[date, ...] = (), zone: str = "UTC", **settings: Any) -> str:
    """The first occasion after the day: its period, and the instant at which it is due, by the clocks of the zone."""
    digests = Digests(holidays=holidays)
    (found,) = upcoming(schedule(**settings), digests, Calendar(fiscal), zone, after=at(after), count=1)
    return f"{found.period} on {found.due_at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


# ---- worked cases -----------------------------------------------------------------------------------------
def test_a_weekly_digest_tells_of_the_week_that_is_over() -> None:
    assert first("2026-06-26", **WEEKLY) == "2026-W26 on Mon 2026-06-29 07:00"
    assert first("2026-06-26", every="week", on="Sunday") == "2026-W25 on Sun 2026-06-28 07:00"
    assert first("2026-12-28", **WEEKLY) == "2026-W52 on Mon 2026-12-28 07:00"


def test_a_year_of_53_weeks_has_them_all() -> None:
    assert first("2027-01-01", **WEEKLY) == "2026-W53 on Mon 2027-01-04 07:00"
    assert first("2027-01-05", **WEEKLY) == "2027-W01 on Mon 2027-01-11 07:00"


def test_the_third_working_day_of_july_steps_over_a_holiday_and_the_week_end() -> None:
    """July 2026 begins on a Wednesday: 1, 2, 3, then Monday the 6th."""
    third: dict[str, Any] = {"every": "month", "working_day": 3}
    assert first("2026-07-01", **third) == "2026-06 on Fri 2026-07-03 07:00"
    assert first("2026-07-01", holidays=(date(2026, 7, 3),), **third) == "2026-06 on Mon 2026-07-06 07:00"


def test_the_last_working_day_counts_from_the_end() -> None:
    """May 2026 ends on a Sunday; its own last working day is no day on which it is over."""
    assert first("2026-05-01", every="month", working_day=-1) == "2026-04 on Fri 2026-05-29 07:00"
    assert first("2026-05-01", every="month", working_day=-2) == "2026-04 on Thu 2026-05-28 07:00"
    eve = (date(2026, 12, 31), date(2026, 12, 25))
    assert first("2026-12-01", holidays=eve, every="month", working_day=-1) == "2026-11 on Wed 2026-12-30 07:00"


def test_quarters_are_those_of_the_fiscal_year() -> None:
    """A year from February: 2027-Q1 is February to April 2026, over on Friday 1 May."""
    quarterly: dict[str, Any] = {"every": "quarter", "working_day": 1}
    assert first("2026-04-15", 2, **quarterly) == "2027-Q1 on Fri 2026-05-01 07:00"
    assert first("2026-04-15", 2, (date(2026, 5, 1),), **quarterly) == "2027-Q1 on Mon 2026-05-04 07:00"
    assert first("2026-06-15", **quarterly) == "2026-Q2 on Wed 2026-07-01 07:00"
    assert first("2026-04-15", 2, every="quarter", working_day=-1) == "2026-Q4 on Thu 2026-04-30 07:00"


def test_a_leap_day_and_the_31st_are_days_like_others() -> None:
    assert first("2028-02-15", every="month", working_day=-1) == "2028-01 on Tue 2028-02-29 07:00"
    assert first("2028-03-01", every="month", working_day=1) == "2028-02 on Wed 2028-03-01 07:00"
    assert first("2027-02-15", every="month", working_day=-1) == "2027-01 on Fri 2027-02-26 07:00"
    assert first("2026-08-15", every="month", working_day=-1) == "2026-07 on Mon 2026-08-31 07:00"


def test_a_month_of_few_working_days_is_told_of_on_the_last_that_counts() -> None:
    """20 are counted in a February of 20 weekdays of which one is a holiday; and in one that is all holidays."""
    twenty: dict[str, Any] = {"every": "month", "working_day": 20}
    assert first("2026-02-02", **twenty) == "2026-01 on Fri 2026-02-27 07:00"
    assert first("2026-02-02", holidays=(date(2026, 2, 2),), **twenty) == "2026-01 on Fri 2026-02-27 07:00"
    shut = tuple(date(2026, 2, 1) + n * DAY for n in range(28))
    assert first("2026-02-02", holidays=shut, **twenty) == "2026-01 on Sat 2026-02-28 07:00"
    assert first("2026-02-02", holidays=shut, every="month", working_day=-10) == "2026-01 on Sat 2026-02-28 07:00"


def test_the_schedules_own_zone_goes_before_that_of_the_calendar() -> None:
    for settings, due in (({}, "2026-06-29 14:00"), ({"time_zone": "Asia/Kolkata"}, "2026-06-29 01:30")):
        chosen = schedule(**WEEKLY, **settings)
        (found,) = upcoming(chosen, Digests(), Calendar(), "US/Pacific", after=at("2026-06-28"), count=1)
        assert found.due_at == at(due)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "due"),
    [
        ("Europe/Berlin", "2027-03-28", "02:30", "2027-03-28 01:00"),  # 2 to 3 is left out: at 3, which is 1 in UTC
        ("Europe/Berlin", "2027-03-28", "02:00", "2027-03-28 01:00"),
        ("Europe/Berlin", "2027-03-28", "03:00", "2027-03-28 01:00"),
        ("Europe/Berlin", "2027-03-28", "01:59", "2027-03-28 00:59"),
        ("Europe/Berlin", "2027-10-31", "02:30", "2027-10-31 00:30"),  # 2 to 3 comes twice: the first time
        ("Europe/Berlin", "2027-10-31", "03:00", "2027-10-31 02:00"),
        ("Australia/Lord_Howe", "2027-10-03", "02:15", "2027-10-02 15:30"),  # half an hour is left out
        ("Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03 14:45"),  # and comes twice
        ("America/Nuuk", "2027-03-27", "23:30", "2027-03-28 01:00"),  # the day's last hour is left out
        ("Asia/Beirut", "2027-03-28", "00:00", "2027-03-27 22:00"),  # the day begins at 1
        ("Pacific/Apia", "2011-12-30", "07:00", "2011-12-30 10:00"),  # a day that never was: when the next one begins
        ("Pacific/Apia", "2011-12-31", "07:00", "2011-12-30 17:00"),
    ],
)
def test_hours_that_are_left_out_or_come_twice_have_one_first_instant(
    zone: str, day: str, clock: str, due: str
) -> None:
    assert instant(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)) == at(due)


def test_what_is_due_lies_after_the_one_and_up_to_the_other() -> None:
    due = at("2026-06-29 07:00")

    def found(after: datetime, until: datetime) -> int:
        return len(occasions(schedule(**WEEKLY), Digests(), Calendar(), "UTC", after=after, until=until))

    second = timedelta(microseconds=1)
    assert found(due - second, due) == 1
    assert found(due, due + second) == found(due - DAY, due - second) == found(due, due) == found(due, due - DAY) == 0
    here = ZoneInfo("Pacific/Apia")
    assert found((due - second).astimezone(here), due.astimezone(here)) == 1


# ---- two years of a simulated clock -----------------------------------------------------------------------
STEP = timedelta(minutes=15)
BEGIN, END = at("2027-01-01"), at("2029-01-01")
HOLIDAYS = (date(2027, 1, 1), date(2027, 12, 31), date(2028, 2, 29), date(2028, 7, 3), date(2028, 7, 4))
ZONES = {"Europe/Berlin": "02:30", "US/Pacific": "01:15", "Australia/Lord_Howe": "02:15", "Asia/Kolkata": "23:45"}
"""Four zones, each with an hour that is left out once a year, or comes twice, where there is one."""


def reached(zone: str) -> dict[date, datetime]:
    """Day to the instant at which somebody who looks at the clock every quarter of an hour first sees the hour."""
    here, clock = ZoneInfo(zone), time.fromisoformat(ZONES[zone])
    found: dict[date, datetime] = {}
    for n in range((END - BEGIN) // STEP + 1):
        now = BEGIN + n * STEP
        seen = now.astimezone(here)
        if seen.time() >= clock:
            found.setdefault(seen.date(), now)
    return found


def counted(day: date, fiscal: int, every: str) -> list[date]:
    """The working days of the day's month, or of its quarter in a fiscal year that begins with that month."""
    months = 1 if every == "month" else 3
    begin = day.replace(day=1)
    while (begin.month - fiscal) % months:
        begin = (begin - DAY).replace(day=1)
    days = (begin + n * DAY for n in range(32 * months))
    ends = (begin.year * 12 + begin.month - 1) + months
    return [d for d in days if d.year * 12 + d.month - 1 < ends and d.weekday() < 5 and d not in HOLIDAYS]


def is_due(day: date, plan: Schedule, fiscal: int) -> bool:
    if plan.working_day is None:
        return WEEKDAYS[day.weekday()] == plan.on
    working = counted(day, fiscal, plan.every)
    return day == working[plan.working_day - (plan.working_day > 0)]


def cut(dice: random.Random, instants: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """The two years in pieces: minutes, hours, and weeks in which nobody was awake; some end when something is due."""
    ends = {BEGIN, END, *dice.sample(instants, min(9, len(instants)))}
    ends |= {BEGIN + timedelta(seconds=dice.randrange(63_072_000)) for _ in range(60)}
    ends |= {end + timedelta(minutes=dice.choice((1, 7, 60))) for end in ends if end < END - DAY}
    yield from pairwise(sorted(ends))


PLANS = [
    (schedule(every="week", on="Sunday"), 1), (schedule(every="week", on="Monday"), 1),
    (schedule(every="month", working_day=3), 1), (schedule(every="month", working_day=-1), 1),
    (schedule(every="quarter", working_day=1), 2), (schedule(every="quarter", working_day=-10), 7),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_two_years_hold_exactly_the_due_periods_each_once_however_they_are_cut(zone: str) -> None:
    seen, dice = reached(zone), random.Random(7)
    for settings, fiscal in PLANS:
        plan = settings.model_copy(update={"at": time.fromisoformat(ZONES[zone]), "time_zone": zone})
        expected = [now for day, now in seen.items() if BEGIN < now <= END and is_due(day, plan, fiscal)]

        def due(after: datetime, until: datetime, plan: Schedule = plan, fiscal: int = fiscal) -> tuple[Occasion, ...]:
            return occasions(plan, Digests(holidays=HOLIDAYS), Calendar(fiscal), "UTC", after=after, until=until)

        whole = due(BEGIN, END)
        assert [one.due_at for one in whole] == expected
        assert [one for piece in cut(dice, expected) for one in due(*piece)] == [*whole]
        assert upcoming(
            plan, Digests(holidays=HOLIDAYS), Calendar(fiscal), "UTC", after=BEGIN, count=len(whole)
        ) == whole  # fmt: skip
        for one, following in pairwise(whole):
            assert one.period.end == following.period.start
        for one in whole:
            day = one.due_at.astimezone(ZoneInfo(zone)).date()
            assert one.period.end <= day < one.period.end + one.period.days * DAY + 4 * DAY
        assert len(whole) in {"week": (104, 105), "month": (24,), "quarter": (8,)}[plan.every]


# ---- one instant a day, everywhere ------------------------------------------------------------------------
EVERYWHERE = (
    "Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Caracas", "America/Havana", "US/Pacific",
    "America/Nuuk", "America/Santiago", "America/Sao_Paulo", "America/St_Johns", "Antarctica/Casey", "Antarctica/Troll",
    "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran", "Europe/Berlin",
    "Atlantic/Azores", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Istanbul", "Europe/Dublin", "Europe/Moscow",
    "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Fakaofo", "Pacific/Kiritimati",
)  # fmt: skip
NEVER = {("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Fakaofo", date(2011, 12, 30))}
EARLIER = [timedelta(minutes=m) for m in (1, 15, 30, 45, 60, 75, 90, 120, 150, 180)]


MIDNIGHT = (
    "Africa/Cairo", "America/Asuncion", "America/Havana", "America/Nuuk", "America/Sao_Paulo", "America/St_Johns",
    "Asia/Beirut", "Asia/Tehran", "Atlantic/Azores", "Pacific/Apia",
)  # fmt: skip
"""Zones whose clocks change at midnight or near it."""


@pytest.mark.parametrize(("clock", "zones"), [(time(0), MIDNIGHT), (time(2, 30), EVERYWHERE), (time(23, 30), MIDNIGHT)])
def test_every_day_of_ten_years_has_one_first_instant_everywhere(clock: time, zones: tuple[str, ...]) -> None:
    """In thirty zones; no two days share one, and right before it the clocks had not come so far."""
    days = [date(2006, 1, 1) + n * DAY for n in range(3652)]
    odd = 0
    for name in zones:
        zone, last = ZoneInfo(name), at("2005-12-30")
        for day in days:
            due, wanted = instant(day, clock, zone), datetime.combine(day, clock)
            shown = due.astimezone(zone).replace(tzinfo=None)
            if (name, day) in NEVER:
                assert shown == datetime.combine(day + DAY, time())
            else:
                assert due > last or (name, day - DAY) in NEVER
                if shown != wanted or not timedelta(hours=23, minutes=59) < due - last < timedelta(days=1, minutes=1):
                    odd += 1
                    before = [(due - step).astimezone(zone).replace(tzinfo=None) for step in EARLIER]
                    assert shown >= wanted > max(before)
            last = due
    assert odd > 50


# ---- weeks in the calendar --------------------------------------------------------------------------------
def test_weeks_are_those_of_iso_8601_in_every_calendar() -> None:
    week = Calendar(7, "year").period("2026-W26")
    assert (str(week.start), str(week.last_day), week.days) == ("2026-06-22", "2026-06-28", 7)
    for day, name in (("2027-01-03", "2026-W53"), ("2024-12-30", "2025-W01"), ("2026-01-01", "2026-W01")):
        found = Calendar().week_containing(date.fromisoformat(day))
        assert (found.name, found) == (name, Calendar().period(name))
        assert date.fromisoformat(day) in found
    assert Calendar().previous(Calendar().period("2027-W01")).name == "2026-W53"
    assert Calendar().previous(Calendar().period("2026-W53"), -1).name == "2027-W01"


@pytest.mark.parametrize("name", ["2025-W53", "2026-W00", "2026-W54", "2026-W1", "2026-w01", "1899-W01", "2026-W26\n"])
def test_weeks_that_there_are_not_are_no_periods(name: str) -> None:
    with pytest.raises(UnknownPeriodError):
        Calendar().period(name)


def test_nothing_is_scored_by_weeks() -> None:
    with pytest.raises(UnknownPeriodError, match="is not a period; write a quarter as 2026-Q2"):
        Calendar().scored("2026-W26")
    with pytest.raises(ValueError, match="2026-W26 has no number of months"):
        Calendar().same_period_last_year(Calendar().period("2026-W26"))
