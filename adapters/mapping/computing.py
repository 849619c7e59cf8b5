"""What does a formula or an amount in cents come to? Worked out exactly, with what is wrong with it."""

from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.arithmetic import evaluate
from adapters.mapping.copying import copied, is_computed, names_in, written
from adapters.mapping.formula import FormulaError, parse
from adapters.mapping.minor import codes_of
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, Source
from adapters.values import parsing
from adapters.values.currencies import decimals_of
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, Typed, typed
from adapters.wording import counted

Computed = tuple[pl.Series, tuple[Fault, ...], frozenset[int]]
"""The numbers, faults of what gives none, and the rows they touch."""


def computed(frame: pl.DataFrame, source: Source, asked: Asked) -> Computed:
    """The numbers of a mapping that is computed, one for each row."""
    match source:
        case FirstOf():
            return _first(frame, source, asked)
        case ColumnOf(column=column, minor_of=currency):
            form = written(source, frame, asked.form)
            cells = frame.with_columns(copied(source, frame, form).alias(column))
            return _formula(cells, FormulaOf(formula=f"`{column}`", minor_of=currency), replace(asked, form=form))
    return _formula(frame, FormulaOf.model_validate(source), asked)


def _first(frame: pl.DataFrame, source: FirstOf, asked: Asked) -> Computed:
    """Row by row the first of several that gives a number."""
    parts = [computed(frame, one, asked) if is_computed(one) else _read(frame, one, asked) for one in source.first]
    first = pl.DataFrame([s.alias(str(n)) for n, (s, _, _) in enumerate(parts)]).select(pl.coalesce(pl.all()))
    faults = tuple(dict.fromkeys(f for _, said, _ in parts for f in said))
    return first.to_series().alias(asked.name), faults, frozenset[int]().union(*(rows for _, _, rows in parts))


def _read(frame: pl.DataFrame, source: Source, asked: Asked) -> Computed:
    """The numbers of a mapping that is not computed, beside others that are."""
    form = written(source, frame, asked.form)
    cells = frame.select(ROW, KEPT, copied(source, frame, form).alias(asked.name))
    made = typed(cells, [Asked(asked.name, asked.kind, form, names_in(source)[0])])
    return made.frame[asked.name], made.faults, made.faulty


def _formula(frame: pl.DataFrame, source: FormulaOf, asked: Asked) -> Computed:
    """The results of a formula; `minor_of` divides each by as many as its currency has of the smallest unit."""
    formula, decimals = parse(source.formula), parsing.SCALES[asked.kind]
    operands = typed(frame, [Asked(c, "operand", asked.form, c) for c in formula.columns])
    try:
        if source.minor_of:
            whole = _in_major_units(frame, source, operands, asked)
        else:
            whole = evaluate(formula, operands.frame, decimals)
    except FormulaError as error:
        blank = pl.Series(asked.name, [None] * frame.height, dtype=pl.Decimal(18, decimals))
        return blank, (Fault(f"{asked.name}: {formula.text} {error}", column=asked.name),), operands.faulty
    result = whole.alias(asked.name)
    is_lost = result.is_null() & operands.frame.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    lost = operands.frame.filter(is_lost & operands.frame[KEPT])[ROW]
    faults = operands.faults
    if len(lost):
        what = f"{formula.text} divides by zero or comes to too large a number in {counted(lost.len(), 'row')}"
        faults = (*faults, Fault(f"{what}, the first", row=lost[0], column=asked.name))
    return result, faults, operands.faulty | frozenset(lost)


def _in_major_units(frame: pl.DataFrame, source: FormulaOf, operands: Typed, asked: Asked) -> pl.Series:
    """The results in the currency's usual unit; those of rows without a currency, which is an error, in hundredths."""
    decimals, currency = parsing.SCALES[asked.kind], str(source.minor_of)
    codes = frame.select(codes_of(currency, frame, asked.form)).to_series()
    usual = {c: decimals_of(c) for c in codes.unique().drop_nulls()}
    places = codes.replace_strict(usual | dict(asked.form.minor_digits), default=2)
    whole = pl.Series(asked.name, [None] * frame.height, dtype=pl.Decimal(18, decimals))
    for digits in places.unique():
        divided = evaluate(parse(f"({source.formula}) / {10**digits}"), operands.frame, decimals)
        whole = divided.zip_with(places == digits, whole)
    return whole
