"""What does another file know about a row? Columns joined by key, never more rows than before."""

from dataclasses import dataclass, replace

import polars as pl

from adapters.delivery import Fault
from adapters.files.opening import Opened
from adapters.files.ragged import MOST_LISTED
from adapters.files.rows import ROW
from adapters.mapping.conditions import check
from adapters.mapping.record_ids import key
from adapters.mapping.reshaping import absent, in_order, unordered
from adapters.mapping.sources import Lookup
from adapters.values.cells import text
from adapters.values.formats import Format
from adapters.wording import counted, listed

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Missed:
    """Which rows found nothing: the keys that were looked for, by `ROW` and `key`, and where."""

    rows: pl.DataFrame
    lookup: Lookup


@dataclass(frozen=True, slots=True)
class Unclear:
    """Which rows found several that differ: their keys and what may be meant, by `ROW`, `key` and `candidates`."""

    rows: pl.DataFrame
    lookup: Lookup


@dataclass(frozen=True, slots=True)
class Found:
    """The rows with the columns that were taken; None where they could not be, then the faults say why."""

    frame: pl.DataFrame | None
    faults: tuple[Fault, ...] = ()
    missed: Missed | None = None
    unclear: Unclear | None = None


def look_up(frame: pl.DataFrame, lookup: Lookup, other: Opened, form: Format) -> Found:
    """The rows with what the other file says about them, each once, unless `each` is asked for, in the same order."""
    if other.frame is None:
        return Found(None)
    faults = [*_absent(lookup.on, frame, None), *_absent(lookup.columns, other.frame, other.name)]
    faults += _taken_already(frame, lookup)
    if faults:
        return Found(None, tuple(faults))
    if lookup.largest and (odd := unordered(other.frame, lookup.largest, form)):
        return Found(None, tuple(replace(fault, file=other.name) for fault in odd))
    keys = [f" key {n}" for n in range(len(lookup.on))]
    left = frame.with_columns(_keys(frame, list(lookup.on), keys, form))
    right = _right(other.frame, lookup, keys, form)
    right = right.join(left, on=keys, how="semi", maintain_order="left")
    twice = right.filter(right.select(keys).is_duplicated())
    if lookup.each:
        twice = twice.clear()
    if not twice.is_empty() and not lookup.may_repeat:
        return Found(None, (_repeated(twice, keys, other.name, lookup),))
    unclear = _unclear(left, twice, keys, lookup)
    one_each = right.join(twice, on=keys, how="anti", maintain_order="left")
    joined = left.join(
        one_each, on=keys, how="left", validate="m:m" if lookup.each else "m:1", maintain_order="left_right"
    )
    missed = joined.filter(pl.col(" found").is_null() & pl.all_horizontal(pl.col(keys).is_not_null()))
    rows = missed.select(ROW, key=pl.concat_str(keys, separator=", ")).join(unclear, on=ROW, how="anti")
    return Found(
        joined.drop(*keys, " found"),
        missed=None if lookup.may_miss else Missed(rows, lookup),
        unclear=None if unclear.is_empty() else Unclear(unclear, lookup),
    )


def missed_warning(missed: Missed, kept: pl.DataFrame) -> tuple[Fault, ...]:
    """A warning that counts the kept rows whose key the other file does not have, with up to three examples."""
    rows = missed.rows.join(kept.select(ROW), on=ROW, how="semi", maintain_order="left")
    if rows.is_empty():
        return ()
    keys = rows["key"].unique(maintain_order=True)
    names, file = ", ".join(missed.lookup.on), ", ".join(missed.lookup.files)
    shown = ", ".join(f'"{k}"' for k in keys.head(_EXAMPLES))
    what = f"{counted(rows.height, 'row')} with a {names} that {file} does not have ({keys.len():,} different: {shown})"
    remedy = f"add it to {file}, or correct it with words in sources.yaml"
    return (Fault(what, remedy, row=rows[ROW][0], column=names, severity="warning"),)


def unclear_faults(unclear: Unclear, kept: pl.DataFrame) -> tuple[Fault, ...]:
    """An error for each kept row whose key several have, with the candidates; the first twenty, the rest counted."""
    rows = unclear.rows.join(kept.select(ROW), on=ROW, how="semi", maintain_order="left")
    names, theirs = ", ".join(unclear.lookup.on), ", ".join(unclear.lookup.on.values())
    remedy = f"name it by its id, or make {theirs} unique in {', '.join(unclear.lookup.files)}"
    faults = [
        Fault(f"several have this {theirs}: {listed(candidates)}", remedy, row=row, column=names, value=key)
        for row, key, candidates in rows.head(MOST_LISTED).iter_rows()
    ]
    if rest := max(rows.height - MOST_LISTED, 0):
        what = f"{counted(rest, 'more row')} with a {theirs} that several have"
        faults.append(Fault(what, remedy, row=rows[ROW][MOST_LISTED], column=names))
    return tuple(faults)


def _absent(names: object, frame: pl.DataFrame, file: str | None) -> list[Fault]:
    known = [c for c in frame.columns if c != ROW]
    return [absent(n, known, file) for n in dict.fromkeys(map(str, names)) if n not in known]  # type: ignore[call-overload]


def _taken_already(frame: pl.DataFrame, lookup: Lookup) -> list[Fault]:
    return [
        Fault(
            f"has a column {n} already, which the lookup would take again",
            f"take it under another name: {{…: {n}}}",
            column=n,
        )
        for n in lookup.taken
        if n in frame.columns
    ]


def _keys(frame: pl.DataFrame, names: list[str], aliases: list[str], form: Format) -> list[pl.Expr]:
    return [key(n, frame.schema[n], form).alias(a) for n, a in zip(names, aliases, strict=True)]


def _right(frame: pl.DataFrame, lookup: Lookup, keys: list[str], form: Format) -> pl.DataFrame:
    """The keys and the columns taken, each different pairing once; of those that are preferred, where there are any.

    With `largest`, of these the last row among those with the largest.
    """
    taken = [pl.col(theirs).alias(ours) for ours, theirs in lookup.taken.items()]
    meant = [check(n, frame.schema[n], condition, form.blanks).holds for n, condition in lookup.where.items()]
    frame = frame.filter(meant) if meant else frame
    wanted = [check(n, frame.schema[n], condition, form.blanks).holds for n, condition in lookup.prefer.items()]
    is_preferred = pl.all_horizontal(wanted) if wanted else pl.lit(value=True)
    theirs = _keys(frame, list(lookup.on.values()), keys, form)
    size = pl.lit(0)
    if lookup.largest:
        size = in_order(text(lookup.largest, frame.schema[lookup.largest], form.blanks), form)
    cells = frame.select(
        *theirs, *taken, pl.lit(1).alias(" found"), is_preferred.alias(" preferred"), size.alias(" size")
    )
    if wanted:
        cells = cells.filter(pl.col(" preferred") | ~pl.col(" preferred").any().over(keys))
    if lookup.largest:
        cells = cells.sort(" size", maintain_order=True).unique(keys, keep="last", maintain_order=True)
    return cells.drop(" preferred", " size").drop_nulls(keys).unique(maintain_order=True)


def _unclear(left: pl.DataFrame, twice: pl.DataFrame, keys: list[str], lookup: Lookup) -> pl.DataFrame:
    """The rows whose key is one of those that are there twice, each with what may be meant by it."""
    said = pl.concat_str(list(lookup.taken), separator=" ", ignore_nulls=True)
    several = twice.group_by(keys, maintain_order=True).agg(candidates=said)
    rows = left.join(several, on=keys, how="inner", maintain_order="left").unique(
        ROW, keep="first", maintain_order=True
    )
    return rows.select(ROW, key=pl.concat_str(keys, separator=", "), candidates="candidates")


def _repeated(twice: pl.DataFrame, keys: list[str], file: str, lookup: Lookup) -> Fault:
    """The fault of keys that are asked for and of which the other file says two things: rows would be doubled."""
    names = ", ".join(lookup.on.values())
    first = twice.select(pl.concat_str(keys, separator=", ")).item(0, 0)
    count = twice.select(keys).n_unique()
    what = f"{counted(count, 'key')} in several rows that differ, so that rows would be doubled; the first"
    remedy = "make the key unique in that file, or look up by more columns"
    return Fault(what, remedy, file=file, column=names, value=first)
