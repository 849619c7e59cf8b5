"""Does an amount fit its currency? No more decimals than that has, and a currency on every row or on none."""

from collections.abc import Sequence

import polars as pl
from babel.core import get_global

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.values.numbers import Words
from adapters.values.parsing import CURRENCY, Asked
from adapters.wording import counted

AMOUNT = "amount"

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""The decimals of ISO 4217 where they are not two."""

Misfit = tuple[pl.DataFrame, Words, Asked]
"""The rows as `ROW`, what is wrong with them, and the column it is wrong in."""


def misfits(rows: pl.DataFrame, columns: Sequence[Asked], read: Sequence[Asked]) -> list[Misfit]:
    """The rows whose amount has more decimals than its currency, and those without a currency among others.

    `rows` are wanted ones, typed. Of the `columns` those that were `read` are asked: what was computed is rounded where
    it is used. Where rows have no amount a currency is a word as any other.
    """
    asked = {c.name: c for c in read}
    if CURRENCY not in asked or AMOUNT not in {c.name for c in columns}:
        return []
    found = [_without(rows, asked[CURRENCY])]
    if AMOUNT in asked:
        found += [_too_fine(rows, asked[AMOUNT], code) for code in rows[CURRENCY].drop_nulls().unique().sort()]
    return [misfit for misfit in found if not misfit[0].is_empty()]


def faults_of(misfit: Misfit) -> Fault:
    """One sentence for all such rows, at the first of them."""
    rows, (what, remedy), column = misfit
    number, value = rows.select(ROW, pl.col(column.name).cast(pl.String)).row(0)
    said = f"{what} ({counted(rows.height, 'row')}, the first)" if rows.height > 1 else what
    return Fault(said, remedy, row=number, column=column.shown, value=value)


def decimals_of(code: str) -> int:
    """How many decimals a currency has."""
    return next((decimals for decimals, codes in _DECIMALS.items() if code in codes.split()), 2)


def known_codes() -> list[str]:
    """The codes of all currencies that ISO 4217 knows or knew."""
    return sorted(get_global("all_currencies"))


def _without(rows: pl.DataFrame, column: Asked) -> Misfit:
    is_mixed = 0 < rows[CURRENCY].null_count() < rows.height
    blank = rows.filter(pl.col(CURRENCY).is_null()) if is_mixed else rows.clear()
    remedy = (
        'fill it, or say what empty cells mean, as words: {"": EUR}; the reporting currency only where no row names one'
    )
    return blank, ("the currency is empty, though other rows name one", remedy), column


def _too_fine(rows: pl.DataFrame, column: Asked, code: str) -> Misfit:
    decimals = decimals_of(code)
    is_odd = (pl.col(CURRENCY) == code) & (pl.col(AMOUNT).round(decimals) != pl.col(AMOUNT))
    what = f"an amount with more than the {counted(decimals, 'decimal')} that {code} has"
    found = rows.filter(is_odd) if rows.select(is_odd.any()).item() else rows.clear()
    return found, (what, "round it in the source system, or name its true currency"), column
