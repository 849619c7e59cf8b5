"""How does a table leave as CSV? One writer for pages and programs: nothing in it is ever a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import chain
from math import isfinite

import polars as pl

from scoring.reports.names import cleaned

MEDIA_TYPE = "text/csv; charset=utf-8"

Cell = str | bool | int | float | Decimal | date | datetime | None
"""What a cell may hold; None is an empty cell."""

_BOM = b"\xef\xbb\xbf"
_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")
_SLICE = 4096
"""So many rows are made into text at a time."""


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False) -> bytes:
    """The table as CSV (RFC 4180, UTF-8): see `csv_chunks`."""
    return b"".join(csv_chunks(columns, rows, bom=bom))


def csv_chunks(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False) -> Iterator[bytes]:
    """The table as CSV, some thousand rows at a time, so that a large one is never whole in memory.

    Text is cleaned, and gets a `'` in front where a spreadsheet would read it as a formula. Numbers are never
    touched: decimals stand as they are stored, floats as short as they can be without loss, and what is not finite is
    empty. Days are ISO. `bom` is for people whose spreadsheet would not see that it is UTF-8 otherwise.
    Raises TypeError for a value of another type, ValueError for a row of another width.
    """
    if bom:
        yield _BOM
    kept: list[list[str]] = [[_text(name) for name in columns]]
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{len(row)} cells in a row of {len(columns)} columns")
        kept.append([_cell(value) for value in row])
        if len(kept) >= _SLICE:
            yield _written(kept)
            kept = []
    if kept:
        yield _written(kept)


def frame_chunks(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame as CSV under its own column names: see `csv_chunks`."""
    rows = chain.from_iterable(part.iter_rows() for part in frame.iter_slices(_SLICE))
    return csv_chunks(frame.columns, rows)


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return _number(value)
    raise TypeError(f"{type(value).__name__} is no value of a cell")


def _number(value: float | Decimal) -> str:
    """The number as it is stored; nothing is never negative."""
    if not isfinite(value):
        return ""
    positive = value if value else abs(value)
    return format(positive, "f") if isinstance(positive, Decimal) else repr(positive)


def _text(value: str) -> str:
    """The text, with a `'` before what a spreadsheet would take for a formula, blanks in front of it or not."""
    is_formula = value.startswith(_BREAKS) or value.lstrip().startswith(_FORMULAS)
    clean = cleaned(value)
    return f"'{clean}" if is_formula or clean.lstrip().startswith(_FORMULAS) else clean
