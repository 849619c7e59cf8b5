"""Does `minor_of` name a column of currencies? Only by a currency is it known what its smallest unit is."""

from collections.abc import Collection, Iterator

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

_NO_CURRENCY = "is no currency, though minor_of names this column"
_NOTHING = "is empty beside an amount in the smallest unit of a currency, so that nobody knows which unit that is"
_OTHER = "is the currency of an amount in a row of another, in which it would count"
_REMEDY = "name a column of currency codes; where all amounts are in cents, divide by 100 in a formula"
_REMEDY_OF_OTHER = "map the amount in the currency of the row, or the currency of the amount"


def codes_of(column: str, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """The codes of currencies in a column that `minor_of` names."""
    return signs.code(text(column, frame.schema[column], form.blanks))


def with_codes(frame: pl.DataFrame, source: FileSource, form: Format) -> pl.DataFrame:
    """The rows with codes in the column that `currency` is taken from, where its words are translated."""
    how = source.columns.get(CURRENCY)
    if not (isinstance(how, ColumnOf) and how.words):
        return frame
    return frame.with_columns(copied(how, frame, form).alias(how.column))


def strange_codes(
    frame: pl.DataFrame, source: FileSource, form: Format, ours: Collection[str]
) -> list[tuple[Fault, frozenset[int]]]:
    """What `minor_of` names that is no currency or, for columns of ours, not that of the row: faults with their rows.

    Of a column from which `currency` is taken, what is wrong is told there; here only that nothing at all is in it.
    """
    told = values_in(source.columns[CURRENCY]) if CURRENCY in source.columns else []
    own = signs.code(copied(source.columns[CURRENCY], frame, form).cast(pl.String)) if told else pl.lit(None, pl.String)
    parts = [(part, str(part.minor_of)) for s in source.columns.values() for part in _parts(s)]
    of_rows = {str(part.minor_of) for n, s in source.columns.items() if n in ours for part in _parts(s)}
    known, kept = [*known_codes(), *(code for code, _ in form.minor_digits)], frame.filter(KEPT)
    found = list[tuple[Fault, frozenset[int]]]()
    for column in dict.fromkeys(column for _, column in parts):
        code = codes_of(column, frame, form)
        odd = kept.filter(~code.is_in(known)) if column not in told else kept.clear()
        is_amount = pl.any_horizontal(_is_there(part, frame, form) for part, of in parts if of == column)
        bare = kept.filter(code.is_null(), is_amount)
        if column in told and bare.height < kept.height:
            bare = kept.clear()
        is_other = code.is_in(known) & own.is_in(known) & (code != own) & is_amount
        other = kept.filter(is_other) if column in of_rows else kept.clear()
        for what, rows in ((_NO_CURRENCY, odd), (_NOTHING, bare), (_OTHER, other)):
            if not rows.is_empty():
                found.append((_fault(what, column, rows.select(ROW, column)), frozenset(rows[ROW])))
    return found


def _parts(source: Source) -> Iterator[ColumnOf | FormulaOf]:
    """The parts of a mapping that give amounts in the smallest unit of a currency."""
    for one in source.first if isinstance(source, FirstOf) else [source]:
        if isinstance(one, ColumnOf | FormulaOf) and one.minor_of:
            yield one


def _is_there(part: ColumnOf | FormulaOf, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """Whether a part gives an amount: all that it is taken from is filled."""
    return pl.all_horizontal(text(c, frame.schema[c], form.blanks).is_not_null() for c in values_in(part))


def _fault(what: str, column: str, odd: pl.DataFrame) -> Fault:
    row, said = odd.row(0)
    several = f"{what} ({counted(odd.height, 'value' if said else 'row')}, the first)" if odd.height > 1 else what
    remedy = _REMEDY_OF_OTHER if what == _OTHER else _REMEDY
    return Fault(several, remedy, row=row, column=column, value=None if said is None else str(said))
