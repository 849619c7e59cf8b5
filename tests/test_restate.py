"""What is known today of a period that was published, and what makes the difference?"""

import json
import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pdf_reading import said as printed
from pdf_reading import squeezed
from restated import CANCELLED, RULES, TABLES, bytes_below, company, exchange, put, score, seal
from test_cli import cli

from scoring import intake, pipeline
from scoring.cli.shared import past
from scoring.compare.restatement import Restatement, Standing
from scoring.compare.restating import restate
from scoring.intake import Request
from scoring.intake.folder import Reader
from scoring.reports.card import card_html
from scoring.reports.pdf import card_pdf
from scoring.reports.prior import why
from scoring.run import Run
from scoring.store import open_store
from scoring.store.refusals import NotSealableError

APRIL, JULY, OCTOBER = "2026-04-05", "2026-07-05", "2026-10-05"


@pytest.fixture(autouse=True)
def _usual_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables as wide as where nobody looks, whoever runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company, its first quarter run as of 5 April and sealed. Only to be copied."""
    made = company(tmp_path_factory.mktemp("sealed") / "co")
    score(made, "2026-Q1", APRIL)
    seal(made, "2026-Q1")
    return made


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    """A sealed company of one's own."""
    return Path(shutil.copytree(once, tmp_path / "co"))


def known(folder: Path, as_of: str, period: str = "2026-Q1", each: int = 20) -> Restatement:
    store = open_store(folder)
    try:
        run = store.published(period)
        assert run is not None
        published, cards = past.published(store, run), store.cards(run.run_id)
    finally:
        store.close()
    reader = Reader(Request(folder, date.fromisoformat(as_of)))
    rows = reader.read(published.rulebook).rows
    return restate(published, cards, rows, date.fromisoformat(as_of), each=each, doubts=reader.doubts)


def lines(run: Run, *columns: str) -> list[tuple[Any, ...]]:
    assert run.prior is not None
    return run.prior.lines.select(columns or ("account_id", "manager_id", "period", "kind", "amount", "cause")).rows()


def rates(found: Restatement) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    return {rate.metric: (rate.a, rate.b) for rate in found.company.rates}


# ---- the worked example ----


def test_cancellation_that_arrives_later_leaves_the_sealed_quarter_and_stands_in_the_next(folder: Path) -> None:
    """On 5 April: opening 100,000, known loss 5,000, so 95.0 % is sealed. On 20 April a cancellation effective 28 March
    (2,000) arrives: as known 93.0 %. The first quarter stays as published; the second shows -2,000 of 28 March,
    credited to Mara, who had Birch then, though it is Nils's now."""
    exchange(folder, "contracts", *CANCELLED)
    found = known(folder, JULY)
    assert rates(found)["gross_revenue_retention"] == (Decimal("0.95"), Decimal("0.93"))
    assert [(r.table, r.state, r.cause, r.name, r.edits, r.now, r.recorded_at) for r in found.rows] == [
        ("contracts", "edited", "late", "Birch", (("ends_on", None, "2026-03-28"),), "contracts.csv:11",
         "2026-04-20T00:00:00+00:00"),
    ]  # fmt: skip
    second = score(folder, "2026-Q2", JULY)
    assert lines(second) == [("B", "m1", "2026-Q1", "churn", Decimal("-2000"), "late")]
    assert lines(second, "effective_on", "origin") == [(date(2026, 3, 28), "contracts.csv:11")]
    by_manager = {card["manager_id"]: card["prior_periods"] for card in second.cards}
    assert [line["amount"] for line in by_manager["m1"]["lines"]] == ["-2000.0000"]
    assert by_manager["m1"]["bridge"] == {
        "manager_id": "m1", "sealed": "95000.0000", "lines": "-2000.0000", "known": "93000.0000", "others": "0.0000",
        "opening": "93000.0000",
    }  # fmt: skip
    assert by_manager["m2"]["lines"] == []
    store = open_store(folder)
    published = store.published("2026-Q1")
    assert published is not None
    measures = pl.read_parquet(store.frame(published.run_id, "measures"))
    store.close()
    kept = measures.filter((pl.col("grain") == "company") & (pl.col("metric") == "gross_revenue_retention"))
    assert kept["value"].to_list() == [0.95]


def test_score_that_was_sealed_is_said_where_another_one_is_compared_with(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    mara, nils = score(folder, "2026-Q2", JULY).cards
    assert (round(mara["previous"]["score"], 1), round(mara["previous"]["published"], 1)) == (93.0, 100.0)
    said = "2026-Q1 was published as 100.0. By what is known of it today, and by its rules, it would be 93.0"
    assert said in card_html(mara)
    assert squeezed(said) in printed(card_pdf(mara))
    assert "was published" not in card_html(nils)


def test_money_of_the_company_and_of_each_manager_leads_from_published_to_known(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    found = known(folder, JULY)
    company_money = {m.line: (m.published, m.known) for m in found.company.money if m.difference or m.line == "opening"}
    assert company_money == {"opening": (100_000, 100_000), "churn": (5_000, 7_000), "closing": (95_000, 93_000)}
    mara, nils = found.managers
    assert (mara.name, {m.line: m.difference for m in mara.money if m.difference}) == (
        "Mara", {"churn": Decimal(2000), "closing": Decimal(-2000)},
    )  # fmt: skip
    assert not nils.is_changed
    assert [(line["account"], line["kind"], line["amount"]) for line in found.company.lines] == [
        ("Birch", "churn", Decimal(-2000))
    ]


def test_score_of_who_had_the_account_moves_by_that_row_alone(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    mara, nils = known(folder, JULY).managers
    assert mara.change is not None
    assert mara.change < 0
    assert [e.step for e in mara.effects] == [2]  # behind the version and the day
    assert mara.residual == 0
    assert nils.effects == ()


# ---- what an export may change without a word ----

SILENT = {
    "owner": ("ownership", "A9 m1", "A9 m2", [
        ("A9", "m1", None, "opening", Decimal(-12000), "silent"),
        ("A9", "m2", None, "opening", Decimal(12000), "silent"),
    ]),
    "amount": ("contracts", "2000   month", "1500   month", [("B", "m1", None, "opening", Decimal(-500), "silent")]),
    "date": ("contracts", "2000   month 2024-01-01", "2000   month 2026-02-01", [
        ("B", "m1", None, "opening", Decimal(-2000), "silent"),
        ("B", "m1", "2026-Q1", "new", Decimal(2000), "silent"),
    ]),
    "earlier loss": ("contracts", "2026-02-15", "2025-12-15", [
        ("C", "m2", None, "opening", Decimal(-5000), "silent"),
        ("C", "m2", "2026-Q1", "churn", Decimal(5000), "silent"),
    ]),
    "row gone": ("contracts", "2       B          2000   month 2024-01-01 .          .\n        ", "", [
        ("B", "m1", None, "opening", Decimal(-2000), "silent"),
    ]),
    "row doubled": ("contracts", "2       B", "2b B 2000 month 2024-01-01 . .\n        2       B", [
        ("B", "m1", None, "opening", Decimal(2000), "silent"),
    ]),
    "name": ("accounts", "Birch", "Birchwood", []),
}  # fmt: skip


@pytest.mark.parametrize("what", SILENT)
def test_silent_change_is_listed_and_told_once(folder: Path, what: str) -> None:
    table, old, new, expected = SILENT[what]
    exchange(folder, table, old, new)
    found = known(folder, JULY)
    assert {(r.table, r.cause) for r in found.rows} == {(table, "silent")}
    assert len(found.rows) == 1
    assert all(manager.residual == 0 for manager in found.managers)
    assert found.company.is_changed == bool(expected)
    second = score(folder, "2026-Q2", JULY)
    assert lines(second) == expected


def test_status_that_was_edited_takes_the_line_out(folder: Path) -> None:
    stated = TABLES["contracts"].replace("recorded_at", "status")
    put(folder, "contracts", stated.replace(CANCELLED[0], CANCELLED[0].removesuffix(".") + "paused"))
    (row,) = known(folder, JULY).rows
    assert (row.cause, row.edits) == ("silent", (("status", None, "paused"),))
    assert lines(score(folder, "2026-Q2", JULY)) == [("B", "m1", None, "opening", Decimal(-2000), "silent")]


def test_change_that_touches_nobodys_figures_says_so(folder: Path) -> None:
    exchange(folder, "accounts", "Birch", "Birchwood")
    found = known(folder, JULY)
    assert len(found.rows) == 1
    assert not any(manager.is_changed for manager in (found.company, *found.managers))
    assert "Nothing that was published would be another figure today." in cli("restate", "2026-Q1", folder).out


def test_open_renewal_that_was_lost_in_the_end_is_known_without_any_row(tmp_path: Path) -> None:
    text = TABLES["contracts"].replace("2       B          2000   month 2024-01-01 .         ",
                                       "2       B          2000   month 2024-01-01 2026-03-28")  # fmt: skip
    folder = company(tmp_path / "co", {**TABLES, "contracts": text})
    score(folder, "2026-Q1", APRIL)
    seal(folder, "2026-Q1")
    found = known(folder, JULY)
    assert found.rows == ()
    assert lines(score(folder, "2026-Q2", JULY)) == [("B", "m1", "2026-Q1", "churn", Decimal(-2000), "time")]


# ---- several periods ----


def test_each_correction_appears_once_and_in_the_period_it_was_effective(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    second = score(folder, "2026-Q2", JULY)
    assert len(lines(second)) == 1
    seal(folder, "2026-Q2")
    again = TABLES["contracts"].replace(*CANCELLED).replace("A9 12000", "A9 9000")
    put(folder, "contracts", again)
    third = score(folder, "2026-Q3", OCTOBER)
    assert lines(third) == [("A9", "m1", None, "opening", Decimal(-3000), "silent")]
    assert [s["period"] for s in third.summary["seals"]] == ["2026-Q1", "2026-Q2"]
    bridge = third.summary["prior_periods"]["bridge"][-1]
    assert (bridge["sealed"], bridge["lines"], bridge["known"], bridge["opening"]) == (
        "93000.0000", "-3000.0000", "90000.0000", "90000.0000",
    )  # fmt: skip


def test_loss_of_the_first_quarter_that_is_learned_in_the_third_is_dated_in_the_first(folder: Path) -> None:
    score(folder, "2026-Q2", JULY)
    seal(folder, "2026-Q2")
    exchange(folder, "contracts", *CANCELLED)
    third = score(folder, "2026-Q3", OCTOBER)
    assert [line[:5] for line in lines(third)] == [
        ("B", "m1", "2026-Q1", "churn", Decimal(-2000)),
        ("B", "m1", "2026-Q2", "transfer_out", Decimal(2000)),  # there was nothing left to hand over on 1 April
        ("B", "m2", "2026-Q2", "transfer_in", Decimal(-2000)),
    ]
    ends = {b["manager_id"]: (b["sealed"], b["lines"], b["known"]) for b in third.summary["prior_periods"]["bridge"]}
    assert ends[None] == ("95000.0000", "-2000.0000", "93000.0000")


def test_a_run_of_an_earlier_day_than_a_seal_knows_nothing_of_it_and_is_not_sealed(folder: Path) -> None:
    """On 3 April nothing was sealed yet, and the cancellation of 20 April is no row that is gone."""
    exchange(folder, "contracts", *CANCELLED)
    assert score(folder, "2026-Q2", "2026-04-03").prior is None
    with pytest.raises(NotSealableError, match="it looks on 2026-04-03, and 2026-Q1 was sealed as of 2026-04-05; run"):
        seal(folder, "2026-Q2")
    refused = cli("restate", "2026-Q1", folder, "--as-of", "2026-04-03")
    assert (refused.code, refused.out) == (2, "")
    assert "--as-of: 2026-Q1 was published as of 2026-04-05; name that day or a later one" in refused.err


def test_run_without_seals_is_what_it_was(tmp_path: Path) -> None:
    folder = company(tmp_path / "co")
    made = pipeline.run(intake.Request(folder, date.fromisoformat(APRIL), "2026-Q1"), past.seals(folder))
    assert made.prior is None
    assert not {"seals", "prior_periods"} & made.summary.keys()
    assert "prior_periods" not in made.frames
    assert all("prior_periods" not in card for card in made.cards)


def test_run_that_looked_at_a_seal_has_an_id_of_its_own(folder: Path) -> None:
    request = intake.Request(folder, date.fromisoformat(JULY), "2026-Q2")
    seals = past.seals(folder)
    assert pipeline.run(request, seals).run_id == pipeline.run(request, seals).run_id != pipeline.run(request).run_id


# ---- the commands ----


def test_sealed_period_is_not_run_again(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    before = bytes_below(folder)
    for words in (("--period", "2026-Q1"), ("--as-of", JULY, "--period", "2026-Q1", "--out", folder / "other")):
        done = cli("run", folder, *words)
        assert (done.code, done.out) == (2, "")
        assert "2026-Q1 (2026-01-01 to 2026-03-31) is sealed: run" in done.err
        assert f"Next: bookscore restate 2026-Q1 {folder}" in done.err
    aside = cli("run", folder, "--period", "2026-Q1", "--set-aside")
    assert aside.err.endswith(f"Next: bookscore restate 2026-Q1 {folder} --set-aside\n")
    assert bytes_below(folder) == before
    dry = cli("run", folder, "--period", "2026-Q1", "--as-of", JULY, "--dry-run")
    assert dry.code == 0
    assert "nor would it be: 2026-Q1 is sealed by Fay." in dry.err
    assert dry.err.endswith(f"Next: bookscore restate 2026-Q1 {folder} --as-of {JULY}\n")


def test_commands_of_seals_say_what_they_did(tmp_path: Path) -> None:
    folder = company(tmp_path / "co")
    score(folder, "2026-Q1", APRIL)
    assert cli("seals", folder).out == "No period is sealed.\n"
    assert cli("seal", "2026-Q2", folder, "--by", "Fay").code == 2
    assert cli("seal", "2026-Q1", folder).code == 2
    done = cli("seal", "2026-Q1", folder, "--by", "Fay Finance")
    assert (done.code, done.out.splitlines()[0][:38]) == (0, "2026-Q1 is sealed by Fay Finance: run ")
    (listed,) = cli("seals", folder, "--json").json["data"]
    assert (listed["period"], listed["sealed_by"], listed["number"]) == ("2026-Q1", "Fay Finance", 1)
    assert listed["sha256"] in done.out
    checked = cli("verify", folder, "--head", listed["sha256"][:12])
    assert (checked.code, checked.out.splitlines()[0]) == (0, "All is as it was stored: 1 run, 1 seal and 17 frames.")
    assert cli("verify", folder, "--head", "0" * 12).code == 1
    assert "sealed by Fay Finance" in cli("runs", folder).out
    assert cli("seal", "2026-Q1", folder, "--by", "Eve").code == 2
    assert "was over" not in done.err
    score(folder, "2026-Q2", "2026-06-29")
    early = "It was run before 2026-Q2 was over on 2026-06-30; what came since becomes lines of the next period."
    assert early in cli("seal", "2026-Q2", folder, "--by", "Fay").err


def test_verify_ends_with_1_where_a_score_was_changed(folder: Path) -> None:
    import sqlite3

    with sqlite3.connect(folder / ".bookscore" / "bookscore.db") as plain:
        plain.execute("update card set score = 99 where manager_id = 'm1'")
    done = cli("verify", folder)
    assert done.code == 1
    assert done.out.startswith("Broken at seal 1 (2026-Q1): run ")


def test_restate_tells_the_worked_example(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    done = cli("restate", "2026-Q1", folder, "--as-of", JULY)
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "1 row that concerns 2026-Q1 changed: 1 recorded later, 0 without a word." in said
    assert "contracts.csv:11 contracts Birch edited ends_on (none) → 2026-03-28 2026-04-20 (late) Mara" in said
    assert "Gross revenue retention 95.0 % 93.0 %" in said
    data = cli("restate", "2026-Q1", folder, "--as-of", JULY, "--json").json["data"]
    mara = next(m for m in data["managers"] if m["name"] == "Mara")
    adds = sum(Decimal(effect["points"]) for effect in mara["effects"])
    assert adds == Decimal(mara["change"]) != 0
    assert cli("restate", "2026-Q1", folder, "--who", "Mara").code == 0


def test_a_score_that_a_run_would_withhold_today_is_known_as_none(folder: Path) -> None:
    put(folder, "controls", "table measure value recorded_at\ncontracts rows 99 2026-05-01")
    known_today = {m.name: m for m in known(folder, JULY).managers}
    made = {c["name"]: c for c in pipeline.run(Request(folder, date.fromisoformat(JULY), "2026-Q1")).cards}
    assert made["Mara"]["trust"]["level"] == "withheld"
    assert known_today["Mara"].published == Standing(100.0, "Above target")
    assert known_today["Mara"].known == Standing(made["Mara"]["score"], made["Mara"]["label"]) == Standing(None, None)


def test_what_restate_says_to_type_next_asks_for_the_same(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    for asked in ([], ["--each", "3", "--all"]):
        done = cli("restate", "2026-Q1", folder, "--as-of", JULY, "--set-aside", *asked)
        words = " ".join(["--who", "Mara", *asked, "--as-of", JULY, "--set-aside"])
        assert done.err.splitlines()[-1] == f"Next: bookscore restate 2026-Q1 {folder} {words}"


def test_accounts_of_one_name_are_told_apart_by_id_on_cards_in_frames_and_lines(tmp_path: Path) -> None:
    made = company(tmp_path / "co")
    names = TABLES["accounts"].replace("A0 Alder-A0", "A0 Birch").replace("Cedar", "BIRCH")
    put(made, "accounts", names)
    run = score(made, "2026-Q1", APRIL)
    told = {"A0": "Birch (A0)", "B": "Birch (B)", "C": "BIRCH (C)", "A1": "Alder-A1"}
    assert told.items() <= dict(run.book.select("account_id", "account").iter_rows()).items()
    named = {d["account_id"]: d["name"] for card in run.cards for d in card["drivers"]}
    assert {i: named[i] for i in told if i in named} == {i: n for i, n in told.items() if i in named} != {}
    seal(made, "2026-Q1")
    exchange(made, "contracts", *CANCELLED)
    assert {row.name for row in known(made, JULY).rows} == {"Birch (B)"}
    assert {line[0] for line in lines(score(made, "2026-Q2", JULY), "account")} == {"Birch (B)"}
    assert cli("explain", "Mara", "--account", "Birch (B)", "--run", "2026-Q1", "--folder", made).code == 0
    assert cli("explain", "Nils", "--account", "birch", "--run", "2026-Q1", "--folder", made).code == 0


def test_only_ids_of_managers_are_told_as_names(folder: Path) -> None:
    exchange(folder, "managers", "m1         Mara", "2000       Mara")
    for name in ("ownership", "contracts"):
        put(folder, name, TABLES[name].replace(" m1 ", " 2000 ").replace("2000   month", "1500   month"))
    said = cli("restate", "2026-Q1", folder, "--as-of", JULY).out
    assert "amount 2000 → 1500" in " ".join(said.split())
    assert "manager_id Mara → Mara" in " ".join(said.split())


def test_targets_and_costs_that_come_later_are_told(folder: Path) -> None:
    put(folder, "targets", "manager_id metric period value\nm1 gross_revenue_retention 2026-Q1 0.9")
    put(folder, "costs", "period kind amount\n2026-Q1 service 10")
    assert {row.table: row.state for row in known(folder, JULY).rows} == {"targets": "new", "costs": "new"}
    assert cli("run", folder, "--period", "2026-Q2", "--as-of", JULY).code == 0


def test_a_manager_with_the_id_of_an_account_is_called_by_their_own_name(folder: Path) -> None:
    both = TABLES["managers"] + "        B          Bea\n"
    put(folder, "managers", both)
    put(folder, "targets", "manager_id metric period value\nB gross_revenue_retention 2026-Q1 0.9")
    told = {row.table: row.name for row in known(folder, JULY).rows}
    assert told["targets"] == "Bea"


def test_restate_saves_nothing(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    cli("seals", folder)
    before = sorted(bytes_below(folder))
    cli("restate", "2026-Q1", folder)
    assert sorted(bytes_below(folder)) == before


def test_export_that_changed_the_past_silently_is_warned_of_in_the_output_alone(folder: Path) -> None:
    exchange(folder, "contracts", "2000   month", "1500   month")
    done = cli("run", folder, "--period", "2026-Q2", "--as-of", JULY, "--json").json
    (warned,) = [p for p in done["problems"] if "without saying so" in p["what"]]
    assert warned["what"].endswith("as of 2026-04-05, without saying so: contracts 1")
    assert warned["remedy"] == "`bookscore restate 2026-Q1` lists every row"
    assert "without saying so" not in json.dumps(json.loads((folder / "scorecards/2026-Q2/run.json").read_bytes()))


def test_what_happens_after_a_period_and_what_says_that_it_is_late_is_no_silent_change(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    put(folder, "accounts", TABLES["accounts"] + "D Dogwood")
    ended = TABLES["contracts"].replace("A9 12000 month 2024-01-01 .", "A9 12000 month 2024-01-01 2026-05-31")
    put(folder, "contracts", ended.replace(*CANCELLED) + "4 D 700 month 2026-04-10 . .")
    done = cli("run", folder, "--period", "2026-Q2", "--as-of", JULY, "--json").json
    assert [p for p in done["problems"] if "without saying so" in p["what"]] == []


def test_pages_of_a_sealed_period_are_those_of_the_sealed_run(tmp_path: Path) -> None:
    folder = company(tmp_path / "co")
    assert cli("run", folder, "--period", "2026-Q1", "--as-of", APRIL).code == 0
    first = bytes_below(folder / "scorecards")
    exchange(folder, "contracts", *CANCELLED)
    assert cli("run", folder, "--period", "2026-Q1", "--as-of", JULY).code == 0
    runs = cli("runs", folder, "--json").json["data"]
    old = next(r["run_id"] for r in runs if r["as_of"] == APRIL)
    done = cli("seal", "2026-Q1", folder, "--by", "Fay", "--run", old[:12])
    assert "are of another run" in done.err
    assert bytes_below(folder / "scorecards") != first
    past.show_sealed(folder, "2026-Q1")
    assert bytes_below(folder / "scorecards") == first


def test_the_day_of_a_record_is_that_of_the_business_time_zone(tmp_path: Path) -> None:
    """Midnight of 20 April in UTC is the evening of the 19th in Los Angeles."""
    folder = company(tmp_path / "co")
    there = RULES.replace("method:", "calendar: {time_zone: America/Los_Angeles}\nmethod:")
    (folder / "rules.yaml").write_text(there, encoding="utf-8")
    score(folder, "2026-Q1", APRIL)
    seal(folder, "2026-Q1")
    was, cancelled = CANCELLED
    exchange(folder, "contracts", was, f"{cancelled}T00:00:00Z")
    assert [row.recorded_at for row in known(folder, JULY).rows] == ["2026-04-19T17:00:00-07:00"]
    assert "2026-04-19 (late)" in cli("restate", "2026-Q1", folder, "--as-of", JULY).out
    (line,) = score(folder, "2026-Q2", JULY).cards[0]["prior_periods"]["lines"]
    assert why(line) == "recorded 19 April 2026 (contracts.csv:11)"


def test_card_and_explanation_tell_what_was_learned(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    assert cli("run", folder, "--period", "2026-Q2", "--as-of", JULY).code == 0
    page = next(p for p in (folder / "scorecards/2026-Q2/scorecards").iterdir() if "m1" in p.name).read_text("utf-8")
    for words in ("Learned since 2026-Q1 was sealed", "28 March 2026", "recorded 20 April 2026 (contracts.csv:11)"):
        assert words in page
    said = cli("explain", "Mara", "--folder", folder).out
    assert "Learned since earlier periods were sealed" in said
    assert "Birch" in said
    assert "Learned since" not in cli("explain", "Nils", "--folder", folder).out


def test_an_account_that_is_gone_is_called_as_it_was_and_asked_for_by_that_name(folder: Path) -> None:
    """Birch was merged into Cedar since the seal."""
    exchange(folder, "accounts", "B          Birch", "")
    put(folder, "ownership", re.sub(r"(?m)^ +B .*\n", "", TABLES["ownership"]))
    exchange(folder, "contracts", "2       B", "2       C")
    assert cli("run", folder, "--period", "2026-Q2", "--as-of", JULY).code == 0
    said = cli("explain", "Mara", "--account", "birch", "--folder", folder)
    assert "Nothing of it is in the book of the period itself" in said.out, said.err
    assert re.search(r"(?m)^Birch +earlier +2026-01-01 +Opening +−€2,000.00", said.out)
    assert cli("explain", "Nils", "--account", "birch", "--folder", folder).code == 2


def test_what_was_learned_is_told_in_the_currency_that_was_sealed(folder: Path) -> None:
    """Since the second quarter of 2026 dollars are reported; what was sealed in euros stays in euros."""
    (folder / "rules-1.yaml").write_text(RULES, encoding="utf-8")
    newer = RULES.replace("EUR", "USD") + "effective_from: 2026-Q2\nsupersedes: rules-1.yaml\n"
    (folder / "rules.yaml").write_text(newer, encoding="utf-8")
    exchange(folder, "contracts", *CANCELLED)
    assert cli("run", folder, "--period", "2026-Q2", "--as-of", JULY).code == 0
    assert "2026-03-28  Left  −€2,000.00" in cli("explain", "Mara", "--folder", folder).out
    page = next(p for p in (folder / "scorecards/2026-Q2/scorecards").iterdir() if "m1" in p.name).read_text("utf-8")
    assert all(told in page for told in ("−€2,000.00", "€95,000.00", "€93,000.00"))
    told = json.loads((folder / "scorecards/2026-Q2/run.json").read_text("utf-8"))["prior_periods"]
    assert told["currency"] == "EUR"
    assert {"opening", "others"}.isdisjoint(told["bridge"][-1])  # which would be of two currencies


def test_revenue_of_all_sealed_periods_is_told_in_the_currency_that_was_sealed_last(tmp_path: Path) -> None:
    """The first quarter of 2026 was sealed in euros, the second in dollars; 100 dollars more were sold in both."""
    sold = "line_id account_id dated_on amount currency\n1 B 2026-02-01 1000 USD\n2 B 2026-05-01 1000 USD"
    rates = "currency dated_on rate\nUSD 2020-01-01 0.8\nEUR 2020-01-01 1.25"
    folder = company(tmp_path / "co", {**TABLES, "contracts": "", "invoices": sold, "rates": rates})
    (folder / "contracts.csv").unlink()
    rules = (
        RULES.replace("method:", "basis: invoices\nmethod:")
        .replace("gross_revenue_retention", "closing")
        .replace("70%, target: 100%", "0, target: 9000")
    )
    (folder / "rules-1.yaml").write_text(rules, encoding="utf-8")
    newer = rules.replace("EUR", "USD") + "effective_from: 2026-Q2\nsupersedes: rules-1.yaml\n"
    (folder / "rules.yaml").write_text(newer, encoding="utf-8")
    for period, as_of in (("2026-Q1", APRIL), ("2026-Q2", JULY)):
        score(folder, period, as_of)
        seal(folder, period)
    put(folder, "invoices", f"{sold}\n3 B 2026-02-02 100 USD\n4 B 2026-05-02 100 USD")
    run = score(folder, "2026-Q3", OCTOBER)
    told = run.summary["prior_periods"]
    assert told["currency"] == "USD"
    assert [(line["period"], line["amount"]) for line in told["lines"]] == [
        ("2026-Q1", "100.0000"), ("2026-Q2", "100.0000"),
    ]  # fmt: skip


def test_check_reads_the_exports_in_the_currencies_of_all_rules_that_a_run_uses(tmp_path: Path) -> None:
    """Dollars are reported since the second quarter of 2026; the score before is still one of euros."""
    sold = "line_id account_id amount every starts_on currency\n1 B 2000 month 2026-06-20 USD"
    folder = company(tmp_path / "co", {**TABLES, "contracts": sold})
    (folder / "rules-1.yaml").write_text(RULES, encoding="utf-8")
    newer = f"{RULES.replace('EUR', 'USD')}effective_from: 2026-Q2\nsupersedes: rules-1.yaml\n"
    (folder / "rules.yaml").write_text(newer, encoding="utf-8")
    for command in ("check", "run"):
        done = cli(command, folder, "--as-of", JULY)
        assert (done.code, "currency has no rate to EUR on 2026-06-20" in done.out + done.err) == (3, True)
    put(folder, "rates", "currency dated_on rate\nUSD 2020-01-01 0.8")
    assert [cli(command, folder, "--as-of", JULY).code for command in ("check", "run")] == [0, 0]


# ---- the page ----

PAGE = Path(__file__).parent.parent / "docs" / "restating.md"


def test_page_shows_what_the_command_says(folder: Path) -> None:
    exchange(folder, "contracts", *CANCELLED)
    shown = PAGE.read_text("utf-8").split("<!-- restate -->\n```text\n")[1].split("```")[0]
    said = cli("restate", "2026-Q1", folder, "--as-of", JULY).out
    plain = [re.sub(r"run [0-9a-f]{12}", "run ID", text).strip() for text in (shown, said)]
    assert plain[0] == plain[1]


def test_page_is_about_one_page_and_names_every_command() -> None:
    text = PAGE.read_text("utf-8")
    told = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert len(told.split()) <= 1000
    assert all(f"`{word}" in told or f"bookscore {word}" in told for word in ("seal", "verify", "restate", "run"))
