"""How is a host reached? Its name is looked up once, its addresses are checked, and one of those is connected to."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import monotonic

from scoring.digest.network.hosts import Hosts, spelled

Resolve = Callable[[str, int], tuple[str, ...]]
_MOST_ADDRESSES = 4


def resolved(host: str, port: int) -> tuple[str, ...]:
    """The addresses that the name has now, each once. Raises OSError where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise socket.gaierror(f"no name of a host: {host!r}") from None
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True, slots=True)
class Means:
    """With what a host is reached: seconds for a step, the look-up of names, and whom to trust, else the system's."""

    seconds: float = 10.0
    resolve: Resolve = resolved
    trust: ssl.SSLContext | None = None


@cache
def usual_trust() -> ssl.SSLContext:
    """Whom the system trusts."""
    return ssl.create_default_context()


def dial(hosts: Hosts, host: str, port: int, means: Means, *, is_clear: bool) -> socket.socket:
    """A connection to one of the host's addresses, all of which were checked: no later look-up can lead elsewhere.

    Raises NotReadyError for a host or an address that is not allowed, OSError where none could be reached in time.
    """
    hosts.check(host)
    addresses = means.resolve(spelled(host), port)
    hosts.check_addresses(host, addresses, is_clear=is_clear)
    until, tried = monotonic() + means.seconds, addresses[:_MOST_ADDRESSES]
    failure = OSError("no address")
    for count, address in enumerate(tried):
        share = (until - monotonic()) / (len(tried) - count)
        try:
            line = socket.create_connection((address, port), max(share, 0.001))
        except OSError as error:
            failure = error
        else:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return line
    raise failure


def trouble(error: Exception, host: str) -> str:
    """What went wrong on the way to the host, as a sentence that repeats nothing of what was sent or answered."""
    match error:
        case socket.gaierror():
            return f"no address was found for {host}"
        case TimeoutError():
            return f"{host} did not answer in time"
        case ConnectionRefusedError():
            return f"{host} refuses the connection"
        case ssl.SSLCertVerificationError():
            return f"{host} showed a certificate that is not to be trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"no encrypted connection to {host} came about"
    return f"the connection to {host} broke"
