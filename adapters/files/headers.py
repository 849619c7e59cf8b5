"""What do the headers of a folder say? Read from the first bytes of each file, by which systems are recognised."""

from io import BytesIO
from pathlib import Path

import polars as pl

from adapters.files.container import content, first_bytes
from adapters.files.content import PARQUET, TEXT, format_named
from adapters.files.declared import Opening
from adapters.files.dialect import dialect_of
from adapters.files.encoding import utf8
from adapters.files.matching import data_files
from adapters.files.opening import open_file
from adapters.files.refusal import UnreadableError

_FIRST_BYTES = 1 << 16
_FALLBACK = "cp1252"


def headers_in(folder: Path) -> dict[str, tuple[str, ...]]:
    """File name to header for every data file in and below the folder; empty where it cannot be read."""
    return {name: _header(path, name) for path, name in data_files(folder)}


def _header(path: Path, name: str) -> tuple[str, ...]:
    kind, opening = format_named(path), Opening(repeated=True, fallback=_FALLBACK)
    try:
        if kind == PARQUET:
            return tuple(pl.read_parquet_schema(path if path.is_file() else BytesIO(content(path))))
        if kind != TEXT:
            return open_file(path, name, opening).header
        text, _ = utf8(_first_lines(path), opening)
        return tuple(dialect_of(text, opening).names)
    except (UnreadableError, pl.exceptions.PolarsError):
        return ()


def _first_lines(path: Path) -> bytes:
    first = first_bytes(path, _FIRST_BYTES)
    whole, end, _ = first.rpartition(b"\n")
    return whole + end if len(first) == _FIRST_BYTES and not first.startswith((b"\xff\xfe", b"\xfe\xff")) else first
