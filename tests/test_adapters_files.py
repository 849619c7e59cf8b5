"""Is an export read as it stands, or refused with the place and the reason?"""

import gzip
import hashlib
from pathlib import Path

import polars as pl
import pytest

from adapters.delivery import Fault, ReadFile
from adapters.files.matching import data_files
from adapters.files.opening import Opened, Opening, open_file
from adapters.files.rows import ROW

GOOD = "id,name,amount\nA1,Ada,1.50\nA2,Bo,2.50\nA3,Cy,3.50\n"


def opened(folder: Path, data: bytes | str, name: str = "export.csv", **declared: str) -> Opened:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return open_file(path, name, Opening(**declared))


def rows(file: Opened) -> list[tuple[object, ...]]:
    assert file.faults == (), file.faults
    assert file.frame is not None
    return file.frame.fill_null("").rows()


def refusal(file: Opened) -> Fault:
    assert file.frame is None
    (fault,) = file.faults
    assert fault.severity == "error"
    assert fault.file == file.name
    assert fault.remedy
    return fault


def test_a_sheet_declared_for_a_file_that_is_no_workbook_is_an_error(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["A1"]}).write_parquet(tmp_path / "made.parquet")
    for name in ("export.csv", "export.tsv", "export.csv.gz", "made.parquet"):
        data = GOOD if name.startswith("export") else (tmp_path / name).read_bytes()
        fault = refusal(
            opened(tmp_path, gzip.compress(GOOD.encode()) if name.endswith(".gz") else data, name, sheet="Q1")
        )
        assert (fault.what, fault.value) == ("is no workbook, though a sheet of it is declared", "Q1")
        assert fault.remedy == "take sheet out of its entry in sources.yaml"


def test_every_cell_is_text_and_rows_count_from_one(tmp_path: Path) -> None:
    file = opened(tmp_path, "id,name\n007,1e5\n0123,TRUE\n")
    assert rows(file) == [(1, "007", "1e5"), (2, "0123", "TRUE")]
    assert file.header == ("id", "name")


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    assert opened(tmp_path, GOOD).sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    assert rows(opened(tmp_path, GOOD.replace(",", delimiter))) == rows(opened(tmp_path, GOOD))


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, "id;amount\nA1;1,5\nA2;2,5\n")) == [(1, "A1", "1,5"), (2, "A2", "2,5")]


def test_two_delimiters_that_fit_alike_are_not_guessed_between(tmp_path: Path) -> None:
    text = "Last, First;amount\nLovelace, Ada;1\nHopper, Grace;2\n"
    assert "delimiter" in refusal(opened(tmp_path, text)).remedy
    assert rows(opened(tmp_path, text, delimiter=";"))[0] == (1, "Lovelace, Ada", "1")


def test_the_separator_line_of_a_spreadsheet_is_followed(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, "sep=;\nid;amount\nA1;1,5\n")) == [(1, "A1", "1,5")]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        b"\xff\xfe" + GOOD.encode("utf-16-le"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r\n", 2).encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("Ada", '"Ada"').encode(),
    ],
)
def test_marks_and_line_ends_make_no_difference(tmp_path: Path, data: bytes) -> None:
    assert rows(opened(tmp_path, data)) == rows(opened(tmp_path, GOOD, "plain.csv"))


def test_blank_lines_are_no_rows_but_counted_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    text = "\n\nid,name\nA1,Ada\n\n,\nA2,Bo\n\n"
    assert rows(opened(tmp_path, text)) == [(1, "A1", "Ada"), (4, "A2", "Bo")]
    assert rows(opened(tmp_path, text.replace("Ada", '"Ada"'))) == [(1, "A1", "Ada"), (4, "A2", "Bo")]


@pytest.mark.parametrize("blank", ['"",""', '" "," "', " , ", "\t,", '"", '])
@pytest.mark.parametrize("more", ["", "A3\n", 'A3,"x\ny"\n'])
def test_a_row_of_blanks_is_none_however_it_is_written(tmp_path: Path, blank: str, more: str) -> None:
    file = opened(tmp_path, f'id,name\nA1,Ada\n{blank}\n"",Bo\n{more}')
    assert file.frame is not None
    assert file.frame.fill_null("").rows()[:2] == [(1, "A1", "Ada"), (3, "", "Bo")]


@pytest.mark.parametrize("text", ["", "   \n\n \n", "id,amount\n", "id,amount\n\n  \n", 'id,amount\n"",""\n'])
def test_a_file_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    assert "no data rows" in refusal(opened(tmp_path, text)).what


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("id,amount,Amount ", 'columns "amount" and "Amount" have the same name'),
        ("id,amount,amount", "duplicate header"),
        ("id,,amount", "column 2 of 3 has no name in the header, and holds something"),
        ("id,amount,", "column 3 of 3 has no name in the header, and holds something"),
        (",".join(f"c{n}" for n in range(501)), "501 columns, the limit is 500"),
    ],
)
def test_a_faulty_header_is_refused(tmp_path: Path, header: str, what: str) -> None:
    cells = header.count(",") + 1
    assert what in refusal(opened(tmp_path, f"{header}\n{','.join('1' * cells)}\n")).what


@pytest.mark.parametrize("body", ["A1,,5,,\nA2,, 7, ,\n", '"A1","","5","",""\nA2,,"7",,\n', 'A1,,5,,\n"A\n2",,7,,\n'])
def test_columns_without_a_name_that_hold_nothing_are_left_out(tmp_path: Path, body: str) -> None:
    """As in a workbook; a line that lacks the delimiters of them is still too short."""
    file = opened(tmp_path, f"id,,amount,,\n{body}")
    assert file.faults == ()
    assert file.header == ("id", "amount")
    assert [row[2].strip() for row in rows(file)] == ["5", "7"]
    assert "3 cells instead of 5" in opened(tmp_path, f"id,,amount,,\n{body}A3,,8\n").faults[0].what


def test_an_undecodable_byte_is_named_with_line_and_offset(tmp_path: Path) -> None:
    data = "id,name\nA1,Ada\nA2,Zoë\n".encode("cp1252")
    fault = refusal(opened(tmp_path, data))
    assert fault.what == "wrong encoding: byte 0xEB at offset 20 (line 3) is not UTF-8"
    assert "cp1252" in fault.remedy
    assert rows(opened(tmp_path, data, encoding="cp1252"))[1] == (2, "A2", "Zoë")


def test_wrong_encodings_that_would_pass_unnoticed_are_refused(tmp_path: Path) -> None:
    assert "UTF-16" in refusal(opened(tmp_path, GOOD.encode("utf-16-be"))).what
    assert "NUL character at offset 19 (line 2)" in refusal(opened(tmp_path, GOOD.replace("Ada", "A\0a"))).what


def test_a_lost_character_is_warned_of(tmp_path: Path) -> None:
    (fault,) = opened(tmp_path, GOOD.replace("Bo", "B\ufffd")).faults
    assert (fault.severity, "line 3" in fault.what) == ("warning", True)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_of_another_length_is_named_and_left_out(tmp_path: Path, quote: str) -> None:
    lines = [f"A{n},{quote}x{quote},{n}" for n in range(1, 7)]
    lines[2], lines[4] = "A3,x", "A5,x,5,oops"
    file = opened(tmp_path, "id,name,amount\n" + "\n".join(lines) + "\n")
    assert [(f.row, f.what) for f in file.faults] == [
        (3, "the row has 2 cells instead of 3"),
        (5, "the row has 4 cells instead of 3"),
    ]
    assert file.frame is not None
    assert file.frame[ROW].to_list() == [1, 2, 4, 6]


def test_a_short_and_a_long_row_do_not_cancel_out(tmp_path: Path) -> None:
    file = opened(tmp_path, "a,b,c\n1,2\n1,2,3,4\n1,2,3\n1,2,3\n1,2,3\n")
    assert [f.row for f in file.faults] == [1, 2]


def test_many_ragged_rows_are_counted_exactly(tmp_path: Path) -> None:
    good, bad = "A,x,1\n" * 60, "A,x\n" * 50
    file = opened(tmp_path, "id,name,amount\n" + good + bad)
    assert len(file.faults) == 21
    assert file.faults[-1].what == "30 more rows with another number of cells than the header"


def test_lines_above_the_header_are_suspected(tmp_path: Path) -> None:
    fault = refusal(opened(tmp_path, "Report: all accounts\n" + GOOD))
    assert fault.what == "the header has 1 cell, but most rows have 3"


def test_an_unclosed_quote_is_named_by_its_row(tmp_path: Path) -> None:
    fault = refusal(opened(tmp_path, GOOD.replace("Bo", '"Bo')))
    assert (fault.row, fault.what) == (2, "a quote opened in this row is never closed")


def test_rows_below_cells_of_several_lines_know_their_line(tmp_path: Path) -> None:
    text = 'a,b\n1,x\n2,"y\n\ny"\n3,z\n\n4,"z\nz"\n5,z\n'
    file = opened(tmp_path, text)
    read = ReadFile(file.name, file.sha256, None, file.rows, lines=file.lines)
    assert file.lines == ((3, 6), (6, 10))
    assert [read.line_of(row) for row in range(1, 8)] == [None, None, 6, 7, 8, 10, 11]
    assert [text.split("\n")[line - 1] for line in (6, 10)] == ["3,z", "5,z"]
    assert refusal(opened(tmp_path, text + '6,"z\n')).what == "a quote opened in this row is never closed (line 11)"


def test_text_behind_a_closing_quote_is_refused(tmp_path: Path) -> None:
    assert refusal(opened(tmp_path, GOOD.replace("Cy", '"Cy"x'))).row == 3


def test_an_inch_sign_in_a_bare_cell_is_kept(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, GOOD.replace("Bo", '19" rack')))[1] == (2, "A2", '19" rack', "2.50")


def test_line_ends_of_cr_alone_are_refused(tmp_path: Path) -> None:
    assert "CR alone" in refusal(opened(tmp_path, GOOD.replace("\n", "\r"))).what
    assert refusal(opened(tmp_path, GOOD.replace("Ada,1.50\n", "Ada,1.50\r"))).row == 1


@pytest.mark.parametrize(
    ("data", "name", "looks"),
    [
        (b"PK\x03\x04rest", "export.csv", "workbook"),
        (gzip.compress(GOOD.encode(), mtime=0), "export.csv", "gzip"),
        (b"<!DOCTYPE html><html>", "export.csv", "HTML"),
        (b'{"error": "rate limit"}', "export.csv", "JSON"),
        (GOOD.encode(), "export.xlsx", "plain text"),
        (GOOD.encode(), "export.parquet", "plain text"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 20, "export.xlsx", "old or encrypted"),
    ],
)
def test_the_content_decides_what_a_file_is(tmp_path: Path, data: bytes, name: str, looks: str) -> None:
    assert looks in refusal(opened(tmp_path, data, name)).what


def test_parquet_keeps_its_types_and_leaves_out_what_is_not_wanted(tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    pl.DataFrame({"id": [17850, 17851], "price": [2.55, 0.1], "note": ["x", "y"]}).write_parquet(path)
    file = open_file(path, "lines.parquet", Opening(columns=frozenset({"id", "price", "absent"})))
    assert rows(file) == [(1, 17850, 2.55), (2, 17851, 0.1)]
    assert file.header == ("id", "price", "note")


def test_a_damaged_or_nested_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    pl.DataFrame({"id": [1], "parts": [[1.0, 2.0]]}).write_parquet(path)
    data = path.read_bytes()
    assert "column parts holds List" in refusal(open_file(path, "lines.parquet")).what
    assert "damaged" in refusal(opened(tmp_path, data[:-10], "cut.parquet")).what


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum(["Ann", "Z\0oë"])])
def test_a_parquet_file_with_a_nul_in_a_text_is_refused_at_its_row(tmp_path: Path, kind: pl.DataType) -> None:
    path = tmp_path / "people.parquet"
    pl.DataFrame({"id": [1, 2, 3], "name": ["Ann", None, "Z\0oë"]}, schema_overrides={"name": kind}).write_parquet(path)
    fault = refusal(open_file(path, "people.parquet"))
    assert (fault.row, fault.column) == (3, "name")
    assert "holds a NUL character" in fault.what
    assert open_file(path, "people.parquet", Opening(columns=frozenset({"id"}))).faults == ()


def test_linked_folders_are_looked_into_once(tmp_path: Path) -> None:
    """Also where a link leads back to where it stands, or two lead to one folder."""
    share, folder = tmp_path / "share", tmp_path / "company"
    share.mkdir()
    folder.mkdir()
    (share / "accounts.csv").write_text("account_id\nA\n")
    (share / "back").symlink_to(folder)
    (folder / "exports").symlink_to(share)
    (folder / "newest").symlink_to(share)
    assert [name for _, name in data_files(folder)] == ["exports/accounts.csv"]
