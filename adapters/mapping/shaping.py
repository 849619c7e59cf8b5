"""How do their columns become ours? By the mappings of sources.yaml, as text still, formulas computed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.arithmetic import evaluate
from adapters.mapping.formula import FormulaError, parse
from adapters.sources import ColumnOf, FileSource, FormulaOf, JoinOf, Source
from adapters.values import parsing
from adapters.values.cells import text
from adapters.values.formats import OURS, Format
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, typed
from adapters.wording import counted


@dataclass(frozen=True, slots=True)
class Shaped:
    """`raw` has `ROW`, `KEPT` and our columns, still to be typed as `asked`; faults and rows of formulas."""

    raw: pl.DataFrame
    asked: tuple[Asked, ...]
    faults: tuple[Fault, ...]
    faulty: frozenset[int]


def names_in(source: Source) -> list[str]:
    """Their columns that a mapping reads."""
    match source:
        case ColumnOf():
            return [source.column]
        case JoinOf():
            return source.join
        case FormulaOf():
            return list(parse(source.formula).columns)
    return [source]


def shape(frame: pl.DataFrame, source: FileSource, kinds: Mapping[str, str], form: Format) -> Shaped:
    """Our columns of one file. `frame` has `ROW`, `KEPT` and their columns."""
    computed = {n: s for n, s in source.columns.items() if isinstance(s, FormulaOf)}
    copied = {n: s for n, s in source.columns.items() if n not in computed}
    exprs = [_copied(s, frame, form).alias(n) for n, s in copied.items()]
    exprs += [pl.col(theirs).alias(n) for n, theirs in source.attributes.items()]
    exprs += [pl.lit(constant_text(v)).alias(n) for n, v in source.constants.items()]
    raw, faulty = frame.select(ROW, KEPT, *exprs), frozenset[int]()
    faults: list[Fault] = []
    for name, formula in computed.items():
        series, said, rows = _computed(frame, formula, Asked(name, kinds[name], form, name))
        raw, faults, faulty = raw.with_columns(series), [*faults, *said], faulty | rows
    asked = [Asked(n, kinds[n], _form(s, form), _shown(s, n)) for n, s in source.columns.items()]
    asked += [Asked(n, "text", form, theirs) for n, theirs in source.attributes.items()]
    asked += [Asked(n, kinds[n], OURS, n) for n in source.constants]
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


def _copied(source: Source, frame: pl.DataFrame, form: Format) -> pl.Expr:
    match source:
        case JoinOf():
            parts = [text(c, frame.schema[c], form.blanks) for c in source.join]
            return pl.concat_str(parts, separator=source.between, ignore_nulls=True)
        case ColumnOf(words=words, without_suffix=suffix) if words or suffix:
            cell = text(source.column, frame.schema[source.column], form.blanks)
            cell = cell.str.strip_suffix(suffix) if suffix else cell
            return cell.replace({k.strip(): v for k, v in words.items()}) if words else cell
        case ColumnOf():
            return pl.col(source.column)
    return pl.col(str(source))


def _computed(
    frame: pl.DataFrame, source: FormulaOf, asked: Asked
) -> tuple[pl.Series, tuple[Fault, ...], frozenset[int]]:
    """The results of a formula, the faults of its operands and results, and the rows they touch."""
    formula, decimals = parse(source.formula), parsing.SCALES[asked.kind]
    operands = typed(frame, [Asked(c, "number", asked.form, c) for c in formula.columns])
    try:
        result = evaluate(formula, operands.frame, decimals).alias(asked.name)
    except FormulaError as error:
        blank = pl.Series(asked.name, [None] * frame.height, dtype=pl.Decimal(18, decimals))
        return blank, (Fault(f"{asked.name}: {formula.text} {error}", column=asked.name),), operands.faulty
    is_lost = result.is_null() & operands.frame.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    lost = operands.frame.filter(is_lost & operands.frame[KEPT])[ROW]
    what = f"{formula.text} divides by zero or comes to too large a number"
    faults = (
        [Fault(f"{what} in {counted(lost.len(), 'row')}, the first", row=lost[0], column=asked.name)]
        if len(lost)
        else []
    )
    return result, (*operands.faults, *faults), operands.faulty | frozenset(lost)


def _form(source: Source, form: Format) -> Format:
    return replace(form, dates=source.dates) if isinstance(source, ColumnOf) and source.dates else form


def _shown(source: Source, ours: str) -> str:
    names = names_in(source)
    return names[0] if len(names) == 1 and not isinstance(source, FormulaOf) else ours
