"""Where is what? The folder that is worked in, its rules, its stored runs and its results."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.intake import Request
    from scoring.store import Store

STORE = ".bookscore"
"""The folder within FOLDER that holds the store, known here so that nothing is loaded where there is none."""
RESULTS = "scorecards"
"""The folder within FOLDER that holds a folder for each period."""


class NoPlaceError(BookscoreError):
    """A folder or file that was named is not there."""

    def __init__(self, what: str, place: Path) -> None:
        super().__init__(f"there is no {what} {place}; check the name, or make it")


class NoRunsError(BookscoreError):
    """Nothing was run in the folder yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no run is stored in {folder.absolute()} yet")
        self.next = ("run", folder)


def request(folder: Path, rules: Path | None, as_of: datetime | None) -> "Request":
    """What is asked of the pipeline. Raises NoPlaceError; only here it is looked up which day it is."""
    from scoring.intake import Request

    existing(folder)
    if rules is not None and not rules.is_file():
        raise NoPlaceError("file", rules)
    return Request(folder, today() if as_of is None else as_of.date(), rules=rules)


def existing(folder: Path) -> Path:
    """The folder. Raises NoPlaceError."""
    if not folder.is_dir():
        raise NoPlaceError("folder", folder)
    return folder


def today() -> date:
    """The day it is where the machine is."""
    return date.today()


@contextmanager
def stored(folder: Path) -> "Iterator[Store]":
    """The stored runs of the folder. Raises NoRunsError rather than make a store."""
    if not (existing(folder) / STORE / "bookscore.db").is_file():
        raise NoRunsError(folder)
    from scoring.store import open_store

    store = open_store(folder)
    try:
        yield store
    finally:
        store.close()
