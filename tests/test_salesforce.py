"""Do the exports of Salesforce mean what they say: whose account, whose deal, which amount, which of two names?"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.draft import draft
from adapters.files.headers import headers_in
from adapters.known.planning import plan
from adapters.known.recognised import recognised
from adapters.mapping.sources import Sources
from adapters.systems import EXPORTS
from scoring import document
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

ACORN, BIRCH, OAK = "001Ax000001AcORIA0", "001Ax000001BiRCIA0", "001Ax000001OakRIA0"
ANN, BEN = "005Ax000000AnnAIAS", "005Ax000000BenBIAS"
REPORT = "Opportunity Owner,Account Name,Opportunity Name,Won,Close Date"
CHANGES = "AccountId,Field,OldValue,NewValue,CreatedDate\n"


def read(folder: Path, **files: str) -> Delivery:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_folder(folder, LAYOUT, OPEN_TABLES, None, keys={name: table.key for name, table in TABLES.items()})


def said(delivery: Delivery, severity: str) -> list[str]:
    return [f.what for f in delivery.faults if f.severity == severity]


def test_accounts_of_persons_are_accounts(tmp_path: Path) -> None:
    accounts = f"Id,Name,FirstName,LastName,IsPersonAccount,OwnerId,Industry\n{ACORN},Jo Doe,Jo,Doe,true,{ANN},\n"
    assert read(tmp_path, accounts=accounts).tables["accounts"]["name"].to_list() == ["Jo Doe"]


def test_the_amount_of_the_record_counts_where_its_currency_is_named(tmp_path: Path) -> None:
    columns = "Amount Currency,Amount,Amount (converted) Currency,Amount (converted)"
    row = "Ann Archer,Acorn Ltd,Year,1,2025-11-20,GBP,100.50,EUR,116.00"
    deals = read(tmp_path, deals=f"{REPORT},{columns}\n{row}\n").tables["invoices"]
    assert deals.select("amount", "currency").rows() == [(Decimal("100.5"), "GBP")]


def test_the_converted_amount_counts_where_that_of_the_record_has_no_currency(tmp_path: Path) -> None:
    row = "Ann Archer,Acorn Ltd,Year,1,2025-11-20,100.50,EUR,116.00"
    columns = "Amount,Amount (converted) Currency,Amount (converted)"
    deals = read(tmp_path, deals=f"{REPORT},{columns}\n{row}\n").tables["invoices"]
    assert deals.select("amount", "currency").rows() == [(Decimal(116), "EUR")]


def test_an_open_opportunity_of_no_account_stops_nothing(tmp_path: Path) -> None:
    report = (
        "Opportunity Name,Opportunity ID,Account ID,Account Name,Account Owner,Stage,Close Date,Amount\n"
        "A,o1,001Ax000001AcOR,Acorn Ltd,Ann,Closed Won,2025-11-20,500\n"
        "B,o2,,,,Prospecting,2026-11-20,10\n"
        "C,o3,001Ax000001BiRC,Birch GmbH,,Prospecting,2026-11-20,10\n"
    )
    delivery = read(tmp_path, opportunities=report)
    assert said(delivery, "error") == []
    assert delivery.tables["accounts"]["name"].to_list() == ["Acorn Ltd", "Birch GmbH"]
    assert delivery.tables["ownership"]["manager_id"].to_list() == ["Ann"]


def test_a_name_that_two_accounts_have_is_an_error_of_its_rows_with_the_candidates(tmp_path: Path) -> None:
    accounts = f"Id,Name,OwnerId,Industry\n{ACORN},Acorn Ltd,{ANN},\n{BIRCH},Acorn Ltd,{BEN},\n{OAK},Oak,{BEN},\n"
    won, other = "Ann Archer,Acorn Ltd,Year,1,2025-11-20,100.50\n", "Ann Archer,Oak,Year,1,2025-11-20,7\n"
    delivery = read(
        tmp_path, accounts=accounts, deals=f"{REPORT},Amount\n{other}{won}{other}{won.replace('1,2', '0,2')}"
    )
    (error,) = [f for f in delivery.faults if f.severity == "error"]
    assert (error.file, error.row, error.value) == ("deals.csv", 2, "Acorn Ltd")
    assert error.what == f"several have this Name: {ACORN}, {BIRCH}"
    assert delivery.faulty["invoices"].rows() == [("deals.csv", 2)]
    assert delivery.tables["invoices"].filter(account_id=OAK)["amount"].to_list() == [7, 7]


def test_a_history_in_names_alone_tells_of_no_ids_and_is_a_warning(tmp_path: Path) -> None:
    accounts = f"Id,Name,OwnerId,Industry\n{ACORN},Acorn Ltd,{BEN},\n"
    changes = f"{CHANGES}{ACORN},Owner,Ann Archer,Ben Baker,2026-01-15T10:00:00.000Z\n"
    delivery = read(tmp_path, accounts=accounts, changes=changes)
    assert delivery.tables["ownership"].select("manager_id", "starts_on").rows() == [(BEN, None)]
    assert "no row of it tells of a change of OwnerId, so the OwnerId of today counts for all time" in said(
        delivery, "warning"
    )


def test_ids_of_reports_and_of_other_exports_meet(tmp_path: Path) -> None:
    accounts = f"Id,Name,OwnerId,Industry\n{ACORN},Acorn Ltd,{BEN},\n"
    deals = f"{REPORT},Account ID,Amount\n{ANN[:15]},Acorn Ltd,Year,1,2025-11-20,{ACORN[:15]},100.50\n"
    deal = read(tmp_path, accounts=accounts, deals=deals).tables["invoices"].row(0, named=True)
    assert (deal["account_id"], deal["seller_id"]) == (ACORN, ANN)


def test_opportunities_of_which_nothing_says_that_they_were_won_are_not_counted(tmp_path: Path) -> None:
    deals = (
        "Opportunity Owner,Account Name,Opportunity Name,Close Date,Amount\nAnn Archer,Acorn Ltd,Year,2025-11-20,5\n"
    )
    delivery = read(tmp_path, deals=deals)
    assert "invoices" not in delivery.tables
    assert any("nothing in it says Won or Stage" in what for what in said(delivery, "note"))


def test_the_many_other_objects_of_the_weekly_export_are_one_note(tmp_path: Path) -> None:
    accounts = f"Id,Name,OwnerId,Industry\n{ACORN},Acorn Ltd,{BEN},\n"
    others = {f"Custom{n}__c": "Id,Colour__c\na01Ax000000001,red\n" for n in range(40)}
    notes = [what for what in said(read(tmp_path, accounts=accounts, **others), "note") if "not read" in what]
    assert len(notes) == 1
    assert notes[0].startswith("40 files are no exports known by their headers, and were not read: Custom0__c.csv, ")


def test_times_of_the_data_export_are_in_utc_and_changes_near_midnight_are_told(tmp_path: Path) -> None:
    """Half past ten in the evening of 31 March in UTC is half past midnight in Berlin; a plain day is no time."""
    files = {
        "Account.csv": f"Id,Name,OwnerId,Industry,CreatedDate\n{ACORN},Acorn Ltd,{BEN},,2025-12-31 23:30:00\n",
        "AccountHistory.csv": f"{CHANGES}{ACORN},Owner,{ANN},{BEN},2026-03-31 22:30:00\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = plan(recognised(headers_in(tmp_path), EXPORTS))
    delivery = read_folder(
        tmp_path, LAYOUT, OPEN_TABLES, made.sources.model_copy(update={"time_zone": "Europe/Berlin"})
    )
    assert delivery.tables["accounts"]["created_on"].to_list() == [date(2026, 1, 1)]
    assert delivery.tables["ownership"].select("manager_id", "starts_on", "ends_on").rows() == [
        (ANN, None, date(2026, 4, 1)),
        (BEN, date(2026, 4, 1), None),
    ]
    told = [f.what for f in delivery.faults if f.severity == "note"]
    moved = "1 date-time on another day in the business time zone Europe/Berlin than written, the first"
    assert told.count(moved) == 2


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_a_close_date_is_a_day_though_the_data_export_writes_its_midnight(tmp_path: Path, zone: str) -> None:
    """The owner of the deal changes on that day, at noon in UTC."""
    deal = f"006Ax000000OpA1IAK,{ACORN},Closed Won,5,2026-04-01 00:00:00,{BEN},1,2026-01-10 00:00:00"
    files = {
        "Opportunity.csv": f"Id,AccountId,StageName,Amount,CloseDate,OwnerId,IsWon,CreatedDate\n{deal}\n",
        "OpportunityFieldHistory.csv": "OpportunityId,Field,OldValue,NewValue,CreatedDate\n"
        f"006Ax000000OpA1IAK,Owner,{ANN},{BEN},2026-04-01 12:00:00\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = plan(recognised(headers_in(tmp_path), EXPORTS)).sources.model_copy(update={"time_zone": zone})
    deals = read_folder(tmp_path, LAYOUT, OPEN_TABLES, made).tables["invoices"]
    assert deals.select("dated_on", "seller_id").rows() == [(date(2026, 4, 1), BEN)]


CHANGES_REPORT = """\
"Account ID","Account Name","Field / Event","Old Value","New Value","Edit Date"
"001Ax000001AcOR","Acorn Ltd","Account Owner","Ann Archer","Ben Baker","1/15/2026 10:00 AM"
"001Ax000001AcOR","Acorn Ltd","Industry","Retail","Food","6/1/2025 8:55 PM"
"""
ACCOUNTS_REPORT = '"Account ID","Account Name","Account Owner"\n"001Ax000001AcOR","Acorn Ltd","Ben Baker"\n'


def test_a_draft_says_how_the_days_of_changes_are_written(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(CHANGES_REPORT, encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(ACCOUNTS_REPORT, encoding="utf-8")
    text, _ = draft(tmp_path, LAYOUT, {}, OPEN_TABLES)
    sources, problems = document.read_text("sources.yaml", text).fit(Sources)
    assert sources is not None, problems
    owners = read_folder(tmp_path, LAYOUT, OPEN_TABLES, sources).tables["ownership"]
    assert owners.select("manager_id", "starts_on", "ends_on").rows() == [
        ("Ann Archer", None, date(2026, 1, 15)),
        ("Ben Baker", date(2026, 1, 15), None),
    ]


def test_changes_whose_days_cannot_be_read_are_not_said_to_be_missing(tmp_path: Path) -> None:
    delivery = read(tmp_path, history=CHANGES_REPORT, accounts=ACCOUNTS_REPORT)
    assert said(delivery, "error") == ["dates are written month first, not as YYYY-MM-DD"]
    assert said(delivery, "warning") == []
