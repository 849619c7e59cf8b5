"""Which files were opened? Each once, however many tables and lookups ask for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from adapters.files.content import FORMATS, PARQUET
from adapters.files.matching import matches
from adapters.files.opening import Opened, Opening, open_file
from adapters.sources import FileSource, Lookup, Sources


@dataclass(slots=True)
class Shelf:
    """The files of a folder. Those that are asked for several times are kept, the others are not."""

    folder: Path
    shared: frozenset[str]
    kept: dict[tuple[str, Opening], Opened] = field(default_factory=dict)
    looked_up: dict[str, Opened] = field(default_factory=dict)

    def open(self, path: Path, name: str, source: FileSource | Lookup, columns: Iterable[str]) -> Opened:
        """The file as the source declares it, with the columns at least that are wanted."""
        wanted = frozenset(columns) if FORMATS.get(path.suffix.lower()) == PARQUET else None
        opening = Opening(source.sheet, source.delimiter, source.encoding, wanted)
        if (name, opening) in self.kept:
            return self.kept[name, opening]
        opened = open_file(path, name, opening)
        if source.file in self.shared:
            self.kept[name, opening] = opened
        return opened

    def open_lookup(self, lookup: Lookup) -> Opened | None:
        """The file or files a lookup asks for as one; None where there are none."""
        found = [self.open(path, name, lookup, lookup.columns) for path, name in matches(self.folder, lookup.file)]
        self.looked_up |= {opened.name: opened for opened in found}
        if len(found) < 2:
            return found[0] if found else None
        frames = [o.frame for o in found if o.frame is not None]
        whole = pl.concat(frames, how="diagonal_relaxed") if len(frames) == len(found) else None
        return replace(found[0], name=lookup.file, frame=whole)


def shelf_for(folder: Path, sources: Sources) -> Shelf:
    """An empty shelf that knows which files will be asked for more than once."""
    asked = [s.file for s in sources.files] + [u.file for s in sources.files for u in s.lookups]
    return Shelf(folder, frozenset(f for f in asked if asked.count(f) > 1))
