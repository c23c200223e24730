"""What the journeys have in common: the product as a process, and a browser that is watched.

The server is what `make run` starts, on a copy of the sample's instance. The browser is Debian's
Chromium; every context of it starts empty and is watched until it closes: a request to another
host, an error on the console, a violation of the content policy, a dialog, a cookie or anything
else kept fails the test.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Route

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
STOP_S = 30
PAGE_MS = 15_000
BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What the watch over requests does not see, a name that is looked up ahead, fails here.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PAGES = [
    "/",
    "/areas",
    "/areas?level=h3-9",
    "/areas/country:246",
    "/contribute",
    "/contribute/file",
    "/contribute/thanks",
    "/download",
    "/download?bbox=24.94,60.165,24.95,60.17",
    "/method",
    "/privacy",
    "/sources",
    "/sources/helsinki-centre",
]
NOWHERE = "/there-is-nothing-here"
# Where on the screen the single camera nearest the middle of the map stands, and which one it is.
CAMERA_AT = """() => {
  const { map, cameras } = window.sightlines;
  const [item] = cameras.nearest(1);
  if (!item || map.getContainer().querySelector('.leaflet-zoom-anim')) return null;
  const frame = map.getContainer().getBoundingClientRect();
  const place = map.latLngToContainerPoint(cameras.where(item));
  return { x: frame.x + place.x, y: frame.y + place.y, id: item.camera.id };
}"""
NOTE_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => noteViolation(
    `${event.effectiveDirective} ${event.blockedURI} at ${event.sourceFile}`));
"""


def wait_until(condition: Callable[[], Any], within_s: float, what: str) -> Any:
    """Ask until the answer is true; fail with a sentence when the time is over."""
    end = time.monotonic() + within_s
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {within_s} s: {what}"
        time.sleep(0.05)


class Answer(NamedTuple):
    """What the server said."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """The product as its users have it: `flask serve` on an instance folder."""

    instance: Path
    log: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] = field(init=False)
    log_start: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server in a process group of its own and wait until it answers."""
        with self.log.open("ab") as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, START_S, "the server answers")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.said()
        try:
            return self.ask("/healthz").status == 200
        except OSError:
            return False

    def be_at_rest(self) -> None:
        """Wait until the publisher has looked at the record for the first time."""
        wait_until(lambda: "is current" in self.said(), START_S, "the publisher is at rest")

    def said(self) -> str:
        """Return what the processes have printed since the start."""
        return self.log.read_bytes()[self.log_start :].decode()

    def stop(self) -> None:
        """End the whole group as Ctrl-C or a service manager would; nothing of it may stay."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            assert self.process.wait(STOP_S) == 0, self.said()
            wait_until(lambda: not self.running(), STOP_S, "every process has ended")
        finally:
            self.end_now()

    def end_now(self) -> None:
        """End whatever may be left of the group, without asking."""
        if not hasattr(self, "process"):
            return
        if self.running():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_S)

    def running(self) -> dict[int, str]:
        """Return the processes of the group that are alive: number and command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if int(group) == self.process.pid and state != "Z":
                found[int(folder.name)] = command
        return found

    def publishers(self) -> list[int]:
        """Return the numbers of the publisher processes of the group."""
        return [number for number, line in self.running().items() if "flask publisher" in line]

    def web_processes(self) -> list[int]:
        """Return the numbers of the web processes: what granian has started of its own."""
        started = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        children = map(int, Path(started).read_text().split())
        running = self.running()
        return [number for number in children if "flask publisher" not in running.get(number, "")]

    def flask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call a command on this instance, as its host would in a shell."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def told(self, *words: str) -> str:
        """Call a command that must succeed; return what it printed."""
        called = self.flask(*words)
        assert called.returncode == 0, called.stderr
        return called.stdout

    def accept_the_only_one(self) -> str:
        """Accept the one submission that waits, as a moderator; return its id."""
        (waiting,) = json.loads(self.told("moderate", "list", "--json"))
        self.told("moderate", "accept", waiting["id"], "--by", "owl")
        return str(waiting["id"])

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Send one request, without a browser, from an address of the loopback."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))
        try:
            connection.request("GET" if body is None else "POST", path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def snapshot(self) -> str:
        """Return the id of the snapshot that is served."""
        return str(self.ask("/healthz").json["snapshot"])

    def cameras(self) -> list[dict[str, Any]]:
        """Return the features of the download."""
        features: list[dict[str, Any]] = self.ask("/download/cameras.geojson").json["features"]
        return features


def _free_port() -> int:
    """Return a free port below those that the system gives to clients.

    A client that asks for one of its own kind too early may be connected to itself.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], Any], float, str], Any]:
    """Return the function that waits for a condition, bounded."""
    return wait_until


def _prepare(sample: Path, folder: Path, settings: dict[str, str]) -> Served:
    shutil.copytree(sample, folder / "instance")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SIGHTLINES_", "FLASK_")) and name not in {"HOST", "PORT"}
    }
    environment = {
        **inherited,
        "SIGHTLINES_INSTANCE": str(folder / "instance"),
        "SIGHTLINES_PUBLISH_DELAY_S": "0",
        **settings,
    }
    return Served(folder / "instance", folder / "server.log", _free_port(), environment)


@contextmanager
def _running(server: Served) -> Iterator[Served]:
    """Start a server and end it as it should end; whatever fails, nothing of it stays."""
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.end_now()


@pytest.fixture(scope="session")
def served(sample_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a running server that tests only read from."""
    with _running(_prepare(sample_instance, tmp_path_factory.mktemp("served"), {})) as server:
        yield server


@pytest.fixture(scope="module")
def prepared_once(
    sample_instance: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Return a server that does not run yet and that the tests of one file share."""
    server = _prepare(sample_instance, tmp_path_factory.mktemp("shared"), {})
    yield server
    server.end_now()


@pytest.fixture
def prepare(sample_instance: Path, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Return a function that makes a server which does not run yet, on an instance of its own.

    Its arguments are settings, by the names of their environment variables.
    """
    servers: list[Served] = []

    def prepare_one(**settings: str) -> Served:
        folder = tmp_path / f"server-{len(servers)}"
        servers.append(_prepare(sample_instance, folder, settings))
        return servers[-1]

    yield prepare_one
    for server in servers:
        server.end_now()


@pytest.fixture
def own_served(prepare: Callable[..., Served]) -> Iterator[Served]:
    """Return a running server that the test may change; it must end as it should."""
    with _running(prepare()) as server:
        yield server


@pytest.fixture(scope="session")
def a_camera(served: Served) -> str:
    """Return the id of a camera of the sample."""
    return min(str(feature["id"]) for feature in served.cameras())


@pytest.fixture(scope="session")
def pages(a_camera: str) -> list[str]:
    """Return the addresses of one page of each sort."""
    return [*PAGES, f"/cameras/{a_camera}", f"/cameras/{a_camera}/matches", NOWHERE]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return one Chromium for all journeys."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        yield opened
        opened.close()


class Visit:
    """One reader: an empty profile, and a list of all that this site must never do to a reader."""

    def __init__(self, browser: Browser, served: Served, **options: Any) -> None:
        self.address = served.address
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.context = browser.new_context(
            service_workers="block", base_url=self.address, **options
        )
        self.context.set_default_timeout(PAGE_MS)
        self.context.route(re.compile(rf"^(?!{re.escape(self.address)}/)"), self._refuse)
        self.context.expose_binding("noteViolation", self._note_violation)
        self.context.add_init_script(NOTE_VIOLATIONS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda fault: self._complain("page error", fault.error))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("page", self._watch)

    def _complain(self, what: str, detail: object) -> None:
        self.complaints.append(f"{what}: {detail}")

    def _refuse(self, route: Route) -> None:
        self._complain("request to another host", route.request.url)
        route.abort()

    def _note_violation(self, _source: object, text: str) -> None:
        self._complain("content policy", text)

    def _hear(self, message: ConsoleMessage) -> None:
        address = message.location["url"]
        # Chromium reports the status of a page that a test asks for because it does not exist.
        if message.type == "error" and address != self.address + NOWHERE:
            self._complain("console", f"{message.text} ({address})")

    def _watch(self, page: Page) -> None:
        page.on("websocket", lambda opened: self._complain("web socket", opened.url))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Any) -> None:
        self._complain("dialog", dialog.message)
        dialog.dismiss()

    def close(self) -> None:
        """Note what the browser would keep of this visit, and close it."""
        kept = self.context.storage_state()
        for name, rows in kept.items():
            if rows:
                self._complain(f"{name} kept", rows)
        self.context.close()


@pytest.fixture
def start_visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a function that starts a watched visit of a server; what it notes fails the test.

    Its further arguments are those of a browser context.
    """
    visits: list[Visit] = []

    def start_one(served: Served, **options: Any) -> Visit:
        visits.append(Visit(browser, served, **options))
        return visits[-1]

    yield start_one
    for visit in visits:
        visit.close()
    complaints = [complaint for visit in visits for complaint in visit.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def visit(start_visit: Callable[..., Visit]) -> Callable[..., Page]:
    """Return a function that opens an address of a server in a visit of its own."""

    def open_one(served: Served, path: str = "/", **options: Any) -> Page:
        page = start_visit(served, **options).context.new_page()
        page.goto(path)
        return page

    return open_one


@pytest.fixture
def open_map(visit: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that opens the map, at `#zoom/lat/lon` if given, and waits for cameras."""

    def open_one(served: Served, at: str = "", **options: Any) -> Page:
        page = visit(served, f"/{at}", **options)
        page.wait_for_selector("html[data-cameras]", state="attached")
        return page

    return open_one


@pytest.fixture(scope="session")
def click_nearest_camera() -> Callable[[Page], str]:
    """Return a function that clicks the single camera nearest the middle of a map page.

    It gives back the camera's id once the popup tells what is known of it.
    """

    def click_one(page: Page) -> str:
        page.wait_for_function(CAMERA_AT)
        place = page.evaluate(CAMERA_AT)
        page.mouse.click(place["x"], place["y"])
        page.locator(".popup-row dt:text-is('Source')").first.wait_for()
        return str(place["id"])

    return click_one
