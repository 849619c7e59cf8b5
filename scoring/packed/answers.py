"""What is told of a history? Its frames as Parquet files, made now, or kept since the same was asked of the same files.

An answer hangs on the files, on all by which they are read, and on the months and the day that were asked for. It is
taken only if its own bytes are what they were, so it is the same to the byte.
"""

import io
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from scoring.ledger.terms import Terms
from scoring.packed import named
from scoring.packed.history import History, Ledger, history
from scoring.packed.months import Months
from scoring.packed.notes import digest, name_of, note, noted, notes
from scoring.packed.sums import sums

FRAMES: Mapping[str, Callable[[History], pl.DataFrame]] = {
    "book": named.book, "sums": sums, "movements": named.moves, "orders": named.orders,
}  # fmt: skip

_FORM = 2
"""Goes up when a frame says something else, or is written in another way."""
_LEVEL = 1
"""How hard answers are pressed: harder makes them hardly smaller, and takes half as long again."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Frames of a history by name, each as a Parquet file; and how many files were not read for it."""

    files: Mapping[str, bytes]
    known_files: int

    def frame(self, name: str) -> pl.DataFrame:
        """The frame of that name."""
        return pl.read_parquet(self.files[name])


def answer(
    ledger: Ledger, terms: Terms, months: Months, as_of: date, wanted: Collection[str], kept: Path | None = None
) -> Answer:
    """The frames of `FRAMES` that are wanted. Otherwise as `history`, whose errors it raises."""
    if kept is None or not ledger.beside:
        made = history(ledger, terms, months, as_of, kept)
        return Answer(_written(made, wanted), made.known_files)
    tables = [sorted(lines.digests) for lines in (ledger.contracts, ledger.invoices)]
    seen = name_of(f"{_FORM} {version('bookscore')} {pl.__version__} {as_of} {terms} {tables}")
    place = kept / "answers" / name_of(seen, ledger.beside, str(months))
    if known := _taken(place, wanted):
        return Answer(known, sum(bool(digest) for digests in tables for digest in digests))
    made = history(ledger, terms, months, as_of, kept)
    files = _written(made, wanted)
    _keep(place, files, seen)
    return Answer(files, made.known_files)


def _written(made: History, wanted: Collection[str]) -> dict[str, bytes]:
    files = {}
    for name in wanted:
        into = io.BytesIO()
        FRAMES[name](made).write_parquet(into, compression="zstd", compression_level=_LEVEL)
        files[name] = into.getvalue()
    return files


def _taken(place: Path, wanted: Collection[str]) -> dict[str, bytes] | None:
    """The files that are wanted; None where one of them is not there, or is not what it was."""
    said = note(place)
    try:
        files = {name: (place / _file(name)).read_bytes() for name in wanted}
    except OSError:
        return None
    return files if all(digest(content) == said.get(_file(name)) for name, content in files.items()) else None


def _keep(place: Path, files: Mapping[str, bytes], seen: str) -> None:
    """Keeps an answer, and those of what else was asked of the same files on the same day; no others."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        (place / _file(name)).write_bytes(content)
    noted(place, map(_file, files), {"seen": seen})
    for other, said in notes(place.parent):
        if said.get("seen") != seen:
            shutil.rmtree(other, ignore_errors=True)


def _file(name: str) -> str:
    return f"{name}.parquet"
