"""What is told of a history? Its frames as Parquet files, made now, or kept since the same was asked of the same files.

An answer hangs on the files, on all by which they are read, and on the months and the day that were asked for. It is
taken only if its own bytes are what they were, so it is the same to the byte. Where files were added, what is `settled`
is taken, and only what comes after it is made.
"""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from scoring.ledger.terms import Terms
from scoring.packed import frames
from scoring.packed.facts import NotPackedError
from scoring.packed.history import Asked, History, Ledger, asked, history
from scoring.packed.months import Months
from scoring.packed.notes import contents, name_of, noted, notes
from scoring.packed.settled import Settled, Taken

_FORM = 6
"""Goes up when a frame says something else, or is written in another way."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Frames of a history as Parquet files, by the paths of `frames`; and how many files were not read for it."""

    files: Mapping[str, bytes]
    known_files: int

    def frame(self, name: str) -> pl.DataFrame:
        """The frame of that name."""
        return frames.frame(self.files, name)


def answer(
    ledger: Ledger, terms: Terms, months: Months, as_of: date, wanted: Collection[str], kept: Path | None = None
) -> Answer:
    """The frames of `frames.FRAMES` that are wanted. Otherwise as `history`, whose errors it raises."""
    if kept is None or not ledger.beside:
        made = history(asked(ledger, terms, months, as_of), kept)
        return Answer(frames.written(made, wanted), made.known_files)
    tables = [sorted(lines.digests) for lines in (ledger.contracts, ledger.invoices)]
    seen = name_of(f"{_FORM} {version('bookscore')} {pl.__version__} {as_of} {terms} {tables}")
    place = kept / "answers" / name_of(seen, ledger.beside, str(months))
    if known := contents(place, frames.paths(wanted, months.spans[:-1])):
        return Answer(known, sum(bool(digest) for digests in tables for digest in digests))
    found = _made(asked(ledger, terms, months, as_of), wanted, kept)
    _keep(place, found.files, seen)
    return found


def _made(of: Asked, wanted: Collection[str], kept: Path) -> Answer:
    """The answer, of which only what is not settled is made."""
    place = Settled(kept / "settled", of)
    made, files = _since(place.before(wanted), of, wanted, kept)
    place.keep(made, files)
    return Answer(files, made.known_files)


def _since(before: Taken | None, of: Asked, wanted: Collection[str], kept: Path) -> tuple[History, dict[str, bytes]]:
    """The history from what is settled on, or of everything; and all files of the answer."""
    if before:
        try:
            made = history(of, kept, before.known)
            return made, {**before.files, **frames.written(made, wanted)}
        except NotPackedError:
            pass  # a new line is to be read in full, and with it all others
    made = history(of, kept)
    return made, frames.written(made, wanted)


def _keep(place: Path, files: Mapping[str, bytes], seen: str) -> None:
    """Keeps an answer, and those of what else was asked of the same files on the same day; no others."""
    for path, content in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (place / path).write_bytes(content)
    noted(place, files, {"seen": seen})
    for other, said in notes(place.parent):
        if said.get("seen") != seen:
            shutil.rmtree(other, ignore_errors=True)
