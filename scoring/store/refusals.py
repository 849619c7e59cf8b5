"""What does the store refuse? One sentence each."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from scoring.errors import BookscoreError


class NewerSchemaError(BookscoreError):
    """The database was written by a later bookscore."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the database has schema version {found}, this bookscore knows up to version {known}; "
            "update bookscore, or name another database"
        )


class UnreadableUrlError(BookscoreError):
    """What should be the URL of a database is none. It is not shown: it may hold a password."""

    def __init__(self) -> None:
        super().__init__(
            "the URL of the store cannot be read; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE, "
            "and @, / and % in a password as %40, %2F and %25"
        )


class OtherDatabaseError(BookscoreError):
    """The URL names a kind of database that no store is kept in."""

    def __init__(self, kind: str) -> None:
        super().__init__(f'a store is kept in SQLite or PostgreSQL, not in "{kind}"; begin its URL with postgresql://')


class NoDriverError(BookscoreError):
    """The package that speaks with PostgreSQL is not installed."""

    def __init__(self) -> None:
        super().__init__('a store on PostgreSQL needs psycopg: pip install "bookscore[postgres]"')


class NotOpenedError(BookscoreError):
    """The database did not let us in, or is none."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the database of the store cannot be opened: {' '.join(why.split())}")


class EncodingError(BookscoreError):
    """The database cannot keep every letter."""

    def __init__(self, encoding: str) -> None:
        super().__init__(f"the database keeps text as {encoding}, which lacks letters; make one with encoding UTF8")


class BusyError(BookscoreError):
    """Another process kept the store for itself too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"another process has been writing to the store for {seconds:g} seconds; try again when it is done"
        )


_KINDS = {
    "SQLITE_FULL": "there is no room left where the database of the store is, and nothing was stored; make room there",
    "SQLITE_READONLY": "the database of the store cannot be written: it, or its folder, is read-only; copy the folder "
    "to where it can be",
    "SQLITE_CORRUPT": "the database of the store is damaged; restore it from a backup",
    "SQLITE_IOERR": "the disk of the store's database does not read or write it; look at the disk, and restore the "
    "database from a backup if `bookscore verify` finds it damaged",
    "08": "the server of the store's database does not answer, or broke off; see that it runs, and try again",
}
_ALIKE = {"SQLITE_NOTADB": "SQLITE_CORRUPT", "53100": "SQLITE_FULL", "25006": "SQLITE_READONLY",
          "XX001": "SQLITE_CORRUPT", "XX002": "SQLITE_CORRUPT", "58030": "SQLITE_IOERR",
          "57P01": "08", "57P02": "08", "57P03": "08", "53300": "08"}  # fmt: skip
"""What PostgreSQL calls them, and SQLite where there are two names for one thing."""


def trouble(error: Exception) -> str | None:
    """What ails the database, the remedy, and no word of what it holds; None where the error is of another kind."""
    told = getattr(error, "orig", None)
    name = getattr(told, "sqlite_errorname", None) or getattr(told, "sqlstate", None) or ""
    if str(told).startswith("Could not decode"):
        name = "SQLITE_CORRUPT"
    elif not name and isinstance(error, OperationalError):
        name = "08"  # whoever finds nobody to speak to has no word of the server's
    found = (sentence for kind, sentence in _KINDS.items() if _ALIKE.get(name, name).startswith(kind))
    return next(found, None)


UNREACHABLE = (BusyError, DBAPIError, PoolTimeoutError)
"""What is raised where the database is busy or away: who asks again later may be answered."""


class NoFolderError(BookscoreError):
    """A database server is named, but no folder for the large frames."""

    def __init__(self) -> None:
        super().__init__("a database on a server needs a folder for its large frames: name one in BOOKSCORE_FRAMES")


class UnknownRunError(BookscoreError):
    """No stored run has an id that begins like this."""

    def __init__(self, prefix: str, known: str = "") -> None:
        remedy = f"stored are {known}" if known else "run `bookscore run` first, or look at the ids in run.json"
        super().__init__(f'there is no run "{prefix}"; {remedy}')


class AmbiguousRunError(BookscoreError):
    """Several stored runs have an id that begins like this."""

    def __init__(self, prefix: str, ids: list[str]) -> None:
        super().__init__(f'"{prefix}" begins {len(ids)} runs, as {ids[0]} and {ids[1]}; write more of the id')


class RunDiffersError(BookscoreError):
    """A run was stored before with other results, though its id says that all that went in is the same."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"run {run_id} is stored already, with other results; the same inputs, rules and version must "
            "give the same scores, so nothing was changed"
        )


class MissingFrameError(BookscoreError):
    """A frame is not in the catalogue, or its file is gone."""

    def __init__(self, run_id: str, name: str) -> None:
        super().__init__(f'run {run_id} has no frame "{name}", or its file was removed from the frames folder')


class SealedPeriodError(BookscoreError):
    """The period is sealed, and a sealed period never changes."""

    def __init__(
        self, period: str, run_id: str, sealed_by: str, sealed_at: str, folder: Path = Path(), days: str = ""
    ) -> None:
        super().__init__(
            f"{period}{days and f' ({days})'} is sealed: run {run_id[:12]} by {sealed_by}, {sealed_at[:10]}; "
            "a sealed period never changes, so nothing was written; "
            f"`bookscore restate {period}` shows what is known of it today"
        )
        self.next = ("restate", period, folder)


class NotReopenableError(BookscoreError):
    """The period cannot be opened again."""

    def __init__(self, period: str, why: str) -> None:
        super().__init__(f"{period} cannot be opened again: {why}")
        self.next = ("seals",)


class NotSealableError(BookscoreError):
    """The run cannot be the published truth of its period."""

    def __init__(self, period: str, run_id: str, why: str) -> None:
        super().__init__(f"run {run_id[:12]} of {period} cannot be sealed: {why}")
        self.next = ("runs",)
