"""How does an export write its numbers and dates? Told by all values of its columns, for a draft to name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

import polars as pl

from adapters.values import dates, marks, numbers
from adapters.values.formats import Format

_SCALE = 6
_NUMBERS = tuple(
    Format(decimal, thousands)
    for decimal, thousands in (
        (",", "."), (".", ","), (",", " "), (".", " "), (".", "'"), (",", "'"), (",", None), (".", None),
    )
)  # fmt: skip
_EXPONENT = "[0-9][eE]"
_EXCEL_DAY = r"^[2-6][0-9]{4}(?:[.,][0-9]+)?$"
_DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_UNEQUAL = datetime(2001, 2, 3)
"""A day that is another one when day and month are taken for each other."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What was found out: a format to declare, None where none is needed, and the doubt that is left in words."""

    form: Format | None = None
    doubt: str = ""


def number_habit(columns: Sequence[pl.Series]) -> Habit:
    """The signs with which all values of the columns are numbers: decimal, thousands, and marks where each has some."""
    texts = pl.concat([c.alias("cell") for c in columns]).drop_nulls().to_frame() if columns else None
    if texts is None or texts.is_empty():
        return Habit()
    has_marks = any(map(_is_marked, columns))
    forms = [replace(form, marks=has_marks) for form in _NUMBERS]
    unclear = any(numbers.may_be_grouped(c, Format(marks=has_marks)) for c in columns)
    if not (unclear or has_marks) and _unread(texts, Format()) == 0:
        return Habit()
    tried = [(f, _unread(texts, f)) for f in forms]
    fewest = min(unread for _, unread in tried)
    if fewest * 20 > texts.height:
        return Habit(doubt="the numbers are written in a way that is not known")
    best = [form for form, unread in tried if unread == fewest]
    if _differ([numbers.decimal(pl.col("cell"), _SCALE, form) for form in best], texts):
        return Habit(doubt='decimal sign unclear: the values fit both "." and ","; declare decimal')
    form = None if Format(".", None) in best and not unclear else best[-1]
    return Habit(form, f"all but {fewest} of the numbers fit" if fewest else "")


def date_habit(texts: pl.Series, *, of_cells: bool = False) -> Habit:
    """The pattern with which all values of the column are dates; a doubt where two orders of day and month fit all.

    That all of them are the same day in both orders settles nothing: the next export may hold others. With `of_cells`,
    values are those of a workbook, of which some may be dates by themselves.
    """
    cells = texts.drop_nulls().to_frame("cell")
    cell = pl.col("cell")
    if cells.is_empty() or cells.select(dates.day(cell, Format(), zoned=True).is_not_null().mean()).item() > 0.95:
        return Habit()
    forms = [Format(dates=day + clock, of_cells=of_cells) for day, clock in product(_DAYS, dates.CLOCKS)]
    head = cells.head(50)
    likely = [form for form in forms if _misses(head, form) == 0]
    fits = [form for form in likely if _misses(cells, form) == 0]
    if not fits and cells["cell"].str.contains(_EXCEL_DAY).all():
        return Habit(doubt="the dates are days as Excel counts them; declare excel_days: true for the column")
    if not fits:
        return Habit(doubt="the dates are written in a way that is not known")
    said = [str(form.dates) for form in fits]
    probe = pl.Series("cell", [_UNEQUAL]).dt.to_string(said[0]).to_frame()
    if _differ([dates.day(cell, form) for form in fits], pl.concat([cells, probe])):
        return Habit(doubt=f"the dates can be read as {' and as '.join(said)}; declare dates")
    return Habit(fits[0])


def _is_marked(cells: pl.Series) -> bool:
    """Whether no value of the column is a number without what stands around it, and a currency is on all or on none.

    Exponents are left to a person, as a spreadsheet may have cut digits.
    """
    texts = cells.drop_nulls().alias("cell").to_frame()
    if texts.is_empty() or texts["cell"].str.contains(_EXPONENT).any():
        return False
    is_bare = any(_unread(texts, form) < texts.height for form in _NUMBERS)
    has_currency = texts.select(marks.named(pl.col("cell")) != "").to_series()
    return not is_bare and (has_currency.all() or not has_currency.any())


def _unread(texts: pl.DataFrame, form: Format) -> int:
    """How many values are no numbers in that format."""
    return int(texts.select(numbers.decimal(pl.col("cell"), _SCALE, form).is_null().sum()).item())


def _differ(readings: Sequence[pl.Expr], cells: pl.DataFrame) -> bool:
    """Whether any of the cells is one thing in one reading and another, or nothing, in another."""
    read = cells.unique().select(reading.alias(str(n)) for n, reading in enumerate(readings))
    return any(not read["0"].equals(series) for series in read)


def _misses(cells: pl.DataFrame, form: Format) -> int:
    return int(cells.select(dates.day(pl.col("cell"), form).is_null().sum()).item())
