"""What does a reader of one format give back? Rows under their header, numbered, and what is wrong with them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from adapters.delivery import Fault, Lines
from adapters.files.limits import MOST_COLUMNS
from adapters.files.refusal import UnreadableError
from adapters.wording import counted

ROW = " row"
"""The column that numbers data rows from 1; no header can be called so, because headers are trimmed."""

_NAMELESS = " column "
"""Before the place of a column without a name; no header begins with it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file or sheet under their header, `ROW` first, and the faults found while reading.

    `lost` counts the rows that are left out, since they have more or fewer cells than the header. `lines` are those of
    a text with line ends in its cells. `totals` are rows that say what rows above them add up to.
    """

    frame: pl.DataFrame
    faults: tuple[Fault, ...] = ()
    lost: int = 0
    lines: Lines = ()
    totals: pl.DataFrame | None = None


def header_names(cells: Sequence[str | None], *, repeated: bool = False, may_lack: bool = False) -> list[str]:
    """The trimmed names of the columns. Raises UnreadableError where one is blank or stands there twice.

    With `may_lack`, a blank one is called as no header can be, for `without_nameless` to look at.

    With `repeated`, those after the first of a name are called `Name (2)`, `Name (3)`, whatever their capitals; a
    blank one has the name of the column before it, whose further answers it holds.
    """
    names = [(cell or "").strip() for cell in cells]
    if len(names) > MOST_COLUMNS:
        raise UnreadableError(
            f"the header names {len(names)} columns, the limit is {MOST_COLUMNS}", "export fewer columns"
        )
    names = _apart(_continued(names)) if repeated else names
    seen: dict[str, str] = {}
    for place, name in enumerate(names, 1):
        if not name and not may_lack:
            raise _nameless(place, len(names))
        if name.casefold() in seen:
            raise UnreadableError(
                f'duplicate header: columns "{seen[name.casefold()]}" and "{name}" have the same name',
                "rename or remove one of them in the export, or declare repeated: true, as bookscore init does",
                column=name,
            )
        seen[name.casefold() or str(place)] = name
    return [name or f"{_NAMELESS}{place}" for place, name in enumerate(names, 1)]


def is_nameless(name: str) -> bool:
    """Whether the column was given that name for want of one."""
    return name.startswith(_NAMELESS)


def without_nameless(frame: pl.DataFrame, *, are_named: bool = False) -> pl.DataFrame:
    """The rows without columns that have no name and hold nothing.

    Raises UnreadableError where one holds something; with `are_named`, it is called by its place: `Column 1`.
    """
    nameless = [name for name in frame.columns if is_nameless(name)]
    blank = [name for name in nameless if frame.select(_is_blank(pl.col(name)).all()).item()]
    named = {name: f"Column {name.removeprefix(_NAMELESS)}" for name in nameless if name not in blank}
    for name, place in named.items():
        if not are_named or place in frame.columns:
            raise _nameless(int(name.removeprefix(_NAMELESS)), frame.width - 1)
    return frame.drop(blank).rename(named)


def _nameless(place: int, of: int) -> UnreadableError:
    what = f"column {place} of {of} has no name in the header, and holds something"
    return UnreadableError(what, "name it, or remove it from the export; fill_down reads names of groups in it")


def _continued(names: list[str]) -> list[str]:
    """The names with that of the column before in place of a blank one."""
    told: list[str] = []
    for name in names:
        told.append(name or (told[-1] if told else ""))
    return told


def _apart(names: list[str]) -> list[str]:
    """The names with a number behind each that another one has before it."""
    met: Counter[str] = Counter()
    told = []
    for name in names:
        met[name.casefold()] += 1
        told.append(name if met[name.casefold()] == 1 else f"{name} ({met[name.casefold()]})")
    return told


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that hold anything, numbered from 1 in `ROW`; blank ones are counted as a spreadsheet does.

    Raises UnreadableError where no row holds anything.
    """
    rows = filled(frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64)))
    if rows.is_empty():
        raise no_rows()
    return rows


def filled(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that hold anything but blanks beside their number; most are known by their first cell."""
    doubtful = rows.filter(_is_blank(pl.nth(1)))
    blank = doubtful.filter(pl.all_horizontal(_is_blank(pl.all().exclude(ROW))))[ROW]
    return rows if blank.is_empty() else rows.filter(~pl.col(ROW).is_in(blank.implode()))


def _is_blank(cell: pl.Expr) -> pl.Expr:
    return cell.str.strip_chars().fill_null("") == ""


def above(lines: int, first: str) -> tuple[Fault, ...]:
    """A note of the lines above the header that were left out, as it was declared."""
    what = f"{counted(lines, 'line')} above the header left out, as declared, the first"
    return (Fault(what, value=first, severity="note"),) if lines else ()


def no_rows() -> UnreadableError:
    """The refusal of a file that holds a header and nothing else."""
    return UnreadableError("has a header but no data rows", "export it again, or leave the file out")


def no_header() -> UnreadableError:
    """The refusal of a file that holds nothing at all."""
    return UnreadableError("is empty: no header and no data rows", "export it again, or leave the file out")
