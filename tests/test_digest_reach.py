"""Which stored run does a digest tell of, and what is missing where the data do not reach its period's end?"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from restated import TABLES as COMPANY
from restated import company, score, seal
from tabled import tables

from scoring.access import Role, User
from scoring.calendar import Calendar, Length, UnknownPeriodError
from scoring.digest.due import Occasion
from scoring.digest.reach import reached, run_for
from scoring.parquet import parquet_bytes
from scoring.rules import Rulebook
from scoring.run import rules_json
from scoring.store import READ, RunRecord, Store, open_store
from scoring.view import Seen, Shelf, View

NOON = datetime(2026, 7, 20, 12, tzinfo=UTC)
LEADER = User("lea", "lea@example.com", "Lea", Role.LEADER)
SETTINGS: dict[str, Any] = {
    "name": "Test", "currency": "EUR", "ownership": {"policy": "current"},
    "rules": [{"name": "keep", "metric": "gross_revenue_retention", "weight": 1}],
}  # fmt: skip
ANSWERED = {"rules": [*SETTINGS["rules"], {"name": "ask", "metric": "nps", "weight": 1}]}
ON_INVOICES = {"basis": "invoices", "rules": [{"name": "keep", "metric": "logo_retention", "weight": 1}]}
LINES, ORDERS = "account_id amount every starts_on\n", "account_id amount dated_on\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path)
    yield made
    made.close()


def put(store: Store, period: str, as_of: str, texts: Mapping[str, str] | None = None, **settings: Any) -> None:
    """A run of the period that knew, on that day, these tables; with its own id."""
    span, number = Calendar().period(period), len(store.runs()) + 1
    summary = {
        "run_id": f"{number:064x}", "engine": {}, "as_of": as_of, "windows": {}, "ownership": "current", "inputs": [],
        "period": {"name": period, "from": str(span.start), "to": str(span.last_day)}, "currency": "EUR",
        "basis": settings.get("basis", "contracts"),
        "rules": rules_json(Rulebook.model_validate({**SETTINGS, **settings})),
    }  # fmt: skip
    record = RunRecord(
        run_id=f"{number:064x}", period=period, as_of=as_of, rules_name="Test", rules_hash="9f3c", engine_version="0",
        summary=json.dumps(summary),
    )  # fmt: skip
    read = {name: frame for name, frame in tables(texts or {}).items() if frame.height}
    frames: dict[str, bytes | Path] = {f"{READ}{name}": parquet_bytes(frame) for name, frame in read.items()}
    store.save(record, cards=[], frames=frames, created_at=NOON + timedelta(minutes=number))


def everything(store: Store) -> View:
    return View(Shelf(store), LEADER)


def meant(store: Store, period: str, length: Length = "quarter") -> str | None:
    """The run that is meant for the period: its period and as-of day."""
    occasion = Occasion("s", Calendar().period(period), NOON)
    found = run_for(everything(store), occasion, Calendar(1, length))
    return None if found is None else f"{found.period} as of {found.facts['as_of']}"


def missing(store: Store, period: str, of: str = "2026-Q2") -> str | None:
    return reached(everything(store).run(of), Calendar().period(period), Calendar())


def days(last: str, every: int = 7, count: int = 100) -> list[date]:
    """So many days up to the last, the same distance apart."""
    return [date.fromisoformat(last) - timedelta(every * n) for n in range(count)]


def contracts(on: list[date]) -> str:
    """A contract that begins on each of the days."""
    return LINES + "\n".join(f"a1 10 month {day}" for day in on)


# ---- which run is meant -----------------------------------------------------------------------------------
def test_a_week_is_told_of_by_the_run_in_whose_period_it_ends(store: Store) -> None:
    put(store, "2026-Q1", "2026-06-29")
    put(store, "2026-Q2", "2026-06-29")
    assert meant(store, "2026-W26") == "2026-Q2 as of 2026-06-29"
    assert meant(store, "2026-05") == "2026-Q2 as of 2026-06-29"
    assert meant(store, "2026-W14") == "2026-Q2 as of 2026-06-29"  # 30 March to 5 April


def test_before_its_quarter_is_scored_a_week_is_told_of_by_the_quarter_that_was_over(store: Store) -> None:
    put(store, "2026-Q1", "2026-07-13")
    put(store, "2026-Q2", "2026-07-06")
    assert meant(store, "2026-W27") == "2026-Q2 as of 2026-07-06"
    assert meant(store, "2026-W28") == "2026-Q2 as of 2026-07-06"  # not an older quarter that was run again since
    put(store, "2026-Q3", "2026-07-06")
    put(store, "2026-Q2", "2026-07-13")
    assert meant(store, "2026-W28") == "2026-Q2 as of 2026-07-13"  # the quarter's own run knows less
    put(store, "2026-Q3", "2026-07-14")
    assert meant(store, "2026-W28") == "2026-Q3 as of 2026-07-14"


def test_nothing_is_told_of_a_week_by_a_quarter_that_came_later_or_was_not_over(store: Store) -> None:
    put(store, "2026-Q3", "2026-10-05")
    put(store, "2026-Q1", "2026-03-30")
    assert meant(store, "2026-W26") is None


def test_of_runs_of_several_lengths_the_one_that_knows_most_is_meant(store: Store) -> None:
    put(store, "2026-06", "2026-07-02")
    put(store, "2026-Q2", "2026-07-02")
    assert meant(store, "2026-06") == "2026-Q2 as of 2026-07-02"
    assert meant(store, "2026-06", "month") == "2026-06 as of 2026-07-02"
    put(store, "2026", "2026-07-03")
    assert meant(store, "2026-06") == "2026 as of 2026-07-03"


def test_a_quarter_is_told_of_by_its_own_run(store: Store) -> None:
    put(store, "2026-Q2", "2026-07-01")
    put(store, "2026-Q1", "2026-07-20")
    put(store, "2026-06", "2026-07-20")
    assert meant(store, "2026-Q2") == "2026-Q2 as of 2026-07-01"
    assert meant(store, "2026-Q3") is None
    put(store, "2026-09", "2026-10-01")
    assert meant(store, "2026-Q3") is None
    assert meant(store, "2026-Q3", "month") == "2026-09 as of 2026-10-01"
    put(store, "2025", "2026-07-20")
    assert meant(store, "2025-Q4", "year") == "2025 as of 2026-07-20"
    assert meant(store, "2025-Q3", "year") is None


# ---- what is missing --------------------------------------------------------------------------------------
def test_no_run_is_named_with_what_to_do() -> None:
    assert reached(None, Calendar().period("2026-W26"), Calendar()) == (
        "no run tells of 2026-W26; export up to 28 June 2026 and run bookscore run --period 2026-Q2"
    )


def test_a_run_must_know_the_last_day(store: Store) -> None:
    put(store, "2026-Q2", "2026-06-27", {"contracts": contracts(days("2026-06-27"))})
    assert missing(store, "2026-W26") == (
        "the run of 2026-Q2 knows what happened up to 27 June 2026, 1 day before 2026-W26 does; export again and "
        "run bookscore run"
    )
    assert missing(store, "2026-W25") is None
    put(store, "2026-Q2", "2026-06-28", {"contracts": contracts(days("2026-06-27"))})
    assert missing(store, "2026-W26") is None


def test_an_export_that_ends_early_is_named_with_its_last_day(store: Store) -> None:
    put(store, "2026-Q2", "2026-06-29", {"contracts": contracts(days("2026-06-21", 2))})
    assert missing(store, "2026-W26") == (
        "contracts.csv ends on 21 June 2026, 7 days before 2026-W26 does; export it again and run bookscore run"
    )
    assert missing(store, "2026-W25") is None


def test_a_silence_that_is_usual_is_none(store: Store) -> None:
    """An export with news every seven days may be ten days behind, and no more."""
    put(store, "2026-Q2", "2026-06-29", {"contracts": contracts(days("2026-06-18", 7))})
    assert missing(store, "2026-W26") is None
    put(store, "2026-Q2", "2026-06-30", {"contracts": contracts(days("2026-06-17", 7))})
    assert missing(store, "2026-W26") is not None


def test_what_happens_after_the_period_shows_that_the_export_reaches_its_end(store: Store) -> None:
    put(store, "2026-Q2", "2026-07-10", {"contracts": contracts([*days("2026-06-21", 2), date(2026, 7, 9)])})
    assert missing(store, "2026-W26") is None


def test_what_is_dated_after_the_as_of_day_shows_nothing(store: Store) -> None:
    put(store, "2026-Q2", "2026-07-01", {"contracts": contracts([*days("2026-06-21", 2), date(2026, 9, 1)])})
    assert missing(store, "2026-W26") is not None


def test_only_tables_that_scores_rest_on_are_waited_for_and_all_of_them_are_named(store: Store) -> None:
    early = {
        "contracts": contracts(days("2026-06-20", 2)),
        "answers": "account_id survey answered_on value\n"
        + "".join(f"a1 nps {day} 9\n" for day in days("2026-06-15", 2)),
    }
    put(store, "2026-Q2", "2026-06-29", {**early, "contracts": contracts(days("2026-06-28", 2))})
    assert missing(store, "2026-W26") is None
    put(store, "2026-Q2", "2026-06-30", early, **ANSWERED)
    assert missing(store, "2026-W26") == (
        "answers.csv ends on 15 June 2026, 13 days before 2026-W26 does, contracts.csv on 20 June 2026; export them "
        "again and run bookscore run"
    )


def test_of_several_exports_those_that_reach_furthest_are_named(store: Store) -> None:
    frame = tables({"contracts": contracts(days("2026-06-20", 2))})["contracts"]
    file = (
        pl.when(pl.col("starts_on") < pl.date(2026, 1, 1)).then(pl.lit("crm/old.csv")).otherwise(pl.lit("crm/new.csv"))
    )
    put(store, "2026-Q1", "2026-06-29")  # only to have the settings of a run
    seen = everything(store).run("2026-Q1")
    record = store.run(seen.run_id).model_copy(update={"run_id": "f" * 64})
    kept = {f"{READ}contracts": parquet_bytes(frame.with_columns(file.alias("origin_file")))}
    store.save(RunRecord(**record.model_dump(exclude={"created_at"})), cards=[], frames=kept, created_at=NOON)
    assert (missing(store, "2026-W26", "2026-Q1") or "").startswith("crm/new.csv ends on 20 June 2026, 8 days before")


def test_few_invoices_are_silent_only_where_the_scored_period_has_none(store: Store) -> None:
    """With four invoices a year nobody knows what silence is usual: a week without one is no reason to wait."""
    quarterly = ORDERS + "\n".join(f"a1 10 {day}" for day in ("2025-10-01", "2026-01-01", "2026-04-01"))
    put(store, "2026-Q2", "2026-06-29", {"invoices": quarterly}, **ON_INVOICES)
    assert missing(store, "2026-W26") is None
    put(store, "2026-Q2", "2026-06-30", {"invoices": quarterly.replace("2026-04-01", "2026-03-31")}, **ON_INVOICES)
    assert (missing(store, "2026-W26") or "").startswith("invoices.csv ends on 31 March 2026, 89 days before")


def test_runs_that_kept_no_tables_are_judged_by_their_as_of_day(store: Store) -> None:
    put(store, "2026-Q2", "2026-06-29")
    assert missing(store, "2026-W26") is None


def test_a_run_is_read_once_for_a_period(store: Store) -> None:
    """A schedule that waits asks every minute."""
    put(store, "2026-Q2", "2026-06-29", {"contracts": contracts(days("2026-06-21", 2))})
    seen: Seen = everything(store).run()
    said = reached(seen, Calendar().period("2026-W26"), Calendar())
    for path in store.read_by(seen.run_id).values():
        path.unlink()
    assert reached(seen, Calendar().period("2026-W26"), Calendar()) == said is not None


def test_where_the_quarter_is_sealed_the_one_that_has_begun_is_to_be_scored(tmp_path: Path) -> None:
    score(company(tmp_path), "2026-Q2", "2026-07-03")
    opened = open_store(tmp_path)
    assert (missing(opened, "2026-W27") or "").endswith("; export again and run bookscore run")
    seal(tmp_path, "2026-Q2")
    assert (missing(opened, "2026-W27") or "").endswith("; export again and run bookscore run --period 2026-Q3")
    opened.close()


def test_no_run_is_made_of_a_week(tmp_path: Path) -> None:
    with pytest.raises(UnknownPeriodError, match='"2026-W26" is not a period; write a quarter as 2026-Q2'):
        score(company(tmp_path), "2026-W26", "2026-06-30")


def test_a_company_that_exports_again_gets_its_digest(tmp_path: Path) -> None:
    """The whole way: an export that ends too early is scored and waited for; with the next one the data are there."""
    week, files = Calendar().period("2026-W26"), dict(COMPANY)
    for last, told in (
        (
            "2026-06-14",
            "contracts.csv ends on 14 June 2026, 14 days before 2026-W26 does; export it again and run bookscore run",
        ),
        ("2026-06-28", None),
    ):
        lines = "".join(f"D{n} A0 10 month {day} . .\n" for n, day in enumerate(days(last, 3)))
        files["contracts"] = COMPANY["contracts"] + "\n" + lines
        score(company(tmp_path, files), "2026-Q2", "2026-06-30")
        opened = open_store(tmp_path)
        try:
            found = run_for(everything(opened), Occasion("s", week, NOON), Calendar())
            assert found is not None
            assert "digests" not in found.facts["rules"]["settings"]
            assert reached(found, week, Calendar()) == told
        finally:
            opened.close()
