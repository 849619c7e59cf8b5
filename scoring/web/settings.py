"""How is the page served? Settings from the environment and the command line, and what is refused of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from scoring.errors import BookscoreError
from scoring.rules.digest_kinds import PUBLIC_URL
from scoring.store.people import Lasting

PORT = 8000
PROXY_HEADER, PROXY_ADDRESSES = "BOOKSCORE_PROXY_HEADER", "BOOKSCORE_PROXY_ADDRESSES"
OIDC_ISSUER, OIDC_CLIENT, OIDC_SECRET, OIDC_NAME = (
    f"BOOKSCORE_OIDC_{name}" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME")
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"http": 80, "https": 443}
"""Schemes to the ports that no browser writes."""

Networks = tuple[IPv4Network | IPv6Network, ...]


class NotServedError(BookscoreError):
    """Something about the settings is missing or unsafe."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.next = ("serve", "--help")


@dataclass(frozen=True, slots=True)
class Hashing:
    """What a guess at a password costs: rounds, memory in KiB and lanes of argon2id."""

    rounds: int = 3
    memory: int = 65_536
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider that people may sign in with; its secret is never shown."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxies in front of us, which alone are believed: who it is that asks, if they name it in a header."""

    addresses: Networks
    header: str | None = None

    def is_one(self, address: str) -> bool:
        """Whether this is the address of one of them."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of the page. What is said here is safe on the machine itself, and nowhere else."""

    public_url: str = f"http://127.0.0.1:{PORT}"
    lasting: Lasting = field(default_factory=Lasting)
    tries_by_account: int = 10
    tries_by_address: int = 50
    hashing: Hashing = field(default_factory=Hashing)
    provider: Provider | None = None
    proxy: Proxy | None = None

    @property
    def is_https(self) -> bool:
        """Whether people reach us by https; then cookies never go another way."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that we answer to, as browsers send them; any other is a mistake or an attack."""
        host = urlsplit(self.public_url).hostname or ""
        return tuple(f"[{h}]" if ":" in h else h for h in (_LOOPBACK if host in _LOOPBACK else (host,)))


def settings(
    environment: Mapping[str, str],
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    public_url: str | None = None,
    is_insecure_wanted: bool = False,
) -> Settings:
    """The settings for a server that is bound to host and port. Raises NotServedError with what is missing."""
    given = public_url or environment.get(PUBLIC_URL)
    if not given and host not in _LOOPBACK:
        raise NotServedError(
            f"at {host} others can reach the page: say under which address with --public-url https://…, "
            "and let a proxy in front of it speak https"
        )
    url = _url(given or f"http://{f'[{host}]' if ':' in host else host}:{port}", "the public URL")
    here = urlsplit(url).hostname in _LOOPBACK and host in _LOOPBACK
    if url.startswith("http://") and not here and not is_insecure_wanted:
        raise NotServedError(
            f"{url} is not https: passwords and scores could be read on the way; name an https address with "
            "--public-url, or say --insecure-http if you know that nobody can listen"
        )
    return Settings(public_url=url, provider=_provider(environment), proxy=_proxy(environment))


def _provider(environment: Mapping[str, str]) -> Provider | None:
    """The OpenID provider that the environment names, None where it names none."""
    names = (OIDC_ISSUER, OIDC_CLIENT, OIDC_SECRET)
    issuer, client, secret = (environment.get(name, "").strip() for name in names)
    if not (issuer or client or secret):
        return None
    missing = [name for name, value in zip(names, (issuer, client, secret), strict=True) if not value]
    if missing:
        raise NotServedError(f"for signing in by OpenID Connect {' and '.join(missing)} must be set, too")
    if urlsplit(issuer).scheme != "https" and urlsplit(issuer).hostname not in _LOOPBACK:
        raise NotServedError(f"{OIDC_ISSUER} must be an https address")
    if any(find_spec(package) is None for package in ("authlib", "httpx")):
        raise NotServedError('signing in by OpenID Connect needs authlib: pip install "bookscore[oidc]"')
    return Provider(issuer.rstrip("/"), client, secret, environment.get(OIDC_NAME, "").strip() or "single sign-on")


def _proxy(environment: Mapping[str, str]) -> Proxy | None:
    """The proxies that the environment names, None where it names none."""
    header = environment.get(PROXY_HEADER, "").strip().lower() or None
    listed = [part.strip() for part in environment.get(PROXY_ADDRESSES, "").split(",") if part.strip()]
    if header and not listed:
        raise NotServedError(
            f"{PROXY_HEADER} is set, but not {PROXY_ADDRESSES}: anybody could send the header; name the addresses of "
            "the proxies, as 10.0.0.5 or 10.0.0.0/28"
        )
    try:
        networks = tuple(ip_network(part) for part in listed)
    except ValueError as error:
        raise NotServedError(f"{PROXY_ADDRESSES}: {error}") from None
    if any(network.prefixlen == 0 for network in networks):
        raise NotServedError(f"{PROXY_ADDRESSES} names every address there is; name those of the proxies alone")
    return Proxy(networks, header) if networks else None


def _url(text: str, what: str) -> str:
    """The address as browsers write it, which is that of a host and nothing below it."""
    refused = NotServedError(f"{what} must be that of a host, as https://scores.example.com, not {text}")
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise refused from None
    is_one = host and parts.scheme in _PORTS and parts.path in ("", "/")
    if not is_one or parts.query or parts.fragment or parts.username:
        raise refused
    usual = port in (None, _PORTS[parts.scheme])
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{'' if usual else f':{port}'}"
