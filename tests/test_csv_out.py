"""Is what leaves as CSV what was stored, and never a formula?"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import polars as pl
import pytest
from sample_cards import HOSTILE

from scoring.reports.csv_out import csv_bytes, csv_chunks, frame_chunks

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u202e=1", "\x00=1", "＝1", "-2+3")


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8"), newline="")))


def one(value: Any) -> str:
    """The cell that the value becomes."""
    ((_,), (cell,)) = read_back(csv_bytes(["x"], [[value]]))
    return cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("-251.2007"), "-251.2007"),
        (Decimal("0.0000"), "0.0000"),
        (Decimal("-0.0000"), "0.0000"),
        (Decimal("123456789012345678.1234"), "123456789012345678.1234"),
        (Decimal("1E+3"), "1000"),
        (-0.1, "-0.1"),
        (-0.0, "0.0"),
        (45.370746013, "45.370746013"),
        (float("nan"), ""),
        (float("-inf"), ""),
        (Decimal("NaN"), ""),
        (-7, "-7"),
        (True, "true"),
        (date(2026, 6, 30), "2026-06-30"),
        (datetime(2026, 6, 30, 12, 5, tzinfo=UTC), "2026-06-30T12:05:00+00:00"),
        ("2026-06-30", "2026-06-30"),
        ("−4.5", "−4.5"),
        ("Łukasz O'Neil", "Łukasz O'Neil"),
        (None, ""),
    ],
)
def test_a_value_stands_as_it_is_stored(value: Any, cell: str) -> None:
    assert one(value) == cell


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_calculate_has_an_apostrophe_in_front(text: str) -> None:
    cell = one(text)
    assert cell[0] == "'"
    assert cell[1:].strip() == text.strip("\u202e\x00 \t\r\n")


def test_the_head_of_a_column_is_no_formula_either() -> None:
    assert csv_bytes(["=cmd|'/c calc'!A1"], []) == b"'=cmd|'/c calc'!A1\r\n"


def test_quotes_commas_and_lines_are_quoted_and_lines_end_as_the_standard_says() -> None:
    assert csv_bytes(["a", "b"], [['say "no"', "x, y"]]) == b'a,b\r\n"say ""no""","x, y"\r\n'
    assert one("two\r\nlines") == "two  lines"


def test_hostile_names_come_out_cleaned_and_as_text() -> None:
    cell = one(HOSTILE)
    assert cell.startswith("<script>alert(1)</script>")
    assert not set(cell) & set("\u202e\u2066\x00\x1b")


def test_the_mark_for_spreadsheets_is_there_only_when_asked_for() -> None:
    assert csv_bytes(["ä"], [], bom=True) == b"\xef\xbb\xbf" + csv_bytes(["ä"], [])


def test_a_frame_reads_back_to_the_last_digit() -> None:
    frame = pl.DataFrame(
        {
            "account": ["=Acme", None, "-Minus"],
            "amount": [Decimal("-0.0001"), Decimal("99999999999999.9999"), None],
            "points": [-0.1 - 0.2, None, 1e-09],
            "moved_on": [date(2026, 6, 1), None, date(1899, 1, 1)],
        },
        schema_overrides={"amount": pl.Decimal(18, 4)},
    )
    head, *rows = read_back(b"".join(frame_chunks(frame)))
    assert head == frame.columns
    assert rows[0] == ["'=Acme", "-0.0001", repr(-0.1 - 0.2), "2026-06-01"]
    assert rows[1] == ["", "99999999999999.9999", "", ""]
    assert rows[2] == ["'-Minus", "", "1e-09", "1899-01-01"]


def test_a_large_table_is_not_read_before_it_is_asked_for() -> None:
    read = 0

    def rows() -> Iterator[list[int]]:
        nonlocal read
        for read in range(100_000):
            yield [read]

    chunks = csv_chunks(["n"], rows())
    first = next(chunks)
    assert read < 10_000
    assert len(read_back(first + b"".join(chunks))) == 100_001


@pytest.mark.parametrize("row", [["a"], ["a", "b", "c"]])
def test_a_row_of_another_width_is_refused(row: list[str]) -> None:
    with pytest.raises(ValueError, match="2 columns"):
        csv_bytes(["a", "b"], [row])


def test_a_value_that_is_no_cell_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        csv_bytes(["a"], [[["x"]]])  # type: ignore[list-item]
