"""Where is what? The folder that is worked in, its rules, its stored runs and its results."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.intake import Request
    from scoring.store import Store, StoredRun

STORE = ".bookscore"
"""The folder within FOLDER that holds the store, known here so that nothing is loaded where there is none."""
STORE_URL, STORE_FRAMES = "BOOKSCORE_STORE", "BOOKSCORE_FRAMES"
"""What in the environment says where runs are kept instead: a database by URL, and a folder for large frames.

No option says it, as other people on the machine see what is typed, and a URL may hold a password.
"""
RESULTS = "scorecards"
"""The folder within FOLDER that holds a folder for each period."""


class NoPlaceError(BookscoreError):
    """A folder or file that was named is not there."""

    def __init__(self, what: str, place: Path) -> None:
        super().__init__(f"there is no {what} {place}; check the name, or make it")


class NoRunsError(BookscoreError):
    """Nothing was run in the folder yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no run is stored in {kept_in(home(folder).absolute())} yet")
        self.next = ("run", folder)


def request(
    folder: Path,
    rules: Path | None = None,
    as_of: datetime | None = None,
    *,
    period: str | None = None,
    set_aside: bool = False,
) -> "Request":
    """What is asked of the pipeline; a single file or archive is read in the folder that it lies in.

    Raises NoPlaceError; only here it is looked up which day it is.
    """
    from scoring.intake import Request

    if rules is not None and not rules.is_file():
        raise NoPlaceError("file", rules)
    day = today() if as_of is None else as_of.date()
    only = folder if folder.is_file() else None
    return Request(existing(folder), day, period, rules, set_aside, only)


def home(place: Path) -> Path:
    """The folder that is worked in: of a single file or archive the one that it lies in."""
    return place.parent if place.is_file() else place


def existing(folder: Path) -> Path:
    """The folder, or that of the file. Raises NoPlaceError."""
    found = home(folder)
    if not found.is_dir():
        raise NoPlaceError("folder", folder)
    return found


def today() -> date:
    """The day it is where the machine is."""
    return date.today()


@contextmanager
def stored(folder: Path) -> "Iterator[Store]":
    """The stored runs of the folder. Raises NoRunsError where there are none."""
    if not has_store(folder):
        raise NoRunsError(folder)
    with opening(folder) as store:
        if os.environ.get(STORE_URL) and not store.runs():
            raise NoRunsError(folder)
        yield store


def chosen_run(store: "Store", folder: Path, word: str | None) -> "StoredRun":
    """The stored run that is named, else that of the last period.

    Raises NoRunsError, AmbiguousRunError, and UnknownRunError with what there is.
    """
    from scoring.store import named

    latest = store.latest()
    if latest is None:
        raise NoRunsError(folder)
    return named(store, word or latest.period)


def has_store(folder: Path) -> bool:
    """Whether there is a store to be opened without making one. Raises NoPlaceError."""
    return bool(os.environ.get(STORE_URL)) or (existing(folder) / STORE / "bookscore.db").is_file()


@contextmanager
def opening(folder: Path) -> "Iterator[Store]":
    """The store of the folder, made where there is none, whether or not there are runs in it."""
    store = opened(existing(folder))
    try:
        yield store
    finally:
        store.close()


def opened(folder: Path) -> "Store":
    """The store of the folder, or the one that the environment names, made where there is none."""
    from scoring.store import open_store

    frames = os.environ.get(STORE_FRAMES)
    return open_store(os.environ.get(STORE_URL) or folder, frames=Path(frames) if frames else None)


def kept_in(folder: Path) -> str:
    """Where the folder's runs are kept, in words that show nothing of a URL."""
    return f"the database that {STORE_URL} names" if os.environ.get(STORE_URL) else str(folder)
