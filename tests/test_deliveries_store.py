"""Does the ledger of deliveries hold what it promises, on SQLite and PostgreSQL: each once, and nothing lost unsaid?"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger import (
    DAY,
    HOUR,
    LATER,
    ME,
    MINUTE,
    MONDAY,
    OTHER,
    SECOND,
    SENT,
    UNKNOWN,
    W26,
    W27,
    WEEK,
    another,
    claimed,
    emptied,
    history,
    lost,
    opened_for,
    prepared,
    state,
    to,
    url_of,
)
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from test_store import A

from scoring.store import Store, database, delivering, open_store
from scoring.store.database import reading, writing
from scoring.store.delivering import DeliveryState, End, Ended, OccasionState, Tally, changing, claiming
from scoring.store.delivering.refusals import UnknownDeliveryError
from scoring.store.refusals import BusyError


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = opened_for(request, tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


@pytest.fixture
def store(made: Store) -> Store:
    """A store with an empty ledger."""
    return emptied(made)


def test_what_no_database_keeps_is_looked_for_in_vain(store: Store) -> None:
    """U+0000, as it may stand in an address of a page."""
    delivering.prepare(store, W26, to("u1"), at=MONDAY, run_id=A)
    with pytest.raises(UnknownDeliveryError):
        delivering.delivery(store, "5fff\0")
    assert delivering.deliveries(store, schedule="leaders\0") == ()
    assert len(delivering.deliveries(store, schedule="leaders")) == 1


# ---- occasions ----


def test_delivery_is_made_with_all_that_is_known_of_it(store: Store) -> None:
    planned = to("u1", address="ann@example.com", name="Ann Weiß", run_id=A, as_of="2026-06-28")
    assert delivering.prepare(store, W26, planned, at=MONDAY, run_id=A) == delivering.occasion(
        store, "leaders", "2026-W26"
    )
    (row,) = delivering.deliveries(store)
    key = "5fff6ef8c22e9763648a2390ae6bd6d7"
    assert row.model_dump() == {
        "delivery_id": key, "schedule": "leaders", "period": "2026-W26", "channel": "mail", "recipient": "u1",
        "address": "ann@example.com", "name": "Ann Weiß", "state": "pending", "reason": "", "run_id": A,
        "as_of": "2026-06-28", "due_at": "2026-06-29T05:00:00.000000+00:00", "is_late": 0, "attempts": 0,
        "next_try_at": "2026-06-29T05:00:00.000000+00:00", "claimed_by": None, "claimed_until": None,
        "message_id": f"<{key}@example.com>", "content_sha256": None, "sent_at": None,
        "made_at": "2026-06-29T05:00:00.000000+00:00", "changed_at": "2026-06-29T05:00:00.000000+00:00",
    }  # fmt: skip


def test_occasion_is_prepared_once_and_nothing_that_was_sent_is_reset(store: Store) -> None:
    ann, bo = prepared(store, "ann", "bo")
    delivering.finish(store, claimed(store).delivery_id, ME, SENT, at=MONDAY)
    before = delivering.deliveries(store)
    assert delivering.prepare(store, W26, to("ann", "bo", "cy"), at=MONDAY + HOUR) is None
    assert delivering.deliveries(store) == before
    assert {row.delivery_id for row in before} == {ann, bo}


def test_who_turns_up_later_is_added_only_when_a_person_asks(store: Store) -> None:
    prepared(store, "ann")
    delivering.finish(store, claimed(store).delivery_id, ME, SENT, at=MONDAY)
    assert delivering.prepare(store, W26, to("ann", "bo"), at=MONDAY + HOUR, is_asked=True) is not None
    rows = {row.recipient: row.state for row in delivering.deliveries(store)}
    assert rows == {"ann": DeliveryState.SENT, "bo": DeliveryState.PENDING}


def test_occasion_waits_since_it_was_noted_until_its_data_are_there(store: Store) -> None:
    def note(what: OccasionState, why: str, hours: int) -> tuple[str, str, datetime]:
        found = delivering.note_occasion(store, W26, what, why, at=MONDAY + hours * HOUR)
        assert found == delivering.occasion(store, "leaders", "2026-W26")
        return found.state.value, found.reason, found.noted_at

    assert note(OccasionState.WAITING, "no invoices", 0) == ("waiting", "no invoices", MONDAY)
    assert note(OccasionState.WAITING, "no usage", 1) == ("waiting", "no usage", MONDAY)
    prepared(store, "ann", at=MONDAY + 2 * HOUR)
    assert note(OccasionState.SKIPPED, "too late", 3) == ("prepared", "no usage", MONDAY)
    assert delivering.deliveries(store)[0].is_late


@pytest.mark.parametrize(("minutes", "is_late"), [(0, False), (60, False), (61, True)])
def test_what_is_prepared_more_than_an_hour_late_says_so(store: Store, minutes: int, is_late: bool) -> None:
    prepared(store, "ann", at=MONDAY + minutes * MINUTE)
    assert delivering.deliveries(store)[0].is_late is is_late


def test_skipped_occasion_stays_skipped_unless_a_person_asks(store: Store) -> None:
    delivering.note_occasion(store, W26, OccasionState.SKIPPED, "too late", at=MONDAY)
    delivering.note_occasion(store, W26, OccasionState.WAITING, "no data", at=MONDAY)
    assert delivering.prepare(store, W26, to("ann"), at=MONDAY) is None
    assert delivering.deliveries(store) == ()
    assert [o.reason for o in delivering.occasions(store, states=[OccasionState.SKIPPED])] == ["too late"]
    assert delivering.prepare(store, W26, to("ann"), at=MONDAY, is_asked=True) is not None
    assert len(delivering.deliveries(store)) == 1


def test_who_gets_nothing_has_a_row_with_the_reason_and_is_not_sent_to(store: Store) -> None:
    delivering.prepare(store, W26, to("ann", is_skipped=True, reason="left on 1 June"), at=MONDAY)
    assert delivering.claim(store, ME, at=MONDAY + DAY) is None
    assert [(row.state.value, row.reason) for row in delivering.deliveries(store)] == [("skipped", "left on 1 June")]
    with pytest.raises(ValidationError, match="told why"):
        to("bo", is_skipped=True)


def test_prepare_that_fails_for_one_leaves_no_trace(store: Store) -> None:
    with pytest.raises(IntegrityError):
        delivering.prepare(store, W26, [*to("ann"), *to("bo", run_id="c" * 64)], at=MONDAY)
    assert delivering.occasion(store, "leaders", "2026-W26") is None
    assert delivering.deliveries(store) == ()


@pytest.mark.parametrize(
    "wrong", [{"recipient": "a\nb"}, {"recipient": ""}, {"name": "x" * 201}, {"name": "A\0"}, {"address": "x" * 321}]
)
def test_what_no_database_should_keep_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        to("ann", **wrong)


# ---- claims ----


def test_what_was_due_first_is_sent_first_and_then_by_key(store: Store) -> None:
    late = prepared(store, "ann", "bo", occasion=W27)
    early = prepared(store, "cy", "di")
    at = MONDAY + WEEK
    assert [claimed(store, f"w{n}", at).delivery_id for n in range(4)] == [*sorted(early), *sorted(late)]
    assert delivering.claim(store, ME, at=at) is None


def test_list_has_one_order_in_every_database_whatever_its_language(store: Store) -> None:
    planned = [*to("u1", name="Ärger"), *to("u2", name="ann"), *to("u3", name="Zoe")]
    delivering.prepare(store, W26, planned, at=MONDAY)
    _names_are_sorted_as(store, "unicode")
    assert [row.name for row in delivering.deliveries(store)] == ["Zoe", "ann", "Ärger"]
    _names_are_sorted_as(store, "default")


def _names_are_sorted_as(store: Store, language: str) -> None:
    """Makes a server sort names as a language does, where it is left to it."""
    if store.engine.dialect.name == "postgresql":
        with writing(store.engine) as session:
            told = f'ALTER TABLE deliveryrow ALTER name TYPE varchar COLLATE "{language}"'
            session.connection().execute(text(told))


def test_only_one_occasion_is_claimed_where_it_is_asked_for(store: Store) -> None:
    prepared(store, "ann")
    (key,) = prepared(store, "bo", occasion=replace(W27, schedule="directors"))
    assert delivering.claim(store, ME, at=MONDAY + WEEK, schedule="directors", period="2026-W26") is None
    assert claimed(store, at=MONDAY + WEEK, schedule="directors").delivery_id == key
    delivering.finish(store, key, ME, Ended(end=End.UNTRIED), at=MONDAY + WEEK)
    assert claimed(store, at=MONDAY + WEEK, period="2026-W27").delivery_id == key


def test_nobody_is_sent_two_digests_of_a_schedule_at_once(store: Store) -> None:
    (first,), (second,) = prepared(store, "ann"), prepared(store, "ann", occasion=W27)
    at = MONDAY + WEEK
    assert claimed(store, at=at).delivery_id == first
    assert delivering.claim(store, OTHER, at=at) is None
    assert delivering.finish_and_claim(store, first, ME, SENT, at=at)[1] == delivering.delivery(store, second)


def test_what_is_not_due_again_is_left_alone_until_its_time_comes(store: Store) -> None:
    (key,) = prepared(store, "ann")
    delivering.finish(store, claimed(store).delivery_id, ME, LATER, at=MONDAY)
    assert delivering.claim(store, ME, at=MONDAY + 59 * SECOND) is None
    again = claimed(store, OTHER, MONDAY + MINUTE)
    assert (again.delivery_id, again.attempts, again.claimed_by) == (key, 2, OTHER)
    assert (again.next_try_at, again.claimed_until) == (None, MONDAY + MINUTE + delivering.CLAIM_LASTS)


def test_claim_walks_no_more_than_what_is_to_be_tried(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("SQLite says in words how it looks")
    asked = claiming._IN_TURN.params(now="2026").compile(store.engine, compile_kwargs={"literal_binds": True})
    with store.engine.connect() as connection:
        plan = " ".join(row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}"))
    assert "ix_deliveryrow_to_try" in plan
    assert "ix_deliveryrow_recipient (recipient=? AND schedule=? AND channel=? AND state=?)" in plan
    assert "TEMP B-TREE" not in plan


def test_two_schedulers_and_four_workers_at_once_send_each_once(store: Store) -> None:
    names = [f"u{n}" for n in range(30)]

    def works(worker: str) -> tuple[bool, list[str]]:
        own, mine = another(store), []
        is_first = delivering.prepare(own, W26, to(*names), at=MONDAY) is not None
        row = delivering.claim(own, worker, at=MONDAY)
        while row is not None:
            mine.append(row.recipient)
            row = delivering.finish_and_claim(own, row.delivery_id, worker, SENT, at=MONDAY)[1]
        own.close()
        return is_first, mine

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(works, [f"w{n}" for n in range(4)]))
    assert len({delivering.new_worker() for _ in range(100)}) == 100
    assert sum(is_first for is_first, _ in found) == 1
    assert sorted(name for _, mine in found for name in mine) == sorted(names)
    assert delivering.tally(store) == Tally(sent=30)


# ---- what became of it ----


ENDINGS = {
    "sent": (Ended(end=End.SENT, told="250 queued"), "sent", "", None),
    "later": (Ended(end=End.LATER, told="451 busy"), "failed", "451 busy", MINUTE),
    "refused": (Ended(end=End.REFUSED, told="550 no such box"), "failed", "550 no such box", None),
    "unknown": (Ended(end=End.UNKNOWN, told="no answer"), "unknown", "no answer", None),
    "skipped": (Ended(end=End.SKIPPED, told="muted"), "skipped", "muted", None),
    "untried": (Ended(end=End.UNTRIED, wait=5 * MINUTE), "pending", "", 5 * MINUTE),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_each_ending_leads_to_its_state(store: Store, name: str) -> None:
    ended, became, reason, wait = ENDINGS[name]
    (key,) = prepared(store, "ann")
    claimed(store)
    at = MONDAY + SECOND
    row = delivering.finish(store, key, ME, ended, at=at)
    assert row == delivering.delivery(store, key)
    assert row is not None
    assert (row.state.value, row.reason, row.changed_at) == (became, reason, at)
    assert row.next_try_at == (None if wait is None else at + wait)
    assert (row.claimed_by, row.claimed_until, row.attempts) == (None, None, int(name != "untried"))
    assert row.sent_at == (at if name == "sent" else None)
    assert row.is_parked == (name == "refused")
    assert [(each.state.value, each.told) for each in delivering.attempts(store, key)] == [
        ("sending", ""), (became, ended.told)
    ]  # fmt: skip
    assert getattr(delivering.tally(store), "parked" if row.is_parked else became) == 1


def test_what_was_said_is_kept_for_the_next_digest(store: Store) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    told = Ended(end=End.SENT, run_id=A, as_of="2026-06-28", content_sha256="b" * 64)
    row = delivering.finish(store, key, ME, told, at=MONDAY)
    assert row is not None
    assert (row.run_id, row.as_of, row.content_sha256) == (A, "2026-06-28", "b" * 64)
    assert delivering.said_before(store, "leaders", "mail", "ann", W27.due_at).run_ids == (A,)
    assert delivering.said_before(store, "leaders", "mail", "ann", W26.due_at).run_ids == ()
    assert delivering.said_before(store, "leaders", "mail", "bo", W27.due_at).run_ids == ()


def test_each_failure_waits_longer_and_the_sixth_is_the_last(store: Store) -> None:
    (key,) = prepared(store, "ann")
    at, waits = MONDAY, []
    for _ in range(6):
        claimed(store, at=at)
        row = delivering.finish(store, key, ME, LATER, at=at)
        assert row is not None
        if row.next_try_at is not None:
            waits.append((row.next_try_at - at) // MINUTE)
            at = row.next_try_at
    assert waits == [1, 5, 30, 120, 360]
    row = delivering.delivery(store, key)
    assert row.is_parked
    assert row.reason == "given up after 6 tries: 451 busy"
    assert delivering.claim(store, ME, at=at + WEEK) is None


@pytest.mark.parametrize(
    ("asked", "wait"), [(SECOND, MINUTE), (HOUR, HOUR), (3 * DAY, DAY), (-HOUR, MINUTE), (None, MINUTE)]
)
def test_server_that_asks_for_more_time_gets_it_within_a_day(
    store: Store, asked: timedelta | None, wait: timedelta
) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    row = delivering.finish(store, key, ME, Ended(end=End.LATER, wait=asked), at=MONDAY)
    assert row is not None
    assert row.next_try_at == MONDAY + wait


def test_whatever_a_server_says_it_is_noted_what_became_of_it(store: Store) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    told = "550 \0 no\r\nsuch \udc80 box \x1b[31m" + "x" * 600
    row = delivering.finish(store, key, ME, Ended(end=End.REFUSED, told=told), at=MONDAY)
    assert row is not None
    assert row.reason.startswith("550 no such ? box [31mxxx")
    assert len(row.reason) == 500
    assert delivering.attempts(store, key)[-1].told == row.reason


def test_finish_and_the_next_claim_happen_both_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(store, "ann", "bo")
    before = claimed(store)

    def breaks(*_: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(claiming, "_claim", breaks)
        with pytest.raises(OSError, match="full"):
            delivering.finish_and_claim(store, before.delivery_id, ME, SENT, at=MONDAY)
    assert delivering.delivery(store, before.delivery_id) == before
    assert history(store, before.delivery_id) == [("sending", ME)]


def test_no_state_changes_without_its_attempt(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (key,) = prepared(store, "ann")

    def breaks(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(changing, "note", breaks)
        with pytest.raises(OSError, match="full"):
            delivering.claim(store, ME, at=MONDAY)
    assert state(store, key) == "pending"


def test_only_who_claimed_it_says_what_became_of_it(store: Store) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    assert delivering.finish(store, key, OTHER, SENT, at=MONDAY) is None
    assert delivering.renew(store, key, OTHER, at=MONDAY) is None
    assert state(store, key) == "sending"
    assert history(store, key) == [("sending", ME), ("sent", OTHER)]


def test_what_is_told_twice_is_told_once(store: Store) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    once = delivering.finish(store, key, ME, SENT, at=MONDAY)
    assert delivering.finish(store, key, ME, SENT, at=MONDAY + SECOND) == once
    assert history(store, key) == [("sending", ME), ("sent", ME)]


# ---- workers that do not come back ----


def test_claim_that_nobody_renews_becomes_unknown_and_is_not_sent_again(store: Store) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    assert delivering.expire(store, at=MONDAY + 2 * MINUTE) == ()
    renewed = delivering.renew(store, key, ME, at=MONDAY + MINUTE)
    assert renewed is not None
    assert renewed.claimed_until == MONDAY + 3 * MINUTE
    assert delivering.expire(store, at=MONDAY + 3 * MINUTE) == ()
    (row,) = delivering.expire(store, at=MONDAY + 3 * MINUTE + SECOND)
    assert (row.delivery_id, row.state) == (key, DeliveryState.UNKNOWN)
    assert row.reason == "its worker did not come back in time; it may have arrived or not"
    assert history(store, key) == [("sending", ME), ("unknown", "schedule")]
    assert delivering.expire(store, at=MONDAY + DAY) == ()
    assert delivering.claim(store, OTHER, at=MONDAY + DAY) is None
    assert delivering.renew(store, key, ME, at=MONDAY + DAY) is None


@pytest.mark.parametrize("name", ENDINGS)
def test_who_comes_back_late_may_still_say_what_became_of_it(store: Store, name: str) -> None:
    key = lost(store).delivery_id
    row = delivering.finish(store, key, ME, ENDINGS[name][0], at=MONDAY + HOUR)
    assert row is not None
    assert row.state.value == ENDINGS[name][1]
    assert row.claimed_by is None
    assert history(store, key) == [("sending", ME), ("unknown", "schedule"), (ENDINGS[name][1], ME)]


def test_what_arrived_after_all_is_not_sent_again_where_nobody_has_begun(store: Store) -> None:
    key = lost(store).delivery_id
    delivering.retry(store, key, at=MONDAY + HOUR, by="u1")
    assert delivering.finish(store, key, OTHER, SENT, at=MONDAY + HOUR) is None  # it never had it
    assert delivering.finish(store, key, ME, UNKNOWN, at=MONDAY + HOUR) is None
    row = delivering.finish(store, key, ME, SENT, at=MONDAY + HOUR)
    assert row == delivering.delivery(store, key)
    assert (row.state, row.sent_at, row.next_try_at) == (DeliveryState.SENT, MONDAY + HOUR, None)
    assert delivering.claim(store, OTHER, at=MONDAY + DAY) is None


def test_of_how_many_nobody_knew_whether_they_had_arrived_is_counted_at_any_instant(store: Store) -> None:
    key = lost(store).delivery_id
    delivering.retry(store, key, at=MONDAY + HOUR, by="u1")
    assert delivering.finish(store, key, ME, UNKNOWN, at=MONDAY + 2 * HOUR) is None  # too late to change anything
    assert [delivering.unknown_at(store, MONDAY + span) for span in (SECOND, 59 * MINUTE, HOUR, DAY)] == [0, 1, 0, 0]


def test_address_that_it_went_to_is_kept(store: Store) -> None:
    prepared(store, "ann")
    ended = SENT.model_copy(update={"address": "new@example.com"})
    delivering.finish(store, claimed(store).delivery_id, ME, ended, at=MONDAY)
    assert delivering.deliveries(store)[0].address == "new@example.com"


def test_connection_that_the_server_ended_is_made_anew(postgres: Callable[[], str], tmp_path: Path) -> None:
    opened = open_store(postgres(), frames=tmp_path)
    other = another(opened)
    with reading(opened.engine) as session:
        its_own = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with writing(other.engine) as session:
        session.connection().exec_driver_sql(f"SELECT pg_terminate_backend({its_own}, 5000)")
    assert delivering.deliveries(opened) == ()
    for each in (opened, other):
        each.close()


def test_who_comes_back_after_a_person_said_to_send_again_changes_nothing_but_the_double_shows(store: Store) -> None:
    key = lost(store).delivery_id
    delivering.retry(store, key, at=MONDAY + HOUR, by="u1")
    assert claimed(store, OTHER, MONDAY + HOUR).delivery_id == key
    assert delivering.finish(store, key, ME, SENT, at=MONDAY + HOUR) is None
    assert delivering.delivery(store, key).claimed_by == OTHER
    delivering.finish(store, key, OTHER, SENT, at=MONDAY + HOUR)
    assert history(store, key) == [
        ("sending", ME), ("unknown", "schedule"), ("pending", "u1"), ("sending", OTHER), ("sent", ME), ("sent", OTHER)
    ]  # fmt: skip
    assert "too late" in delivering.attempts(store, key)[4].told


def test_who_comes_back_after_a_person_settled_it_changes_nothing(store: Store) -> None:
    key = lost(store).delivery_id
    settled = delivering.settle(store, key, at=MONDAY + HOUR, by="u1")
    assert delivering.finish(store, key, ME, LATER, at=MONDAY + 2 * HOUR) is None
    assert delivering.delivery(store, key) == settled
    assert history(store, key)[-1] == ("failed", ME)


def test_who_said_that_they_do_not_know_has_no_second_word(store: Store) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    delivering.finish(store, key, ME, UNKNOWN, at=MONDAY)
    assert delivering.finish(store, key, ME, SENT, at=MONDAY) is None
    assert state(store, key) == "unknown"


def test_process_that_dies_before_its_commit_claims_nothing_and_after_it_leaves_a_row_that_says_so(
    store: Store,
) -> None:
    ann, bo = sorted(prepared(store, "ann", "bo"))
    dies = f"""
import os
from datetime import datetime
from pathlib import Path
from scoring.store import delivering, open_store
from scoring.store.delivering import changing
store = open_store({url_of(store)!r}, frames=Path({str(store.frames)!r}))
at = datetime.fromisoformat({MONDAY.isoformat()!r})
delivering.claim(store, "dies", at=at)
changing.note = lambda *a, **b: os._exit(9)
delivering.claim(store, "dies", at=at)
"""
    assert subprocess.run([sys.executable, "-c", dies], check=False).returncode == 9
    assert (state(store, ann), state(store, bo)) == ("sending", "pending")
    assert [row.delivery_id for row in delivering.expire(store, at=MONDAY + HOUR)] == [ann]
    assert claimed(store).delivery_id == bo


def test_writer_that_waits_too_long_is_told_so_and_nothing_is_claimed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = prepared(store, "ann")
    monkeypatch.setattr(database, "_WAIT_MS", 20)
    own = another(store)
    with writing(store.engine), pytest.raises(BusyError):
        delivering.claim(own, ME, at=MONDAY)
    own.close()
    assert state(store, key) == "pending"
