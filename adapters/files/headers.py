"""What do the headers of a folder say? Read from the first bytes of each file, by which systems are recognised."""

import csv
from io import BytesIO
from pathlib import Path

import polars as pl

from adapters.files.container import content, first_bytes
from adapters.files.content import PARQUET, TEXT, format_named
from adapters.files.declared import Opening
from adapters.files.dialect import DELIMITERS, dialect_of
from adapters.files.encoding import utf8
from adapters.files.footer import MOST_LINES
from adapters.files.matching import data_files
from adapters.files.opening import open_file
from adapters.files.refusal import UnreadableError
from adapters.files.workbook import first_lines

_FIRST_BYTES = 1 << 16
_FALLBACK = "cp1252"
_FEWEST_CELLS = 3


def headers_in(folder: Path) -> dict[str, tuple[str, ...]]:
    """File name to header for every data file in and below the folder; empty where it cannot be read."""
    return {name: _header(path, name) for path, name in data_files(folder)}


def _header(path: Path, name: str) -> tuple[str, ...]:
    kind, opening = format_named(path), Opening(repeated=True, fallback=_FALLBACK)
    try:
        if kind == PARQUET:
            return tuple(pl.read_parquet_schema(path if path.is_file() else BytesIO(content(path))))
        if kind != TEXT:
            return open_file(path, name, opening).header
        text, _ = utf8(_first_lines(path), opening)
        return tuple(dialect_of(text, opening).names)
    except (UnreadableError, pl.exceptions.PolarsError):
        return ()


def lines_above(path: Path, sheet: str | None, opening: Opening) -> int:
    """How many lines that hold anything stand above what is likely the header, such as a title and a date.

    They hold half as many cells as the fullest of the first lines, or fewer.
    """
    try:
        lines = _lines_of_text(path, opening) if sheet is None else first_lines(content(path), sheet)
    except (UnreadableError, csv.Error):
        return 0
    filled = [sum(1 for cell in line if cell and cell.strip()) for line in lines]
    filled = [cells for cells in filled if cells]
    most = max(filled, default=0)
    return next((n for n, cells in enumerate(filled) if cells * 2 > most), 0) if most >= _FEWEST_CELLS else 0


def _lines_of_text(path: Path, opening: Opening) -> list[list[str]]:
    """The cells of the first lines of a text, under the delimiter by which they have most."""
    text, _ = utf8(_first_lines(path), opening)
    lines = text.decode().splitlines()[:MOST_LINES]
    return max(
        ([*csv.reader(lines, delimiter=d)] for d in DELIMITERS), key=lambda found: max(map(len, found), default=0)
    )


def _first_lines(path: Path) -> bytes:
    first = first_bytes(path, _FIRST_BYTES)
    whole, end, _ = first.rpartition(b"\n")
    return whole + end if len(first) == _FIRST_BYTES and not first.startswith((b"\xff\xfe", b"\xfe\xff")) else first
