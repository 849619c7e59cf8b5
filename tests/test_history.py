"""What does `bookscore history` promise? The bridge of a run, period by period; the same read as a stream or held."""

import csv
import io
import json
import re
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scoring import pipeline
from scoring.cli import main
from scoring.intake import Request
from scoring.rules import default_text
from scoring.tables import TABLES

AS_OF = "2026-06-30"
MOVED = ("new", "reactivation", "expansion", "contraction", "churn")
FILES = {
    "accounts": "account_id,name,region\na1,Ada,North\na2,Bo,North\na3,Cy,South\n",
    "managers": "manager_id,name,team\nm1,Mia,East\nm2,Nils,West\n",
    "ownership": "account_id,manager_id,starts_on,ends_on,share\n"
    "a1,m1,,2026-05-10,\na1,m2,2026-05-10,,\na2,m1,,,0.6\na2,m2,,,0.4\n",
    "contracts": "line_id,account_id,product,amount,currency,every,starts_on,ends_on,status\n"
    "c1,a1,Entry Plan,100.00,EUR,month,2025-01-01,2026-02-01,\n"
    "c2,a1,Standard Plan,1500.00,EUR,year,2026-02-01,,\n"
    "c3,a2,Entry Plan,300.00,USD,quarter,2025-06-15,2026-04-20,\n"
    "c4,a2,Entry Plan,240.00,USD,quarter,2026-05-19,,\n"
    "c5,a3,Premium Plan,50.00,EUR,month,2025-03-01,2026-04-20,cancelled\n"
    "c6,a3,Premium Plan,70.00,EUR,month,2026-06-01,,\n",
    "invoices": "line_id,account_id,dated_on,amount,currency,kind\ni1,a1,2026-04-03,99.90,EUR,order\n"
    "i2,a2,2026-06-30,-10.00,USD,return\n",
    "rates": "currency,dated_on,rate\nUSD,2025-01-01,0.9\nUSD,2026-04-01,0.8\n",
}


def company(folder: Path, files: Mapping[str, str] = FILES, *, kind: str = "csv") -> Path:
    """A company of three accounts: a handover, a shared account, gaps of 29 and of 42 days, an upgrade."""
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        if kind == "parquet":
            types = {c: TABLES[name].schema[c] for c in next(csv.reader([text.splitlines()[0]]))}
            pl.read_csv(folder / f"{name}.csv", schema=types).write_parquet(folder / f"{name}.parquet")
            (folder / f"{name}.csv").unlink()
    (folder / "rules.yaml").write_text(default_text(), encoding="utf-8")
    return folder


def told(*arguments: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["history", "--as-of", AS_OF, *(str(a) for a in arguments)])
    return code, out.getvalue(), err.getvalue()


def rows(*arguments: str | Path) -> dict[tuple[str, str], dict[str, Any]]:
    code, out, err = told(*arguments, "--json")
    assert code == 0, err
    return {(row["id"], row["period"]): row for row in json.loads(out)["data"]}


def test_a_quarter_of_a_small_company_can_be_followed_by_hand(tmp_path: Path) -> None:
    found = rows(company(tmp_path / "c"), "--periods", "2")["company", "2026-Q2"]
    # a1 125 throughout; a2 300 USD a quarter at 0.8 = 80, after a gap of 29 days 64; a3 50, gone for 42 days, then 70
    assert {k: Decimal(found[k]) for k in ("opening", *MOVED, "closing", "revenue")} == {
        "opening": 255, "new": 0, "reactivation": 70, "expansion": 0, "contraction": 16, "churn": 50,
        "closing": 259, "revenue": Decimal("91.9"),
    }  # fmt: skip
    assert (found["accounts"], found["ups"], found["downs"]) == (3, 0, 0)
    assert found["gross_kept"] == (125 + 64 + 50) / 255


def test_a_gap_of_as_many_days_as_are_tolerated_is_churn(tmp_path: Path) -> None:
    late = {**FILES, "contracts": FILES["contracts"].replace("2026-05-19", "2026-05-20")}
    found = rows(company(tmp_path / "c", late))["company", "2026-Q2"]
    assert Decimal(found["churn"]) == 50 + 80
    assert Decimal(found["reactivation"]) == 70 + 64


def test_a_renewal_is_waited_for_unless_the_contract_was_cancelled(tmp_path: Path) -> None:
    """On 5 July, fifteen days after both ended, Cy's cancelled contract is lost, and Bo's may still be renewed."""
    head = "".join(FILES["contracts"].splitlines(keepends=True)[:6]).replace("2026-04-20", "2026-06-20")
    without_next = "".join(line for line in head.splitlines(keepends=True) if not line.startswith("c4"))
    folder = company(tmp_path / "c", {**FILES, "contracts": without_next})
    found = rows(folder, "--period", "2026-Q2", "--as-of", "2026-07-05")["company", "2026-Q2"]
    assert (found["churn"], found["closing"]) == ("50.0000", "205.0000")


def test_what_begins_or_ends_with_a_quarter_does_so_at_its_rates(tmp_path: Path) -> None:
    """30 dollars a month end on 1 April, and 40 begin: 27 euros until then, 24 that are lost, and 32 that are won."""
    more = "c7,a2,,30.00,USD,month,2025-06-15,2026-04-01,\nc8,a1,,40.00,USD,month,2026-04-01,,\n"
    folder = company(tmp_path / "c", {**FILES, "contracts": FILES["contracts"] + more})
    found = rows(folder, "--periods", "2")
    assert Decimal(found["company", "2026-Q1"]["closing"]) == 265 + 27
    quarter = {k: Decimal(found["company", "2026-Q2"][k]) for k in ("fx", "opening", "expansion", "contraction")}
    assert quarter == {"fx": -10 - 3, "opening": 255 + 24, "expansion": 32, "contraction": 16 + 24}


OPEN = "c8,a2,,10.00,EUR,month,2025-07-01,,\nc9,a2,,10.00,EUR,month,2025-08-01,,\n"


@pytest.mark.parametrize(
    ("name", "more", "last"),
    [
        ("contracts", "c7,a2,,30.00,EUR,month,2026-07-02,,\n", "2026-Q2"),
        ("contracts", "c7,a2,,30.00,EUR,month,2026-08-20,,\n", "2026-Q3"),
        ("contracts", "c7,a2,,30.00,EUR,month,2026-05-20,2026-09-20,\n", "2026-Q2"),
        ("contracts", f"{OPEN}c7,a2,,30.00,EUR,month,2026-05-20,2026-09-20,\n", "2026-Q3"),
        ("invoices", "i3,a2,2026-12-01,10.00,EUR,order\n", "2026-Q2"),
        ("answers", "account_id,answered_on,kind,score\na1,2026-08-30,nps,9\n", "2026-Q3"),
    ],
    ids=["after the quarter", "in a second half", "agreed end", "end where most run on", "after the day", "answer"],
)
def test_a_stream_ends_with_the_period_that_a_run_scores(tmp_path: Path, name: str, more: str, last: str) -> None:
    folder = company(tmp_path / "c", {**FILES, name: FILES.get(name, "") + more})
    for way in ("--stream", "--hold"):
        assert max(period for _, period in rows(folder, way, "--as-of", "2026-11-25")) == last


def test_managers_have_what_was_theirs_and_hand_overs_are_no_movement(tmp_path: Path) -> None:
    found = rows(company(tmp_path / "c"), "--by", "manager")
    mia, nils = found["m1", "2026-Q2"], found["m2", "2026-Q2"]
    assert (mia["opening"], mia["transfers"], mia["contraction"]) == ("173.0000", "-125.0000", "9.6000")
    assert (nils["opening"], nils["transfers"], nils["contraction"]) == ("32.0000", "125.0000", "6.4000")
    assert found["unassigned", "2026-Q2"]["closing"] == "70.0000"


@pytest.mark.parametrize("team", ["m2", "unassigned"])
def test_a_team_called_as_a_manager_or_nobody_is_a_team(tmp_path: Path, team: str) -> None:
    named = company(tmp_path / "named", FILES | {"managers": FILES["managers"].replace("East", team)})
    shown = "unassigned (team)" if team == "unassigned" else team
    usual = rows(company(tmp_path / "c"), "--by", "team")
    called = {(shown if who == "East" else who, period): row for (who, period), row in usual.items()}
    assert {key: row | {"id": key[0]} for key, row in called.items()} == rows(named, "--by", "team")
    printed = re.findall(r"(?m)^(\S.*?)  +[\d−]", told(named, "--by", "team")[1])
    assert printed[-3:] == [shown, "West", "unassigned"]


@pytest.mark.parametrize("by", ["company", "team", "manager"])
def test_opening_and_what_moved_it_make_the_closing(tmp_path: Path, by: str) -> None:
    for row in rows(company(tmp_path / "c"), "--by", by).values():
        moved = {k: Decimal(row[k]) for k in ("opening", *MOVED, "transfers", "closing")}
        gains = moved["new"] + moved["reactivation"] + moved["expansion"] + moved["transfers"]
        assert moved["opening"] + gains - moved["contraction"] - moved["churn"] == moved["closing"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_stream_says_what_is_said_of_lines_that_are_held(tmp_path: Path, kind: str) -> None:
    folder = company(tmp_path / "c", kind=kind)
    assert rows(folder, "--by", "manager", "--stream") == rows(folder, "--by", "manager", "--hold")
    assert "as they passed by" in told(folder, "--stream")[2]
    assert "as they passed by" not in told(folder)[2]


@pytest.mark.parametrize("period", ["2026-Q2", "2026-Q1", "2025-Q4"])
def test_each_quarter_is_the_bridge_of_its_run(small_folder: Path, period: str) -> None:
    found = rows(small_folder, "--set-aside", "--period", "2026-Q2")["company", period]
    run = pipeline.run(Request(small_folder, date.fromisoformat(AS_OF), period, set_aside=True))
    bridge = run.totals["bridge"]
    assert {k: Decimal(found[k]) for k in ("opening", *MOVED)} == {k: Decimal(bridge[k]) for k in ("opening", *MOVED)}
    assert Decimal(found["closing"]) == Decimal(bridge["closing"]) - Decimal(bridge["fx"])


@pytest.mark.parametrize("way", ["--stream", "--hold"])
@pytest.mark.parametrize(("name", "length"), [("2026-06", "month"), ("2026", "year")])
def test_periods_of_another_length_are_told_as_where_they_are_scored(
    tmp_path: Path, way: str, name: str, length: str
) -> None:
    folder = company(tmp_path / "c")
    by_quarter = rows(folder, way, "--period", name, "--by", "manager")
    (folder / "rules.yaml").write_text(default_text().replace("period: quarter", f"period: {length}"), "utf-8")
    assert by_quarter == rows(folder, way, "--period", name, "--by", "manager")


@pytest.mark.parametrize("way", ["--stream", "--hold"])
def test_nobody_climbs_or_falls_by_a_plan_that_a_credit_makes_free_as_in_a_run(tmp_path: Path, way: str) -> None:
    """Ada's dearer plan costs more than her credit, Bo's credit is more than his new plan, Cy pays throughout."""
    head = FILES["contracts"].split("\n", 1)[0]
    lines = (
        "c1,a1,Standard Plan,30.00,EUR,month,2025-01-01,2026-05-05,\nc2,a1,Premium Plan,50.00,EUR,month,2026-05-05,,\n"
        "c3,a1,Credit,-30.00,EUR,month,2025-01-01,,\nc4,a2,Premium Plan,100.00,EUR,month,2025-01-01,2026-05-05,\n"
        "c5,a2,Standard Plan,50.00,EUR,month,2026-05-05,,\nc6,a2,Credit,-60.00,EUR,month,2026-05-05,,\n"
        "c7,a3,Entry Plan,10.00,EUR,month,2025-01-01,2026-05-05,\nc8,a3,Premium Plan,20.00,EUR,month,2026-05-05,,\n"
    )
    folder = company(tmp_path / "c", {**FILES, "contracts": f"{head}\n{lines}"})
    rules = default_text().replace("retention_window: 12m", "retention_window: period")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    found = rows(folder, way)["company", "2026-Q2"]
    assert (found["ups"], found["downs"]) == (2, 0)
    measures = pipeline.run(Request(folder, date.fromisoformat(AS_OF))).measures.rows
    company_steps = measures.filter(pl.col("metric") == "tier_steps", pl.col("grain") == "company")
    assert company_steps["value"].to_list() == [2]


@pytest.mark.parametrize("by", ["company", "manager"])
def test_what_rates_make_of_the_closing_before_is_no_movement(tmp_path: Path, by: str) -> None:
    """Bo's 100 dollars a month are 90 euros until March and 80 from April on; sixty parts are Mia's, forty Nils'."""
    found = rows(company(tmp_path / "c"), "--by", by, "--periods", "2")
    rates = {row_of: (row["fx"], row["opening"]) for row_of, row in found.items()}
    if by == "company":
        assert rates == {("company", "2026-Q1"): (None, "240.0000"), ("company", "2026-Q2"): ("-10.0000", "255.0000")}
        assert found["company", "2026-Q1"]["closing"] == "265.0000"
        said = told(tmp_path / "c", "--periods", "2")[2]
        assert "may not open as the one before closed" in said
        assert "Its run closes at those of the day after its last" in said
    else:
        assert [rates[who, "2026-Q2"][0] for who in ("m1", "m2", "unassigned")] == ["-6.0000", "-4.0000", "0.0000"]


def test_a_wrong_line_in_a_stream_has_the_folder_read_with_care_and_is_named(tmp_path: Path) -> None:
    odd = {**FILES, "contracts": FILES["contracts"].replace("c2,a1", "c2,a9")}
    code, _, err = told(company(tmp_path / "c", odd), "--stream")
    assert code == 3
    assert 'contracts.csv row 2, column account_id: account_id is not among the accounts: "a9"' in err
    again = f"Next: bookscore history --as-of 2026-06-30 {tmp_path / 'c'} --stream --set-aside\n"
    assert err.endswith(f"Mend the rows, or go on without them.\n{again}")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("contracts", ",", ";"),
        ("contracts", ",", "\t"),
        ("contracts", "account_id", "Account_ID"),
        ("contracts", "c2,a1", "c2, a1"),
        ("ownership", ",m2", ", m2"),
        ("accounts", "a2,", "a2 ,"),
    ],
)
def test_a_stream_reads_odd_text_as_it_is_held(tmp_path: Path, name: str, old: str, new: str) -> None:
    assert old in FILES[name]
    folder = company(tmp_path / "c", {**FILES, name: FILES[name].replace(old, new)})
    assert rows(folder, "--by", "manager", "--stream") == rows(folder, "--by", "manager", "--hold")


@pytest.mark.parametrize("odd", ["100.00001", "1e2", "100,5.00", "100.00,EUR,month,2025-1-1,,,,,"])
def test_what_is_refused_where_lines_are_held_is_refused_in_a_stream(tmp_path: Path, odd: str) -> None:
    """An amount of too many decimals, an exponent, a cell too many, a day of one digit."""
    line = f"c9,a1,,{odd}" + (",EUR,month,2025-01-01,," if "EUR" not in odd else "")
    folder = company(tmp_path / "c", {**FILES, "contracts": f"{FILES['contracts']}{line}\n"})
    assert told(folder, "--stream")[0] == 3


def test_a_line_that_looks_at_another_does_not_hide_an_unknown_account_in_a_stream(tmp_path: Path) -> None:
    columns = [c for c in TABLES["contracts"].schema if c not in ("origin_file", "origin_row", "recorded_at")]
    lines = [
        dict(zip(FILES["contracts"].split("\n")[0].split(","), r.split(","), strict=True))
        for r in FILES["contracts"].split("\n")[1:-1]
    ]
    lines[1] |= {"renews": "c1", "account_id": "a9"}
    text = "\n".join([",".join(columns), *(",".join(line.get(c, "") for c in columns) for line in lines), ""])
    code, _, err = told(company(tmp_path / "c", {**FILES, "contracts": text}), "--stream")
    assert code == 3
    assert 'account_id is not among the accounts: "a9"' in err


def test_amounts_in_a_currency_of_many_units_are_exact(tmp_path: Path) -> None:
    """An invoice of 60 million euros in rupiah leaves the whole numbers of the fast form, as its contracts do."""
    files = {
        **FILES,
        "rates": "currency,dated_on,rate\nEUR,2025-01-01,17234.5\nUSD,2025-01-01,15900\n",
        "invoices": "line_id,account_id,dated_on,amount,currency,kind\ni1,a1,2026-04-03,59999999.99,EUR,order\n",
    }
    folder = company(tmp_path / "c", files)
    (folder / "rules.yaml").write_text(default_text(currency="IDR"), encoding="utf-8")
    found = rows(folder)["company", "2026-Q2"]
    assert Decimal(found["revenue"]) == Decimal("59999999.99") * Decimal("17234.5")
    assert Decimal(found["closing"]) == (125 + 70) * Decimal("17234.5") + 80 * 15_900


def test_a_payment_that_stays_overdue_ends_a_line(tmp_path: Path) -> None:
    head, *lines = FILES["contracts"].rstrip("\n").split("\n")
    late = [line + ("past_due,2026-05-01" if line.startswith("c2") else ",") for line in lines]
    text = "\n".join([f"{head},past_due_on", *late, ""])
    found = rows(company(tmp_path / "c", {**FILES, "contracts": text}))["company", "2026-Q2"]
    assert Decimal(found["churn"]) == 50 + 125


@pytest.mark.parametrize("way", ["--stream", "--hold"])
def test_whoever_is_under_contract_again_in_half_a_year_does_not_wait_for_a_renewal(tmp_path: Path, way: str) -> None:
    head = FILES["contracts"].split("\n", 1)[0]
    lines = "c1,a1,Entry Plan,100.00,EUR,month,2025-01-01,2026-06-20,\n"
    later = "c2,a1,Entry Plan,100.00,EUR,month,2027-01-01,,\n"
    waits = company(tmp_path / "w", {**FILES, "contracts": f"{head}\n{lines}"})
    assert Decimal(rows(waits, way)["company", "2026-Q2"]["closing"]) == 100
    known = company(tmp_path / "k", {**FILES, "contracts": f"{head}\n{lines}{later}"})
    assert Decimal(rows(known, way)["company", "2026-Q2"]["closing"]) == 0
    period = pipeline.run(Request(known, date.fromisoformat(AS_OF)))
    assert period.book["closing"].sum() == 0


@pytest.mark.parametrize("way", ["--stream", "--hold"])
def test_a_line_of_no_day_brings_nothing_in_a_gap_either(tmp_path: Path, way: str) -> None:
    head = FILES["contracts"].split("\n", 1)[0]
    lines = (
        "c1,a1,Entry Plan,100.00,EUR,month,2025-01-01,2026-06-20,\n"
        "c2,a1,Entry Plan,70.00,EUR,month,2026-06-20,2026-06-20,\n"
        "c3,a1,Entry Plan,100.00,EUR,month,2026-07-05,,\n"
    )
    folder = company(tmp_path / "c", {**FILES, "contracts": f"{head}\n{lines}"})
    assert Decimal(rows(folder, way)["company", "2026-Q2"]["closing"]) == 100
    assert pipeline.run(Request(folder, date.fromisoformat(AS_OF))).book["closing"].sum() == 100


def test_frames_are_written_with_names_and_money(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    assert told(folder, "--out", tmp_path / "out")[0] == 0
    book = pl.read_parquet(tmp_path / "out" / "history_book")
    ada = book.filter(pl.col("account_id") == "a1").sort("starts_on").to_dicts()[-2:]
    assert [(r["tier_before"], r["tier_after"], r["manager_id"]) for r in ada] == [(0, 1, "m1"), (1, 1, "m2")]
    assert [str(r["retained"]) for r in ada] == ["100.0000", "125.0000"]
    moves = pl.read_parquet(tmp_path / "out" / "history_movements")
    assert moves.filter(pl.col("account_id") == "a3")["kind"].to_list()[-2:] == ["churn", "reactivation"]
    orders = pl.read_parquet(tmp_path / "out" / "history_orders.parquet")
    assert orders.to_dicts() == [
        {
            "account_id": "a1",
            "first_on": date(2026, 4, 3),
            "last_on": date(2026, 4, 3),
            "orders": 1,
            "amount": Decimal("99.9"),
        }
    ]


def test_the_book_names_who_held_all_of_an_account_at_the_end_and_nobody_where_several_did(tmp_path: Path) -> None:
    """Also of an account that is shared only later."""
    owned = "account_id,manager_id,starts_on,ends_on,share\na1,m1,,2026-05-10,\na1,m1,2026-05-10,,0.5\n"
    folder = company(tmp_path / "c", {**FILES, "ownership": f"{owned}a1,m2,2026-05-10,,0.5\na2,m2,2026-06-30,,\n"})
    assert told(folder, "--periods", "2", "--out", tmp_path / "out")[0] == 0
    book = pl.read_parquet(tmp_path / "out" / "history_book")
    assert book.select("account_id", "manager_id").rows() == [
        *(("a1", "m1"), ("a2", "unassigned"), ("a3", "unassigned")),
        *(("a1", None), ("a2", "m2"), ("a3", "unassigned")),
    ]


def test_files_of_periods_that_are_not_asked_for_any_more_are_removed(tmp_path: Path) -> None:
    folder, out = company(tmp_path / "c"), tmp_path / "out"
    for count in ("3", "2"):
        told(folder, "--out", out, "--periods", count)
        (out / "history_book" / "notes.txt").write_text("mine", encoding="utf-8")
    days = ["2026-01-01.parquet", "2026-04-01.parquet"]
    assert sorted(path.name for path in (out / "history_book").iterdir()) == [*days, "notes.txt"]
    assert pl.read_parquet(out / "history_sums").height == len(days) * 3


def test_of_two_tiers_that_bring_the_same_the_higher_is_the_account_s(tmp_path: Path) -> None:
    """From April Ada pays 125 for each of two tiers, and 124 for the highest."""
    more = "c8,a1,Entry Plan,125.00,EUR,month,2026-04-01,,\nc9,a1,Premium Plan,124.00,EUR,month,2026-04-01,,\n"
    folder = company(tmp_path / "c", {**FILES, "contracts": FILES["contracts"] + more})
    text = default_text().replace("account_tier: highest", "account_tier: largest")
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    told(folder, "--out", tmp_path / "out", "--period", "2026-Q2")
    book = pl.read_parquet(tmp_path / "out" / "history_book").filter(pl.col("account_id") == "a1")
    assert book.sort("starts_on")["tier_after"].to_list()[-2:] == [1, 1]


def test_owners_by_sales_have_no_history_but_the_company_has(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    (folder / "rules.yaml").write_text(default_text(policy="seller"), encoding="utf-8")
    code, _, err = told(folder, "--by", "manager")
    assert code == 2
    assert "ownership.policy: seller" in err
    assert rows(folder)["company", "2026-Q2"]["closing"] == "259.0000"


MORE = FILES["invoices"].replace("i1", "i8").replace("i2", "i9")


def test_what_to_type_next_holds_no_lines_where_they_were_not_held(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    assert f"Next: bookscore cohorts {folder}\n" in told(folder, "--hold")[2]
    again = f"Next: bookscore history {folder} --by manager --as-of 2026-06-30\n"
    assert again in told(folder, "--stream")[2]
    assert "Next" not in told(folder, "--stream", "--by", "manager")[2]


def test_a_stream_leaves_out_files_that_a_run_leaves_out(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    usual = rows(folder)
    (folder / "old").mkdir()
    (folder / "old" / "invoices-07.csv").write_text(MORE, encoding="utf-8")
    assert rows(folder, "--stream") == usual


def test_a_stream_refuses_files_that_a_run_refuses(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    (folder / "invoices-07.csv").write_text(MORE, encoding="utf-8")
    code, out, err = told(folder, "--stream")
    assert (code, out) == (3, "")
    assert "table invoices has several files: invoices-07.csv, invoices.csv; keep one of them" in err


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("contracts", "2026-02-01,,", "2026-02-01,2026-01-01,", "column ends_on: ends_on is before starts_on"),
        ("contracts", "cancelled", "canceled", "column status: status is not one of the words allowed"),
        ("invoices", ",order", ",ordered", "column kind: kind is not one of the words allowed"),
        (
            "accounts",
            "a3,Cy,South",
            "a3,Cy,South\na3,Cy,South",
            "column account_id: the same row as accounts.csv row 3",
        ),
        ("ownership", "0.6", "1.6", "column share: share is not above 0 and up to 1"),
        ("ownership", "0.6", "0.7", "column share: the shares of the account add up to 1.1"),
        ("ownership", "a2,m1", "a9,m1", "column account_id: account_id is not among the accounts"),
        ("ownership", "a2,m1", "a2,m9", "column manager_id: manager_id is not among the managers"),
        (
            "managers",
            "m1,Mia,East",
            "m1,Mia,East\nm1,Mia,West",
            "column manager_id: the same key as managers.csv row 1",
        ),
        ("rates", "0.9", "0.0", "column rate: rate is not above 0"),
        ("invoices", "2026-04-03,99.90,EUR", "2024-12-31,9.90,USD", "currency has no rate to EUR on 2024-12-31"),
        ("contracts", "300.00,USD", "300.00,", "the currency is empty, though other rows name one"),
    ],
)
def test_a_stream_refuses_rows_that_a_run_refuses(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    """So it does where the folder was told before; nothing of that is told again."""
    folder = company(tmp_path / "c")
    assert told(folder, "--stream")[0] == 0
    assert FILES[name].count(old) >= 1
    (folder / f"{name}.csv").write_text(FILES[name].replace(old, new, 1), encoding="utf-8")
    code, out, err = told(folder, "--stream")
    assert (code, out) == (3, "")
    assert said in err
    assert err.replace("--stream", "--hold") == told(folder, "--hold")[2]


def test_a_stream_knows_no_rate_before_the_first(tmp_path: Path) -> None:
    """The first rate there is would be a guess for a line that begins before it, as a run says."""
    late = {**FILES, "rates": FILES["rates"].replace("USD,2025-01-01", "USD,2026-03-01")}
    folder = company(tmp_path / "c", late)
    code, out, err = told(folder, "--stream")
    assert (code, out) == (3, "")
    assert "column currency: currency has no rate to EUR on 2025-" in err
    assert err.replace("--stream", "--hold") == told(folder, "--hold")[2]


def test_a_damaged_file_in_a_stream_is_named(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", kind="parquet")
    file = folder / "contracts.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    code, out, err = told(folder, "--stream")
    assert (code, out) == (3, "")
    assert "error: contracts.parquet: is a damaged Parquet file" in err


def test_a_stream_of_parquet_guesses_no_currency(tmp_path: Path) -> None:
    """A file without any currency is in the reporting currency, one with some is wrong."""
    none = {n: text.replace(",USD,", ",,").replace(",EUR,", ",,") for n, text in FILES.items()}
    assert told(company(tmp_path / "none", none, kind="parquet"), "--stream")[0] == 0
    some = {**FILES, "contracts": FILES["contracts"].replace("300.00,USD", "300.00,")}
    code, _, err = told(company(tmp_path / "some", some, kind="parquet"), "--stream")
    assert code == 3
    assert "contracts.parquet row 3, column currency: the currency is empty, though other rows name one" in err


@pytest.mark.parametrize("width", ["80", "120"])
def test_printed_rows_add_up_to_the_closing(small_folder: Path, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for by in ("company", "team"):
        _, out, _ = told(small_folder, "--set-aside", "--by", by)
        head, rows = re.split(r"(?m)^──+\n", out)
        end = next(line.index("Closing") + len("Closing") for line in head.splitlines() if "Closing" in line)
        kinds = [kind for kind in ("New", "Back", "Up", "Down", "Lost", "Handed") if f" {kind}" in head]
        assert "Back" in kinds
        for row in rows.splitlines():
            cells = row[:end].split()[-len(kinds) - 2 :]
            opening, *moved, closing = (int(cell.replace("−", "-").replace(",", "")) for cell in cells)
            assert abs(opening + sum(moved) - closing) <= len(moved)


@pytest.mark.parametrize("width", ["80", "120"])
def test_a_company_on_invoices_is_told_what_was_invoiced_and_nothing_of_what_it_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    """i1 is 99.90 of m1's; i2 takes back 10 dollars at 0.8 of a2, of which m1 has 0.6."""
    folder = company(tmp_path / "c")
    (folder / "rules.yaml").write_text(default_text(basis="invoices"), encoding="utf-8")
    monkeypatch.setenv("COLUMNS", width)
    _, out, _ = told(folder, "--periods", "1")
    assert [line.split() for line in out.splitlines()][1::2] == [["Period", "Invoiced"], ["2026-Q2", "92"]]
    assert out.startswith("Net revenue invoiced, EUR, by period\n")


def test_managers_are_told_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = FILES["managers"].replace("Mia", "Örs")
    _, out, _ = told(company(tmp_path / "c", {**FILES, "managers": names}), "--by", "manager")
    assert [line.split()[0] for line in out.splitlines()[3:]] == ["Nils", "Örs", "unassigned"]


@pytest.mark.parametrize(("width", "shown"), [("200", True), ("100", False)])
def test_a_table_leaves_out_what_it_has_no_room_for_rather_than_cut_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: str, *, shown: bool
) -> None:
    """Millions of euros are columns of ten digits, of which those that can be missed go, the last one first."""
    lines = FILES["contracts"].replace(".00,EUR", "0000000.00,EUR").replace(".00,USD", "0000000.00,USD")
    folder = company(tmp_path / "c", {**FILES, "contracts": lines})
    monkeypatch.setenv("COLUMNS", width)
    _, out, _ = told(folder, "--periods", "2")
    head, _, _, row = out.splitlines()[1:]
    assert ("Rates" in head, head.split()[-1]) == (shown, "Invoiced" if shown else "Kept")
    assert row.endswith("92" if shown else "93.7\u202f%")
