"""What is the text of a cell? Trimmed, exact, and null where a word says that nothing is there."""

import re
from collections.abc import Sequence

import polars as pl

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00:00(?:\.0+)?)?")
_MIDNIGHT = " 00:00:00"
LONGEST = 4_096
"""Characters a cell that is used may have."""
_DIGITS_OF_32_BITS = 6


def text(column: str, dtype: pl.DataType, blanks: Sequence[str]) -> pl.Expr:
    """The column as trimmed text, null for the words in `blanks`.

    Typed columns give their shortest exact text: 2.55, 17850 for a float without decimals, 2026-04-01.
    """
    written = _written(pl.col(column), dtype)
    return pl.when(~written.is_in(_spelled(blanks))).then(written)


def moment(column: str, dtype: pl.DataType, blanks: Sequence[str]) -> pl.Expr:
    """The column of days or instants as it is, null for those in `blanks`."""
    cell, said = pl.col(column), [word for word in _spelled(blanks) if _DAY.match(word)]
    clock = cell.dt.replace_time_zone(None) if isinstance(dtype, pl.Datetime) else cell
    kind = pl.Datetime(dtype.time_unit) if isinstance(dtype, pl.Datetime) else dtype
    return pl.when(~_written(clock, kind).is_in(said)).then(cell) if said else cell


def _spelled(blanks: Sequence[str]) -> list[str]:
    """The words, a day also with the midnight that workbooks and databases write behind it, and without."""
    days = [found[1] for word in blanks if (found := _DAY.fullmatch(word))]
    return [*blanks, *days, *(day + _MIDNIGHT for day in days)]


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
