"""Which rows are not as an earlier run read them?"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from tabled import tables

from scoring.calendar import Calendar
from scoring.intake.known import known_by
from scoring.lifetime.known import known_before
from scoring.restate import changed, exchanged, told
from scoring.tables import TABLES

UNTIL, AS_OF = date(2026, 4, 1), date(2026, 4, 5)
LINES = """
    line_id account_id product amount every starts_on  ends_on    status
    1       A          Plan    100    month 2025-01-01 .          .
    2       B          Plan    200    month 2025-01-01 2026-06-30 .
    """


def between(then: dict[str, str], now: dict[str, str]) -> list[tuple[Any, ...]]:
    """What changed: table, state, cause, whether it touches the period, and the edits."""
    was, new = tables(then), tables(now)
    found = changed(was, new, UNTIL, AS_OF, Calendar())
    words = [row.edits if row.state == "edited" else () for row in told(found, was, new, "UTC")]
    assert {n: f.rows() for n, f in exchanged(was, new, found).items()}.keys() == TABLES.keys()
    return [
        (*row, edits)
        for row, edits in zip(found.select("table", "state", "cause", "touches").rows(), words, strict=True)
    ]


def lines(old: str = "", new: str = "") -> list[tuple[Any, ...]]:
    assert LINES.count(old) == 1 or not old
    return between({"contracts": LINES}, {"contracts": LINES.replace(old, new) if old else LINES + new})


def test_nothing_changed() -> None:
    assert lines() == []


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        ("100    month", "150    month", (("amount", "100", "150"),)),
        ("2026-06-30 .", "2026-03-10 .", (("ends_on", "2026-06-30", "2026-03-10"),)),
        ("2025-01-01 .          .", "2025-01-01 .          paused", (("status", None, "paused"),)),
        ("1       A ", "1       B ", (("account_id", "A", "B"),)),
    ],
)
def test_edited_row_says_what_it_said_and_says(old: str, new: str, edits: Any) -> None:
    assert lines(old, new) == [("contracts", "edited", "silent", True, edits)]


def test_what_ends_after_the_period_is_no_news_of_it() -> None:
    ended = ("ends_on", None, "2026-05-01"), ("status", None, "cancelled")
    assert lines("2025-01-01 .          .", "2025-01-01 2026-05-01 cancelled") == [
        ("contracts", "edited", "silent", False, ended)
    ]


def test_row_that_starts_after_the_period_does_not_touch_it() -> None:
    assert lines("", "3 A Plan 10 month 2026-04-01 . .") == [("contracts", "new", "silent", False, ())]
    assert lines("", "3 A Plan 10 month 2026-03-31 . .") == [("contracts", "new", "silent", True, ())]


def test_row_that_is_gone_is_silent() -> None:
    assert lines("    1       A          Plan    100    month 2025-01-01 .          .\n", "") == [
        ("contracts", "gone", "silent", True, ())
    ]


def test_late_is_what_says_that_it_was_recorded_after_the_day() -> None:
    then = "line_id account_id amount every starts_on recorded_at\n1 A 100 month 2025-01-01 ."
    was, new = tables({"contracts": then}), tables({"contracts": then.replace("100", "150")})
    for at, cause in (("2026-04-05T23:59:59", "silent"), ("2026-04-06T00:00:00", "late")):
        instant = pl.lit(at).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", time_zone="UTC")
        later = {**new, "contracts": new["contracts"].with_columns(instant.alias("recorded_at"))}
        assert changed(was, later, UNTIL, AS_OF, Calendar())["cause"].to_list() == [cause]


@pytest.mark.parametrize(
    ("zone", "cause"), [("UTC", "late"), ("America/Los_Angeles", "silent"), ("Asia/Tokyo", "late")]
)
def test_a_day_is_over_when_it_is_over_where_the_company_is(zone: str, cause: str) -> None:
    then = "line_id account_id amount every starts_on recorded_at\n1 A 100 month 2025-01-01 ."
    was, new = tables({"contracts": then}), tables({"contracts": then.replace("100", "150")})
    at = datetime(2026, 4, 6, 1, 30, tzinfo=UTC)  # in California it is still the evening of the as-of day
    later = {**new, "contracts": new["contracts"].with_columns(pl.lit(at).dt.cast_time_unit("us").alias("recorded_at"))}
    assert changed(was, later, UNTIL, AS_OF, Calendar(time_zone=zone))["cause"].to_list() == [cause]
    known, notes = known_by(later, AS_OF, Calendar(time_zone=zone))
    assert known["contracts"].height == (cause == "silent")
    assert [note.what for note in notes] == ["1 row was recorded after 2026-04-05 and is left out"] * (cause == "late")
    seen = known_before(later["contracts"].lazy(), "contracts", AS_OF + timedelta(days=1), zone).collect()
    assert seen.height == (cause == "silent")


def test_rows_without_ids_are_set_against_each_other_as_often_as_they_occur() -> None:
    orders = "account_id dated_on amount\nA 2026-01-05 10\nA 2026-01-05 10\nB 2026-02-01 20"
    shuffled = "account_id dated_on amount\nB 2026-02-01 20\nA 2026-01-05 10\nA 2026-01-05 10"
    assert between({"invoices": orders}, {"invoices": shuffled}) == []
    doubled = shuffled + "\nA 2026-01-05 10"
    assert between({"invoices": orders}, {"invoices": doubled}) == [("invoices", "new", "silent", True, ())]
    once = "account_id dated_on amount\nA 2026-01-05 10\nB 2026-02-01 20"
    assert between({"invoices": orders}, {"invoices": once}) == [("invoices", "gone", "silent", True, ())]


def test_row_without_id_is_edited_where_it_alone_is_like_another() -> None:
    orders = "account_id dated_on amount\nA 2026-01-05 10\nB 2026-02-01 20"
    found = between({"invoices": orders}, {"invoices": orders.replace("02-01 20", "02-01 25")})
    assert found == [("invoices", "edited", "silent", True, (("amount", "20", "25"),))]


def test_owner_that_was_exchanged_is_an_edit() -> None:
    owners = "account_id manager_id starts_on ends_on\nA m1 2025-01-01 ."
    assert between({"ownership": owners}, {"ownership": owners.replace("m1", "m2")}) == [
        ("ownership", "edited", "silent", True, (("manager_id", "m1", "m2"),))
    ]


def test_new_account_touches_no_period_by_itself_and_another_segment_does() -> None:
    accounts = "account_id segment\nA Small"
    assert between({"accounts": accounts}, {"accounts": accounts + "\nB Small"})[0][3] is False
    assert between({"accounts": accounts}, {"accounts": accounts.replace("Small", "Large")}) == [
        ("accounts", "edited", "silent", True, (("segment", "Small", "Large"),))
    ]


def test_attribute_that_was_not_there_is_an_edit() -> None:
    then = {"accounts": "account_id\nA"}
    was, new = tables(then), tables(then)
    new["accounts"] = new["accounts"].with_columns(pl.lit("ES").alias("country"))
    assert [r.edits for r in told(changed(was, new, UNTIL, AS_OF, Calendar()), was, new, "UTC")] == [
        (("country", None, "ES"),)
    ]


def test_file_of_another_name_is_no_change() -> None:
    was = tables({"contracts": LINES})
    new = {**was, "contracts": was["contracts"].with_columns(pl.lit("new.csv").alias("origin_file"))}
    assert changed(was, new, UNTIL, AS_OF, Calendar()).is_empty()


def test_costs_of_a_later_period_do_not_touch_it() -> None:
    costs = "period kind account_id team amount\n2026-Q1 acquire . East 10"
    found = between({"costs": costs}, {"costs": costs + "\n2026-Q2 acquire . East 10\n2025-Q4 acquire . East 5"})
    assert sorted(row[3] for row in found) == [False, True]


def test_all_changes_together_lead_to_the_tables_of_now() -> None:
    was = tables({"contracts": LINES, "accounts": "account_id segment\nA Small\nB Large"})
    new = tables({"contracts": LINES.replace("200", "250") + "9 C Plan 5 month 2026-01-01 . .",
                  "accounts": "account_id segment\nA Large\nC Small"})  # fmt: skip
    made = exchanged(was, new, changed(was, new, UNTIL, AS_OF, Calendar()))
    assert all(made[name].equals(new[name]) for name in TABLES)
