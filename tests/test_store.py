import io
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError
from sqlalchemy import INTEGER, VARCHAR, Select, Table, event, inspect, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, select

from scoring.errors import Problem, Severity
from scoring.store import FileRecord, RunRecord, State, Store, database, open_store, tables, verify
from scoring.store import store as store_module
from scoring.store.database import at_once, reading, writing
from scoring.store.refusals import (
    AmbiguousRunError,
    BusyError,
    MissingFrameError,
    NotOpenedError,
    RunDiffersError,
    UnknownRunError,
    trouble,
)

HERE = Path(__file__).parent
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


def rows_of(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, as the database gives them, but for the key that is drawn by chance for each database."""
    with store.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(sorted_rows(table)).mappings()]
            for table in SQLModel.metadata.sorted_tables
            if table.name != "unsubscribekey"
        }


def sorted_rows(table: Table) -> Select[Any]:
    by = [table.c[n] for n in ("run_id", "position", "number") if n in table.c]
    return select(table).order_by(*by, *(c for c in table.primary_key if c.name == "name"))


def opened(url: str, folder: Path) -> Store:
    return open_store(url, frames=folder / ".bookscore/frames")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: in the file of a workspace folder, or on a server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/.bookscore/bookscore.db"
    made: str = request.getfixturevalue("postgres")()
    return made


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    made = opened(url, tmp_path)
    yield made
    made.close()


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


def test_money_keeps_all_its_digits_in_the_database(store: Store) -> None:
    save(store, run())
    found = inspect(store.engine)
    floats = [
        (table, column["name"])
        for table in found.get_table_names()
        for column in found.get_columns(table)
        if not isinstance(column["type"], VARCHAR | INTEGER)
    ]
    (text,) = (row["json_text"] for row in rows_of(store)["card"] if row["manager_id"] == "M2")
    assert json.loads(text)["bridge"]["opening"] == "12345678901234567.89"
    assert floats == [("card", "score"), ("card", "low"), ("card", "high")]


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


def test_same_run_twice_changes_no_row(store: Store) -> None:
    save(store, run())
    before = rows_of(store)
    assert save(store, run(), NOON + timedelta(days=1)) == A
    assert rows_of(store) == before


def test_same_run_twice_changes_no_byte_of_a_file(tmp_path: Path) -> None:
    def files() -> dict[str, bytes]:
        return {str(p.relative_to(tmp_path)): p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file()}

    first = open_store(tmp_path)
    save(first, run())
    first.close()
    before = files()
    again = open_store(tmp_path)
    save(again, run(), NOON + timedelta(days=1))
    again.close()
    assert files() == before


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


@pytest.mark.parametrize("step", ["_add", "_made_latest", "enter"])
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


def test_killed_process_leaves_the_run_before_as_the_latest(store: Store, url: str, tmp_path: Path) -> None:
    save(store, run(A))
    killed = f"""
import os, test_store
from pathlib import Path
from scoring.store import store
add = store._add
def dies(*parts):
    add(*parts)
    os._exit(9)
store._add = dies
test_store.save(test_store.opened({url!r}, Path({str(tmp_path)!r})), test_store.run(test_store.B))
"""
    assert subprocess.run([sys.executable, "-c", killed], cwd=HERE, check=False).returncode == 9
    assert [r.run_id for r in store.runs()] == [A]
    save(store, run(B))
    assert store.cards(B) == tuple(CARDS)


def test_two_processes_that_store_at_once_lose_nothing_and_store_nothing_twice(url: str, tmp_path: Path) -> None:
    writer = f"""
import sys, test_store
from pathlib import Path
print("ready", flush=True)
input()
store = test_store.opened({url!r}, Path({str(tmp_path)!r}))
for n in range(10):
    test_store.save(store, test_store.run(f"{{sys.argv[1]}}{{n:063x}}"))
    test_store.save(store, test_store.run(f"f{{n:063x}}"))
"""
    with ExitStack() as stack:
        command = [sys.executable, "-c", writer]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": HERE}
        started = [stack.enter_context(subprocess.Popen([*command, n], **pipes)) for n in "01"]
        assert [s.stdout.readline() for s in started] == ["ready\n"] * 2
        for s in started:
            s.stdin.write("go\n")
            s.stdin.flush()
        assert [s.wait(timeout=120) for s in started] == [0, 0]
    store = opened(url, tmp_path)
    runs = store.runs()
    assert len(runs) == 30
    assert all(store.cards(r.run_id) == tuple(CARDS) for r in runs)
    store.close()


def test_second_writer_of_a_run_waits_for_the_first_and_finds_it_stored(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second, is_asking = opened(url, tmp_path), threading.Event()
    add, take_turn = store_module._add, database._take_turn

    def asks(session: Session) -> None:
        is_asking.set()
        take_turn(session)

    def while_the_other_asks(*parts: Any) -> None:
        monkeypatch.setattr(store_module, "_add", add)
        monkeypatch.setattr(database, "_take_turn", asks)
        later.append(pool.submit(save, second, run()))
        assert is_asking.wait(60)
        wait(later, 0.2)  # in which it would go on, were it not to wait
        add(*parts)

    later: list[Future[str]] = []
    monkeypatch.setattr(store_module, "_add", while_the_other_asks)
    with ThreadPoolExecutor() as pool:
        assert save(store, run()) == A
        assert later[0].result(60) == A
    assert len(rows_of(store)["run"]) == len(rows_of(store)["computation"]) == 1
    second.close()


def test_readers_see_the_store_while_somebody_writes(store: Store, url: str, tmp_path: Path) -> None:
    save(store, run(A))
    with writing(store.engine) as session:
        session.connection().execute(update(tables.Run).values(period="2026-Q1"))
        second = opened(url, tmp_path)
        assert second.run(A).period == "2026-Q2"
        assert second.cards(A) == tuple(CARDS)
        second.close()


def test_reader_sees_one_state_though_somebody_else_stores_a_run(store: Store) -> None:
    save(store, run(A))
    with reading(store.engine) as session:
        before = session.exec(select(tables.Run.run_id)).all()
        save(store, run(B))
        assert session.exec(select(tables.Card.run_id).distinct()).all() == before == [A]
    assert len(store.runs()) == 2


def test_writer_that_waits_too_long_says_so_and_changes_nothing(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WAIT_MS", 50)
    second = opened(url, tmp_path)
    with writing(store.engine), pytest.raises(BusyError, match=r"writing to the store for 0\.05 seconds; try again"):
        save(second, run())
    assert store.runs() == ()
    save(second, run())
    second.close()
    assert [r.run_id for r in store.runs()] == [A]


def test_a_new_database_waits_for_who_writes_to_it(tmp_path: Path) -> None:
    """SQLite gives up at once where a database is to keep a log and another process writes."""
    with closing(sqlite3.connect(tmp_path / "b.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        later = threading.Timer(0.3, other.execute, ["COMMIT"])
        later.start()
        store = opened(f"sqlite:///{tmp_path / 'b.db'}", tmp_path)
        later.join()
    assert store.runs() == ()
    store.close()


def test_database_file_is_set_up_for_several_processes(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.engine.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 30000)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    store.close()


# ---- the same on both databases ----

ODD = (
    "Zoë", "Zoe\u0308", "İstanbul ıi", "ﬁ ẞ ß", "𝔐 👩‍👩‍👧", "\u202eabc", "\ufeff", "a\tb\r\nc\x1f\x7f", " spaces  ",
    "'\"\\%_;--", "NULL", "\uffff", "long " * 50_000,
)  # fmt: skip
NUMBERS = (0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 72.60000000000001, -1e-300, 1e22, 100.0, -0.0)


def odd_cards() -> list[dict[str, Any]]:
    texts = [{**CARDS[0], "manager_id": f"M{n}", "name": text, "team": text} for n, text in enumerate(ODD)]
    numbers = [{**CARDS[0], "manager_id": repr(n), "score": n, "low": n, "high": n} for n in NUMBERS]
    return [*texts, *numbers]


def test_odd_texts_and_numbers_come_back_to_the_last_bit(store: Store) -> None:
    cards, problems = odd_cards(), [Problem(text, value=text) for text in ODD]
    summary = json.dumps({"texts": ODD, "nul": "\0"}, ensure_ascii=False)
    store.save(run(summary=summary), cards=cards, frames={}, created_at=NOON, problems=problems)
    assert store.run(A).summary == summary
    assert json.loads(summary)["nul"] == "\0"
    assert store.cards(A) == tuple(cards)
    assert store.problems(A) == tuple(problems)
    kept = rows_of(store)["card"]
    assert [(row["name"], row["team"]) for row in kept[: len(ODD)]] == [(text, text) for text in ODD]
    assert [row["score"].hex() for row in kept[len(ODD) :]] == [(number + 0.0).hex() for number in NUMBERS]


@pytest.mark.parametrize("is_gone", [False, True])
def test_emptied_database_beside_frames_is_refused(tmp_path: Path, is_gone: bool) -> None:
    store = open_store(tmp_path)
    save(store, run(A))
    store.close()
    file = tmp_path / ".bookscore/bookscore.db"
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.unlink() if is_gone else file.write_bytes(b"")
    with pytest.raises(NotOpenedError, match="is empty or gone, but frames of its runs lie in"):
        open_store(tmp_path)


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every place one that cannot be written, as far as it is asked whether it can."""
    return lambda: monkeypatch.setattr(database.os, "access", lambda _, mode: mode != os.W_OK)


def test_store_in_a_read_only_folder_is_read_and_nothing_is_written(
    tmp_path: Path, read_only: Callable[[], None]
) -> None:
    with closing(open_store(tmp_path)) as store:
        save(store, run(A))
        whole = verify(store)
    (file,) = (tmp_path / ".bookscore").glob("*.db*")
    before = file.read_bytes()
    read_only()
    with closing(open_store(tmp_path)) as reader:
        assert (verify(reader), reader.cards(A)) == (whole, tuple(CARDS))
        with pytest.raises(OperationalError, match="readonly"):
            save(reader, run(B))
    assert [*(tmp_path / ".bookscore").glob("*.db*")] == [file]
    assert file.read_bytes() == before


def test_what_is_still_in_the_log_beside_a_read_only_database_is_read(
    tmp_path: Path, read_only: Callable[[], None]
) -> None:
    with closing(open_store(tmp_path)) as writer:
        save(writer, run(A))
        read_only()
        with closing(open_store(tmp_path)) as reader:
            assert reader.runs() == writer.runs() != ()


def test_damaged_pages_are_named_without_what_they_hold(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        save(store, run(A))
    file = tmp_path / ".bookscore/bookscore.db"
    whole = file.read_bytes()
    damage = {  # a letter of a card that is no text any more, and the page of an index
        "is damaged; restore it from a backup": whole.replace(b"North", b"N\xffrth"),
        "is damaged (": _without_page(file, whole, "ix_run_period"),
    }
    for what, content in damage.items():
        file.write_bytes(content)
        with closing(open_store(tmp_path)) as store:
            first = verify(store).broken[0]
            assert what in first.what
            assert "Zo" not in first.what


def _without_page(file: Path, whole: bytes, index: str) -> bytes:
    with closing(sqlite3.connect(file)) as plain:
        (page,) = plain.execute("select rootpage from sqlite_master where name = ?", (index,)).fetchone()
        (size,) = plain.execute("pragma page_size").fetchone()
    return whole[: (page - 1) * size] + bytes(size) + whole[page * size :]


def test_full_disk_is_told_as_one_and_nothing_is_stored(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:

        def fill(connection: sqlite3.Connection, *_: Any) -> None:
            connection.execute("pragma max_page_count = 1")  # it takes the pages there are

        event.listen(store.engine, "connect", fill)
        store.engine.dispose()
        wide = [{**CARDS[0], "lines": ["x" * 100_000]}]
        with pytest.raises(OperationalError) as raised:
            save(store, run(A), cards=wide)
        assert "no room left" in str(trouble(raised.value))
        assert store.runs() == ()


@pytest.mark.parametrize("tampered", [
    "delete from framefile where name = 'measures'", "update framefile set rows = 7 where name = 'book'",
    "delete from computation where number = 2", "update computation set computed_at = '2026-07-02'",
    "update run set created_at = '2026-07-02'",
])  # fmt: skip
def test_change_of_a_run_that_is_not_sealed_is_found(store: Store, tampered: str) -> None:
    save(store, run(A))
    save(store, run(B))
    found = verify(store)
    assert (found.runs, found.unentered, found.entries, found.broken) == (2, 0, 2, ())
    with store.engine.begin() as connection:
        connection.exec_driver_sql(tampered)
    assert verify(store).broken


def test_run_that_was_slipped_in_is_found(store: Store) -> None:
    save(store, run(A))
    with store.engine.begin() as connection:
        columns = "period, as_of, rules_name, rules_hash, engine_version, state, created_at, summary, results_sha256"
        connection.exec_driver_sql(f"insert into run (run_id, {columns}) select '{B}', {columns} from run")
    assert "audit log does not tell of it" in verify(store).broken[-1].what


def test_runs_stored_before_the_audit_log_told_of_them_are_entered_with_the_next_one(store: Store) -> None:
    save(store, run(A))
    save(store, run(B, state=State.FAILED))
    with store.engine.begin() as connection:
        for table in ("audithead", "auditentry"):
            connection.exec_driver_sql(f"delete from {table}")
    found = verify(store)
    assert (found.unentered, found.broken) == (2, ())
    save(store, run(C))
    found = verify(store)
    assert (found.unentered, found.entries, found.broken) == (0, 3, ())


def test_text_that_not_every_database_keeps_is_refused_by_all(store: Store) -> None:
    with pytest.raises(ValidationError, match=r"name\n.*U\+0000, which PostgreSQL cannot keep"):
        save(store, run(), cards=[{**CARDS[0], "name": "A\0nn"}])
    assert store.runs() == ()


def test_same_runs_are_the_same_rows_and_hashes_on_both_databases(tmp_path: Path, postgres: Callable[[], str]) -> None:
    stores = [opened(url, tmp_path) for url in (f"sqlite:///{tmp_path}/one.db", postgres())]
    for store in stores:
        save(store, run(), cards=odd_cards())
        store.save(run(C, state=State.FAILED), cards=[], frames={}, created_at=NOON)
        save(store, run(B, "2026-Q1"), NOON + timedelta(hours=1))
        save(store, run(), NOON + timedelta(hours=2), cards=odd_cards())
    one, other = (rows_of(store) for store in stores)
    assert len(one["run"]) == len(one["computation"]) == 3
    assert one == other
    for store in stores:
        store.close()


def test_what_is_read_at_once_is_read_in_one_session_and_of_one_state(store: Store, url: str, tmp_path: Path) -> None:
    begun: list[object] = []
    save(store, run())
    event.listen(store.engine, "begin", begun.append)
    other = opened(url, tmp_path)
    with at_once(store.engine):
        assert store.holding() == {"2026-Q2": A}
        save(other, run(B, "2026-Q1"))
        assert (store.holding(), store.sealed("2026-Q2")) == ({"2026-Q2": A}, None)
        with ThreadPoolExecutor(1) as apart:
            assert set(apart.submit(store.holding).result()) == {"2026-Q1", "2026-Q2"}
        assert set(other.holding()) == {"2026-Q1", "2026-Q2"}
    assert len(begun) == 2
    assert set(store.holding()) == {"2026-Q1", "2026-Q2"}
    other.close()
