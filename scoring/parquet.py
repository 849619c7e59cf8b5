"""How does a frame become a file? Parquet, the same bytes for the same rows."""

from collections.abc import Iterable, Iterator
from io import BytesIO

import polars as pl
from polars.io.plugins import register_io_source

_GROUP = 1 << 18
"""Rows that a reader gets at once."""


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as a Parquet file."""
    return _written(frame.lazy())


def parquet_of(frames: Iterable[pl.DataFrame], schema: pl.Schema) -> bytes:
    """The frames one below the other as a Parquet file: each is asked for when the one before is written."""

    def each(*_: object) -> Iterator[pl.DataFrame]:
        yield from frames

    return _written(register_io_source(each, schema=schema))


def _written(rows: pl.LazyFrame) -> bytes:
    buffer = BytesIO()
    rows.sink_parquet(buffer, compression="zstd", statistics=True, row_group_size=_GROUP, engine="streaming")
    return buffer.getvalue()
