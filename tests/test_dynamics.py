"""Does a workbook that Dynamics 365 writes come out as its people see it: hidden columns, dates of Excel, amounts?"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from adapters import read_folder
from scoring.tables import INVOICE_KINDS, LAYOUT, OPEN_TABLES

HEADER = (
    "(Do Not Modify) Opportunity", "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On", "Topic",
    "Potential Customer", "Owner", "Status", "Actual Revenue", "Actual Close Date", "Currency",
)  # fmt: skip


def workbook(place: Path, *rows: tuple[object, ...]) -> None:
    """A sheet as the export to Excel writes it: the first three columns hidden, days as cells of dates."""
    with xlsxwriter.Workbook(place) as book:
        sheet, day = book.add_worksheet("All Opportunities"), book.add_format({"num_format": "m/d/yyyy"})
        sheet.set_column(0, 2, None, None, {"hidden": True})
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(("b" * 8 + f"-{number}", "x==", "", *row)):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)
        book.add_worksheet("hiddenSheet").hide()


def test_a_workbook_with_hidden_columns_and_days_is_read(tmp_path: Path) -> None:
    workbook(
        tmp_path / "All Opportunities.xlsx",
        ("First year", "Acorn Ltd", "Ann Archer", "Won", 12000.5, datetime(2025, 11, 20), "GBP"),
        ("Renewal", "Birch GmbH", "Ben Baker", "Open", "", "", "EUR"),
        ("Support", "Birch GmbH", "Ben Baker", "Gewonnen", 700, datetime(2026, 1, 31, 18, 30), "EUR"),
    )
    tables = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables
    deals = tables["invoices"].select("account_id", "dated_on", "amount", "currency", "seller_id", "kind").rows()
    assert deals == [
        ("Acorn Ltd", date(2025, 11, 20), Decimal("12000.5"), "GBP", "Ann Archer", "deal"),
        ("Birch GmbH", date(2026, 1, 31), Decimal(700), "EUR", "Ben Baker", "Gewonnen"),
    ]
    assert "Gewonnen" not in INVOICE_KINDS
    assert sorted(tables["accounts"]["account_id"]) == ["Acorn Ltd", "Birch GmbH"]


def test_an_open_opportunity_of_no_account_stops_nothing(tmp_path: Path) -> None:
    text = "Topic,Account,Owner,Status,Actual revenue,Actual close date\nA,Acorn Ltd,Ann,Won,500,2026-01-31\n"
    (tmp_path / "all.csv").write_text(f"{text}B,,Ann,Open,,\n", encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert [f.what for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables["accounts"]["account_id"].to_list() == ["Acorn Ltd"]


def test_an_estimate_is_no_revenue(tmp_path: Path) -> None:
    text = "Topic,Potential Customer,Owner,Status,Est. revenue,Actual close date\nA,Acorn Ltd,Ann,Won,500,2026-01-31\n"
    (tmp_path / "won.csv").write_text(text, encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert "invoices" not in delivery.tables
    assert any("nothing in it says amount" in f.what for f in delivery.faults)


def test_currencies_are_read_by_their_names(tmp_path: Path) -> None:
    rows = [f"A,Acorn Ltd,Ann,Won,500,2026-01-31,{said}\n" for said in ("US Dollar", "Euro", "Pound Sterling", "JPY")]
    text = "Topic,Potential Customer,Owner,Status,Actual revenue,Actual close date,Currency\n" + "".join(rows)
    (tmp_path / "won.csv").write_text(text, encoding="utf-8")
    deals = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["invoices"]
    assert deals["currency"].to_list() == ["USD", "EUR", "GBP", "JPY"]
