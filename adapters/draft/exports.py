"""What lies in a folder that sources.yaml is to be drafted for? Files of one form as one export, opened."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

import polars as pl

from adapters.delivery import Fault
from adapters.files.content import FORMATS, TEXT, WORKBOOK
from adapters.files.matching import data_files, matches
from adapters.files.opening import Opened, Opening, open_file
from adapters.files.rows import ROW
from adapters.files.workbook import sheet_names
from adapters.values.cells import text
from adapters.values.formats import NULL_WORDS

_FALLBACK = "cp1252"


@dataclass(frozen=True, slots=True)
class Export:
    """One file, or several of one form under a pattern, with what must be declared to open it.

    `cells` are trimmed text; it is None where the file cannot be read, then the faults say why.
    """

    file: str
    header: tuple[str, ...]
    cells: pl.DataFrame | None
    declared: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def exports_in(folder: Path) -> list[Export]:
    """The exports of the folder and the folders below it, in the order of their names."""
    single = [e for path, name in data_files(folder) for e in _opened(path, name)]
    return sorted(_together(folder, single), key=lambda e: (e.file, e.declared.get("sheet", "")))


def _opened(path: Path, name: str) -> Iterator[Export]:
    """The file as one export; a workbook as one for each sheet that holds a table."""
    kind = FORMATS[path.suffix.lower()]
    opened = open_file(path, name)
    if opened.frame is None and kind == TEXT:
        other = open_file(path, name, Opening(encoding=_FALLBACK))
        if other.frame is not None:
            yield _export(other, {"encoding": _FALLBACK})
            return
    sheets = sheet_names(path.read_bytes()) if opened.frame is None and kind == WORKBOOK else []
    if not sheets:
        yield _export(opened, {})
    for sheet in sheets:
        one = open_file(path, name, Opening(sheet=sheet))
        if one.frame is not None:
            yield _export(one, {"sheet": sheet})


def _export(opened: Opened, declared: dict[str, str]) -> Export:
    frame = opened.frame
    if frame is None:
        return Export(opened.name, opened.header, None, declared, opened.faults)
    columns = [c for c in frame.columns if c != ROW]
    cells = frame.select(text(c, frame.schema[c], NULL_WORDS).alias(c) for c in columns)
    return Export(opened.name, opened.header, cells, declared, opened.faults)


def _together(folder: Path, single: Iterable[Export]) -> list[Export]:
    """The exports, those that differ in a number or date in their name only joined under a pattern."""
    groups: dict[tuple[object, ...], list[Export]] = {}
    for export in single:
        form = re.sub(r"\d+", "*", export.file) if export.cells is not None else export.file
        groups.setdefault((form, export.header, *export.declared.items()), []).append(export)
    return [one for group in groups.values() for one in _pattern(folder, group)]


def _pattern(folder: Path, group: list[Export]) -> list[Export]:
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
