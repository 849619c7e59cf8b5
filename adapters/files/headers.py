"""What do the headers of a folder say? Read from the first bytes of each file, by which systems are recognised."""

from pathlib import Path

import polars as pl

from adapters.files.content import FORMATS, PARQUET, WORKBOOK
from adapters.files.dialect import dialect_of
from adapters.files.encoding import utf8
from adapters.files.matching import data_files
from adapters.files.opening import open_file
from adapters.files.refusal import UnreadableError

_FIRST_BYTES = 1 << 16


def headers_in(folder: Path) -> dict[str, tuple[str, ...]]:
    """File name to header for every data file in and below the folder; empty where it cannot be read."""
    return {name: _header(path, name) for path, name in data_files(folder)}


def _header(path: Path, name: str) -> tuple[str, ...]:
    kind = FORMATS[path.suffix.lower()]
    try:
        if kind == WORKBOOK:
            return open_file(path, name).header
        if kind == PARQUET:
            return tuple(pl.read_parquet_schema(path))
        return tuple(dialect_of(utf8(_first_lines(path), None), None).names)
    except (UnreadableError, pl.exceptions.PolarsError):
        return ()


def _first_lines(path: Path) -> bytes:
    with path.open("rb") as file:
        first = file.read(_FIRST_BYTES)
    whole, end, _ = first.rpartition(b"\n")
    return whole + end if len(first) == _FIRST_BYTES and not first.startswith((b"\xff\xfe", b"\xfe\xff")) else first
