"""How much a fetch may cost, by which clock, and what comes of it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class FetchLimits:
    """What one fetch of a source may cost, all of its requests together.

    Parameters
    ----------
    total_bytes
        Most bytes that are taken, after unpacking, failed tries included.
    total_s
        Most seconds, pauses included.
    connect_s, read_s
        Most seconds until a connection stands, and between two pieces of an answer.
    requests
        Most requests, redirects and tries included.
    tries
        How often one request is tried.
    pause_s
        Longest pause that a server may ask for; of one that asks for more nothing is taken.
    backoff_s
        Longest pause before the second try; it doubles with each further one.
    redirects
        Most redirects of one request.
    ratio
        Most bytes that may come out of one packed byte, once a megabyte has come.
    page_bytes
        Most bytes of an answer that has to be held in memory at once.
    private_hosts
        Hosts as `name:port` that may be asked although their address is not a public one.
    authorities
        File of the certificates that are trusted; None for those of the package `certifi`.
    """

    total_bytes: int = 1_000_000_000
    total_s: float = 1_800.0
    connect_s: float = 20.0
    read_s: float = 60.0
    requests: int = 2_000
    tries: int = 3
    pause_s: float = 120.0
    backoff_s: float = 2.0
    redirects: int = 5
    ratio: int = 100
    page_bytes: int = 256 * 1024**2
    private_hosts: frozenset[str] = frozenset()
    authorities: Path | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _unseeded() -> random.Random:
    return random.Random()  # noqa: S311 - it only spreads pauses


@dataclass(frozen=True)
class Clock:
    """Time and chance, as a fetch sees them.

    Parameters
    ----------
    elapsed_s
        Returns seconds that only ever grow.
    sleep
        Waits for so many seconds.
    now
        Returns the time of day, UTC; only asked where a server names one.
    chance
        Spreads the pauses between tries.
    """

    elapsed_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _utc_now
    chance: random.Random = field(default_factory=_unseeded)


@dataclass(frozen=True)
class Validators:
    """What a server said of its file when it was last fetched.

    Parameters
    ----------
    url
        Which file.
    etag, last_modified
        The headers of these names (RFC 9110, 8.8); None where the server sent none.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Fetched:
    """What has come.

    Parameters
    ----------
    path
        A file that the readers of `sources.register` read.
    url
        Where it came from.
    etag, last_modified
        As in `Validators`.
    n_requests, n_bytes
        What it has cost; bytes after unpacking.
    notes
        What else is worth knowing, by reason.
    """

    path: Path
    url: str
    etag: str | None = None
    last_modified: str | None = None
    n_requests: int = 0
    n_bytes: int = 0
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unchanged:
    """The server says that its file is the one that was last fetched.

    Parameters
    ----------
    url, etag, last_modified
        As in `Validators`.
    n_requests
        What it has cost.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    n_requests: int = 0
