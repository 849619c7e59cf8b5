"""How does a request reach a web server? By this one client, which goes where it may, and no further.

It connects to an address that was checked, follows no redirect and no proxy of the environment, has one end for all of
it, and reads so much of an answer and no more.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpcore

from scoring.digest.network.aim import Aim
from scoring.digest.network.dialing import Means, dial, trouble, usual_trust
from scoring.errors import BookscoreError

MOST_READ = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, its body cut to the limit; headers by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class LostError(BookscoreError):
    """There was no answer. `is_out` says whether the whole request was sent, and so may have been taken."""

    def __init__(self, error: Exception, host: str, *, is_out: bool) -> None:
        self.is_out = is_out
        super().__init__(trouble(error.__cause__ if isinstance(error.__cause__, OSError) else error, host))


def post(aim: Aim, body: bytes, headers: Mapping[str, str], means: Means) -> Answer:
    """The server's answer to one request, all of which takes no longer than the seconds there are.

    Raises LostError, or NotReadyError where an address is not allowed.
    """
    url = httpcore.URL(
        scheme=b"https" if aim.is_encrypted else b"http",
        host=aim.host.encode("ascii"),
        port=aim.port,
        target=aim.path.encode("ascii"),
    )
    sent = {"Host": aim.named, "Connection": "close", "User-Agent": "bookscore", **headers}
    listed = [(name.encode("ascii"), value.encode("ascii", "replace")) for name, value in sent.items()]
    way = _Way(aim, means)
    try:
        trust = means.trust or usual_trust()
        with (
            httpcore.ConnectionPool(ssl_context=trust, max_connections=1, network_backend=way) as pool,
            pool.stream("POST", url, headers=listed, content=body) as response,
        ):
            found = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, found, _cut(response))
    except (OSError, httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise LostError(error, aim.host, is_out=way.is_out) from None


def _cut(response: httpcore.Response) -> bytes:
    """The body's beginning. The status says all that matters, so that a body that breaks off is no trouble."""
    read = b""
    try:
        for part in response.iter_stream():
            read += part
            if len(read) >= MOST_READ:
                break
    except (OSError, httpcore.ProtocolError, httpcore.NetworkError):
        pass
    return read[:MOST_READ]


class _Way(httpcore.NetworkBackend):
    """The way to an aim: to an address that was checked, whatever the name leads to a moment later."""

    def __init__(self, aim: Aim, means: Means) -> None:
        self._aim, self._means = aim, means
        self._wire: _Wire | None = None

    @property
    def is_out(self) -> bool:
        """Whether the whole request was handed to the network."""
        return self._wire is not None and self._wire.is_out

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        until = monotonic() + self._means.seconds
        aim = self._aim
        line = dial(aim.hosts, aim.host, aim.port, self._means, is_clear=not aim.is_encrypted)
        self._wire = _Wire(line, until)
        return self._wire


class _Wire(httpcore.NetworkStream):
    """A connection with an end: whoever answers a letter at a time does not hold us longer."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until
        self.is_out = False

    def _in_time(self) -> socket.socket:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        return self._line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._in_time().recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        self.is_out = False
        try:
            self._in_time().sendall(buffer)
        except OSError as error:
            raise httpcore.WriteError from error  # then httpcore still looks for an answer that came too early
        self.is_out = True

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._line = ssl_context.wrap_socket(self._in_time(), server_hostname=server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._line if info == "ssl_object" and isinstance(self._line, ssl.SSLSocket) else None

    def close(self) -> None:
        self._line.close()
