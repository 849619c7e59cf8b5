"""Does every line of a text file have one shape? Told by its bytes, in pieces, so that none of it is kept."""

import hashlib

import polars as pl

from adapters.files.container import Bytes

_PIECE = 2 << 20
"""Few enough to be still at hand when they are looked at after they were hashed."""
_LONGEST_LINE = 1 << 16


def proven(text: Bytes, start: int, shape: str) -> str | None:
    """The hash of a text whose lines from `start` on all have the shape, a pattern of one line; None of others."""
    sha, lines = hashlib.sha256(text[:start]), rf"\A(?:{shape})*\z"
    while start < len(text):
        end = _end(text, start)
        piece = text[start:end]
        sha.update(piece)
        lacks_end = end == len(text) and not piece.endswith(b"\n")
        if not fits(piece + b"\n" if lacks_end else piece, lines):
            return None
        start = end
    return sha.hexdigest()


def _end(text: Bytes, start: int) -> int:
    """Where a piece of whole lines ends; an endless line is cut, so that its piece fits no shape."""
    least = start + _PIECE
    most = least + _LONGEST_LINE
    return text.find(b"\n", least, most) + 1 or min(most, len(text))


def fits(text: bytes, pattern: str) -> bool:
    """Whether the pattern is found in the text; bytes that are no text fit none."""
    try:
        return bool(pl.Series([text]).cast(pl.String).str.contains(pattern).item())
    except pl.exceptions.PolarsError:
        return False
