"""Which files were opened? Each once, however many tables and lookups ask for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from adapters.files.content import FORMATS, PARQUET
from adapters.files.matching import matches
from adapters.files.opening import Opened, Opening, open_file
from adapters.mapping.sources import FileSource, OtherFile, Sources
from adapters.values.formats import Format

_BESIDE = "it is looked up in, so declare there (under lookups, merged or history) how it is opened"


@dataclass(slots=True)
class Shelf:
    """The files of a folder. Those that are asked for several times are kept, the others are not."""

    folder: Path
    shared: frozenset[str]
    kept: dict[tuple[str, Opening], Opened] = field(default_factory=dict)
    looked_up: dict[str, Opened] = field(default_factory=dict)

    def open(
        self,
        path: Path,
        name: str,
        source: FileSource | OtherFile,
        form: Format,
        columns: Iterable[str] | None = None,
    ) -> Opened:
        """The file as the source declares it, with the columns at least that are wanted; None is all.

        What a workbook holds as numbers is written with the decimal sign of the form. A sheet that is declared is part
        of the name, as the rows of each sheet are counted by themselves.
        """
        name = f"{name}/{source.sheet}" if source.sheet else name
        is_columnar = FORMATS.get(path.suffix.lower()) == PARQUET
        opening = _opening(source, form, frozenset(columns) if columns is not None and is_columnar else None)
        if (name, opening) in self.kept:
            return self.kept[name, opening]
        opened = open_file(path, name, opening)
        if isinstance(source, OtherFile) and opened.frame is None:
            opened = replace(opened, faults=tuple(replace(f, remedy=f"{f.remedy}; {_BESIDE}") for f in opened.faults))
        if self.shared.intersection([source.file] if isinstance(source, FileSource) else source.files):
            self.kept[name, opening] = opened
        return opened

    def open_other(self, other: OtherFile, form: Format) -> Opened | None:
        """The other file or files of an entry as one; None where there are none."""
        places = dict.fromkeys(m for f in other.files for m in matches(self.folder, f))
        found = [self.open(path, name, other, form) for path, name in places]
        self.looked_up |= {opened.name: opened for opened in found}
        if len(found) < 2:
            return found[0] if found else None
        frames = [o.frame for o in found if o.frame is not None]
        whole = pl.concat(frames, how="diagonal_relaxed") if len(frames) == len(found) else None
        return replace(found[0], name=", ".join(other.files), frame=whole)


def shelf_for(folder: Path, sources: Sources) -> Shelf:
    """An empty shelf that knows which files will be asked for more than once."""
    others = [o for s in sources.files for o in (*s.lookups, *s.merged, *([s.history] if s.history else []))]
    asked = Counter([s.file for s in sources.files] + [f for o in others for f in o.files])
    return Shelf(folder, frozenset(f for f, times in asked.items() if times > 1))


def _opening(source: FileSource | OtherFile, form: Format, columns: frozenset[str] | None) -> Opening:
    return Opening(
        source.sheet,
        source.delimiter,
        source.encoding,
        columns,
        lines_above=source.lines_above,
        header_rows=source.header_rows,
        footer=source.footer,
        repeated=source.repeated,
        fill_down=tuple(dict.fromkeys(source.fill_down)),
        point=form.point,
    )
