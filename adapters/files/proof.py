"""Does every line of a text file have one shape? Told by its bytes, in pieces, so that none of it is kept."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl

_PIECE = 8 << 20
_LONGEST_LINE = 1 << 16


def proven(path: Path, start: int, shape: str) -> str | None:
    """The hash of a file whose lines from `start` on all have the shape, a pattern of one line; None of others."""
    with path.open("rb") as file:
        sha = hashlib.sha256(file.read(start))
        for piece in _pieces(file):
            sha.update(piece)
            is_cut = len(piece) > _PIECE and not piece.endswith(b"\n")
            if is_cut or not _fits(piece if piece.endswith(b"\n") else piece + b"\n", rf"\A(?:{shape})*\z"):
                return None
    return sha.hexdigest()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of the file in pieces of whole lines; an endless line is cut, so that its piece fits no shape."""
    while block := file.read(_PIECE):
        yield block if block.endswith(b"\n") else block + file.readline(_LONGEST_LINE)


def _fits(text: bytes, pattern: str) -> bool:
    """Whether the text is of the pattern; bytes that are no text fit none."""
    try:
        return bool(pl.Series([text]).cast(pl.String).str.contains(pattern).item())
    except pl.exceptions.PolarsError:
        return False
