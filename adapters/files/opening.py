"""What does one export file hold? Its rows as text under a checked header, its hash, and what is wrong with it."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from adapters.delivery import Fault, Lines
from adapters.files.columnar import read_parquet
from adapters.files.container import content, on_disk, refused
from adapters.files.content import PARQUET, TEXT, WORKBOOK, format_of, is_archive
from adapters.files.declared import Opening
from adapters.files.delimited import read_text
from adapters.files.encoding import utf8
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows
from adapters.files.workbook import read_old_workbook, read_workbook

__all__ = ["Opened", "Opening", "open_file"]


_USUAL = Opening()


@dataclass(frozen=True, slots=True)
class Opened:
    """One file as it was read: name relative to the folder, hash of its bytes, header, rows and faults.

    `frame` has `ROW` and the columns, of text unless the file declares types; it is None where the file as a
    whole cannot be read. Rows that have a fault of their own are left out of it; `lost` counts them. `totals` are rows
    that say what rows above them add up to.
    """

    name: str
    sha256: str
    header: tuple[str, ...] = ()
    frame: pl.DataFrame | None = None
    faults: tuple[Fault, ...] = ()
    lost: int = 0
    lines: Lines = ()
    totals: pl.DataFrame | None = None

    @property
    def rows(self) -> int:
        """How many rows it has, those that are lost included."""
        return self.lost + (0 if self.frame is None else self.frame.height)


def open_file(path: Path, name: str, opening: Opening = _USUAL) -> Opened:
    """The file, read; what is wrong with it stands in its faults, each naming the file.

    A path may run through an archive. The hash is that of the content, unpacked.
    """
    digest = ""
    try:
        if is_archive(path):
            raise refused(path)
        data = content(path)
        digest = hashlib.sha256(data).hexdigest()
        rows, header = _read(path, data, opening)
    except UnreadableError as error:
        digest = digest or hashlib.sha256(on_disk(path).read_bytes()).hexdigest()
        return Opened(name, digest, faults=(replace(error.fault, file=name),))
    faults = tuple(replace(f, file=name) for f in (*rows.faults, *_lost_characters(data)))
    return Opened(name, digest, tuple(header), rows.frame, faults, rows.lost, rows.lines, rows.totals)


def _read(path: Path, data: bytes, opening: Opening) -> tuple[Rows, list[str]]:
    kind = format_of(path, data)
    if opening.sheet is not None and kind in (TEXT, PARQUET):
        what = "is no workbook, though a sheet of it is declared"
        raise UnreadableError(what, "take sheet out of its entry in sources.yaml", value=opening.sheet)
    if kind == PARQUET and opening.fill_down:
        raise UnreadableError("is a Parquet file, whose rows stand in no groups", "take fill_down out of its entry")
    if kind == PARQUET:
        return read_parquet(data, opening.columns)
    if kind == TEXT:
        text, told = utf8(data, opening)
        rows = read_text(text, opening)
        rows = replace(rows, faults=(*told, *rows.faults))
    else:
        rows = read_workbook(data, opening) if kind == WORKBOOK else read_old_workbook(data, opening)
    return rows, [c for c in rows.frame.columns if c != ROW]


def _lost_characters(data: bytes) -> list[Fault]:
    if b"\xef\xbf\xbd" not in data[: len(data) if not data.startswith((b"PK", b"PAR1")) else 0]:
        return []
    line = data.count(b"\n", 0, data.index(b"\xef\xbf\xbd")) + 1
    what = f"holds U+FFFD (line {line}): an earlier program has lost a character there"
    return [Fault(what, "export it again in UTF-8", severity="warning")]
