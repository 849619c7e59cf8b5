"""What are the rows of a text file whose cells hold line ends or doubtful quotes? Read cell by cell."""

import csv
import io

import polars as pl

from adapters.delivery import Lines
from adapters.files.dialect import Dialect
from adapters.files.ragged import ragged, row_faults
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows, no_rows


def read_carefully(dialect: Dialect) -> Rows:
    """The rows as the strict csv module reads them. Raises UnreadableError at a quote that does not fit."""
    width = len(dialect.names)
    records, lines = _records(dialect)
    filled = [(number, record) for number, record in enumerate(records, 1) if any(c.strip() for c in record)]
    if dialect.is_grouped:
        filled = [(n, [*record, *([""] * (width - 1))] if len(record) == 1 else record) for n, record in filled]
    if not filled:
        raise no_rows()
    widths = pl.DataFrame({ROW: [n for n, _ in filled], "cells": [len(r) for _, r in filled]})
    odd = ragged(widths, width)
    even = [(number, *record) for number, record in filled if len(record) == width]
    schema: dict[str, type[pl.DataType]] = {ROW: pl.Int64, **dict.fromkeys(dialect.names, pl.String)}
    columns = zip(*even, strict=True) if even else [()] * (width + 1)
    return Rows(
        pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema), row_faults(odd, width), odd.height, lines
    )


def _records(dialect: Dialect) -> tuple[list[list[str]], Lines]:
    """The records, and where each below one of several lines begins."""
    text = io.StringIO(dialect.body.decode(), newline="\n")
    reader = csv.reader(text, delimiter=dialect.delimiter, strict=True)
    records: list[list[str]] = []
    lines: list[tuple[int, int]] = []
    begins = above = dialect.lines_above
    try:
        for record in reader:
            if begins - len(records) > above:
                lines.append((len(records) + 1, begins + 1))
                above = begins - len(records)
            records.append(record)
            begins = dialect.lines_above + reader.line_num
    except csv.Error as error:
        is_below_others = begins - len(records) > dialect.lines_above
        line = f" (line {begins + 1})" if is_below_others else ""
        raise _misquoted(str(error), len(records) + 1, line) from None
    return records, tuple(lines)


def _misquoted(said: str, row: int, line: str) -> UnreadableError:
    if "limit" in said:
        what = f"a cell is longer than {csv.field_size_limit()} characters{line}"
        return UnreadableError(what, "a quote may be missing", row=row)
    if "new-line" in said:
        what = "a line end inside a row: CR without LF"
    elif "unexpected end" in said:
        what = "a quote opened in this row is never closed"
    else:
        what = "text follows a closing quote"
    return UnreadableError(
        f"{what}{line}", "a quote inside a cell must be doubled, and the cell stand in quotes", row=row
    )
