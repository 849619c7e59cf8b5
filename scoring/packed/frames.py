"""What is told of a history, as Parquet files: one for each span, so that a span that is over keeps its file.

A frame of spans is a folder with a file for the first day of each; the one of all months is a file.
"""

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import chain

import polars as pl

from scoring.packed import named
from scoring.packed.history import History
from scoring.packed.sums import sums

BY_SPAN: Mapping[str, Callable[[History, int], pl.DataFrame]] = {"book": named.book, "movements": named.moves}
"""Frames that are made span by span, each by its number."""
AT_ONCE: Mapping[str, Callable[[History], pl.DataFrame]] = {"sums": sums, "orders": named.orders}
FRAMES = ("book", "sums", "movements", "orders")

_OF_ALL = "orders"
"""The frame of all months; the others have a file for each span."""
_BESIDE = 2
"""So many frames are made at a time, as much of it is done on one core."""
Files = list[tuple[str, bytes]]
"""Paths, and what is in the files."""

_LEVEL = 1
"""How hard files are pressed: harder makes them hardly smaller, and takes half as long again."""


def written(history: History, wanted: Collection[str]) -> dict[str, bytes]:
    """The files of the frames of `FRAMES` that are wanted."""
    with ThreadPoolExecutor(_BESIDE) as workers:
        return dict(chain.from_iterable(workers.map(lambda files: files(), _made(history, wanted))))


def paths(wanted: Collection[str], spans: Sequence[date]) -> list[str]:
    """The files of the frames that are wanted; those of spans for the spans that begin on these days."""
    return [path for name in wanted for path in ([_of(name)] if name == _OF_ALL else [_of(name, day) for day in spans])]


def of_spans(wanted: Collection[str], spans: Sequence[date]) -> list[str]:
    """The files of the frames that are wanted, but that of all months, for the spans that begin on these days."""
    return paths([name for name in wanted if name != _OF_ALL], spans)


def names(files: Iterable[str]) -> list[str]:
    """The names of the frames whose files these are."""
    return sorted({_name(path) for path in files})


def frame(files: Mapping[str, bytes], name: str) -> pl.DataFrame:
    """The frame of that name, from its files."""
    return pl.concat([pl.read_parquet(content) for path, content in sorted(files.items()) if _name(path) == name])


def _made(history: History, wanted: Collection[str]) -> Iterator[Callable[[], Files]]:
    """What makes the files, some at a time."""
    for name in wanted:
        if name in BY_SPAN:
            yield from (partial(_span, name, history, span) for span in range(len(history.months.spans) - 1))
        else:
            yield partial(_whole, name, history)


def _span(name: str, history: History, span: int) -> Files:
    """The file of one span."""
    return [(_of(name, history.months.spans[span]), _parquet(BY_SPAN[name](history, span)))]


def _whole(name: str, history: History) -> Files:
    """The files of a frame that is made at once."""
    rows = AT_ONCE[name](history)
    if name == _OF_ALL:
        return [(_of(name), _parquet(rows))]
    return [(_of(name, day), _parquet(rows.filter(pl.col("starts_on") == day))) for day in history.months.spans[:-1]]


def _parquet(rows: pl.DataFrame) -> bytes:
    into = io.BytesIO()
    rows.write_parquet(into, compression="zstd", compression_level=_LEVEL)
    return into.getvalue()


def _of(name: str, day: date | None = None) -> str:
    return f"{name}/{day}.parquet" if day else f"{name}.parquet"


def _name(path: str) -> str:
    return path.split("/", maxsplit=1)[0].removesuffix(".parquet")
