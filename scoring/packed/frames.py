"""What is told of a history, as Parquet files: one for each span, so that a span that is over keeps its file.

A frame of spans is a folder with a file for the first day of each; the one of all months is a file.
"""

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import chain, pairwise

import polars as pl

from scoring.packed import named
from scoring.packed.history import History
from scoring.packed.sums import sums

BY_SPAN: Mapping[str, Callable[[History, range], pl.DataFrame]] = {"book": named.book, "movements": named.moves}
"""Frames that are made some spans at a time, by their numbers."""
AT_ONCE: Mapping[str, Callable[[History], pl.DataFrame]] = {"sums": sums, "orders": named.orders}
FRAMES = ("book", "sums", "movements", "orders")

_OF_ALL = "orders"
"""The frame of all months; the others have a file for each span."""
_DAY = {"book": "starts_on", "sums": "starts_on", "movements": "month"}
"""The column of days by which they are sorted."""
_AT_A_TIME = 300_000
"""Accounts times spans of which a frame is made at a time: memory does not follow the spans, and small ones are one."""
_BESIDE = 2
"""So many frames are made at a time, as much of it is done on one core."""
Files = list[tuple[str, bytes]]
"""Paths, and what is in the files."""

_LEVEL = 1
"""How hard files are pressed: harder makes them hardly smaller, and takes half as long again."""


def written(history: History, wanted: Collection[str]) -> dict[str, bytes]:
    """The files of the frames of `FRAMES` that are wanted."""
    with ThreadPoolExecutor(_BESIDE) as workers:
        return dict(chain.from_iterable(workers.map(lambda make: make(), _makers(history, wanted))))


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


def _makers(history: History, wanted: Collection[str]) -> Iterator[Callable[[], Files]]:
    """What makes the files, some at a time."""
    count, step = len(history.months.spans) - 1, max(1, _AT_A_TIME // max(1, len(history.ids)))
    for name in wanted:
        if name in BY_SPAN:
            yield from (partial(_some, name, history, range(count)[n : n + step]) for n in range(0, count, step))
        else:
            yield partial(_all, name, history)


def _some(name: str, history: History, spans: range) -> Files:
    """The files of some spans."""
    return _by_span(name, BY_SPAN[name](history, spans), [history.months.spans[span] for span in spans])


def _all(name: str, history: History) -> Files:
    """The files of a frame that is made at once."""
    rows = AT_ONCE[name](history)
    return [(_of(name), _parquet(rows))] if name == _OF_ALL else _by_span(name, rows, history.months.spans[:-1])


def _by_span(name: str, rows: pl.DataFrame, spans: Sequence[date]) -> Files:
    """A file for each of the spans that begin on these days, by which the rows are sorted."""
    begins = rows[_DAY[name]].search_sorted(pl.Series(spans), side="left").to_list()
    parts = zip(spans, pairwise([*begins, len(rows)]), strict=True)
    return [(_of(name, day), _parquet(rows.slice(first, after - first))) for day, (first, after) in parts]


def _parquet(rows: pl.DataFrame) -> bytes:
    into = io.BytesIO()
    rows.write_parquet(into, compression="zstd", compression_level=_LEVEL)
    return into.getvalue()


def _of(name: str, day: date | None = None) -> str:
    return f"{name}/{day}.parquet" if day else f"{name}.parquet"


def _name(path: str) -> str:
    return path.split("/", maxsplit=1)[0].removesuffix(".parquet")
