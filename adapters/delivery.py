"""What does every adapter hand over? Frames with our column names, and what was wrong on the way."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

Layout = Mapping[str, Mapping[str, str]]
"""Table to column to kind (text, date, instant, money, number, whole, flag): what is asked of an adapter."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an export: where, what, and how to mend it.

    `severity` is `error`, `warning` or `note`. `row` counts data rows from 1.
    """

    what: str
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    table: str | None = None
    severity: str = "error"


Lines = tuple[tuple[int, int], ...]
"""The rows below one that has line ends in its cells, each with the line of the file at which it begins."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One input file as it was read: name relative to the folder, content hash, and what became of its rows.

    `lost` are those of `rows` that have too many or too few cells to be read; `system` is what wrote the file, where
    that is known: ids of one system mean nothing in another. `lines` tell where rows begin that have not a line each,
    `columns` what the file calls ours.
    """

    name: str
    sha256: str
    table: str | None
    rows: int
    filtered: int = 0
    lost: int = 0
    system: str | None = None
    lines: Lines = ()
    columns: tuple[tuple[str, str], ...] = ()

    def line_of(self, row: int) -> int | None:
        """The line at which a row begins; None where every row above it has one line."""
        above = bisect_right(self.lines, row, key=lambda pair: pair[0])
        if not above:
            return None
        known, line = self.lines[above - 1]
        return line + row - known


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything a folder of exports gave.

    `tables` holds one frame per table that had a source, with typed columns of the layout (further text
    columns for open tables), `origin_file` and `origin_row` on every row, sorted by origin. `faulty` names,
    by table, the origin of every row that an error touches, also of those the faults only count; a value
    that could not be read is null in the frame.
    """

    tables: Mapping[str, pl.DataFrame]
    faults: tuple[Fault, ...] = ()
    files: tuple[ReadFile, ...] = ()
    faulty: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    matches: pl.DataFrame | None = None

    @property
    def system(self) -> pl.Expr:
        """The system that wrote the file of a row; an empty text where that is not known."""
        systems = {f.name: f.system or "" for f in self.files}
        return pl.col("origin_file").replace_strict(systems, default="", return_dtype=pl.String)
