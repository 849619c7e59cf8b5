"""How does a table stand on a sheet? A head that stays, row after row, and further sheets where one is full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from scoring.reports.charts import palette
from scoring.reports.names import cleaned
from scoring.reports.workbook import book as books
from scoring.reports.workbook.book import Book
from scoring.reports.workbook.cells import held, put, put_held
from scoring.reports.workbook.columns import Column, Filling, Row

MOST_ROWS = 1_048_576
"""So many rows has a sheet."""
HEAD = 4
"""So many rows stand above the first of the table: title, facts, what a row is, and the heads of the columns."""

_LINE, _MOST_LINES, _HEAD_HEIGHT = 15, 27, 33
"""How high a line of text is, how many a row can have, and how high the heads of the columns are."""
_A4 = 9


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written: what a row is, the sheets it stands on, its rows, and the figures that became text."""

    row_is: str
    sheets: tuple[str, ...]
    rows: int
    as_text: int


class Table:
    """A table that is being written into a workbook; `pinned` columns stay in sight at the left."""

    def __init__(
        self, book: Book, title: str, row_is: str, columns: Sequence[Column], *, pinned: int = 1,
        most_rows: int = MOST_ROWS,
    ) -> None:  # fmt: skip
        self._book, self._title, self._row_is = book, title, row_is
        self._pinned, self._most_rows = pinned, most_rows
        self._columns = [Filling(column) for column in columns]
        self._sheets: list[str] = []
        self._rows = self._as_text = 0
        self._begin()

    def add(self, rows: Iterable[Row]) -> None:
        """Writes a group of rows, whose values are the columns', with a line above the first."""
        for n, row in enumerate(rows):
            if self._row == self._most_rows - 1:
                self._turn()
            self._put(row, is_ruled=n == 0)
            self._rows += 1

    def close(self) -> Written:
        """Finishes the last sheet; what was written."""
        self._finish()
        return Written(self._row_is, tuple(self._sheets), self._rows, self._as_text)

    def _begin(self) -> None:
        """A further sheet with its head."""
        self._sheet, self._row = self._book.sheet(self._title), 0
        facts, style = self._book.facts, self._book.style
        continued = f", continued from {self._sheets[-1]}" if self._sheets else ""
        self._sheets.append(self._sheet.get_name())
        self._say(f"{self._title} · {facts.run['period']['name']}{continued}", style(books.TITLE))
        self._say(facts.line, style(books.SMALL))
        self._say(self._row_is, style(books.SMALL))
        for n, filling in enumerate(self._columns):
            side = "right" if filling.column.look.is_right else "left"
            put(self._sheet, self._row, n, filling.column.head, style(books.HEAD | {"align": side}))
        self._sheet.set_row(self._row, _HEAD_HEIGHT)
        self._row += 1

    def _say(self, text: str, style: Format) -> None:
        """A row with nothing but a sentence of ours."""
        put(self._sheet, self._row, 0, text, style)
        self._row += 1

    def _put(self, row: Row, *, is_ruled: bool) -> None:
        """A row of the table, as high as the most lines in it."""
        most_lines = 1
        for n, (filling, cell) in enumerate(zip(self._columns, row, strict=True)):
            value, plain = cell if isinstance(cell, tuple) else (cell, filling.column.look)
            kept = held(value)
            look, lines = filling.look(kept, plain)
            put_held(self._sheet, self._row, n, kept, self._book.look(look, is_ruled=is_ruled))
            self._as_text += isinstance(value, Decimal) and isinstance(kept, str)
            most_lines = max(most_lines, lines)
        if most_lines > 1:
            self._sheet.set_row(self._row, min(most_lines, _MOST_LINES) * _LINE)
        self._row += 1

    def _turn(self) -> None:
        """Says on the last row that the table goes on, and begins the sheet on which it does."""
        self._say("Continues on the next sheet.", self._book.style(books.SMALL))
        self._finish(less=1)
        self._begin()

    def _finish(self, less: int = 0) -> None:
        """What is around the rows of the sheet, the last `less` of which are not the table's."""
        sheet, last, across = self._sheet, self._row - 1 - less, len(self._columns) - 1
        for n, filling in enumerate(self._columns):
            sheet.set_column(n, n, filling.width)
            if filling.column.has_bar and last >= HEAD:
                sheet.conditional_format(HEAD, n, last, n, _bar(filling.column))
        sheet.autofilter(HEAD - 1, 0, last, across)
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, self._row - 1, across)})
        sheet.print_area(0, 0, self._row - 1, max(n for n, c in enumerate(self._columns) if c.column.is_printed))
        _set_up(sheet, f"{self._book.facts.title} · {self._title}", self._pinned)


def _bar(column: Column) -> dict[str, Any]:
    """A bar behind the figure, pale so that the figure is read, with an edge that is not."""
    bar = {
        "type": "data_bar", "bar_solid": True, "bar_axis_color": palette.INK,
        "bar_color": palette.PALE, "bar_negative_color": palette.PALE,
        "bar_border_color": palette.RANGE, "bar_negative_border_color": palette.RANGE,
    }  # fmt: skip
    if column.ends is None:
        return bar
    low, high = column.ends
    return bar | {"min_type": "num", "min_value": low, "max_type": "num", "max_value": high}


def _set_up(sheet: Worksheet, title: str, pinned: int) -> None:
    """How the sheet is seen and printed: the head on every page, as wide as one page."""
    sheet.freeze_panes(HEAD, pinned)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD - 1)
    sheet.set_footer(f"&LConfidential&C{_printed(title)}&RPage &P of &N")


def _printed(text: str) -> str:
    """Text for the foot of a page, where an ampersand begins a command."""
    return cleaned(text)[:80].replace("&", "&&")
