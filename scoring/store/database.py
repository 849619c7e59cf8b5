"""How is the database opened? Engines whose transactions are what they say, and tables of one version."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, inspect
from sqlmodel import Session, SQLModel, create_engine, select

from scoring.store.refusals import NewerSchemaError
from scoring.store.tables import VERSION, SchemaVersion

_WAIT_MS = 30_000
"""How long a writer waits for another one before it gives up."""

_PRAGMAS = (f"busy_timeout={_WAIT_MS}", "foreign_keys=ON", "synchronous=FULL")


def connect(url: URL) -> Engine:
    """An engine for the database, with its tables made where there are none.

    Raises NewerSchemaError where the tables are of a later version.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    with reading(engine) as session:
        is_new = _version(session) is None
    if is_new:
        with writing(engine) as session:
            _make_tables(session)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one state of the database."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that is committed at the end, or rolled back whole.

    It takes SQLite's write lock at its begin: a lock asked for after a read fails without waiting.
    """
    with Session(engine.execution_options(is_writing=True)) as session, session.begin():
        yield session


def _version(session: Session) -> int | None:
    """The version of the tables, None where there are none."""
    if not inspect(session.connection()).has_table(str(SchemaVersion.__tablename__)):
        return None
    found = session.exec(select(SchemaVersion.version)).one()
    if found > VERSION:
        raise NewerSchemaError(found, VERSION)
    return found


def _make_tables(session: Session) -> None:
    """Makes the tables, unless another process was faster."""
    if _version(session) is None:
        SQLModel.metadata.create_all(session.connection())
        session.add(SchemaVersion(version=VERSION))


def _prepare_sqlite(engine: Engine) -> None:
    if engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    """Leaves transactions to us, and sets what SQLite keeps per connection."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
