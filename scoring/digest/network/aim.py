"""Where does a URL of the environment lead, and may anything go there?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scoring.digest.network.hosts import Hosts, NotReadyError, hosts, spelled

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Aim:
    """A URL, taken apart. The path is as secret as a password, and so is never shown."""

    host: str
    port: int
    is_encrypted: bool
    path: str = field(repr=False)
    hosts: Hosts = field(repr=False)

    @property
    def named(self) -> str:
        """The host as the header of that name has it, with the port unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["https" if self.is_encrypted else "http"] else f"{host}:{self.port}"


def aimed(variable: str, environment: Mapping[str, str], known: tuple[str, ...] = ()) -> Aim:
    """Where the URL in the variable leads. Raises NotReadyError, which never repeats it, if it may not be used."""
    url = environment.get(variable, "").strip()
    if not url:
        raise NotReadyError(f"the variable {variable} is not set; put the URL of the webhook into it")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _unreadable(variable) from None
    is_plain = all("!" <= letter <= "~" for letter in url) and "\\" not in url and "@" not in parts.netloc
    if not host or parts.scheme not in _PORTS or not is_plain:
        raise _unreadable(variable)
    allowed = hosts(environment, known)
    if parts.scheme == "http" and not allowed.is_private(host):
        raise NotReadyError(f"the address in {variable} must begin with https://, so that nobody can read along")
    allowed.check(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Aim(spelled(host), port or _PORTS[parts.scheme], parts.scheme == "https", path, allowed)


def _unreadable(variable: str) -> NotReadyError:
    what = f"what the variable {variable} holds is no web address of a host alone"
    return NotReadyError(f"{what}; write it like https://host/path, without a user")
