"""Where do the rows of a report end? Below them some systems write totals, the report's name and a copyright."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.delivery import Fault
from adapters.wording import counted

MOST_LINES = 40
"""Lines at the end that are looked at."""

_MOST_BYTES = 1 << 16
_LEGAL = re.compile(r"copyright \(c\)|confidential information - do not distribute|all rights reserved", re.IGNORECASE)
_TOTAL = re.compile(r"(?:grand )?totals?:?(?: \(([\d,.]+) records?\))?", re.IGNORECASE)
_FIGURE = re.compile(r"(?:[A-Z]{3} ?)?[^\w\s]?[-+(]?[^\w\s]?[\d.,' \u00a0\u202f]+\)?-?(?: ?[A-Z]{3})?")

Record = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Footer:
    """How many lines at the end are no rows, what the first of them says, and how many rows the report counted."""

    lines: int = 0
    first: str = ""
    records: int | None = None

    def faults(self, rows: int) -> tuple[Fault, ...]:
        """A note of what was left out, and a warning where the report counted other than `rows` rows."""
        if not self.lines:
            return ()
        what = f"{counted(self.lines, 'line')} below the rows left out, as a report ends with them, the first"
        note = Fault(what, value=self.first, severity="note")
        if self.records in (None, rows):
            return (note,)
        said = f"the report says it has {counted(self.records or 0, 'record')}, but {counted(rows, 'row')} are there"
        return (note, Fault(said, "export it again; a part may be missing", severity="warning"))


def footer_of(last: Sequence[Record]) -> Footer:
    """The footer among the last records; none where nothing but a report's own words could tell it from rows.

    A footer begins with a blank line, a total or a legal notice, and holds nothing else but those, sums without a
    name, and single cells. Without a legal notice, `Grand Totals (N records)`, and a total that stands alone, behind a
    blank line or above words, every line of it is a row, as a customer may be called Total.
    """
    block: list[list[str]] = []
    is_wide = False
    for record in reversed(last):
        cells = [cell.strip() for cell in record if cell and cell.strip()]
        if len(record) > 1 and cells and not _is_sign(cells) and not _is_sum(record):
            is_wide = True
            break
        block.insert(0, cells)
    while block and block[0] and not _is_sign(block[0]):
        block.pop(0)
    labels = [cells[0] for cells in block if cells]
    counts = [found[1] for label in labels if (found := _TOTAL.fullmatch(label)) and found[1]]
    if not counts and not any(map(_LEGAL.search, labels)) and not (is_wide and _ends_in_total(block)):
        return Footer()
    return Footer(len(block), labels[0], int(re.sub(r"\D", "", counts[-1])) if counts else None)


def may_end(last: Sequence[Record]) -> bool:
    """Whether one of the last records begins as a line of a footer does."""
    filled = ([str(cell).strip() for cell in record if cell is not None] for record in last)
    return any(_is_sign(cells or [""]) for cells in filled)


def to_last(record: Record) -> Record:
    """The cells down to the last that holds anything."""
    return record[: max((n for n, cell in enumerate(record, 1) if cell), default=0)]


def cut(body: bytes, delimiter: str, *, is_grouped: bool = False) -> tuple[bytes, Footer]:
    """The bytes of a text above its footer, and the footer.

    With `is_grouped`, a line with nothing behind its first cell is no row, however many delimiters follow.
    """
    lines = body[-_MOST_BYTES:].removesuffix(b"\n").split(b"\n")[-MOST_LINES:]
    records = [_record(line, delimiter) for line in lines]
    footer = footer_of([*map(to_last, records)] if is_grouped else records)
    below = sum(len(line) + 1 for line in lines[len(lines) - footer.lines :]) - (not body.endswith(b"\n"))
    return (body[: len(body) - below] if footer.lines else body), footer


def _record(line: bytes, delimiter: str) -> list[str]:
    """The cells of a line; where a quote is open, what no footer holds, so that none reaches into a cell."""
    text = line.decode("utf-8", "ignore").rstrip("\r")
    return next(csv.reader([text], delimiter=delimiter), []) if text.count('"') % 2 == 0 else ['"', text]


def _is_sign(cells: list[str]) -> bool:
    return _LEGAL.search(cells[0]) is not None or _is_total(cells)


def _is_total(cells: list[str]) -> bool:
    """Whether the first cell says total and all others are figures."""
    return _TOTAL.fullmatch(cells[0]) is not None and all(_FIGURE.fullmatch(cell) for cell in cells[1:])


def _ends_in_total(block: list[list[str]]) -> bool:
    """Whether one of the lines says nothing but total, or a total follows a blank line or stands above words."""
    totals = [cells for cells in block if cells and _is_total(cells)]
    is_above_words = bool(block) and bool(block[-1]) and not _is_sign(block[-1])
    return any(len(cells) == 1 for cells in totals) or (bool(totals) and (not block[0] or is_above_words))


def _is_sum(record: Record) -> bool:
    """Whether the row holds figures only, behind a blank cell."""
    return not (record[0] or "").strip() and all(_FIGURE.fullmatch(c.strip()) for c in record if c and c.strip())
