"""How do tables look? As wide as the terminal, plain where there is none, names cleaned of what moves cursors."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from scoring.cli.shared.streams import is_terminal

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
SHORT = 12
"""Digits of an id or a hash that are shown; any that tell it from others will do."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `is_number` ones stand right and are not broken; `is_extra` ones are left out where there is no room.
    """

    name: str
    is_number: bool = False
    is_extra: bool = False


def minute(at: str) -> str:
    """The minute of an instant as it is stored, as 2026-07-06 05:00."""
    return at[:16].replace("T", " ")


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, foot: bool = False, aside: bool = False) -> None:
    """Prints the table, on stderr if it is `aside` of the data; the last row is its sum if it has a `foot`.

    What cannot be left out is printed beyond the width of the terminal rather than cut.
    """
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    stream = sys.stderr if aside else sys.stdout
    console = _console(stream)
    rows = [[_clean(cell) for cell in row] for row in rows]
    texts = [[_clean(column.name), *(row[n] for row in rows)] for n, column in enumerate(columns)]
    whole = [max(_least(c, t), _longest_word(t)) for c, t in zip(columns, texts, strict=True)]
    shown = _with_room(columns, whole, console.width)
    widths = _widths([(columns[n], texts[n]) for n in shown], console.width)
    console.width = max(console.width, _taken(widths))
    *body, last = rows if foot else [*rows, [""] * len(columns)]
    lined = Table(box=SIMPLE, show_edge=False, pad_edge=False, collapse_padding=True, show_footer=foot)
    for n, width in zip(shown, widths, strict=True):
        lined.add_column(
            texts[n][0],
            Text(last[n]),
            justify="right" if columns[n].is_number else "left",
            width=width,
            overflow="fold",
        )
    for row in body:
        lined.add_row(*(Text(row[n]) for n in shown))
    with console.capture() as printed:
        console.print(lined)
    stream.write("".join(f"{line.rstrip()}\n" for line in printed.get().splitlines()))


def _with_room(columns: Sequence[Column], least: Sequence[int], width: int) -> list[int]:
    """The columns that are shown: extra ones only where no word is broken for them, the first ones first."""
    shown = [n for n, c in enumerate(columns) if not c.is_extra or width >= NARROW]
    extra = [n for n in shown if columns[n].is_extra]
    while extra and _taken([least[n] for n in shown]) > width:
        shown.remove(extra.pop())
    return shown


def _widths(columns: Sequence[tuple[Column, Sequence[str]]], room: int) -> list[int]:
    """How wide each column is: as its longest text, but the widest of text narrower until there is room.

    Text is broken at its words first, then names of numbers, then text within its words.
    """
    widths = [_longest(texts) for _, texts in columns]
    numbers = [column.is_number for column, _ in columns]
    least = [_least(column, texts) for column, texts in columns]
    longest = [_longest_word(texts) for _, texts in columns]
    whole = [
        fewest if is_number else max(fewest, word)
        for is_number, fewest, word in zip(numbers, least, longest, strict=True)
    ]
    words = [min(fewest, word) for fewest, word in zip(least, longest, strict=True)]
    for narrower in (
        [width if is_number else text for is_number, width, text in zip(numbers, widths, whole, strict=True)],
        whole,
        least,
        [fewest if is_number else word for is_number, fewest, word in zip(numbers, least, words, strict=True)],
    ):
        while _taken(widths) > room and (above := [n for n, width in enumerate(widths) if width > narrower[n]]):
            widths[max(above, key=widths.__getitem__)] -= 1
    return widths


def _least(column: Column, texts: Sequence[str]) -> int:
    """How wide it is at least: as its longest number, or the longest word of its name; text is broken into lines."""
    name, *cells = texts
    return max(_longest(cells), _longest_word([name])) if column.is_number else min(_longest(texts), _LEAST)


def _longest(texts: Sequence[str]) -> int:
    """How many columns of the terminal the longest text takes."""
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=0)


def _longest_word(texts: Sequence[str]) -> int:
    """How many the longest word takes."""
    return _longest([word for text in texts for word in text.split()])


def _taken(widths: Sequence[int]) -> int:
    """How many columns so wide take side by side."""
    return sum(width + _BETWEEN for width in widths) - _BETWEEN


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal that something is being done, and whatever is said of it meanwhile; nowhere else."""
    if not is_terminal(sys.stderr):
        yield lambda said: None
        return
    with _console(sys.stderr).status(what) as status:
        yield lambda said: status.update(f"{what} {said}")


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
