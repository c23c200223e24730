"""`flask serve`: what `make run` starts, web workers and one publisher beside them.

An empty instance is filled with the sample first. The publisher is a process of its own; it is
started again if it ends, and ends with this one.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from granian import Granian
from granian.constants import Interfaces

from sightlines.cli.fonts import prepare_fonts
from sightlines.cli.shell import command_settings, command_site, telling_errors
from sightlines.errors import SettingsInvalidError, SnapshotMissingError
from sightlines.observations.origins import sources
from sightlines.observations.signing_key import signing_key
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.settings import ROOT
from sightlines.snapshot.manifest import read_current

if TYPE_CHECKING:
    from sightlines.observations.ledger import Ledger
    from sightlines.settings import Settings

LOG = logging.getLogger(__name__)

SAMPLE = ROOT / "data" / "sample" / "helsinki_centre.osm.pbf"
SAMPLE_TITLE = "OpenStreetMap, Helsinki centre (sample)"
RESTART_S = 1.0
LONGEST_RESTART_S = 60.0
LONG_LIFE_S = 10.0
STOP_S = 20


@click.command("serve")
@click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True)
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def serve_command(host: str, port: int, workers: int) -> None:
    """Serve the site, with the sample where the instance is still empty."""
    with telling_errors():
        _refuse_taken_port(host, port)
        prepare(command_settings(), command_site().ledger)
    stop = threading.Event()
    # Before the web workers are forked: one forked in the middle of this would hold its pipe open.
    publisher = _start_publisher()
    keeper = threading.Thread(target=_keep_publisher, args=(publisher, stop))
    keeper.start()
    click.echo(f"Sightlines is at http://{host}:{port} (Ctrl-C ends it)")
    server = Granian(
        "app:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        working_dir=ROOT,
        log_access=False,
        respawn_failed_workers=True,
    )
    try:
        server.serve()
    except SystemExit:
        # A signal to the whole group may end a worker before granian itself has heard of it. It
        # calls that a failure, though everybody was asked to end.
        if not server.interrupt_signal:
            raise
    finally:
        stop.set()
        keeper.join()


def _refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port that something answers at: two servers would share its requests unnoticed."""
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        raise SettingsInvalidError(
            f"Something else answers at {host}:{port} already; set PORT to another number."
        )


def prepare(settings: Settings, ledger: Ledger) -> None:
    """Make an instance ready to be served: its key, its fonts, something to show.

    Parameters
    ----------
    settings, ledger
        The instance. One that has a source or a snapshot already keeps what it has.
    """
    signing_key(settings)
    prepare_fonts(settings.fonts_folder)
    now = datetime.now(UTC)
    if not sources(ledger):
        click.echo("Filling the empty instance with the sample.")
        import_file(settings, ledger, SAMPLE, ImportOptions(title=SAMPLE_TITLE), now=now)
    try:
        read_current(settings.snapshots_folder)
    except SnapshotMissingError:
        publish(settings, ledger, now=now)


def _start_publisher() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flask", "publisher", "--parent", str(os.getpid())]
    environment = {**os.environ, "FLASK_APP": "app.py"}
    return subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603  # no input in it


def _keep_publisher(publisher: subprocess.Popen[bytes], stop: threading.Event) -> None:
    """Wait for the end of the publisher, and start it again until told to stop.

    One that fails at once is given ever more time, so that a fault does not become a busy loop.
    """
    pause_s = RESTART_S
    while True:
        started_s = time.monotonic()
        while publisher.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            break
        lived_s = time.monotonic() - started_s
        pause_s = RESTART_S if lived_s > LONG_LIFE_S else min(2 * pause_s, LONGEST_RESTART_S)
        if stop.wait(pause_s):
            break
        LOG.warning("The publisher has ended and is started again.")
        publisher = _start_publisher()
    publisher.terminate()
    try:
        publisher.wait(STOP_S)
    except subprocess.TimeoutExpired:
        publisher.kill()
        publisher.wait()
