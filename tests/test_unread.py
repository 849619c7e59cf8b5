"""Is a file that nobody reads named, and warned of where it looks like an export that would fill a table?"""

from pathlib import Path

import pytest

from adapters import read_folder
from adapters.delivery import Fault
from adapters.draft import draft
from adapters.known.recognised import nearly
from adapters.mapping.sources import Sources
from adapters.systems import EXPORTS
from scoring.tables import LAYOUT, OPEN_TABLES

STRIPE = "id,Customer ID,Plan,Interval,Amount,Status,Created (UTC)\n"
RECURLY = "account_code,plan_code,total_recurring_amount,activated_at,state\n"
SOURCES = Sources.model_validate({
    "files": [
        {"file": "crm.csv", "table": "accounts", "columns": {"account_id": "id", "name": "title"},
         "lookups": [{"file": "names.csv", "on": {"id": "key"}, "take": ["title"]}]},
    ]
})  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm.csv").write_text("id\nA1\n", encoding="utf-8")
    (tmp_path / "names.csv").write_text("key,title\nA1,Acorn\n", encoding="utf-8")
    return tmp_path


def told(folder: Path, sources: Sources | None = SOURCES) -> list[Fault]:
    return [f for f in read_folder(folder, LAYOUT, OPEN_TABLES, sources).faults if f.severity != "error"]


def test_where_everything_is_read_or_looked_up_nothing_is_said(folder: Path) -> None:
    assert told(folder) == []


def test_files_that_no_entry_reads_are_named_in_one_note_of_ten(folder: Path) -> None:
    (folder / "extra.csv").write_text("what,ever\n1,2\n", encoding="utf-8")
    (note,) = told(folder)
    assert (note.severity, note.file) == ("note", "sources.yaml")
    assert note.what == "1 file of the folder is read by no entry: extra.csv"
    for n in range(11):
        (folder / f"more{n:02}.csv").write_text("what,ever\n1,2\n", encoding="utf-8")
    (note,) = told(folder)
    assert note.what.startswith("12 files of the folder are read by no entry: extra.csv, more00.csv")
    assert note.what.endswith("more08.csv and 2 more")


def test_a_table_of_ours_that_no_entry_reads_is_a_warning(folder: Path) -> None:
    (folder / "Rates-2026.csv").write_text("Currency,dated_on,rate\nUSD,2026-01-01,0.9\n", encoding="utf-8")
    (folder / "contracts.csv").write_text("Nummer,Kunde\n1,A1\n", encoding="utf-8")
    warning, note = told(folder)
    assert (warning.severity, warning.file) == ("warning", "Rates-2026.csv")
    assert warning.what == "is named for rates, and no entry of sources.yaml reads it"
    assert note.what == "1 file of the folder is read by no entry: contracts.csv"


@pytest.mark.parametrize("name", ["owners.ods", "plan.XLSB", "costs.numbers"])
def test_a_sheet_of_a_kind_that_is_not_read_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"PK\x03\x04")
    (note,) = told(folder)
    assert note.what == f"1 file of the folder is read by no entry: {name}"
    _, findings = draft(folder, LAYOUT, {}, OPEN_TABLES)
    said = {f.file: f.what for f in findings if f.certainty == "not recognised"}
    assert said[name].startswith("is of a type that is not read; save it as one of csv")


def test_decisions_hidden_files_and_folders_of_runs_are_no_exports(folder: Path) -> None:
    for name in ("matches.csv", ".kept/old.csv", "scorecards/2026-Q2/lines.csv", "scorecards/2026-Q2/run.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("what,ever\n1,2\n", encoding="utf-8")
    assert told(folder) == []


def test_a_known_export_that_would_fill_a_table_is_a_warning(folder: Path) -> None:
    (folder / "subscriptions.csv").write_text(STRIPE, encoding="utf-8")
    (warning,) = told(folder)
    assert (warning.severity, warning.file) == ("warning", "subscriptions.csv")
    assert warning.what.startswith("looks like Stripe subscriptions, which would fill ")
    assert "contracts" in warning.what
    assert warning.what.endswith(", and no entry of sources.yaml reads it")


@pytest.mark.parametrize("sources", [SOURCES, None])
def test_what_is_nearly_a_known_export_is_told_with_the_column_it_lacks(folder: Path, sources: Sources | None) -> None:
    (folder / "accounts.csv").write_text("account_id,name\nA1,Acorn\n", encoding="utf-8")
    (folder / "paid.csv").write_text(RECURLY, encoding="utf-8")
    warnings = [f.what for f in told(folder, sources) if f.severity == "warning" and f.file == "paid.csv"]
    assert warnings == ["looks like Recurly subscriptions but has no column uuid"]


@pytest.mark.parametrize("sources", [SOURCES, None])
def test_an_export_that_gives_no_contracts_for_want_of_a_column_is_a_warning(
    folder: Path, sources: Sources | None
) -> None:
    """All recurring revenue may lie in it; its own column is named beside ours."""
    (folder / "accounts.csv").write_text("account_id,name\nA1,Acorn\n", encoding="utf-8")
    (folder / "paid.csv").write_text(f"uuid,{RECURLY}", encoding="utf-8")
    (warning,) = [f for f in told(folder, sources) if f.severity == "warning" and f.file == "paid.csv"]
    assert warning.what == (
        "Recurly subscriptions: nothing in it says every (plan_interval_length, plan_interval_unit), "
        "so it does not fill contracts"
    )


def test_a_draft_tells_what_is_nearly_a_known_export(folder: Path) -> None:
    (folder / "paid.csv").write_text(f"{RECURLY}A1,gold,100,2026-01-01,active\n", encoding="utf-8")
    text, findings = draft(folder, LAYOUT, {"contracts": ["line_id", "account_id", "amount"]}, OPEN_TABLES)
    what = "looks like Recurly subscriptions but has no column uuid"
    assert ("lacking", "paid.csv", what) in [(f.certainty, f.file, f.what) for f in findings]
    assert f"paid.csv: {what}" in text


def test_cents_of_what_is_nearly_a_known_export_are_no_whole_units_in_a_draft(tmp_path: Path) -> None:
    paid = "id,amount_due,amount_paid,total,currency,customer_id,created\ni1,9900,9900,9900,usd,c1,2026-04-01\n"
    (tmp_path / "paid.csv").write_text(paid, encoding="utf-8")
    needed = {"contracts": ["account_id", "amount", "every"], "invoices": ["account_id", "amount"]}
    text, findings = draft(tmp_path, LAYOUT, needed, OPEN_TABLES)
    told = [(f.certainty, f.what) for f in findings[:2]]
    assert told == [
        ("lacking", "looks like Stripe invoices of the API but has no column billing_reason or amount_remaining"),
        ("guessed", "taken for invoices, out of use until you correct it"),
    ]
    assert "\n  - file:" not in text


def test_an_id_a_name_and_an_address_make_nothing_nearly_known() -> None:
    assert nearly(["email", "first_name", "last_name"], EXPORTS) is None
    assert nearly(["Id", "Email", "Name"], EXPORTS) is None
    assert nearly(["plan_code", "account_code", "activated_at"], EXPORTS) is None
