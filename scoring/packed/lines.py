"""Which lines are read at a time? So many that what they leave behind fits the memory, whatever they are."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby

import polars as pl

A_PIECE = 8_000_000
"""Lines that are read at a time."""

Piece = tuple[tuple[str, ...], pl.LazyFrame]
"""The digests of some files, and all their lines."""


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """The lines of one file, not read yet; about how many; and what its content is known by, if that matters."""

    lines: pl.LazyFrame
    count: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a table, in files; no two of those that have a digest are the same. Without files it is `empty`."""

    files: Sequence[File]
    empty: pl.LazyFrame = field(default_factory=pl.LazyFrame)

    @property
    def digests(self) -> frozenset[str]:
        """What the files are known by."""
        return frozenset(file.digest for file in self.files)

    def pieces(self, known: Set[str] = frozenset()) -> Iterator[Piece]:
        """The files but those whose digests are known, so many at a time."""
        wanted = [file for file in self.files if file.digest not in known]
        before, places = 0, []
        for file in wanted:
            before += file.count
            places.append((before - 1) // A_PIECE)
        for _, some in groupby(zip(places, wanted, strict=True), key=lambda pair: pair[0]):
            files = [file for _, file in some]
            frames = [file.lines for file in files]
            yield tuple(file.digest for file in files), pl.concat(frames, how="diagonal")

    def whole(self) -> pl.LazyFrame:
        """All lines."""
        return pl.concat([file.lines for file in self.files] or [self.empty], how="diagonal")
