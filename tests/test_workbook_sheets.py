"""Does a table that outgrows a sheet go on, and are names of sheets and values of cells always allowed?"""

import re
import sys
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from read_workbook import HEAD, facts, said, table, typed
from sample_cards import compared

from scoring.reports.names import cleaned
from scoring.reports.workbook import accounts, definitions
from scoring.reports.workbook.book import opened, safe_name
from scoring.reports.workbook.cells import LONGEST, held, put
from scoring.reports.workbook.columns import Column
from scoring.reports.workbook.facts import facts_of
from scoring.reports.workbook.frames import theirs
from scoring.reports.workbook.looks import DAY, HUNDREDTHS, TENTHS, UNROUNDED, money
from scoring.reports.workbook.sheet import Table

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import workbook as benchmark


def written(columns: list[Column], frame: pl.DataFrame, *, most_rows: int = 1 << 20) -> Workbook:
    """A workbook with one table, read back."""
    target = BytesIO()
    with opened(target, facts_of([], facts())) as book:
        sheet = Table(book, "Values", "One row is a value.", columns, most_rows=most_rows)
        sheet.add(frame.iter_rows())
        sheet.close()
    return load_workbook(target)


def test_a_table_that_outgrows_its_sheet_goes_on_and_every_sheet_says_so() -> None:
    frame = pl.DataFrame({"n": [str(n) for n in range(20)]})
    book = written([Column("Number")], frame, most_rows=HEAD + 1 + 8)
    assert book.sheetnames == ["Values", "Values 2", "Values 3"]
    told = [[row[0] for row in sheet.iter_rows(min_row=HEAD + 1, values_only=True)] for sheet in book]
    assert [one[-1] for one in told[:2]] == ["Continues on the next sheet."] * 2
    assert [*told[0][:-1], *told[1][:-1], *told[2]] == frame["n"].to_list()
    assert book["Values 2"]["A1"].value == "Values · 2026-Q2, continued from Values"
    assert {sheet.max_row for sheet in book} == {HEAD + 1 + 8, HEAD + 4}
    assert book["Values"].auto_filter.ref == f"A{HEAD}:A{HEAD + 8}"


def test_a_table_that_fills_its_sheet_to_the_last_row_has_one() -> None:
    frame = pl.DataFrame({"n": [str(n) for n in range(8)]})
    assert written([Column("Number")], frame, most_rows=HEAD + 1 + 8).sheetnames == ["Values"]


def test_the_last_sheet_says_on_which_sheets_accounts_stand() -> None:
    cards, frames = benchmark.made(3, 4)
    target, known = BytesIO(), facts_of(cards, facts())
    found = theirs(frames, [card["manager_id"] for card in cards])
    with opened(target, known) as book:
        definitions.write(book, found, [accounts.write(book, found, most_rows=HEAD + 1 + 7)])
    book = load_workbook(target)
    assert said(book)["Sheets", "Accounts"].startswith("12 rows. ")
    assert said(book)["Sheets", "Accounts"].endswith("One sheet is full, so that the table goes on in: Accounts 2.")
    ids = [row["Account id"] for name in ("Accounts", "Accounts 2") for row in table(book, name)]
    assert sorted(i for i in ids if i) == sorted(frames["book"]["account_id"])


@settings(max_examples=60)
@given(st.text(max_size=60), st.lists(st.sampled_from(["Accounts", "sheet", "SHEET 2", "x" * 31])))
def test_any_title_becomes_a_name_that_is_allowed_and_new(title: str, taken: list[str]) -> None:
    name = safe_name(title, taken)
    assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
    assert not set(name) & set("[]:*?/\\")
    assert name[0] != "'"
    assert name[-1] != "'"
    assert name.casefold() not in {other.casefold() for other in taken} | {"history"}


@settings(max_examples=25)
@given(
    st.lists(
        st.sampled_from(["_x0041_", "=1", "<r>a</r", "{=1}"])
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_reads_back_as_itself(texts: list[str]) -> None:
    book = written([Column("Text")], pl.DataFrame({"text": texts}, schema={"text": pl.String}))
    read = [row[0] for row in book["Values"].iter_rows(min_row=HEAD + 1, max_row=HEAD + len(texts), values_only=True)]
    assert [typed(value or "") for value in read] == [cleaned(text) for text in texts]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pl.Series([Decimal("-0.0000"), Decimal("1067.4000"), None], dtype=pl.Decimal(18, 4)), [0, 1067.4, None]),
        (pl.Series([float("nan"), float("inf"), -0.0, 1e-9, 9.95]), [None, None, 0, 1e-9, 9.95]),
        (pl.Series([-123456789012345.6, 0.1 + 0.2]), [-123456789012345.6, 0.3]),
        (pl.Series([0, -7, None], dtype=pl.Int64), [0, -7, None]),
    ],
)
def test_figures_read_back_to_the_sixteenth_digit(values: pl.Series, read: list[float | None]) -> None:
    book = written([Column("Figure", UNROUNDED)], values.to_frame("figure"))
    found = [row[0] for row in book["Values"].iter_rows(min_row=HEAD + 1, max_row=HEAD + len(read), values_only=True)]
    assert found == read
    assert not any(str(held(figure)).startswith("-0") for figure in values)


def test_a_day_that_spreadsheets_count_wrongly_is_text() -> None:
    days = pl.DataFrame({"day": [date(1899, 12, 31), date(1900, 2, 28), date(1900, 3, 1), date(2026, 6, 30), None]})
    cells = [row[0] for row in written([Column("Day", DAY)], days)["Values"].iter_rows(min_row=HEAD + 1)]
    assert [c.value for c in cells[:2]] == ["1899-12-31", "1900-02-28"]
    assert [c.value.date() for c in cells[2:4]] == [date(1900, 3, 1), date(2026, 6, 30)]


@pytest.mark.parametrize("end", ["", "x" * (LONGEST - 7), "x" * LONGEST])
def test_text_that_xlsxwriter_would_take_for_xml_stays_text_at_any_length(end: str) -> None:
    bad = f"<r>{end}</r>"
    (read,) = next(written([Column("Text")], pl.DataFrame({"text": [bad]}))["Values"].iter_rows(min_row=HEAD + 1))
    assert read.data_type == "s"
    assert read.value[:4] == " <r>"
    assert read.value == f" {bad}" or read.value.endswith(f"… (cut: {len(bad) + 1:,} characters)")


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["_x0041_", "x0041_", "_x005F_", "x005f_", "_", "<r>", "</r>", "x" * LONGEST, "\x00"])))
def test_what_a_cell_holds_is_held_as_it_is_and_has_no_codes_that_share_an_underscore(pieces: list[str]) -> None:
    kept = held("".join(pieces))
    assert isinstance(kept, str)
    assert held(kept) == kept
    coded = re.sub("(_x[0-9a-fA-F]{4}_)", r"_x005F\1", kept)  # as xlsxwriter does
    assert re.sub("_x([0-9a-fA-F]{4})_", lambda code: chr(int(code[1], 16)), coded) == kept


@pytest.mark.parametrize("value", [b"=1", ["=1"], object(), {"a": 1}])
def test_nothing_else_can_be_written(value: object) -> None:
    with pytest.raises(TypeError), opened(BytesIO(), facts_of([], facts())) as book:
        put(book.sheet("Values"), 0, 0, value, book.style({}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("figure", "look", "shown"),
    [
        (0.05, TENTHS, "0.0"),
        (0.049, TENTHS, "<0.1"),
        (-0.004, HUNDREDTHS, ">−0.01"),
        (0.0, HUNDREDTHS, "+0.00"),
        (0.4, money("JPY"), "<1"),
        (0.0004, money("KWD"), "<0.001"),
    ],
)
def test_a_figure_is_shown_as_nothing_only_where_it_is(figure: float, look: object, shown: str) -> None:
    frame = pl.DataFrame({"figure": [figure]})
    (cell,) = next(written([Column("Figure", look)], frame)["Values"].iter_rows(min_row=HEAD + 1))  # type: ignore[arg-type]
    assert shown in cell.number_format
    assert cell.value == figure


def test_the_benchmark_writes_the_same_bytes_each_time() -> None:
    first, second = (benchmark.written(4, 6) for _ in range(2))
    assert first["sha256"] == second["sha256"]
    assert first["mb"] > 0
    assert compared()["method"] == benchmark.made(1, 1)[0][0]["method"]
