"""Which database is meant? That of a folder, or one by URL; what a URL holds is never shown, as it may be a secret."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from scoring.store.refusals import OtherDatabaseError, UnreadableUrlError

FOLDER = ".bookscore"
"""Where in a workspace the database and its frames lie."""

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def address(place: str | Path) -> URL:
    """The URL of the database of a workspace folder, or the URL that is given, with the driver we use.

    Raises UnreadableUrlError and OtherDatabaseError.
    """
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str((Path(place) / FOLDER / "bookscore.db").absolute()))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise UnreadableUrlError from None
    if "@" in (url.host or ""):  # the end of a password with an @ of its own
        raise UnreadableUrlError
    kind = url.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise OtherDatabaseError(kind)
    return url.set(drivername=_DRIVERS[kind])
