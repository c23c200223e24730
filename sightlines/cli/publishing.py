"""`flask publish`, `flask publisher` and `flask statistics`."""

from __future__ import annotations

import logging
import os
import signal
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from sightlines.cli.shell import command_settings, command_site, print_json, telling_errors
from sightlines.errors import NotFoundError
from sightlines.pipeline.publication import publish
from sightlines.pipeline.publisher import run_publisher

_PARENT_LOOK_S = 1.0


@click.command("publish")
@click.option("--json", "as_json", is_flag=True, help="Report for machines.")
def publish_command(as_json: bool) -> None:
    """Seal a snapshot of all that is accepted and make it current; prints its id."""
    with telling_errors():
        manifest = publish(command_settings(), command_site().ledger, now=datetime.now(UTC))
    if as_json:
        print_json(asdict(manifest))
    else:
        click.echo(manifest.id)


@click.command("publisher")
@click.option("--parent", type=int, help="Process with which it ends; who started it otherwise.")
def publisher_command(parent: int | None) -> None:
    """Seal a snapshot whenever there is something new, until ended (`make run` starts it)."""
    logging.basicConfig(level=logging.INFO, format="publisher: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(
        target=_stop_with_parent, args=(stop, parent or os.getppid()), daemon=True
    ).start()
    with telling_errors():
        run_publisher(command_settings(), command_site().ledger, stop)


def _stop_with_parent(stop: threading.Event, parent: int) -> None:
    """End when whoever started this process has ended, even if killed."""
    while os.getppid() == parent and not stop.wait(_PARENT_LOOK_S):
        pass
    stop.set()


@click.command("statistics")
@click.option("--area", "code", help="Code of one area.")
@click.option("--level", help="One level of areas only.")
@click.option("--json", "as_json", is_flag=True, help="All columns, for machines.")
def statistics_command(code: str | None, level: str | None, as_json: bool) -> None:
    """Print the table of statistics of the current snapshot."""
    with telling_errors():
        snapshot = command_site().snapshot()
        areas = [
            row
            for row in snapshot.statistics.to_pylist()
            if (code is None or row["code"] == code) and (level is None or row["level"] == level)
        ]
        if not areas and (code or level):
            raise NotFoundError("There are no areas of this code or level in the snapshot.")
    if as_json:
        print_json({"snapshot": snapshot.id, "date": snapshot.manifest.date, "areas": areas})
        return
    click.echo(f"snapshot {snapshot.id} of {snapshot.manifest.date or 'no date'}; recorded cameras")
    for row in areas:
        if row["n_records"] or row["coverage"] != "not covered" or code:
            click.echo(_line(row))


def _line(row: dict[str, Any]) -> str:
    density, rate = row["density_per_km2"], row["rate_per_1000"]
    return (
        f"{row['code']:<28} {row['name']:<28.28} {row['n_cameras']:>8}  "
        f"{f'{density:.2f}/km2' if density is not None else '-':>14}  "
        f"{f'{rate:.3f}/1000' if rate is not None else '-':>14}  {row['coverage']}"
    )
