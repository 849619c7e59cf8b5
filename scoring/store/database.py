"""How is the database opened? Engines whose transactions are what they say, and tables of this version.

On SQLite and on PostgreSQL alike a reader sees one state, and writers wait for each other.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, inspect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, create_engine, select

from scoring.store.refusals import BusyError, EncodingError, NewerSchemaError, NoDriverError, NotOpenedError
from scoring.store.tables import VERSION, SchemaVersion

_WAIT_MS = 30_000
"""How long a writer waits for another one before it gives up."""

_PAUSE = 0.05
"""Seconds until it is tried again where SQLite does not wait by itself."""

_BUSY = {"SQLITE_BUSY", "55P03"}
"""What SQLite and PostgreSQL call it when the lock was not given in time."""

_SHARED: ContextVar[Session | None] = ContextVar("_SHARED", default=None)
_WRITERS = 0x626F6F6B73
"""The advisory lock that writers to a store on PostgreSQL hold, one at a time: "books"."""


def connect(url: URL) -> Engine:
    """An engine for the database, with its tables made or brought to this version in one transaction.

    A file that cannot be written is opened to be read only. Raises NewerSchemaError where the tables are of a later
    version, NoDriverError, EncodingError and NotOpenedError.
    """
    is_fixed = _is_fixed(url)
    engine = _fixed(Path(str(url.database))) if is_fixed else _engine(url)
    try:
        with reading(engine) as session:
            found = _version(session)
        if found != VERSION and is_fixed:
            raise NotOpenedError(
                f"{url.database} has tables of version {found}, not {VERSION}, and cannot be written; copy its folder "
                "to where it can be"
            )
        if found != VERSION:
            _bring_up(engine)
    except DBAPIError as error:
        raise NotOpenedError(str(error.orig)) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one state of the database."""
    shared = _SHARED.get()
    if shared is not None and shared.bind is engine:
        yield shared
        return
    with Session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


@contextmanager
def at_once(engine: Engine) -> Iterator[None]:
    """Lets all that this thread reads within be read in one session, of one state; what is written is not seen."""
    with reading(engine) as session:
        before = _SHARED.set(session)
        try:
            yield
        finally:
            _SHARED.reset(before)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that is committed at the end, or rolled back whole. It waits for other writers at its begin.

    A lock of SQLite that is asked for after a read fails without waiting; on PostgreSQL only what is read after the
    lock is given holds what the writers before left. Raises BusyError after half a minute.
    """
    with Session(engine) as session, session.begin():
        _take_turn(session)
        yield session


def _engine(url: URL) -> Engine:
    """An engine whose errors do not show what was to be written."""
    try:
        is_server = url.get_backend_name() == "postgresql"
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=is_server)
    except ModuleNotFoundError:
        raise NoDriverError from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return engine


def _is_fixed(url: URL) -> bool:
    """Whether it is a file that can be read, but not be written, or not with a log beside it."""
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).is_file():
        return False
    file = Path(url.database)
    return os.access(file, os.R_OK) and not all(os.access(place, os.W_OK) for place in (file, file.parent))


def _fixed(file: Path) -> Engine:
    """An engine that only reads the file. What another process may still write to its log is looked at as well."""
    log = file.with_name(f"{file.name}-wal")
    is_whole = not (log.is_file() and log.stat().st_size)
    address = f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' if is_whole else ''}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None),
        poolclass=QueuePool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _bring_up(engine: Engine) -> None:
    """Makes the tables, or brings them to this version, unless another process was faster."""
    from scoring.store.migrations import migrate  # noqa: PLC0415  it takes long to load, and is seldom needed

    with writing(engine) as session:
        connection = session.connection()
        if engine.dialect.name == "postgresql":
            _check_encoding(connection)
        found = _version(session)
        if found is None and connection.dialect.name == "sqlite":
            _refuse_emptied(Path(str(engine.url.database)))
        migrate(connection, found)


def _refuse_emptied(file: Path) -> None:
    """Raises NotOpenedError where frames of runs lie beside a database that knows of none."""
    frames = file.parent / "frames"
    if any(frames.glob("*.parquet")) and not any(other != file for other in file.parent.glob("*.db")):
        raise NotOpenedError(
            f"{file} is empty or gone, but frames of its runs lie in {frames}; restore it from a backup, or move "
            f"{file.parent} away to begin anew"
        )


def _check_encoding(connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise EncodingError(encoding)


def _version(session: Session) -> int | None:
    """The version of the tables, None where there are none."""
    if not inspect(session.connection()).has_table(str(SchemaVersion.__tablename__)):
        return None
    found = session.exec(select(SchemaVersion.version)).one()
    if found > VERSION:
        raise NewerSchemaError(found, VERSION)
    return found


def _take_turn(session: Session) -> None:
    """Waits until no other process writes."""
    try:
        connection = session.connection(execution_options={"is_writing": True})  # it begins, and takes SQLite's lock
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_WAIT_MS}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
    except OperationalError as error:
        if _BUSY.isdisjoint((getattr(error.orig, "sqlite_errorname", ""), getattr(error.orig, "sqlstate", ""))):
            raise
        raise BusyError(_WAIT_MS / 1000) from error


def _prepare_sqlite(engine: Engine) -> None:
    if engine.url.database:
        file = Path(engine.url.database)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)  # hashes of passwords are in it
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    """Leaves transactions to us, and sets what SQLite keeps per connection."""
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_WAIT_MS}", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    until = monotonic() + _WAIT_MS / 1000
    while not _turns_to_log(connection):
        if monotonic() > until:
            raise sqlite3.OperationalError("database is locked")
        sleep(_PAUSE)


def _turns_to_log(connection: sqlite3.Connection) -> bool:
    """Has the database keep a write-ahead log, so that readers need not wait; False while another process writes.

    For that SQLite does not wait, whatever `busy_timeout` says.
    """
    try:
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            return True
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname not in _BUSY:
            raise
        return False
    return True


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
