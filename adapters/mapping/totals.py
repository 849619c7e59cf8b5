"""Are the totals of a report what the rows above them add up to? A difference is told, as a row may be missing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.files.grouped import MAY_BE_OF_ALL, SINCE
from adapters.files.opening import Opened
from adapters.files.rows import ROW
from adapters.mapping.copying import is_computed, names_in, values_in
from adapters.mapping.dropped import amount
from adapters.mapping.sources import FileSource
from adapters.values import marks
from adapters.values.cells import text
from adapters.values.formats import Format
from adapters.values.numbers import decimal
from adapters.wording import counted

_SCALE = 4


def differing(opened: Opened, source: FileSource, kinds: Mapping[str, str], form: Format) -> Iterator[Fault]:
    """A warning for each column of money in which totals differ from all rows above them, whatever `where` says.

    Nothing is said where rows are of several currencies, or the cell of one is no amount.
    """
    rows, totals = opened.frame, opened.totals
    if rows is None or totals is None or totals.is_empty():
        return
    currencies = [c for c in names_in(source.columns.get("currency", "")) if c in rows.columns]
    if any(rows[c].str.strip_chars().fill_null("").n_unique() > 1 for c in currencies):
        return
    money = [how for ours, how in source.columns.items() if kinds.get(ours) == "money" and not is_computed(how)]
    for column in dict.fromkeys(name for how in money for name in values_in(how) if name in rows.columns):
        yield from _differing(rows, totals, column, form)


def _differing(rows: pl.DataFrame, totals: pl.DataFrame, column: str, form: Format) -> Iterator[Fault]:
    grouped = form.thousands or ("." if form.point == "," else ",")
    amounts = _amounts(rows[column], replace(form, marks=True))
    said = _amounts(totals[column], replace(form, marks=True, thousands=grouped))
    is_lacking = amounts.null_count() > rows.select(text(column, pl.String(), form.blanks).is_null().sum()).item()
    if is_lacking or _named(rows[column], totals[column]) > 1:
        return
    sums = rows.select(ROW, amounts.fill_null(0).cum_sum().alias("sum"))
    until, since = (_sum_before(sums, totals[row]) for row in (ROW, SINCE))
    due = until - since
    is_other = (said != due) & ~(totals[MAY_BE_OF_ALL] & (said == until))
    odd = totals.select(ROW, said.alias("said"), due.alias("due")).filter(is_other.fill_null(value=False))
    if odd.is_empty():
        return
    row, first, added = odd.row(0)
    what = f"{counted(odd.height, 'total')} other than what the rows above add up to, the first, of {amount(added)}"
    remedy = "export it again; a row may be missing, or stand in another group"
    yield Fault(what, remedy, row=row, column=column, value=amount(first), severity="warning")


def _sum_before(sums: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """What the rows above each of those numbers add up to."""
    above = sums[ROW].search_sorted(rows, side="left").cast(pl.Int64)
    return pl.concat([pl.Series([0], dtype=sums["sum"].dtype), sums["sum"]]).gather(above)


def _amounts(cells: pl.Series, form: Format) -> pl.Series:
    """The amounts, null where the cell says none."""
    value = decimal(text("cell", pl.String(), form.blanks), _SCALE, form)
    return cells.to_frame("cell").select(value.cast(pl.Decimal(38, _SCALE))).to_series()


def _named(*columns: pl.Series) -> int:
    """How many currencies stand beside the amounts."""
    cells = pl.concat([c.alias("cell") for c in columns]).to_frame()
    named = cells.select(marks.named(pl.col("cell").str.strip_chars()).alias("named")).to_series()
    return named.filter(named != "").n_unique()
