"""Is the published truth of a period kept, and is it noticed when any of it is changed?"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from test_store import CARDS, FILES, PROBLEMS, parquet, run

from scoring.store import RunRecord, Store, named, open_store, verify
from scoring.store.database import connect
from scoring.store.refusals import NotSealableError, SealedPeriodError

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SPANS = {"2025-Q4": ("2025-10-01", "2025-12-31"), "2026-Q1": ("2026-01-01", "2026-03-31"),
         "2026-Q2": ("2026-04-01", "2026-06-30")}  # fmt: skip
TABLES = (
    "run",
    "computation",
    "card",
    "inputfile",
    "problemrow",
    "framefile",
    "seal",
    "sealhead",
    "auditentry",
    "audithead",
)


def record(run_id: str, period: str, seals: Any = (), **more: Any) -> RunRecord:
    start, end = SPANS[period]
    summary = {
        "period": {"name": period, "from": start, "to": end},
        "seals": [{"period": s.period, "sha256": s.sha256} for s in seals],
    }
    return run(run_id, period, summary=json.dumps({**summary, **more}))


def save(store: Store, made: RunRecord, at: datetime = NOON) -> str:
    frames: dict[str, Path | bytes] = {"book": parquet(len(made.run_id)), "read_contracts": parquet(1, 2)}
    return store.save(made, cards=CARDS, frames=frames, created_at=at, problems=PROBLEMS, files=FILES)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sealed(store: Store) -> Store:
    """Four runs, two of them sealed, one stored after the last seal."""
    save(store, record("a" * 64, "2025-Q4"))
    save(store, record("b" * 64, "2026-Q1"))
    first = store.seal("a" * 64, by="Fay Finance", at=NOON)
    save(store, record("c" * 64, "2026-Q1", [first]), NOON + timedelta(hours=1))
    second = store.seal("c" * 64, by="Fay Finance", at=NOON + timedelta(hours=2))
    save(store, record("d" * 64, "2026-Q2", [first, second]), NOON + timedelta(hours=3))
    return store


def test_each_seal_covers_the_one_before(sealed: Store) -> None:
    first, second = sealed.seals()
    assert (first.number, first.period, first.before) == (1, "2025-Q4", "")
    assert (second.number, second.period, second.before) == (2, "2026-Q1", first.sha256)
    found = verify(sealed)
    assert (found.seals, found.runs, found.head, found.broken) == (2, 4, second.sha256, ())


def test_sealed_run_is_the_one_that_its_period_means(store: Store) -> None:
    save(store, record("a" * 64, "2026-Q1"))
    save(store, record("b" * 64, "2026-Q1"))
    assert named(store, "2026-Q1").run_id == "b" * 64
    store.seal("a" * 64, by="Fay", at=NOON)
    assert named(store, "2026-Q1").run_id == "a" * 64


def test_nothing_is_stored_for_a_sealed_period(sealed: Store) -> None:
    files = sorted(path.name for path in sealed.frames.iterdir())
    with pytest.raises(SealedPeriodError, match=r"2026-Q1 is sealed: run cccccccccccc by Fay Finance, 2026-07-01"):
        save(sealed, record("e" * 64, "2026-Q1"))
    with pytest.raises(SealedPeriodError):
        sealed.seal("b" * 64, by="Eve", at=NOON)
    assert len(sealed.runs()) == 4
    assert sorted(path.name for path in sealed.frames.iterdir()) == files
    assert verify(sealed).broken == ()


def test_run_that_kept_nothing_of_what_it_read_is_not_sealed(store: Store) -> None:
    made = record("a" * 64, "2026-Q1")
    store.save(made, cards=CARDS, frames={"book": parquet(1)}, created_at=NOON)
    with pytest.raises(NotSealableError, match="before runs kept what they read"):
        store.seal("a" * 64, by="Fay", at=NOON)
    assert store.seals() == ()


def test_run_that_did_not_look_at_an_earlier_seal_is_not_sealed(store: Store) -> None:
    save(store, record("a" * 64, "2025-Q4"))
    save(store, record("b" * 64, "2026-Q1"))
    store.seal("a" * 64, by="Fay", at=NOON)
    with pytest.raises(NotSealableError, match=r"does not tell what was learned since; run it again"):
        store.seal("b" * 64, by="Fay", at=NOON)


def test_periods_are_sealed_in_the_order_of_time(store: Store) -> None:
    save(store, record("a" * 64, "2025-Q4"))
    save(store, record("b" * 64, "2026-Q1"))
    store.seal("b" * 64, by="Fay", at=NOON)
    with pytest.raises(NotSealableError, match="2026-Q1 is sealed already"):
        store.seal("a" * 64, by="Fay", at=NOON)


# ---- tampering ----


@pytest.fixture
def database(sealed: Store) -> Path:
    """The database, all of it in one file."""
    place = sealed.frames.parent / "bookscore.db"
    sealed.close()
    with closing(sqlite3.connect(place)) as plain:
        plain.execute("pragma wal_checkpoint(truncate)")
    return place


def tamper(store: Store, *statements: str) -> None:
    """Changes the database behind the store's back."""
    with closing(sqlite3.connect(store.frames.parent / "bookscore.db")) as plain:
        for statement in statements:
            plain.execute(statement)
        plain.commit()


@pytest.fixture
def is_found(database: Path) -> Iterator[Callable[..., bool]]:
    """Says whether it is noticed that a statement was run over the database, which is then again what it was."""
    kept = shutil.copy(database, database.with_name("kept.db"))
    store = Store(connect(make_url(f"sqlite:///{database}")), database.parent / "frames")
    with closing(store), closing(sqlite3.connect(kept)) as before, closing(sqlite3.connect(database)) as plain:

        def found(statement: str, *values: Any) -> bool:
            assert plain.execute(statement, values).rowcount == 1
            plain.commit()
            broken = verify(store).broken
            before.backup(plain)
            return bool(broken)

        yield found
        assert verify(store).broken == ()


def cells(database: Path) -> Iterator[tuple[str, str, int, Any]]:
    """Every cell: table, column, rowid and value."""
    with closing(sqlite3.connect(database)) as plain:
        for table in TABLES:
            for column in [row[1] for row in plain.execute(f"pragma table_info({table})")]:
                for row, value in plain.execute(f'select rowid, "{column}" from {table}').fetchall():
                    yield table, column, row, value


def test_change_of_any_cell_is_found(database: Path, is_found: Callable[..., bool]) -> None:
    told = {}
    for table, column, row, old in list(cells(database)):
        new = old + 7 if isinstance(old, int | float) else f"{old or ''}x"
        told[table, column, row] = is_found(f'update {table} set "{column}" = ? where rowid = {row}', new)
    assert len(told) > 200
    assert [where for where, found in told.items() if not found] == []


def test_removal_of_any_row_is_found(database: Path, is_found: Callable[..., bool]) -> None:
    rows = {(table, row) for table, _, row, _ in cells(database)}
    assert {table for table, _ in rows} == set(TABLES)
    assert [where for where in rows if not is_found(f"delete from {where[0]} where rowid = {where[1]}")] == []


def test_runs_put_into_another_order_are_found(sealed: Store) -> None:
    tamper(
        sealed,
        "update computation set number = 99 where number = 1",
        "update computation set number = 1 where number = 2",
        "update computation set number = 2 where number = 99",
    )
    assert verify(sealed).broken[0].what == "what was computed before it was changed, removed or put into another order"


def test_seals_put_into_another_order_are_found(sealed: Store) -> None:
    tamper(
        sealed,
        "update seal set number = 9 where number = 1",
        "update seal set number = 1 where number = 2",
        "update seal set number = 2 where number = 9",
    )
    assert verify(sealed).broken[0].period == "2026-Q1"


def test_first_broken_link_is_named(sealed: Store) -> None:
    tamper(sealed, "update card set score = 99 where run_id like 'c%' and manager_id = 'M2'")
    first = verify(sealed).broken[0]
    assert (first.seal, first.period) == (2, "2026-Q1")
    assert first.what == "run cccccccccccc is not what was sealed: its totals, cards, problems or files changed"


@pytest.mark.parametrize("name", ["book", "read_contracts"])
def test_frame_that_is_gone_or_another_is_found(sealed: Store, name: str) -> None:
    path = sealed.frame("c" * 64, name)
    path.write_bytes(parquet(7))
    assert f"frame {name} of run" in verify(sealed).broken[0].what
    path.unlink()
    assert verify(sealed).broken[0].what.endswith("is gone")


def test_chain_that_was_made_anew_is_found_by_the_seal_that_was_written_down(sealed: Store) -> None:
    head = sealed.seals()[-1].sha256
    tamper(sealed, "delete from seal where number = 2", "delete from sealhead",
           "insert into sealhead select number, sha256 from seal")  # fmt: skip
    assert verify(sealed).broken == ()
    assert verify(sealed, head[:12]).broken[0].what.endswith(f"not {head[:12]}")
