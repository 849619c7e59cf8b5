"""Where do large frames lie? In Parquet files named by their content, beside the database."""

import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import polars as pl

from scoring.store.records import FrameRecord

_CHUNK = 1 << 20


def keep(folder: Path, name: str, source: Path | bytes) -> FrameRecord:
    """The record of the frame, once its file is safely in the folder.

    The file appears whole or not at all; one that is there already is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, written = tempfile.mkstemp(dir=folder, suffix=".part")
    part = Path(written)
    try:
        with os.fdopen(handle, "wb") as target:
            sha256 = _copy(source, target)
        rows = pl.scan_parquet(part).select(pl.len()).collect().item()
        path = folder / f"{sha256}.parquet"
        if not path.exists():
            part.replace(path)
            _sync(folder)
    finally:
        part.unlink(missing_ok=True)
    return FrameRecord(name=name, sha256=sha256, rows=rows, path=path.name)


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
