"""From a file to the record: read it, name its source, note its ground, keep its run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.cameras.counting import COUNTED, counted_reason
from sightlines.errors import RequestInvalidError, SourceRefusedError
from sightlines.licences import ODBL, UNSTATED, is_publishable
from sightlines.observations.area_sets import AreaSetRow, register_areas
from sightlines.observations.origins import Origin, SourceRow, slug
from sightlines.observations.runs import record_run
from sightlines.snapshot.manifest import file_digest
from sightlines.sources.boundaries import AreaReading, read_boundaries
from sightlines.sources.register import read
from sightlines.sources.values import read_date

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow
    from sightlines.settings import Settings
    from sightlines.sources.reading import Reading

OSM_FORMATS = frozenset({"osm_pbf"})
_READER_VERSION = 2


@dataclass(frozen=True)
class ImportOptions:
    """What whoever imports a file says about it.

    Parameters
    ----------
    source, title, licence
        Id, title and licence of the source; None means: the slug of the file's stem, the stem
        itself, and ODbL for OpenStreetMap's formats or else not stated.
    encoding
        Of a text file; None means: find out.
    observed_at
        When all of it was seen, ISO 8601; fills in where a row does not say. None for not known.
    kind
        The kind of every row of a table that names none.
    extent
        A boundary file of the ground that the source covers; None for what the file itself says.
    """

    source: str | None = None
    title: str | None = None
    licence: str | None = None
    encoding: str | None = None
    observed_at: str | None = None
    kind: str | None = None
    extent: Path | None = None


@dataclass(frozen=True)
class ImportReport:
    """What came of reading one file; `rows_read = observations + sum(rejected)`."""

    run: str | None
    source: str
    format: str
    encoding: str | None
    crs: str | None
    rows_read: int
    observations: int
    cameras_counted: int
    rejected: dict[str, int]
    notes: dict[str, int]
    mapping: dict[str, str]
    licence: str
    publishable: bool
    new: bool


def file_stem(path: Path) -> str:
    """Return a file's name without any of its endings (`x.osm.pbf` gives `x`)."""
    return path.name.split(".")[0] or path.name


def import_file(
    settings: Settings,
    ledger: Ledger,
    path: Path,
    options: ImportOptions,
    *,
    now: datetime,
    dry_run: bool = False,
) -> ImportReport:
    """Read one file into observations.

    Parameters
    ----------
    settings, ledger
        Where to record it.
    path
        The file.
    options
        What is said about it.
    now
        When it is read, UTC.
    dry_run
        Read and report, record nothing.

    Returns
    -------
    ImportReport
        The same file again changes nothing and says so (`new` is False).

    Raises
    ------
    SourceRefusedError
        If the file cannot be read as any supported format, or its rows were all rejected.
    RequestInvalidError
        If an option makes no sense.
    """
    reading = _with_options(read(path, encoding=options.encoding, kind=options.kind), options)
    if reading.rows_read and not reading.observations.num_rows:
        reasons = ", ".join(f"{name} ({n})" for name, n in sorted(reading.rejected.items()))
        raise SourceRefusedError(f"None of the {reading.rows_read} rows could be taken: {reasons}.")
    source = _source(path, reading, options)
    if dry_run:
        return _report(settings, reading, source, None)
    parameters = {"reader": _READER_VERSION, **_said(options)}
    origin = Origin(file_digest(path).sha256, parameters, now)
    run = record_run(ledger, settings.lake_folder, reading, source=source, origin=origin)
    return _report(settings, reading, source, run)


def import_areas(
    settings: Settings,
    ledger: Ledger,
    path: Path,
    *,
    source: SourceRow,
    now: datetime,
    columns: dict[str, str | None],
) -> tuple[AreaReading, tuple[AreaSetRow, ...]]:
    """Read a boundary file into the register of areas.

    Parameters
    ----------
    settings, ledger
        Where to record them.
    path
        The boundary file.
    source
        Who publishes it; the id is the slug of the file's stem unless one was given.
    now
        When it is read, UTC.
    columns
        `level`, `name`, `code`, `population` and `crs` as given; None means: find out.

    Returns
    -------
    tuple of AreaReading and AreaSetRow
        What was read, and the sets that now stand.

    Raises
    ------
    SourceRefusedError
        If it holds no polygons, or a named column or table is missing.
    """
    areas = read_boundaries(path, **columns, source=source.id, licence=source.licence)
    digest = file_digest(path).sha256
    sets = register_areas(
        ledger,
        settings.lake_folder,
        areas.areas,
        source=source,
        digest=digest,
        registered_at=now,
    )
    return areas, sets


def source_row(path: Path, source: str | None, title: str | None, licence: str) -> SourceRow:
    """Name the source of a file."""
    stem = file_stem(path)
    return SourceRow(slug(source or stem), title or stem.replace("_", " "), licence)


def _source(path: Path, reading: Reading, options: ImportOptions) -> SourceRow:
    licence = options.licence or (ODBL if reading.format in OSM_FORMATS else UNSTATED)
    return source_row(path, options.source, options.title, licence)


def _said(options: ImportOptions) -> dict[str, str]:
    """Return the options that rows depend on."""
    names = ("encoding", "observed_at", "kind")
    said = {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.extent is not None:
        said["extent"] = file_digest(options.extent).sha256
    return said


def _with_options(reading: Reading, options: ImportOptions) -> Reading:
    """Add to a reading what its file does not say itself."""
    if options.extent is not None:
        ground = read_boundaries(
            options.extent,
            level="extent",
            name=None,
            code=None,
            population=None,
            crs=None,
            source="",
            licence="",
        )
        shapes = shapely.from_wkb(ground.areas["geometry"].to_numpy(zero_copy_only=False))
        reading = dataclasses.replace(reading, extent=shapely.union_all(shapes))
    if options.observed_at is not None:
        if read_date(options.observed_at) != options.observed_at:
            raise RequestInvalidError("--observed-at takes a year, a month or a day: 2024-05-31.")
        rows = reading.observations
        position = rows.schema.get_field_index("observed_at")
        filled = pc.fill_null(rows["observed_at"], pa.scalar(options.observed_at))
        reading = dataclasses.replace(
            reading, observations=rows.set_column(position, rows.schema.field(position), filled)
        )
    return reading


def _report(
    settings: Settings, reading: Reading, source: SourceRow, run: RunRow | None
) -> ImportReport:
    return ImportReport(
        run=None if run is None else run.id,
        source=source.id,
        format=reading.format,
        encoding=reading.encoding,
        crs=reading.crs,
        rows_read=reading.rows_read,
        observations=reading.observations.num_rows,
        cameras_counted=_cameras_counted(reading.observations),
        rejected=dict(reading.rejected),
        notes=dict(reading.notes),
        mapping=dict(reading.mapping),
        licence=source.licence,
        publishable=is_publishable(source.licence, publish_unstated=settings.publish_unstated),
        new=run is not None and (run.created or run.reinstated),
    )


def _cameras_counted(observations: pa.Table) -> int:
    names = ("private_home", "kind", "status", "surveillance", "indoor", "camera_count")
    total = 0
    for row in observations.select(names).to_pylist():
        reason = counted_reason(
            row["kind"], row["status"], surveillance=row["surveillance"], indoor=row["indoor"]
        )
        if reason == COUNTED and not row["private_home"]:
            total += 1 if row["camera_count"] is None else row["camera_count"]
    return total
