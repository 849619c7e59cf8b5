"""Is our own layout read without any mapping?"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.registry import ADAPTERS, PLAIN, surest

LAYOUT = {
    "accounts": {"account_id": "text", "name": "text", "created_on": "date"},
    "invoices": {"line_id": "text", "account_id": "text", "dated_on": "date", "amount": "money"},
}
INVOICES = "line_id,account_id,dated_on,amount\nL1,A1,2025-01-31,1.234\n"


def read(folder: Path, files: Mapping[str, str]) -> Delivery:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder, LAYOUT, {"accounts"}, None)


def test_files_named_for_tables_are_read(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"accounts.tsv": " Account_ID \tSector\n007\tx\n", "invoices.csv": INVOICES})
    assert delivery.faults == ()
    assert delivery.tables["accounts"].rows() == [("accounts.tsv", 1, "007", "x")]
    assert delivery.tables["accounts"].columns == ["origin_file", "origin_row", "account_id", "sector"]
    assert delivery.tables["invoices"].rows() == [("invoices.csv", 1, "L1", "A1", date(2025, 1, 31), Decimal("1.234"))]


def test_the_files_may_lie_in_exports(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"exports/invoices.csv": INVOICES})
    assert delivery.tables["invoices"]["origin_file"].to_list() == ["exports/invoices.csv"]


def test_parquet_files_need_no_text(tmp_path: Path) -> None:
    pl.DataFrame({"line_id": [1], "amount": [2.55], "dated_on": [date(2025, 1, 31)]}).write_parquet(
        tmp_path / "invoices.parquet"
    )
    frame = read(tmp_path, {}).tables["invoices"]
    assert frame.select("line_id", "dated_on", "amount").rows() == [("1", date(2025, 1, 31), Decimal("2.55"))]


def test_unknown_columns_are_told_and_near_misses_warned_of(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"invoices.csv": "line_id,amuont,memo\nL1,5,x\n"})
    assert [(f.severity, f.column, f.remedy) for f in delivery.faults] == [
        ("warning", "amuont", 'did you mean "amount"?'),
        ("note", "memo", ""),
    ]


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"invoices.csv": INVOICES, "invoices.tsv": INVOICES.replace(",", "\t")})
    assert [f.what for f in delivery.faults] == ["table invoices has several files: invoices.csv, invoices.tsv"]
    assert delivery.tables == {}


def test_other_files_are_told_of(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"invoices.csv": INVOICES, "invoice.csv": INVOICES}).faults
    assert (fault.severity, fault.file, fault.remedy) == ("note", "invoice.csv", 'did you mean "invoices.csv"?')


def test_a_folder_of_something_else_points_to_init(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"crm/Deals.csv": "a,b\n1,2\n"}).faults
    assert fault.severity == "error"
    assert "crm/Deals.csv" in fault.what
    assert "bookscore init" in fault.remedy


def test_the_surest_adapter_reads_and_plain_where_none_is_sure() -> None:
    assert surest({}) is PLAIN
    assert surest({"x.csv": ("a", "b")}) is PLAIN
    assert len({a.name for a in ADAPTERS}) == len(ADAPTERS)
