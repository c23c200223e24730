"""Measure the figures of `docs/performance.md` and print them as a table.

    make bench                             # all but the cold start
    python -m benchmarks.report --cold     # also clones the project and starts it from nothing

Every figure is taken through the product's own path: the commands, the server that `make run`
starts, a real browser.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.bench_conflation import conflation_rows
from benchmarks.bench_readers import reader_rows
from sightlines.geodesy import grid_steps
from sightlines.observations.ledger import open_ledger
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.settings import ROOT, Settings
from sightlines.snapshot.reader import Snapshot
from sightlines.tiles.encode import encode_tile
from sightlines.tiles.grid import cut_tile

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = ROOT / "data" / "sample" / "helsinki_centre.osm.pbf"
BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S = 600

Row = tuple[str, str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the figures of docs/performance.md.")
    parser.add_argument("--cold", action="store_true", help="also a cold `make run`")
    wanted = parser.parse_args()
    rows = [*pipeline_rows(), import_row()]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(ROOT, Path(folder)) as (address, started_s),
    ):
        rows.append(
            ("first `make run` with packages installed, to the first answer", seconds(started_s))
        )
        rows += browser_rows(address)
    rows += reader_rows()
    rows += conflation_rows()
    if wanted.cold:
        rows += cold_rows()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| what | measured |\n|---|---|")
    for what, figure in rows:
        print(f"| {what} | {figure} |")


def seconds(duration_s: float) -> str:
    """Write a duration with its unit."""
    return f"{duration_s:.2f} s" if duration_s >= 0.1 else f"{duration_s * 1000:.2f} ms"


def pipeline_rows() -> list[Row]:
    """Import and publish the sample, then draw its tiles, in this process."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder) / "instance")
        ledger = open_ledger(settings)
        start = time.perf_counter()
        import_file(settings, ledger, SAMPLE, ImportOptions(), now=now)
        imported = time.perf_counter()
        manifest = publish(settings, ledger, now=now)
        published = time.perf_counter()
        publish(settings, ledger, now=now)
        again = time.perf_counter()
        snapshot = Snapshot.open(settings.snapshots_folder / manifest.id)
        taken_s = sorted(tile_times(snapshot))
        ledger.close()
    return [
        ("import of the sample (223 records, streets, buildings)", seconds(imported - start)),
        ("publish, base map of world and sample drawn anew", seconds(published - imported)),
        ("publish, base map there already", seconds(again - published)),
        (
            "camera tile in process, zooms 0 to 18, p50 / p99",
            f"{seconds(taken_s[len(taken_s) // 2])} / {seconds(taken_s[len(taken_s) * 99 // 100])}",
        ),
    ]


def tile_times(snapshot: Snapshot) -> list[float]:
    """Draw the tiles over every camera of a snapshot at every zoom; return seconds a tile."""
    tiles = set()
    for x, y in zip(snapshot.columns.lon, snapshot.columns.lat, strict=True):
        tiles |= {(z, *tile_at(float(x), float(y), z)) for z in range(19)}
    taken_s = []
    for tile in sorted(tiles):
        start = time.perf_counter()
        encode_tile(cut_tile(snapshot.index, snapshot.columns, *tile), snapshot.columns)
        taken_s.append(time.perf_counter() - start)
    return taken_s


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return column and row of the tile that holds a position."""
    column, row = grid_steps(np.array([lon]), np.array([lat]))
    return int(column[0]) >> (28 - z), int(row[0]) >> (28 - z)


def import_row() -> Row:
    """Import the application five times in a process of its own; return the median."""
    code = "import time; t = time.perf_counter(); import app; print(time.perf_counter() - t)"
    taken_s = [
        float(
            subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(5)
    ]
    return "import of the application (median of 5)", seconds(statistics.median(taken_s))


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(root: Path, instance: Path) -> Iterator[tuple[str, float]]:
    """Call `make run` and yield its address and the seconds to its first answer."""
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if k != "MAKEFLAGS"},
        "PORT": str(port),
        "SIGHTLINES_INSTANCE": str(instance / "instance"),
    }
    start = time.perf_counter()
    server = subprocess.Popen(
        ["make", "run"],
        cwd=root,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while not answers(f"{address}/healthz"):
            if time.perf_counter() - start > START_S or server.poll() is not None:
                raise SystemExit("`make run` has not come up")
            time.sleep(0.05)
        yield address, time.perf_counter() - start
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def answers(address: str) -> bool:
    """Say whether an address answers with success."""
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def browser_rows(address: str) -> list[Row]:
    """Open the map five times with an empty cache: page weight and time to the first tile."""
    weights, firsts, requests = [], [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
        for _ in range(5):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            received: list[float] = []
            session.on(
                "Network.loadingFinished",
                lambda event, into=received: into.append(event["encodedDataLength"]),
            )
            page.goto(address)
            page.evaluate("() => window.sightlines.ready")
            page.wait_for_load_state("networkidle")
            weights.append(sum(received))
            requests = len(received)
            firsts.append(
                page.evaluate(
                    "() => performance.getEntriesByName('sightlines:first-tile')[0].startTime"
                )
            )
            context.close()
        browser.close()
    return [
        (
            "first view at 1440 x 900, everything, as sent",
            f"{statistics.median(weights) / 1000:.0f} kB in {requests} requests",
        ),
        (
            "first painted camera tile in Chromium (median of 5)",
            seconds(statistics.median(firsts) / 1000),
        ),
    ]


def cold_rows() -> list[Row]:
    """Clone the project and start it twice: packages from the registry, then nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        with serving(clone, Path(folder)) as (_, cold_s):
            pass
        with serving(clone, Path(folder)) as (_, second_s):
            pass
    return [
        ("cold `make run` in a fresh clone, packages included", seconds(cold_s)),
        ("second `make run`, to the first answer", seconds(second_s)),
    ]


if __name__ == "__main__":
    main()
