"""Which text does a mapping take of a row? Words translated, parts cut off, the first that is filled."""

from collections.abc import Callable

import polars as pl

from adapters.mapping.conditions import check
from adapters.mapping.formula import parse
from adapters.mapping.histories import as_declared
from adapters.mapping.sources import ColumnOf, EarliestOf, FirstOf, FormulaOf, JoinOf, LastOf, Source
from adapters.values import dates
from adapters.values.cells import text
from adapters.values.formats import Format
from adapters.values.numbers import decimal

_LAST_MINUTE = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]23:59(?::59(?:\.[0-9]+)?)?{dates.OFFSET}?$"
_SECONDS = r"^[0-9]{9,10}$"
_DECIMALS = r"^-?[0-9]+\.[0-9]+$"
_OF_PERCENTS = 4
"""Decimals of a percentage, so that the part of one has no more than a number has."""
_EXCEL_DAYS = r"^([0-9]{4,6})(?:[.,][0-9]+)?$"


def names_in(source: Source) -> list[str]:
    """Their columns that a mapping reads."""
    match source:
        case FirstOf(first=several) | LastOf(last=several) | EarliestOf(earliest=several):
            return list(dict.fromkeys(n for one in several for n in names_in(one)))
        case ColumnOf(column=column, minor_of=currency, where=where):
            return [column, *([currency] if currency else []), *where]
        case JoinOf():
            return source.join
        case FormulaOf(formula=formula, minor_of=currency):
            return [*parse(formula).columns, *([currency] if currency else [])]
    return [source]


def values_in(source: Source) -> list[str]:
    """Their columns that a mapping takes its values from, without those of conditions and currencies."""
    match source:
        case FirstOf(first=several) | LastOf(last=several) | EarliestOf(earliest=several):
            return [n for one in several for n in values_in(one)]
        case ColumnOf(column=column):
            return [column]
        case FormulaOf(formula=formula):
            return list(parse(formula).columns)
    return names_in(source)


def is_computed(source: Source) -> bool:
    """Whether a mapping gives numbers that are worked out, not texts."""
    if isinstance(source, FirstOf):
        return any(map(is_computed, source.first))
    return isinstance(source, FormulaOf) or (isinstance(source, ColumnOf) and source.minor_of is not None)


def written(source: Source, frame: pl.DataFrame, form: Format) -> Format:
    """How the numbers of a mapping are written: as declared, or as our text of numbers that the file holds as such."""
    return form.of_typed if all(frame.schema[n].is_numeric() for n in values_in(source)) else form


def copied(source: Source, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """The text of a mapping that is not computed; a column as it is, where nothing is to be done to it."""
    match source:
        case FirstOf(first=several):
            return pl.coalesce(_dated(one, frame, form) for one in several)
        case LastOf() | EarliestOf():
            chosen = pl.max_horizontal if isinstance(source, LastOf) else pl.min_horizontal
            return _of_days([_as_text(one, frame, form) for one in source.days], frame, form, chosen)
        case JoinOf():
            parts = [text(c, frame.schema[c], form.blanks) for c in source.join]
            joined = pl.concat_str(parts, separator=source.between, ignore_nulls=True)
            joined = joined.str.to_lowercase() if source.small else joined
            return pl.when(joined != "").then(joined)
        case ColumnOf() if _is_plain(source):
            return pl.col(source.column)
        case ColumnOf():
            return _changed(text(source.column, frame.schema[source.column], form.blanks), source, frame, form)
    return pl.col(str(source))


def _as_text(source: Source, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """The text of one of several, all with the decimal sign of the form, so that they can be read alike."""
    cell = _text_of(source, frame, form)
    if form.point == "." or written(source, frame, form) is form:
        return cell
    return pl.when(cell.str.contains(_DECIMALS)).then(cell.str.replace(".", form.point, literal=True)).otherwise(cell)


def _text_of(source: Source, frame: pl.DataFrame, form: Format) -> pl.Expr:
    if isinstance(source, str):
        return text(source, frame.schema[source], form.blanks)
    if isinstance(source, ColumnOf) and _is_plain(source):
        return text(source.column, frame.schema[source.column], form.blanks)
    return copied(source, frame, form)


def _dated(source: Source, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """The text; of one with a pattern of dates as the others write them, null where it is none written so."""
    cell = _as_text(source, frame, form)
    if not (isinstance(source, ColumnOf) and source.dates):
        return cell
    moment = dates.declared(cell, form.with_dates(source.dates))
    return moment.dt.to_string(form.dates or "%Y-%m-%d %H:%M:%S")


def _is_plain(source: ColumnOf) -> bool:
    cut = (source.without_prefix, source.without_suffix, source.part)
    days = (source.excel_days, source.seconds, source.to_midnight, source.percents)
    return not (any(cut) or any(days) or source.words or source.capitals or source.small or source.where)


def _changed(cell: pl.Expr, source: ColumnOf, frame: pl.DataFrame, form: Format) -> pl.Expr:
    """The cell with all that is declared done to it, in this order."""
    cell = cell.str.strip_prefix(source.without_prefix) if source.without_prefix else cell
    cell = cell.str.strip_suffix(source.without_suffix) if source.without_suffix else cell
    cell = pl.coalesce(cell.str.extract(source.part), cell) if source.part else cell
    cell = cell.str.to_uppercase() if source.capitals else cell
    cell = cell.str.to_lowercase() if source.small else cell
    words = {k.strip(): v for k, v in source.words.items()}
    cell = cell.replace(words) if words else cell
    cell = cell.fill_null(words[""]) if "" in words else cell
    cell = pl.when(cell != "").then(cell) if "" in words.values() else cell
    cell = _from_seconds(cell) if source.seconds else cell
    cell = _from_excel(cell, form.with_dates(source.dates)) if source.excel_days else cell
    cell = _to_midnight(cell, form.with_dates(source.dates)) if source.to_midnight else cell
    cell = _from_percents(cell, form) if source.percents else cell
    checks = [check(n, frame.schema[n], c, form.blanks).holds for n, c in source.where.items()]
    return pl.when(checks).then(cell) if checks else cell


def _of_days(
    days: list[pl.Expr], frame: pl.DataFrame, form: Format, chosen: Callable[[list[pl.Expr]], pl.Expr]
) -> pl.Expr:
    """The text of the day that is chosen; one that is not written as dates are here, if any, to be refused later.

    Worked out at once, step by step: each is read several times by the next, and a choice may stand in another one.
    """
    said, read = [f"said {n}" for n in range(len(days))], [f"read {n}" for n in range(len(days))]
    texts = frame.select(day.alias(name) for day, name in zip(days, said, strict=True))
    each = texts.with_columns(dates.day(pl.col(s), form, zoned=True).alias(r) for s, r in zip(said, read, strict=True))
    best = each.with_columns(chosen([pl.col(r) for r in read]).alias("best"))
    odd = [pl.when(pl.col(r).is_null()).then(s) for s, r in zip(said, read, strict=True)]
    meant = [pl.when(pl.col(r) == pl.col("best")).then(s) for s, r in zip(said, read, strict=True)]
    return pl.lit(best.select(pl.coalesce(*odd, *meant)).to_series())


def _from_seconds(cell: pl.Expr) -> pl.Expr:
    """Seconds since 1970 as an ISO date-time in UTC; other texts stay."""
    seconds = pl.when(cell.str.contains(_SECONDS)).then(cell).cast(pl.Int64)
    return pl.coalesce(pl.from_epoch(seconds).dt.to_string("%Y-%m-%dT%H:%M:%SZ"), cell)


def _from_percents(cell: pl.Expr, form: Format) -> pl.Expr:
    """Percentages as parts of one, digit by digit; other texts stay."""
    number = decimal(cell.str.extract(r"^(.*\d)\s*%$"), _OF_PERCENTS, form).cast(pl.String)
    digits = number.str.replace_all(r"[-.]", "").str.zfill(_OF_PERCENTS + 3)
    whole, part = digits.str.head(-_OF_PERCENTS - 2), digits.str.tail(_OF_PERCENTS + 2)
    sign = pl.when(number.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.coalesce(pl.concat_str(sign, whole, pl.lit(form.point), part), cell)


def _to_midnight(cell: pl.Expr, form: Format) -> pl.Expr:
    """The day after, of a date-time in the last minute of a day, ISO or written as declared; other texts stay."""
    if form.dates:
        moment = dates.declared(cell, form)
        is_last = (moment.dt.hour() == 23) & (moment.dt.minute() == 59)
        return pl.when(is_last).then(moment.dt.offset_by("1m").dt.to_string(form.dates)).otherwise(cell)
    last = pl.when(cell.str.contains(_LAST_MINUTE)).then(cell.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(last.dt.offset_by("1d").dt.to_string("%Y-%m-%d"), cell)


def _from_excel(cell: pl.Expr, form: Format) -> pl.Expr:
    """The days that Excel counts, as the dates of the entry are written; other texts stay."""
    days = cell.str.extract(_EXCEL_DAYS).cast(pl.Int64)
    day = pl.date(1899, 12, 30) + pl.duration(days=days)
    return pl.coalesce(as_declared(day, form), cell)
