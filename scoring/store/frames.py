"""Where do large frames lie? In Parquet files named by their content, beside the database."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import polars as pl

from scoring.leftovers import sweep
from scoring.store.records import FrameRecord

_CHUNK = 1 << 20
_PART = ".part"
"""How the name of a file ends that is being written."""


def keep(folder: Path, name: str, source: Path | bytes) -> FrameRecord:
    """The record of the frame, once its file is safely in the folder.

    The file appears whole or not at all; one that is there already is left alone.
    """
    with _taken(folder, source) as (part, sha256):
        rows = pl.scan_parquet(part).select(pl.len()).collect().item()
        path = _placed(part, f"{sha256}.parquet")
    return FrameRecord(name=name, sha256=sha256, rows=rows, path=path.name)


def keep_document(folder: Path, path: str, content: bytes) -> None:
    """Returns once the document is safely in the folder, under a name that holds its hash."""
    with _taken(folder, content) as (part, _):
        _placed(part, path)


@contextmanager
def _taken(folder: Path, source: Path | bytes) -> Iterator[tuple[Path, str]]:
    """A copy of the source in the folder, safely on the disk and gone in the end unless it is placed; and its hash."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, written = tempfile.mkstemp(dir=folder, suffix=_PART)
    part = Path(written)
    sweep(part, f"*{_PART}")
    try:
        with os.fdopen(handle, "wb") as target:
            sha256 = _copy(source, target)
        yield part, sha256
    except OSError as error:
        error.filename = error.filename or str(folder)  # a write that fails does not say where
        raise
    finally:
        part.unlink(missing_ok=True)


def _placed(part: Path, name: str) -> Path:
    """The file under its name; one that is there already is left alone."""
    path = part.with_name(name)
    if not path.exists():
        part.replace(path)
        _sync(path.parent)
    return path


def _copy(source: Path | bytes, target: BinaryIO) -> str:
    """The hash of the source, once its bytes are on the disk."""
    digest = hashlib.sha256()
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    """Makes the folder's list of names last; systems that cannot open a folder need no such thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
