"""Is what is shown, sent now and sent on schedule the same? And does each delivery end in a state that says what is?"""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from digests_made import SENT, Clock, digests, post
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from web_world import World

from scoring.access import Role
from scoring.calendar import Calendar
from scoring.digest import sending, writing
from scoring.digest.audience import Recipient
from scoring.digest.due import Occasion
from scoring.digest.message import Message, Outcome, Verdict
from scoring.digest.planning import Post, plan
from scoring.digest.sending import prepare, preview, send_now, sha256_of, work
from scoring.digest.timetable import Timetable
from scoring.digest.writing import FromStore
from scoring.schedule.once import once
from scoring.schedule.running import Running
from scoring.store import Store, delivering, open_store, people
from scoring.store.delivering import DeliveryRecord, DeliveryState, OccasionState, Planned

MONDAY = datetime(2026, 7, 6, 7, tzinfo=UTC)
W27 = Occasion("weekly", Calendar().period("2026-W27"), MONDAY)
LATER = Outcome(Verdict.LATER, "451 busy")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def rows(store: Store) -> dict[str, DeliveryRecord]:
    return {row.recipient: row for row in delivering.deliveries(store)}


def prepared(store: Store, **letters: Any) -> tuple[Post, Any, Any, Clock]:
    """A post with a delivery to each of Ann and Bo that waits to be sent."""
    clock = Clock(MONDAY)
    made, writer, ways, _ = post(store, clock, digests({}), **letters)
    assert prepare(made, plan(made, made.timetable.schedule("weekly"), W27, MONDAY))
    return made, writer, ways, clock


def test_preview_sending_now_and_the_schedule_give_the_same_bytes(tmp_path: Path) -> None:
    found: list[list[Message]] = []
    for way in ("now", "schedule"):
        store, clock = open_store(tmp_path / way), Clock(MONDAY - timedelta(days=1))
        made, _, ways, _ = post(store, clock, digests({}))
        once(made)
        clock.at = MONDAY
        planned = plan(made, made.timetable.schedule("weekly"), W27, MONDAY)
        found.append([one.message for one in preview(made, planned) if one.message is not None])
        assert delivering.deliveries(store) == ()
        if way == "now":
            send_now(made, planned)
        else:
            once(made)
        found.append(sorted(ways.sent, key=lambda each: each.address))
        hashes = {row.content_sha256 for row in delivering.deliveries(store)}
        assert hashes == {sha256_of(each) for each in found[-1]}
        store.close()
    assert len(found[0]) == 2
    assert found[0] == found[1] == found[2] == found[3]


def test_hash_of_what_is_sent_covers_every_part_of_it(store: Store) -> None:
    made, _, _, _ = prepared(store)
    planned = plan(made, made.timetable.schedule("weekly"), W27, MONDAY)
    message = next(one.message for one in preview(made, planned) if one.message)
    assert sha256_of(message) == sha256_of(replace(message))
    for change in ({"text": "Other."}, {"address": "x@example.com"}, {"html": "<p>"}, {"unsubscribe": "https://x"}):
        assert sha256_of(replace(message, **change)) != sha256_of(message)


def test_second_send_sends_nothing(store: Store) -> None:
    made, _, ways, _ = prepared(store)
    planned = plan(made, made.timetable.schedule("weekly"), W27, MONDAY)
    for _ in range(2):
        assert {row.state for row in send_now(made, planned)} == {DeliveryState.SENT}
    assert len(ways.sent) == 2


def test_digest_that_cannot_be_written_is_parked_with_the_reason_and_the_others_go_out(store: Store) -> None:
    made, _, ways, _ = prepared(store, poison={"ann"})
    work(made)
    ann, bo = rows(store)["ann"], rows(store)["bo"]
    assert (ann.is_parked, ann.reason) == (True, "it cannot be written: ValueError")
    assert (bo.state, [each.address for each in ways.sent]) == (DeliveryState.SENT, ["bo@example.com"])


def test_who_lost_their_rights_between_plan_and_send_gets_nothing_and_the_row_says_why(store: Store) -> None:
    made, writer, ways, _ = prepared(store)
    writer.why_not["ann"] = "disabled since 2026-07-06"
    work(made)
    assert (rows(store)["ann"].state, rows(store)["ann"].reason) == (DeliveryState.SKIPPED, "disabled since 2026-07-06")
    assert [each.address for each in ways.sent] == ["bo@example.com"]


def test_what_a_server_puts_off_is_tried_again_later_with_the_same_id(store: Store) -> None:
    made, _, ways, clock = prepared(store)
    ways.outcomes += [LATER, SENT]
    tried: list[str] = []
    ways.before = lambda message: tried.append(message.message_id)
    work(made)
    assert {row.state for row in rows(store).values()} == {DeliveryState.FAILED, DeliveryState.SENT}
    clock.at = MONDAY + timedelta(minutes=1)
    work(made)
    assert {row.state for row in rows(store).values()} == {DeliveryState.SENT}
    assert tried[2] == tried[0]


def test_channel_that_breaks_may_have_sent_it(store: Store) -> None:
    def broken(_: Message) -> None:
        raise RuntimeError("snapped")

    made, _, ways, _ = prepared(store, people=["ann"])
    ways.before = broken
    work(made)
    assert (rows(store)["ann"].state, rows(store)["ann"].reason) == (
        DeliveryState.UNKNOWN, "the channel broke: RuntimeError",
    )  # fmt: skip


def test_worker_that_is_stopped_settles_what_it_has_in_hand_and_begins_nothing(store: Store) -> None:
    made, _, ways, _ = prepared(store)
    work(made, is_stopped=lambda: len(ways.sent) == 1)
    assert sorted(row.state.value for row in rows(store).values()) == ["pending", "sent"]


def test_channel_that_cannot_be_used_from_here_costs_no_try(store: Store) -> None:
    made, _, ways, clock = prepared(store, people=["ann"])
    ways.lacks = "BOOKSCORE_SLACK_SALES is not set"
    work(made)
    ann = rows(store)["ann"]
    assert (ann.state, ann.attempts, ann.reason) == (DeliveryState.PENDING, 0, ways.lacks)
    ways.lacks, clock.at = None, MONDAY + timedelta(minutes=6)
    work(made)
    assert rows(store)["ann"].state is DeliveryState.SENT


def ruled(made: Post, **schedule: Any) -> Post:
    """The post by other rules."""
    return replace(made, timetable=replace(made.timetable, digests=digests(schedule)))


def test_schedule_that_is_not_in_the_rules_of_one_machine_waits_for_a_week_before_it_is_gone(store: Store) -> None:
    made, _, ways, clock = prepared(store)
    work(ruled(made, name="other"))
    assert {(row.state, row.attempts) for row in rows(store).values()} == {(DeliveryState.PENDING, 0)}
    assert rows(store)["ann"].reason == "rules.yaml has no schedule weekly by mail now"
    clock.at = MONDAY + timedelta(minutes=6)
    work(made, is_stopped=lambda: len(ways.sent) == 1)
    clock.at = MONDAY + timedelta(days=8)
    work(ruled(made, name="other"))
    assert sorted(row.state.value for row in rows(store).values()) == ["sent", "skipped"]
    assert "rules.yaml has no schedule weekly by mail any more" in {row.reason for row in rows(store).values()}


def test_mailing_goes_on_by_the_rules_that_are_read_meanwhile(store: Store) -> None:
    made, _, ways, _ = prepared(store, people=["ann", "bo", "cy"])
    posts = [made]
    ways.before = lambda _: posts.append(ruled(made, name="other"))
    running = Running(lambda: posts[-1], threading.Event(), workers=0)
    assert not running._is_all_sent(made)
    assert len(ways.sent) == 1
    assert running._is_all_sent(posts[-1])
    assert (len(ways.sent), delivering.tally(store).pending) == (1, 2)


@pytest.mark.parametrize("what", ["recipient", "write"])
def test_database_that_is_away_before_something_is_sent_costs_no_try_and_is_not_told(store: Store, what: str) -> None:
    made, writer, ways, clock = prepared(store, people=["ann"])
    well = getattr(writer, what)

    def away(*_: Any) -> Any:
        raise OperationalError("SELECT secret", {}, Exception("server closed the connection"))

    setattr(writer, what, away)
    work(made)
    ann = rows(store)["ann"]
    assert (ann.state, ann.attempts, ann.reason) == (
        DeliveryState.PENDING, 0, "it could not be looked up: OperationalError",
    )  # fmt: skip
    setattr(writer, what, well)
    clock.at = MONDAY + timedelta(minutes=6)
    work(made)
    assert (rows(store)["ann"].state, len(ways.sent)) == (DeliveryState.SENT, 1)


def test_database_that_is_away_once_a_server_took_it_is_told_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _, ways, _ = prepared(store)
    well, asked = delivering.finish_and_claim, list[str]()

    def blinks(*given: Any, **more: Any) -> Any:
        asked.append(given[1])
        if len(asked) in {1, 2}:
            raise OperationalError("UPDATE", {}, Exception("server closed the connection"))
        return well(*given, **more)

    monkeypatch.setattr(delivering, "finish_and_claim", blinks)
    monkeypatch.setattr(sending, "_ASK_AGAIN", (0, 0, 0, 0))
    work(made)
    assert {row.state for row in rows(store).values()} == {DeliveryState.SENT}
    assert (len(ways.sent), len(asked)) == (2, 4)


def test_what_waits_longer_than_the_schedule_allows_is_not_sent_unless_a_person_wants_it(store: Store) -> None:
    made, _, ways, clock = prepared(store)
    clock.at = MONDAY + timedelta(days=20)
    work(made)
    ann = rows(store)["ann"]
    assert (ways.sent, ann.state, ann.reason) == ([], DeliveryState.SKIPPED, "too late, by more than 7 days")
    delivering.retry(store, ann.delivery_id, at=clock.at, by="u1")
    work(made)
    assert [each.address for each in ways.sent] == ["ann@example.com"]


def test_what_a_person_sends_now_of_a_period_long_past_is_never_too_late(store: Store) -> None:
    clock = Clock(MONDAY + timedelta(days=60))
    made, _, ways, _ = post(store, clock, digests({}), people=["ann"])
    ways.outcomes.append(LATER)
    send_now(made, plan(made, made.timetable.schedule("weekly"), W27, clock.at))
    clock.at += timedelta(minutes=1)
    work(made)
    assert len(ways.sent) == 1


def test_what_is_written_knows_when_it_was_taken(store: Store) -> None:
    made, writer, ways, clock = prepared(store, people=["ann"])
    taken, well = list[tuple[datetime, datetime]](), writer.write
    ways.outcomes.append(LATER)

    def writes(*given: Any) -> Any:
        taken.append((given[-1].dated, given[-1].taken_at))
        return well(*given)

    writer.write = writes
    for hours in (0, 3):
        clock.at = MONDAY + timedelta(hours=hours)
        work(made)
    assert taken == [(MONDAY, MONDAY), (MONDAY, MONDAY + timedelta(hours=3))]


def test_data_that_are_missing_again_hold_what_is_not_sent_yet(store: Store) -> None:
    made, writer, ways, _ = prepared(store, people=["ann"])
    writer.waiting = lambda _: "usage.csv ends early"
    work(made)
    ann = rows(store)["ann"]
    assert (ways.sent, ann.state, ann.attempts, ann.reason) == ([], DeliveryState.PENDING, 0, "usage.csv ends early")


def test_schedule_that_is_for_a_channel_now_goes_there_once_not_for_each_former_recipient(store: Store) -> None:
    made, writer, ways, _ = prepared(store)
    writer.recipient = lambda *_: Recipient("mail", "mail", "mail")
    work(made)
    assert (ways.sent, {row.state for row in rows(store).values()}) == ([], {DeliveryState.SKIPPED})


def test_delivery_holds_the_address_that_it_went_to(store: Store) -> None:
    made, writer, ways, _ = prepared(store, people=["ann"])
    writer.recipient = lambda *_: Recipient("ann", "Ann", "new@example.com")
    work(made)
    assert ([each.address for each in ways.sent], rows(store)["ann"].address) == (
        ["new@example.com"],
        "new@example.com",
    )


def test_each_of_several_workers_sends_what_no_other_does(store: Store) -> None:
    made, _, ways, _ = prepared(store, people=[f"u{n}" for n in range(20)])
    work(made, workers=4)
    assert sorted(each.address for each in ways.sent) == sorted(f"u{n}@example.com" for n in range(20))


# ---- who gets what, by the rights of users, from real runs ----


def real(store: Store, found: Any, at: datetime) -> tuple[Post, Any, Clock]:
    """A post that writes what the store holds, and sends it nowhere."""
    clock = Clock(at)
    made, _, ways, _ = post(store, clock, found)
    timetable = Timetable(found, Calendar(), "UTC")
    return (
        replace(made, timetable=timetable, writer=FromStore(store, timetable, "https://scores.example.com")),
        ways,
        clock,
    )


OWN = digests(
    {"name": "own", "every": "quarter", "working_day": 3, "audience": "managers", "max_lateness": "4w"},
    {"name": "teams", "every": "quarter", "working_day": 3, "audience": "directors", "max_lateness": "4w"},
)
JULY = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
DISABLED = datetime(2026, 1, 1, tzinfo=UTC)
GONE = "Jörn Thalbacher"
"""Somebody whose last day in the role is long past."""
Q2 = Calendar().period("2026-Q2")


@pytest.fixture
def everybody(web_world: World, tmp_path: Path) -> Iterator[tuple[Store, dict[str, Any]]]:
    """The stored company with a user for each manager, and their cards by address."""
    shutil.copytree(web_world.folder, tmp_path / "demo")
    store = open_store(tmp_path / "demo")
    cards = store.cards(store.holding()["2026-Q2"])
    for user in people.users(store):
        people.disable_user(store, user.email, at=DISABLED)
    for n, card in enumerate(cards):
        said = {"email": f"m{n}@example.com", "name": card["name"], "role": Role.MANAGER}
        people.add_user(store, said | {"manager_id": card["manager_id"]}, at=JULY)
    by_address = {f"m{n}@example.com": card for n, card in enumerate(cards)}
    yield store, by_address
    store.close()


def test_no_manager_is_told_of_another_one(everybody: tuple[Store, dict[str, Any]]) -> None:
    """Whatever is said to a manager holds nothing that only others have: their names, ids, and accounts."""
    store, cards = everybody
    made, ways, _ = real(store, OWN, JULY)
    schedule = made.timetable.schedule("own")
    send_now(made, plan(made, schedule, Occasion("own", Q2, JULY), JULY))
    assert {cards[address]["name"] for address in set(cards) - {each.address for each in ways.sent}} == {GONE}
    run = made.writer.shelf.frame(store.holding()["2026-Q2"], "book")  # type: ignore[attr-defined]
    books: dict[str, set[str]] = {}
    for row in run.select("manager_id", "account_id", "account").iter_rows(named=True):
        books.setdefault(row["manager_id"], set()).update((row["account_id"], row["account"]))
    for message in ways.sent:
        own = cards[message.address]
        said = "\n".join(
            (message.subject, message.text, message.html, str(message.data), message.address, message.name)
        )
        assert own["name"] in said
        mine = books.get(own["manager_id"], set()) | {own["name"], own["manager_id"]}
        others = set().union(*books.values(), *({c["name"], c["manager_id"]} for c in cards.values())) - mine
        assert [canary for canary in others if canary and canary in said] == []


def test_everybody_who_gets_nothing_is_named_with_the_reason(everybody: tuple[Store, dict[str, Any]]) -> None:
    store, cards = everybody
    first, second, third = [address for address, card in cards.items() if card["name"] != GONE][:3]
    people.disable_user(store, first, at=JULY)
    people.change_user(store, second, {"manager_id": "nobody"}, at=JULY)
    user = people.user_by_mail(store, third)
    assert user is not None
    delivering.mute(store, user.user_id, "own", at=JULY, by=user.user_id)
    made, ways, _ = real(store, OWN, JULY)
    planned = plan(made, made.timetable.schedule("own"), Occasion("own", Q2, JULY), JULY)
    before = f"disabled since {DISABLED.date()}"
    reasons = {(one.name, one.why_not) for one in planned.recipients if one.why_not not in (None, before)}
    assert reasons == {
        (GONE, "is not in the role any more from 2025-08-30 on"),
        (cards[first]["name"], "disabled since 2026-07-20"),
        (cards[second]["name"], "has no card in the run of 2026-Q2"),
        (cards[second]["name"], "no user; `bookscore users add` with --manager makes somebody one"),
        (cards[third]["name"], "wants no digests of own"),
    }
    sent = send_now(made, planned)
    assert len(sent) == len(planned.recipients)
    gone = next(address for address, card in cards.items() if card["name"] == GONE)
    assert {each.address for each in ways.sent} == set(cards) - {first, second, third, gone}


def test_who_became_a_user_gets_it_once_by_a_retry_and_who_wants_none_or_left_stays_out(
    everybody: tuple[Store, dict[str, Any]],
) -> None:
    store, cards = everybody
    others = {GONE} | {card["name"] for card in cards.values() for user in people.users(store)
                       if user.disabled_at and user.manager_id == card["manager_id"]}  # fmt: skip
    late, muted, disabled = [address for address, card in cards.items() if card["name"] not in others][:3]
    without = {"manager_id": "nobody"}
    for address in (late, muted, disabled):
        people.change_user(store, address, without, at=JULY)
    made, ways, clock = real(store, OWN, JULY)

    def own() -> dict[str, DeliveryRecord]:
        return {row.recipient: row for row in delivering.deliveries(store, schedule="own")}

    planned = plan(made, made.timetable.schedule("own"), Occasion("own", Q2, JULY), JULY)
    send_now(made, planned)
    keys = {address: f"manager:{cards[address]['manager_id']}" for address in (late, muted, disabled)}
    assert {own()[key].reason for key in keys.values()} == {
        "no user; `bookscore users add` with --manager makes somebody one"
    }
    before = len(ways.sent)
    for address, key in keys.items():
        said = {"email": f"new.{address}", "name": "New", "role": Role.MANAGER}
        user = people.add_user(store, said | {"manager_id": cards[address]["manager_id"]}, at=JULY)
        if address == muted:
            delivering.mute(store, user.user_id, "own", at=JULY, by=user.user_id)
        if address == disabled:
            people.disable_user(store, f"new.{address}", at=JULY)
        delivering.retry(store, own()[key].delivery_id, at=JULY, by="")
    clock.at += timedelta(seconds=2)  # who unsubscribed is looked up each second
    made = replace(made, writer=replace(made.writer))  # type: ignore[type-var]
    work(made)
    assert [each.address for each in ways.sent[before:]] == [f"new.{late}"]
    assert {address: own()[key].reason for address, key in keys.items()} == {
        late: f"New is a user now, and gets a delivery of their own to new.{late}",
        muted: "wants no digests of own",
        disabled: "disabled since 2026-07-20",
    }
    delivering.retry(store, own()[keys[late]].delivery_id, at=JULY, by="")
    work(made)
    send_now(made, plan(made, made.timetable.schedule("own"), planned.occasion, JULY))
    assert len(ways.sent) == before + 1
    assert {row.run_id for row in own().values() if row.state == "sent"} == {store.holding()["2026-Q2"]}


def test_director_whose_teams_are_taken_away_before_the_mail_is_sent_gets_nothing(
    everybody: tuple[Store, dict[str, Any]],
) -> None:
    store, cards = everybody
    team = next(card["team"] for card in cards.values())
    people.add_user(store, {"email": "d@example.com", "name": "D", "role": Role.DIRECTOR, "teams": (team,)}, at=JULY)
    made, ways, _ = real(store, OWN, JULY)
    prepare(made, plan(made, made.timetable.schedule("teams"), Occasion("teams", Q2, JULY), JULY))
    lost = {"teams": ("No such team",), "manager_id": next(iter(cards.values()))["manager_id"]}
    people.change_user(store, "d@example.com", lost, at=JULY)
    work(made)
    row = next(row for row in delivering.deliveries(store) if row.address == "d@example.com")
    assert (row.state, row.reason) == (
        DeliveryState.SKIPPED, "none of their teams has a card in the run of 2026-Q2",
    )  # fmt: skip
    assert "d@example.com" not in {each.address for each in ways.sent}


LEADERS = digests({"name": "all", "every": "quarter", "working_day": 3, "max_lateness": "4w"})


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("crm.csv ends on 1 June", "held until the exports reached 30 June 2026"),
        ("its channel mail cannot be used: no host", "it could not be sent before"),
        ("it cannot be planned: KeyError: 'x'", "it could not be sent before"),
        ("there is nobody whom it is for: no user has the role of a leader", "it could not be sent before"),
    ],
)
def test_late_one_says_why_and_is_no_first_one_where_the_one_before_lacks_its_run(
    everybody: tuple[Store, dict[str, Any]], reason: str, said: str
) -> None:
    store, _ = everybody
    leader = people.add_user(store, {"email": "l@example.com", "name": "L", "role": Role.LEADER}, at=JULY)
    to = Planned(channel="mail", recipient=leader.user_id, domain="x.com", address="l@example.com", name="L")
    earlier = Occasion("all", Calendar().period("2026-Q1"), JULY - timedelta(days=91))
    delivering.prepare(store, earlier, [to], at=earlier.due_at)
    lost = delivering.claim(store, "worker-1", at=earlier.due_at)
    assert lost is not None
    delivering.expire(store, at=JULY)
    delivering.settle(store, lost.delivery_id, at=JULY, by="")
    occasion = Occasion("all", Q2, JULY - timedelta(days=1))
    delivering.note_occasion(store, occasion, OccasionState.WAITING, reason, at=occasion.due_at)
    made, ways, _ = real(store, LEADERS, JULY)
    assert prepare(made, plan(made, made.timetable.schedule("all"), occasion, JULY))
    work(made)
    (message,) = ways.sent
    assert f"; {said}." in " ".join(message.text.split())
    assert "This is the first digest" not in message.text


@pytest.mark.parametrize("role", [Role.LEADER, Role.DIRECTOR])
def test_digest_for_nobody_waits_with_the_reason_and_is_sent_once_there_is_somebody(
    web_world: World, tmp_path: Path, role: Role
) -> None:
    shutil.copytree(web_world.folder, tmp_path / "demo")
    store = open_store(tmp_path / "demo")
    for user in people.users(store):
        people.change_user(store, user.email, {"role": Role.AUDITOR, "teams": (), "manager_id": None}, at=JULY)
    asked = {"name": "new", "every": "quarter", "working_day": 3, "audience": f"{role}s", "max_lateness": "4w"}
    made, ways, clock = real(store, digests(asked), JULY - timedelta(days=20))
    for _ in range(3):
        once(made)
        clock.at += timedelta(days=8)
    (waiting,) = delivering.occasions(store, schedule="new")
    why = f"there is nobody whom it is for: no user has the role of a {role}; `bookscore users add` with --role {role}"
    assert (waiting.state, waiting.reason) == (OccasionState.WAITING, f"{why} makes one")
    assert plan(made, made.timetable.schedule("new"), Occasion("new", Q2, JULY), JULY).waits_for == waiting.reason
    team = store.cards(store.holding()["2026-Q2"])[0]["team"]
    said = {"email": "l@example.com", "name": "L", "role": role, "teams": (team,) if role is Role.DIRECTOR else ()}
    people.add_user(store, said, at=clock.at)
    for _ in range(2):
        once(made)
    assert [row.address for row in delivering.deliveries(store, schedule="new")] == ["l@example.com"]
    assert [each.address for each in ways.sent if each.schedule == "new"] == ["l@example.com"]
    store.close()


def test_what_most_digests_ask_for_is_read_once_a_second_and_rights_each_time(
    everybody: tuple[Store, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = everybody
    made, ways, _ = real(store, OWN, JULY)
    moments = iter(range(1_000))
    asked: dict[str, int] = {"muted": 0, "user_by_id": 0}

    def counted(module: Any, name: str) -> None:
        well = getattr(module, name)

        def counts(*given: Any) -> Any:
            asked[name] += 1
            return well(*given)

        monkeypatch.setattr(module, name, counts)

    counted(delivering, "muted")
    counted(people, "user_by_id")
    monkeypatch.setattr(writing, "time", SimpleNamespace(monotonic=lambda: next(moments) / 1_000))
    send_now(made, plan(made, made.timetable.schedule("own"), Occasion("own", Q2, JULY), JULY))
    assert (asked["muted"], asked["user_by_id"]) == (1, len(ways.sent))
    monkeypatch.setattr(writing, "time", SimpleNamespace(monotonic=lambda: 3.0))
    plan(made, made.timetable.schedule("own"), Occasion("own", Q2, JULY), JULY)
    assert asked["muted"] == 2


def test_digest_takes_one_session_to_be_read_and_one_to_be_settled(everybody: tuple[Store, dict[str, Any]]) -> None:
    """However much of earlier digests it looks at: a database on a server answers four times a session."""
    store, _ = everybody
    made, ways, _ = real(store, OWN, JULY)
    begun: list[object] = []

    def counts(connection: object) -> None:
        begun.append(connection)

    for name, at in (("2026-Q1", JULY - timedelta(days=1)), ("2026-Q2", JULY)):
        planned = plan(made, made.timetable.schedule("own"), Occasion("own", Calendar().period(name), at), JULY)
        prepare(made, planned)
        if name == "2026-Q2":
            event.listen(store.engine, "begin", counts)
            ways.sent.clear()
        work(made, schedule="own", period=name)
    event.remove(store.engine, "begin", counts)
    worked = sum(row.attempts for row in delivering.deliveries(store, period="2026-Q2", schedule="own"))
    assert (len(ways.sent), len(begun)) == (worked, 2 * worked + 1)
    assert worked > 5
