"""What becomes of a message to a web server that is kind, busy, slow, hostile, or gone?"""

import hmac
import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from certificates import Certified, certified
from servers import DROP, HANG, KEY, Http, Server, message

from scoring.digest import channels
from scoring.digest.channels.teams import taken
from scoring.digest.channels.webhook import WebhookLine
from scoring.digest.message import Outcome, Verdict
from scoring.digest.network import client
from scoring.digest.network.aim import aimed
from scoring.digest.network.dialing import Means
from scoring.digest.network.hook import ChatLine, Hook
from scoring.digest.network.pace import Paces
from scoring.rules.digests import SlackChannel, TeamsChannel, WebhookChannel

PATH = "/services/T0PSECRET"
PATIENT = Means(seconds=5)
THERE = ("127.0.0.1",)


def environment(port: int, scheme: str = "http", host: str = "localhost") -> dict[str, str]:
    """A URL to the server, whose host may be of the own network."""
    return {"URL": f"{scheme}://{host}:{port}{PATH}", "BOOKSCORE_PRIVATE_HOSTS": host, "SECRET": "s3cret" * 3}


def hook(port: int, **other: Any) -> Hook:
    """A hook at the server, with patience unless it is said otherwise."""
    return Hook("URL", environment(port), **({"means": PATIENT, "paces": Paces()} | other))


def answered(status: str, *headers: str, body: bytes = b"") -> bytes:
    """An answer of a web server."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def outcome_of(answer: Any, **other: Any) -> Outcome:
    """What becomes of a message that is answered so."""
    with Server(Http(answer)) as server:
        return hook(server.port, **other).post({"a": 1})


def test_slack_gets_what_chats_get() -> None:
    talk = Http()
    with Server(talk) as server:
        assert ChatLine(hook(server.port)).send(message()) == Outcome(Verdict.SENT)
    ((first, headers, body),) = talk.requests
    assert first == f"POST {PATH} HTTP/1.1"
    assert headers["host"] == f"localhost:{server.port}"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(body) == {"text": "Nothing moved."}


def test_teams_takes_a_message_with_202_and_may_say_200_without_showing_it() -> None:
    def of(answer: bytes) -> Outcome:
        with Server(Http(answer)) as server:
            return ChatLine(hook(server.port, judge=taken)).send(message())

    assert of(answered("202 Accepted")) == Outcome(Verdict.SENT)
    assert of(answered("200 OK", body=b"1")) == Outcome(Verdict.SENT)
    not_shown = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
    assert of(answered("200 OK", body=not_shown)).verdict == Verdict.LATER


def test_a_webhook_is_signed_over_time_and_body_and_the_same_at_each_try() -> None:
    talk = Http()
    with Server(talk) as server:
        for _ in range(2):
            line = WebhookLine(hook(server.port), "SECRET", environment(server.port))
            assert line.send(message(data={"name": "Jürgen 🙂"})).verdict == Verdict.SENT
    (_, headers, body), second = talk.requests
    assert (headers, body) == second[1:]
    assert headers["x-bookscore-delivery"] == KEY
    assert headers["x-bookscore-timestamp"] == "1782709200"
    signed = hmac.new(b"s3cret" * 3, headers["x-bookscore-timestamp"].encode() + b"." + body, "sha256").hexdigest()
    assert headers["x-bookscore-signature"] == f"sha256={signed}"
    assert json.loads(body.decode()) == {"name": "Jürgen 🙂"}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("204 No Content", Verdict.SENT),
        ("301 Moved", Verdict.REFUSED),
        ("400 Bad Request", Verdict.REFUSED),
        ("403 Forbidden", Verdict.REFUSED),
        ("404 Not Found", Verdict.REFUSED),
        ("410 Gone", Verdict.REFUSED),
        ("413 Too Large", Verdict.REFUSED),
        ("429 Too Many Requests", Verdict.LATER),
        ("500 Oops", Verdict.LATER),
        ("502 Bad Gateway", Verdict.UNKNOWN),
        ("504 Gateway Timeout", Verdict.UNKNOWN),
        ("503 Busy", Verdict.LATER),
    ],
)
def test_the_status_says_what_became_of_it_and_nobody_is_shown_the_answer(status: str, verdict: Verdict) -> None:
    outcome = outcome_of(answered(status, body=b"internal CANARY"))
    assert outcome.verdict == verdict
    assert "CANARY" not in outcome.told
    assert verdict == Verdict.SENT or status[:3] in outcome.told


@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
def test_what_a_gateway_lost_goes_again_only_where_its_id_says_that_it_is_the_same(status: str, tmp_path: Path) -> None:
    ours = WebhookChannel(kind="webhook", url_in="URL", secret_in="SECRET")  # noqa: S106
    chats = (SlackChannel(kind="slack", url_in="URL"), TeamsChannel(kind="teams", url_in="URL"))
    told: list[Outcome] = []
    for each in (*chats, ours):
        with Server(Http(answered(status, "Retry-After: 7"))) as server:
            told.append(channels.open_line(each, environment(server.port), tmp_path).send(message()))
    assert [each.verdict for each in told] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.LATER]
    assert told[-1].wait == timedelta(seconds=7)


def test_a_redirect_is_never_followed() -> None:
    canary = Http()
    with Server(canary) as inside:
        for code in (301, 302, 303, 307, 308):
            outcome = outcome_of(answered(f"{code} Elsewhere", f"Location: http://127.0.0.1:{inside.port}/canary"))
            assert outcome.verdict == Verdict.REFUSED
            assert "a redirect, which is never followed" in outcome.told
            assert str(inside.port) not in outcome.told
        assert inside.connections == 0


DATE = "Date: Mon, 29 Jun 2026 05:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (["Retry-After: 7"], timedelta(seconds=7)),
        (["Retry-After: Mon, 29 Jun 2026 05:02:00 GMT", DATE], timedelta(minutes=2)),
        (["Retry-After: Mon, 29 Jun 2026 05:02:00 GMT"], None),
        (["Retry-After: Mon, 29 Jun 2020 05:02:00 GMT", DATE], None),
        (["Retry-After: 99999999999999999999"], timedelta(days=1)),
        (["Retry-After: -5"], None),
        (["Retry-After: soon"], None),
        (["Retry-After: ²"], None),
        ([], None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: list[str], wait: timedelta | None) -> None:
    assert outcome_of(answered("429 Slow", *headers)) == Outcome(Verdict.LATER, "localhost answered 429", wait)
    assert outcome_of(answered("503 Busy", *headers)).wait == wait


class Clock:
    """A clock that goes on by being waited for."""

    def __init__(self) -> None:
        self.now, self.slept = 1_000.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def test_a_hook_gets_one_message_a_second_and_none_while_it_asked_to_wait() -> None:
    clock, busy = Clock(), Http(answered("429 Slow", "Retry-After: 60"))
    with Server(Http(), Http(), busy, Http()) as server:
        line = hook(server.port, paces=Paces(clock, clock.sleep))
        assert [line.post({}).verdict for _ in range(2)] == [Verdict.SENT] * 2
        clock.now += 0.25
        assert line.post({}).verdict == Verdict.LATER
        assert clock.slept == [1.0, 0.75]
        clock.now += 20
        assert line.post({}) == Outcome(Verdict.UNTRIED, "localhost asked to wait", timedelta(seconds=40))
        assert server.connections == 3
        clock.now += 40
        assert line.post({}).verdict == Verdict.SENT
    assert clock.slept == [1.0, 0.75]


def test_what_is_lost_before_the_request_was_out_can_go_again() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    assert hook(port).post({}) == Outcome(Verdict.LATER, "localhost refuses the connection")
    gone = Means(0.3, _nowhere)
    assert hook(port, means=gone).post({}) == Outcome(Verdict.LATER, "no address was found for localhost")
    with Server(lambda line: line.close()) as server:
        big = {"a": "x" * 8_000_000}
        assert hook(server.port).post(big).verdict == Verdict.LATER


def _nowhere(*_: Any) -> tuple[str, ...]:
    raise socket.gaierror(-2, "Name or service not known")


def drips(line: socket.socket) -> None:
    """Answers a letter at a time, for longer than anybody waits."""
    gone = threading.Event()
    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 600 + b"\r\nContent-Length: 0\r\n\r\n":
        line.sendall(bytes([letter]))
        gone.wait(0.01)


@pytest.mark.parametrize("what", [HANG, DROP, drips, b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200"])
def test_what_is_lost_after_it_may_have_arrived(what: Any) -> None:
    outcome = outcome_of(what, means=Means(1.0) if callable(what) or what is HANG else PATIENT)
    assert outcome.verdict == Verdict.UNKNOWN
    assert outcome.told.startswith("the message went out, but ")
    assert outcome.told.endswith(": it may have arrived")


def test_a_server_may_say_no_before_it_heard_everything() -> None:
    def early(line: socket.socket) -> None:
        line.recv(100)
        line.sendall(answered("413 Too Large"))

    with Server(early) as server:
        assert hook(server.port).post({"a": "x" * 5_000_000}).told == "localhost answered 413"


def test_no_more_of_an_answer_is_read_than_matters() -> None:
    sent = 0

    def floods(line: socket.socket) -> None:
        nonlocal sent
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
        for _ in range(800):
            line.sendall(b"x" * 65_536)
            sent += 65_536

    with Server(Http(floods)) as server:
        answer = client.post(aimed("URL", environment(server.port)), b"{}", {}, PATIENT)
    assert len(answer.body) == client.MOST_READ
    assert sent < 20_000_000, "the connection is closed long before 50 MB"


def test_a_body_that_never_ends_does_not_change_what_the_status_said() -> None:
    def stalls(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok")
        line.recv(1)

    assert outcome_of(stalls, means=Means(1.0)) == Outcome(Verdict.SENT)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """Certificates for hooks.test and this machine's address."""
    return certified(tmp_path_factory.mktemp("papers"), "hooks.test", "127.0.0.1")


def test_a_server_must_show_a_certificate_for_its_name(papers: Certified) -> None:
    means = Means(5.0, lambda *_: THERE, papers.trust)

    def of(secure: Any, host: str) -> Outcome:
        with Server(talk := Http(secure=secure)) as server:
            outcome = Hook("URL", environment(server.port, "https", host), means=means).post({})
            assert bool(talk.requests) == (outcome.verdict == Verdict.SENT), "nothing is said to a stranger"
            return outcome

    assert of(papers.server, "hooks.test") == Outcome(Verdict.SENT)
    assert of(papers.server, "127.0.0.1") == Outcome(Verdict.SENT)
    other, stranger = of(papers.server, "other.test"), of(papers.stranger, "hooks.test")
    assert (other.verdict, stranger.verdict) == (Verdict.LATER, Verdict.LATER)
    assert "showed a certificate that is not to be trusted" in other.told
    assert "showed a certificate that is not to be trusted" in stranger.told
    with Server(lambda line: line.sendall(b"220 who are you\r\n")) as plain:
        outcome = Hook("URL", environment(plain.port, "https", "hooks.test"), means=means).post({})
        assert outcome == Outcome(Verdict.LATER, "no encrypted connection to hooks.test came about")


def test_a_public_name_that_leads_inside_is_not_spoken_to() -> None:
    with Server(Http()) as server:
        listed = environment(server.port, "https") | {"BOOKSCORE_HOSTS": "localhost", "BOOKSCORE_PRIVATE_HOSTS": ""}
        outcome = Hook("URL", listed, means=Means(0.3, lambda *_: ("93.184.216.34", *THERE))).post({})
        assert outcome.verdict == Verdict.LATER, "the name may lead elsewhere in an hour"
        assert "leads to an address that is not public" in outcome.told
        assert server.connections == 0


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(Http()) as proxy, Server(Http()) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert hook(server.port).post({}) == Outcome(Verdict.SENT)
        assert (proxy.connections, server.connections) == (0, 1)


@pytest.fixture
def noted(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that anybody notes."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_the_url_is_a_secret(noted: pytest.LogCaptureFixture) -> None:
    told = []
    for answer in (answered("200 OK"), answered("302 Found"), answered("500 Oops"), DROP, b"x"):
        with Server(Http(answer)) as server:
            line = hook(server.port)
            told.append(
                f"{line.post({})!r} {line!r} {vars(line)['_means']!r} {aimed('URL', environment(server.port))!r}"
            )
    assert "T0PSECRET" not in " ".join(told)
    assert noted.records, "or this would see nothing"
    assert "T0PSECRET" not in noted.text


@pytest.mark.parametrize("said", [{"a": "\ud800"}, {"a": float("nan")}, {"a": object()}, {"a": {("b",): 1}}])
def test_what_json_cannot_say_is_refused_and_nothing_is_sent(said: dict[str, Any]) -> None:
    with Server(Http()) as server:
        outcome = hook(server.port).post(said)
        assert outcome.verdict == Verdict.REFUSED
        assert ("half a character" if said == {"a": "\ud800"} else "no word for") in outcome.told
        assert server.connections == 0


def test_what_is_missing_is_said_instead_of_raised(tmp_path: Path) -> None:
    line = channels.open_line(SlackChannel(kind="slack", url_in="URL"), {}, tmp_path)
    outcome = line.send(message())
    assert outcome == Outcome(Verdict.REFUSED, "the variable URL is not set; put the URL of the webhook into it")
    line.close()
