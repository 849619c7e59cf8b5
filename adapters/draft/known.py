"""What does a draft say of exports that are known by their headers? The entries by which they are read anyway."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from adapters.draft.exports import Unmapped
from adapters.draft.habits import date_habit
from adapters.draft.sketch import GUESSED, RECOGNISED, Finding, Line, flow, scalar
from adapters.draft.written import written
from adapters.known.planning import Plan, plan
from adapters.known.recognised import Recognised, recognised
from adapters.mapping.sources import FileSource, Sources
from adapters.systems import EXPORTS
from adapters.wanted import Wanted

_REPEATED = "of several columns with one name the first is meant"
_BLOCKS = ("columns", "constants", "attributes", "where", "lookups")


def known(exports: Sequence[Unmapped]) -> tuple[tuple[Recognised, ...], Plan]:
    """Which of the exports are known, and how they are read."""
    readable = {e.file: e.header for e in exports if e.cells is not None}
    cells = {e.file: e.cells for e in exports if e.cells is not None}
    found = recognised(readable, EXPORTS)
    made = plan(found)
    return found, replace(made, sources=Sources(files=[_with_dates(s, cells) for s in made.sources.files]))


def _with_dates(source: FileSource, cells: Mapping[str, pl.DataFrame]) -> FileSource:
    """The entry with the way in which the days of its history are written, where it is not ISO."""
    if (how := source.history) is None:
        return source
    days = [cells[file][how.at] for file in how.files if file in cells]
    form = date_habit(pl.concat(days)).form if days else None
    history = how.model_copy(update={"dates": form.dates}) if form else how
    return source.model_copy(update={"history": history})


def block(export: Unmapped, kind: Recognised, made: Plan, wanted: Wanted) -> tuple[list[Line], list[Finding]]:
    """The lines about one known export, and what they tell."""
    what = kind.export.what
    entries = [s for s in made.sources.files if s.file == export.file]
    findings = [Finding(RECOGNISED, export.file, f"{what}, taken for {s.table}") for s in entries]
    lines: list[Line] = []
    for source in entries:
        how = written(source, _cells(export), wanted.kinds(source.table))
        lines += _entry(source, {**export.declared, **how.declared}, what)
        doubts = [*how.doubts, *([_REPEATED] if "repeated" in export.declared else [])]
        lines += [Line("", f"{GUESSED}: {doubt}") for doubt in doubts]
        findings += [Finding(GUESSED, export.file, doubt) for doubt in doubts]
    if not entries:
        lines.append(
            Line("", f"{RECOGNISED}: {export.file}: {what}, from which no table is filled by itself", indent=2)
        )
        findings.append(Finding(RECOGNISED, export.file, f"{what}, from which no table is filled by itself"))
    for lacking in dict.fromkeys(note.what for note in made.notes if note.file == export.file):
        lines.append(Line("", lacking, indent=2))
        findings.append(Finding("lacking", export.file, lacking))
    return lines, findings


def _cells(export: Unmapped) -> pl.DataFrame:
    return pl.DataFrame() if export.cells is None else export.cells


def _entry(source: FileSource, declared: Mapping[str, object], what: str) -> Iterator[Line]:
    said: dict[str, Any] = source.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    yield Line(f"- file: {scalar(source.file)}", f"{RECOGNISED}: {what}", indent=2)
    for setting, value in {**declared, **said}.items():
        if setting in _BLOCKS and value:
            yield Line(f"{setting}:")
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            for name, part in parts:
                yield Line(f"- {flow(part)}" if isinstance(name, int) else f"{scalar(name)}: {flow(part)}", indent=6)
        elif setting != "file":
            yield Line(f"{setting}: {flow(value)}")
