"""Is our own layout read without any mapping?"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest

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


def test_a_file_without_a_byte_is_told_as_empty_beside_another_for_its_table(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"invoices.csv": INVOICES, "invoices.xlsx": ""})
    assert [(f.file, f.what) for f in delivery.faults] == [
        ("invoices.xlsx", "is empty: no header and no data rows"),
    ]


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"invoices.csv": INVOICES, "invoices.tsv": INVOICES.replace(",", "\t")})
    assert [f.what for f in delivery.faults] == ["table invoices has several files: invoices.csv, invoices.tsv"]
    assert delivery.tables == {}


INVOICE = "line_id,account_id,dated_on,amount\nL{0},A1,2025-01-31,{0}.00\n"


def amounts(delivery: Delivery) -> list[tuple[str, Decimal]]:
    frame = delivery.tables.get("invoices", pl.DataFrame(schema={"origin_file": pl.String, "amount": pl.Decimal}))
    return [(file, amount) for file, amount in frame.select("origin_file", "amount").iter_rows()]


def zipped(folder: Path, name: str, files: Mapping[str, str]) -> None:
    with ZipFile(folder / name, "w") as made:
        for member, text in files.items():
            made.writestr(member, text)


def test_archives_the_folder_and_exports_are_read_together(tmp_path: Path) -> None:
    zipped(tmp_path, "2026-01.zip", {"invoices.csv": INVOICE.format(1)})
    zipped(tmp_path, "2026-02.zip", {"a/invoices-1.csv": INVOICE.format(2), "b/invoices-2.csv": INVOICE.format(3)})
    files = {"exports/invoices-2026-03.csv": INVOICE.format(4), "accounts.csv": "account_id\nA1\n"}
    delivery = read(tmp_path, files)
    assert delivery.faults == ()
    assert amounts(delivery) == [
        ("2026-01.zip/invoices.csv", 1),
        ("2026-02.zip/a/invoices-1.csv", 2),
        ("2026-02.zip/b/invoices-2.csv", 3),
        ("exports/invoices-2026-03.csv", 4),
    ]
    assert delivery.tables["accounts"]["account_id"].to_list() == ["A1"]


@pytest.mark.parametrize("other", ["invoices.csv", "exports/invoices.csv", "exports/invoices-2026-01.csv"])
def test_files_in_several_places_that_no_number_tells_apart_are_refused(tmp_path: Path, other: str) -> None:
    zipped(tmp_path, "2026-01.zip", {"invoices.csv": INVOICE.format(1)})
    delivery = read(tmp_path, {other: INVOICE.format(2)})
    told = [(f.severity, f.what) for f in delivery.faults]
    assert told == [("error", f"table invoices has several files: 2026-01.zip/invoices.csv, {other}")]
    assert amounts(delivery) == []


def test_an_archive_beside_what_was_unpacked_from_it_counts_once(tmp_path: Path) -> None:
    zipped(tmp_path, "export.zip", {"invoices.csv": INVOICE.format(1)})
    delivery = read(tmp_path, {"invoices.csv": INVOICE.format(1)})
    assert [(f.severity, f.file) for f in delivery.faults] == [("note", "invoices.csv")]
    assert amounts(delivery) == [("export.zip/invoices.csv", 1)]


@pytest.mark.parametrize(
    "accounts", [{"accounts.csv": "account_id\nA1\n"}, {"Account.csv": "Id,Name,OwnerId,Industry\nA1,One,7,Food\n"}]
)
def test_files_named_for_a_table_in_folders_of_their_own_are_warned_of(
    tmp_path: Path, accounts: Mapping[str, str]
) -> None:
    months = {f"2026-0{month}/invoices.csv": INVOICE.format(month) for month in (1, 2)}
    faults = read(tmp_path, {**accounts, **months}).faults
    what = "is named for invoices and was not read, as it lies in a folder of its own"
    assert [(f.file, f.what) for f in faults if f.file in months] == [(name, what) for name in months]
    assert {f.severity for f in faults if f.file in months} == {"warning"}


def test_an_archive_that_cannot_be_looked_into_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "2026-01.zip").write_bytes(b"PK\x03\x04 cut off")
    zipped(tmp_path, "2026-02.zip", {"inner.zip": "", "invoices.csv": INVOICE.format(1)})
    told = {f.file: (f.severity, f.remedy) for f in read(tmp_path, {}).faults}
    assert told == {
        "2026-01.zip": ("warning", "save or download it again"),
        "2026-02.zip/inner.zip": ("warning", "unpack the outer one"),
    }


def test_many_other_files_have_one_note(tmp_path: Path) -> None:
    others = {f"attachments/{n}.txt": "x\n" for n in range(11)}
    faults = read(tmp_path, {"invoices.csv": INVOICES, "invoice.csv": INVOICES, **others}).faults
    whats = [(f.file, f.what.partition(":")[0]) for f in faults]
    assert whats == [
        ("invoice.csv", "is named for no table and was not read"),
        (None, "11 files are named for no table and were not read"),
    ]


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
