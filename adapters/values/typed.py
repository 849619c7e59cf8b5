"""What are the values of an export's columns? Typed by kind, exact or null, with a fault for each that is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from adapters.delivery import Fault
from adapters.files.ragged import MOST_LISTED
from adapters.files.rows import ROW
from adapters.values import dates, numbers
from adapters.values.cells import moment, text
from adapters.values.currencies import faults_of, misfits
from adapters.values.marks import has_marks
from adapters.values.numbers import Words
from adapters.values.parsing import CURRENCY, SCALES, Asked, is_typed, reason, value
from adapters.wording import counted

KEPT = " kept"
"""The column that says whether a row is wanted; faults are told of wanted rows only."""
_VALUE = " value "
"""Stands before the name of a column to tell its values from its cells."""


@dataclass(frozen=True, slots=True)
class Typed:
    """`frame` has `ROW`, `KEPT` and the columns asked for, typed; `faulty` numbers the rows an error touches."""

    frame: pl.DataFrame
    faults: tuple[Fault, ...]
    faulty: frozenset[int]


@dataclass(frozen=True, slots=True)
class Made:
    """What is wrong with one column: the rows whose text stands for no value, as `ROW` and `cell`."""

    bad: pl.DataFrame
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one column is read: `is_unclear` where points may part thousands, `is_moved` where a zone may move days."""

    column: Asked
    value: pl.Expr
    is_unclear: bool
    is_moved: bool


def typed(raw: pl.DataFrame, columns: Sequence[Asked]) -> Typed:
    """The columns as values of their kinds. `raw` has `ROW`, `KEPT` and the columns under our names.

    A value that could not be read is null, has a fault, and its row is among the faulty; of one column at
    most twenty faults are told one by one, the rest is counted.
    """
    columns = [replace(c, form=c.form.of_typed) if raw.schema[c.name].is_numeric() else c for c in columns]
    cells = raw.select(ROW, KEPT, *(_cell(raw, c) for c in columns))
    kept = cells if cells[KEPT].all() else cells.filter(KEPT)
    readings = [_reading(cells, kept, c, raw.schema[c.name]) for c in columns]
    frame = cells.select(ROW, KEPT, *(r.value.alias(r.column.name) for r in readings))
    told = [r for r in readings if r.is_moved or _has_lost(cells, frame, r.column.name)]
    made = [_made(_beside(cells, frame, r.column.name), kept, r) for r in told]
    read = [c for c in columns if not is_typed(raw.schema[c.name], c.kind)]
    wrong = [row for m in made for row in m.bad[ROW]]
    sound = frame.filter(pl.col(KEPT) & ~pl.col(ROW).is_in(wrong)) if wrong or not frame[KEPT].all() else frame
    odd = misfits(sound, columns, read)
    return Typed(
        frame,
        (*(f for m in made for f in m.faults), *_converted(cells, frame, readings), *map(faults_of, odd)),
        frozenset(row for bad in (*(m.bad for m in made), *(rows for rows, _, _ in odd)) for row in bad[ROW]),
    )


def _cell(raw: pl.DataFrame, column: Asked) -> pl.Expr:
    """The cell as trimmed text; what has the right type already stays what it is."""
    dtype = raw.schema[column.name]
    if is_typed(dtype, column.kind):
        return pl.col(column.name) if dtype.is_numeric() else moment(column.name, dtype, column.blanks)
    return text(column.name, dtype, column.blanks).alias(column.name)


def _reading(cells: pl.DataFrame, kept: pl.DataFrame, column: Asked, source: pl.DataType) -> _Reading:
    cell, is_iso = pl.col(column.name), _is_iso_text(column, source)
    is_clock = isinstance(source, pl.Datetime) and source.time_zone is None
    is_told = column.kind == "date" and (is_clock or source == pl.String)
    utc = column.form.utc and not (is_told and dates.are_days(kept[column.name], column.form))
    zoned = is_iso and (utc or dates.name_offsets(kept[column.name]))
    form = replace(column.form, utc=utc, marks=_has_marks(cells[column.name], column))
    unclear = _is_undeclared(column, source) and numbers.may_be_grouped(kept[column.name], form)
    made = value(cell, replace(column, form=form), cells.schema[column.name], zoned=zoned)
    if unclear:
        made = pl.when(~numbers.is_dotted(numbers.bare(cell, form))).then(made)
    is_moved = zoned or (is_clock and utc) or bool(getattr(source, "time_zone", None))
    return _Reading(column, made, unclear, is_moved)


def _has_lost(cells: pl.DataFrame, frame: pl.DataFrame, name: str) -> bool:
    """Whether any cell of the column holds something that is no value: an empty one never becomes a value."""
    return frame[name].null_count() > cells[name].null_count()


def _beside(cells: pl.DataFrame, frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The cells of a column with their values beside them."""
    return cells.select(ROW, KEPT, name).with_columns(frame[name].alias(_VALUE + name))


def _is_lost(name: str) -> pl.Expr:
    """Whether a wanted cell of the column holds something that is no value."""
    return pl.col(KEPT) & pl.col(name).is_not_null() & pl.col(_VALUE + name).is_null()


def _made(both: pl.DataFrame, kept: pl.DataFrame, reading: _Reading) -> Made:
    """What is to be said of a column, from its cells and its values."""
    column, name = reading.column, reading.column.name
    bad = both.lazy().filter(_is_lost(name)).select(ROW, pl.col(name).cast(pl.String).alias("cell")).collect()
    faults: tuple[Fault, ...] = ()
    if not bad.is_empty():
        of_all = numbers.AMBIGUOUS if reading.is_unclear else _of_whole_column(bad, kept, column)
        faults = (_column_fault(bad, of_all, column),) if of_all else _value_faults(bad, column)
    if reading.is_moved:
        found = both.filter(KEPT).select(ROW, cell=name, value=_VALUE + name)
        faults = (*faults, *_zone_notes(found, column))
    return Made(bad, faults)


def _converted(cells: pl.DataFrame, frame: pl.DataFrame, readings: Sequence[_Reading]) -> Iterator[Fault]:
    """A warning of each column of dates, written as declared, in which a spreadsheet has likely made others of some."""
    for column in (r.column for r in readings if r.column.kind == "date" and r.column.form.dates):
        if cells.schema[column.name] != pl.String:
            continue
        found = _beside(cells, frame, column.name).filter(KEPT)
        doubtful = found.filter(dates.converted(found[column.name], found[_VALUE + column.name]))
        if not doubtful.is_empty():
            row, _, said, _ = doubtful.row(0)
            what = (
                f"{counted(doubtful.height, 'date')} in cells up to the 12th, beside texts with later days, the first"
            )
            remedy = "a spreadsheet has likely taken days for months: export it again, and open it as text"
            yield Fault(what, remedy, row=row, column=column.shown, value=said[:10], severity="warning")


def _is_iso_text(column: Asked, source: pl.DataType) -> bool:
    return column.kind == "date" and source == pl.String and not column.form.dates


def _has_marks(cells: pl.Series, column: Asked) -> bool:
    return column.form.marks and column.kind in SCALES and cells.dtype == pl.String and has_marks(cells)


def _is_undeclared(column: Asked, source: pl.DataType) -> bool:
    form = column.form
    return (
        column.kind in ("money", "number", "operand") and source == pl.String and not (form.decimal or form.thousands)
    )


def _of_whole_column(bad: pl.DataFrame, kept: pl.DataFrame, column: Asked) -> Words | None:
    """What to say once of all that cannot be read: of a currency if it is the same, of a date if no value can."""
    if column.name == CURRENCY and bad["cell"].n_unique() == 1:
        return reason(bad["cell"][0], column)
    if column.kind != "date" or column.form.dates or bad.height < kept[column.name].count():
        return None
    return dates.order(bad["cell"])


def _column_fault(bad: pl.DataFrame, words: Words, column: Asked) -> Fault:
    what, remedy = words
    row, first = bad.row(0)
    said = f"{what} ({counted(bad.height, 'value')}, the first)" if bad.height > 1 else what
    return Fault(said, remedy, row=row, column=column.shown, value=first)


def _value_faults(bad: pl.DataFrame, column: Asked) -> tuple[Fault, ...]:
    listed = []
    for row, said in bad.head(MOST_LISTED).iter_rows():
        what, remedy = reason(said, column)
        listed.append(Fault(what, remedy, row=row, column=column.shown, value=said))
    if rest := max(bad.height - MOST_LISTED, 0):
        what = f"{counted(rest, 'more value')} of this column cannot be read, {bad.height:,} in all"
        listed.append(Fault(what, listed[0].remedy, row=bad.row(MOST_LISTED)[0], column=column.shown))
    return tuple(listed)


def _zone_notes(found: pl.DataFrame, column: Asked) -> tuple[Fault, ...]:
    """A sentence where the day in the business time zone is another than the one written."""
    if column.kind != "date":
        return ()
    written = pl.col("cell").cast(pl.String).str.slice(0, 10)
    moved = found.filter(written != pl.col("value").cast(pl.String))
    if moved.is_empty():
        return ()
    form, (row, said) = column.form, moved.select(ROW, pl.col("cell").cast(pl.String)).row(0)
    dates_moved = counted(moved.height, "date-time")
    what = f"{dates_moved} on another day in the business time zone {form.zone} than written, the first"
    remedy = "" if form.time_zone else "declare time_zone in sources.yaml, or calendar.time_zone in rules.yaml"
    severity = "note" if form.time_zone else "warning"
    return (Fault(what, remedy, row=row, column=column.shown, value=said, severity=severity),)
