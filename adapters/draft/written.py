"""How does a known export write its numbers and dates here? Told by its values, where a draft must name it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from adapters.draft.habits import Habit, date_habit, number_habit
from adapters.mapping.conditions import check
from adapters.mapping.copying import copied, names_in
from adapters.mapping.sources import ColumnOf, EarliestOf, FileSource, LastOf
from adapters.values.formats import Format

_NUMERIC = ("money", "number", "whole")


@dataclass(frozen=True, slots=True)
class Written:
    """What has to be declared for an entry, and the doubts that are left, in words."""

    declared: Mapping[str, str | bool]
    doubts: tuple[str, ...]


def written(source: FileSource, cells: pl.DataFrame, kinds: Mapping[str, str]) -> Written:
    """How the columns of the entry are written, as far as it does not say so itself; in the rows that it keeps."""
    there = {n: c for n, c in source.where.items() if n in cells.columns}
    kept = [check(n, cells.schema[n], c, Format().blanks).holds for n, c in there.items()]
    rows = cells.filter(kept) if kept else cells
    numbers = [rows[theirs] for ours, theirs in _plain(source, rows) if kinds[ours] in _NUMERIC]
    found = [
        _of_numbers(number_habit(numbers), source),
        _of_dates([days for days in _days(source, rows, kinds) if len(days)], source),
    ]
    numeric, days = (habit.form or Format() for habit in found)
    signs: dict[str, str | bool | None] = {"decimal": numeric.decimal, "thousands": numeric.thousands}
    declared = signs | {"marks": numeric.marks, "dates": days.dates}
    return Written({n: v for n, v in declared.items() if v}, tuple(h.doubt for h in found if h.doubt))


def _plain(source: FileSource, cells: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Our columns that are copied from one of theirs with nothing done to them."""
    for ours, theirs in source.columns.items():
        if isinstance(theirs, str) and theirs in cells.columns:
            yield ours, theirs


def _days(source: FileSource, cells: pl.DataFrame, kinds: Mapping[str, str]) -> Iterator[pl.Series]:
    """The texts that days are read from, of several that are compared each by itself."""
    for ours, theirs in source.columns.items():
        if kinds[ours] != "date" or (isinstance(theirs, ColumnOf) and theirs.dates):
            continue
        for one in theirs.days if isinstance(theirs, LastOf | EarliestOf) else [theirs]:
            if {*names_in(one)} <= {*cells.columns}:
                yield cells.select(copied(one, cells, Format()).alias("day"))["day"].drop_nulls()


def _of_numbers(habit: Habit, source: FileSource) -> Habit:
    return Habit() if source.decimal or source.thousands or source.marks else habit


def _of_dates(columns: Sequence[pl.Series], source: FileSource) -> Habit:
    """The one pattern of all columns of dates; a doubt where they differ."""
    habits = [date_habit(days) for days in columns]
    if source.dates or not habits:
        return Habit()
    if all(habit == habits[0] for habit in habits):
        return habits[0]
    shared = date_habit(pl.concat(columns))
    return (
        shared if shared.form else Habit(doubt="the columns of dates are written differently; declare dates for each")
    )
