"""Does a draft of sources.yaml name what it recognised, guessed and could not, and read the folder at once?"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.draft import draft
from adapters.draft.recognise import recognise
from adapters.draft.sketch import Finding, flow, scalar
from adapters.mapping.sources import Sources

LAYOUT = {
    "accounts": {
        "account_id": "text", "name": "text", "parent_id": "text", "segment": "text", "industry": "text",
        "region": "text", "created_on": "date",
    },
    "managers": dict.fromkeys(["manager_id", "name", "email", "team", "reports_to"], "text") | {"starts_on": "date"},
    "ownership": {
        "account_id": "text", "manager_id": "text", "starts_on": "date", "ends_on": "date", "share": "number",
    },
    "contracts": {
        "line_id": "text", "account_id": "text", "product": "text", "quantity": "number", "amount": "money",
        **dict.fromkeys(["every", "status"], "text"), **dict.fromkeys(["starts_on", "ends_on", "cancelled_on"], "date"),
        "trial": "flag",
    },
    "invoices": {
        "line_id": "text", "account_id": "text", "dated_on": "date", "amount": "money", "currency": "text",
        "product": "text", "quantity": "number", "kind": "text", "seller_id": "text",
    },
    "answers": {
        "account_id": "text", "respondent": "text", "answered_on": "date", "kind": "text", "score": "number",
        "scale": "text",
    },
}  # fmt: skip
REQUIRED = {
    "accounts": ("account_id",),
    "managers": ("manager_id",),
    "ownership": ("account_id", "manager_id"),
    "contracts": ("line_id", "account_id", "amount", "every", "starts_on"),
    "invoices": ("line_id", "account_id", "dated_on", "amount"),
    "answers": ("account_id", "answered_on", "kind"),
}


def drafted(folder: Path, files: Mapping[str, str]) -> tuple[dict[str, dict[str, Any]], str, list[Finding], Delivery]:
    """The entries by file, the text, the findings, and what the draft reads without any correction."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    text, findings = draft(folder, LAYOUT, REQUIRED, {"accounts"})
    data = YAML(typ="safe").load(text)
    delivery = read_folder(folder, LAYOUT, {"accounts"}, Sources.model_validate(data))
    return {e["file"]: e for e in data["files"]}, text, findings, delivery


SUBSCRIPTIONS = """\
Subscription ID,Account ID,Plan,Seats,MRR,Billing Interval,Start Date,End Date,Status
S1,A1,Pro,5,"1.250,00",Annual,01.01.2024,31.12.2024,Renewed
S2,A1,Pro,6,"1.500,50",Annual,01.01.2025,31.12.2025,Active
S3,A2,Basic,1,"99,00",Monthly,15.02.2025,,Weird
"""


@pytest.mark.parametrize("outcome", ["churn_flag", "Is Cancelled", "Lost", "Renewed?"])
def test_what_became_of_accounts_is_nothing_to_compare_them_by(tmp_path: Path, outcome: str) -> None:
    rows = "".join(f"A{n},N{n},T{n % 2},{n % 2 == 0}\n" for n in range(9))
    entries, text, *_ = drafted(tmp_path, {"Account.csv": f"Account ID,Account Name,Tier,{outcome}\n{rows}"})
    assert entries["Account.csv"]["attributes"] == {"tier": "Tier"}
    assert f"not used: {outcome}" in text


def test_a_crm_of_accounts_users_and_owners_is_recognised(tmp_path: Path) -> None:
    files = {
        "crm/Account.csv": "Account ID,Account Name,Industry,Owner ID,Tier\n"
        + "".join(f"A{n},N{n},Food,U1,T{n % 2}\n" for n in range(9)),
        "crm/User.csv": "User ID,First Name,Last Name,Team,Manager ID,Start Date\nU1,Ada,Lovelace,East,,2020-01-01\n",
        "crm/AccountOwnerHistory.csv": "Account ID,Owner ID,From Date,To Date,Split Percent\n"
        "A1,U1,2024-01-01,2024-03-31,100\nA1,U2,2024-04-01,,50\n",
    }
    entries, _, findings, delivery = drafted(tmp_path, files)
    account = entries["crm/Account.csv"]
    assert account["columns"] == {"account_id": "Account ID", "name": "Account Name", "industry": "Industry"}
    assert account["attributes"] == {"tier": "Tier"}
    assert entries["crm/User.csv"]["columns"]["name"] == {"join": ["First Name", "Last Name"], "with": " "}
    owners = entries["crm/AccountOwnerHistory.csv"]["columns"]
    assert owners["ends_on"] == {"column": "To Date", "plus_days": 1}
    assert owners["share"] == {"formula": "`Split Percent` / 100"}
    assert delivery.faults == ()
    assert delivery.tables["ownership"]["ends_on"].to_list() == [date(2024, 4, 1), None]
    assert {f.what for f in findings if f.certainty == "recognised"} == {
        "taken for accounts", "taken for managers", "taken for ownership",
    }  # fmt: skip


def test_formats_words_and_last_days_are_told_by_all_values(tmp_path: Path) -> None:
    entries, text, findings, delivery = drafted(tmp_path, {"subscriptions.csv": SUBSCRIPTIONS})
    entry = entries["subscriptions.csv"]
    assert (entry["decimal"], entry["thousands"], entry["dates"]) == (",", ".", "%d.%m.%Y")
    assert entry["columns"]["ends_on"] == {"column": "End Date", "plus_days": 1}
    assert entry["columns"]["status"]["words"] == {"Active": "active", "Renewed": "ended"}
    assert entry["constants"] == {"every": "month"}
    assert "# not recognised: no word of ours for Weird" in text
    assert any(f.certainty == "not recognised" and "Weird" in f.what for f in findings)
    assert delivery.faults == ()
    assert delivery.tables["contracts"]["amount"].to_list() == [Decimal(x) for x in ("1250", "1500.5", "99")]


def test_the_owner_of_today_stands_in_for_a_history(tmp_path: Path) -> None:
    text = "Account ID,Account Name,Owner ID\nA1,N1,U1\n"
    _, _, _, delivery = drafted(tmp_path, {"Account.csv": text})
    assert delivery.tables["ownership"].select("account_id", "manager_id").rows() == [("A1", "U1")]


def test_won_deals_are_chosen_by_their_stage(tmp_path: Path) -> None:
    text = "Id,AccountId,Amount,CloseDate,OwnerId,Stage\nD1,A1,5,2025-01-01,U1,Closed Won\nD2,A1,7,2025-01-02,U1,Lost\n"
    entries, *_, delivery = drafted(tmp_path, {"Opportunity.csv": text})
    entry = entries["Opportunity.csv"]
    assert entry["where"] == {"Stage": "Closed Won"}
    assert entry["constants"] == {"kind": "deal"}
    assert delivery.tables["invoices"]["line_id"].to_list() == ["D1"]


def test_an_amount_is_computed_where_no_column_holds_it(tmp_path: Path) -> None:
    text = "InvoiceNo,CustomerID,InvoiceDate,Unit Price,Quantity\n1,A1,2025-01-01,2.5,3\n1,A1,2025-01-01,1.5,2\n"
    _, text, _, delivery = drafted(tmp_path, {"sales.csv": text})
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal("7.5"), Decimal("3")]
    assert "# guessed: InvoiceNo is on several rows, so file and row make the line_id" in text


def test_doubts_about_dates_and_decimals_are_written_and_not_decided(tmp_path: Path) -> None:
    text = "Invoice ID,Account ID,Invoice Date,Amount\nI1,A1,03/04/2025,1.234\nI2,A1,05/06/2025,2.345\n"
    entries, text, _, delivery = drafted(tmp_path, {"invoices.csv": text})
    assert "dates" not in entries["invoices.csv"]
    assert "decimal" not in entries["invoices.csv"]
    assert "# not recognised: the dates can be read as %d/%m/%Y and as %m/%d/%Y; declare dates" in text
    assert "# not recognised: decimal sign unclear" in text
    assert len([f for f in delivery.faults if f.severity == "error"]) == 2


@pytest.mark.parametrize("days", [[], ["02/03/2026", "05/06/2026"]])
def test_the_order_of_a_date_is_asked_whatever_the_first_thousand_say(tmp_path: Path, days: list[str]) -> None:
    rows = [f"S{n},A1,5,month,{day}" for n, day in enumerate([*["01/01/2025"] * 1_050, *days])]
    text = "\n".join(["Subscription ID,Account ID,Amount,Billing Interval,Start Date", *rows])
    entries, text, _, delivery = drafted(tmp_path, {"subscriptions.csv": text})
    assert "dates" not in entries["subscriptions.csv"]
    assert "# not recognised: the dates can be read as %d/%m/%Y and as %m/%d/%Y; declare dates" in text
    assert delivery.tables["contracts"]["starts_on"].null_count() == len(rows)


def test_one_column_of_dates_settles_the_order_of_another(tmp_path: Path) -> None:
    text = "Subscription ID,Account ID,Amount,Billing Interval,Start Date,End Date,Cancelled On\n"
    text += "S1,A1,5,month,01/01/2025,12/31/2025,2025-06-30\n"
    entries, _, _, delivery = drafted(tmp_path, {"subscriptions.csv": text})
    columns = entries["subscriptions.csv"]["columns"]
    assert columns["starts_on"]["dates"] == columns["ends_on"]["dates"] == "%m/%d/%Y"
    assert delivery.tables["contracts"]["starts_on"].to_list() == [date(2025, 1, 1)]
    assert delivery.tables["contracts"]["cancelled_on"].to_list() == [date(2025, 6, 30)]


def test_a_decimal_sign_is_asked_though_all_amounts_add_up_to_nothing(tmp_path: Path) -> None:
    text = "Invoice ID;Account ID;Invoice Date;Amount\n"
    text += "".join(f"I{n};A1;2026-01-05;{amount}\n" for n, amount in enumerate(["1,234", "-1,234"]))
    entries, text, _, _ = drafted(tmp_path, {"invoices.csv": text})
    assert "decimal" not in entries["invoices.csv"]
    assert "# not recognised: decimal sign unclear" in text


def test_a_column_that_should_lead_to_its_own_table_and_does_not_is_left_out(tmp_path: Path) -> None:
    files = {
        "salesteam.csv": "Sales Agent,Manager,Team\nAnn,Dora,East\nBen,Dora,East\nDora,Dora,East\nCem,Ann,East\n",
        "teams/salesteam.csv": "Sales Agent,Manager\nEve,Zoe\nFay,Zoe\nGil,Eve\n",
        "accounts.csv": "Account ID,Account Name,Parent ID\n1,N1,\n2,N2,1.0\n3,N3,1.0\n",
    }
    entries, text, findings, _ = drafted(tmp_path, files)
    assert entries["salesteam.csv"]["columns"]["reports_to"] == "Manager"
    assert entries["accounts.csv"]["columns"]["parent_id"] == {"column": "Parent ID", "without_suffix": ".0"}
    assert "reports_to" not in entries["teams/salesteam.csv"]["columns"]
    (line,) = (line.split() for line in text.splitlines() if "# reports_to" in line)
    assert " ".join(line) == "# reports_to: Manager # not recognised: its values are not among manager_id"
    told = "reports_to: Manager (its values are not among manager_id)"
    assert Finding("not recognised", "teams/salesteam.csv", told) in findings


@pytest.mark.parametrize(("astray", "is_kept"), [(1, True), (2, False)])
def test_nine_of_ten_values_among_the_keys_are_enough(tmp_path: Path, astray: int, *, is_kept: bool) -> None:
    above = ["X"] * astray + ["U0"] * (10 - astray) + [""]
    rows = "".join(f"U{n},N{n},East,{to}\n" for n, to in enumerate(above))
    entries, *_ = drafted(tmp_path, {"users.csv": f"User ID,Name,Team,Manager ID\n{rows}"})
    assert ("reports_to" in entries["users.csv"]["columns"]) is is_kept


def test_the_draft_names_the_page_that_explains_it(tmp_path: Path) -> None:
    _, text, *_ = drafted(tmp_path, {"colours.csv": "Red,Green\n1,2\n"})
    assert "# All that may stand here: docs/sources.md" in text.splitlines()


INVOICES = "Invoice ID,Account ID,Date,Amount{currency},Quantity\n"


def _invoices(*amounts: str, currency: str = "") -> str:
    rows = [f'I{n},A1,2025-01-0{n},"{amount}",{currency and "CAD,"}{n}\n' for n, amount in enumerate(amounts, 1)]
    return INVOICES.format(currency=currency and ",Currency") + "".join(rows)


@pytest.mark.parametrize(
    ("amounts", "signs", "read"),
    [
        (("€1,234.50", "(€2,000.00)", "€-5"), {"decimal": ".", "thousands": ","}, ["1234.5", "-2000", "-5"]),
        (("1.234,50 €", "20 €", "5,- €"), {"decimal": ",", "thousands": "."}, ["1234.5", "20", "5"]),
        (("500.-", "(20.50)", "5-"), {"decimal": "."}, ["500", "-20.5", "-5"]),
        (("EUR 500", "20 EUR", "EUR 7"), {"decimal": "."}, ["500", "20", "7"]),
    ],
)
def test_marks_are_declared_where_each_amount_has_some(
    tmp_path: Path, amounts: tuple[str, ...], signs: dict[str, str], read: list[str]
) -> None:
    entries, text, findings, delivery = drafted(tmp_path, {"invoices.csv": _invoices(*amounts)})
    found = {n: v for n, v in entries["invoices.csv"].items() if n in ("decimal", "thousands", "marks")}
    assert found == {**signs, "marks": True}
    assert "# guessed: each number has signs around it" in text
    assert [f for f in findings if f.certainty == "not recognised"] == []
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables["invoices"]["amount"].to_list() == [*map(Decimal, read)]


def test_a_sign_of_several_currencies_is_asked_unless_a_column_says_which(tmp_path: Path) -> None:
    entries, text, findings, _ = drafted(tmp_path, {"invoices.csv": _invoices("$5.00", "$6.00")})
    assert entries["invoices.csv"]["marks"] is True
    what = "currency: $ is the sign of several, as USD, CAD, AUD; add it under constants"
    assert f"# not recognised: {what}" in text
    assert [f.what for f in findings if f.certainty == "not recognised"] == [what]
    _, text, _, delivery = drafted(tmp_path, {"invoices.csv": _invoices("$5.00", "$6.00", currency="CAD")})
    assert "sign of several" not in text
    assert delivery.tables["invoices"]["currency"].to_list() == ["CAD", "CAD"]


@pytest.mark.parametrize("amounts", [("€5.00", "6.00"), ("€5.00", "(6.00)"), ("1.5E+05", "2E+05"), ("$5", "abc")])
def test_marks_on_some_amounts_or_exponents_are_left_to_a_person(tmp_path: Path, amounts: tuple[str, ...]) -> None:
    entries, text, _, _ = drafted(tmp_path, {"invoices.csv": _invoices(*amounts)})
    assert "marks" not in entries["invoices.csv"]
    assert "the numbers are written in a way that is not known" in text


def test_what_is_not_recognised_is_a_comment(tmp_path: Path) -> None:
    entries, text, findings, _ = drafted(
        tmp_path,
        {
            "colours.csv": "Red,Green\n1,2\n",
            "bad.csv": "a,b\n",
            "orders.csv": "OrderID,CustomerID,OrderDate\n1,A1,2025-01-01\n",
        },
    )
    assert entries == {}
    assert "# not recognised: colours.csv: no table has these columns: Red, Green" in text
    assert "# not recognised: bad.csv: has a header but no data rows" in text
    assert "# - file: orders.csv" in text
    assert "# not recognised: amount, which every row needs" in text
    assert {f.file for f in findings if f.certainty == "not recognised"} == {"colours.csv", "bad.csv", "orders.csv"}


def test_encodings_and_sheets_are_declared_where_needed(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes("Account ID;Account Name\nA1;Zoë\n".encode("cp1252"))
    entries, _, _, delivery = drafted(tmp_path, {})
    assert entries["accounts.csv"]["encoding"] == "cp1252"
    assert delivery.tables["accounts"]["name"].to_list() == ["Zoë"]


def test_files_of_one_form_share_an_entry(tmp_path: Path) -> None:
    files = {
        f"2025-0{n}/deals.csv": f"Deal ID,Account ID,Close Date,Amount\nD{n},A1,2025-0{n}-01,5\n" for n in (1, 2, 3)
    }
    entries, _, _, delivery = drafted(tmp_path, files)
    assert list(entries) == ["2025-0*/deals.csv"]
    assert delivery.tables["invoices"]["line_id"].to_list() == ["D1", "D2", "D3"]


@pytest.mark.parametrize(("name", "again"), [("Deal ID", "D2,A1,2025-01-01,5"), ("line_id", "D2,A1,2025-01-01,7")])
def test_a_row_that_two_pages_have_is_no_second_line(tmp_path: Path, name: str, again: str) -> None:
    """Its id stays the id of the line, so that the copy is told; an id of ours is never that of several lines."""
    first = f"{name},Account ID,Close Date,Amount\nD1,A1,2025-01-01,5\nD2,A1,2025-01-01,5\n"
    second = f"{name},Account ID,Close Date,Amount\n{again}\nD3,A1,2025-01-01,5\n"
    _, _, _, delivery = drafted(tmp_path, {"deals-1.csv": first, "deals-2.csv": second})
    assert sorted(delivery.tables["invoices"]["line_id"].to_list()) == ["D1", "D2", "D2", "D3"]


def test_our_own_headers_are_recognised_whatever_the_file_is_called() -> None:
    for table, kinds in LAYOUT.items():
        guess = recognise("export.csv", list(kinds), LAYOUT, REQUIRED)
        assert guess is not None
        assert (guess.table, guess.missing) == (table, ())
        assert {m.ours: m.theirs for m in guess.matches} == {c: c for c in kinds}


@pytest.mark.parametrize(
    "value",
    ["true", "NO", "1.0", "2025-01-01", "a: b", "#x", " x", "{a}", "Größe (EUR)", 'say "hi"', "-", "", "C:\\x", "*"],
)
def test_any_name_survives_being_written(value: str) -> None:
    load = YAML(typ="safe").load
    assert load(f"key: {scalar(value)}") == {"key": value}
    assert load(f"key: {flow({value: [value, value], 'n': 1})}") == {"key": {value: [value, value], "n": 1}}


def test_a_draft_of_parquet_reads_typed_columns(tmp_path: Path) -> None:
    lines = {
        "InvoiceNo": ["1", "2"],
        "CustomerID": [17, 18],
        "InvoiceDate": [date(2025, 1, 1)] * 2,
        "Amount": [2.55, 1.0],
    }
    pl.DataFrame(lines).write_parquet(tmp_path / "lines.parquet")
    _, _, _, delivery = drafted(tmp_path, {})
    assert delivery.tables["invoices"].select("account_id", "amount").rows() == [
        ("17", Decimal("2.55")),
        ("18", Decimal("1")),
    ]


def test_a_known_export_in_the_manner_of_a_country_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = (
        "Opportunity Owner,Account Name,Opportunity Name,Won,Amount,Close Date\n"
        'Ann,Acorn,First,1,"12,000.50",11/20/2025\nAnn,Acorn,More,1,"5,000.00",2/10/2026\n'
    )
    _, drafted_text, _, delivery = drafted(tmp_path, {"deals.csv": text})
    assert 'dates: "%m/%d/%Y"' in drafted_text
    deals = delivery.tables["invoices"]
    assert deals["amount"].to_list() == [Decimal("12000.5"), Decimal(5000)]
    assert deals["dated_on"].to_list() == [date(2025, 11, 20), date(2026, 2, 10)]


def test_marks_of_a_known_export_are_declared(tmp_path: Path) -> None:
    text = (
        "Opportunity Owner,Account Name,Opportunity Name,Won,Amount,Close Date\n"
        "Ann,Acorn,First,1,€12.50,2025-11-20\nAnn,Acorn,More,1,(€5.00),2026-02-10\n"
    )
    _, drafted_text, _, delivery = drafted(tmp_path, {"deals.csv": text})
    assert "marks: true" in drafted_text
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal("12.5"), Decimal(-5)]
    assert delivery.tables["invoices"]["currency"].to_list() == ["EUR", "EUR"]


def test_dates_of_a_known_export_that_can_be_read_in_two_ways_are_a_question(tmp_path: Path) -> None:
    text = "Opportunity Owner,Account Name,Opportunity Name,Won,Amount,Close Date\nAnn,Acorn,First,1,5,1/2/2025\n"
    _, drafted_text, findings, _ = drafted(tmp_path, {"deals.csv": text})
    assert "dates: " not in drafted_text.replace("declare dates", "")
    assert any("can be read as" in finding.what for finding in findings)


RECURLY = """\
uuid;account_code;plan_code;total_recurring_amount;state;created_at;activated_at;trial_ends_at;plan_interval_length;plan_interval_unit
u1;acorn;std;1.200,50;active;20.05.2026 09:00;20.05.2026 09:00;03.06.2026 00:00;1;months
u2;birch;std;99,00;active;01.02.2026 10:00;01.02.2026 10:00;;1;months
"""


def test_dates_of_which_the_last_counts_are_looked_at_like_others(tmp_path: Path) -> None:
    _, drafted_text, findings, delivery = drafted(tmp_path, {"subscriptions.csv": RECURLY})
    assert 'dates: "%d.%m.%Y %H:%M"' in drafted_text
    assert [f.what for f in findings if f.certainty == "guessed"] == []
    assert delivery.tables["contracts"]["starts_on"].to_list() == [date(2026, 6, 3), date(2026, 2, 1)]


def test_rows_that_are_left_out_raise_no_doubt_about_dates() -> None:
    _, findings = draft(Path(__file__).parent / "exports" / "qualtrics_responses", LAYOUT, REQUIRED)
    assert [f.what for f in findings if f.certainty == "guessed"] == []


def test_key_of_a_row_is_not_taken_for_whom_it_belongs_under(tmp_path: Path) -> None:
    files = {
        "managers.csv": "manager_id,name,team\nm1,Ann,North\nm2,Bo,North\n",
        "accounts.csv": "account_id,name\na1,Birch\na2,Cedar\n",
    }
    entries, text, _, _ = drafted(tmp_path, files)
    assert entries["managers.csv"]["columns"] == {"manager_id": "manager_id", "name": "name", "team": "team"}
    assert "reports_to" not in text
    assert "parent_id" not in text


@pytest.mark.parametrize(
    ("name", "header", "table"),
    [
        ("hubspot.csv", "Record ID,Company name,Company owner,Industry,Lead Status,Lead status", "accounts"),
        ("invoices.csv", "line_id,account_id,dated_on,amount,note,note", "invoices"),
    ],
)
def test_columns_of_one_name_are_declared_and_told(tmp_path: Path, name: str, header: str, table: str) -> None:
    """Of a known export, and of one that is told by its headers."""
    row = "L1,A1,2026-01-31,5.00,x,y" if table == "invoices" else "8001,Acorn,Ann Archer,Food,x,y"
    entries, _, findings, delivery = drafted(tmp_path, {name: f"{header}\n{row}\n"})
    assert {entry["repeated"] for entry in entries.values()} == {True}
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables[table]["account_id"].to_list() == [row.split(",")[table == "invoices"]]
    assert any(f.certainty == "guessed" and ("one name" in f.what or "repeated" in f.what) for f in findings)
