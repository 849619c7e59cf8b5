"""Which record does an id of 15 signs mean? The one with the 18 whose last three say which letters are capitals."""

import polars as pl

from adapters.values.cells import text
from adapters.values.formats import Format

_SHORT = "^[08][0-9A-Za-z]{14}$"
_CAPITALS = [chr(n) for n in range(ord("A"), ord("Z") + 1)]
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def key(column: str, dtype: pl.DataType, form: Format) -> pl.Expr:
    """The text of a cell by which rows are found."""
    cell = text(column, dtype, form.blanks)
    return whole(cell) if form.whole_ids else cell


def whole(cell: pl.Expr) -> pl.Expr:
    """The text with the three letters where it is an id of 15 signs, as Salesforce's reports write them."""
    letters = [_letter(cell, start) for start in (0, 5, 10)]
    return pl.when(cell.str.contains(_SHORT)).then(pl.concat_str(cell, *letters)).otherwise(cell)


def _letter(cell: pl.Expr, start: int) -> pl.Expr:
    """What tells the capitals among the five signs from there on: a digit of two for each, the first the smallest."""
    are_capitals = [cell.str.slice(start + n, 1).is_in(_CAPITALS).cast(pl.Int32) * 2**n for n in range(5)]
    return pl.sum_horizontal(are_capitals).replace_strict(dict(enumerate(_LETTERS)), return_dtype=pl.String)
