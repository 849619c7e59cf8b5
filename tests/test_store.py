import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from scoring.errors import Problem, Severity
from scoring.store import FileRecord, RunRecord, State, Store, open_store
from scoring.store import store as store_module
from scoring.store.refusals import (
    AmbiguousRunError,
    MissingFrameError,
    NewerSchemaError,
    NoFolderError,
    RunDiffersError,
    UnknownRunError,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
A, B, C = "a" * 64, "ab" * 32, "c" * 64
CARDS: list[dict[str, Any]] = [
    {"manager_id": "M2", "name": "Zoë", "team": "North", "score": 72.6, "low": 69.8, "high": 76.1,
     "label": "On track", "bridge": {"opening": "12345678901234567.89"}, "lines": [{"value": 0.1 + 0.2}]},
    {"manager_id": "M1", "name": "Ann", "team": None, "score": None, "low": None, "high": None, "label": None,
     "bridge": {"opening": "0.0001"}, "lines": []},
]  # fmt: skip
FILES = [FileRecord(name="accounts.csv", sha256="f" * 64, rows=12, set_aside=1)]
PROBLEMS = [
    Problem("amount is empty", "mend it", "contracts.csv", 3, "amount", None, "contracts"),
    Problem("odd", severity=Severity.NOTE),
]


def run(run_id: str = A, period: str = "2026-Q2", **changed: Any) -> RunRecord:
    parts = {"as_of": "2026-06-30", "rules_name": "default", "rules_hash": "9f3c", "engine_version": "0.1.0"}
    return RunRecord(run_id=run_id, period=period, **{**parts, **changed})


def parquet(*numbers: int) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"n": numbers}, schema={"n": pl.Int64}).write_parquet(buffer)
    return buffer.getvalue()


def save(store: Store, record: RunRecord, at: datetime = NOON, cards: list[dict[str, Any]] = CARDS) -> str:
    frames: dict[str, Path | bytes] = {"book": parquet(1, 2, 3), "measures": parquet()}
    return store.save(record, cards=cards, frames=frames, created_at=at, problems=PROBLEMS, files=FILES)


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def test_everything_comes_back_as_it_was_given(store: Store) -> None:
    summary = json.dumps({"closing": "12345678901234567.8901"})
    assert save(store, run(summary=summary)) == A
    stored = store.run(A)
    assert stored.model_dump(exclude={"created_at"}) == run(summary=summary).model_dump()
    assert stored.created_at == "2026-07-01T12:00:00.000000+00:00"
    assert store.cards(A) == tuple(CARDS)
    assert list(store.cards(A)[0]) == list(CARDS[0])
    assert store.files(A) == tuple(FILES)
    assert store.problems(A) == tuple(PROBLEMS)
    assert pl.read_parquet(store.frame(A, "book"))["n"].to_list() == [1, 2, 3]
    assert store.frame(A, "measures").parent == store.frames


def test_money_keeps_all_its_digits_in_the_database_file(store: Store, tmp_path: Path) -> None:
    save(store, run())
    store.close()
    with sqlite3.connect(tmp_path / ".bookscore/bookscore.db") as plain:
        (text,) = plain.execute("select json_text from card where manager_id = 'M2'").fetchone()
        columns = plain.execute(
            "select m.name, p.name, p.type from sqlite_master m join pragma_table_info(m.name) p "
            "where m.type = 'table' and p.type not in ('VARCHAR', 'INTEGER')"
        ).fetchall()
    assert json.loads(text)["bridge"]["opening"] == "12345678901234567.89"
    assert [(t, c) for t, c, _ in columns] == [("card", "score"), ("card", "low"), ("card", "high")]


def test_money_that_is_no_text_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="Decimal"):
        save(store, run(), cards=[{**CARDS[0], "paid": Decimal("1.10")}])
    assert store.runs() == ()


@pytest.mark.parametrize(
    "changed",
    [{"run_id": "zz"}, {"run_id": "A" * 64}, {"as_of": "30.6.2026"}, {"period": ""}, {"summary": "[1]"},
     {"summary": '{"a": NaN}'}, {"state": "done"}, {"more": 1}],
)  # fmt: skip
def test_run_that_is_not_as_declared_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        run(**changed)


@pytest.mark.parametrize("changed", [{"score": "72"}, {"manager_id": ""}, {"manager_id": 5}, {"name": None}])
def test_card_that_is_not_as_declared_is_refused_and_nothing_is_stored(store: Store, changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        save(store, run(), cards=[{**CARDS[0], **changed}])
    assert store.runs() == ()


def test_score_that_is_no_number_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        save(store, run(), cards=[{**CARDS[0], "score": float("nan")}])


def test_instant_without_a_zone_is_refused_and_others_are_kept_in_utc(store: Store) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        save(store, run(), datetime(2026, 7, 1, 12))
    save(store, run(), NOON.astimezone(timezone(timedelta(hours=9))))
    assert store.run(A).created_at == "2026-07-01T12:00:00.000000+00:00"


def test_same_run_twice_changes_no_byte(store: Store, tmp_path: Path) -> None:
    save(store, run())
    store.close()
    before = bytes_below(tmp_path)
    again = open_store(tmp_path)
    assert save(again, run(), NOON + timedelta(days=1)) == A
    again.close()
    assert bytes_below(tmp_path) == before


def test_same_run_with_other_cards_is_refused_and_the_stored_one_stays(store: Store) -> None:
    save(store, run())
    with pytest.raises(RunDiffersError, match="with other results"):
        save(store, run(), cards=CARDS[:1])
    assert store.cards(A) == tuple(CARDS)


def test_latest_is_the_run_computed_last_even_if_it_was_stored_before(store: Store) -> None:
    assert store.latest() is None
    for record in (run(A), run(B), run(C, "2026-Q1")):
        save(store, record)
    assert [r.run_id for p in (None, "2026-Q2", "2026-Q1") if (r := store.latest(p))] == [C, B, C]
    save(store, run(A))
    assert [r.run_id for p in (None, "2026-Q2", "2026-Q1") if (r := store.latest(p))] == [A, A, C]
    assert store.latest("2025-Q1") is None


def test_failed_run_is_kept_but_is_not_the_latest(store: Store) -> None:
    save(store, run(A))
    store.save(run(B, state=State.FAILED), cards=[], frames={}, created_at=NOON, problems=PROBLEMS)
    latest = store.latest("2026-Q2")
    assert latest is not None
    assert latest.run_id == A
    assert store.run(B).state is State.FAILED
    assert store.problems(B) == tuple(PROBLEMS)


def test_runs_are_listed_newest_first(store: Store) -> None:
    for hours, run_id in ((1, A), (3, B), (2, C)):
        save(store, run(run_id), NOON + timedelta(hours=hours))
    assert [r.run_id for r in store.runs()] == [B, C, A]


def test_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    save(store, run(A))
    save(store, run(B))
    assert store.run("ab").run_id == B
    assert store.run("AA").run_id == A
    with pytest.raises(AmbiguousRunError, match='"a" begins 2 runs'):
        store.run("a")
    for unknown in ("f", "a%", "_b", ""):
        with pytest.raises((UnknownRunError, AmbiguousRunError)):
            store.run(unknown)


def test_frame_that_is_not_there_is_named(store: Store) -> None:
    save(store, run())
    with pytest.raises(MissingFrameError, match='has no frame "movements"'):
        store.frame(A, "movements")
    store.frame(A, "book").unlink()
    with pytest.raises(MissingFrameError):
        store.frame(A, "book")


def test_equal_frames_are_one_file_whether_given_as_bytes_or_as_a_file(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "book.parquet"
    source.write_bytes(parquet(7))
    store.save(run(A), cards=[], frames={"book": source}, created_at=NOON)
    store.save(run(B), cards=[], frames={"other": parquet(7)}, created_at=NOON)
    assert store.frame(A, "book") == store.frame(B, "other")
    assert source.read_bytes() == store.frame(A, "book").read_bytes()
    assert [p.suffix for p in store.frames.iterdir()] == [".parquet"]


def test_frame_that_is_no_parquet_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(pl.exceptions.PolarsError):
        store.save(run(), cards=[], frames={"book": b"a,b\n1,2\n"}, created_at=NOON)
    assert list(store.frames.iterdir()) == []
    assert store.runs() == ()


@pytest.mark.parametrize("step", ["_add", "_make_latest"])
def test_crash_before_the_commit_leaves_the_run_before_as_the_latest(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    save(store, run(A))

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_module, step, stop)
        with pytest.raises(KeyboardInterrupt):
            save(store, run(B), cards=CARDS[:1])
    latest = store.latest("2026-Q2")
    assert latest is not None
    assert latest.run_id == A
    assert [r.run_id for r in store.runs()] == [A]
    save(store, run(B))
    assert store.run(B).run_id == B


def test_killed_process_leaves_the_run_before_as_the_latest(store: Store, tmp_path: Path) -> None:
    save(store, run(A))
    killed = f"""
import os, test_store
from pathlib import Path
from scoring.store import open_store, store
add = store._add
def dies(*parts):
    add(*parts)
    os._exit(9)
store._add = dies
test_store.save(open_store(Path({str(tmp_path)!r})), test_store.run(test_store.B))
"""
    assert subprocess.run([sys.executable, "-c", killed], cwd=Path(__file__).parent, check=False).returncode == 9
    assert [r.run_id for r in store.runs()] == [A]
    save(store, run(B))
    assert store.cards(B) == tuple(CARDS)


def test_four_processes_store_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    writer = f"""
import sys, test_store
from pathlib import Path
from scoring.store import open_store
store = open_store(Path({str(tmp_path)!r}))
for n in range(10):
    test_store.save(store, test_store.run(f"{{sys.argv[1]}}{{n:063x}}"))
    test_store.save(store, test_store.run(f"f{{n:063x}}"))
"""
    writers = [subprocess.Popen([sys.executable, "-c", writer, str(n)], cwd=Path(__file__).parent) for n in range(4)]
    assert [w.wait(timeout=120) for w in writers] == [0, 0, 0, 0]
    store = open_store(tmp_path)
    runs = store.runs()
    assert len(runs) == 50
    assert all(store.cards(r.run_id) == tuple(CARDS) for r in runs)
    store.close()


def test_readers_see_the_store_while_somebody_writes(store: Store, tmp_path: Path) -> None:
    save(store, run(A))
    with sqlite3.connect(tmp_path / ".bookscore/bookscore.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.run(A).run_id == A
        second = open_store(tmp_path)
        assert second.cards(A) == tuple(CARDS)
        second.close()
        other.execute("ROLLBACK")


def test_database_of_a_later_version_is_refused_with_both_versions_and_left_alone(store: Store, tmp_path: Path) -> None:
    save(store, run())
    store.close()
    with sqlite3.connect(tmp_path / ".bookscore/bookscore.db") as plain:
        plain.execute("update schemaversion set version = 7")
        plain.execute("drop table problemrow")
    with pytest.raises(NewerSchemaError, match="schema version 7, this bookscore knows up to version 1"):
        open_store(tmp_path)
    with sqlite3.connect(tmp_path / ".bookscore/bookscore.db") as plain:
        assert plain.execute("select 1 from sqlite_master where name = 'problemrow'").fetchall() == []


def test_database_is_set_up_for_several_processes(store: Store) -> None:
    with store.engine.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 30000)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_url_names_the_database_and_a_server_needs_a_folder(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/other.db")
    save(store, run())
    assert store.frames == tmp_path / "frames"
    assert (tmp_path / "other.db").is_file()
    store.close()
    with pytest.raises(NoFolderError):
        open_store("sqlite://")
    with pytest.raises(NoFolderError):
        open_store("postgresql://localhost/scores")
