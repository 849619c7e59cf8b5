"""How do their columns become ours? By the mappings of sources.yaml, as text still, formulas computed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.computing import computed
from adapters.mapping.copying import copied, is_computed, names_in, values_in, written
from adapters.mapping.minor import strange_codes, with_codes
from adapters.mapping.naming import overlooked, with_named
from adapters.mapping.record_ids import whole
from adapters.mapping.sources import ColumnOf, EarliestOf, FileSource, FirstOf, FormulaOf, LastOf, Source
from adapters.values.formats import OURS, Format
from adapters.values.parsing import CURRENCY, Asked
from adapters.values.typed import KEPT


@dataclass(frozen=True, slots=True)
class Shaped:
    """`raw` has `ROW`, `KEPT` and our columns, still to be typed as `asked`; faults and rows of formulas."""

    raw: pl.DataFrame
    asked: tuple[Asked, ...]
    faults: tuple[Fault, ...]
    faulty: frozenset[int]


def shape(frame: pl.DataFrame, source: FileSource, kinds: Mapping[str, str], form: Format) -> Shaped:
    """Our columns of one file. `frame` has `ROW`, `KEPT` and their columns.

    Columns whose names begin with a blank are asked for by a later step, and held against nothing.
    """
    ours = [name for name in kinds if not name.startswith(" ")]
    worked_out = {n: s for n, s in source.columns.items() if is_computed(s)}
    asked = [Asked(n, kinds[n], _form(s, frame, form), shown(s, n)) for n, s in source.columns.items()]
    blank = {a.name: replace(a.form, nulls=(*form.nulls, *a.blanks)) for a in asked}
    copies = {n: copied(s, frame, blank[n]) for n, s in source.columns.items() if n not in worked_out}
    exprs = [_as_id(cell, n, form).alias(n) for n, cell in copies.items()]
    exprs += [pl.col(theirs).alias(n) for n, theirs in source.attributes.items()]
    exprs += [pl.lit(constant_text(v)).alias(n) for n, v in source.constants.items()]
    raw, coded = frame.select(ROW, KEPT, *exprs), with_codes(frame, source, form)
    strange = strange_codes(coded, source, form, ours)
    faults, faulty = [fault for fault, _ in strange], frozenset[int]().union(*(rows for _, rows in strange))
    for name, how in worked_out.items():
        series, said, rows = computed(coded, how, Asked(name, kinds[name], form, name))
        raw, faults, faulty = raw.with_columns(series), [*faults, *said], faulty | rows
    asked += [Asked(n, "text", form, theirs) for n, theirs in source.attributes.items()]
    asked += [Asked(n, kinds[n], OURS, n) for n in source.constants]
    money = {n: s for n, s in source.columns.items() if kinds[n] == "money"}
    if form.marks and money and CURRENCY in kinds:
        cells = [frame[c] for s in money.values() if is_computed(s) for c in values_in(s)]
        cells += [raw[n] for n in money if n in copies]
        first = next(a.shown for a in asked if a.name in money)
        raw, asked = with_named(raw, asked, cells, Asked(CURRENCY, "text", form, first))
    faults += overlooked(raw, asked) if form.marks else []
    return Shaped(raw, tuple(asked), tuple(faults), faulty)


def with_days_added(frame: pl.DataFrame, source: FileSource) -> pl.DataFrame:
    """The typed columns with the days added that inclusive ends need."""
    days = {n: s.plus_days for n, s in source.columns.items() if isinstance(s, ColumnOf) and s.plus_days}
    return frame.with_columns(pl.col(n) + pl.duration(days=d) for n, d in days.items())


def constant_text(value: object) -> str:
    """A constant as our own layout would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _as_id(cell: pl.Expr, name: str, form: Format) -> pl.Expr:
    """The text of a column that refers to a record, with its whole id where that is asked for."""
    is_id = form.whole_ids and (name.endswith("_id") or name == "reports_to")
    return whole(cell.cast(pl.String).str.strip_chars()) if is_id else cell


def _form(source: Source, frame: pl.DataFrame, form: Format) -> Format:
    form = written(source, frame, form)
    return form.with_dates(source.dates) if isinstance(source, ColumnOf) else form


def shown(source: Source, ours: str) -> str:
    """What people call where the value comes from."""
    if isinstance(source, FirstOf | LastOf | EarliestOf):
        several = source.first if isinstance(source, FirstOf) else source.days
        return " or ".join(dict.fromkeys(shown(one, ours) for one in several))
    names = names_in(source)[:1] if isinstance(source, ColumnOf) else names_in(source)
    return names[0] if len(names) == 1 and not isinstance(source, FormulaOf) else ours
