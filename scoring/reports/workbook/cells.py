"""What is in a cell? A number, a day or text, and nothing else: here is no way to write a formula or a link."""

import re
from datetime import date
from decimal import Decimal
from math import isfinite

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from scoring.numbers import rounded
from scoring.reports.names import cleaned

MOST_DIGITS = 15
"""A cell's number holds so many significant digits; an amount with more is written as text."""
LONGEST = 32_767
"""So much text, in units of UTF-16, is the most that a cell holds."""

Value = str | float | Decimal | date | None
Held = str | float | date | None

_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count the days before it wrongly, so that these are written as text."""
_DOUBLE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0003fffd]"
)
"""Characters as wide as two."""
_CHAINED = re.compile("(_x[0-9a-fA-F]{4}_)(?=x[0-9a-fA-F]{4}_)")
"""Two numbers of characters that share an underscore: xlsxwriter makes text of the first only."""


def put(sheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    """Writes the value, as `held`, into a cell."""
    put_held(sheet, row, column, held(value), style)


def put_held(sheet: Worksheet, row: int, column: int, kept: Held, style: Format) -> None:
    """Writes what is `held` into a cell; every cell of a workbook is written here."""
    if kept is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(kept, str):
        sheet.write_string(row, column, kept, style)
    elif isinstance(kept, date):
        sheet.write_datetime(row, column, kept, style)
    else:
        sheet.write_number(row, column, kept, style)


def as_shown(value: float | None, places: int) -> Value:
    """As the card prints it, so that sheet and card never differ."""
    return None if value is None else rounded(value, places)


def held(value: Value) -> Held:
    """The value as a cell holds it; nought is never negative.

    An amount with too many digits is text, and so is a day before spreadsheets count; what is not finite is nothing.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text if len(text.replace(".", "").strip("-0")) > MOST_DIGITS else held(float(value))
    if isinstance(value, date):
        return value if value >= _FIRST_DAY else value.isoformat()
    return None if value is None or not isfinite(value) else value + 0


def width(text: str) -> int:
    """How many columns of a fixed-width screen the text takes."""
    return len(text) if text.isascii() else len(text) + len(_DOUBLE.findall(text))


def _text(text: str) -> str:
    """Cleaned, never more than a cell holds, and with a blank where xlsxwriter would take it for something else."""
    safe = cleaned(text)
    if "_x" in safe:
        safe = _CHAINED.sub(r"\1 ", safe)
    # as it stands, it would go into the sheet as XML
    return _fitting(f" {safe}" if safe.startswith("<r>") and safe.endswith("</r>") else safe)


def _fitting(text: str) -> str:
    """The text, or as much of it as a cell holds and how long it was."""
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    told = f"… (cut: {len(text):,} characters)"
    kept = text[: LONGEST - len(told)]
    while (excess := _units(kept) + len(told) - LONGEST) > 0:
        kept = kept[: -((excess + 1) // 2)]
    return kept + told


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
