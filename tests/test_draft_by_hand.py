"""Are books and lists that people keep by hand drafted as they are meant: titles, months, totals, owners since when?"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from test_adapters_draft import drafted
from xlsxwriter import Workbook

from adapters.mapping.months import first_day


def test_cancelled_contracts_without_another_end_are_drafted_to_end_on_that_day(tmp_path: Path) -> None:
    """As Paddle's subscriptions: else nobody would ever leave."""
    head = "subscription_id,customer_id,status,currency_code,amount,billing_interval,started_at,canceled_at\n"
    lines = "s1,c1,canceled,EUR,9,year,2024-01-01,2026-05-01\ns2,c2,active,EUR,9,year,2024-01-01,\n"
    _, text, _, delivery = drafted(tmp_path, {"subscriptions.csv": head + lines})
    assert delivery.tables["contracts"].select("ends_on", "cancelled_on").rows() == [
        (date(2026, 5, 1),) * 2,
        (None,) * 2,
    ]
    assert "guessed: no column says until when it is paid" in text


def test_owners_of_accounts_whose_id_is_called_id_are_drafted(tmp_path: Path) -> None:
    _, _, _, delivery = drafted(tmp_path, {"companies.csv": "_id,Name,Owner,Phase\np1,Ada,Ann,Live\np2,Bo,Ben,Live\n"})
    assert delivery.tables["ownership"].select("account_id", "manager_id").rows() == [("p1", "Ann"), ("p2", "Ben")]


def test_rows_that_call_accounts_by_name_are_drafted_to_find_their_ids(tmp_path: Path) -> None:
    files = {
        "customers.csv": "Customer ID,Customer Name,Industry\nC1,Ada,Food\nC2,Bo,Food\nC3,Cy,Food\n",
        "nps.csv": "Response Date,Account Name,NPS Score\n2026-05-31,Bo,9\n2026-05-30,Ada,3\n",
        "sales.csv": "Invoice No,Customer ID,Invoice Date,Amount\n7,C3,2026-05-31,9\n",
        "mrr.csv": "Customer,Jan 26,Feb 26,Mar 26\nBo,1,1,1\nCy,1,1,1\n",
    }
    entries, text, _, delivery = drafted(tmp_path, files)
    assert delivery.tables["answers"].select("account_id", "score").rows() == [("C2", 9), ("C1", 3)]
    assert delivery.tables["contracts"].select("account_id", "line_id").rows() == [
        ("C2", "Bo 2026-01-01"),
        ("C3", "Cy 2026-01-01"),
    ]
    assert "lookups" not in entries["sales.csv"]
    assert text.count("has names of accounts") == 2


def test_lists_of_accounts_under_other_ids_are_told_to_be_of_several_systems(tmp_path: Path) -> None:
    files = {
        "customers.csv": "Customer ID,Customer Name,Industry\nC1,Ada,Food\nC2,Bo,Food\n",
        "companies.csv": "Company ID,Company Name,Industry,Owner\n17,Ada,Food,Ann\n18,Bo,Food,Ben\n",
    }
    said = "companies.csv and customers.csv list accounts under other ids"
    assert [f.what.split(",")[0] for f in drafted(tmp_path, files)[2] if f.certainty == "not recognised"] == [said]
    files["companies.csv"] = files["companies.csv"].replace("17", "C1")
    assert [f for f in drafted(tmp_path, files)[2] if f.certainty == "not recognised"] == []


def test_what_a_customer_was_billed_is_no_sign_of_use(tmp_path: Path) -> None:
    """As the customer activity of Sage."""
    text = "Type,Account Reference,Date,Invoice No,Net Amount\ninvoice,S1,2026-05-31,7,100\n"
    entries, *_ = drafted(tmp_path, {"customer_activity.csv": text})
    assert entries["customer_activity.csv"]["table"] == "invoices"


def test_words_in_columns_of_days_are_drafted_as_no_day(tmp_path: Path) -> None:
    head = "Customer,MRR,Start Date,End Date\n"
    lines = "Ada,1,13.03.2026,n/a\nBo,1,14.03.2026,TBD\nCy,1,15.03.2026,31.12.2026\nDi,1,16.03.2026,-\n"
    entries, _, findings, delivery = drafted(tmp_path, {"contracts.csv": head + lines})
    assert entries["contracts.csv"]["dates"] == "%d.%m.%Y"
    assert entries["contracts.csv"]["columns"]["ends_on"] == {"column": "End Date", "words": {"TBD": "", "n/a": ""}}
    assert delivery.tables["contracts"]["ends_on"].to_list() == [None, None, date(2026, 12, 31), None]
    assert [f for f in findings if f.certainty == "not recognised"] == []


def test_the_value_of_a_whole_term_is_no_amount_of_a_month(tmp_path: Path) -> None:
    head, row = "Customer,Start Date,End Date,TCV", "Ada,2025-01-01,2027-12-31,3600"
    entries, text, *_ = drafted(tmp_path, {"contracts.csv": f"{head},Term (months)\n{row},36\n"})
    every = entries["contracts.csv"]["columns"]["every"]
    assert every == {"column": "Term (months)", "words": {"36": "36 months"}}
    _, text, *_ = drafted(tmp_path, {"contracts.csv": f"{head}\n{row}\n"})
    assert "not recognised: every, which every row needs; add it under constants" in text


def test_shares_in_percent_are_drafted_as_parts_of_one(tmp_path: Path) -> None:
    text = "Customer,Account Manager,Split %\nAda,Ann,60%\nAda,Ben,40%\n"
    entries, _, _, delivery = drafted(tmp_path, {"owners.csv": text})
    assert entries["owners.csv"]["columns"]["share"] == {"column": "Split %", "percents": True}
    assert delivery.tables["ownership"]["share"].to_list() == [Decimal("0.6"), Decimal("0.4")]


def test_owners_with_the_day_since_when_hold_accounts_until_the_next(tmp_path: Path) -> None:
    text = "Customer,Account Manager,Since\nAda,Ann,01.02.2024\nAda,Ben,31.03.2026\nBo,Ann,\n"
    _, _, _, delivery = drafted(tmp_path, {"owners.csv": text})
    rows = delivery.tables["ownership"].select("account_id", "manager_id", "ends_on").rows()
    assert rows == [("Ada", "Ann", date(2026, 3, 31)), ("Ada", "Ben", None), ("Bo", "Ann", None)]


def test_what_a_report_says_below_its_rows_is_found(tmp_path: Path) -> None:
    """As QuickBooks ends; a total right below the rows may be a customer's, and is told by check."""
    head = "Acme\nSales\n\nInvoice No,Customer,Invoice Date,Amount\n"
    rows = "".join(f"{n},Ada,2026-05-{n},1\n" for n in range(10, 14))
    reports = {
        "sales.csv": f'{head}{rows}TOTAL,,,$4.00\n\n"Accrual basis, June 5, 2026"\n',
        "plain.csv": "Customer,Jan 26,Feb 26,Mar 26\nAda,1,1,1\nTotal,1,1,1\n",
    }
    entries, _, findings, delivery = drafted(tmp_path, reports)
    assert entries["sales.csv"]["footer"] is True
    assert "footer" not in entries["plain.csv"]
    assert delivery.tables["invoices"].height == 4
    assert [f for f in findings if f.certainty == "not recognised"] == []


@pytest.mark.parametrize(
    ("terms", "day"),
    [
        ("2025-07-01,2026-06-30|2025-02-15,2026-02-14|2025-02-10,2025-09-03", "2026-07-01"),
        ("2025-07-01,2026-07-01|2025-02-15,2026-02-15", "2026-07-01"),
        ("2025-07-01,2026-06-30|2025-02-15,2026-02-15", "2026-06-30"),
    ],
    ids=["last days", "first days without", "as many of both"],
)
def test_terms_of_whole_months_tell_whether_an_end_is_a_last_day(tmp_path: Path, terms: str, day: str) -> None:
    """Where no contract follows another, which would tell as well."""
    lines = "".join(f"C{n},A{n},12,{term}\n" for n, term in enumerate(terms.split("|")))
    head = "Contract ID,Customer ID,ARR,Start Date,End Date\n"
    _, _, _, delivery = drafted(tmp_path, {"contracts.csv": head + lines})
    assert delivery.tables["contracts"]["ends_on"][0] == date.fromisoformat(day)


def test_lines_above_the_header_are_found_in_texts_and_sheets(tmp_path: Path) -> None:
    """A title and the day of a report hold fewer cells than half of what stands below; a header that lacks a name
    holds more."""
    with Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("Owners")
        sheet.merge_range("A1:C1", "Owners 2026")
        sheet.write_row(2, 0, ["Customer", "Account Manager", "Since"])
        sheet.write_row(3, 0, ["Ada", "Ann", "2025-01-01"])
    files = {
        "sales.csv": "Sales\nJanuary 1, 2026, on\n\nInvoice No;Customer;Invoice Date;Amount\n7;Ada;2026-05-31;9\n",
        "odd.csv": "Customer,,Amount\nAda,x,y\n",
    }
    entries, text, _, delivery = drafted(tmp_path, files)
    assert text.count("lines_above") == 2
    assert (entries["book.xlsx"]["lines_above"], entries["sales.csv"]["lines_above"]) == (1, 2)
    assert delivery.tables["invoices"].select("amount", "origin_row").rows() == [(9, 1)]
    assert [(f.severity, f.what, f.value) for f in delivery.faults if f.file in ("book.xlsx", "sales.csv")] == [
        ("note", "1 line above the header left out, as declared, the first", "Owners 2026"),
        ("note", "2 lines above the header left out, as declared, the first", "Sales"),
    ]


@pytest.mark.parametrize(
    "months",
    [
        "2026-01,2026-02,2026-03", "Jan 2026,Feb 2026,Mar 2026", "Jan. 26,Februar 26,März 26",
        "Janv-26,Févr-26,Mars-26", "01/2026,02/2026,03/2026", "MRR 2026-01-01,MRR 2026-02-01,MRR 2026-03-01",
    ],
)  # fmt: skip
def test_months_in_columns_are_drafted_as_contracts(tmp_path: Path, months: str) -> None:
    """Beside the owners that the file names."""
    text = f"Customer;Account manager;{months.replace(',', ';')};Sum\nAda;Ann;1,5;-;3,5;5\nBo;Ann;;2;2;4\n"
    _, draft, findings, delivery = drafted(tmp_path, {"mrr.csv": text})
    first = "1.5 Ada", "3.5 Ada", "2 Bo"
    lines = delivery.tables["contracts"].select(pl.col("amount").cast(pl.String) + " " + pl.col("account_id"))
    assert sorted(lines.to_series().str.replace(r"\.?0+ ", " ")) == sorted(first)
    assert delivery.tables["ownership"].height == 2
    assert [f for f in findings if f.certainty == "not recognised"] == []
    assert not [f for f in delivery.faults if f.severity == "error"]
    assert "every: month" in draft


def test_what_was_paid_in_a_month_is_nothing_to_compare_accounts_by(tmp_path: Path) -> None:
    rows = "".join(f"C{n},N{n},{n % 2},{n % 2},{n % 2}\n" for n in range(9))
    head = "Customer ID,Customer Name,Jan-26,Feb-26,Mar-26\n"
    _, text, _, delivery = drafted(tmp_path, {"customers.csv": head + rows})
    assert "to compare by" not in text
    assert {*delivery.tables} == {"accounts", "contracts"}


def test_months_that_are_nobodys_are_told(tmp_path: Path) -> None:
    entries, _, findings, _ = drafted(tmp_path, {"mrr.csv": "Plan,Jan 26,Feb 26,Mar 26,Apr 5\nPro,1,2,3,4\n"})
    assert entries == {}
    assert [f.what for f in findings] == ["columns are named for months, and none says whose they are"]


@pytest.mark.parametrize("header", ["Tier 12", "13/2026", "Q2 26", "Margin 24", "12 26", "Total"])
def test_what_is_no_month_is_taken_for_none(header: str) -> None:
    assert first_day(header) is None


def test_months_of_customers_name_their_owners_once(tmp_path: Path) -> None:
    text = "Customer ID,Customer Name,CSM,2026-01,2026-02,2026-03\nC1,Ada,Ann,1,2,2\nC2,Bo,Ben,1,1,1\n"
    _, _, _, delivery = drafted(tmp_path, {"customers.csv": text})
    assert delivery.tables["ownership"].select("account_id", "manager_id").rows() == [("C1", "Ann"), ("C2", "Ben")]


def test_owners_of_accounts_that_were_never_handed_over_are_told(tmp_path: Path) -> None:
    files = {
        "customers.csv": "Customer ID,Customer Name,CSM\nC1,Ada,Ben\nC2,Bo,Ben\nC3,Cy,Eve\n",
        "handovers.csv": "Customer ID,CSM,Since\nC1,Ann,\nC1,Ben,2026-05-20\n",
    }
    said = [f.what for f in drafted(tmp_path, files)[2] if f.certainty == "not recognised"]
    assert said == [
        "customers.csv names owners (CSM) of 2 accounts that handovers.csv does not list: "
        "add an entry of it for ownership, where Customer ID is none of those"
    ]
