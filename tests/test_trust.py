"""Do the gates of trust see what is missing, keep silent where nothing is, and do to scores what the rules say?"""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import worked
from explained import evidence_of
from tabled import rows, tables

from scoring import demo, explain, intake, pipeline, rules, trust
from scoring.calendar import Calendar
from scoring.compare import subject
from scoring.errors import Problem, ProblemsFoundError
from scoring.intake import Request
from scoring.metrics import CATALOGUE
from scoring.numbers import exact
from scoring.reports.card import card_html
from scoring.reports.league import league_html
from scoring.rules import Rulebook
from scoring.run import Run
from scoring.scorecard.trusted import NOT_SHOWN
from scoring.trust import Finding, Level, Looked, freshness

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import trust as measured_trust

END = date(2026, 6, 30)
RULES = {**worked.RULES, "basis": "contracts", "retention_window": "12m", "ownership": {"policy": "current"}}
ON_INVOICES = {**RULES, "basis": "invoices"}
LINES = "account_id amount every starts_on\n"
ORDERS = "account_id amount dated_on\n"


@dataclass(frozen=True)
class File:
    """An export as it was read."""

    name: str
    rows: int
    filtered: int = 0
    set_aside: int = 0


def looked(
    texts: Mapping[str, str],
    settings: Mapping[str, Any] = RULES,
    *,
    period: str = "2026-Q2",
    as_of: date = date(2026, 7, 15),
    aside: Mapping[str, str] | None = None,
    files: tuple[File, ...] = (),
    book: str | None = None,
) -> Looked:
    """A company of these tables; `aside` are rows that were set aside, `book` who had which opening revenue."""
    known = tables(texts)
    apart = {n: frame.with_columns(why=pl.lit("bad")) for n, frame in tables(aside or {}).items() if frame.height}
    held = None if book is None else rows(book).with_columns(pl.col("opening").cast(pl.Decimal(18, 4)))
    rulebook = Rulebook.model_validate(settings)
    return Looked(rulebook, known, known, apart, files, Calendar().period(period), as_of, held)


def found(seen: Looked, gate: str) -> list[Finding]:
    """What one gate finds."""
    return [f for f in trust.of_run(seen) if f.gate == gate]


def one(seen: Looked, gate: str) -> Finding:
    """The only thing that one gate finds."""
    (finding,) = found(seen, gate)
    return finding


def days(last: date, every: int = 7, count: int = 100) -> list[date]:
    """So many days up to the last, the same distance apart."""
    return [last - timedelta(every * n) for n in range(count)]


def contracts(on: list[date], further: str = "") -> str:
    """A contract that begins on each of the days."""
    return LINES + "\n".join(f"a1 10 month {day}" for day in on) + further


def orders(on: list[date]) -> str:
    """An invoice on each of the days."""
    return ORDERS + "\n".join(f"a1 10 {day}" for day in on)


# ---- freshness --------------------------------------------------------------------------------------------


def test_contracts_that_stop_in_the_middle_of_the_quarter_withhold_all_scores() -> None:
    finding = one(looked({"contracts": contracts(days(date(2026, 5, 15)))}), "freshness")
    assert (finding.level, finding.managers, finding.table) == (Level.WITHHOLDS, None, "contracts")
    assert finding.reason == (
        "Contracts end on 2026-05-15, 46 days before 2026-Q2 does, and never were silent for more than 7 days before "
        "(contracts.csv)."
    )
    assert finding.problem == Problem(
        f"{finding.what}: all scores are withheld",
        "export again, or score a period that the exports reach to the end of",
        file="contracts.csv",
        table="contracts",
        severity=finding.problem.severity,
    )


@pytest.mark.parametrize(
    ("last", "level"), [("2026-06-21", None), ("2026-06-15", Level.DEGRADES), ("2026-05-30", Level.WITHHOLDS)]
)
def test_what_a_silence_does_hangs_on_its_part_of_the_period(last: str, level: Level | None) -> None:
    seen = looked({"contracts": contracts(days(date.fromisoformat(last), 2))})
    assert [f.level for f in found(seen, "freshness")] == ([] if level is None else [level])


def test_a_silence_as_long_as_others_before_it_says_nothing() -> None:
    winter = [*days(date(2026, 3, 1), 2), *days(date(2026, 5, 1), 2, 5)]
    assert not found(looked({"contracts": contracts(winter)}), "freshness")
    assert found(looked({"contracts": contracts(days(date(2026, 5, 1), 2))}), "freshness")


def test_a_small_company_that_signs_seldom_is_not_taken_for_a_stale_one() -> None:
    assert not found(looked({"contracts": contracts(days(date(2026, 1, 1), 30, 12))}), "freshness")


def test_invoices_of_which_none_is_of_the_period_are_stale_however_few_there_are() -> None:
    early = looked({"invoices": orders([date(2026, 1, 5), date(2026, 2, 9)])}, ON_INVOICES)
    assert one(early, "freshness").level is Level.WITHHOLDS
    assert not found(looked({"invoices": orders([date(2026, 1, 5), date(2026, 4, 9)])}, ON_INVOICES), "freshness")


def test_a_cancellation_or_the_day_a_row_was_recorded_shows_that_the_export_is_alive() -> None:
    stops = days(date(2026, 5, 15))
    lines = "\n".join(f"a1 10 month {day} ." for day in stops)
    head = "account_id amount every starts_on cancelled_on\n"
    assert found(looked({"contracts": head + lines}), "freshness")
    assert not found(looked({"contracts": f"{head}{lines}\na1 10 month 2020-01-01 2026-06-28"}), "freshness")
    seen = looked({"contracts": contracts(stops)})
    recorded = seen.tables["contracts"].with_columns(
        pl.lit(date(2026, 6, 28)).cast(pl.Datetime("us", "UTC")).alias("recorded_at")
    )
    told = Looked(
        seen.rulebook, {**seen.tables, "contracts": recorded}, seen.read, {}, (), seen.period, seen.as_of
    )  # fmt: skip
    assert not found(told, "freshness")


@pytest.mark.parametrize(
    ("zone", "at", "days"),
    [
        ("America/Los_Angeles", datetime(2026, 7, 1, 6, 59, tzinfo=UTC), 0),
        ("UTC", datetime(2026, 6, 30, 23, 59, tzinfo=UTC), 0),
        ("Asia/Tokyo", datetime(2026, 5, 31, 15, tzinfo=UTC), 29),
        ("UTC", datetime(2026, 5, 31, 15, tzinfo=UTC), 30),
    ],
)
def test_a_row_was_recorded_on_the_day_that_it_was_in_the_business_time_zone(
    zone: str, at: datetime, days: int
) -> None:
    rules = {**RULES, "calendar": {"time_zone": zone}}
    seen = looked({"contracts": contracts([date(2026, 5, n) for n in range(1, 24)])}, rules, as_of=END)
    recorded = seen.tables["contracts"].with_columns(pl.lit(at).dt.cast_time_unit("us").alias("recorded_at"))
    told = replace(seen, tables={**seen.tables, "contracts": recorded})
    found = freshness.silence(told, "contracts")
    assert (found.days if found else 0) == days
    if found:
        assert freshness.furthest("contracts", recorded, found.last_on, told.rulebook) == ["contracts.csv"]


def test_an_end_shows_that_the_export_is_alive_where_contracts_run_on_and_not_where_all_have_terms() -> None:
    head, stops = "account_id amount every starts_on ends_on\n", days(date(2026, 5, 15))
    ended = "\na1 10 month 2020-01-01 2026-06-28"
    open_, agreed = ("\n".join(f"a1 10 month {day} {end}" for day in stops) for end in (".", "2027-01-01"))
    assert not found(looked({"contracts": head + open_ + ended}), "freshness")
    assert found(looked({"contracts": head + agreed + ended}), "freshness")


def test_before_the_period_is_over_the_exports_need_to_reach_no_further_than_the_as_of_day() -> None:
    assert not found(looked({"contracts": contracts(days(date(2026, 5, 14)))}, as_of=date(2026, 5, 15)), "freshness")
    late = one(looked({"contracts": contracts(days(date(2026, 4, 20)))}, as_of=date(2026, 5, 15)), "freshness")
    assert "25 days before the as-of day 2026-05-15, and" in late.what


def test_a_table_counts_only_where_a_rule_with_weight_needs_it() -> None:
    fresh = contracts(days(END))
    answers = "account_id kind score answered_on\n" + "\n".join(f"a1 nps 9 {d}" for d in days(date(2026, 4, 10)))
    nps = {"name": "voice", "metric": "nps", "weight": 1, "grade": {"floor": 0, "target": 50}}
    asked = {**RULES, "rules": [*RULES["rules"], nps]}
    shown = {**RULES, "rules": [*RULES["rules"], {**nps, "weight": 0}]}
    assert not found(looked({"contracts": fresh, "answers": answers}), "freshness")
    assert not found(looked({"contracts": fresh, "answers": answers}, shown), "freshness")
    assert one(looked({"contracts": fresh, "answers": answers}, asked), "freshness").table == "answers"


def test_only_a_history_of_owners_that_is_asked_can_be_stale() -> None:
    owners = "account_id manager_id starts_on\n" + "\n".join(f"a1 m1 {day}" for day in days(date(2026, 4, 10)))
    texts = {"contracts": contracts(days(END)), "ownership": owners}
    assert one(looked(texts, {**RULES, "ownership": {"policy": "history"}}), "freshness").table == "ownership"
    assert not found(looked(texts, {**RULES, "ownership": {"policy": "seller"}}), "freshness")


# ---- coverage ---------------------------------------------------------------------------------------------

BOOK = "manager_id account_id opening\nm1 a1 100\nm1 a2 900\nm2 a3 500\nm2 a4 500\nm2 a5 0\n"


def test_rows_set_aside_touch_the_managers_of_their_accounts_by_revenue() -> None:
    seen = looked({}, aside={"contracts": LINES + "a1 . month 2026-01-01"}, book=BOOK)
    finding = one(seen, "coverage")
    assert (finding.managers, finding.level) == (("m1",), Level.DEGRADES)
    assert finding.what == "rows were set aside for 1 account with 10.0\u202f% of the opening revenue of m1"
    assert finding.remedy == "mend the rows that bookscore check names"  # pages have no backquotes
    assert one(looked({}, aside={"contracts": LINES + "a3 . month ."}, book=BOOK), "coverage").level is Level.WITHHOLDS
    assert trust.verdicts([finding], ["m1", "m2"]).keys() == {"m1"}


def test_an_account_without_opening_revenue_counts_as_an_average_one() -> None:
    seen = looked({}, aside={"contracts": LINES + "a5 . month 2026-05-01"}, book=BOOK)
    assert "33.3\u202f% of the opening revenue of m2" in one(seen, "coverage").what


def test_an_account_that_vanished_with_its_rows_counts_for_who_had_it() -> None:
    gone = {"accounts": "account_id\na9", "ownership": "account_id manager_id starts_on ends_on\na9 m1 . ."}
    finding = one(looked({}, aside=gone, book=BOOK), "coverage")
    assert finding.managers == ("m1",)
    assert "1 account with 33.3\u202f%" in finding.what
    earlier = gone | {"ownership": "account_id manager_id starts_on ends_on\na9 m1 . 2026-01-01"}
    assert not found(looked({}, aside=earlier, book=BOOK), "coverage")


def test_a_child_whose_rows_were_set_aside_touches_the_parent_that_is_scored() -> None:
    texts, aside = {"accounts": "account_id parent_id\na1 .\nchild a1"}, {"contracts": LINES + "child . month ."}
    assert not found(looked(texts, aside=aside, book=BOOK), "coverage")
    assert one(looked(texts, {**RULES, "grain": "parent"}, aside=aside, book=BOOK), "coverage").managers == ("m1",)


def test_a_file_with_many_rows_set_aside_touches_all_scores() -> None:
    texts = {"contracts": contracts(days(END))}
    bad = one(looked(texts, files=(File("contracts.csv", 120, filtered=20, set_aside=30),)), "coverage")
    assert (bad.what, bad.level) == ("30 of 100 rows (30.0\u202f%) cannot be used", Level.WITHHOLDS)
    assert not found(looked(texts, files=(File("contracts.csv", 120, filtered=20, set_aside=3),)), "coverage")


def test_a_slip_in_a_list_of_two_exclusions_counts_by_the_revenue_of_its_accounts() -> None:
    head = "account_id starts_on ends_on reason\n"
    texts = {"accounts": "account_id\na1\na2", "exclusions": f"{head}a2 2026-01-01 2026-07-01 other"}
    broken = {"exclusions": f"{head}a1 2026-01-01 . other\nx8 2026-01-01 2026-07-01 other\nx9 2026-01-01 . other"}
    seen = looked(texts, aside=broken, files=(File("exclusions.csv", 4, set_aside=3),), book=BOOK)
    (finding,) = trust.of_run(seen)
    assert (finding.gate, finding.managers, finding.level) == ("coverage", ("m1",), Level.DEGRADES)


# ---- control totals ---------------------------------------------------------------------------------------

SOLD = f"{ORDERS}a1 10.50 2026-03-31\na1 20.25 2026-04-01\na2 30.25 2026-06-30\na2 5 2026-07-01"
CONTROLS = "table measure currency starts_on ends_on file value\n"


def controlled(row: str, **further: Any) -> list[Finding]:
    """What is found where the source system says this of four invoices."""
    return found(looked({"invoices": SOLD, "controls": CONTROLS + row}, ON_INVOICES, **further), "totals")


@pytest.mark.parametrize(
    "row",
    [
        "invoices rows . . . . 4",
        "invoices amount . . . . 66",
        "invoices amount EUR . . invoices.csv 66.004",
        "invoices rows . 2026-04-01 2026-07-01 . 2",
        "invoices amount . 2026-04-01 2026-07-01 . 50.50",
        "invoices amount . . 2026-04-01 . 10.50",
        "invoices amount USD . . . 0",
        "invoices rows . . . other.csv 0",
    ],
)
def test_a_control_total_that_is_met_says_nothing(row: str) -> None:
    assert controlled(row) == []


def test_cents_of_a_currency_whose_cash_has_none_count() -> None:
    sold = "account_id amount dated_on currency\na1 1000 2026-04-01 RSD\na1 800.40 2026-05-01 RSD"
    controls = CONTROLS + "invoices amount RSD . . . 1799.60"
    (finding,) = found(looked({"invoices": sold, "controls": controls}, ON_INVOICES), "totals")
    assert finding.reason is not None
    assert "RSD\u00a01,799.60, read were RSD\u00a01,800.40, a difference of +0.80" in finding.reason


def test_a_difference_of_a_cent_withholds_all_scores_and_names_both_figures() -> None:
    (finding,) = controlled("invoices amount . 2026-04-01 2026-07-01 . 50.51")
    assert (finding.level, finding.managers) == (Level.WITHHOLDS, None)
    assert finding.reason == (
        "Invoices from 2026-04-01 until before 2026-07-01: the source system says €50.51, read were €50.50, a "
        "difference of −0.01 (invoices.csv)."
    )
    assert finding.remedy == "export invoices again whole, or correct row 1 of controls.csv"


def test_a_control_total_of_a_file_that_was_not_read_says_which_were() -> None:
    """The name is that in the folder: exports/invoices.csv, not invoices.csv."""
    (finding,) = controlled("invoices rows . . . Invoices.csv 4")
    assert "read were 0 rows" in finding.what
    assert finding.remedy.endswith(
        "row 1 of controls.csv, which names no file that invoices was read from; those are invoices.csv"
    )
    (finding,) = controlled("costs rows . . . costs.csv 4")
    assert finding.remedy.endswith("row 1 of controls.csv, which names no file that costs was read from")


def test_missing_rows_are_named_by_their_number() -> None:
    (finding,) = controlled("invoices rows . . . . 1204")
    assert "the source system says 1,204 rows, read were 4 rows, a difference of −1,200" in finding.what


def test_rows_set_aside_were_read_and_count_if_the_source_system_counts_them() -> None:
    aside = {"invoices": f"{ORDERS}a1 7 2026-05-05"}
    assert controlled("invoices rows . . . . 5", aside=aside) == []
    assert controlled("invoices rows . . . . 4", aside=aside) == []
    (finding,) = controlled("invoices rows . . . . 6", aside=aside)
    assert "read were 5 rows, 4 rows of them are used, a difference of −1" in finding.what


def test_a_difference_where_no_score_rests_on_the_table_is_told_and_no_more() -> None:
    (finding,) = controlled("activities rows . . . . 4")
    assert finding.level is Level.TOLD
    assert trust.verdicts([finding], ["m1"]) == {}
    assert "scores are" not in str(finding.problem)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("orders,rows,,,1", "table is not one of the words allowed"),
        ("managers,amount,,,1", "the table has no column amount"),
        ("costs,rows,2026-01-01,,1", "the rows of the table have no day"),
        ("invoices,rows,2026-02-01,2026-02-01,1", "ends_on is not after starts_on"),
        ("invoices,rows,,,1.5", "value is no number of rows"),
    ],
)
def test_a_control_total_that_means_nothing_is_an_error(row: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "controls.csv").write_text(f"table,measure,starts_on,ends_on,value\n{row}\n", encoding="utf-8")
    (tmp_path / "invoices.csv").write_text("account_id,dated_on,amount\na1,2026-05-01,5\n", encoding="utf-8")
    assert [p.what for p in intake.take_in(tmp_path, "EUR", END).problems if p.table == "controls"] == [what]


def test_counts_of_rows_and_amounts_in_a_currency_stand_in_one_table(tmp_path: Path) -> None:
    """Rows have no currency, amounts have one."""
    (tmp_path / "controls.csv").write_text(
        "table,measure,currency,value\ninvoices,rows,,4\ninvoices,amount,EUR,66\n", encoding="utf-8"
    )
    read = intake.take_in(tmp_path, "EUR", END)
    assert read.problems == ()
    assert read.checked.tables["controls"].select("measure", "currency").rows() == [("amount", "EUR"), ("rows", None)]


def test_an_attribute_that_is_called_currency_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("account_id,currency\na,EUR\nb,\n", encoding="utf-8")
    assert intake.take_in(tmp_path, "EUR", END).problems == ()


# ---- unmatched ids ----------------------------------------------------------------------------------------


def unmatched(strangers: int, amount: int = 10) -> Looked:
    """A hundred invoices, of which some are of unknown accounts."""
    known = "\n".join(f"a1 10 {END}" for _ in range(100 - strangers))
    aside = {"invoices": ORDERS + "\n".join(f"x{n} {amount} {END}" for n in range(strangers))} if strangers else {}
    return looked({"accounts": "account_id\na1", "invoices": ORDERS + known}, ON_INVOICES, aside=aside)


@pytest.mark.parametrize(("strangers", "levels"), [(0, []), (1, []), (2, [Level.DEGRADES]), (6, [Level.WITHHOLDS])])
def test_rows_of_unknown_accounts_count_by_their_part(strangers: int, levels: list[Level]) -> None:
    assert [f.level for f in found(unmatched(strangers), "unmatched")] == levels


def test_no_account_is_unknown_where_accounts_are_the_ids_of_rows_that_were_not_set_aside() -> None:
    seen = replace(unmatched(6), derived=frozenset({"accounts", "managers"}))
    assert found(seen, "unmatched") == []


def test_few_rows_of_unknown_accounts_count_by_their_money() -> None:
    finding = one(unmatched(1, 990), "unmatched")
    assert finding.level is Level.WITHHOLDS
    assert finding.what == (
        "1 of 100 rows of invoices (1.0\u202f%) and 50.0\u202f% of the amounts: account_id is not among the accounts"
    )


def test_money_of_unknown_accounts_is_that_of_a_year_in_the_reporting_currency() -> None:
    """A yen is no euro, and what is paid by the year no more than what is paid by the month."""
    header = "account_id amount every currency starts_on\n"
    known = header + "\n".join(f"a1 5 month {currency} {END}" for currency in ("EUR", "GBP"))
    rates = "currency dated_on rate\nGBP 2025-01-01 1.2\nJPY 2025-01-01 0.01"
    aside = {"contracts": f"{header}x1 1200 year JPY {END}"}  # 12 of 12 + 60 + 72
    finding = one(looked({"accounts": "account_id\na1", "contracts": known, "rates": rates}, aside=aside), "unmatched")
    assert finding.what.startswith("1 of 3 rows of contracts (33.3\u202f%) and 8.3\u202f% of the amounts")


# ---- cliffs -----------------------------------------------------------------------------------------------


def by_month(*counts: int) -> str:
    """Invoices of so many in each month; the last is June 2026."""
    first = 2026 * 12 + 6 - len(counts)
    months = [date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(len(counts))]
    lines = [f"a{i} 10 {m + timedelta(i % 28)}" for m, n in zip(months, counts, strict=True) for i in range(n)]
    return ORDERS + "\n".join(lines)


def cliffs(*counts: int) -> list[Finding]:
    """What is found in invoices of so many in each month."""
    return found(looked({"invoices": by_month(*counts)}, ON_INVOICES), "cliffs")


def test_a_month_with_far_fewer_rows_than_any_of_a_year_degrades() -> None:
    (finding,) = cliffs(*[50] * 14, 4, 50, 50)
    assert (finding.level, finding.managers) == (Level.DEGRADES, None)
    assert finding.what == "invoices have 4 rows in 2026-04, and had 50 to 50 in each of the 12 months before or around"


def test_fewer_rows_than_usual_are_no_cliff_where_chance_or_the_season_makes_them() -> None:
    assert cliffs(*[50] * 14, 26, 50, 50) == []
    assert cliffs(*[6] * 14, 0, 6, 6) == [], "a small company has such months"
    assert cliffs(50, 50, 50, 20, *[50] * 11, 18, 50) == [], "a slow season comes every year"
    assert cliffs(*[50] * 8, 0, 50, 50) == [], "with less than a year nobody knows the season"


def test_rows_that_come_together_are_no_evidence_each_by_itself() -> None:
    assert cliffs(*[30] * 14, 8, 30, 30)
    lines = by_month(*[30] * 14, 8, 30, 30).splitlines()[1:]
    by_six = [f"a{i // 6} {line.split(' ', 1)[1]}" for i, line in enumerate(lines)]
    assert not found(looked({"invoices": ORDERS + "\n".join(by_six)}, ON_INVOICES), "cliffs")


def test_growth_is_no_cliff_and_a_hole_in_a_young_company_is_one() -> None:
    grown = [5, 9, 30, 50, 70, 90, 120, 150, 180, 200, 230, 260, 300, 350]
    assert cliffs(*grown) == []
    (finding,) = cliffs(*[60] * 7, 0, *[60] * 7)
    assert "0 rows in 2025-11" in finding.what


def test_the_month_in_which_a_table_begins_is_not_among_those_that_others_are_held_against() -> None:
    (finding,) = cliffs(2, *[60] * 7, 0, *[60] * 6)
    assert "0 rows in 2025-12, and had 60 to 60" in finding.what


def test_a_table_that_is_stale_is_not_told_a_second_time_for_its_last_months() -> None:
    seen = looked({"invoices": by_month(*[300] * 24, 300, 0, 0)}, ON_INVOICES)
    assert found(seen, "freshness")
    assert not found(seen, "cliffs")


# ---- page sizes -------------------------------------------------------------------------------------------


def sized(*files: File, controls: str = "", **texts: str) -> list[Finding]:
    """What is found where files have so many rows."""
    told = {"invoices": SOLD, **texts} | ({"controls": CONTROLS + controls} if controls else {})
    return found(looked(told, ON_INVOICES, files=files), "page_sizes")


@pytest.mark.parametrize("rows_read", [1_000, 10_000, 65_535, 1_048_575])
def test_a_file_as_long_as_exports_are_often_cut_at_degrades(rows_read: int) -> None:
    (finding,) = sized(File("invoices.csv", rows_read))
    assert (finding.level, finding.table, finding.file) == (Level.DEGRADES, "invoices", "invoices.csv")
    assert finding.what == f"exactly {rows_read:,} rows were read, as many as exports are often cut at"
    assert sized(File("invoices.csv", rows_read - 1)) == []


def test_a_control_total_of_the_whole_file_clears_it() -> None:
    assert sized(File("invoices.csv", 1_000), controls="invoices rows . . . invoices.csv 4") == []
    assert sized(File("invoices.csv", 1_000), controls="invoices amount . . . . 66") == []
    assert sized(File("invoices.csv", 1_000), controls="invoices rows . 2026-04-01 . . 3"), "not of all days"
    assert sized(File("invoices.csv", 1_000), controls="invoices rows . . . . 5"), "not met"


def test_pages_of_which_the_last_is_not_full_are_whole() -> None:
    pages = [File(f"p/invoices-{n}.csv", 1_000) for n in (1, 2)]
    assert sized(*pages, File("p/invoices-3.csv", 20)) == []
    assert len(sized(*pages)) == 2
    assert len(sized(File("invoices-2024.csv", 1_000), File("invoices-2025.csv", 20))) == 1, "years are no pages"


def test_a_list_of_accounts_is_whole_if_other_exports_name_no_others() -> None:
    known = "account_id\n" + "\n".join(f"a{n}" for n in range(60))
    all_named = ORDERS + "\n".join(f"a{n} 1 2026-05-05" for n in range(60))
    assert sized(File("accounts.csv", 1_000), accounts=known, invoices=all_named) == []
    assert sized(File("accounts.csv", 1_000), accounts=known, invoices=SOLD), "too few to tell"
    more = f"{all_named}\n" + "\n".join(f"x{n} 1 2026-05-05" for n in range(5))
    assert sized(File("accounts.csv", 1_000), accounts=known, invoices=more), "others are missing"


# ---- what gates may do ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "level"), [("off", None), ("degrade", Level.DEGRADES), ("withhold", Level.WITHHOLDS)]
)
def test_each_gate_does_at_most_what_the_rules_allow(setting: str, level: Level | None) -> None:
    stale = {"contracts": contracts(days(date(2026, 5, 15)))}
    seen = looked(stale, {**RULES, "trust": {"freshness": setting}})
    assert [f.level for f in found(seen, "freshness")] == ([] if level is None else [level])


def test_every_gate_is_a_setting_and_the_gravest_finding_counts() -> None:
    settings = Rulebook.model_validate(RULES).trust
    assert {gate.name for gate in trust.GATES} <= set(type(settings).model_fields)
    mild, grave = (Finding("x", level, f"{level.name}", "") for level in (Level.DEGRADES, Level.WITHHOLDS))
    assert trust.verdicts([mild, grave], ["m"])["m"].as_json == {
        "level": "withheld",
        "reasons": ["WITHHOLDS.", "DEGRADES."],
    }


def test_limits_the_wrong_way_round_are_refused_with_their_line(tmp_path: Path) -> None:
    place = tmp_path / "rules.yaml"
    place.write_text(rules.default_text() + "\ntrust:\n  silence: [50%, 10%]\n", encoding="utf-8")
    with pytest.raises(ProblemsFoundError) as refused:
        rules.version(place, CATALOGUE)
    (problem,) = refused.value.problems
    assert "must name the lower limit first" in str(problem)


# ---- what becomes of cards --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def apart(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company, where somebody is soon called above or below."""
    folder = tmp_path_factory.mktemp("apart") / "company"
    shutil.copytree(small_folder, folder)
    text = (folder / "rules.yaml").read_text(encoding="utf-8")
    sooner = text.replace("  # label_probability: 90% ", "  label_probability: 55% ")
    assert sooner != text
    (folder / "rules.yaml").write_text(sooner, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(apart: Path) -> Run:
    """The small company as it is."""
    return pipeline.run(Request(apart, demo.AS_OF, set_aside=True))


def in_doubt(apart: Path, folder: Path, setting: str) -> Request:
    """The small company, of which the billing system says that it holds one contract more."""
    shutil.copytree(apart, folder)
    read = intake.take_in(folder, "EUR", demo.AS_OF).checked.tables["contracts"].height
    (folder / "controls.csv").write_text(f"table,measure,value\ncontracts,rows,{read + 2}\n", encoding="utf-8")
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        columns = "{table: table, measure: measure, value: value}"
        file.write(f"  - {{file: controls.csv, table: controls, columns: {columns}}}\n")
    with (folder / "rules.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\ntrust: {{totals: {setting}}}\n")
    return Request(folder, demo.AS_OF, set_aside=True)


@pytest.fixture(scope="module")
def withheld(apart: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the company in doubt, whose scores are withheld."""
    return pipeline.run(in_doubt(apart, tmp_path_factory.mktemp("withheld") / "company", "withhold"))


@pytest.fixture(scope="module")
def asked_degraded(apart: Path, tmp_path_factory: pytest.TempPathFactory) -> Request:
    """The company in doubt, whose scores are degraded."""
    return in_doubt(apart, tmp_path_factory.mktemp("degraded") / "company", "degrade")


@pytest.fixture(scope="module")
def degraded(asked_degraded: Request) -> Run:
    """The run of it."""
    return pipeline.run(asked_degraded)


def test_a_company_of_which_nothing_is_missing_is_trusted(plain: Run) -> None:
    assert {card["trust"]["level"] for card in plain.cards} == {"full"}
    assert [found["level"] for found in plain.trust] == ["told"], "an invoice to nobody, on which no score rests"
    (said,) = plain.company["doubts"]
    assert "scores are" not in said


def test_a_withheld_score_leaves_no_trace_on_the_card_but_its_reason(withheld: Run, plain: Run) -> None:
    for card in withheld.cards:
        nothing = ("score", "low", "high", "label", "change", "chance_above", "places", "peer_median", "score_with_all")
        assert {card[name] for name in (*nothing, "believed", "unadjusted", "before_credibility")} == {None}
        assert (card["group"], card["evidence"], card["drivers"]) == ("not_scored", "none", [])
        assert (card["without_largest"] or {"score": None})["score"] is None
        assert card["reason"].startswith("Withheld: Contracts: the source system says ")
        assert card["reason"].endswith("a difference of −1 (exports/billing/subscriptions.csv).")
        assert card["previous"] is None, "it rests on the same rows"
        assert {line["previous_points"] for line in card["lines"]} == {None}
    assert any(card["score"] is not None for card in plain.cards)


def test_a_withheld_score_is_explained_as_withheld_and_its_accounts_still_are(withheld: Run, plain: Run) -> None:
    assert withheld.compared.equals(plain.compared), "what scores are made from is not touched"
    for card in withheld.cards:
        told = explain.explain(evidence_of(withheld), card["manager_id"])
        assert told.score is None
        assert told.reason is not None
        assert told.reason.startswith("Withheld: ")
        assert (told.lines, told.sentences[0]) == ((), NOT_SHOWN), "what they add would be the score"
        (line,) = explain.explain(evidence_of(withheld), card["manager_id"], metric="keep_revenue").lines
        assert (line.points, line.adds, line.compared) == (None, None, None)
        assert line.value == next(exact(ln["value"]) for ln in card["lines"] if ln["rule"] == "keep_revenue")
        assert explain.reach(told, 80, withheld.rulebook).sentences[0].startswith("There is no score that could be")


def test_a_degraded_score_sets_nobody_apart_and_its_evidence_counts_a_step_less(degraded: Run, plain: Run) -> None:
    assert {card["group"] for card in plain.cards} >= {"above", "below"}
    lower = {"high": "medium", "medium": "low", "low": "low", "none": "none"}
    for card, before in zip(degraded.cards, plain.cards, strict=True):
        assert (card["score"], card["low"], card["lines"]) == (before["score"], before["low"], before["lines"])
        assert card["trust"]["level"] == "degraded"
        assert card["evidence"] == lower[before["evidence"]]
        if card["score"] is not None:
            assert (card["group"], card["label"]) == ("within", "Not distinguishable")
            assert (card["chance_above"], card["is_beyond_chance"]) == (None, False)


def test_the_pages_say_that_a_score_is_degraded_and_why(degraded: Run) -> None:
    card = next(c for c in degraded.cards if c["score"] is not None)
    page = card_html(card)
    assert "<strong>Degraded:</strong> Contracts: the source system says" in page
    assert "It is set apart from nobody, as the data behind it are in doubt." in page
    assert "with a probability of" not in page
    league = league_html(degraded.cards, company=degraded.company, href=lambda _: None)
    assert "In doubt" in league
    assert "<small>degraded</small>" in league
    assert "all scores are degraded; export contracts again whole" in league


def test_the_page_of_a_withheld_score_shows_nothing_that_adds_up_to_it(withheld: Run) -> None:
    page = card_html(withheld.cards[0])
    assert "Withheld: Contracts: the source system says" in page
    assert "rests on the same data and is not shown" in page
    assert "What the score is made of" not in page
    assert "Why the score moved" not in page
    league = league_html(withheld.cards, company=withheld.company, href=lambda _: None)
    assert "Accounts lost, against what was expected" not in league, "cards say nothing of it either"
    assert {m["lost"] for m in withheld.company["kept"]["managers"]} == {None}, "nor do figures"


def test_a_degraded_score_is_explained_to_the_last_digit_with_the_reason(degraded: Run) -> None:
    card = next(c for c in degraded.cards if c["score"] is not None)
    told = explain.explain(evidence_of(degraded), card["manager_id"])
    assert sum(line.adds or 0 for line in told.lines) == told.score
    assert told.sentences[0].startswith("Degraded: Contracts: the source system says")


def test_run_json_and_the_problems_hold_what_was_found(degraded: Run) -> None:
    said, _ = json.loads(json.dumps(degraded.summary))["trust"]
    assert (said["gate"], said["level"], said["table"], said["managers"]) == ("totals", "degrades", "contracts", None)
    assert sum("all scores are degraded" in str(p) for p in degraded.problems) == 1


def test_commands_that_try_other_choices_trust_as_little(asked_degraded: Request, degraded: Run) -> None:
    looked_at = subject.of_folder(asked_degraded)
    cards = looked_at.cards(looked_at.judged(looked_at.rulebook), looked_at.rulebook)
    assert [(c["score"], c["label"]) for c in cards] == [(c["score"], c["label"]) for c in degraded.cards]


def test_check_tells_what_is_in_doubt_before_anything_is_scored(asked_degraded: Request) -> None:
    told = [str(p) for p in intake.examine(asked_degraded).exports]
    assert any("the source system says" in problem and "all scores are degraded" in problem for problem in told)


# ---- how often they speak where nothing is wrong ----------------------------------------------------------


def test_the_benchmark_sees_false_alarms_and_fails_above_its_limit() -> None:
    said = measured_trust.measured("orders by season", 5, "150")
    assert set(said["false"].values()) == {0}, said["told"]
    assert said["seen"]["the last 45 days"] == [4, 4]
    worlds = [{**said, "kind": kind, "size": size} for kind in measured_trust.KINDS for size in measured_trust.SIZES]
    assert measured_trust.text_of(worlds)[1]
    loud = [{**world, "false": dict.fromkeys(world["false"], 1)} for world in worlds]
    assert not measured_trust.text_of(loud)[1]
