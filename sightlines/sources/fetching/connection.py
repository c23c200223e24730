"""One request to one checked address, ended at its deadline whatever the server does.

No proxy of the environment is asked, no cookie kept, no connection used twice.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from sightlines import __version__
from sightlines.sources.fetching.failures import AnswerRefusedError, PassingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from urllib3.response import HTTPResponse

    from sightlines.sources.fetching.hosts import Place
    from sightlines.sources.fetching.limits import FetchLimits

USER_AGENT = f"Sightlines/{__version__} (map of surveillance cameras; reads published data sets)"
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate, br",
    "Connection": "close",
}


class Deadline:
    """When a fetch has to end.

    Parameters
    ----------
    left_s
        Seconds from now on.
    """

    def __init__(self, left_s: float) -> None:
        self._left_s = left_s
        self.is_over = threading.Event()

    @contextmanager
    def guarding(self, opened: socket.socket) -> Iterator[None]:
        """End a socket at the deadline, even while somebody waits for its next byte."""

        def end() -> None:
            self.is_over.set()
            with contextlib.suppress(OSError):
                # Not the method of TLS sockets, which would let go of the session in mid-read.
                socket.socket.shutdown(opened, socket.SHUT_RDWR)

        timer = threading.Timer(max(self._left_s, 0.0), end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def answered(
    place: Place,
    addresses: Sequence[str],
    headers: dict[str, str],
    limits: FetchLimits,
    deadline: Deadline,
) -> Iterator[HTTPResponse]:
    """Ask for a place and give the answer's head; its body is read by whoever asks.

    Parameters
    ----------
    place
        What to ask for.
    addresses
        Of its host, checked; the next is tried where one does not answer.
    headers
        Besides those that every request has.
    limits
        `connect_s` and `read_s` count here.
    deadline
        When all has to end.

    Raises
    ------
    PassingError
        If no connection came about, or it broke, also while the body was being read.
    AnswerRefusedError
        If the server's certificate is not valid for its name.
    """
    try:
        connection = _connected(place, addresses, limits)
    except ssl.SSLCertVerificationError as reason:
        raise AnswerRefusedError(
            f"{place.host} shows no valid certificate: what it sends cannot be trusted."
        ) from reason
    except (OSError, HTTPError) as reason:
        raise PassingError(f"{place.host} cannot be reached.") from reason
    with contextlib.closing(connection):
        opened = connection.sock
        with deadline.guarding(opened), _breaking(place):
            connection.timeout = limits.read_s
            connection.request(
                "GET",
                place.target,
                headers={"Host": place.name, **_HEADERS, **headers},
                preload_content=False,
            )
            response = connection.getresponse()
            with contextlib.closing(response):
                yield response


@contextmanager
def _breaking(place: Place) -> Iterator[None]:
    """Turn what breaks a connection into a failure that may pass."""
    try:
        yield
    except (OSError, HTTPError, http.client.HTTPException) as reason:
        raise PassingError(f"{place.host} broke off before its answer was whole.") from reason


def _connected(
    place: Place, addresses: Sequence[str], limits: FetchLimits
) -> HTTPConnection | HTTPSConnection:
    """Connect to the first address that answers; raise what the last one said."""
    for address in addresses[:-1]:
        with contextlib.suppress(OSError, HTTPError):
            return _connection(place, address, limits)
    return _connection(place, addresses[-1], limits)


def _connection(
    place: Place, address: str, limits: FetchLimits
) -> HTTPConnection | HTTPSConnection:
    connection: HTTPConnection | HTTPSConnection
    if place.scheme == "https":
        connection = HTTPSConnection(
            address,
            place.port,
            timeout=limits.connect_s,
            ssl_context=_trust(str(limits.authorities or certifi.where())),
            server_hostname=place.host,
        )
    else:
        connection = HTTPConnection(address, place.port, timeout=limits.connect_s)
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    return connection


@cache
def _trust(authorities: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)
