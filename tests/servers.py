"""Servers of the tests' own on this machine, kind and hostile ones, and a message to send to them."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult

from scoring.digest.message import Message

KEY = "0123456789abcdef0123456789abcdef"
HANG, DROP = object(), object()
"""What a server may do instead of answering: nothing until the other side is gone, or go away itself."""


def message(**other: Any) -> Message:
    """A digest for Ann, with whatever is said otherwise."""
    said: dict[str, Any] = {
        "delivery_id": KEY,
        "message_id": f"<{KEY}@example.com>",
        "schedule": "leaders_weekly",
        "period": "2026-W26",
        "dated": datetime(2026, 6, 29, 5, 0, tzinfo=UTC),
        "address": "ann@example.com",
        "name": "Ann",
        "subject": "Your week",
        "text": "Nothing moved.\n",
        "html": "<p>Nothing moved.</p>\n",
        "chat": {"text": "Nothing moved."},
        "data": {"moved": 0},
    }
    return Message(**(said | other))


class Server:
    """Listens on a port of its own, and hands the n-th connection to the n-th talk; the last one takes all others."""

    def __init__(self, *talks: Callable[[socket.socket], None]) -> None:
        self._talks = talks
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.connections = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive(), "a connection was left open"

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                talk = self._talks[min(self.connections, len(self._talks) - 1)]
                self.connections += 1
                self._start(lambda line=line, talk=talk: self._serve(line, talk))  # type: ignore[misc]

    def _serve(self, line: socket.socket, talk: Callable[[socket.socket], None]) -> None:
        with contextlib.suppress(OSError), line:
            line.settimeout(20)
            talk(line)


def drop(line: socket.socket) -> None:
    """Resets the connection, so that what is on its way is lost."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    line.close()


def hang(line: socket.socket) -> None:
    """Says nothing until the other side is gone."""
    while line.recv(65_536):
        pass


_KIND = {"greeting": "220 kind", "DATA": "354 go on", "QUIT": "221 bye", ".": "250 taken", "STARTTLS": "220 go on"}


@dataclass
class Smtp:
    """A talk with a mail server, which answers as told and else kindly; what it heard and took is kept."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    secure: ssl.SSLContext | None = None
    is_tls_at_once: bool = False
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    def __call__(self, line: socket.socket) -> None:
        if self.is_tls_at_once:
            line = self.encrypted(line)
        if not self.say(line, "greeting"):
            return
        while said := self.read(line, b"\r\n"):
            words = said.decode("utf-8", "replace").strip()
            self.heard.append(words)
            verb = words.partition(" ")[0].upper()
            if not self.say(line, verb):
                return
            if verb == "DATA" and self.is_kind("DATA"):
                self.mails.append(self.read(line, b"\r\n.\r\n"))
                if not self.say(line, "."):
                    return
            elif verb == "STARTTLS" and self.is_kind("STARTTLS"):
                line = self.encrypted(line)
            elif verb == "QUIT":
                return

    def encrypted(self, line: socket.socket) -> socket.socket:
        assert self.secure is not None
        return self.secure.wrap_socket(line, server_side=True)

    def is_kind(self, step: str) -> bool:
        return step not in self.answers

    def say(self, line: socket.socket, step: str) -> bool:
        """Whether the talk goes on after the answer to the step; one that is a list is used up from its front."""
        answer = self.answers.get(step, _KIND.get(step, "250 fine"))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else _KIND.get(step, "250 fine")
        if step == "EHLO" and self.is_kind("EHLO"):
            answer = "250-kind\r\n" + "".join(f"250-{offer}\r\n" for offer in self.offers) + "250 HELP"
        if answer is HANG:
            hang(line)
        elif answer is DROP:
            drop(line)
        elif callable(answer):
            answer(line)
        else:
            line.sendall(f"{answer}\r\n".encode())
            return True
        return False

    @staticmethod
    def read(line: socket.socket, end: bytes) -> bytes:
        read = b""
        while not read.endswith(end):
            if not (part := line.recv(65_536 if len(end) > 2 else 1)):
                return b""
            read += part
        return read


@dataclass
class Taken:
    """What a proper mail server took: each mail with its envelope, and who signed in."""

    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 taken"


@contextlib.contextmanager
def proper(taken: Taken, secure: ssl.SSLContext | None = None, password: str = "") -> Iterator[int]:
    """The port of aiosmtpd; with `secure` it wants STARTTLS first, with a password somebody who knows it."""

    def known(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        taken.users.append(given.login.decode())
        return AuthResult(success=given.password.decode() == password, handled=False)

    loop = asyncio.new_event_loop()
    wanted: dict[str, Any] = {"tls_context": secure, "require_starttls": secure is not None}
    if password:
        wanted |= {"authenticator": known, "auth_required": True}
    made = loop.create_server(lambda: SMTP(taken, loop=loop, hostname="mail.test", **wanted), "127.0.0.1", 0)
    server = loop.run_until_complete(made)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@dataclass
class Http:
    """A talk with a web server, which takes one request and gives one answer, or does something else instead."""

    answer: Any = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    secure: ssl.SSLContext | None = None
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, line: socket.socket) -> None:
        if self.secure is not None:
            line = self.secure.wrap_socket(line, server_side=True)
        read = b""
        while b"\r\n\r\n" not in read:
            if not (part := line.recv(65_536)):
                return
            read += part
        head, _, body = read.partition(b"\r\n\r\n")
        first, *others = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value for name, _, value in (other.partition(": ") for other in others)}
        while len(body) < int(headers.get("content-length", 0)):
            body += line.recv(65_536)
        self.requests.append((first, headers, body))
        if self.answer is HANG:
            hang(line)
        elif self.answer is DROP:
            drop(line)
        elif callable(self.answer):
            self.answer(line)
        else:
            line.sendall(self.answer)
