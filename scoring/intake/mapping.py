"""How does a company map its exports? By its sources.yaml, or with all that is wrong with it and with its files."""

from pathlib import Path

from pydantic import ValidationError

from adapters import mapped
from adapters.delivery import Fault
from adapters.files.matching import matches
from adapters.mapping.fitting import at_odds
from adapters.mapping.sources import FileSource, Sources
from adapters.wanted import Wanted
from scoring import document
from scoring.document import Document
from scoring.errors import Problem, ProblemsFoundError, Severity
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

_FILES = "files"
_ANY = "any"


def mapping_of(place: Path, folder: Path) -> Sources:
    """The map of the folder's exports.

    Raises ProblemsFoundError with everything that is wrong with it: how it is written, and where an entry is sound, how
    that fits tables and files, and what cannot be read by it.
    """
    try:
        return document.load(place, Sources)
    except ProblemsFoundError as error:
        further = _of_entries(document.read(place), folder)
        raise ProblemsFoundError((*error.problems, *map(problem_of, further))) from None


def problem_of(fault: Fault) -> Problem:
    """What an adapter found, as a problem."""
    place = (fault.file, fault.row, fault.column, fault.value, fault.table)
    return Problem(fault.what, fault.remedy, *place, Severity(fault.severity))


def _of_entries(read: Document, folder: Path) -> list[Fault]:
    """The errors of entries that can be judged although others, or the whole, are not as they should be."""
    entries = read.tree.at((_FILES,))
    wanted = Wanted(LAYOUT, OPEN_TABLES, {name: table.key for name, table in TABLES.items()})
    sound, faults = list[FileSource](), list[Fault]()
    for n, entry in enumerate(entries if isinstance(entries, list) else []):
        if _is_unclear(read, n):
            continue
        if (source := read.fit(FileSource, (_FILES, n))[0]) is not None:
            sound.append(source)
        elif (names := _names_in(entry)) is not None:
            faults += at_odds(names, wanted, folder, matches(folder, names.file))
    told = mapped.read(folder, wanted, Sources(files=sound)).faults if sound else ()
    return [*faults, *(fault for fault in told if fault.severity == "error")]


def _is_unclear(read: Document, n: int) -> bool:
    """Whether the entry cannot be read as YAML, or says a thing twice."""
    place = (_FILES, n)
    within = (*read.tree.spoiled, *(flaw.keys for flaw in read.tree.flaws))
    return read.tree.is_spoiled(place) or any(keys[: len(place)] == place for keys in within)


def _names_in(entry: object) -> FileSource | None:
    """What an entry that is not sound names for certain: its file, its table and our columns."""
    columns = entry.get("columns") if isinstance(entry, dict) else None
    if not (isinstance(entry, dict) and isinstance(columns, dict)):
        return None
    named = {"file": entry.get("file"), "table": entry.get("table"), "columns": dict.fromkeys(columns, _ANY)}
    try:
        return FileSource.model_validate(named)
    except ValidationError:
        return None
