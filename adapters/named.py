"""Which files of a folder are named for our tables? Those where they are looked for are read, others are told of."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from adapters.delivery import Fault
from adapters.files.container import refused
from adapters.files.content import is_archive, plain_name
from adapters.files.matching import Place, data_files
from adapters.wanted import Wanted

FOLDER = "exports"
"""Where the files may lie within the folder."""

_NUMBER = re.compile(r"(?:^|[ _.-])\d[\d _.-]*$")
"""What tells several files of one table apart: a number or a date behind the name, or behind that of its archive."""


def named(folder: Path, wanted: Wanted, without: Collection[str] = ()) -> dict[str, list[Place]]:
    """Table to the files that are named for it, in the order of their names, but those in `without`.

    They lie in the folder, in `exports`, or anywhere in an archive in one of them; all are read together.
    """
    found: dict[str, list[Place]] = {table: [] for table in wanted.layout}
    for path, name in data_files(folder):
        table = table_named(path, wanted)
        if table and name not in without and _is_looked_for(name):
            found[table].append((path, name))
    return {table: places for table, places in found.items() if places}


def table_named(path: Path, wanted: Wanted) -> str | None:
    """The table that the file is named for; `invoices-2026-01.csv` is one of several for invoices."""
    stem = _NUMBER.sub("", _stem(path.name))
    return stem if stem in wanted.layout else None


def are_told_apart(names: Iterable[str]) -> bool:
    """Whether each of several files of one table has a number or a date of its own, or its archive has."""
    numbers = [_numbers(name) for name in names]
    return all(numbers) and len(set(numbers)) == len(numbers)


def overlooked(folder: Path, wanted: Wanted, without: Collection[str] = ()) -> list[Fault]:
    """A warning for each other file that is named for a table, and for each archive that cannot be looked into."""
    found = [
        _overlooked(path, name, table_named(path, wanted))
        for path, name in data_files(folder)
        if name not in without and not (table_named(path, wanted) and _is_looked_for(name))
    ]
    return [fault for fault in found if fault]


def _overlooked(path: Path, name: str, table: str | None) -> Fault | None:
    if is_archive(path):
        why = refused(path).fault
        return Fault(f"was not read: it {why.what}", why.remedy, file=name, value=why.value, severity="warning")
    if table is None:
        return None
    what = f"is named for {table} and was not read, as it lies in a folder of its own"
    remedy = (
        f"move it up, numbered if there are several ({table}-2026-01.csv), or write sources.yaml with bookscore init"
    )
    return Fault(what, remedy, file=name, severity="warning")


def _is_looked_for(name: str) -> bool:
    """Whether files are read there: in the folder, in `exports`, or in an archive in one of them."""
    parts = PurePosixPath(name).parts
    inner = parts[1:] if parts[:1] == (FOLDER,) else parts
    return len(inner) == 1 or is_archive(PurePosixPath(inner[0]))


def _numbers(name: str) -> tuple[str, ...]:
    """The numbers behind the name of a file and of what it lies in."""
    found = filter(None, (_NUMBER.search(_stem(part)) for part in PurePosixPath(name).parts))
    return tuple(number for match in found for number in re.findall(r"\d+", match[0]))


def _stem(name: str) -> str:
    return PurePosixPath(plain_name(PurePosixPath(name))).stem.strip().casefold()
