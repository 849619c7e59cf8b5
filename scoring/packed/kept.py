"""What is known of files that were read before? Their facts, found again by what is in the files and how they are read.

A part holds the facts of some files. It is taken only whole, only where all of its files are still there, and only if
its own bytes are what they were; so a history is the same with and without it, and costs what is new. Accounts are
known by their hash, as their numbers change when accounts are added. In the folder of a part:

    facts.parquet, accounts.parquet, part.json (its files, and the hashes of both)
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from scoring.packed.ids import Ids
from scoring.packed.keys import CODES, DAYS
from scoring.packed.notes import digest_of, name_of, noted, notes
from scoring.packed.reading import Reading

_FORM = 3
"""Goes up when facts are made or written in another way."""
_FACTS, _ACCOUNTS = "facts.parquet", "accounts.parquet"
_ACCOUNT = CODES * DAYS


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The facts of files with these digests, with the numbers that accounts have now."""

    digests: frozenset[str]
    facts: pl.DataFrame


class Kept:
    """The parts in a folder that were read in one way; others are as good as not there. Nothing of it has to exist.

    `known` are the files whose parts were taken.
    """

    def __init__(self, folder: Path, way: str, ids: Ids, by: Reading) -> None:
        self._folder, self._ids, self._by = folder, ids, by
        self._way = f"{_FORM} {version('bookscore')} {pl.__version__} {ids.seed} {way}"
        self.known: frozenset[str] = frozenset()

    def parts(self, digests: Set[str]) -> list[Part]:
        """The parts of these files, no file in two of them, those of many files first."""
        found: list[Part] = []
        left = set(digests)
        for place, said in sorted(self._said(), key=lambda one: (-len(one[1]["files"]), one[0].name)):
            files = frozenset(said["files"])
            if files and files <= left and (facts := self._facts(place, said)) is not None:
                found.append(Part(files, facts))
                left -= files
        self.known = frozenset(digests) - left
        return found

    def keep(self, digests: Iterable[str], facts: pl.DataFrame) -> None:
        """Returns once the facts of these files are kept. What a crash leaves is no part. Raises OSError."""
        files = sorted(digests)
        place = self._folder / name_of(self._way, *files)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts.write_parquet(place / _FACTS, compression="lz4")
        pl.DataFrame({"hash": self._ids.in_order()}).write_parquet(place / _ACCOUNTS, compression="lz4")
        noted(place, (_FACTS, _ACCOUNTS), {"way": self._way, "files": files, "since": self._by.rated_since})

    def forget(self, used: Iterable[frozenset[str]]) -> None:
        """Removes all parts but those of these files."""
        names = {name_of(self._way, *sorted(files)) for files in used}
        for place, _ in notes(self._folder):
            if place.name not in names:
                shutil.rmtree(place, ignore_errors=True)

    def _said(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """The parts that were read in this way, and what is said of each; no line of one is before its rates."""
        for place, said in notes(self._folder):
            is_whole = said.get("way") == self._way and {"files", "since"} <= said.keys()
            if is_whole and self._by.is_rated_since(said["since"]):
                yield place, said

    def _facts(self, place: Path, said: Mapping[str, Any]) -> pl.DataFrame | None:
        """The facts of a part; None where its bytes are not what they were, or an account of it is not known now."""
        try:
            if any(digest_of(place / name) != said.get(name) for name in (_FACTS, _ACCOUNTS)):
                return None
            facts, accounts = (pl.read_parquet(place / name) for name in (_FACTS, _ACCOUNTS))
        except (OSError, pl.exceptions.PolarsError):
            return None
        return renumbered(facts, self._ids.numbers_of(accounts["hash"]))


def renumbered(facts: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame | None:
    """The facts with the numbers that accounts have now, by their numbers then; None where one of them has none now.

    Numbers are in the order of ids, then and now, so facts that were sorted still are.
    """
    if numbers.equals(pl.int_range(len(numbers), eager=True)):
        return facts
    key = pl.col("key")
    moved = pl.lit(numbers).gather(key // _ACCOUNT) * _ACCOUNT + key % _ACCOUNT
    numbered = facts.with_columns(moved.alias("key"))
    return None if numbered["key"].null_count() else numbered
