"""Which hosts may be spoken to, and at which of their addresses?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from scoring.errors import BookscoreError

HOSTS, PRIVATE_HOSTS = "BOOKSCORE_HOSTS", "BOOKSCORE_PRIVATE_HOSTS"

_OWN = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
)
"""Where a company's own machines are, this one among them."""
_TELLTALES = frozenset(
    ip_address(text)
    for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:42::42", "fd20:ce::254")
)
"""Where machines in a cloud are told secrets about themselves, apart from 169.254.169.254, which nothing reaches."""
_GIVEN_OUT = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_OLD_WITHIN = ip_network("::/96")

_NAME = r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*"

Address = IPv4Address | IPv6Address


class NotReadyError(BookscoreError):
    """A channel cannot be used as it is set up; the sentence says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts that may be spoken to: at public addresses only, or at those of the own network, too.

    `known` are those that a kind of channel brings along; one that begins with a dot stands for all below it.
    """

    public: frozenset[str]
    private: frozenset[str]
    known: tuple[str, ...] = ()

    def is_private(self, host: str) -> bool:
        """Whether the host may be one of the own network."""
        return spelled(host) in self.private

    def check(self, host: str) -> None:
        """Raises NotReadyError unless the host may be spoken to."""
        name = spelled(host)
        if not re.fullmatch(_NAME, name):
            raise NotReadyError(f"{host} is no host as the DNS has it; letters beyond ASCII are written with xn--")
        if name not in self.public | self.private and not any(
            name.endswith(each) if each.startswith(".") else name == each for each in self.known
        ):
            raise NotReadyError(
                f"{name} is none of the hosts that may be spoken to; add it to {HOSTS}, or, if it is one of your own "
                f"network, to {PRIVATE_HOSTS}"
            )

    def check_addresses(self, host: str, addresses: tuple[str, ...], *, is_clear: bool) -> None:
        """Raises NotReadyError unless the host may be spoken to, and each address be one of its own.

        What anybody on the way could read (`is_clear`) stays within the own network, whatever the name leads to.
        """
        self.check(host)
        for found in (ip_address(address) for address in addresses):
            if _is_never_meant(found):
                raise NotReadyError(f"{spelled(host)} leads to an address that nothing is ever sent to")
            if not _is_public(_within(found)) and not (self.is_private(host) and _is_own(_within(found))):
                raise NotReadyError(
                    f"{spelled(host)} leads to an address that is not public; if that is meant, add it to "
                    f"{PRIVATE_HOSTS}"
                )
            if is_clear and not _is_own(_within(found)):
                raise NotReadyError(
                    f"{spelled(host)} leads out of your own network, where nothing is sent in clear; use https://, or "
                    "starttls or tls for mail"
                )


def hosts(environment: Mapping[str, str], known: tuple[str, ...] = ()) -> Hosts:
    """The hosts that the environment names, and those known without it."""
    public, private = (
        frozenset(spelled(part) for part in environment.get(name, "").split(",") if part.strip())
        for name in (HOSTS, PRIVATE_HOSTS)
    )
    return Hosts(public, private, known)


def spelled(host: str) -> str:
    """The host in the one way in which hosts are compared: small letters, no dot at the end, addresses in short."""
    name = host.strip().lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return str(ip_address(name))
    except ValueError:
        return name


def _within(address: Address) -> Address:
    """The address that is meant: one of the old kind is often wrapped in one of the new."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (address in _OLD_WITHIN and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_never_meant(address: Address) -> bool:
    """Whether it is no address of a single machine, or one where machines are told secrets about themselves."""
    return any(
        each.is_link_local or each.is_multicast or each.is_unspecified or each in _TELLTALES
        for each in (address, _within(address))
    )


def _is_public(address: Address) -> bool:
    return address.is_global and (address.version == 4 or address in _GIVEN_OUT)


def _is_own(address: Address) -> bool:
    return any(address in network for network in _OWN if network.version == address.version)
