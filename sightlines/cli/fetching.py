"""`flask fetch`: sources from their publishers into the record."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sightlines.cli.shell import (
    REFUSED,
    command_settings,
    command_site,
    print_json,
    telling_errors,
)
from sightlines.errors import NotFoundError
from sightlines.observations.fetches import FAILED, QUARANTINED, last_fetches
from sightlines.pipeline.fetching import FetchReport, fetch_source
from sightlines.sources.catalogue import catalogue, find_source
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.observations.ledger import Ledger
    from sightlines.sources.catalogue import CataloguedSource


@click.command("fetch")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--list", "only_list", is_flag=True, help="Show the catalogue and the last tries.")
@click.option("--anew", is_flag=True, help="Take whole files, also where nothing has changed.")
@click.option("--json", "as_json", is_flag=True, help="Report for machines.")
def fetch_command(sources: tuple[str, ...], only_list: bool, anew: bool, as_json: bool) -> None:
    """Fetch catalogued sources, all that have an address unless some are named."""
    settings, ledger = command_settings(), command_site().ledger
    with telling_errors():
        entries = _entries(settings.catalogue, sources)
        if only_list:
            _list(ledger, entries, as_json=as_json)
            return
        reports = []
        for entry in entries:
            if entry.address is None and not sources:
                continue
            if not as_json:
                click.echo(f"{entry.id}: asking ...")
            reports.append(fetch_source(settings, ledger, entry, now=datetime.now(UTC), anew=anew))
            if not as_json:
                _tell(entry, reports[-1])
    if as_json:
        print_json([asdict(report) for report in reports])
    if any(report.outcome in (FAILED, QUARANTINED) for report in reports):
        raise click.exceptions.Exit(REFUSED)


def _entries(folder: Path, ids: tuple[str, ...]) -> list[CataloguedSource]:
    if not ids:
        return catalogue(folder)
    found = []
    for id_ in ids:
        entry = find_source(folder, id_)
        if entry is None:
            raise NotFoundError(f"The catalogue has no source {clean(id_)!r}: see `fetch --list`.")
        found.append(entry)
    return found


def _tell(entry: CataloguedSource, report: FetchReport) -> None:
    count = "" if report.observations is None else f", {report.observations} observations"
    click.echo(
        f"{entry.id}: {report.outcome}{count} "
        f"({report.n_requests} requests, {report.n_bytes / 1e6:.1f} MB)"
    )
    if report.message:
        click.echo(f"  {clean(report.message)}")
    for reason, n in sorted(report.notes.items()):
        click.echo(f"  noted: {reason.replace('_', ' ')} ({n})")


def _list(ledger: Ledger, entries: list[CataloguedSource], *, as_json: bool) -> None:
    rows = []
    for entry in entries:
        last = next(iter(last_fetches(ledger, entry.source, 1)), None)
        rows.append(
            {
                "id": entry.id,
                "source": entry.source,
                "title": entry.title,
                "publisher": entry.publisher,
                "country": entry.country,
                "licence": entry.licence,
                "reader": entry.address.reader if entry.address else None,
                "url": entry.address.url if entry.address else None,
                "checked": entry.address.checked if entry.address else None,
                "last_attempt": None if last is None else asdict(last),
            }
        )
        if not as_json:
            _tell_entry(entry, None if last is None else f"{last.outcome} {last.attempted_at:%F}")
    if as_json:
        print_json(rows)


def _tell_entry(entry: CataloguedSource, last: str | None) -> None:
    reader = "file only" if entry.address is None else entry.address.reader
    click.echo(f"{entry.id}: {clean(entry.title)}")
    click.echo(f"  {reader}, {clean(entry.licence)}, last attempt: {last or 'none'}")
