"""What does one file give for the table of one entry of sources.yaml?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from adapters.delivery import Fault, ReadFile
from adapters.files.opening import Opened
from adapters.files.rows import ROW
from adapters.lines import lacks_line_id, repeated_lines, with_line_id
from adapters.mapping.conditions import check
from adapters.mapping.dropped import dropped_notes, first_failed
from adapters.mapping.lookups import Missed, absent, look_up, missed_warning
from adapters.mapping.shaping import names_in, shape, with_days_added
from adapters.mapping.shelf import Shelf
from adapters.parts import Part, placed, with_origin
from adapters.sources import FileSource
from adapters.values.formats import Format
from adapters.values.typed import KEPT, typed


@dataclass(frozen=True, slots=True)
class _Joined:
    """The rows of a file with what lookups added; no frame where a column or file is missing."""

    frame: pl.DataFrame | None
    faults: tuple[Fault, ...] = ()
    missed: tuple[Missed, ...] = ()


def columns_of(source: FileSource) -> set[str]:
    """Their columns that an entry reads, wherever it names them."""
    mapped = [n for s in source.columns.values() for n in names_in(s)]
    return {*mapped, *source.attributes.values(), *source.where, *(n for u in source.lookups for n in u.on)}


def part_of(opened: Opened, source: FileSource, kinds: Mapping[str, str], shelf: Shelf, form: Format) -> Part:
    """The typed rows of the file that the entry keeps, with all that is to be said about them."""
    read = ReadFile(opened.name, opened.sha256, source.table, opened.rows, lost=opened.lost)
    joined = _joined(opened, source, shelf, form)
    if joined.frame is None:
        told = placed((*opened.faults, *joined.faults), opened.name, source.table)
        return Part(source.table, read, faults=told)
    schema = joined.frame.schema
    checks = [check(c, schema[c], condition, form.blanks) for c, condition in source.where.items()]
    failed = joined.frame.with_columns(first_failed(checks).alias(KEPT))[KEPT]
    shaped = shape(joined.frame.with_columns(failed.is_null().alias(KEPT)), source, kinds, form)
    made = typed(shaped.raw, shaped.asked)
    kept = made.frame.filter(KEPT)
    told = (
        *opened.faults,
        *(f for m in joined.missed for f in missed_warning(m, kept)),
        *shaped.faults,
        *made.faults,
        *dropped_notes(failed, made.frame, checks, kinds),
        *(repeated_lines(joined.frame.filter(failed.is_null())) if lacks_line_id(kinds, kept.columns) else ()),
    )
    return Part(
        source.table,
        replace(read, filtered=opened.rows - opened.lost - kept.height),
        _finished(kept, source, kinds, opened.name),
        placed(told, opened.name, source.table),
        shaped.faulty | made.faulty,
    )


def _joined(opened: Opened, source: FileSource, shelf: Shelf, form: Format) -> _Joined:
    frame, missed = opened.frame, []
    if frame is None:
        return _Joined(None)
    for lookup in source.lookups:
        other = shelf.open_lookup(lookup)
        if other is None:
            fault = Fault(f"no file matches {lookup.file}", "correct the lookup in sources.yaml")
            return _Joined(None, (fault,))
        found = look_up(frame, lookup, other, form.blanks)
        if found.frame is None:
            return _Joined(None, found.faults)
        frame = found.frame
        missed += [found.missed] if found.missed else []
    known = [c for c in frame.columns if c != ROW]
    faults = tuple(absent(n, known, None) for n in sorted(columns_of(source)) if n not in known)
    return _Joined(None if faults else frame, faults, tuple(missed))


def _finished(kept: pl.DataFrame, source: FileSource, kinds: Mapping[str, str], name: str) -> pl.DataFrame:
    """The rows as they are delivered: days added, a line id where the source has none, the origin in front."""
    frame = with_days_added(kept, source)
    if lacks_line_id(kinds, frame.columns):
        frame = with_line_id(frame, f"{name}:{source.sheet}" if source.sheet else name)
    return with_origin(frame, name)
