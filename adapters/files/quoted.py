"""What are the rows of a text file whose cells hold line ends or doubtful quotes? Read cell by cell."""

import csv
import io

import polars as pl

from adapters.files.dialect import Dialect
from adapters.files.ragged import ragged, row_faults
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows, no_rows


def read_carefully(dialect: Dialect) -> Rows:
    """The rows as the strict csv module reads them. Raises UnreadableError at a quote that does not fit."""
    width = len(dialect.names)
    records = _records(dialect)
    filled = [(number, record) for number, record in enumerate(records, 1) if any(c.strip() for c in record)]
    if not filled:
        raise no_rows()
    widths = pl.DataFrame({ROW: [n for n, _ in filled], "cells": [len(r) for _, r in filled]})
    odd = ragged(widths, width)
    even = [(number, *record) for number, record in filled if len(record) == width]
    schema: dict[str, type[pl.DataType]] = {ROW: pl.Int64, **dict.fromkeys(dialect.names, pl.String)}
    columns = zip(*even, strict=True) if even else [()] * (width + 1)
    return Rows(
        pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema), row_faults(odd, width), odd.height
    )


def _records(dialect: Dialect) -> list[list[str]]:
    text = io.StringIO(dialect.body.decode(), newline="\n")
    reader = csv.reader(text, delimiter=dialect.delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise _misquoted(str(error), len(records) + 1) from None
    return records


def _misquoted(said: str, row: int) -> UnreadableError:
    if "limit" in said:
        return UnreadableError(
            f"a cell is longer than {csv.field_size_limit()} characters", "a quote may be missing", row=row
        )
    if "new-line" in said:
        what = "a line end inside a row: CR without LF"
    elif "unexpected end" in said:
        what = "a quote opened in this row is never closed"
    else:
        what = "text follows a closing quote"
    return UnreadableError(what, "a quote inside a cell must be doubled, and the cell stand in quotes", row=row)
