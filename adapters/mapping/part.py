"""What does one file give for the table of one entry of sources.yaml?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from adapters.delivery import Fault, ReadFile
from adapters.files.matching import data_files
from adapters.files.opening import Opened
from adapters.files.rows import ROW
from adapters.lines import lacks_line_id, repeated_lines, with_line_id
from adapters.mapping.adding_up import adding_up, with_bill
from adapters.mapping.conditions import check
from adapters.mapping.copying import names_in
from adapters.mapping.discounting import less_discount, with_discount
from adapters.mapping.dropped import first_failed, left_out
from adapters.mapping.histories import until_next, with_history
from adapters.mapping.lookups import Found, Missed, Unclear, look_up, missed_warning, unclear_faults
from adapters.mapping.merging import with_merged
from adapters.mapping.months import in_stretches
from adapters.mapping.reshaping import Reshaped, absent, exploded, latest, unordered, unpivoted
from adapters.mapping.shaping import shape, shown, with_days_added
from adapters.mapping.shelf import Shelf
from adapters.mapping.sources import Explode, FileSource, Merged, OtherFile
from adapters.mapping.totals import differing
from adapters.parts import Part, placed, with_origin
from adapters.values.formats import Format
from adapters.values.typed import KEPT, typed
from adapters.wording import counted, did_you_mean


@dataclass(frozen=True, slots=True)
class _Joined:
    """The rows of a file with what lookups added; no frame where a column or file is missing."""

    frame: pl.DataFrame | None
    faults: tuple[Fault, ...] = ()
    missed: tuple[Missed, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    faulty: frozenset[int] = frozenset()


def columns_of(source: FileSource) -> set[str]:
    """Their columns that an entry reads, wherever it names them."""
    mapped = [n for s in source.columns.values() for n in names_in(s)]
    shapes = [*source.latest.by, source.latest.largest] if source.latest else []
    shapes += [source.explode.column] if source.explode else []
    if history := source.history:
        shapes += [history.of, history.on_day or history.of, *history.on]
    shapes += [m.of for m in source.merged]
    further = [*(source.discount.said.values() if source.discount else ())]
    further += [source.adds_up.by, source.adds_up.to] if source.adds_up else []
    shapes += [n for s in further for n in names_in(s)]
    return {*mapped, *source.attributes.values(), *source.where, *(n for u in source.lookups for n in u.on), *shapes}


def part_of(opened: Opened, source: FileSource, kinds: Mapping[str, str], shelf: Shelf, form: Format) -> Part:
    """The typed rows of the file that the entry keeps, with all that is to be said about them."""
    called = (*((ours, shown(theirs, ours)) for ours, theirs in source.columns.items()), *source.attributes.items())
    read = ReadFile(
        opened.name, opened.sha256, source.table, opened.rows, 0, opened.lost, source.system, opened.lines, called
    )
    joined = _joined(opened, source, shelf, form)
    if joined.frame is None:
        told = placed((*opened.faults, *joined.faults), opened.name, source.table)
        return Part(source.table, read, faults=told)
    schema = joined.frame.schema
    checks = [check(c, schema[c], condition, form.blanks) for c, condition in source.where.items()]
    checks += [latest(joined.frame, source.latest, form, checks)] if source.latest else []
    failed = joined.frame.with_columns(first_failed(checks).alias(KEPT))[KEPT]
    asked, wanted = with_bill(*with_discount(source, kinds))
    shaped = shape(joined.frame.with_columns(failed.is_null().alias(KEPT)), asked, wanted, form)
    made = typed(shaped.raw, shaped.asked)
    kept = adding_up(made.frame, form).filter(KEPT)
    rows, doubts, doubtful = _finished(kept, asked, kinds, opened.name, form)
    told = (
        *opened.faults,
        *differing(opened, source, kinds, form),
        *joined.faults,
        *(unordered(joined.frame, source.latest.largest, form) if source.latest else ()),
        *dict.fromkeys(f for m in joined.missed for f in missed_warning(m, kept)),
        *(f for u in joined.unclear for f in unclear_faults(u, kept)),
        *(_repeated_money(kept, source.explode, kinds) if source.explode else ()),
        *shaped.faults,
        *made.faults,
        *doubts,
        *(repeated_lines(joined.frame.filter(failed.is_null())) if lacks_line_id(kinds, kept.columns) else ()),
    )
    return Part(
        source.table,
        replace(read, filtered=opened.rows - opened.lost - kept[ROW].n_unique()),
        with_origin(rows, opened.name),
        placed(told, opened.name, source.table),
        shaped.faulty | made.faulty | doubtful | joined.faulty.intersection(kept[ROW]),
        left_out(failed, made.frame, checks, kinds, opened.name, source.table),
    )


def _joined(opened: Opened, source: FileSource, shelf: Shelf, form: Format) -> _Joined:
    reshaped = _reshaped(opened, source, shelf, form)
    frame, told = reshaped.frame, reshaped.faults
    missed, unclear = list[Missed](), list[Unclear]()
    if frame is None:
        return _Joined(None, told)
    late = [m for m in source.merged if m.of not in frame.columns]
    faults, unknown = list[Fault](), set[str]()
    for lookup in source.lookups:
        if unknown.intersection(lookup.on):
            unknown |= {*lookup.taken}
            continue
        other = shelf.open_other(lookup, form)
        found = look_up(frame, lookup, other, form) if other else Found(None, (_no_file(lookup, shelf),))
        faults += found.faults
        unknown |= {*lookup.taken} if found.frame is None else set()
        frame = frame if found.frame is None else found.frame
        missed += [found.missed] if found.missed else []
        unclear += [found.unclear] if found.unclear else []
    merged = _merged(frame, [m for m in late if m.of in frame.columns], shelf, form)
    if merged.frame is None:
        return _Joined(None, (*faults, *merged.faults))
    frame, told = merged.frame, (*told, *merged.faults)
    known = [c for c in frame.columns if c != ROW]
    faults += [absent(n, known, None) for n in sorted(columns_of(source) - unknown) if n not in known]
    faulty = reshaped.faulty.union(*(u.rows[ROW] for u in unclear))
    return _Joined(None if faults or unknown else frame, (*told, *faults), tuple(missed), tuple(unclear), faulty)


def _reshaped(opened: Opened, source: FileSource, shelf: Shelf, form: Format) -> Reshaped:
    """The rows of the file in the shape that the entry asks for."""
    if opened.frame is None:
        return Reshaped(None)
    made = Reshaped(opened.frame)
    if unpivot := source.unpivot:
        made = made.then(lambda frame: unpivoted(frame, unpivot))
    if months := source.months:
        made = made.then(lambda frame: in_stretches(frame, months, form))
    if explode := source.explode:
        made = made.then(lambda frame: exploded(frame, explode))
    if following := source.until_next:
        made = made.then(lambda frame: until_next(frame, following, form))
    if source.merged:
        made = made.then(lambda frame: _merged(frame, [m for m in source.merged if m.of in frame.columns], shelf, form))
    if history := source.history:
        other = shelf.open_other(history, form)
        made = made.then(
            lambda frame: (
                with_history(frame, history, other, form) if other else Reshaped(None, (_no_file(history, shelf),))
            )
        )
    return made


def _merged(frame: pl.DataFrame, hows: Sequence[Merged], shelf: Shelf, form: Format) -> Reshaped:
    """The rows with the ids that remained in place of those that were merged into them."""
    made = Reshaped(frame)
    for how in hows:
        other = shelf.open_other(how, form)
        if other is None:
            return Reshaped(None, (_no_file(how, shelf),))
        made = made.then(partial(with_merged, how=how, other=other, form=form))
    return made


def _repeated_money(kept: pl.DataFrame, how: Explode, kinds: Mapping[str, str]) -> tuple[Fault, ...]:
    """A warning where rows that a cell was divided into hold the same money each."""
    money = next((c for c in kept.columns if kinds.get(c) == "money"), None)
    several = kept.filter(pl.col(ROW).is_duplicated())[ROW].unique(maintain_order=True)
    if money is None or several.is_empty():
        return ()
    what = f"{counted(several.len(), 'row')} with several {how.column}, for each of which the {money} counts; the first"
    return (Fault(what, "take one of them, by a lookup", row=several[0], column=how.column, severity="warning"),)


def _no_file(other: OtherFile, shelf: Shelf) -> Fault:
    names = [name for _, name in data_files(shelf.folder)]
    meant = next(filter(None, (did_you_mean(file, names) for file in other.files)), None)
    return Fault(f"no file matches {', '.join(other.files)}", meant or "correct its name in sources.yaml")


def _finished(
    kept: pl.DataFrame, source: FileSource, kinds: Mapping[str, str], name: str, form: Format
) -> tuple[pl.DataFrame, tuple[Fault, ...], frozenset[int]]:
    """The rows as they are delivered: days added, a line id where the source has none, less discounts.

    With them, faults of discounts that are not known, and the rows that these touch.
    """
    frame = with_days_added(kept, source)
    if lacks_line_id(kinds, frame.columns):
        frame = with_line_id(frame, f"{name.removesuffix(f'/{source.sheet}')}:{source.sheet}" if source.sheet else name)
    return less_discount(frame, source.discount, form) if source.discount else (frame, (), frozenset())
