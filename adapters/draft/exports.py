"""What lies in a folder that sources.yaml is to be drafted for? Files of one form as one export, opened."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import polars as pl

from adapters.delivery import Fault
from adapters.files.container import content
from adapters.files.content import PARQUET, TEXT, format_named, is_workbook
from adapters.files.footer import MOST_LINES, may_end
from adapters.files.grouped import groups_in
from adapters.files.headers import headers_in, lines_above
from adapters.files.matching import data_files, matches
from adapters.files.opening import Opened, Opening, open_file
from adapters.files.rows import ROW, no_header
from adapters.files.workbook import sheet_names
from adapters.known.recognised import recognised
from adapters.systems import EXPORTS
from adapters.values.cells import text
from adapters.values.formats import NULL_WORDS

_FALLBACK = "cp1252"
NAMELESS = ("Column 1",)
"""The first column, where it has no name: in reports, that of the group stands in it."""
_OTHERWISE: tuple[dict[str, Any], ...] = (
    {"encoding": _FALLBACK},
    {"repeated": True},
    {"encoding": _FALLBACK, "repeated": True},
    {"fill_down": NAMELESS},
    {"encoding": _FALLBACK, "fill_down": NAMELESS},
)
"""What may have to be declared of a text that is not read as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Unmapped:
    """One file, or several of one form under a pattern, with what must be declared to open it.

    `cells` are trimmed text; it is None where the file cannot be read, then the faults say why.
    """

    file: str
    header: tuple[str, ...]
    cells: pl.DataFrame | None
    declared: dict[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def is_book(self) -> bool:
        """Whether it is a workbook or a sheet of one."""
        return is_workbook(Path(self.file))

    @property
    def called(self) -> str:
        """The file, with its sheet where one is declared, as its rows are named."""
        return f"{self.file}/{self.declared['sheet']}" if "sheet" in self.declared else self.file


def exports_in(folder: Path) -> list[Unmapped]:
    """The exports of the folder and the folders below it, in the order of their names."""
    found = recognised(headers_in(folder), EXPORTS)
    known = {r.file: _opening(r.export.settings) for r in found}
    single = [e for path, name in data_files(folder) for e in _opened(path, name, known.get(name, Opening()))]
    alone = {r.file for r in found if r.export.only_one}
    return sorted(_together(folder, single, alone), key=lambda e: (e.file, str(e.declared.get("sheet", ""))))


def _opening(settings: Mapping[str, Any]) -> Opening:
    """How a known export is opened, as far as its files differ from others."""
    named = {f.name for f in fields(Opening)}
    return Opening(**{name: value for name, value in settings.items() if name in named})


def _opened(path: Path, name: str, opening: Opening) -> Iterator[Unmapped]:
    """The file as one export; a workbook of several sheets as one for each that holds anything."""
    opened = open_file(path, name, opening)
    if not _has_columns(opened) and format_named(path) == TEXT:
        yield _otherwise(path, opened, opening, None, _OTHERWISE)
        return
    sheets = sheet_names(content(path)) if opened.frame is None and is_workbook(path) else []
    if not sheets:
        yield _export(path, opening, opened, {})
    for sheet in sheets:
        one = open_file(path, name, replace(opening, sheet=sheet))
        if one.frame is not None or no_header().fault.what not in {fault.what for fault in one.faults}:
            grouped = {"fill_down": NAMELESS}
            export = _otherwise(path, one, opening, sheet, ({"sheet": sheet}, grouped, {"sheet": sheet, **grouped}))
            faults = tuple(replace(fault, what=f'sheet "{sheet}": {fault.what}') for fault in export.faults)
            yield replace(export, faults=faults)


def _otherwise(
    path: Path, opened: Opened, opening: Opening, sheet: str | None, ways: Iterable[dict[str, Any]]
) -> Unmapped:
    """The export by the first way that it can be read, below a title where it has one; else as it is, with faults."""
    usual: dict[str, Any] = {} if sheet is None else {"sheet": sheet}
    if _has_columns(opened):
        return _export(path, opening, opened, usual)
    titles = lines_above(path, sheet, replace(opening, fallback=_FALLBACK))
    above = [{**way, "lines_above": titles} for way in ({}, *ways)] if titles else []
    for declared in [*above, *(ways if opened.frame is None else ())]:
        other = open_file(path, opened.name, replace(opening, **declared))
        has_totals = other.totals is not None and not other.totals.is_empty()
        if other.frame is not None and (has_totals or "fill_down" not in declared):
            return _export(path, opening, other, declared)
    return _export(path, opening, opened, usual)


def _has_columns(opened: Opened) -> bool:
    """Whether the file could be read as it is; one column may be the title of a report."""
    return opened.frame is not None and len(opened.header) > 1


def _export(path: Path, opening: Opening, opened: Opened, declared: dict[str, Any]) -> Unmapped:
    """The export as it was opened, without what a report says below its rows, and with the names of its groups."""
    for further in (_footer, _groups, _footer):
        opened, declared = further(path, opening, opened, declared)
    frame = opened.frame
    if frame is None:
        return Unmapped(opened.name, opened.header, None, declared, opened.faults)
    columns = [c for c in frame.columns if c != ROW]
    cells = frame.select(text(c, frame.schema[c], NULL_WORDS).alias(c) for c in columns)
    return Unmapped(opened.name, opened.header, cells, declared, opened.faults)


def _footer(path: Path, opening: Opening, opened: Opened, declared: dict[str, Any]) -> tuple[Opened, dict[str, Any]]:
    """The export without what a report says below its rows, if anything is told of it there."""
    is_grouped = "fill_down" in declared
    if opened.frame is None or "footer" in declared:
        return opened, declared
    if not (is_grouped or opened.lost or may_end(opened.frame.drop(ROW).tail(MOST_LINES).rows())):
        return opened, declared
    above = open_file(path, opened.name, replace(opening, **declared, footer=True))
    has_less = above.rows < opened.rows or (is_grouped and above.faults != opened.faults)
    return (above, {**declared, "footer": True}) if above.frame is not None and has_less else (opened, declared)


def _groups(path: Path, opening: Opening, opened: Opened, declared: dict[str, Any]) -> tuple[Opened, dict[str, Any]]:
    """The export with the names of its groups on their rows, where they stand once above them."""
    if opened.frame is None or format_named(path) == PARQUET:
        return opened, declared
    nameless = tuple(takewhile(re.compile(r"Column \d+").fullmatch, opened.header))
    columns = nameless if "fill_down" in declared else groups_in(opened.frame)
    if columns == declared.get("fill_down", ()):
        return opened, declared
    filled = open_file(path, opened.name, replace(opening, **{**declared, "fill_down": columns}))
    return (filled, {**declared, "fill_down": columns}) if filled.frame is not None else (opened, declared)


def _together(folder: Path, single: Iterable[Unmapped], alone: Collection[str]) -> list[Unmapped]:
    """The exports, those that differ in a number or date in their name only joined under a pattern, but for `alone`."""
    groups: dict[tuple[object, ...], list[Unmapped]] = {}
    for export in single:
        is_one = export.cells is None or export.file in alone
        form = export.file if is_one else re.sub(r"\d+", "*", export.file)
        groups.setdefault((form, export.header, *export.declared.items()), []).append(export)
    return [one for group in groups.values() for one in _pattern(folder, group)]


def _pattern(folder: Path, group: list[Unmapped]) -> list[Unmapped]:
    names = [e.file for e in group]
    pattern = f"{_common(names)}*{_common([n[::-1] for n in names])[::-1]}"
    if len(group) < 2 or [name for _, name in matches(folder, pattern)] != sorted(names):
        return group
    cells = pl.concat(e.cells for e in group if e.cells is not None)
    return [replace(group[0], file=pattern, cells=cells)]


def _common(names: list[str]) -> str:
    """What all names begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)
