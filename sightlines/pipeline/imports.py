"""From a file to the record: read it, name its source, note its ground, keep its run."""

from __future__ import annotations

import dataclasses
import hashlib
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
from sightlines.observations.runs import Permissions, record_run
from sightlines.schema import short_digest
from sightlines.snapshot.manifest import file_digest
from sightlines.sources.boundaries import AreaReading, read_boundaries
from sightlines.sources.catalogue import find_source
from sightlines.sources.columns.mapping import Mapping, mapping_from_toml
from sightlines.sources.content import Content
from sightlines.sources.register import OSM_FORMATS, read
from sightlines.sources.table_reading import ReadingOptions
from sightlines.sources.values import read_date

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sightlines.errors import Fault
    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow
    from sightlines.settings import Settings
    from sightlines.sources.catalogue import CataloguedSource
    from sightlines.sources.reading import Reading
    from sightlines.sources.spool import Spool

FAULTS_SHOWN = 100
_READER_VERSION = 4


@dataclass(frozen=True)
class ImportOptions:
    """What whoever imports a file says about it.

    Parameters
    ----------
    source, title, licence
        Id, title and licence of the source; None means: the slug of the file's stem, the stem
        itself, and ODbL for OpenStreetMap's formats or else not stated. The title may say what kind
        of device a table lists, as the stem may.
    encoding
        Of a text file; None means: find out.
    observed_at
        When all of it was seen, ISO 8601; fills in where a row does not say. None for not known.
    kind
        The kind of every row of a table that names none.
    extent
        A boundary file of the ground that the source covers; None for what the file itself says.
    ground
        The ground that the source covers, WGS 84, where neither `extent` nor the file itself says;
        None for not known.
    mapping
        A mapping file: how the table is read. None means: as the catalogue says, or find out.
    crs
        Of the positions of a table; None means: find out.
    with_base_map
        Whether an OpenStreetMap extract's streets and areas are read besides its cameras.
    again
        Whether a file is taken although a run of it was rolled back.
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
    ground: shapely.Geometry | None = None
    again: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What came of reading one file; `rows_read = observations + sum(rejected)`.

    `faults` are those of the first rejected rows; `mapping_file` is the mapping as a file.
    `outcome` is `accepted` or `quarantined`, with the `reason` in words, and None where nothing was
    recorded; `missing` counts the cameras that the source had listed before and no longer does.
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
    outcome: str | None
    reason: str
    missing: int
    faults: tuple[Fault, ...]
    mapping_file: str


def file_stem(path: Path) -> str:
    """Return a file's name without any of its endings (`x.osm.pbf` gives `x`)."""
    return path.name.split(".")[0] or path.name


def import_file(  # noqa: PLR0913 - whoever fetches knows the entry and the address besides
    settings: Settings,
    ledger: Ledger,
    path: Path,
    options: ImportOptions,
    *,
    now: datetime,
    dry_run: bool = False,
    entry: CataloguedSource | None = None,
    url: str | None = None,
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
    entry
        Of the catalogue; None means: the one that has the source's id, if any.
    url
        Where the file was fetched; None for one that somebody gave.

    Returns
    -------
    ImportReport
        The same file again changes nothing and says so (`new` is False).

    Raises
    ------
    SourceRefusedError
        If the file cannot be read as any supported format, its rows were all rejected, or a run of
        it was rolled back.
    RequestInvalidError
        If an option makes no sense.
    """
    if entry is None and options.source:
        entry = find_source(settings.catalogue, options.source)
    mapping = _mapping(options, entry)
    ground = options.ground if options.extent is None else _ground(options.extent)
    reading = read(
        Content.of_path(path),
        ReadingOptions(
            encoding=options.encoding,
            kind=options.kind,
            mapping=mapping,
            crs=options.crs,
            extent=ground,
            with_base_map=options.with_base_map,
            title=_title(options, entry),
        ),
    )
    reading = _with_options(reading, options, ground)
    if reading.rows_read and not reading.rows.num_rows:
        reasons = ", ".join(f"{name} ({n})" for name, n in sorted(reading.rejected.items()))
        raise SourceRefusedError(f"None of the {reading.rows_read} rows could be taken: {reasons}.")
    source = _source(path, reading, options, entry)
    if dry_run:
        return _report(settings, reading, source, None)
    parameters = {"reader": _READER_VERSION, **_said(options, reading)}
    origin = Origin(file_digest(path).sha256, parameters, now, url)
    run = record_run(
        ledger,
        settings.lake_folder,
        reading,
        source=source,
        origin=origin,
        permissions=Permissions(settings.publish_unstated, options.again),
    )
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
    title, licence = _title(options, known), options.licence
    if known is not None:
        licence = licence or known.licence
    licence = licence or (ODBL if reading.format in OSM_FORMATS else UNSTATED)
    return source_row(path, options.source, title, licence)


def _title(options: ImportOptions, known: CataloguedSource | None) -> str | None:
    return options.title or (None if known is None else known.title)


def _mapping(options: ImportOptions, known: CataloguedSource | None) -> Mapping | None:
    if options.mapping is None:
        return None if known is None else known.mapping
    try:
        return mapping_from_toml(options.mapping.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as reason:
        raise RequestInvalidError("The mapping file cannot be read as UTF-8 text.") from reason


def _said(options: ImportOptions, reading: Reading) -> dict[str, str]:
    """Return what rows depend on besides their file."""
    names = ("encoding", "observed_at", "kind", "crs")
    said = {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.extent is not None:
        said["extent"] = file_digest(options.extent).sha256
    elif options.ground is not None:
        said["ground"] = hashlib.sha256(shapely.to_wkb(options.ground, byte_order=1)).hexdigest()
    if reading.mapping_file:
        # As it was found, so that another title counts where it says something else of the rows.
        said["mapping"] = short_digest(reading.mapping_file)
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
    if ground is not None and (options.extent is not None or reading.extent is None):
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
        notes=dict(reading.notes if run is None else run.notes),
        mapping=dict(reading.mapping),
        licence=source.licence,
        publishable=is_publishable(
            source.licence,
            publish_unstated=settings.publish_unstated,
            private_use=settings.private_use,
        ),
        new=run is not None and (run.created or run.reinstated),
        outcome=None if run is None else run.outcome,
        reason="" if run is None else run.reason,
        missing=0 if run is None else run.n_missing,
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
