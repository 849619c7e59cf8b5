"""Which rows does an export's own shape give? Months in columns, lists in cells, changes in a file of their own.

All of it happens before lookups and conditions, and every row keeps the number of the row it came from.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.conditions import Check
from adapters.mapping.sources import Explode, Latest, Unpivot
from adapters.values import dates
from adapters.values.cells import text
from adapters.values.formats import Format
from adapters.wording import did_you_mean, listed

_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Reshaped:
    """The rows in their new shape; None where they could not be brought into it, then the faults say why.

    `faulty` numbers the rows that an error in another file touches.
    """

    frame: pl.DataFrame | None
    faults: tuple[Fault, ...] = ()
    faulty: frozenset[int] = frozenset()

    def then(self, step: Callable[[pl.DataFrame], "Reshaped"]) -> "Reshaped":
        """What the step makes of the rows, if there are any, with all that was said before."""
        if self.frame is None:
            return self
        made = step(self.frame)
        return Reshaped(made.frame, (*self.faults, *made.faults), self.faulty | made.faulty)


def unpivoted(frame: pl.DataFrame, how: Unpivot) -> Reshaped:
    """A row for each cell under the headers that fit the pattern; the others are repeated on each."""
    headers = named_like(frame, how.columns)
    if not headers:
        fault = Fault(f"no column is named like {how.columns}", "correct unpivot in sources.yaml")
        return Reshaped(None, (fault,))
    index = [c for c in frame.columns if c not in headers]
    if twice := named_twice(index, (how.name, how.value)):
        return Reshaped(None, twice)
    long = frame.unpivot(headers, index=index, variable_name=how.name, value_name=how.value)
    return Reshaped(long.sort(ROW, maintain_order=True))


def named_like(frame: pl.DataFrame, pattern: str) -> list[str]:
    """The columns of the file whose whole names fit the pattern."""
    return [c for c in frame.select(pl.selectors.matches(f"^(?:{pattern})$")).columns if c != ROW]


def named_twice(columns: Collection[str], added: Collection[str]) -> tuple[Fault, ...]:
    """An error for each column that a shape would add and that is there already."""
    what, remedy = "has a column {} already, which sources.yaml would add", "give one of the two another name"
    return tuple(Fault(what.format(name), remedy, column=name) for name in added if name in columns)


def absent(name: str, columns: Collection[str], file: str | None) -> Fault:
    """The fault of a column that sources.yaml names and the file does not have."""
    known = [c for c in columns if c != ROW]
    remedy = did_you_mean(name, known) or "correct its name in sources.yaml"
    return Fault(f"has no column {name}; its columns are {listed(known)}", remedy, file=file, column=name)


def exploded(frame: pl.DataFrame, how: Explode) -> Reshaped:
    """A row for each value that the cell lists; an empty cell stays one row."""
    if how.column not in frame.columns:
        return Reshaped(None, (absent(how.column, frame.columns, None),))
    values = pl.col(how.column).cast(pl.String).str.split(how.by).list.eval(pl.element().str.strip_chars())
    return Reshaped(frame.with_columns(values).explode(how.column))


def latest(frame: pl.DataFrame, how: Latest, form: Format, others: Sequence[Check] = ()) -> Check:
    """The condition that a row is the last version of its key, among those that hold the other conditions.

    Where two have the same number or date, the later row is, or both are with `together`. A row without a key is a
    version of nothing, and stays.
    """
    size = in_order(text(how.largest, frame.schema[how.largest], form.blanks), form)
    size = size if how.together else pl.struct(size.alias("size"), pl.col(ROW))
    counts = pl.all_horizontal([c.holds for c in others]) if others else pl.lit(value=True)
    by = [*how.by, counts.alias(" counts")]
    place = size.rank("max" if how.together else "ordinal").over(by)
    has_no_key = pl.any_horizontal(text(c, frame.schema[c], form.blanks).is_null() for c in how.by)
    return Check(has_no_key | (place == pl.len().over(by)), f"a later version of {', '.join(how.by)} is there")


def unordered(frame: pl.DataFrame, column: str, form: Format) -> tuple[Fault, ...]:
    """An error where the column that tells which version is the last holds what has no order."""
    cell = text(column, frame.schema[column], form.blanks)
    is_odd = cell.cast(pl.Float64, strict=False).is_null() & ~_as_iso(cell, form).str.contains(_ISO_DATE)
    odd = frame.filter(is_odd.fill_null(value=False)).select(ROW, cell.alias("cell"))
    if odd.is_empty():
        return ()
    written = f"a date written as {form.dates}" if form.dates else "an ISO date"
    what = f"neither a number nor {written}, so that nobody knows which version is the last"
    remedy = "write ISO dates or numbers, or declare dates"
    return (Fault(what, remedy, row=odd[ROW][0], column=column, value=odd["cell"][0]),)


def in_order(cell: pl.Expr, form: Format) -> pl.Expr:
    """What texts are compared by: as numbers where they are, else letter by letter, as ISO dates are in order."""
    number = cell.cast(pl.Float64, strict=False).fill_null(float("-inf"))
    return pl.struct(number.alias("number"), _as_iso(cell, form).fill_null("").alias("text"))


def _as_iso(cell: pl.Expr, form: Format) -> pl.Expr:
    """The text; of a date written as declared the ISO date-time."""
    if not form.dates:
        return cell
    return pl.coalesce(dates.declared(cell, form).dt.to_string("%Y-%m-%d %H:%M:%S%.f"), cell)
