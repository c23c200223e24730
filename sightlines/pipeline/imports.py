"""From a file to the record: read it, name its source, note its ground, keep its run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
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
from sightlines.schema import short_digest
from sightlines.snapshot.manifest import file_digest
from sightlines.sources.boundaries import AreaReading, read_boundaries
from sightlines.sources.catalogue import CataloguedSource, find_source
from sightlines.sources.columns.mapping import Mapping, mapping_from_toml, mapping_to_toml
from sightlines.sources.content import Content
from sightlines.sources.register import OSM_FORMATS, read
from sightlines.sources.table_reading import ReadingOptions
from sightlines.sources.values import read_date

if TYPE_CHECKING:
    from datetime import datetime

    from sightlines.errors import Fault
    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow
    from sightlines.settings import Settings
    from sightlines.sources.reading import Reading
    from sightlines.sources.spool import Spool

CATALOGUE = Path(__file__).resolve().parents[2] / "data" / "sources"
FAULTS_SHOWN = 100
_READER_VERSION = 3


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
    mapping
        A mapping file: how the table is read. None means: as the catalogue says, or find out.
    crs
        Of the positions of a table; None means: find out.
    with_base_map
        Whether an OpenStreetMap extract's streets and areas are read besides its cameras.
    """

    source: str | None = None
    title: str | None = None
    licence: str | None = None
    encoding: str | None = None
    observed_at: str | None = None
    kind: str | None = None
    extent: Path | None = None
    mapping: Path | None = None
    crs: str | None = None
    with_base_map: bool = True


@dataclass(frozen=True)
class ImportReport:
    """What came of reading one file; `rows_read = observations + sum(rejected)`.

    `faults` are those of the first rejected rows; `mapping_file` is the mapping as a file.
    """

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
    faults: tuple[Fault, ...]
    mapping_file: str


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
    known = find_source(CATALOGUE, options.source) if options.source else None
    mapping = _mapping(options, known)
    ground = None if options.extent is None else _ground(options.extent)
    reading = read(
        Content.of_path(path),
        ReadingOptions(
            encoding=options.encoding,
            kind=options.kind,
            mapping=mapping,
            crs=options.crs,
            extent=ground,
            with_base_map=options.with_base_map,
        ),
    )
    reading = _with_options(reading, options, ground)
    if reading.rows_read and not reading.rows.num_rows:
        reasons = ", ".join(f"{name} ({n})" for name, n in sorted(reading.rejected.items()))
        raise SourceRefusedError(f"None of the {reading.rows_read} rows could be taken: {reasons}.")
    source = _source(path, reading, options, known)
    if dry_run:
        return _report(settings, reading, source, None)
    parameters = {"reader": _READER_VERSION, **_said(options, mapping)}
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


def _source(
    path: Path, reading: Reading, options: ImportOptions, known: CataloguedSource | None
) -> SourceRow:
    title, licence = options.title, options.licence
    if known is not None:
        title, licence = title or known.title, licence or known.licence
    licence = licence or (ODBL if reading.format in OSM_FORMATS else UNSTATED)
    return source_row(path, options.source, title, licence)


def _mapping(options: ImportOptions, known: CataloguedSource | None) -> Mapping | None:
    if options.mapping is None:
        return None if known is None else known.mapping
    try:
        return mapping_from_toml(options.mapping.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as reason:
        raise RequestInvalidError("The mapping file cannot be read as UTF-8 text.") from reason


def _said(options: ImportOptions, mapping: Mapping | None) -> dict[str, str]:
    """Return the options that rows depend on."""
    names = ("encoding", "observed_at", "kind", "crs")
    said = {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.extent is not None:
        said["extent"] = file_digest(options.extent).sha256
    if mapping is not None:
        said["mapping"] = short_digest(mapping_to_toml(mapping))
    if not options.with_base_map:
        said["base_map"] = "none"
    return said


def _ground(extent: Path) -> shapely.Geometry:
    """Read the ground that a source covers from a boundary file."""
    ground = read_boundaries(
        extent,
        level="extent",
        name=None,
        code=None,
        population=None,
        crs=None,
        source="",
        licence="",
    )
    shapes = shapely.from_wkb(ground.areas["geometry"].to_numpy(zero_copy_only=False))
    return shapely.union_all(shapes)


def _with_options(
    reading: Reading, options: ImportOptions, ground: shapely.Geometry | None
) -> Reading:
    """Add to a reading what its file does not say itself."""
    if ground is not None:
        reading = dataclasses.replace(reading, extent=ground)
    if options.observed_at is not None:
        if read_date(options.observed_at) != options.observed_at:
            raise RequestInvalidError("--observed-at takes a year, a month or a day: 2024-05-31.")
        seen = pa.scalar(options.observed_at)
        reading.rows.change(lambda batch: _filled(batch, "observed_at", seen))
    return reading


def _filled(batch: pa.RecordBatch, name: str, value: pa.Scalar) -> pa.RecordBatch:
    position = batch.schema.get_field_index(name)
    filled = pc.fill_null(batch.column(position), value)
    return batch.set_column(position, batch.schema.field(position), filled)


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
        observations=reading.rows.num_rows,
        cameras_counted=_cameras_counted(reading.rows),
        rejected=dict(reading.rejected),
        notes=dict(reading.notes),
        mapping=dict(reading.mapping),
        licence=source.licence,
        publishable=is_publishable(source.licence, publish_unstated=settings.publish_unstated),
        new=run is not None and (run.created or run.reinstated),
        faults=reading.faults[:FAULTS_SHOWN],
        mapping_file=reading.mapping_file,
    )


def _cameras_counted(rows: Spool) -> int:
    names = ["private_home", "kind", "status", "surveillance", "indoor"]
    total = 0
    for batch in rows.batches():
        counts = pc.fill_null(batch.column("camera_count"), 1)
        table = pa.table([*(batch.column(name) for name in names), counts], [*names, "n"])
        for row in table.group_by(names).aggregate([("n", "sum")]).to_pylist():
            reason = counted_reason(
                row["kind"], row["status"], surveillance=row["surveillance"], indoor=row["indoor"]
            )
            if reason == COUNTED and not row["private_home"]:
                total += row["n_sum"]
    return total
