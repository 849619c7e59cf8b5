"""Any company's exports, as sources.yaml maps them: renames, filters, lookups, constants, formats, signs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.content import is_workbook
from adapters.files.matching import matches
from adapters.mapping.distinct import distinct
from adapters.mapping.fitting import FILE, at_odds, fitting_part
from adapters.mapping.part import columns_of, part_of
from adapters.mapping.shelf import Shelf, shelf_for
from adapters.mapping.sources import FileSource, Sources
from adapters.overlapping import apart
from adapters.parts import Gathered, Part, again, deliver
from adapters.values.formats import Format
from adapters.wanted import Wanted

NAME = "mapped"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the reading of one sources.yaml shares: what is asked, the files, and the contents seen so far."""

    wanted: Wanted
    shelf: Shelf
    time_zone: str | None
    seen: dict[tuple[str, str, str | None], str] = field(default_factory=dict)


def recognises(headers: Mapping[str, Collection[str]]) -> float:
    """Never by itself: who wants a mapping writes sources.yaml."""
    return 0.0


def read(folder: Path, wanted: Wanted, sources: Sources | None) -> Delivery:
    """The tables that sources.yaml fills from the files of the folder."""
    if sources is None:
        return Delivery({})
    faults = [] if sources.files else [Fault("names no files", "add an entry for each export", file=FILE)]
    return deliver(gathered(folder, wanted, sources).with_faults(faults))


def gathered(folder: Path, wanted: Wanted, sources: Sources) -> Gathered:
    """What the entries give, file by file."""
    reading = _Reading(wanted, shelf_for(folder, sources), sources.time_zone or wanted.time_zone)
    faults: list[Fault] = []
    alike: dict[tuple[str, str], list[Part]] = {}
    once: dict[str, list[Part]] = {}
    for source in sources.files:
        found = matches(folder, source.file)
        wrong = at_odds(source, wanted, folder, found)
        faults += [*wrong, *(_of_files(found, source, reading) if wrong else ())]
        if not wrong:
            made = _entry(found, source, reading)
            kind = source.table, source.model_dump_json(include={"columns", "constants", "system"})
            (once.setdefault(source.table, []) if source.distinct else alike.setdefault(kind, [])).extend(made)
    keys = wanted.keys
    parts = [part for (table, _), several in alike.items() for part in apart(several, keys.get(table, ()))]
    parts += [part for table, several in once.items() for part in distinct(several, keys.get(table, ()))]
    return Gathered(tuple(parts), tuple(faults), tuple(reading.shelf.looked_up.values()))


def _of_files(found: list[tuple[Path, str]], source: FileSource, reading: _Reading) -> list[Fault]:
    """What is wrong with the files of an entry that does not fit its table, as far as it does."""
    if (part := fitting_part(source, reading.wanted)) is None:
        return []
    made = _entry(found, part, replace(reading, seen={}))
    return [fault for part in made for fault in part.faults if fault.severity == "error"]


def _entry(found: list[tuple[Path, str]], source: FileSource, reading: _Reading) -> Sequence[Part]:
    """What the files of one entry give; a file with the content of an earlier one is not read twice."""
    kinds = reading.wanted.kinds(source.table)
    form = _format(source, reading.time_zone)
    parts = []
    for path, name in found:
        form = replace(form, of_cells=is_workbook(path))
        opened = reading.shelf.open(path, name, source, form, columns_of(source))
        first = reading.seen.setdefault((source.table, opened.sha256, source.sheet), opened.name)
        read = ReadFile(opened.name, opened.sha256, source.table, opened.rows, system=source.system)
        part = part_of(opened, source, kinds, reading.shelf, form) if first == opened.name else again(read, first)
        parts.append(part)
    return parts


def _format(source: FileSource, time_zone: str | None) -> Format:
    return Format(
        decimal=source.decimal,
        thousands=source.thousands,
        dates=source.dates,
        nulls=tuple(source.nulls),
        time_zone=time_zone,
        whole_ids=source.whole_ids,
        marks=source.marks,
        minor_digits=tuple(source.minor_digits.items()),
        utc=source.utc,
    )
