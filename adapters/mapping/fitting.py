"""Does an entry of sources.yaml fit the tables and files that are there? Said before anything is read."""

from collections.abc import Collection
from pathlib import Path

from adapters.delivery import Fault
from adapters.files.matching import data_files
from adapters.mapping.copying import is_computed
from adapters.mapping.sources import ColumnOf, FileSource
from adapters.wanted import Wanted
from adapters.wording import did_you_mean, listed

FILE = "sources.yaml"


def at_odds(source: FileSource, wanted: Wanted, folder: Path, found: Collection[object]) -> list[Fault]:
    """What the entry asks for that the tables or the folder do not have; `found` are the files it means."""
    return _misfits(source, wanted) + ([] if found else [_no_match(folder, source.file)])


def fitting_part(source: FileSource, wanted: Wanted) -> FileSource | None:
    """The entry with the columns that fit the table, to be held against its files; None where there are none."""
    if source.table not in wanted.layout:
        return None
    kinds = wanted.kinds(source.table)
    columns = {n: s for n, s in source.columns.items() if n in kinds and not _wrong_kind(source, n, kinds[n])}
    rest = {
        "columns": columns,
        "constants": {n: v for n, v in source.constants.items() if n in kinds},
        "attributes": {n: s for n, s in source.attributes.items() if n not in kinds},
        "discount": None,
        "adds_up": None,
    }
    return source.model_copy(update=rest) if columns else None


def _misfits(source: FileSource, wanted: Wanted) -> list[Fault]:
    """What the entry asks for that the tables do not have."""
    if source.table not in wanted.layout:
        what = f"{source.file}: there is no table {source.table}"
        remedy = did_you_mean(source.table, wanted.layout) or f"the tables are {listed(list(wanted.layout))}"
        return [Fault(what, remedy, file=FILE, column="table")]
    kinds = wanted.kinds(source.table)
    unknown = [n for n in (*source.columns, *source.constants) if n not in kinds]
    faults = [_unknown(source, n, list(kinds)) for n in unknown]
    if source.attributes and source.table not in wanted.open_tables:
        what = f"{source.file}: table {source.table} takes no attributes"
        faults.append(Fault(what, f"tables with attributes: {listed(sorted(wanted.open_tables))}", file=FILE))
    faults += [_unknown(source, n, list(kinds)) for n in source.attributes if n in kinds]
    if source.discount and not {"amount", "every"} <= {*kinds}:
        what = f"{source.file}: table {source.table} holds no recurring lines, off which a discount could be taken"
        faults.append(Fault(what, "remove discount", file=FILE, column="discount", table=source.table))
    if source.adds_up and "amount" not in kinds:
        what = f"{source.file}: table {source.table} has no amount that could add up to anything"
        faults.append(Fault(what, "remove adds_up", file=FILE, column="adds_up", table=source.table))
    return faults + [f for n in source.columns if n in kinds for f in _wrong_kind(source, n, kinds[n])]


def _no_match(folder: Path, pattern: str) -> Fault:
    """The fault of a file or pattern that means no file of the folder."""
    names = [name for _, name in data_files(folder)]
    remedy = did_you_mean(pattern, names) or f"the folder has {listed(names) or 'no data files'}"
    return Fault(f"no file matches {pattern}", remedy, file=FILE, column="file")


def _unknown(source: FileSource, name: str, known: list[str]) -> Fault:
    if name in source.attributes:
        what = f"{source.file}: {name} is a column of table {source.table}, not an attribute"
        return Fault(what, "move it to columns", file=FILE, column=name, table=source.table)
    what = f"{source.file}: table {source.table} has no column {name}"
    remedy = did_you_mean(name, known) or f"its columns are {listed(known)}"
    return Fault(what, remedy, file=FILE, column=name, table=source.table)


def _wrong_kind(source: FileSource, name: str, kind: str) -> list[Fault]:
    mapping = source.columns[name]
    if is_computed(mapping) and kind not in ("money", "number", "whole"):
        what = f"{source.file}: {name} holds a {kind}, which no formula and no minor_of gives"
        return [Fault(what, "name a column", file=FILE, column=name, table=source.table)]
    if isinstance(mapping, ColumnOf) and mapping.plus_days and kind != "date":
        what = f"{source.file}: {name} holds a {kind}, to which no days can be added"
        return [Fault(what, "remove plus_days", file=FILE, column=name, table=source.table)]
    return []
