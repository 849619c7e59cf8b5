"""Is a sheet read as Excel shows it, all cells as text, with errors seen and hazards refused?"""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from old_workbook import xls

from adapters.delivery import Fault
from adapters.files.opening import Opened, Opening, open_file
from adapters.files.sheet import SheetError, sheet_apart, sheet_of
from adapters.values.formats import OURS
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, typed

Sheets = dict[str, list[list[object]]]


def workbook(folder: Path, sheets: Sheets, name: str = "book.xlsx", hidden: str = "") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for title, lines in sheets.items():
            sheet = book.add_worksheet(title)
            for r, line in enumerate(lines):
                for c, cell in enumerate(line):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, str) and not cell.startswith("="):
                        sheet.write_string(r, c, cell)
                    else:
                        sheet.write(r, c, cell)
            if title == hidden:
                sheet.hide()
    return path


def opened(path: Path, sheet: str | None = None) -> Opened:
    return open_file(path, path.name, Opening(sheet=sheet))


def rows(file: Opened) -> list[tuple[object, ...]]:
    assert [f for f in file.faults if f.severity == "error"] == []
    assert file.frame is not None
    return file.frame.rows()


def refusal(file: Opened) -> Fault:
    assert file.frame is None
    (fault,) = file.faults
    return fault


def changed(path: Path, member: str, old: str, new: str) -> Path:
    """The workbook with one piece of a member's XML replaced."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as target:
        for name in archive.namelist():
            data = archive.read(name)
            if name == member:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(name, data)
    path.write_bytes(copy.getvalue())
    return path


def test_cells_are_the_text_they_show(tmp_path: Path) -> None:
    lines = [
        ["id", "amount", "day", "flag"],
        ["007", 0.1 + 0.2, datetime(2025, 1, 31), True],
        [1001, 5, "2025-02-01", "x"],
    ]
    assert rows(opened(workbook(tmp_path, {"Data": lines}))) == [
        (1, "007", "0.3", "2025-01-31 00:00:00", "true"),
        (2, "1001", "5", "2025-02-01", "x"),
    ]


def test_late_text_in_a_column_of_numbers_is_kept(tmp_path: Path) -> None:
    lines: list[list[object]] = [["id", "amount"], *([n, 5.25] for n in range(1_500)), [9_000, "N/A"]]
    assert rows(opened(workbook(tmp_path, {"Data": lines})))[-1] == (1_501, "9000", "N/A")


def test_blank_rows_are_counted_and_empty_columns_left_out(tmp_path: Path) -> None:
    lines: list[list[object]] = [[], [], [None, "id", None, "amount"], [None, "A1", None, 1], [], [None, "A2", None, 2]]
    lines[4] = [None, " "]
    assert rows(opened(workbook(tmp_path, {"Data": lines}))) == [(1, "A1", "1"), (3, "A2", "2")]


def test_several_sheets_need_a_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Q1": [["id"], ["A1"]], "Q2": [["id"], ["A2"]], "Empty": []})
    fault = refusal(opened(path))
    assert (fault.what, "sheet" in fault.remedy) == ('has several sheets: "Q1", "Q2"', True)
    assert rows(opened(path, "Q2")) == [(1, "A2")]
    assert refusal(opened(path, "Q3")).what == 'has no sheet "Q3"'


def test_a_hidden_sheet_is_not_read_and_told(tmp_path: Path) -> None:
    file = opened(workbook(tmp_path, {"Data": [["id"], ["A1"]], "Old": [["id"], ["A0"]]}, hidden="Old"))
    assert rows(file) == [(1, "A1")]
    assert [(f.severity, f.what) for f in file.faults] == [("note", 'sheet "Old" is hidden and was not read')]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="B3" t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c r="B3"><f>A1*2</f></c>', "#FORMULA WITHOUT VALUE"),
        ('<c r="B3"><f>A1*2</f><v></v></c>', "#FORMULA WITHOUT VALUE"),
        ('<c r="B3" t="n"><f>A1*2</f></c>', "#FORMULA WITHOUT VALUE"),
        ('<c r="B3" t="n" s="0"><f>A1*2</f><v>0</v></c>', "#FORMULA WITHOUT VALUE"),
        ('<c r="B3" s="0"><f t="array" ref="B3">A1*2</f><v>0</v></c>', "#FORMULA WITHOUT VALUE"),
        ('<c r="B3"><v>NaN</v></c>', "NaN"),
        ('<c r="B3" t="b"><v>1</v></c>', "true"),
    ],
)
def test_what_other_readers_turn_into_nothing_is_a_fault(tmp_path: Path, cell: str, shown: str) -> None:
    path = workbook(tmp_path, {"Data": [["id", "amount"], ["A1", 1], ["A2", 2]]})
    file = opened(changed(path, "xl/worksheets/sheet1.xml", '<c r="B3"><v>2</v></c>', cell))
    assert rows(file) == [(1, "A1", "1"), (2, "A2", shown)]
    assert file.frame is not None
    (fault,) = typed(file.frame.with_columns(**{KEPT: True}), [Asked("amount", "money", OURS, "amount")]).faults
    assert (fault.row, fault.value) == (2, shown)


def test_a_formula_with_its_value_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["id", "amount"], ["A1", 1]]})
    changed(path, "xl/worksheets/sheet1.xml", '<c r="B2"><v>1</v></c>', '<c r="B2"><f>1+2</f><v>3</v></c>')
    assert rows(opened(path)) == [(1, "A1", "3")]


@pytest.mark.parametrize(("flag", "shown"), [(' fullCalcOnLoad="1"', "#FORMULA WITHOUT VALUE"), ("", "0")])
def test_a_formula_that_is_0_is_no_value_only_where_the_workbook_says_that_it_is_to_be_computed(
    tmp_path: Path, flag: str, shown: str
) -> None:
    path = workbook(tmp_path, {"Data": [["id", "amount", "twice"], ["A1", 0, "=B2*2"]]})
    file = opened(changed(path, "xl/workbook.xml", ' fullCalcOnLoad="1"', flag))
    assert rows(file) == [(1, "A1", "0", shown)]


SHOWN = {
    9932890.71: "9932890.71",
    -9932890.71: "-9932890.71",
    123456789.12: "123456789.12",
    9_999_999_999_999.99: "9999999999999.99",
    999_999_999_999_999: "999999999999999",
    5_000_000.1 + 0.2: "5000000.3",
    0.1 + 0.2: "0.3",
}


@pytest.mark.parametrize("is_old", [False, True])
def test_numbers_have_the_digits_that_a_workbook_shows_and_texts_their_own(tmp_path: Path, is_old: bool) -> None:
    texts = ["9932890.710000001", "4876876000000623616", "20260101120000.123"]
    column = ["amount", *SHOWN, *texts]
    path = tmp_path / "book.xls"
    if is_old:
        path.write_bytes(xls([[cell, "x"] for cell in column]))
    else:
        path = workbook(tmp_path, {"Data": [[cell, "x"] for cell in column]})
    assert [row[1] for row in rows(opened(path))] == [*SHOWN.values(), *texts]


def test_long_numbers_are_mended_where_they_stand(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        [],
        [None, "id", "a", None, "b"],
        [],
        [None, "A1", 1, None, 9932890.71],
        [None, "A2", 9932890.71],
    ]
    read = rows(opened(workbook(tmp_path, {"Empty": [], "Data": lines})))
    assert read == [(2, "A1", "1", "9932890.71"), (3, "A2", "9932890.71", None)]


SPELLED = ("4876876000000624001", "4.876876000000624e+18", "4.87687600000062E+18", "4.87687600000062E18")


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("kind", ["", ' t="n"', ' s="0" t="n"'])
def test_an_id_that_became_a_number_and_lost_digits_is_refused(tmp_path: Path, spelled: str, kind: str) -> None:
    path = workbook(tmp_path, {"Data": [["account_id"], [7], ["4876876000000624001"], [999_999_999_999_999]]})
    cell = f'<c r="A2"{kind}><v>{spelled}</v></c>'
    file = opened(changed(path, "xl/worksheets/sheet1.xml", '<c r="A2"><v>7</v></c>', cell))
    what = "1 number of more than 15 digits, the first in column A of line 2: Excel has cut digits"
    assert [f.what for f in file.faults] == [what]
    assert file.frame is not None
    asked = Asked("account_id", "text", OURS, "account_id")
    made = typed(file.frame.with_columns(**{KEPT: True}), [asked])
    assert [(f.row, f.value) for f in made.faults] == [(1, "4.87687600000062E+18")]
    assert made.frame["account_id"].to_list() == [None, "4876876000000624001", "999999999999999"]


def test_hidden_rows_merged_cells_and_cut_numbers_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["id", "amount"])
        sheet.merge_range("A2:A3", "A1")
        sheet.write_column(1, 1, [1, 2, 3])
        sheet.write_number(3, 0, 1234567890123456789)
        sheet.set_row(2, None, None, {"hidden": True})
    said = " ".join(f.what for f in opened(path).faults)
    assert "1 hidden row in the sheet" in said
    assert "1 merged cell, the first at A2:A3" in said
    assert "1 number of more than 15 digits, the first in column A of line 4" in said


def test_a_workbook_that_counts_days_from_1904_is_warned_of(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["id"], [44927]]})
    assert opened(path).faults == ()
    (fault,) = opened(changed(path, "xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')).faults
    assert (fault.severity, fault.what.partition(":")[0]) == ("warning", "counts days from 1904")


def test_stray_cells_far_away_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["id"], ["A1"]]})
    for row in ("10004", "1048576", "9" * 5000):
        far = f'<row><c r="A{row}"><v>1</v></c></row></sheetData>'
        made = changed(path, "xl/worksheets/sheet1.xml", "</sheetData>", far)
        assert f"row {row[:18]}" in refusal(opened(made)).what
        path = workbook(tmp_path, {"Data": [["id"], ["A1"]]})
    wide = '<row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'
    path = workbook(tmp_path, {"Data": [["id"], ["A1"]]})
    assert "beyond column ZZ" in refusal(opened(changed(path, "xl/worksheets/sheet1.xml", "</sheetData>", wide))).what


def test_unsafe_and_damaged_archives_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["id"], ["A1"]]})
    data = path.read_bytes()
    entity = '<!DOCTYPE x [<!ENTITY a "aa">]><worksheet '
    assert "entities" in refusal(opened(changed(path, "xl/worksheets/sheet1.xml", "<worksheet ", entity))).what
    path.write_bytes(data[:-60])
    assert "damaged" in refusal(opened(path)).what
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "a" * (40 << 20))
    path.write_bytes(bomb.getvalue())
    assert "expands to 40 MiB" in refusal(opened(path)).what


def test_numbers_of_a_workbook_have_the_decimal_sign_of_its_texts(tmp_path: Path) -> None:
    cells: list[object] = ["1.234", "1.234,56", 2.125, 0.5, 12, 12345678.25, True]
    path = workbook(tmp_path, {"Data": [["net"], *([cell] for cell in cells)]})
    german = open_file(path, path.name, Opening(point=","))
    assert rows(german) == list(enumerate(["1.234", "1.234,56", "2,125", "0,5", "12", "12345678,25", "true"], 1))
    assert rows(opened(path))[2:6] == [(3, "2.125"), (4, "0.5"), (5, "12"), (6, "12345678.25")]
    apart = sheet_apart(path.read_bytes(), None, ",", seconds=60, mib=2_048).cells
    assert apart is not None
    assert apart.equals(sheet_of(path.read_bytes(), None, ",").cells)
    old = tmp_path / "book.xls"
    old.write_bytes(xls([["net", "day"], ["1.234,5", 2.5], [2.125, 1.5]]))
    assert rows(open_file(old, old.name, Opening(point=","))) == [(1, "1.234,5", "2,5"), (2, "2,125", "1,5")]


def test_an_old_workbook_is_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(xls([["id", "amount", "name"], ["007", 1.5, "Zoë"], ["A2", 1234567.25, "x"]]))
    assert rows(opened(path)) == [(1, "007", "1.5", "Zoë"), (2, "A2", "1234567.25", "x")]
    assert refusal(opened(path, "Q1")).what == 'has no sheet "Q1"'
    path.write_bytes(path.read_bytes()[:1_000])
    assert "not a readable workbook" in refusal(opened(path)).what


def test_a_process_of_its_own_reads_the_same_and_dies_alone(tmp_path: Path) -> None:
    data = workbook(tmp_path, {"Data": [["id"], ["A1"]], "Old": [["id"], ["A0"]]}, hidden="Old").read_bytes()
    apart, here = sheet_apart(data, None, seconds=60, mib=2_048), sheet_of(data, None)
    assert apart.cells is not None
    assert here.cells is not None
    assert apart.cells.equals(here.cells)
    assert (apart.names, apart.hidden, apart.meant) == (here.names, here.hidden, here.meant)
    with pytest.raises(SheetError, match="more than 48 MiB of memory"):
        sheet_apart(data, None, seconds=60, mib=48)
    with pytest.raises(SheetError, match="format"):
        sheet_apart(b"no workbook", None, seconds=60, mib=2_048)


def test_a_large_workbook_is_read_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path, {"Data": [["id"], ["A1"]]})
    monkeypatch.setattr("adapters.files.workbook._LARGE", 0)
    assert rows(opened(path)) == [(1, "A1")]
    monkeypatch.setattr("adapters.files.workbook.MOST_MEMORY_MIB", 48)
    assert "more than 48 MiB" in refusal(opened(path)).what


def test_hidden_columns_are_read_and_the_foot_of_a_report_is_not(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        lines = [["id", "Modified On", "Modified on"], ["ImportId", "a", "b"], ["A1", "x", "y"], [], ["My report"]]
        for r, line in enumerate([*lines, ["Confidential Information - Do Not Distribute"]]):
            sheet.write_row(r, 0, line)
        sheet.set_column(0, 0, None, None, {"hidden": True})
    file = open_file(path, "book.xlsx", Opening(header_rows=2, footer=True, repeated=True))
    assert rows(file) == [(1, "A1", "x", "y")]
    assert file.header == ("id", "Modified On", "Modified on (2)")
    assert [f.what.split(",")[0] for f in file.faults] == ["3 lines below the rows left out"]
