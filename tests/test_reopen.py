"""Can a sealed period be opened again, and does what was sealed before stay?"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from restated import CANCELLED, bytes_below, company, exchange, score, seal
from reviewed import missed
from test_cli import cli
from test_seals import NOON, record, save
from test_store import opened

from scoring.store import Store, named, open_store, verify
from scoring.store.refusals import NotReopenableError, NotSealableError, SealedPeriodError


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal so wide that no cell is broken."""
    monkeypatch.setenv("COLUMNS", "240")


A, B, C = "a" * 64, "b" * 64, "c" * 64
Q1, Q2 = "2026-Q1", "2026-Q2"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store in which a quarter was run twice, and the first of both is sealed."""
    url = f"sqlite:///{tmp_path}/.bookscore/bookscore.db"
    made = opened(url if request.param == "sqlite" else request.getfixturevalue("postgres")(), tmp_path)
    save(made, record(A, Q1))
    save(made, record(B, Q1))
    made.seal(A, by="Fay", at=NOON)
    yield made
    made.close()


def reopen(store: Store, period: str = Q1) -> None:
    store.reopen(period, by="Fay", reason="Cedar was billed twice", at=NOON + timedelta(days=1))


def test_reopened_period_is_run_and_sealed_as_version_2_and_version_1_stays(store: Store) -> None:
    (first,) = store.seals()
    cards = store.cards(A)
    reopen(store)
    assert store.sealed(Q1) is None
    save(store, record(C, Q1))
    second = store.seal(C, by="Gus", at=NOON + timedelta(days=2))
    assert (second.version, second.number, second.before) == (2, 2, first.sha256)
    assert store.seals() == (first, second)
    assert store.seals(is_holding=True) == (second,)
    assert (named(store, Q1).run_id, store.holding()) == (C, {Q1: C})
    assert store.cards(A) == cards
    assert verify(store).broken == ()
    with pytest.raises(SealedPeriodError):
        save(store, record("d" * 64, Q1))


def test_run_that_was_sealed_holds_until_another_one_is_computed(store: Store) -> None:
    """B was computed after A before A was sealed: opening the period again does not make it the truth."""
    reopen(store)
    assert named(store, Q1).run_id == A
    save(store, record(C, Q1))
    assert named(store, Q1).run_id == C


def test_what_held_at_an_instant_is_what_was_published_then(store: Store) -> None:
    save(store, record(C, Q2, store.seals()), NOON + timedelta(hours=1))
    reopen(store)
    save(store, record("d" * 64, Q1), NOON + timedelta(days=2))
    store.seal("d" * 64, by="Fay", at=NOON + timedelta(days=3))
    held = [store.holding(NOON + after) for after in map(timedelta, (-1, 0, 0.5, 1, 2, 3))]
    assert held == [{}, {Q1: A}, {Q1: A, Q2: C}, {Q1: A, Q2: C}, {Q1: "d" * 64, Q2: C}, {Q1: "d" * 64, Q2: C}]
    assert [*store.holding().items()] == [(Q1, "d" * 64), (Q2, C)]  # what was computed last comes first


def test_period_that_a_later_one_looked_at_is_not_opened_before_that_one(store: Store) -> None:
    save(store, record(C, Q2, store.seals()))
    store.seal(C, by="Fay", at=NOON)
    with pytest.raises(NotReopenableError, match=f"{Q2} is sealed after it, and looked at it; open that one first"):
        reopen(store)
    reopen(store, Q2)
    reopen(store)
    save(store, record("d" * 64, Q1))
    again = store.seal("d" * 64, by="Fay", at=NOON)
    with pytest.raises(NotSealableError, match=f"{Q1}, which it looked at, was opened again since; run it again"):
        store.seal(C, by="Fay", at=NOON)  # it looked at version 1 of the quarter before
    save(store, record("e" * 64, Q2, [again]))
    assert store.seal("e" * 64, by="Fay", at=NOON).version == 2
    assert [seal.version for seal in store.seals()] == [1, 1, 2, 2]
    assert verify(store).broken == ()


def test_period_that_is_not_sealed_is_not_opened_and_dry_runs_open_nothing(store: Store) -> None:
    with pytest.raises(NotReopenableError, match="2026-Q2 cannot be opened again: it is not sealed"):
        reopen(store, Q2)
    store.reopen(Q1, by="Fay", reason="x", at=NOON, is_dry=True)
    assert store.reopenings() == ()
    reopen(store)
    with pytest.raises(NotReopenableError, match="it is not sealed"):
        reopen(store)


def test_change_of_any_reopening_is_found(tmp_path: Path) -> None:
    made = open_store(tmp_path)
    save(made, record(A, Q1))
    for name in (A, B):
        save(made, record(name, Q1))
        made.seal(name, by="Fay", at=NOON)
        reopen(made)
    save(made, record(C, Q1))
    made.seal(C, by="Fay", at=NOON)
    assert missed(made, ("reopening", "reopeninghead")) == (2 * 8 + 2, [])
    assert verify(made).broken == ()
    made.close()


def test_reopened_quarter_is_read_scored_and_restated_on_the_command_line(tmp_path: Path) -> None:
    folder = company(tmp_path / "co")
    first = score(folder, Q1, "2026-04-05").run_id
    seal(folder, Q1)
    before = {name: content for name, content in bytes_below(folder).items() if "/frames/" in name}
    exchange(folder, "contracts", *CANCELLED)
    assert cli("reopen", Q1, folder, "--by", "Fay").code == 2
    dry = cli("reopen", Q1, folder, "--by", "Fay", "--reason", "Birch left in March", "--dry-run")
    assert "Nothing was written" in dry.err
    told = cli("reopen", Q1, folder, "--by", "Fay", "--reason", "Birch left in March")
    assert told.out.splitlines() == [
        f"{Q1} is open again, by Fay: Birch left in March",
        f"Version 1 was run {first[:12]}, sealed by Fay; it stays readable.",
    ]
    assert told.err == f"Next: bookscore run {folder} --period {Q1}\n"
    assert cli("run", folder, "--period", Q1, "--as-of", "2026-05-05").code == 0
    assert cli("seal", Q1, folder, "--by", "Gus").code == 0
    listed = cli("seals", folder).out
    assert "opened again by Fay" in listed
    assert [s["version"] for s in json.loads(cli("seals", folder, "--json").out)["data"]] == [1, 2]
    assert cli("verify", folder).code == 0
    assert cli("restate", Q1, folder, "--as-of", "2026-05-05").code == 0
    assert cli("explain", "Mara", "--folder", folder, "--run", first[:12]).code == 0
    after = bytes_below(folder)
    assert {name: after[name] for name in before} == before
    refused = cli("reopen", "2020-Q1", folder, "--by", "Fay", "--reason", "x")
    assert (refused.code, "it is not sealed" in refused.err) == (2, True)
