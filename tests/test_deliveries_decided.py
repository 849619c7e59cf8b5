"""What people decide of deliveries; the clock that was put back, leases, mutes, lists: on SQLite and PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

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
    leader,
    lost,
    opened_for,
    prepared,
    state,
    to,
)
from sqlmodel import select

from scoring.store import Store, delivering, people, verify
from scoring.store.database import reading, writing
from scoring.store.delivering import DeliveryState, End, Ended, OccasionState, Tally
from scoring.store.delivering.refusals import (
    AmbiguousDeliveryError,
    NoSuchUserError,
    NotRetryableError,
    NotSettleableError,
    UnknownDeliveryError,
)
from scoring.store.delivering.tables import DeliveryRow, UnsubscribeKey

AHEAD = 3650 * DAY


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = opened_for(request, tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


@pytest.fixture
def store(made: Store) -> Store:
    """A store with an empty ledger."""
    return emptied(made)


# ---- what people decide ----


def test_person_sends_again_what_nobody_knows_of_and_the_log_says_who(store: Store) -> None:
    key = lost(store).delivery_id
    row = delivering.retry(store, key, at=MONDAY + HOUR, by="u1")
    assert (row.state, row.next_try_at, row.attempts, row.claimed_by) == ("pending", MONDAY + HOUR, 0, None)
    assert claimed(store, at=MONDAY + HOUR).delivery_id == key
    (entry,) = people.entries(store)
    assert (entry.user_id, entry.action, entry.subject) == ("u1", "retried delivery", "leaders 2026-W26 ann")
    assert (entry.told["delivery"], entry.told["was"]) == (key, "unknown")
    assert verify(store).broken == ()


@pytest.mark.parametrize("end", [End.LATER, End.REFUSED, End.SKIPPED])
def test_person_sends_again_what_failed_or_was_skipped(store: Store, end: End) -> None:
    (key,) = prepared(store, "ann")
    claimed(store)
    delivering.finish(store, key, ME, Ended(end=end, told="no"), at=MONDAY)
    assert delivering.retry(store, key, at=MONDAY, by="").state is DeliveryState.PENDING
    assert claimed(store).delivery_id == key


def test_nobody_sends_again_what_was_sent_or_is_being_sent(store: Store) -> None:
    (key,) = prepared(store, "ann")
    for told in ("about to be sent", "sending it now", "twice is worse than late"):
        with pytest.raises(NotRetryableError, match=told):
            delivering.retry(store, key, at=MONDAY, by="u1")
        with pytest.raises(NotSettleableError, match="asked only of unknown ones"):
            delivering.settle(store, key, at=MONDAY, by="u1")
        delivering.claim(store, ME, at=MONDAY)
        if told == "sending it now":
            delivering.finish(store, key, ME, SENT, at=MONDAY)
    assert people.entries(store) == []
    assert history(store, key) == [("sending", ME), ("sent", ME)]


@pytest.mark.parametrize("has_arrived", [True, False])
def test_person_says_what_became_of_what_nobody_knows_of(store: Store, has_arrived: bool) -> None:
    key = lost(store).delivery_id
    at = MONDAY + HOUR
    row = delivering.settle(store, key, at=at, by="u1", told="I asked Ann", has_arrived=has_arrived)
    assert (row.state.value, row.sent_at) == (("sent", at) if has_arrived else ("failed", None))
    assert row.is_parked is not has_arrived
    assert delivering.attempts(store, key)[-1].told.endswith("I asked Ann")
    assert delivering.claim(store, ME, at=at + DAY) is None
    assert [(e.action, e.told["told"], e.told["has_arrived"]) for e in people.entries(store)] == [
        ("settled delivery", "I asked Ann", has_arrived)
    ]


def test_what_a_person_settled_is_what_was_said_last(store: Store) -> None:
    delivering.prepare(store, W26, to("ann", as_of="2026-06-28"), at=MONDAY)
    claimed(store)
    (row,) = delivering.expire(store, at=MONDAY + HOUR)
    delivering.settle(store, row.delivery_id, at=MONDAY + HOUR, by="u1")
    found, *_ = delivering.deliveries(store, states=["sent"], recipient="ann")
    assert found.as_of == "2026-06-28"


def test_delivery_that_there_is_not_is_refused(store: Store) -> None:
    with pytest.raises(UnknownDeliveryError, match="bookscore deliveries"):
        delivering.retry(store, "0" * 32, at=MONDAY, by="")
    with pytest.raises(UnknownDeliveryError):
        delivering.settle(store, "0" * 32, at=MONDAY, by="")


# ---- the clock ----


def test_schedule_is_known_since_it_was_first_seen(store: Store) -> None:
    assert delivering.first_seen(store, ["a"], at=MONDAY) == {"a": MONDAY}
    assert delivering.first_seen(store, ["b", "a"], at=MONDAY + DAY) == {"a": MONDAY, "b": MONDAY + DAY}
    assert delivering.first_seen(store, [], at=MONDAY + WEEK) == {}


def test_tick_only_moves_on(store: Store) -> None:
    assert delivering.last_tick(store) is None
    for at in (MONDAY, MONDAY + DAY, MONDAY + HOUR):
        delivering.note_tick(store, at=at)
    assert delivering.last_tick(store) == MONDAY + DAY
    assert delivering.took_back(store, now=MONDAY + DAY) == ()
    assert delivering.last_tick(store) == MONDAY + DAY


def test_clock_that_is_put_back_takes_back_what_is_not_due_yet(store: Store) -> None:
    delivering.first_seen(store, ["old"], at=MONDAY)
    delivering.first_seen(store, ["new"], at=MONDAY + AHEAD)
    prepared(store, "ann")
    (key,) = prepared(store, "ann", occasion=W27, at=MONDAY + AHEAD)
    delivering.note_tick(store, at=MONDAY + AHEAD)
    now = MONDAY + HOUR
    assert [occasion.period for occasion in delivering.took_back(store, now=now)] == ["2026-W27"]
    assert [row.period for row in delivering.deliveries(store)] == ["2026-W26"]
    assert history(store, key) == [("skipped", "schedule")]
    assert delivering.last_tick(store) == now
    assert delivering.first_seen(store, ["old", "new"], at=now) == {"old": MONDAY, "new": now}
    assert delivering.took_back(store, now=now) == ()
    assert prepared(store, "ann", occasion=W27) == [key]
    assert state(store, key) == "pending"


@pytest.mark.parametrize("became", ["sending", "sent", "unknown", "not arrived, as a person said"])
def test_nothing_is_taken_back_that_may_have_gone_out(store: Store, became: str) -> None:
    at = MONDAY + AHEAD
    ann, bo = sorted(prepared(store, "ann", "bo", occasion=W27, at=at))
    claimed(store, at=at)
    if became != "sending":
        delivering.finish(store, ann, ME, SENT if became == "sent" else UNKNOWN, at=at)
    if became.startswith("not"):
        delivering.settle(store, ann, at=at, by="u1", has_arrived=False)
    before = state(store, ann)
    assert delivering.took_back(store, now=MONDAY) == ()
    assert state(store, ann) == before
    assert claimed(store, OTHER, MONDAY).delivery_id == bo


def test_what_failed_and_did_not_go_out_is_taken_back(store: Store) -> None:
    at = MONDAY + AHEAD
    (key,) = prepared(store, "ann", occasion=W27, at=at)
    claimed(store, at=at)
    delivering.finish(store, key, ME, LATER, at=at)
    assert len(delivering.took_back(store, now=MONDAY)) == 1
    assert delivering.deliveries(store) == ()


def test_what_a_clock_skipped_that_ran_ahead_is_looked_at_again(store: Store) -> None:
    delivering.note_occasion(store, W26, OccasionState.WAITING, "no invoices", at=MONDAY)
    delivering.note_occasion(store, W26, OccasionState.SKIPPED, "too late", at=MONDAY + AHEAD)
    assert delivering.took_back(store, now=MONDAY + HOUR) == ()
    found = delivering.occasion(store, "leaders", "2026-W26")
    assert found is not None
    assert (found.state, found.noted_at, found.changed_at) == ("waiting", MONDAY, MONDAY + HOUR)
    assert delivering.prepare(store, W26, to("ann"), at=MONDAY + HOUR) is not None


def test_clock_that_is_a_few_seconds_behind_takes_nothing_back(store: Store) -> None:
    prepared(store, "ann", at=MONDAY + 30 * SECOND)
    delivering.note_occasion(store, W27, OccasionState.SKIPPED, "too late", at=MONDAY + 30 * SECOND)
    assert delivering.took_back(store, now=MONDAY - 20 * SECOND) == ()
    assert [one.state for one in delivering.occasions(store)] == [OccasionState.SKIPPED, OccasionState.PREPARED]
    assert [one.period for one in delivering.took_back(store, now=MONDAY - HOUR)] == ["2026-W26", "2026-W27"]


def test_what_waits_since_a_clock_ran_ahead_waits_as_long_from_now(store: Store) -> None:
    ann, bo, cy = sorted(prepared(store, "ann", "bo", "cy"))
    for _ in range(2):
        key = claimed(store, at=MONDAY + AHEAD).delivery_id
    delivering.finish(store, ann, ME, LATER, at=MONDAY + AHEAD)
    assert key == bo
    now = MONDAY + HOUR
    delivering.took_back(store, now=now)
    assert delivering.delivery(store, ann).next_try_at == now + MINUTE
    assert delivering.delivery(store, bo).claimed_until == now + delivering.CLAIM_LASTS
    assert delivering.delivery(store, cy).next_try_at == MONDAY
    assert [row.delivery_id for row in delivering.expire(store, at=now + 3 * MINUTE)] == [bo]


# ---- leases ----


def test_lease_is_one_holders_until_it_is_over_or_given_back(store: Store) -> None:
    def takes(holder: str, at: timedelta, lasts: timedelta = MINUTE) -> bool:
        now = MONDAY + at
        return delivering.take_lease(store, "schedule", holder, at=now, until=now + lasts)

    assert takes("a", 0 * SECOND)
    assert not takes("b", 59 * SECOND)
    assert takes("a", 59 * SECOND)
    assert not takes("b", 60 * SECOND)
    assert takes("b", 119 * SECOND)
    delivering.leave_lease(store, "schedule", "a")
    assert not takes("a", 120 * SECOND)
    delivering.leave_lease(store, "schedule", "b")
    assert takes("a", 120 * SECOND)
    assert delivering.take_lease(store, "other", "b", at=MONDAY, until=MONDAY + MINUTE)


def test_lease_of_a_clock_that_ran_ahead_keeps_nobody_away(store: Store) -> None:
    ahead = MONDAY + AHEAD
    assert delivering.take_lease(store, "schedule", "a", at=ahead, until=ahead + MINUTE)
    assert delivering.take_lease(store, "schedule", "b", at=MONDAY, until=MONDAY + MINUTE)
    skewed = MONDAY - 30 * SECOND
    assert not delivering.take_lease(store, "schedule", "a", at=skewed, until=skewed + MINUTE)


# ---- mutes ----


def test_user_mutes_a_schedule_and_wants_it_again(store: Store) -> None:
    ann, bo = leader(store), leader(store, "bo")
    assert delivering.mute(store, ann, "leaders", at=MONDAY, by=ann)
    assert not delivering.mute(store, ann, "leaders", at=MONDAY, by=ann)
    assert delivering.muted(store) == {(ann, "leaders")}
    assert [(m.schedule, m.muted_at, m.muted_by) for m in delivering.mutes(store, ann)] == [("leaders", MONDAY, ann)]
    assert delivering.mutes(store, bo) == ()
    assert delivering.unmute(store, ann, "leaders", at=MONDAY, by=bo)
    assert not delivering.unmute(store, ann, "leaders", at=MONDAY, by=bo)
    assert delivering.muted(store) == frozenset()
    told = [(e.user_id, e.action, e.subject) for e in reversed(people.entries(store))][2:]
    assert told == [(ann, "muted schedule", "leaders"), (bo, "unmuted schedule", "leaders")]
    assert verify(store).broken == ()
    with pytest.raises(NoSuchUserError):
        delivering.mute(store, "nobody", "leaders", at=MONDAY, by=ann)


def test_link_in_a_digest_mutes_its_own_schedule_for_its_own_user_and_looking_does_not(store: Store) -> None:
    ann = leader(store)
    token = delivering.unsubscribe_tokens(store)(ann, "leaders")
    own = another(store)
    assert delivering.unsubscribe_tokens(own)(ann, "leaders") == token
    own.close()
    assert delivering.token_owner(store, token) == (ann, "leaders")
    assert delivering.muted(store) == frozenset()
    assert delivering.mute_by_token(store, token, at=MONDAY) == (ann, "leaders")
    assert delivering.mute_by_token(store, token, at=MONDAY) == (ann, "leaders")
    assert delivering.muted(store) == {(ann, "leaders")}
    assert [(e.user_id, e.told["way"]) for e in people.entries(store) if e.action == "muted schedule"] == [
        (ann, "link")
    ]


def test_link_that_somebody_made_up_mutes_nothing(store: Store) -> None:
    ann, bo = leader(store), leader(store, "bo")
    said, code = delivering.unsubscribe_tokens(store)(ann, "leaders").split(".")
    others = delivering.unsubscribe_tokens(store)(bo, "leaders").split(".")[0]
    same = delivering.unsubscribe_tokens(store)(ann, "directors").split(".")[0]
    wrong = [f"{others}.{code}", f"{same}.{code}", said, f"{said}.", f"{said}.{code[:-2]}", f"{said}.{code}=",
             f"{said}={code}", "", ".", "\0", "ä.ö", "!!!.???", "x" * 5000, f"{said}.{code}.{code}"]  # fmt: skip
    for token in wrong:
        assert delivering.token_owner(store, token) is None, token
        assert delivering.mute_by_token(store, token, at=MONDAY) is None
    assert delivering.muted(store) == frozenset()


def test_key_of_the_links_is_of_32_bytes_and_each_store_has_its_own(store: Store) -> None:
    with reading(store.engine) as session:
        (key,) = session.exec(select(UnsubscribeKey.key))
    assert len(bytes.fromhex(key)) == 32
    assert len(set(key)) > 4
    token = delivering.unsubscribe_tokens(store)("u1", "leaders")
    with writing(store.engine) as session:
        session.exec(select(UnsubscribeKey)).one().key = key[::-1]
    assert delivering.unsubscribe_tokens(store)("u1", "leaders") != token
    assert delivering.token_owner(store, token) is None


# ---- looking ----


def test_deliveries_are_found_by_what_is_asked(store: Store) -> None:
    prepared(store, "bo", "ann")
    (later,) = prepared(store, "cy", occasion=W27)
    delivering.prepare(store, replace(W26, schedule="sales"), to("x", channel="x"), at=MONDAY)

    def found(**asked: object) -> list[str]:
        return [row.recipient for row in delivering.deliveries(store, **asked)]  # type: ignore[arg-type]

    assert found() == ["cy", "ann", "bo", "x"]
    assert found(most=2, skip=1) == ["ann", "bo"]
    assert found(schedule="leaders", period="2026-W26") == ["ann", "bo"]
    assert found(recipient="cy") == found(period="2026-W27", schedule=None) == ["cy"]
    assert found(channel="x") == ["x"]
    delivering.finish(store, claimed(store, schedule="sales").delivery_id, ME, LATER, at=MONDAY)
    claimed(store, at=MONDAY + WEEK, period="2026-W27")
    delivering.finish(store, later, ME, Ended(end=End.REFUSED), at=MONDAY)
    assert found(states=[DeliveryState.PENDING]) == ["ann", "bo"]
    assert (found(states=["failed"]), found(states=["parked"]), found(states=["sent"])) == (["x"], ["cy"], [])
    assert delivering.tallies(store) == {
        ("leaders", "2026-W26"): Tally(pending=2),
        ("leaders", "2026-W27"): Tally(parked=1),
        ("sales", "2026-W26"): Tally(failed=1),
    }
    whole = delivering.tally(store)
    assert whole == Tally(pending=2, parked=1, failed=1)


def test_delivery_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    keys = prepared(store, *(f"u{n}" for n in range(20)))
    assert delivering.delivery(store, keys[0][:12]).delivery_id == keys[0]
    twice = next(key[0] for key in keys if sum(other[0] == key[0] for other in keys) > 1)
    with pytest.raises(AmbiguousDeliveryError, match="write more of the id"):
        delivering.delivery(store, twice)
    for word in ("", "%", "_", "zz"):
        with pytest.raises(UnknownDeliveryError):
            delivering.delivery(store, word)


def test_last_that_was_sent_is_of_the_last_occasion_not_of_the_last_hour(store: Store) -> None:
    (old,), (new,) = prepared(store, "ann"), prepared(store, "ann", occasion=W27)
    at = MONDAY + WEEK
    claimed(store, at=at)
    delivering.finish(store, old, ME, LATER, at=at)
    claimed(store, at=at)
    delivering.finish(store, new, ME, SENT, at=at)
    claimed(store, at=at + MINUTE)
    delivering.finish(store, old, ME, SENT, at=at + MINUTE)
    found, *_ = delivering.deliveries(store, states=["sent"], recipient="ann")
    assert found.delivery_id == new


def test_occasions_are_listed_by_when_they_were_due(store: Store) -> None:
    prepared(store, "ann")
    delivering.note_occasion(store, W27, OccasionState.WAITING, "no data", at=MONDAY + WEEK)
    assert [each.period for each in delivering.occasions(store)] == ["2026-W27", "2026-W26"]
    assert [each.period for each in delivering.occasions(store, states=[OccasionState.PREPARED])] == ["2026-W26"]
    assert delivering.occasions(store, schedule="other") == ()
    assert len(delivering.occasions(store, most=1)) == 1


def test_no_row_of_the_ledger_is_found_changed_by_verify(store: Store) -> None:
    prepared(store, "ann", "bo")
    claimed(store)
    assert verify(store).broken == ()
    with reading(store.engine) as session:
        assert len(session.exec(select(DeliveryRow)).all()) == 2
