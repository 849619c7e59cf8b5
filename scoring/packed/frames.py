"""What is told of a history, as Parquet files: one for each span, so that a span that is over keeps its file.

A frame of spans is a folder with a file for the first day of each; the one of all months is a file.
"""

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import polars as pl

from scoring.packed import named
from scoring.packed.history import History
from scoring.packed.sums import sums

FRAMES: Mapping[str, Callable[[History], pl.DataFrame]] = {
    "book": named.book, "sums": sums, "movements": named.moves, "orders": named.orders,
}  # fmt: skip

_DAY = {"book": "starts_on", "sums": "starts_on", "movements": "month"}
"""The column of days by which frames of spans are sorted."""
_LEVEL = 1
"""How hard files are pressed: harder makes them hardly smaller, and takes half as long again."""


def written(history: History, wanted: Collection[str]) -> dict[str, bytes]:
    """The files of the frames of `FRAMES` that are wanted."""
    return {path: _parquet(rows) for name in wanted for path, rows in _parts(name, FRAMES[name](history), history)}


def paths(wanted: Collection[str], spans: Sequence[date]) -> list[str]:
    """The files of the frames that are wanted; those of spans for the spans that begin on these days."""
    return [path for name in wanted for path in ([_of(name, day) for day in spans] if name in _DAY else [_of(name)])]


def of_spans(wanted: Collection[str], spans: Sequence[date]) -> list[str]:
    """The files of the frames that are wanted, but that of all months, for the spans that begin on these days."""
    return paths([name for name in wanted if name in _DAY], spans)


def names(files: Iterable[str]) -> list[str]:
    """The names of the frames whose files these are."""
    return sorted({_name(path) for path in files})


def frame(files: Mapping[str, bytes], name: str) -> pl.DataFrame:
    """The frame of that name, from its files."""
    return pl.concat([pl.read_parquet(content) for path, content in sorted(files.items()) if _name(path) == name])


def _parts(name: str, rows: pl.DataFrame, history: History) -> Iterator[tuple[str, pl.DataFrame]]:
    """Path and rows of each file of a frame."""
    if name not in _DAY:
        yield _of(name), rows
        return
    spans = history.months.spans
    begins = rows[_DAY[name]].search_sorted(pl.Series(spans), side="left").to_list()
    for day, (first, after) in zip(spans, pairwise(begins), strict=False):
        yield _of(name, day), rows.slice(first, after - first)


def _parquet(rows: pl.DataFrame) -> bytes:
    into = io.BytesIO()
    rows.write_parquet(into, compression="zstd", compression_level=_LEVEL)
    return into.getvalue()


def _of(name: str, day: date | None = None) -> str:
    return f"{name}/{day}.parquet" if day else f"{name}.parquet"


def _name(path: str) -> str:
    return path.split("/", maxsplit=1)[0].removesuffix(".parquet")
