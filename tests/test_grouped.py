"""Are reports read in which the name of a group stands once above its rows, and totals below them?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_adapters_draft import drafted
from test_reshaping import read, said
from xlsxwriter import Workbook

from adapters.delivery import Delivery
from adapters.files.opening import Opening, open_file

SALES = """\
Sales by Customer Detail
Acme Inc

,Transaction date,Transaction type,Num,Amount
Ada,,,,
,2026-06-01,Invoice,1001,225.00
,2026-06-02,Invoice,1002,225.00
Total for Ada,,,,$450.00
Bo
   Job 1,,,,
,2026-06-03,Invoice,1003,50.00
   Total for Job 1,,,,$50.00
   Job 2,,,,
,2026-06-03,Invoice,1004,60.00
   Total for Job 2,,,,$60.00
,2026-06-04,Invoice,1005,70.00
Total for Bo,,,,$180.00
Total Energy,,,,
,2026-06-05,Invoice,1006,5.00
Total for Total Energy,,,,$5.00
,2026-06-06,Payment,1007,7.00
Total for Zed,,,,$7.00
TOTAL,,,,$642.00

"Accrual basis, June 5, 2026"
"""
"""As QuickBooks writes it, but for the name of Zed that is missing."""
ENTRY: Mapping[str, Any] = {
    "file": "sales.csv",
    "table": "invoices",
    "lines_above": 2,
    "footer": True,
    "fill_down": ["Column 1"],
    "columns": {"account_id": "Column 1", "dated_on": "Transaction date", "amount": "Amount"},
}
PIVOT = {
    "file": "pivot.csv",
    "table": "invoices",
    "fill_down": ["Owner", "Customer"],
    "columns": {"seller_id": "Owner", "account_id": "Customer", "dated_on": "Day", "amount": "Amount"},
}


def whose(delivery: Delivery, *columns: str) -> list[tuple[object, ...]]:
    return delivery.tables["invoices"].select("origin_row", *columns or ["account_id"]).rows()


def test_rows_have_the_name_of_their_group_and_the_number_that_they_have_in_the_file(tmp_path: Path) -> None:
    """A group within one is told by the total of the outer; nobody's rows stay nobody's."""
    delivery = read(tmp_path, {"sales.csv": SALES}, ENTRY)
    assert whose(delivery) == [
        (2, "Ada"), (3, "Ada"), (7, "Bo:Job 1"), (10, "Bo:Job 2"), (12, "Bo"), (15, "Total Energy"), (17, None),
    ]  # fmt: skip
    assert said(delivery, "note")[0] == ("5 names and 6 totals of groups left out, as fill_down declares, the first")
    assert (delivery.files[0].rows, delivery.files[0].filtered) == (7, 0)
    assert said(delivery, "warning") == said(delivery, "error") == []


def test_names_alone_on_their_line_are_rows_also_between_line_ends_in_cells(tmp_path: Path) -> None:
    text = SALES.replace("Invoice", '"In\nvoice"')
    assert whose(read(tmp_path, {"sales.csv": text}, ENTRY)) == whose(read(tmp_path, {"sales.csv": SALES}, ENTRY))


def test_without_the_setting_nothing_is_filled(tmp_path: Path) -> None:
    """And only the columns that it names are."""
    text = "Customer,Product,Day,Amount\nAda,Pro,2026-06-01,1\n,,2026-06-02,2\n"
    entry = {
        "file": "a.csv",
        "table": "invoices",
        "columns": {"account_id": "Customer", "product": "Product", "dated_on": "Day", "amount": "Amount"},
    }
    assert whose(read(tmp_path, {"a.csv": text}, entry)) == [(1, "Ada"), (2, None)]
    filled = read(tmp_path, {"a.csv": text}, entry | {"fill_down": ["Customer"]})
    assert whose(filled, "account_id", "product") == [(1, "Ada", "Pro"), (2, "Ada", None)]
    assert filled.faults == ()


@pytest.mark.parametrize(
    "subtotal", ["{} Total", "Total - {}", "Totals for {}:", "Subtotal", "Summe {}", "{} Ergebnis"]
)
def test_an_outer_name_ends_the_inner_one(tmp_path: Path, subtotal: str) -> None:
    """As in a pivot table in tabular form; a row below an outer name alone is of no inner group."""
    ends = {name: subtotal.format(name) for name in ("Ada", "Bo", "Ann", "Ben")}
    text = f"""\
Owner,Customer,Day,Amount
Ann,Ada,2026-06-01,1
,,2026-06-02,2
,{ends["Ada"]},,3
,Bo,2026-06-03,4
,{ends["Bo"]},,4
{ends["Ann"]},,,7
Ben,,2026-06-04,8
,Ada,2026-06-05,9
,{ends["Ada"]},,9
{ends["Ben"]},,,17
Grand Total,,,24
"""
    delivery = read(tmp_path, {"pivot.csv": text}, PIVOT)
    assert whose(delivery, "seller_id", "account_id") == [
        (1, "Ann", "Ada"), (2, "Ann", "Ada"), (4, "Ann", "Bo"), (7, "Ben", None), (8, "Ben", "Ada"),
    ]  # fmt: skip
    assert said(delivery, "warning") == []


def test_groups_without_totals_follow_each_other(tmp_path: Path) -> None:
    """A name that no row follows may be that of a group of groups, and is told."""
    text = "Owner,Customer,Day,Amount\n,Ada,,\n,,2026-06-01,1\n,East,,\n,Bo,,\n,,2026-06-02,2\n"
    delivery = read(tmp_path, {"pivot.csv": text}, PIVOT)
    assert whose(delivery) == [(2, "Ada"), (5, "Bo")]
    assert [(f.what, f.row, f.value) for f in delivery.faults if f.severity == "warning"] == [
        ("1 name of a group without a row below it, the first", 3, "East")
    ]


@pytest.mark.parametrize(
    ("changed", "warned"),
    [
        (("225.00\nTotal", "215.00\nTotal"), [("Amount", 4, "450.00", "440.00")]),
        (("$642.00", "$999.00"), [("Amount", 19, "999.00", "642.00")]),
        (("$642.00", "€999.00"), []),
        (("$180.00", "-"), []),
    ],
    ids=["a row", "the whole", "in another currency", "none"],
)
def test_totals_are_held_against_the_rows_above_them(
    tmp_path: Path, changed: tuple[str, str], warned: list[tuple[str, int, str, str]]
) -> None:
    text = SALES.replace(*changed).partition('\n\n"Accrual')[0] + "\n"
    delivery = read(tmp_path, {"sales.csv": text}, {**ENTRY, "footer": False})
    found = [f for f in delivery.faults if f.severity == "warning"]
    assert [(f.column, f.row, f.value, f.what.rpartition(" ")[2]) for f in found] == warned


@pytest.mark.parametrize("other", ["USD", ""])
def test_totals_of_several_currencies_are_held_against_nothing(tmp_path: Path, other: str) -> None:
    """An empty cell may be that of the currency at home."""
    text = f"Owner,Customer,Day,Amount,Currency\n,Ada,2026-06-01,1,EUR\n,,2026-06-02,2,{other}\n,Total Ada,,2.9,\n"
    entry = PIVOT | {"columns": PIVOT["columns"] | {"currency": "Currency"}}
    assert said(read(tmp_path, {"pivot.csv": text}, entry), "warning") == []
    one = read(tmp_path, {"pivot.csv": text.replace(f"2,{other}", "2,EUR")}, entry)
    assert said(one, "warning") == ["1 total other than what the rows above add up to, the first, of 3.00"]


def test_what_rows_are_looked_up_in_may_stand_in_groups(tmp_path: Path) -> None:
    files = {
        "orders.csv": "Customer,Day,Amount\nAda,2026-06-01,1\nBo,2026-06-02,2\n",
        "book.csv": "Region,Customer\nNorth,\n,Ada\nSouth,\n,Bo\n",
    }
    lookup = {"file": "book.csv", "fill_down": ["Region"], "on": {"Customer": "Customer"}, "take": ["Region"]}
    entry = {
        "file": "orders.csv",
        "table": "invoices",
        "lookups": [lookup],
        "columns": {"account_id": "Customer", "product": "Region", "dated_on": "Day", "amount": "Amount"},
    }
    assert whose(read(tmp_path, files, entry), "product") == [(1, "North"), (2, "South")]


def report(path: Path) -> Path:
    """A report of Salesforce with its details, as a workbook: groups of owners and accounts in merged cells."""
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row("B2", ["Account Owner", "Account Name", "Close Date", "Amount", "Sum of Quantity"])
        sheet.merge_range("B3:B8", "Ann")
        sheet.merge_range("C3:C4", "Ada")
        lines = [
            [None, None, "2026-01-02", 100, 1], [None, None, "2026-01-03", 50, 1],
            [None, "Subtotal", "Sum", 150, 2], [None, None, "Count", 2, 2],
            [None, "Bo", "2026-01-04", 7.5, 1], [None, "Subtotal", "Sum", 7.5, 1],
            ["Subtotal", None, "Sum", 157.5, 3], [None, None, "Count", 3, 3],
            ["Ben", "Ada", "2026-01-05", 1, 1], [None, "Subtotal", "Sum", 1, 1], ["Subtotal", None, "Sum", 1, 1],
            ["Total", None, "Sum", 158.5, 4],
        ]  # fmt: skip
        for number, line in enumerate(lines, 2):
            for place, cell in enumerate(line, 1):
                if cell is not None:
                    sheet.write(number, place, cell)
    return path


def test_merged_cells_are_filled_where_that_is_declared_and_told_where_not(tmp_path: Path) -> None:
    path = report(tmp_path / "report.xlsx")
    names = ("Account Owner", "Account Name")
    opened = open_file(path, path.name, Opening(fill_down=names))
    assert opened.frame is not None
    assert opened.frame.select(" row", *names).rows() == [
        (1, "Ann", "Ada"), (2, "Ann", "Ada"), (5, "Ann", "Bo"), (9, "Ben", "Ada"),
    ]  # fmt: skip
    assert [f.what for f in opened.faults] == ["8 totals of groups left out, as fill_down declares, the first"]
    of_one = open_file(path, path.name, Opening(fill_down=names[1:]))
    assert "2 merged cells, the first at B3:B8" in of_one.faults[-1].what
    assert "declare fill_down" in of_one.faults[-1].remedy


def test_a_file_that_cannot_be_filled_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Customer,Amount\nAda,1\n,2\n", encoding="utf-8")
    pl.DataFrame({"Customer": ["Ada"]}).write_parquet(tmp_path / "a.parquet")
    (lacking,) = open_file(tmp_path / "a.csv", "a.csv", Opening(fill_down=("Custmer",))).faults
    assert (lacking.what, lacking.remedy) == (
        "has no column Custmer; its columns are Customer, Amount", 'did you mean "Customer"?',
    )  # fmt: skip
    (columnar,) = open_file(tmp_path / "a.parquet", "a.parquet", Opening(fill_down=("Customer",))).faults
    assert columnar.what == "is a Parquet file, whose rows stand in no groups"


# ---- drafts ----


def test_groups_are_found_by_their_totals(tmp_path: Path) -> None:
    """What is paid is no second sale; the column without a name is that of customers, whatever others are called."""
    text = SALES.replace("Num", "Account").replace("06-", "06-1").replace('2026"', '2026",,,,')
    entries, draft, _, delivery = drafted(tmp_path, {"sales.csv": text})
    entry = entries["sales.csv"]
    assert not [f for f in delivery.faults if f.severity == "warning"]
    assert (entry["lines_above"], entry["footer"], entry["fill_down"]) == (2, True, ["Column 1"])
    assert entry["columns"]["account_id"] == "Column 1"
    assert entry["where"] == {"Transaction type": {"not": ["Payment"]}}
    assert "guessed: the name of a group stands once, above its rows" in draft
    assert [row for row, _ in whose(delivery)] == [2, 3, 7, 10, 12, 15]


def test_groups_are_accounts_where_no_other_column_is_theirs(tmp_path: Path) -> None:
    text = "Contact,Invoice No,Date,Amount\nAda,,,\n,1,2026-06-13,1\n,2,2026-06-14,2\nTotal Ada,,,3\n"
    _, _, _, delivery = drafted(tmp_path, {"bills.csv": text})
    assert whose(delivery) == [(2, "Ada"), (3, "Ada")]


def test_groups_are_no_accounts_where_each_row_names_its_customer(tmp_path: Path) -> None:
    """As in Sales by Product/Service Detail."""
    text = ",Date,Customer,Amount\nPro,,,\n,2026-06-13,Ada,1\n,2026-06-14,Bo,2\nTotal for Pro,,,3\n"
    _, _, _, delivery = drafted(tmp_path, {"sales.csv": text})
    assert whose(delivery) == [(2, "Ada"), (3, "Bo")]


def test_rows_that_are_numbered_name_their_customer(tmp_path: Path) -> None:
    text = ",Account Name,Date,Amount\n0,Ada,2026-01-15,100\n1,Bo,2026-02-15,200\nTotal,,,300\n"
    _, _, _, delivery = drafted(tmp_path, {"invoices.csv": text})
    assert delivery.tables["invoices"]["account_id"].to_list() == ["Ada", "Bo"]


def test_a_customer_may_be_called_as_a_figure_is(tmp_path: Path) -> None:
    (tmp_path / "pivot.csv").write_text("Region,Customer,Amount\nWest,Ada,1\n,Max,2\nWest Total,,3\nEast,Bo,4\n")
    made = open_file(tmp_path / "pivot.csv", "pivot.csv", Opening(fill_down=("Region",)))
    assert made.frame is not None
    assert made.frame.select("Region", "Customer").rows() == [("West", "Ada"), ("West", "Max"), ("East", "Bo")]


def test_groups_of_a_workbook_are_found_level_by_level(tmp_path: Path) -> None:
    report(tmp_path / "report.xlsx")
    entries, _, _, delivery = drafted(tmp_path, {})
    assert entries["report.xlsx"]["fill_down"] == ["Account Owner", "Account Name"]
    assert [name for _, name in whose(delivery)] == ["Ada", "Ada", "Bo", "Ada"]


def test_groups_in_several_columns_without_a_name_are_found(tmp_path: Path) -> None:
    """As QuickBooks Desktop writes customers and their jobs."""
    text = """\
,,Type,Date,Item,Amount
"Adams, Ada",,,,,
,Roof,,,,
,,Invoice,2026-06-11,Tiles,1
,Total Roof,,,,1
,"Adams, Ada - Other",,,,
,,Invoice,2026-06-12,Tiles,2
,"Total Adams, Ada - Other",,,,2
"Total Adams, Ada",,,,,3
TOTAL,,,,,3
"""
    entries, _, _, delivery = drafted(tmp_path, {"sales.csv": text})
    assert entries["sales.csv"]["fill_down"] == ["Column 1", "Column 2"]
    assert whose(delivery) == [(3, "Adams, Ada"), (6, "Adams, Ada")]
    assert [f.severity for f in delivery.faults] == ["note"]


@pytest.mark.parametrize(
    "text",
    [
        "Customer,Date,Amount\nAda,2026-06-11,1\n,2026-06-12,2\nTotal,,3\n",
        "Customer,Date,Amount\nAda,2026-06-11,1\nTotal Ada,2026-06-12,2\n",
        "Customer,Date,Amount\nAda,,\nBo,2026-06-12,2\n,2026-06-12,2\n",
    ],
    ids=["a total of all", "a customer", "an empty row"],
)
def test_what_is_empty_for_another_reason_is_not_drafted_to_be_filled(tmp_path: Path, text: str) -> None:
    entries, *_ = drafted(tmp_path, {"sales.csv": text})
    assert "fill_down" not in entries["sales.csv"]
