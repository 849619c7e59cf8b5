"""What does one export file hold? Its rows as text under a checked header, its hash, and what is wrong with it."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from adapters.delivery import Fault
from adapters.files.columnar import read_parquet
from adapters.files.content import PARQUET, WORKBOOK, format_of
from adapters.files.delimited import read_text
from adapters.files.encoding import utf8
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows
from adapters.files.workbook import read_workbook


@dataclass(frozen=True, slots=True)
class Opening:
    """What is declared about a file before it is opened; None means found out or not needed.

    `columns` are those that are wanted; formats that can leave the others out do.
    """

    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    columns: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """One file as it was read: name relative to the folder, hash of its bytes, header, rows and faults.

    `frame` has `ROW` and the columns, of text unless the file declares types; it is None where the file as a
    whole cannot be read. Rows that have a fault of their own are left out of it; `lost` counts them.
    """

    name: str
    sha256: str
    header: tuple[str, ...] = ()
    frame: pl.DataFrame | None = None
    faults: tuple[Fault, ...] = ()
    lost: int = 0

    @property
    def rows(self) -> int:
        """How many rows it has, those that are lost included."""
        return self.lost + (0 if self.frame is None else self.frame.height)


def open_file(path: Path, name: str, opening: Opening = Opening()) -> Opened:
    """The file, read; what is wrong with it stands in its faults, each naming the file."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    try:
        rows, header = _read(path, data, opening)
    except UnreadableError as error:
        return Opened(name, digest, faults=(replace(error.fault, file=name),))
    faults = tuple(replace(f, file=name) for f in (*rows.faults, *_lost_characters(data)))
    return Opened(name, digest, tuple(header), rows.frame, faults, rows.lost)


def _read(path: Path, data: bytes, opening: Opening) -> tuple[Rows, list[str]]:
    kind = format_of(path.name, data)
    if kind == PARQUET:
        return read_parquet(path, opening.columns)
    if kind == WORKBOOK:
        rows = read_workbook(data, opening.sheet)
    else:
        rows = read_text(utf8(data, opening.encoding), opening.delimiter)
    return rows, [c for c in rows.frame.columns if c != ROW]


def _lost_characters(data: bytes) -> list[Fault]:
    if b"\xef\xbf\xbd" not in data[: len(data) if not data.startswith((b"PK", b"PAR1")) else 0]:
        return []
    line = data.count(b"\n", 0, data.index(b"\xef\xbf\xbd")) + 1
    what = f"holds U+FFFD (line {line}): an earlier program has lost a character there"
    return [Fault(what, "export it again in UTF-8", severity="warning")]
