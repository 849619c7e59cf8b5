"""What if an answer is lost, a process dies, or a line never comes about: is it known what was said, and to whom?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from certificates import certified
from digests_made import Clock, Letters, Ways, digests, post
from servers import Server, Smtp, message
from sqlalchemy.exc import OperationalError
from test_store import B, run, save

from scoring.calendar import Calendar
from scoring.digest import sending
from scoring.digest.audience import Recipient
from scoring.digest.channels.mail import MailLine
from scoring.digest.due import Occasion
from scoring.digest.message import Message, Verdict
from scoring.digest.network.dialing import Means
from scoring.digest.planning import Envelope, Post, Written, plan
from scoring.digest.sending import prepare, send_now, work
from scoring.rules.digests import MailChannel, Schedule
from scoring.store import Store, delivering, open_store
from scoring.store.delivering import DeliveryRecord, DeliveryState

MONDAY = datetime(2026, 7, 6, 7, tzinfo=UTC)
W27 = Occasion("weekly", Calendar().period("2026-W27"), MONDAY)
A = run().run_id
AWAY = OperationalError("COMMIT", {}, Exception("server closed the connection"))


class KilledError(BaseException):
    """As if the process was gone from one moment to the next."""


@dataclass
class OfRun(Letters):
    """Writes of the run that is published."""

    published: str = A

    def spoken_of(self, occasion: Occasion) -> tuple[Any, Any]:
        return self.published, "2026-06-30"

    def write(self, schedule: Schedule, occasion: Occasion, recipient: Recipient, envelope: Envelope) -> Written:
        return replace(
            super().write(schedule, occasion, recipient, envelope), run_id=self.published, as_of="2026-06-30"
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two runs of a quarter."""
    opened = open_store(tmp_path)
    save(opened, run())
    save(opened, run(B))
    yield opened
    opened.close()


def prepared(store: Store, *names: str) -> tuple[Post, OfRun, Ways, Clock]:
    """A post with a delivery to each of them that waits to be sent."""
    made, _, ways, _ = post(store, clock := Clock(MONDAY), digests({}))
    writer = OfRun(list(names))
    made = replace(made, writer=writer)
    assert prepare(made, plan(made, made.timetable.schedule("weekly"), W27, MONDAY))
    return made, writer, ways, clock


def rows(store: Store) -> dict[str, DeliveryRecord]:
    return {row.recipient: row for row in delivering.deliveries(store)}


# ---- what was said, though nobody came back to tell of it ----


@pytest.mark.parametrize("published", [A, B])
def test_what_a_crash_left_behind_says_of_which_run_it_spoke(store: Store, published: str) -> None:
    """B was published after the delivery was prepared, and is what its recipient may have read of."""
    made, writer, ways, clock = prepared(store, "ann")
    writer.published = published

    def dies(_: Message) -> None:
        raise KilledError

    ways.before = dies
    with pytest.raises(KilledError):
        work(made)
    assert rows(store)["ann"].state is DeliveryState.SENDING
    (lost,) = delivering.expire(store, at=clock.at + timedelta(minutes=3))
    delivering.settle(store, lost.delivery_id, at=clock.at + timedelta(hours=1), by="")
    last, *_ = delivering.deliveries(store, states=["sent"], recipient="ann")
    assert (last.run_id, last.as_of, last.content_sha256) == (published, "2026-06-30", None)


def test_what_somebody_else_has_claimed_meanwhile_is_not_handed_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, writer, ways, clock = prepared(store, "ann")
    well = writer.write

    def slow(*given: Any) -> Written:
        (lost,) = delivering.expire(store, at=clock.at + timedelta(minutes=3))
        delivering.retry(store, lost.delivery_id, at=clock.at, by="")
        assert delivering.claim(store, "another", at=clock.at) is not None
        writer.published = B
        return well(*given)

    monkeypatch.setattr(writer, "write", slow)
    work(made)
    assert (ways.sent, rows(store)["ann"].claimed_by) == ([], "another")


def test_who_is_skipped_was_told_of_no_run(store: Store) -> None:
    made, writer, _, _ = prepared(store, "ann")
    writer.people, writer.why_not = ["ann", "bo"], {"bo": "disabled since 2026-07-06"}
    send_now(made, plan(made, made.timetable.schedule("weekly"), W27, MONDAY))
    assert (rows(store)["ann"].run_id, rows(store)["bo"].run_id) == (A, None)


# ---- an answer of the database that is lost ----


def losing(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Lets the first answer to it be lost, once it is done."""
    well, lost = getattr(delivering, what), list[str]()

    def loses(*given: Any, **more: Any) -> Any:
        answer = well(*given, **more)
        if not lost:
            lost.append(what)
            raise AWAY
        return answer

    monkeypatch.setattr(delivering, what, loses)
    monkeypatch.setattr(sending, "_ASK_AGAIN", (0, 0, 0, 0))


@pytest.mark.parametrize("what", ["claim", "finish_and_claim"])
def test_answer_that_is_lost_loses_no_delivery_and_sends_none_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made, _, ways, clock = prepared(store, "ann", "bo", "cy")
    losing(monkeypatch, what)
    work(made)
    assert sorted(each.address for each in ways.sent) == [f"{name}@example.com" for name in ("ann", "bo", "cy")]
    assert {(row.state, row.attempts) for row in rows(store).values()} == {(DeliveryState.SENT, 1)}
    assert delivering.expire(store, at=clock.at + timedelta(hours=1)) == ()


def test_answer_that_is_lost_while_somebody_stops_it_leaves_nothing_claimed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _, ways, _ = prepared(store, "ann", "bo")
    losing(monkeypatch, "finish_and_claim")
    asked = iter((False, False, True))
    work(made, is_stopped=lambda: next(asked, True))
    assert len(ways.sent) == 1
    assert sorted((row.state.value, row.attempts) for row in rows(store).values()) == [("pending", 0), ("sent", 1)]


def test_what_a_worker_never_heard_of_is_its_own_to_give_back_though_it_is_called_unknown(store: Store) -> None:
    _, _, _, clock = prepared(store, "ann", "bo")
    first = delivering.claim(store, "worker-1", at=clock.at)
    assert first is not None
    sent = delivering.Ended(end=delivering.End.SENT)
    delivering.finish_and_claim(store, first.delivery_id, "worker-1", sent, at=clock.at)
    other = delivering.claim(store, "worker-2", at=clock.at)
    (lost,) = delivering.expire(store, at=clock.at + timedelta(minutes=3))
    at = clock.at + timedelta(minutes=4)
    _, again = delivering.finish_and_claim(store, first.delivery_id, "worker-1", sent, at=at, is_again=True)
    assert other is None
    assert again is not None
    assert (again.delivery_id, again.attempts, again.claimed_until) == (
        lost.delivery_id, 1, at + delivering.CLAIM_LASTS,
    )  # fmt: skip
    assert rows(store)[first.recipient].state is DeliveryState.SENT


# ---- a line that never was ----


def test_line_that_cannot_be_opened_handed_nothing_over_and_is_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _, ways, clock = prepared(store, "ann")

    def away(_: Any) -> Any:
        raise RuntimeError("password hunter2")

    monkeypatch.setattr(ways, "open", away)
    work(made)
    ann = rows(store)["ann"]
    assert (ann.state, ann.next_try_at, ann.reason) == (
        DeliveryState.FAILED, MONDAY + timedelta(minutes=1), "the channel could not be opened: RuntimeError",
    )  # fmt: skip
    monkeypatch.undo()
    clock.at = MONDAY + timedelta(minutes=1)
    work(made)
    assert rows(store)["ann"].state is DeliveryState.SENT


def test_mail_server_that_makes_no_sense_when_signing_in_took_nothing(tmp_path: Path) -> None:
    papers = certified(tmp_path, "mail.test")
    talk = Smtp({"AUTH": "334 x"}, secure=papers.server, is_tls_at_once=True, offers=("AUTH CRAM-MD5",))
    with Server(talk) as server:
        mail = {"kind": "mail", "host": "mail.test", "port": server.port, "security": "tls", "from": "b@example.com"}
        user = {"BOOKSCORE_MAIL_USER": "u", "BOOKSCORE_MAIL_PASSWORD": "p", "BOOKSCORE_PRIVATE_HOSTS": "mail.test"}
        means = Means(seconds=5, resolve=lambda *_: ("127.0.0.1",), trust=papers.trust)
        outcome = MailLine(MailChannel.model_validate(mail), user, means=means).send(message())
    assert (outcome.verdict, outcome.told) == (
        Verdict.LATER, "mail.test said something that makes no sense before the mail began",
    )  # fmt: skip
    assert talk.mails == []
