"""Does `minor_of` name a column of currencies? Only by a currency is it known what its smallest unit is."""

from collections.abc import Iterator

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.copying import copied, values_in
from adapters.mapping.sources import ColumnOf, FileSource, FirstOf, FormulaOf, Source
from adapters.values import signs
from adapters.values.cells import text
from adapters.values.currencies import known_codes
from adapters.values.formats import Format
from adapters.values.parsing import CURRENCY
from adapters.values.typed import KEPT
from adapters.wording import counted

_REMEDY = "name a column of currency codes; where all amounts are in cents, divide by 100 in a formula"


def codes_of(column: str, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """The codes of currencies in a column that `minor_of` names."""
    return signs.code(text(column, frame.schema[column], form.blanks))


def with_codes(frame: pl.DataFrame, source: FileSource, form: Format) -> pl.DataFrame:
    """The rows with codes in the column that `currency` is taken from, where its words are translated."""
    how = source.columns.get(CURRENCY)
    if not (isinstance(how, ColumnOf) and how.words):
        return frame
    return frame.with_columns(copied(how, frame, form).alias(how.column))


def strange_codes(frame: pl.DataFrame, source: FileSource, form: Format) -> list[tuple[Fault, frozenset[int]]]:
    """What `minor_of` names that are no currencies: a fault for each such column, with its rows.

    A column from which `currency` is taken is left out, as what is wrong with it is told there.
    """
    told = values_in(source.columns[CURRENCY]) if CURRENCY in source.columns else []
    columns = dict.fromkeys(c for s in source.columns.values() for c in _named(s) if c not in told)
    known = [*known_codes(), *(code for code, _ in form.minor_digits)]
    rows = [(c, frame.filter(KEPT, ~codes_of(c, frame, form).is_in(known)).select(ROW, c)) for c in columns]
    return [(_fault(column, odd), frozenset(odd[ROW])) for column, odd in rows if not odd.is_empty()]


def _named(source: Source) -> Iterator[str]:
    """The columns that are named by `minor_of`."""
    for one in source.first if isinstance(source, FirstOf) else [source]:
        if isinstance(one, ColumnOf | FormulaOf) and one.minor_of:
            yield one.minor_of


def _fault(column: str, odd: pl.DataFrame) -> Fault:
    row, said = odd.row(0)
    what = "is no currency, though minor_of names this column"
    several = f"{what} ({counted(odd.height, 'value')}, the first)" if odd.height > 1 else what
    return Fault(several, _REMEDY, row=row, column=column, value=str(said))
