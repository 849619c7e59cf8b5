"""Which currency does money name beside its numbers? It is that of the row, and has to fit what its column says."""

from collections.abc import Sequence

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.values import marks, signs
from adapters.values.cells import text
from adapters.values.parsing import CURRENCY, Asked
from adapters.values.typed import KEPT
from adapters.wording import counted

_OWN, _BESIDE = " own", " beside"


def with_named(
    raw: pl.DataFrame, asked: Sequence[Asked], cells: Sequence[pl.Series], otherwise: Asked
) -> tuple[pl.DataFrame, list[Asked]]:
    """The rows with a currency as text, and what is asked of them; the same where no cell of money names one.

    It is taken from the column of currencies and from the cells, which then are asked for as `otherwise` where there is
    no such column. What is not clear, or not the same in all of them, stands there as they say it, to be refused.
    """
    texts = [c.alias(f" {n}") for n, c in enumerate(cells) if c.dtype == pl.String and marks.has_marks(c)]
    own = next((a for a in asked if a.name == CURRENCY), None)
    code = text(CURRENCY, raw.schema[CURRENCY], own.blanks) if own else pl.lit(None, pl.String)
    beside = pl.concat_str([marks.named(pl.col(c.name).str.strip_chars()) for c in texts] or pl.lit(""), separator=" ")
    said = raw.with_columns(*texts, code.alias(_OWN)).select(_OWN, beside.str.strip_chars().alias(_BESIDE))
    pairs = said.filter(pl.col(_BESIDE) != "").unique(maintain_order=True)
    if pairs.is_empty():
        return raw, list(asked)
    agreed = [signs.agreed([*([one] if one else []), *marks.words_in(several)]) for one, several in pairs.iter_rows()]
    told = pairs.with_columns(pl.Series(CURRENCY, agreed))
    rows = said.join(told, on=[_OWN, _BESIDE], how="left", nulls_equal=True, maintain_order="left")
    currency = rows.select(pl.coalesce(CURRENCY, _OWN).alias(CURRENCY)).to_series()
    return raw.with_columns(currency), [*asked, *([] if own else [otherwise])]


def overlooked(raw: pl.DataFrame, asked: Sequence[Asked]) -> list[Fault]:
    """Warnings of columns that are no money, such as targets, in which a currency stands beside a number."""
    faults = []
    for column in asked:
        cells = raw[column.name]
        if column.kind in ("number", "whole") and cells.dtype == pl.String and marks.has_marks(cells):
            odd = raw.filter(KEPT, marks.named(pl.col(column.name).str.strip_chars()) != "")
            faults += [_overlooked(odd, column)] if odd.height else []
    return faults


def _overlooked(odd: pl.DataFrame, column: Asked) -> Fault:
    what = f"a currency beside the number in {counted(odd.height, 'row')}, the first, is not looked at"
    remedy = "the column has no currency; what is money in it has to be in the reporting currency"
    row, said = odd.select(ROW, column.name).row(0)
    return Fault(what, remedy, row=row, column=column.shown, value=said, severity="warning")
