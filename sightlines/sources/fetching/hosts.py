"""Which addresses may be asked: of the web, and public unless the settings say otherwise.

A name is resolved once and the connection made to the very addresses that were looked at, so that
a name which answers differently a moment later (DNS rebinding) gains nothing.

References
----------
IANA special-purpose address registries (RFC 6890); RFC 6052 and RFC 8215 for NAT64, RFC 3056 for
6to4.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from sightlines.sources.fetching.failures import AddressRefusedError, PassingError
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from collections.abc import Collection

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
_MOST_ADDRESSES = 4
_SHOWN = 80
# Networks that lead to IPv4 addresses, or that nobody outside can be meant by.
_REFUSED_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "::ffff:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2001::/32",
            "2002::/16",
            "fec0::/10",
        ),
    )
)


@dataclass(frozen=True)
class Place:
    """An address of the web, taken apart.

    Parameters
    ----------
    url
        As it was given.
    scheme
        `http` or `https`.
    host
        The name as it goes on the wire, ASCII and lower case; or an IP address.
    port
        1 to 65535.
    target
        Path and query, ASCII.
    """

    url: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def name(self) -> str:
        """Return the host as the header `Host` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Take an address apart.

    Parameters
    ----------
    url
        Anything, as a catalogue or a stranger's redirect has it.

    Raises
    ------
    AddressRefusedError
        If it is none of http or https, or holds a user or password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as reason:
        raise AddressRefusedError(f"This is no address of the web: {_shown(url)}.") from reason
    if parts.scheme not in _PORTS:
        raise AddressRefusedError(
            f"Only addresses of http and https are asked, not {_shown(parts.scheme)}."
        )
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError("An address that holds a user or a password is never asked.")
    if not host or port == 0 or any(sign in host for sign in "%/\\ \0"):
        raise AddressRefusedError(f"This is no address of the web: {_shown(url)}.")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~")
    return Place(url, parts.scheme, host, port or _PORTS[parts.scheme], target)


def redirected(place: Place, location: str) -> Place:
    """Return where a redirect leads.

    Parameters
    ----------
    place
        What was asked.
    location
        The header of that name.

    Raises
    ------
    AddressRefusedError
        If it leads away from the web, or from https to http.
    """
    try:
        url = urljoin(place.url, location)
    except ValueError as reason:
        raise AddressRefusedError(f"{place.host} redirects to what is no address.") from reason
    found = place_of(url)
    if place.scheme == "https" and found.scheme != "https":
        raise AddressRefusedError(
            f"{place.host} redirects from https to http, where anybody may change what comes."
        )
    return found


def addresses_of(place: Place, private_hosts: Collection[str], wait_s: float) -> list[str]:
    """Resolve a host and return the addresses that may be connected to.

    Parameters
    ----------
    place
        Which host.
    private_hosts
        Hosts as `name:port` whose addresses need not be public.
    wait_s
        Most seconds to wait for the answer.

    Returns
    -------
    list of str
        IP addresses, at most 4, in the order in which they are to be tried.

    Raises
    ------
    AddressRefusedError
        If none of them is public.
    PassingError
        If the name cannot be resolved now.
    """
    found = _resolved(place.host, place.port, wait_s)
    if f"{place.host}:{place.port}" not in private_hosts:
        public = [address for address in found if is_public(address)]
        if not public:
            raise AddressRefusedError(
                f"{place.host} is not a public address: nothing inside this network is asked."
            )
        found = public
    return found[:_MOST_ADDRESSES]


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet.

    Parameters
    ----------
    address
        Of IPv4 or IPv6.

    Returns
    -------
    bool
        False for what is private, loopback, link-local, multicast, reserved, shared by a provider
        (100.64/10), or an IPv6 address that stands for one of IPv4.
    """
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found in network for network in _REFUSED_NETWORKS if network.version == found.version):
        return False
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_loopback or found.is_unspecified
    )


def _resolved(host: str, port: int, wait_s: float) -> list[str]:
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError) as reason:
            answers.put(reason)

    # The system's resolver knows no time limit; one that hangs is left behind.
    threading.Thread(target=resolve, daemon=True).start()
    try:
        found = answers.get(timeout=max(wait_s, 0.001))
    except queue.Empty:
        raise PassingError(f"The name {_shown(host)} was not resolved in time.") from None
    if isinstance(found, UnicodeError):
        raise AddressRefusedError(f"This is no name of a host: {_shown(host)}.") from found
    if isinstance(found, OSError):
        raise PassingError(f"The name {_shown(host)} cannot be resolved.") from found
    return found


def _shown(text: str) -> str:
    return repr(clean(text)[:_SHOWN])
