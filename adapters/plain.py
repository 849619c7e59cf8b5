"""Our own layout: one file for each table, or several numbered ones, named for it, our column names as headers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import polars as pl

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.matching import data_files
from adapters.files.opening import open_file
from adapters.lines import lacks_line_id, repeated_lines, with_line_id
from adapters.mapping.sources import Sources
from adapters.named import are_told_apart, named, overlooked
from adapters.overlapping import apart
from adapters.parts import Gathered, Part, again, deliver, placed, with_origin
from adapters.quick import read_quickly
from adapters.values.formats import OURS, Format
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, typed
from adapters.wanted import ORIGIN, Wanted
from adapters.wording import counted, did_you_mean, listed

NAME = "plain"

_MOST_NOTES = 10
_SEVERAL = "keep one of them, or tell them apart by a number or date behind each name, as invoices-2026-01.csv"


def recognises(headers: Mapping[str, Collection[str]]) -> float:
    """A little for any folder: who writes our layout needs no other adapter."""
    return 0.1 if headers else 0.0


def read(folder: Path, wanted: Wanted, sources: Sources | None = None) -> Delivery:
    """The tables for which the folder, `exports` in it, or an archive has a file of their name."""
    places = named(folder, wanted)
    missed = overlooked(folder, wanted)
    if not places:
        return Delivery({}, (_nothing(folder, wanted), *missed))
    read = {name for found in places.values() for _, name in found}
    rest = {name for _, name in data_files(folder)} - read - {fault.file for fault in missed}
    return deliver(gathered(folder, wanted).with_faults([*missed, *_unread(sorted(rest), read)]))


def gathered(folder: Path, wanted: Wanted, without: Collection[str] = ()) -> Gathered:
    """What the files named for tables give, those in `without` left aside."""
    parts: list[Part] = []
    faults: list[Fault] = []
    for table, found in named(folder, wanted, without).items():
        each = [_part(path, name, table, wanted) for path, name in found]
        several = _once([part for part in each if part.frame is not None])
        parts += [part for part in each if part.frame is None]  # of which is told why it cannot be read
        names = [part.file.name for part in several]
        if len({part.file.sha256 for part in several}) > 1 and not are_told_apart(names):
            faults.append(Fault(f"table {table} has several files: {listed(names)}", _SEVERAL, table=table))
        else:
            parts += apart(several, wanted.keys.get(table, ()))
    return Gathered(tuple(parts), tuple(faults))


def _once(parts: list[Part]) -> list[Part]:
    """The parts of one table; a file with the content of an earlier one counts once."""
    first: dict[str, str] = {}
    for part in parts:
        first.setdefault(part.file.sha256, part.file.name)
    return [p if first[p.file.sha256] == p.file.name else again(p.file, first[p.file.sha256]) for p in parts]


def _nothing(folder: Path, wanted: Wanted) -> Fault:
    names = listed([name for _, name in data_files(folder)]) or "no data files"
    what = f"no file is named for a table ({listed([f'{t}.csv' for t in wanted.layout])}); the folder has {names}"
    return Fault(what, "write sources.yaml; bookscore init drafts one from the headers")


def _unread(names: Sequence[str], read: Collection[str]) -> list[Fault]:
    """A note for each data file that is named for no table; one for all where many have no name close to one."""
    tables = [PurePosixPath(name).name for name in read]
    meant = {name: did_you_mean(PurePosixPath(name).name, tables) for name in names}
    others = [name for name in names if not meant[name]]
    many = others if len(others) > _MOST_NOTES else []
    of_all = f"{counted(len(many), 'file')} are named for no table and were not read: {listed(many)}"
    what = "is named for no table and was not read"
    told = [Fault(what, meant[name], file=name, severity="note") for name in names if name not in many]
    return [*told, *([Fault(of_all, severity="note")] if many else [])]


def _part(path: Path, name: str, table: str, wanted: Wanted) -> Part:
    kinds = wanted.kinds(table)
    is_open = table in wanted.open_tables
    form = replace(OURS, time_zone=wanted.time_zone)

    def asks(header: Sequence[str]) -> list[Asked]:
        return _asked(header, kinds, form, is_open=is_open)

    quick = read_quickly(path, name, lambda header: asks(header) if _is_complete(header, kinds) else [])
    opened, made = quick or (open_file(path, name), None)
    read = ReadFile(opened.name, opened.sha256, table, opened.rows, lost=opened.lost, lines=opened.lines)
    told = list(opened.faults)
    if opened.frame is None:
        return Part(table, read, faults=placed(told, opened.name, table))
    told += [] if is_open else [_unused(c.casefold(), kinds) for c in opened.header if c.casefold() not in kinds]
    frame = opened.frame.rename({c: c.casefold() for c in opened.frame.columns})
    made = made or typed(frame.with_columns(pl.lit(value=True).alias(KEPT)), asks(opened.header))
    rows = made.frame
    if lacks_line_id(kinds, rows.columns):
        told += repeated_lines(frame)
        rows = with_line_id(rows, opened.name)
    return Part(
        table, read, with_origin(rows, opened.name), placed((*told, *made.faults), opened.name, table), made.faulty
    )


def _asked(header: Sequence[str], kinds: Mapping[str, str], form: Format, *, is_open: bool) -> list[Asked]:
    """The columns of the table that the header has, and all others where the table takes them."""
    shown = {c.casefold(): c for c in header if c.casefold() not in ORIGIN}
    names = (*(k for k in kinds if k in shown), *(c for c in shown if is_open and c not in kinds))
    return [Asked(c, kinds.get(c, "text"), form, shown[c]) for c in names]


def _is_complete(header: Sequence[str], kinds: Mapping[str, str]) -> bool:
    """Whether no line id has to be made, for which rows are compared in all that they hold."""
    return not lacks_line_id(kinds, [c.casefold() for c in header])


def _unused(column: str, kinds: Mapping[str, str]) -> Fault:
    remedy = did_you_mean(column, kinds)
    severity = "warning" if remedy else "note"
    return Fault(f"column {column} is none of this table and was not read", remedy, column=column, severity=severity)
