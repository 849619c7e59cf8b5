"""What do all values of an export say about how it is written? Looked at once, before a draft is written."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from adapters.draft.exports import Unmapped
from adapters.draft.habits import Habit, date_habit, number_habit
from adapters.draft.recognise import Guess
from adapters.draft.shades import words_for_no_day
from adapters.values import dates
from adapters.values.formats import Format
from adapters.values.numbers import decimal

_NUMERIC = ("money", "number", "whole")
_DATED = ("date", "instant")
_SCALE = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """An export, the table it was taken for, and how it writes numbers and dates (by our column).

    Where `cells` are of some rows, `of` are those of all.
    """

    file: str
    header: tuple[str, ...]
    cells: pl.DataFrame
    guess: Guess
    numbers: Habit
    dates: Mapping[str, Habit]
    sheet: str = ""
    of: pl.DataFrame | None = None

    def texts(self, ours: str) -> pl.Series:
        """The texts of our column."""
        theirs = self.guess.theirs(ours)
        return self.cells[theirs] if theirs else pl.Series(ours, [None] * self.cells.height, dtype=pl.String)

    def values(self, ours: str) -> pl.Series:
        """The numbers of our column."""
        return self._made(ours, decimal(pl.col("cell"), _SCALE, self.numbers.form or Format()))

    def days(self, ours: str) -> pl.Series:
        """The days of our column."""
        habit = self.dates.get(ours, Habit())
        return self._made(ours, dates.day(pl.col("cell"), habit.form or Format(), zoned=True))

    @property
    def shared_dates(self) -> str | None:
        """The pattern in which all columns of dates are written, if there is one."""
        forms = {h.form.dates if h.form else None for n, h in self.dates.items() if self.texts(n).count()}
        return next(iter(forms)) if len(forms) == 1 else None

    def _made(self, ours: str, expression: pl.Expr) -> pl.Series:
        return self.texts(ours).to_frame("cell").select(expression.alias(ours)).to_series()


def has_percents(cells: pl.Series) -> bool:
    """Whether some number of the column has a percent sign, which tells nothing of how others are written."""
    return bool(cells.str.ends_with("%").any())


def facts_of(export: Unmapped, cells: pl.DataFrame, guess: Guess, kinds: Mapping[str, str]) -> Facts:
    """The export with what its values say about how it is written."""
    numeric = [
        cells[m.theirs] for m in guess.matches if kinds[m.ours] in _NUMERIC and not has_percents(cells[m.theirs])
    ]
    dated = {m.ours: _days(cells[m.theirs]) for m in guess.matches if kinds[m.ours] in _DATED}
    days = _date_habits(dated, of_cells=export.is_book)
    sheet = str(export.declared.get("sheet", ""))
    return Facts(export.file, export.header, cells, guess, number_habit(numeric), days, sheet)


def _days(cells: pl.Series) -> pl.Series:
    """The cells of a column of days without the words that there is none."""
    return cells.filter(~cells.is_in(words_for_no_day(cells)))


def _date_habits(columns: Mapping[str, pl.Series], *, of_cells: bool) -> dict[str, Habit]:
    """How each column writes its dates; where one leaves the order of day and month open, others may settle it."""
    habits = {ours: date_habit(cells, of_cells=of_cells) for ours, cells in columns.items()}
    odd = {ours: columns[ours].alias("cell") for ours, habit in habits.items() if habit != Habit()}
    if not any(habits[ours].doubt for ours in odd):
        return habits
    shared = date_habit(pl.concat(odd.values()), of_cells=of_cells)
    return habits | dict.fromkeys(odd, shared) if shared.form else habits
