"""Our own layout: one file for each table, named for it, with our column names as headers."""

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.content import is_data_file
from adapters.files.matching import data_files, name_in
from adapters.files.opening import Opened, open_file
from adapters.lines import lacks_line_id, repeated_lines, with_line_id
from adapters.parts import Part, deliver, placed, with_origin
from adapters.sources import Sources
from adapters.values.formats import OURS
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, typed
from adapters.wanted import ORIGIN, Wanted
from adapters.wording import did_you_mean, listed

NAME = "plain"
FOLDER = "exports"
"""Where the files may lie within the folder."""


def recognises(headers: Mapping[str, Collection[str]]) -> float:
    """A little for any folder: who writes our layout needs no other adapter."""
    return 0.1 if headers else 0.0


def read(folder: Path, wanted: Wanted, sources: Sources | None = None) -> Delivery:
    """The tables for which the folder, or `exports` in it, has a file of their name."""
    found = _files(folder, wanted)
    if not found:
        return Delivery({}, (_nothing(folder, wanted),))
    parts, faults = [], []
    for table, files in found.items():
        if len(files) > 1:
            names = listed([name_in(folder, f) for f in files])
            faults.append(Fault(f"table {table} has several files: {names}", "keep one of them", table=table))
        else:
            parts.append(_part(open_file(files[0], name_in(folder, files[0])), table, wanted))
    return deliver(parts, [*faults, *_unread(folder, found)])


def _files(folder: Path, wanted: Wanted) -> dict[str, list[Path]]:
    """Table to the files named for it, in the order of the layout."""
    for place in (folder, folder / FOLDER):
        names = sorted(p for p in place.glob("*") if p.is_file() and is_data_file(p))
        found = {t: [p for p in names if p.stem.strip().casefold() == t] for t in wanted.layout}
        if any(found.values()):
            return {table: files for table, files in found.items() if files}
    return {}


def _nothing(folder: Path, wanted: Wanted) -> Fault:
    names = listed([name for _, name in data_files(folder)]) or "no data files"
    what = f"no file is named for a table ({listed([f'{t}.csv' for t in wanted.layout])}); the folder has {names}"
    return Fault(what, "write sources.yaml; bookscore init drafts one from the headers")


def _unread(folder: Path, found: Mapping[str, list[Path]]) -> list[Fault]:
    """Notes about data files beside those read."""
    read = {f for files in found.values() for f in files}
    places = {f.parent for f in read}
    beside = sorted(p for place in places for p in place.glob("*") if is_data_file(p) and p not in read)
    tables = [f"{t}{p.suffix}" for t in found for p in found[t]]
    return [
        Fault(
            "is named for no table and was not read",
            did_you_mean(p.name, tables),
            file=name_in(folder, p),
            severity="note",
        )
        for p in beside
    ]


def _part(opened: Opened, table: str, wanted: Wanted) -> Part:
    read = ReadFile(opened.name, opened.sha256, table, opened.rows, lost=opened.lost)
    told = list(opened.faults)
    if opened.frame is None:
        return Part(table, read, faults=placed(told, opened.name, table))
    kinds = wanted.kinds(table)
    frame = opened.frame.rename({c: c.casefold() for c in opened.header})
    extra = [c.casefold() for c in opened.header if c.casefold() not in kinds and c.casefold() not in ORIGIN]
    if table not in wanted.open_tables:
        told += [_unused(c, kinds) for c in extra]
        extra = []
    shown = {c.casefold(): c for c in opened.header}
    asked = [Asked(c, kinds.get(c, "text"), OURS, shown[c]) for c in (*(k for k in kinds if k in shown), *extra)]
    made = typed(frame.with_columns(pl.lit(value=True).alias(KEPT)), asked)
    rows = made.frame
    if lacks_line_id(kinds, rows.columns):
        told += repeated_lines(frame)
        rows = with_line_id(rows, opened.name)
    return Part(
        table, read, with_origin(rows, opened.name), placed((*told, *made.faults), opened.name, table), made.faulty
    )


def _unused(column: str, kinds: Mapping[str, str]) -> Fault:
    remedy = did_you_mean(column, kinds)
    severity = "warning" if remedy else "note"
    return Fault(f"column {column} is none of this table and was not read", remedy, column=column, severity=severity)
