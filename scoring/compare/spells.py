"""Which versions of the rules are there, from when to when, and which is meant?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scoring.days import DAY
from scoring.explain.names import chosen
from scoring.rules import Version, fingerprint

LEAST_HASH = 6
"""Digits of a hash from which on it names a version."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A version and when it is in force: for periods that begin from `first` to `last`, None where there is no end.

    `is_now` if it would be for a period that begins on the as-of day.
    """

    name: str
    version: str | None
    file: str
    effective_from: str | None
    first: date | None
    last: date | None
    sha256: str
    is_now: bool


def spells(versions: Sequence[Version], as_of: date) -> tuple[Spell, ...]:
    """The versions, the newest first."""
    found: list[Spell] = []
    until: date | None = None
    for version in versions:
        book, first = version.rulebook, version.effective_on
        is_now = (first is None or first <= as_of) and (until is None or as_of < until)
        last = None if until is None else until - DAY
        told = (book.name, book.version, version.file, book.effective_from)
        found.append(Spell(*told, first, last, fingerprint(book), is_now))
        until = first
    return tuple(found)


def version_of(versions: Sequence[Version], word: str) -> Version:
    """The version that is meant: by its text, its file, the beginning of its hash, or when it came into force.

    Raises UnknownNameError and AmbiguousNameError.
    """
    by_file = {v.file: v for v in versions}
    for version in versions:
        book = version.rulebook
        is_hash = len(word) >= LEAST_HASH and fingerprint(book).startswith(word)
        if is_hash or word in (book.version, book.effective_from, str(version.effective_on)):
            return version
    names = {v.file: f"{v.file} {v.rulebook.version or v.rulebook.name}" for v in versions}
    return by_file[chosen("version", word, names, f"there are {', '.join(names)}")]
