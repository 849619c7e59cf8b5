"""What if a server wants to be left alone for a while? Nobody is given up of whom it was never asked."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from digests_made import Clock, digests, post
from servers import Http, Server

from scoring.calendar import Calendar
from scoring.digest.channels.mail import MailLine
from scoring.digest.due import Occasion
from scoring.digest.message import Line, Outcome, Verdict
from scoring.digest.network.hook import ChatLine, Hook
from scoring.digest.network.pace import Paces
from scoring.digest.planning import Post, plan
from scoring.digest.sending import prepare, work
from scoring.rules.digests import MailChannel
from scoring.store import Store, delivering, open_store
from scoring.store.delivering import DeliveryState

MONDAY = datetime(2026, 7, 6, 7, tzinfo=UTC)
W27 = Occasion("weekly", Calendar().period("2026-W27"), MONDAY)
PEOPLE = [f"u{n:02}" for n in range(24)]
OK, SLOW = (
    f"HTTP/1.1 {said}\r\nContent-Length: 0\r\n\r\n".encode() for said in ("200 OK", "429 No\r\nRetry-After: 60")
)


class Patient(Clock):
    """A clock that goes on by being waited for."""

    def seconds(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def by(store: Store, monkeypatch: pytest.MonkeyPatch, opened: Callable[[Patient], Line]) -> tuple[Post, Patient]:
    """A post with a delivery to each of the people, which go by the line that is opened."""
    clock = Patient(MONDAY)
    made, _, ways, _ = post(store, clock, digests({}), PEOPLE)
    monkeypatch.setattr(ways, "open", lambda _: opened(clock))
    assert prepare(made, plan(made, made.timetable.schedule("weekly"), W27, MONDAY))
    return made, clock


def rounds(made: Post, clock: Clock, most: int) -> int:
    """How often it was looked what there is to be sent, each time at the next instant that there is something."""
    for count in range(most):
        work(made)
        waiting = [row.next_try_at for row in delivering.deliveries(made.store) if row.next_try_at is not None]
        if not waiting:
            return count + 1
        clock.at = max(clock.at, min(waiting))
    return most


def test_a_hook_that_takes_two_a_minute_gets_all_of_them_in_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[datetime] = []

    def hook(clock: Patient) -> ChatLine:
        return ChatLine(Hook("URL", told, paces=Paces(clock.seconds, clock.sleep)))

    def limited(line: socket.socket) -> None:
        recent = sum(clock.at - at < timedelta(minutes=1) for at in seen)
        line.sendall(OK if recent < 2 else SLOW)
        if recent < 2:
            seen.append(clock.at)

    with Server(Http(limited)) as server:
        told = {"URL": f"http://localhost:{server.port}/x", "BOOKSCORE_PRIVATE_HOSTS": "localhost"}
        made, clock = by(store, monkeypatch, hook)
        assert rounds(made, clock, 40) < 40
    assert {row.state for row in delivering.deliveries(store)} == {DeliveryState.SENT}
    assert clock.at - MONDAY < timedelta(minutes=20)


def test_a_hook_gets_one_message_a_second_from_all_workers_and_what_it_asks_of_one_holds_for_all_and_from_then_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[float] = []

    def fast(line: socket.socket) -> None:
        came.append(monotonic())
        line.sendall(SLOW if len(came) == 4 else OK)

    with Server(Http(fast)) as server:
        told = {"URL": f"http://localhost:{server.port}/x", "BOOKSCORE_PRIVATE_HOSTS": "localhost"}
        paces = Paces()
        made, clock = by(store, monkeypatch, lambda _: ChatLine(Hook("URL", told, paces=paces)))
        work(made, workers=4)
        assert [round(after - before, 2) >= 1 for before, after in pairwise(came)] == [True] * 3
        clock.at += timedelta(minutes=5)
        work(made, workers=4)
    assert len(came) == 4
    assert delivering.tally(store).sent == 3


def test_hooks_of_a_url_have_one_pace_and_those_of_another_their_own() -> None:
    clock = Patient(MONDAY)
    paces = Paces(clock.seconds, clock.sleep)
    with Server(Http(SLOW)) as slow, Server(Http(OK)) as other:
        told = {name: f"http://localhost:{server.port}/x" for name, server in (("SLOW", slow), ("OTHER", other))}
        told["BOOKSCORE_PRIVATE_HOSTS"] = "localhost"
        assert Hook("SLOW", told, paces=paces).post({}).verdict is Verdict.LATER
        assert Hook("SLOW", told, paces=paces).post({}).verdict is Verdict.UNTRIED
        assert Hook("OTHER", told, paces=paces).post({}).verdict is Verdict.SENT


def test_mails_behind_a_connection_that_did_not_come_about_use_up_no_try_and_are_looked_at_less_and_less_often(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    mail = {"kind": "mail", "host": "localhost", "port": port, "security": "none", "from": "b@example.com"}
    channel, allowed = MailChannel.model_validate(mail), {"BOOKSCORE_PRIVATE_HOSTS": "localhost"}
    made, clock = by(store, monkeypatch, lambda clock: MailLine(channel, allowed, clock=clock.seconds))
    work(made)
    tried, *others = delivering.deliveries(store, states=["failed"]) + delivering.deliveries(store, states=["pending"])
    assert (tried.attempts, tried.next_try_at) == (1, MONDAY + timedelta(minutes=1))
    assert {(row.attempts, row.next_try_at) for row in others} == {(0, MONDAY + timedelta(minutes=5))}
    assert len(others) == len(PEOPLE) - 1
    clock.at += timedelta(days=1)
    work(made)
    waiting = [row.next_try_at for row in delivering.deliveries(store, states=["pending"])]
    assert set(waiting) == {clock.at + timedelta(hours=2)}
    assert all(row.content_sha256 is None for row in delivering.deliveries(store, states=["pending"]))


def test_what_nobody_was_asked_to_take_waits_as_long_as_the_server_wants(store: Store) -> None:
    clock = Clock(MONDAY)
    made, _, ways, _ = post(store, clock, digests({}), ["ann", "bo"])
    ways.outcomes = [Outcome(Verdict.UNTRIED, "asked to wait", timedelta(hours=3))]
    assert prepare(made, plan(made, made.timetable.schedule("weekly"), W27, MONDAY))
    work(made)
    (ann,) = delivering.deliveries(store, states=["pending"])
    assert (ann.attempts, ann.reason, ann.next_try_at) == (0, "asked to wait", MONDAY + timedelta(hours=3))
