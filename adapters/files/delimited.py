"""What are the rows of a CSV, TSV or TXT file? Every cell as text, every row as long as the header.

Three ways, the next one only where the one before is in doubt: without quotes by Polars and a count of all
delimiters; with quotes by Polars after each line was found well formed; else by the csv module.
"""

from dataclasses import replace

import polars as pl

from adapters.files.declared import Opening
from adapters.files.dialect import Dialect, dialect_of
from adapters.files.grouped import ungrouped
from adapters.files.quoted import read_carefully
from adapters.files.ragged import ragged, row_faults
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows, filled, no_rows, numbered, without_nameless

_CONTROLS = "\x01\x02\x03\x04\x05\x06"


def read_text(data: bytes, opening: Opening) -> Rows:
    """The rows of a text file in UTF-8; rows that are too short or too long are left out, each with a fault.

    Raises UnreadableError where the file as a whole cannot be trusted.
    """
    dialect = dialect_of(data, opening)
    if not dialect.body or dialect.body.isspace():
        raise no_rows()
    read = _quoted(dialect) if b'"' in dialect.body else _unquoted(dialect)
    frame = without_nameless(read.frame, are_named=bool(opening.fill_down))
    rows = ungrouped(replace(read, frame=frame), opening.fill_down)
    told = (*dialect.told, *dialect.footer.faults(rows.frame.height + rows.lost))
    return replace(rows, faults=(*rows.faults, *told))


def _unquoted(dialect: Dialect) -> Rows:
    _refuse_lone_returns(dialect.body)
    frame = _parse(dialect.body, dialect, None)
    if frame is not None and _is_even(frame, dialect):
        return Rows(numbered(frame))
    lines = _lines(dialect.body)
    if lines is None:
        return read_carefully(dialect)
    return _from_lines(lines, pl.col("line").str.count_matches(dialect.delimiter, literal=True), dialect)


def _quoted(dialect: Dialect) -> Rows:
    lines = None if _has_lone_returns(dialect.body) else _lines(dialect.body)
    if lines is None or not lines.select(_is_well_formed(dialect.delimiter).all()).item():
        return read_carefully(dialect)
    frame = _parse(dialect.body, dialect, '"')
    if frame is not None and frame.height == lines.height and _is_even(frame, dialect):
        return Rows(numbered(frame))
    bare = pl.col("line").str.replace_all('"(?:[^"]|"")*"', "")
    return _from_lines(lines, bare.str.count_matches(dialect.delimiter, literal=True), dialect)


def _from_lines(lines: pl.DataFrame, delimiters: pl.Expr, dialect: Dialect) -> Rows:
    """The rows of lines that hold one record each, with faults for those of another length than the header."""
    width = len(dialect.names)
    found = lines.with_columns(cells=delimiters.cast(pl.Int64) + 1)
    records = found.filter(pl.col("line").str.contains(r"\S"))
    if dialect.is_grouped:
        line = pl.col("line").str.strip_chars_end("\r") + dialect.delimiter * (width - 1)
        records = records.with_columns(
            pl.when(cells=1).then(column).otherwise(name).alias(name)
            for name, column in (("line", line), ("cells", width))
        )
    good = records.filter(pl.col("cells") == width)
    odd = ragged(records.select(ROW, "cells"), width)
    faults = row_faults(odd, width)
    if good.is_empty():
        return Rows(pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(dialect.names, pl.String)}), faults, odd.height)
    frame = _parse("\n".join(good["line"]).encode(), dialect, '"')
    if frame is None or frame.height != good.height:
        return read_carefully(dialect)
    return Rows(filled(frame.insert_column(0, good[ROW])), faults, odd.height)


def _parse(body: bytes, dialect: Dialect, quote: str | None) -> pl.DataFrame | None:
    """The cells as text; None where Polars finds a row that is too long, or other than it expects."""
    try:
        return pl.read_csv(
            body,
            has_header=False,
            schema=dict.fromkeys(dialect.names, pl.String),
            separator=dialect.delimiter,
            quote_char=quote,
        )
    except pl.exceptions.PolarsError:
        return None


def _is_even(frame: pl.DataFrame, dialect: Dialect) -> bool:
    """Whether no row is too short: none is too long, so the delimiters between cells must add up."""
    within = 0
    if b'"' in dialect.body:
        cells = pl.all().str.count_matches(dialect.delimiter, literal=True).sum()
        within = frame.select(pl.sum_horizontal(cells)).item()
    return dialect.body.count(dialect.delimiter.encode()) - within == (frame.width - 1) * frame.height


def _lines(body: bytes) -> pl.DataFrame | None:
    """The lines without their ends, numbered from 1; None where no sign is left to read them by."""
    unused = next((c for c in _CONTROLS if c.encode() not in body), None)
    if unused is None:
        return None
    lines = pl.read_csv(body, has_header=False, separator=unused, quote_char=None, schema={"line": pl.String})
    rows = lines.with_columns(pl.col("line").fill_null("")).with_row_index(ROW, offset=1)
    return rows.with_columns(pl.col(ROW).cast(pl.Int64))


def _is_well_formed(delimiter: str) -> pl.Expr:
    """Whether a line is one record: quotes open and close whole cells or do not occur."""
    mark = "\\" + delimiter if delimiter == "|" else delimiter
    cell = f'(?:[^"{mark}]*|"(?:[^"]|"")*")'
    return pl.col("line").str.contains(f"^{cell}(?:{mark}{cell})*$")


def _has_lone_returns(body: bytes) -> bool:
    """Whether a CR stands alone, but for one at the very end."""
    return body.count(b"\r") - body.endswith(b"\r") != body.count(b"\r\n")


def _refuse_lone_returns(body: bytes) -> None:
    if _has_lone_returns(body):
        lone = next(n for n, line in enumerate(body.split(b"\n"), 1) if b"\r" in line.removesuffix(b"\r"))
        remedy = "save it again with ordinary line ends (LF or CRLF)"
        raise UnreadableError("a line end inside a row: CR without LF", remedy, row=lone)
