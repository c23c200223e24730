"""`flask import` and `flask import-areas`: files into the record."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from sightlines.attributes import KINDS
from sightlines.cli.shell import (
    REFUSED,
    command_settings,
    command_site,
    print_json,
    telling_errors,
)
from sightlines.errors import SightlinesError
from sightlines.licences import UNSTATED
from sightlines.observations.tables import QUARANTINED
from sightlines.pipeline.fetching import ground_of
from sightlines.pipeline.imports import (
    ImportOptions,
    ImportReport,
    import_areas,
    import_file,
    source_row,
)
from sightlines.sources.catalogue import find_source
from sightlines.sources.free_text import clean

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
FAULTS_TOLD = 10


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="PATH...")
@click.option("--source", help="Id of the source; the file's name otherwise.")
@click.option("--title", help="Title of the source, as people read it.")
@click.option("--licence", help="Licence of the source, for example ODbL-1.0 or OGL-UK-3.0.")
@click.option("--encoding", help="Character encoding of a text file.")
@click.option("--observed-at", help="When all of it was seen: 2024, 2024-05 or 2024-05-31.")
@click.option("--kind", type=click.Choice(KINDS), help="Kind of every row that names none.")
@click.option("--extent", type=FILE, help="Boundary file of the ground that the source covers.")
@click.option("--mapping", type=FILE, help="Mapping file: how the table is read (TOML).")
@click.option("--save-mapping", type=NEW_FILE, help="Write the mapping that was used there.")
@click.option("--crs", help="Coordinate reference system of a table's positions: EPSG:n.")
@click.option("--cameras-only", is_flag=True, help="Leave an OpenStreetMap base map out.")
@click.option("--again", is_flag=True, help="Take a file although a run of it was rolled back.")
@click.option("--dry-run", is_flag=True, help="Read and report, record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Report for machines.")
def import_command(
    paths: tuple[Path, ...],
    source: str | None,
    title: str | None,
    licence: str | None,
    encoding: str | None,
    observed_at: str | None,
    kind: str | None,
    extent: Path | None,
    mapping: Path | None,
    save_mapping: Path | None,
    crs: str | None,
    cameras_only: bool,
    again: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read files of cameras into observations; `flask publish` makes them public."""
    if save_mapping is not None and len(paths) > 1:
        raise click.UsageError("--save-mapping takes one file at a time.")
    options = ImportOptions(
        source=source,
        title=title,
        licence=licence,
        encoding=encoding,
        observed_at=observed_at,
        kind=kind,
        extent=extent,
        mapping=mapping,
        crs=crs,
        with_base_map=not cameras_only,
        again=again,
    )
    settings, ledger = command_settings(), command_site().ledger
    with telling_errors():
        entry = find_source(settings.catalogue, source) if source else None
        options = replace(options, ground=ground_of(entry.extent) if entry else None)
    reports: list[ImportReport] = []
    refused = False
    for path in paths:
        try:
            reports.append(
                import_file(
                    settings,
                    ledger,
                    path,
                    options,
                    now=datetime.now(UTC),
                    dry_run=dry_run,
                    entry=entry,
                )
            )
        except SightlinesError as reason:
            refused = True
            click.echo(f"{path.name}: {reason}", err=True)
            continue
        if not as_json:
            _tell(path, reports[-1])
        if save_mapping is not None:
            save_mapping.write_text(reports[-1].mapping_file, encoding="utf-8")
    if as_json and reports:
        shown = [asdict(report) for report in reports]
        print_json(shown[0] if len(paths) == 1 else shown)
    if refused or any(report.outcome == QUARANTINED for report in reports):
        raise click.exceptions.Exit(REFUSED)


def _tell(path: Path, report: ImportReport) -> None:
    state = "" if report.new or report.run is None else " (known already: nothing has changed)"
    click.echo(
        f"{path.name}: {report.observations} of {report.rows_read} rows taken as source "
        f"{report.source}, {report.cameras_counted} cameras counted{state}"
    )
    if report.outcome == QUARANTINED:
        click.echo(
            f"  quarantined: {report.reason} What stood before still stands. If this is right: "
            f"flask runs accept {report.run}"
        )
    if report.missing:
        click.echo(f"  cameras no longer listed: {report.missing}")
    if not report.publishable:
        click.echo(
            f"  not published, because the licence is {report.licence}"
            + ("; name it with --licence" if report.licence == UNSTATED else "")
        )
    for column, attribute in report.mapping.items():
        click.echo(f"  column: {clean(column)} means {attribute}")
    for heading, counts in (("rejected", report.rejected), ("noted", report.notes)):
        for reason, n in sorted(counts.items()):
            click.echo(f"  {heading}: {reason.replace('_', ' ')} ({n})")
    for fault in report.faults[:FAULTS_TOLD]:
        column = clean(fault.attribute) or "as a whole"
        click.echo(f"  row {fault.row}, {column}: {clean(fault.message)}")


@click.command("import-areas")
@click.argument("path", type=FILE)
@click.option("--level", help="Level of the areas; the file's name otherwise.")
@click.option("--name", help="Column of the names.")
@click.option("--code", help="Column of the codes.")
@click.option("--population", help="Table of residents, FILE or FILE:COLUMN, or :COLUMN here.")
@click.option("--crs", help="Coordinate reference system where the file names none: EPSG:n.")
@click.option("--source", help="Id of the source; the file's name otherwise.")
@click.option("--title", help="Title of the source.")
@click.option("--licence", default=UNSTATED, help="Licence of the boundaries.")
@click.option("--json", "as_json", is_flag=True, help="Report for machines.")
def import_areas_command(
    path: Path,
    level: str | None,
    name: str | None,
    code: str | None,
    population: str | None,
    crs: str | None,
    source: str | None,
    title: str | None,
    licence: str,
    as_json: bool,
) -> None:
    """Read a boundary file into the areas that statistics are made for."""
    columns = {"level": level, "name": name, "code": code, "population": population, "crs": crs}
    with telling_errors():
        reading, sets = import_areas(
            command_settings(),
            command_site().ledger,
            path,
            source=source_row(path, source, title, licence),
            now=datetime.now(UTC),
            columns=columns,
        )
    residents = reading.areas["population"].to_pylist()
    report = {
        "source": sets[0].source if sets else None,
        "levels": {row.level: row.n_areas for row in sets},
        "areas": reading.areas.num_rows,
        "with_population": sum(1 for n in residents if n is not None),
        "population": sum(n for n in residents if n is not None),
        "notes": dict(reading.notes),
        "columns": dict(reading.columns),
        "new": any(row.created for row in sets),
    }
    if as_json:
        print_json(report)
        return
    click.echo(
        f"{path.name}: {report['areas']} areas ({', '.join(row.level for row in sets)}), "
        f"{report['with_population']} with residents, {report['population']:,} in all"
    )
    for reason, n in sorted(dict(reading.notes).items()):
        click.echo(f"  noted: {reason.replace('_', ' ')} ({n})")
