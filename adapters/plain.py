"""Our own layout: one file for each table, or several numbered ones, named for it, our column names as headers."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

import polars as pl

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.content import is_archive, plain_name
from adapters.files.matching import Place, data_files
from adapters.files.opening import open_file
from adapters.lines import lacks_line_id, repeated_lines, with_line_id
from adapters.mapping.sources import Sources
from adapters.overlapping import apart
from adapters.parts import Gathered, Part, again, deliver, placed, with_origin
from adapters.quick import read_quickly
from adapters.values.formats import OURS
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, typed
from adapters.wanted import ORIGIN, Wanted
from adapters.wording import did_you_mean, listed

NAME = "plain"
FOLDER = "exports"
"""Where the files may lie within the folder."""

_NUMBER = re.compile(r"[ _.-]\d[\d _.-]*$")
"""What tells several files of one table apart: a number or a date behind the name."""


def recognises(headers: Mapping[str, Collection[str]]) -> float:
    """A little for any folder: who writes our layout needs no other adapter."""
    return 0.1 if headers else 0.0


def read(folder: Path, wanted: Wanted, sources: Sources | None = None) -> Delivery:
    """The tables for which the folder, `exports` in it, or an archive has a file of their name."""
    home, files = home_of(folder, wanted)
    if home is None:
        return Delivery({}, (_nothing(folder, wanted),))
    return deliver(gathered(folder, wanted).with_faults(_unread(files, wanted)))


def gathered(folder: Path, wanted: Wanted, without: Collection[str] = ()) -> Gathered:
    """What the files named for tables give, those in `without` left aside."""
    _, files = home_of(folder, wanted, without)
    parts: list[Part] = []
    faults: list[Fault] = []
    for table in wanted.layout:
        found = [place for place in files if table_named(place[0], wanted) == table]
        if len(found) > 1 and not all(is_numbered(path) for path, _ in found):
            names = listed([name for _, name in found])
            faults.append(Fault(f"table {table} has several files: {names}", "keep one of them", table=table))
        else:
            several = _once([_part(path, name, table, wanted) for path, name in found])
            parts += apart(several, wanted.keys.get(table, ()))
    return Gathered(tuple(parts), tuple(faults))


def home_of(folder: Path, wanted: Wanted, without: Collection[str] = ()) -> tuple[str | None, list[Place]]:
    """The first place with a file named for a table, and the data files in it."""
    by_home: dict[str, list[Place]] = {}
    for path, name in [place for place in data_files(folder) if place[1] not in without]:
        by_home.setdefault(PurePosixPath(name).parent.as_posix(), []).append((path, name))
    homes = sorted((h for h in by_home if _may_be_home(h)), key=lambda h: (h not in (".", FOLDER), h != ".", h))
    home = next((h for h in homes if any(table_named(path, wanted) for path, _ in by_home[h])), None)
    return home, by_home.get(home or "", [])


def _may_be_home(name: str) -> bool:
    """Whether files may lie there: in the folder, in `exports`, or in an archive in one of them."""
    parts = PurePosixPath(name).parts
    inner = parts[1:] if parts[:1] == (FOLDER,) else parts
    return not inner or is_archive(PurePosixPath(inner[0]))


def table_named(path: Path, wanted: Wanted) -> str | None:
    """The table that the file is named for; `invoices-2026-01.csv` is one of several for invoices."""
    stem = _NUMBER.sub("", _stem(path))
    return stem if stem in wanted.layout else None


def is_numbered(path: Path) -> bool:
    """Whether it may be one of several files of its table."""
    return _NUMBER.search(_stem(path)) is not None


def _stem(path: Path) -> str:
    return PurePosixPath(plain_name(path)).stem.strip().casefold()


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


def _unread(files: Sequence[Place], wanted: Wanted) -> list[Fault]:
    """Notes about data files beside those read."""
    tables = [path.name for path, _ in files if table_named(path, wanted)]
    return [
        Fault("is named for no table and was not read", did_you_mean(path.name, tables), file=name, severity="note")
        for path, name in files
        if not table_named(path, wanted)
    ]


def _part(path: Path, name: str, table: str, wanted: Wanted) -> Part:
    kinds = wanted.kinds(table)
    is_open = table in wanted.open_tables

    def asks(header: Sequence[str]) -> list[Asked]:
        return _asked(header, kinds, is_open=is_open)

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


def _asked(header: Sequence[str], kinds: Mapping[str, str], *, is_open: bool) -> list[Asked]:
    """The columns of the table that the header has, and all others where the table takes them."""
    shown = {c.casefold(): c for c in header if c.casefold() not in ORIGIN}
    names = (*(k for k in kinds if k in shown), *(c for c in shown if is_open and c not in kinds))
    return [Asked(c, kinds.get(c, "text"), OURS, shown[c]) for c in names]


def _is_complete(header: Sequence[str], kinds: Mapping[str, str]) -> bool:
    """Whether no line id has to be made, for which rows are compared in all that they hold."""
    return not lacks_line_id(kinds, [c.casefold() for c in header])


def _unused(column: str, kinds: Mapping[str, str]) -> Fault:
    remedy = did_you_mean(column, kinds)
    severity = "warning" if remedy else "note"
    return Fault(f"column {column} is none of this table and was not read", remedy, column=column, severity=severity)
