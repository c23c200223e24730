"""A real server that answers as a test says, and a client that skips its pauses."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from sightlines.sources.addresses import Address
from sightlines.sources.catalogue import CataloguedSource
from sightlines.sources.fetching.limits import Clock, Fetched, FetchLimits, Unchanged, Validators
from sightlines.sources.fetching.register import fetch
from sightlines.sources.fetching.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What the server sends; with `raw` exactly these bytes, and nothing else."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    pause_s: float = 0.0

    def written(self) -> bytes:
        if self.raw is not None:
            return self.raw
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + self.body


class Upstream:
    """A server on 127.0.0.1; `script` says what it answers, by request."""

    reply = Reply

    @staticmethod
    def json(value: object, **rest: object) -> Reply:
        return Reply(orjson.dumps(value), **rest)

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: Callable[[Asked], Reply] = lambda _: Reply(status=404)
        self.is_over = threading.Event()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.casefold(): value for name, value in self.headers.items()}
                asked = Asked(parts.path, dict(parse_qsl(parts.query)), headers)
                upstream.asked.append(asked)
                reply = upstream.script(asked)
                self.close_connection = True
                try:
                    self._send(reply)
                except OSError:
                    return  # the client has gone, as it should

            def _send(self, reply: Reply) -> None:
                written = reply.written()
                if not reply.pause_s:
                    self.wfile.write(written)
                    return
                for number in range(len(written)):
                    self.wfile.write(written[number : number + 1])
                    if upstream.is_over.wait(reply.pause_s):
                        return

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def in_turn(self, *replies: Reply) -> None:
        """Answer with each of these, the last one for ever."""
        left = list(replies)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def close(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Skipping:
    """A clock that skips the pauses and remembers them."""

    def __init__(self) -> None:
        self.pauses_s: list[float] = []
        self.clock = Clock(
            lambda: time.monotonic() + sum(self.pauses_s),
            self.pauses_s.append,
            lambda: NOW,
            random.Random(1),  # noqa: S311 - it spreads pauses
        )


@pytest.fixture
def upstreams() -> Iterator[Callable[[], Upstream]]:
    """Return a function that starts servers; they are shut down after the test."""
    started: list[Upstream] = []

    def start() -> Upstream:
        started.append(Upstream())
        return started[-1]

    yield start
    for upstream in started:
        upstream.close()


@pytest.fixture
def upstream(upstreams: Callable[[], Upstream]) -> Upstream:
    return upstreams()


@pytest.fixture
def skipping() -> Skipping:
    return Skipping()


@pytest.fixture
def limits(upstream: Upstream) -> FetchLimits:
    """Return bounds that let the test's server be asked."""
    return FetchLimits(
        total_bytes=20_000_000,
        total_s=60.0,
        requests=200,
        connect_s=2.0,
        read_s=5.0,
        private_hosts=frozenset({upstream.host}),
    )


@pytest.fixture
def client(tmp_path: Path, limits: FetchLimits, skipping: Skipping) -> Callable[..., Transport]:
    """Return a function that makes a client, its bounds changed as the test says."""

    def make(**changes: object) -> Transport:
        return Transport(tmp_path, replace(limits, **changes), skipping.clock)

    return make


@pytest.fixture
def transport(client: Callable[..., Transport]) -> Transport:
    return client()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x"


@pytest.fixture
def make_fetched(
    tmp_path: Path, limits: FetchLimits, skipping: Skipping
) -> Callable[..., Callable[..., Fetched | Unchanged]]:
    """Return a function that makes a function that fetches from the servers given."""

    def make(*servers: Upstream) -> Callable[..., Fetched | Unchanged]:
        hosts = frozenset(server.host for server in servers)

        def run(known: Validators | None = None, **said: object) -> Fetched | Unchanged:
            entry = CataloguedSource("aa_test", "Test", "CC0-1.0", address=Address(**said))
            bounds = replace(limits, private_hosts=hosts)
            return fetch(entry, tmp_path, bounds, known, clock=skipping.clock)

        return run

    return make


@pytest.fixture
def fetched(
    make_fetched: Callable[..., Callable[..., Fetched | Unchanged]], upstream: Upstream
) -> Callable[..., Fetched | Unchanged]:
    """Return a function that fetches from an address."""
    return make_fetched(upstream)
