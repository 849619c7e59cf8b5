"""Does each mail go to its one recipient once, and is it known of each that did not where it was lost?"""

import ssl
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pytest
from certificates import Certified, certified
from servers import DROP, HANG, KEY, Server, Smtp, Taken, drop, message, proper

from scoring.digest import channels
from scoring.digest.channels.mail import MailLine
from scoring.digest.message import Attachment, Outcome, Verdict
from scoring.digest.network.dialing import Means
from scoring.rules.digests import MailChannel

PATIENT, QUICK = Means(seconds=5), Means(seconds=0.3)
HOME = {"BOOKSCORE_PRIVATE_HOSTS": "localhost,mail.test,other.test"}
USER = {"BOOKSCORE_MAIL_USER": "scores", "BOOKSCORE_MAIL_PASSWORD": "s3cret"}


def channel(port: int, **other: Any) -> MailChannel:
    """The mail server on the port, spoken to in clear unless it is said otherwise."""
    said = {
        "kind": "mail",
        "host": "localhost",
        "port": port,
        "security": "none",
        "from": "bookscore <scores@example.com>",
    }
    return MailChannel.model_validate(said | other)


def line_to(port: int, **other: Any) -> MailLine:
    """A line to the port, with patience unless it is said otherwise."""
    said: dict[str, Any] = {"means": PATIENT, "after_data": 5}
    return MailLine(channel(port), HOME, **(said | other))


def outcome_of(talk: Any, **other: Any) -> Outcome:
    """What becomes of one mail to a server that talks so."""
    with Server(talk) as server:
        line = line_to(server.port, **other)
        try:
            return line.send(message())
        finally:
            line.close()


def arrived(**other: Any) -> tuple[list[str], EmailMessage, bytes]:
    """Envelope, mail and bytes of what a proper server took."""
    taken = Taken()
    with proper(taken) as port:
        line = line_to(port)
        assert line.send(message(**other)) == Outcome(Verdict.SENT)
        line.close()
    ((sender, recipients, content),) = taken.mails
    assert sender == "scores@example.com"
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return recipients, mail, content


HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
]


def test_a_mail_says_who_wrote_what_when_to_whom_and_that_a_program_did() -> None:
    card = Attachment("card.pdf", "application/pdf", bytes(range(256)) * 40)
    text, html = "Größer ▲\n.\n..dots\nFrom here\n" + "long " * 400 + "\n", "<p>Größer ▲ " + "x" * 3_000 + "</p>\n"
    link = "https://scores.example.com/unsubscribe/" + "aZ09-_" * 20
    recipients, mail, content = arrived(
        name="Änne Größer", subject="Ihre Woche ▲", text=text, html=html, attachments=(card,), unsubscribe=link
    )
    assert recipients == ["ann@example.com"]
    assert mail.keys() == HEADERS
    assert (mail["From"], mail["To"]) == ("bookscore <scores@example.com>", "Änne Größer <ann@example.com>")
    assert mail["Subject"] == "Ihre Woche ▲"
    assert mail["Date"].datetime == message().dated
    assert mail["Message-ID"] == f"<{KEY}@example.com>"
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in content, "whole, on one line, and in no encoded word"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    said, attached = list(mail.iter_parts())
    assert (mail.get_content_type(), said.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    plain, rich = list(said.iter_parts())
    assert plain.get_content().replace("\r\n", "\n") == text
    assert rich.get_content().replace("\r\n", "\n") == html
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert (attached.get_filename(), attached.get_content_type()) == ("card.pdf", "application/pdf")
    assert attached.get_content() == card.content
    assert content.isascii()
    assert max(len(each) for each in content.split(b"\r\n")) < 200


def test_a_mail_is_the_same_at_each_try() -> None:
    assert arrived()[2] == arrived()[2]


def test_without_a_page_people_write_to_be_left_alone() -> None:
    for link in (None, "http://scores.example.com/u/x", "https://scores.example.com/u/x>, <mailto:eve@evil.test"):
        mail = arrived(unsubscribe=link)[1]
        assert mail["List-Unsubscribe"] == "<mailto:scores@example.com?subject=unsubscribe%20leaders_weekly>"
        assert "List-Unsubscribe-Post" not in mail


HOSTILE = [
    "Ann\r\nBcc: eve@evil.test",
    "Ann\nSubject: Evil\n\nBody",
    "Ann\u2028Bcc: eve@evil.test\u0085X: y",
    "Ann, eve@evil.test",
    "eve@evil.test, Ann",
    "Ann <eve@evil.test>",
    'Ann" <eve@evil.test>, "Bob',
    "eve@evil.test>,<eve",
    "Ann; group: eve@evil.test;",
    "Ann (eve@evil.test)",
    'Ann\\" <eve@evil.test>',
    "=?utf-8?q?Ann_=3Ceve=40evil=2Etest=3E=2C?=",
    "=?utf-8?b?QW5uLCBldmVAZXZpbC50ZXN0?=",
    "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc=3A_eve?=",
    "x" * 200,
    "Ä" * 200,
    "🙂" * 200,
    "Ärger, eve@evil.test " * 20,
    "a\u202eznn\u2066 moc\u0000\x1b[31m",
    "Ann\ttab",
    "",
    "  ",
    '""',
    "O'Brien, Pat (Sales)",
    "Dr. J. Smith-Jones",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_and_no_subject_makes_another_recipient_or_header(hostile: str) -> None:
    recipients, mail, content = arrived(name=hostile, subject=hostile)
    assert recipients == ["ann@example.com"]
    assert mail.keys() == [name for name in HEADERS if name != "List-Unsubscribe-Post"]
    assert [each.addr_spec for each in mail["To"].addresses] == ["ann@example.com"]
    decoded = str(mail["To"])
    assert [address for _, address in getaddresses([decoded])] == ["ann@example.com"], (
        "also if read the wrong way round"
    )
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(each) <= 998 for each in head.split(b"\r\n"))
    assert not any(each in str(mail["Subject"]) + decoded for each in "\r\n\x1b\u202e\u2066\u2028")


def test_names_are_still_names() -> None:
    def shown(name: str) -> str:
        head = arrived(name=name)[2].partition(b"\r\n\r\n")[0].decode("ascii")
        words = head.partition("To: ")[2].partition(" <ann")[0]
        return str(make_header(decode_header(words.replace('"', ""))))

    assert shown("Müller, Änne") == "Müller Änne"
    assert shown("Dr. J. Smith-Jones") == "Dr. J. Smith-Jones"
    assert shown("=?utf-8?q?Eve?=") == "=?utf-8?q?Eve?="
    assert shown("李" * 100) == "李" * 63 + "…"


@pytest.mark.parametrize(
    "address",
    [
        *("ann@example.com, eve@evil.test", "ann@example.com\r\nRCPT TO:<eve@evil.test>", "<ann@example.com>"),
        *("ann@example.com> SIZE=1", "ann", "ann@", "@example.com", "", "ann@example..com", "ann@[127.0.0.1]"),
        *(
            '"ann eve"@example.com',
            "änn@example.com",
            "ann@exämple.com",
            "ann eve@example.com",
            f"{'a' * 65}@example.com",
        ),
        *(f"ann@{'a.' * 130}com", "ann@example.com\x00", "ann@eve@example.com", "ann\ud800@example.com"),
    ],
)
def test_what_is_not_one_address_gets_no_mail(address: str) -> None:
    with Server(Smtp()) as server:
        outcome = line_to(server.port).send(message(address=address))
        assert outcome.verdict == Verdict.REFUSED
        assert "not one e-mail address" in outcome.told
        assert server.connections == 0


@pytest.mark.parametrize(
    "other",
    [
        *({"text": "half \ud83d"}, {"html": "\udc00"}, {"subject": "\ud800"}, {"name": "Ann \udfff"}),
        *({"message_id": "<a@b>\r\nBcc: eve@evil.test"}, {"message_id": "<a b@c>"}, {"message_id": ""}),
        {"attachments": (Attachment('a"\r\nX: y', "application/pdf", b""),)},
        {"attachments": (Attachment("a.pdf", "application/pdf\r\nX: y", b""),)},
    ],
)
def test_a_poison_message_is_refused_and_the_next_one_goes(other: dict[str, Any]) -> None:
    taken = Taken()
    with proper(taken) as port:
        line = line_to(port)
        assert line.send(message(**other)).verdict == Verdict.REFUSED
        assert line.send(message()).verdict == Verdict.SENT
        line.close()
    assert len(taken.mails) == 1


def test_nobody_is_blind_copied_and_each_mail_has_one_envelope() -> None:
    talk = Smtp(offers=("SIZE 1000000",))
    with Server(talk) as server:
        line = line_to(server.port)
        for name in ("ann", "bob", "eve"):
            assert line.send(message(address=f"{name}@example.com")).verdict == Verdict.SENT
        line.close()
        assert server.connections == 1
    size = len(talk.mails[0]) - len(b".\r\n")
    mail = f"MAIL FROM:<scores@example.com> SIZE={size}"
    one = [[mail, f"RCPT TO:<{name}@example.com>", "DATA"] for name in ("ann", "bob", "eve")]
    assert talk.heard == ["ehlo example.com", *(each for three in one for each in three), "quit"]


REFUSALS = [
    ("greeting", "554 go away", Verdict.LATER),
    ("greeting", "421 busy", Verdict.LATER),
    ("MAIL", "550 5.7.1 not you", Verdict.REFUSED),
    ("MAIL", "530 5.7.0 log in first", Verdict.LATER),
    ("MAIL", "451 4.3.0 later", Verdict.LATER),
    ("MAIL", "552 5.3.4 too big", Verdict.REFUSED),
    ("RCPT", "550 5.1.1 no such user", Verdict.REFUSED),
    ("RCPT", "451 4.7.1 greylisted", Verdict.LATER),
    ("RCPT", "421 closing", Verdict.LATER),
    ("RCPT", "250-fine\r\n250 fine", Verdict.SENT),
    ("RCPT", "251 will forward", Verdict.SENT),
    ("DATA", "554 no valid recipients", Verdict.REFUSED),
    ("DATA", "451 later", Verdict.LATER),
    ("DATA", "250 what", Verdict.LATER),
    (".", "554 5.7.1 spam", Verdict.REFUSED),
    (".", "451 4.2.0 disk full", Verdict.LATER),
    (".", "421 closing", Verdict.LATER),
    (".", "250 2.0.0 queued", Verdict.SENT),
]


@pytest.mark.parametrize(("step", "answer", "verdict"), REFUSALS)
def test_the_server_s_word_is_taken_at_each_step(step: str, answer: str, verdict: Verdict) -> None:
    outcome = outcome_of(Smtp({step: answer}))
    assert outcome.verdict == verdict
    assert outcome.told == ("" if verdict == Verdict.SENT else f"localhost answered {answer}")


ENDLESS = "250-" + "x" * 1_000 + "\r\n"


def endless(line: Any) -> None:
    """An answer of many lines, and never a last one."""
    while True:
        line.sendall(ENDLESS.encode() * 100)


def one_endless_line(line: Any) -> None:
    """An answer of one line without an end."""
    while True:
        line.sendall(b"250 " + b"x" * 100_000)


@pytest.mark.parametrize("what", [HANG, DROP, endless, one_endless_line, "no smtp"])
@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_it_is_known_where_a_mail_was_lost(step: str, what: Any) -> None:
    talk = Smtp({step: what} | ({"HELO": what} if step == "EHLO" else {}))
    is_word = what is HANG and step != "."
    outcome = outcome_of(talk, means=QUICK if is_word else PATIENT, after_data=0.3 if what is HANG else 5)
    assert outcome.verdict == (Verdict.UNKNOWN if step == "." else Verdict.LATER)
    assert len(talk.mails) == (step == ".")
    assert outcome.told.startswith("the mail went out, but ") == (step == ".")


@pytest.mark.parametrize("piece", [ENDLESS * 100, "x" * 100_000])
@pytest.mark.parametrize(("step", "verdict"), [("greeting", Verdict.LATER), (".", Verdict.UNKNOWN)])
def test_an_answer_without_an_end_is_left_long_before_the_time_is_up(step: str, verdict: Verdict, piece: str) -> None:
    sent = 0

    def floods(line: Any) -> None:
        nonlocal sent
        while sent < 50_000_000:
            line.sendall(piece.encode())
            sent += len(piece)

    with Server(Smtp({step: floods})) as server:
        line = line_to(server.port)
        outcome = line.send(message())
        assert outcome.verdict == verdict
        assert "answered" not in outcome.told
    assert sent < 20_000_000


def test_a_mail_that_broke_off_in_the_middle_can_go_again() -> None:
    def leaves(line: Any) -> None:
        line.sendall(b"354 go on\r\n")
        line.recv(1_000)
        drop(line)

    with Server(Smtp({"DATA": leaves})) as server:
        big = message(text="x" * 8_000_000)
        assert line_to(server.port).send(big).verdict == Verdict.LATER


def test_a_server_that_took_the_mail_and_said_nothing_is_not_asked_again() -> None:
    talk = Smtp({".": DROP})
    with Server(talk) as server:
        line = line_to(server.port)
        assert line.send(message()).verdict == Verdict.UNKNOWN
        assert (len(talk.mails), server.connections) == (1, 1)


def test_a_connection_that_was_dropped_between_mails_is_made_anew_once() -> None:
    for gone in (DROP, "421 idle too long"):
        first, second = Smtp({"MAIL": ["250 fine", gone]}), Smtp()
        with Server(first, second) as server:
            line = line_to(server.port)
            assert [line.send(message()).verdict for _ in range(2)] == [Verdict.SENT] * 2
            line.close()
        assert (len(first.mails), len(second.mails), server.connections) == (1, 1, 2)
    always = Smtp({"MAIL": DROP})
    with Server(Smtp({"MAIL": ["250 fine", DROP]}), always) as server:
        line = line_to(server.port)
        assert [line.send(message()).verdict for _ in range(2)] == [Verdict.SENT, Verdict.LATER]
        assert server.connections == 2


def test_a_server_that_says_it_closes_is_not_spoken_to_on_that_connection_again() -> None:
    for said in ("421 closing", "no smtp"):
        with Server(Smtp({"RCPT": [said]}), Smtp()) as server:
            line = line_to(server.port)
            assert [line.send(message()).verdict for _ in range(2)] == [Verdict.LATER, Verdict.SENT]
            line.close()
            assert server.connections == 2


def test_a_server_may_think_about_a_mail_for_longer_than_about_a_word() -> None:
    def thinks(line: Any) -> None:
        threading.Event().wait(1.2)
        line.sendall(b"250 taken\r\n")

    assert outcome_of(Smtp({".": thinks}), means=Means(seconds=1)).verdict == Verdict.SENT


def test_what_was_refused_leaves_nothing_behind_for_the_next_mail() -> None:
    talk = Smtp({"RCPT": ["550 no such user", "451 later", "250 fine"]})
    with Server(talk) as server:
        line = line_to(server.port)
        verdicts = [line.send(message(address=f"{n}@example.com")).verdict for n in "abc"]
        line.close()
        assert (verdicts, server.connections) == ([Verdict.REFUSED, Verdict.LATER, Verdict.SENT], 1)
    assert [each.partition(" ")[0] for each in talk.heard] == [
        *("ehlo", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "quit")
    ]


def test_after_a_hundred_mails_the_connection_is_made_anew() -> None:
    talk = Smtp()
    with Server(talk) as server:
        line = line_to(server.port)
        assert {line.send(message()).verdict for _ in range(101)} == {Verdict.SENT}
        line.close()
        assert (server.connections, talk.heard.count("quit")) == (2, 2)


def test_an_answer_that_nobody_asked_for_counts_for_nothing() -> None:
    ahead = Smtp({"MAIL": "250 fine\r\n250 fine\r\n354 go on\r\n250 taken", "RCPT": "550 no such user"})
    assert outcome_of(ahead) == Outcome(Verdict.REFUSED, "localhost answered 550 no such user")


def test_a_line_that_did_not_come_about_rests_so_that_not_every_mail_waits() -> None:
    now = [100.0]
    with Server(Smtp({"greeting": "421 busy"}), Smtp()) as server:
        line = line_to(server.port, rest=30.0, clock=lambda: now[0])
        told = "localhost answered 421 busy"
        assert line.send(message()) == Outcome(Verdict.LATER, told, timedelta(seconds=30))
        now[0] += 10
        assert line.send(message()) == Outcome(Verdict.UNTRIED, told, timedelta(seconds=20))
        assert server.connections == 1
        now[0] += 20
        assert line.send(message()).verdict == Verdict.SENT
        line.close()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """Certificates for mail.test."""
    return certified(tmp_path_factory.mktemp("papers"), "mail.test")


def secured(
    port: int, trust: ssl.SSLContext, environment: dict[str, str] | None = None, seconds: float = 5, **other: Any
) -> MailLine:
    """An encrypted line to the port."""
    means = Means(seconds, lambda *_: ("127.0.0.1",), trust)
    said = channel(port, **({"host": "mail.test", "security": "starttls"} | other))
    return MailLine(said, HOME | (environment or {}), means=means)


def test_a_proper_server_gets_the_mail_encrypted_and_signed_in(papers: Certified) -> None:
    taken = Taken()
    with proper(taken, papers.server, "s3cret") as port:
        line = secured(port, papers.trust, USER)
        assert [line.send(message()) for _ in range(2)] == [Outcome(Verdict.SENT)] * 2
        line.close()
        assert (len(taken.mails), taken.users) == (2, ["scores"])
        wrong = secured(port, papers.trust, USER | {"BOOKSCORE_MAIL_PASSWORD": "wr0ng"}).send(message())
        assert wrong.verdict == Verdict.LATER
        assert wrong.told == "mail.test refuses the user or the password (535)"
        umlaut = secured(port, papers.trust, USER | {"BOOKSCORE_MAIL_PASSWORD": "größer"}).send(message())
        assert "letters beyond ASCII" in umlaut.told
        nobody = secured(port, papers.trust).send(message())
        assert nobody.verdict == Verdict.LATER
        assert nobody.told.startswith("mail.test answered 530")


def test_a_line_may_be_encrypted_from_its_first_word_on(papers: Certified) -> None:
    talk = Smtp(secure=papers.server, is_tls_at_once=True)
    with Server(talk) as server:
        line = secured(server.port, papers.trust, security="tls")
        assert line.send(message()).verdict == Verdict.SENT
        line.close()


def test_nothing_is_ever_sent_in_clear_where_it_was_to_be_encrypted(papers: Certified) -> None:
    def of(talk: Smtp, seconds: float = 5) -> Outcome:
        with Server(talk) as server:
            outcome = secured(server.port, papers.trust, USER, seconds).send(message())
        assert not talk.mails
        assert not any(each.upper().startswith(("MAIL", "AUTH")) for each in talk.heard)
        return outcome

    stripped = of(Smtp(offers=("AUTH PLAIN",)))
    assert stripped.verdict == Verdict.LATER
    assert stripped.told == "mail.test offers no STARTTLS, and nothing is sent in clear; see security in rules.yaml"
    refused = of(Smtp({"STARTTLS": "454 not now"}, offers=("STARTTLS", "AUTH PLAIN")))
    assert (refused.verdict, refused.told) == (Verdict.LATER, "mail.test answered 454 not now")
    ahead = of(Smtp({"STARTTLS": "220 go on\r\n250-AUTH PLAIN\r\n250 fine"}, offers=("STARTTLS",)), seconds=0.5)
    assert ahead.verdict == Verdict.LATER
    for secure, host in ((papers.stranger, "mail.test"), (papers.server, "other.test")):
        with Server(Smtp(offers=("STARTTLS",), secure=secure)) as server:
            outcome = secured(server.port, papers.trust, USER, host=host).send(message())
            assert outcome.verdict == Verdict.LATER
            assert f"{host} showed a certificate that is not to be trusted" in outcome.told


def test_a_server_without_a_way_of_signing_in_gets_no_mail(papers: Certified) -> None:
    for offer in ("AUTH GSSAPI", "HELP"):
        talk = Smtp(secure=papers.server, is_tls_at_once=True, offers=(offer,))
        with Server(talk) as server:
            outcome = secured(server.port, papers.trust, USER, security="tls").send(message())
            assert outcome.verdict == Verdict.LATER
            assert outcome.told == "mail.test offers no way of signing in that is known here"
        assert not talk.mails


def test_a_server_that_leads_inside_is_not_spoken_to() -> None:
    with Server(Smtp()) as server:
        public = {"BOOKSCORE_HOSTS": "localhost"}
        line = MailLine(channel(server.port, security="starttls"), public, means=QUICK)
        outcome = line.send(message())
        assert outcome.verdict == Verdict.LATER, "the name may lead elsewhere in an hour"
        assert "leads to an address that is not public" in outcome.told
        clear = MailLine(channel(server.port), public, means=QUICK).send(message())
        assert "security: none is for hosts of your own network only" in clear.told
        assert server.connections == 0


@pytest.fixture
def closed_port() -> int:
    """A port at which nobody listens."""
    with Server(drop) as server:
        return server.port


def test_nobody_there(closed_port: int, tmp_path: Path) -> None:
    line = channels.open_line(channel(closed_port), HOME, tmp_path)
    assert line.send(message()) == Outcome(Verdict.LATER, "localhost refuses the connection", timedelta(seconds=30))
    line.close()
    assert channels.domain_of(channel(closed_port)) == "example.com"
