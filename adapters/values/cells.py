"""What is the text of a cell? Trimmed, exact, and null where a word says that nothing is there."""

from collections.abc import Sequence

import polars as pl

LONGEST = 4_096
"""Characters a cell that is used may have."""
_DIGITS_OF_32_BITS = 6


def text(column: str, dtype: pl.DataType, blanks: Sequence[str]) -> pl.Expr:
    """The column as trimmed text, null for the words in `blanks`.

    Typed columns give their shortest exact text: 2.55, 17850 for a float without decimals, 2026-04-01.
    """
    written = _written(pl.col(column), dtype)
    return pl.when(~written.is_in(list(blanks))).then(written)


def _written(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        return cell.str.strip_chars()
    if dtype.is_float():
        return _shortest(cell, dtype).str.strip_suffix(".0")
    if isinstance(dtype, pl.Datetime):
        return cell.dt.to_string("%Y-%m-%d %H:%M:%S%.f" + ("%:z" if dtype.time_zone else ""))
    return cell.cast(pl.String).str.strip_chars()


def _shortest(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The shortest text of a float; of one of 32 bits only as far as it keeps every digit, else all that it holds."""
    text = cell.cast(pl.Float64).cast(pl.String)
    if dtype != pl.Float32:
        return text
    short = cell.cast(pl.String)
    return pl.when(short.str.count_matches("[0-9]") <= _DIGITS_OF_32_BITS).then(short).otherwise(text)
