"""Do the tables of an earlier version become those of this one, whole or not at all, on SQLite and PostgreSQL?"""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Engine, Integer, create_engine, inspect
from sqlmodel import SQLModel
from test_store import CARDS, HERE, PROBLEMS, A, B, opened, rows_of, run, save

from scoring.store import database, delivering, migrations, open_store, verify
from scoring.store.address import address
from scoring.store.refusals import EncodingError, NewerSchemaError
from scoring.store.tables import VERSION

FIRST = (HERE / "references/store_v1.sql").read_text(encoding="utf-8")
"""A store of version 1 with two runs, as the bookscore of that day left it."""


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store of version 1: the very file, or the same on a server."""
    if request.param == "sqlite":
        (tmp_path / ".bookscore").mkdir()
        with sqlite3.connect(tmp_path / ".bookscore/bookscore.db") as plain:
            plain.executescript(FIRST)
        plain.close()
        return f"sqlite:///{tmp_path}/.bookscore/bookscore.db"
    url: str = request.getfixturevalue("postgres")()
    engine = create_engine(address(url))
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        migrations.v1_runs.upgrade(operations)
        for statement in inserts():
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


def inserts() -> list[str]:
    """What the old store holds, runs first, as others refer to them."""
    found = [line for line in FIRST.splitlines() if line.startswith("INSERT INTO")]
    return sorted(found, key=lambda line: 'INTO "run"' not in line)


def state(url: str) -> tuple[dict[str, list[str]], int, list[str]]:
    """The columns of each table, the version, and the ids of runs, as any other program sees them."""
    engine = create_engine(address(url))
    with engine.connect() as connection:
        found = inspect(connection)
        columns = {name: [c["name"] for c in found.get_columns(name)] for name in sorted(found.get_table_names())}
        version = connection.exec_driver_sql("SELECT version FROM schemaversion").scalar_one()
        ids = list(connection.exec_driver_sql("SELECT run_id FROM run ORDER BY run_id").scalars())
    engine.dispose()
    return columns, version, ids


def drift(engine: Engine) -> list[object]:
    """In what the tables of the database are not those that are declared."""
    assert delivering.__name__, "declares its tables when it is imported, as nothing else here does"
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, SQLModel.metadata))


def test_version_that_is_declared_is_the_one_that_the_steps_lead_to() -> None:
    assert len(migrations.STEPS) == VERSION


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_new_database_has_the_tables_that_are_declared(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else request.getfixturevalue("postgres")()
    store = opened(url, tmp_path)
    assert drift(store.engine) == []
    assert rows_of(store)["schemaversion"] == [{"version": VERSION}]
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_run_period")
        connection.exec_driver_sql("ALTER TABLE card ADD COLUMN bonus FLOAT")
    assert len(drift(store.engine)) == 2
    store.close()


def test_store_of_version_1_is_brought_up_where_it_is_and_keeps_its_runs(old: str, tmp_path: Path) -> None:
    columns, version, ids = state(old)
    assert (version, ids) == (1, [A, B])
    store = opened(old, tmp_path)
    assert drift(store.engine) == []
    assert state(old)[1:] == (VERSION, ids)
    assert {name: state(old)[0][name] for name in columns} == columns
    assert store.cards(A) == store.cards(B) == tuple(CARDS)
    assert store.problems(B) == tuple(PROBLEMS)
    assert [r.run_id for r in store.computed()] == [B, A]
    store.close()


def test_run_of_version_1_that_is_computed_again_is_the_same_run(old: str, tmp_path: Path) -> None:
    store = opened(old, tmp_path)
    before = rows_of(store)
    assert verify(store).unentered == 2
    assert save(store, run(B, "2026-Q1")) == B
    after = rows_of(store)
    assert len(after.pop("auditentry")) == 2, "both runs are entered in the audit log"
    assert after == {name: before[name] for name in after} | {"audithead": after["audithead"]}
    assert verify(store).unentered == 0
    store.close()


def test_opening_a_store_of_this_version_loads_no_migrations(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    asked = (
        "import sys; from pathlib import Path; from scoring.store import open_store;"
        f"open_store(Path({str(tmp_path)!r})).runs(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_step_that_fails_in_the_middle_leaves_the_old_store(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(old)

    def breaks(op: Operations) -> None:
        op.create_table("halfway", Column("number", Integer, primary_key=True))
        op.execute("DELETE FROM computation")
        op.execute("UPDATE schemaversion SET version = 99")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (migrations.v1_runs.upgrade, breaks))
        with pytest.raises(KeyboardInterrupt):
            opened(old, tmp_path)
    assert state(old) == before
    store = opened(old, tmp_path)
    assert [r.run_id for r in store.computed()] == [B, A]
    store.close()


def test_process_killed_in_the_middle_leaves_the_old_store(old: str, tmp_path: Path) -> None:
    before = state(old)
    killed = f"""
import os
from pathlib import Path
from scoring.store import migrations, open_store
last = migrations.STEPS[-1]
def dies(op):
    last(op)
    os._exit(9)
migrations.STEPS = (*migrations.STEPS[:-1], dies)
open_store({old!r}, frames=Path({str(tmp_path)!r}))
"""
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == 9
    assert state(old) == before
    opened(old, tmp_path).close()
    assert state(old)[1] == VERSION


def test_process_that_comes_second_finds_the_store_brought_up(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up = database._bring_up

    def second(engine: Engine) -> None:
        monkeypatch.setattr(database, "_bring_up", bring_up)
        opened(old, tmp_path).close()
        bring_up(engine)

    monkeypatch.setattr(database, "_bring_up", second)
    store = opened(old, tmp_path)
    assert drift(store.engine) == []
    assert state(old)[1:] == (VERSION, [A, B])
    store.close()


def test_database_of_a_later_version_is_refused_with_both_versions_and_left_alone(old: str, tmp_path: Path) -> None:
    engine = create_engine(address(old))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE schemaversion SET version = 7")
        connection.exec_driver_sql("DROP TABLE problemrow")
    engine.dispose()
    before = state(old)
    with pytest.raises(NewerSchemaError, match=f"schema version 7, this bookscore knows up to version {VERSION}"):
        opened(old, tmp_path)
    assert state(old) == before


def test_server_that_cannot_keep_all_letters_is_refused(postgres: Callable[[], str], tmp_path: Path) -> None:
    engine = create_engine(address(postgres()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    url = engine.url.set(database="latin").difference_update_query(["options"])
    engine.dispose()
    with pytest.raises(EncodingError, match="keeps text as LATIN1"):
        opened(url.render_as_string(hide_password=False), tmp_path)
