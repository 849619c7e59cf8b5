"""Does `bookscore match` show what is at stake, and is what a person decides used by the next command?"""

import csv
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scoring.cli.app import main
from scoring.intake import take_in
from tests.test_joining import ANSWERS, BILLING, CRM, ENTRIES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"crm.csv": CRM, "billing.csv": BILLING, "answers.csv": ANSWERS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(json.dumps({"files": ENTRIES}), encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["data"]


def decisions(folder: Path) -> list[tuple[str, str, str]]:
    with (folder / "matches.csv").open(newline="") as file:
        return [(r["their_id"], r["account_id"], r["decision"]) for r in csv.DictReader(file)]


def test_open_matches_come_with_their_revenue_the_largest_first(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = told(capsys, "match", str(folder))
    assert data["matched"] == {"billing": {"id_column": 2}, "survey": {}}
    assert [(o["id"], o["state"], o["revenue"]) for o in data["open"]] == [
        ("cus_E", "ambiguous", {"EUR": "6000.00"}),
        ("cus_D", "unmatched", {"EUR": "4800.00"}),
        ("cus_A", "proposed", {"EUR": "1200.00"}),
        ("cfo@birch.example", "proposed", {}),
        ("nobody@gmail.com", "unmatched", {}),
    ]


def test_the_largest_is_so_in_the_reporting_currency(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rates.csv").write_text("currency,dated_on,rate\nJPY,2025-01-01,0.006\n", encoding="utf-8")
    (folder / "rules.yaml").write_text("currency: EUR\n", encoding="utf-8")
    rates = {"currency": "currency", "dated_on": "dated_on", "rate": "rate"}
    yen = {"file": "yen.csv", "table": "contracts", "system": "billing",
           "columns": {"line_id": "sub", "account_id": "customer", "amount": "amount"},
           "constants": {"every": "month", "starts_on": "2025-01-01", "currency": "JPY"}}  # fmt: skip
    (folder / "yen.csv").write_text("sub,customer,amount\ny1,cus_A,2000\n", encoding="utf-8")
    entries = [*ENTRIES, {"file": "rates.csv", "table": "rates", "columns": rates}, yen]
    (folder / "sources.yaml").write_text(json.dumps({"files": entries}), encoding="utf-8")
    assert [o["id"] for o in told(capsys, "match", str(folder))["open"]][:3] == ["cus_E", "cus_D", "cus_A"]


def test_revenue_of_an_account_that_no_list_names_is_at_stake_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [e for e in ENTRIES if (e["file"], e["table"]) != ("billing.csv", "accounts")]
    (folder / "sources.yaml").write_text(json.dumps({"files": entries}), encoding="utf-8")
    revenue = {o["id"]: o["revenue"] for o in told(capsys, "match", str(folder))["open"]}
    assert (revenue["cus_A"], revenue["cus_D"]) == ({"EUR": "1200.00"}, {"EUR": "4800.00"})


def test_rows_of_an_account_that_may_be_ours_say_how_to_tell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bill that names its customer, in a folder whose accounts a CRM lists by id."""
    entries = [e for e in ENTRIES if (e["file"], e["table"]) != ("billing.csv", "accounts")]
    (folder / "sources.yaml").write_text(json.dumps({"files": entries}), encoding="utf-8")
    bills = (folder / "billing.csv").read_text("utf-8").replace("cus_A", "Acorn")
    (folder / "billing.csv").write_text(bills, encoding="utf-8")
    main(["check", str(folder), "--json"])
    found = {p["value"]: p["remedy"] for p in json.loads(capsys.readouterr().out)["problems"]}
    assert found["Acorn"] == "bookscore match proposes which account it is; confirm it in matches.csv"
    assert found["cus_D"] == "add it to accounts or mend the id"


def test_the_file_has_a_line_for_each_candidate_and_keeps_what_was_decided(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "match", str(folder))
    assert decisions(folder) == [
        ("cus_A", "A1", ""), ("cus_D", "", ""), ("cus_E", "A4", ""), ("cus_E", "A5", ""),
        ("cfo@birch.example", "A2", ""), ("nobody@gmail.com", "", ""),
    ]  # fmt: skip
    text = (folder / "matches.csv").read_text().replace("Elm Inc.,name,", "Elm Inc.,name,yes")
    (folder / "matches.csv").write_text(text)
    data = told(capsys, "match", str(folder), "--accept", "domain")
    assert data["matched"]["billing"] == {"confirmed": 2, "id_column": 2}
    assert data["accepted"] == {"domain": 2}
    assert [o["id"] for o in data["open"]] == ["cus_D", "nobody@gmail.com"]
    assert decisions(folder) == [
        ("cus_E", "A4", "yes"), ("cus_A", "A1", "yes"), ("cus_D", "", ""), ("cfo@birch.example", "A2", "yes"),
        ("nobody@gmail.com", "", ""),
    ]  # fmt: skip
    assert told(capsys, "match", str(folder))["matched"]["billing"] == {"confirmed": 2, "id_column": 2}


def test_decisions_stay_however_a_spreadsheet_saved_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "match", str(folder))
    place = folder / "matches.csv"
    text = place.read_text().replace("Elm Inc.,name,", "Elm Inc.,name,yes").replace(",", ";")
    place.write_text(text, encoding="utf-8-sig")
    assert told(capsys, "match", str(folder))["matched"]["billing"] == {"confirmed": 1, "id_column": 2}
    assert decisions(folder)[0] == ("cus_E", "A4", "yes")


def test_decisions_that_cannot_be_read_are_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "system,their_id,account_id,my decision\nbilling,cus_E,A4,yes\n"
    (folder / "matches.csv").write_text(text)
    assert main(["match", str(folder)]) != 0
    assert (folder / "matches.csv").read_text() == text


def test_what_is_accepted_is_said_and_no_longer_open(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(folder), "--accept", "domain", "--dry-run"]) == 0
    assert "would accept 2 by domain" in capsys.readouterr().out
    assert main(["match", str(folder), "--accept", "domain"]) == 0
    out = capsys.readouterr().out
    assert "billing: matched 2 by id_column, 1 by confirmed; open 2" in out
    assert "\naccepted 2 by domain\n" in out
    assert "cus_A" not in out
    assert ["none" in line for line in out.splitlines() if "nobody@gmail.com" in line] == [True]


def test_an_archive_is_matched_by_decisions_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, text in {"crm.csv": CRM, "billing.csv": BILLING, "answers.csv": ANSWERS}.items():
            file.writestr(name, text)
    entries = [{**e, "file": f"all.zip/{e['file']}"} for e in ENTRIES]
    (tmp_path / "sources.yaml").write_text(json.dumps({"files": entries}), encoding="utf-8")
    told(capsys, "match", str(archive), "--accept", "domain")
    assert ("cus_A", "A1", "yes") in decisions(tmp_path)
    assert told(capsys, "match", str(archive))["matched"]["billing"] == {"confirmed": 1, "id_column": 2}


def test_a_dry_run_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "match", str(folder), "--dry-run")["written"] is None
    assert not (folder / "matches.csv").exists()


def test_a_name_that_is_a_formula_stays_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "crm.csv").write_text(CRM.replace("Acorn Ltd", "=HYPERLINK(1)"))
    told(capsys, "match", str(folder))
    assert "'=HYPERLINK(1)" in (folder / "matches.csv").read_text()


def test_one_system_has_nothing_to_match(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "accounts.csv").write_text("account_id,name\nA1,Acorn\n")
    assert main(["match", str(tmp_path)]) == 0
    assert "nothing to match" in capsys.readouterr().err
    assert not (tmp_path / "matches.csv").exists()


def test_a_single_file_is_read_with_the_decisions_beside_it(folder: Path) -> None:
    (folder / "matches.csv").write_text("system,their_id,account_id,decision\nbilling,cus_E,A4,yes\n")
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name in ("crm.csv", "billing.csv", "answers.csv"):
            archive.write(folder / name, name)
            (folder / name).unlink()
    entries = [{**e, "file": f"all.zip/{e['file']}"} for e in ENTRIES]
    (folder / "sources.yaml").write_text(json.dumps({"files": entries}), encoding="utf-8")
    exports = take_in(folder, "EUR", date(2026, 3, 1), only=folder / "all.zip")
    assert exports.matches.filter(their_id="cus_E")["account_id"].to_list() == ["A4"]
