"""How do tables look? As wide as the terminal, plain where there is none, names cleaned of what moves cursors."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from scoring.cli.streams import is_terminal

if TYPE_CHECKING:
    from rich.console import Console

PIPED = 120
"""Columns where nobody looks; tables are only as wide as they need."""
_LEAST = 20
"""Columns that text gets before it is broken into more lines than it needs."""
_BETWEEN = 2
"""Columns between two of a table."""
NARROW = 100
"""Below so many columns there is no room for what can be left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `is_number` ones stand right and are not broken; `is_extra` ones are left out where there is no room.
    """

    name: str
    is_number: bool = False
    is_extra: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, foot: bool = False, aside: bool = False) -> None:
    """Prints the table, on stderr if it is `aside` of the data; the last row is its sum if it has a `foot`.

    What cannot be left out is printed beyond the width of the terminal rather than cut.
    """
    from rich.box import SIMPLE
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    stream = sys.stderr if aside else sys.stdout
    console = _console(stream)
    longest = [max((cell_len(row[n]) for row in rows), default=0) for n in range(len(columns))]
    least = [_least(column, length) for column, length in zip(columns, longest, strict=True)]
    shown = _with_room(columns, least, console.width)
    ample = [max(w, cell_len(c.name)) if c.is_number else w for c, w in zip(columns, least, strict=True)]
    widths = ample if _taken(ample, shown) <= console.width else least
    console.width = max(console.width, _taken(widths, shown))
    *body, last = rows if foot else [*rows, [""] * len(columns)]
    lined = Table(box=SIMPLE, show_edge=False, pad_edge=False, collapse_padding=True, show_footer=foot)
    for n in shown:
        lined.add_column(
            columns[n].name,
            Text(_clean(last[n])),
            justify="right" if columns[n].is_number else "left",
            width=widths[n] if columns[n].is_number else None,
            min_width=widths[n],
            overflow="fold",
        )
    for row in body:
        lined.add_row(*(Text(_clean(row[n])) for n in shown))
    with console.capture() as printed:
        console.print(lined)
    stream.write("".join(f"{line.rstrip()}\n" for line in printed.get().splitlines()))


def _with_room(columns: Sequence[Column], least: Sequence[int], width: int) -> list[int]:
    """The columns that are shown: extra ones only where there is room, the first ones first."""
    shown = [n for n, c in enumerate(columns) if not c.is_extra or width >= NARROW]
    extra = [n for n in shown if columns[n].is_extra]
    while extra and _taken(least, shown) > width:
        shown.remove(extra.pop())
    return shown


def _least(column: Column, longest: int) -> int:
    """How wide it is at least: as its longest number, or the longest word of its name; text is broken into lines."""
    from rich.cells import cell_len

    return max(longest, *map(cell_len, column.name.split())) if column.is_number else min(longest, _LEAST)


def _taken(least: Sequence[int], shown: Sequence[int]) -> int:
    """How many columns of the terminal these take at least."""
    return sum(least[n] + _BETWEEN for n in shown) - _BETWEEN


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal that something is being done, and whatever is said of it meanwhile; nowhere else."""
    if not is_terminal(sys.stderr):
        yield lambda said: None
        return
    with _console(sys.stderr).status(what) as status:
        yield lambda said: status.update(f"{what} {said}")


def is_narrow() -> bool:
    """Whether stdout has no room for what can be left out."""
    return width() < NARROW


def width() -> int:
    """How many columns stdout has."""
    return _console(sys.stdout).width


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    columns = os.environ.get("COLUMNS", "")
    width = None if is_terminal(stream) else int(columns) if columns.isdigit() else PIPED
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _clean(text: str) -> str:
    from scoring.reports.names import cleaned

    return cleaned(text)
