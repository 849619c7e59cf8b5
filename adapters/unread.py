"""Which files of a folder does nobody read, and which of them should be? Notes and warnings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from adapters.delivery import Fault
from adapters.files.headers import headers_in
from adapters.files.matching import data_files, matches
from adapters.known.planning import plan
from adapters.known.recognised import Recognised, nearly, recognised
from adapters.mapping.fitting import FILE
from adapters.mapping.sources import Sources
from adapters.named import table_named
from adapters.systems import EXPORTS
from adapters.wanted import Wanted
from adapters.wording import counted

_MOST_NAMES = 10
_OURS = 2
"""Columns of a table that tell that a file is in our layout."""


def beside(folder: Path, sources: Sources, wanted: Wanted) -> list[Fault]:
    """What is said of the files that no entry of sources.yaml reads: a warning for what looks like a known export that
    would fill a table, or would give contracts if it had a column more, and for what is one of our tables by name and
    columns; one note for all others."""
    paths = {name: path for path, name in data_files(folder)}
    unread = sorted({*paths} - _read(folder, sources))
    if not unread:
        return []
    headers = headers_in(folder)
    found = recognised(headers, EXPORTS)
    known = plan(found)
    filled = _fillable(found, known.sources)
    told = {f.file: f for f in known.notes if f.severity == "warning" and f.file in unread}
    told |= {name: _overlooked(name, *filled[name]) for name in unread if name in filled}
    told |= {fault.file: fault for fault in near({name: headers[name] for name in unread}) if fault.file}
    told |= {n: _own(n, t) for n in unread if n not in told and (t := _our_table(paths[n], headers[n], wanted))}
    rest = [name for name in unread if name not in told]
    return [*told.values(), *([_note(rest)] if rest else [])]


def near(headers: Mapping[str, Collection[str]]) -> list[Fault]:
    """A warning for each file that is no known export, and would be one with one column more."""
    known = {r.file for r in recognised(headers, EXPORTS)}
    found = [(name, nearly(header, EXPORTS)) for name, header in headers.items() if name not in known]
    remedy = "export it with that column, or map it in sources.yaml"
    return [Fault(one.what, remedy, file=name, severity="warning") for name, one in found if one]


def _read(folder: Path, sources: Sources) -> set[str]:
    """The files that entries mean, those with lookups, merged ids and histories as well."""
    others = [o for s in sources.files for o in (*s.lookups, *s.merged, *([s.history] if s.history else []))]
    patterns = {*(s.file for s in sources.files), *(f for o in others for f in o.files)}
    return {name for pattern in patterns for _, name in matches(folder, pattern)}


def _fillable(found: Sequence[Recognised], sources: Sources) -> dict[str, tuple[str, Iterable[str]]]:
    """By file that is a known export: what it is, and the tables that it would fill."""
    what = {r.file: r.export.what for r in found}
    tables: dict[str, dict[str, None]] = {}
    for entry in sources.files:
        tables.setdefault(entry.file, {})[entry.table] = None
    return {file: (what[file], names) for file, names in tables.items()}


def _overlooked(name: str, what: str, tables: Iterable[str]) -> Fault:
    says = f"looks like {what}, which would fill {' and '.join(tables)}, and no entry of {FILE} reads it"
    return Fault(says, "add an entry for it, or take the file away", file=name, severity="warning")


def _our_table(path: Path, header: Collection[str], wanted: Wanted) -> str | None:
    """The table that a file is named for, if it has columns of it."""
    table = table_named(path, wanted)
    return table if table and len({h.casefold() for h in header} & {*wanted.kinds(table)}) >= _OURS else None


def _own(name: str, table: str) -> Fault:
    remedy = "add an entry with its columns, or take the file away"
    return Fault(f"is named for {table}, and no entry of {FILE} reads it", remedy, file=name, severity="warning")


def _note(names: Sequence[str]) -> Fault:
    is_read, rest = "is" if len(names) == 1 else "are", len(names) - _MOST_NAMES
    shown = ", ".join(names[:_MOST_NAMES]) + (f" and {rest:,} more" if rest > 0 else "")
    what = f"{counted(len(names), 'file')} of the folder {is_read} read by no entry: {shown}"
    return Fault(what, file=FILE, severity="note")
