"""The lake: immutable Parquet files, each named in the ledger with its SHA-256.

A table with a column `geometry` (WKB, WGS 84) becomes GeoParquet, which GeoPandas, GDAL and
DuckDB open; any other becomes plain Parquet. A file's name ends in the first characters of its
digest, so different bytes never ask for one name and nothing is ever written over. The same table
gives the same bytes with the same version of pyarrow.

References
----------
GeoParquet 1.1.0, https://geoparquet.org/releases/v1.1.0/: encoding, geometry_types, bbox; an absent
`crs` means OGC:CRS84, longitude before latitude.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from sightlines.errors import RecordBrokenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedReader

GEOMETRY = "geometry"
ROWS_PER_GROUP = 65_536
_DIGEST_CHARACTERS_IN_NAME = 16


@dataclass(frozen=True)
class StoredFile:
    """A file of the lake.

    Parameters
    ----------
    path
        Relative to the lake's folder, with `/`.
    sha256
        Digest of its bytes, 64 hexadecimal characters.
    """

    path: str
    sha256: str


def write_table(folder: Path, name: str, table: pa.Table) -> StoredFile:
    """Write a table into the lake; the file is whole or absent, whenever the power fails.

    Parameters
    ----------
    folder
        The lake's folder; made with mode 0700 where it is missing.
    name
        Beginning of the file's path inside the folder, for example `observations/<run>`.
    table
        Its schema's metadata are left out.

    Returns
    -------
    StoredFile
        Where it lies. A file with the same bytes that lies there already is left alone.

    Raises
    ------
    RecordBrokenError
        If a file of that name is there with other bytes, or the disk takes no more.
    """
    return _write(folder, name, lambda draft: _write_parquet(draft, table))


def write_point_batches(
    folder: Path,
    name: str,
    batches: Iterable[pa.RecordBatch],
    *,
    schema: pa.Schema,
    bounds: tuple[float, float, float, float] | None,
) -> StoredFile:
    """Write rows into the lake that are never all in memory.

    Parameters
    ----------
    folder, name
        As for `write_table`.
    batches
        Of any sizes; the file does not show them.
    schema
        Of every batch; its `geometry` holds points, WGS 84, null where there is no position.
    bounds
        West, south, east, north of the points in degrees; None where there is none.

    Returns
    -------
    StoredFile
        Where it lies; the same rows give the same bytes.

    Raises
    ------
    RecordBrokenError
        As for `write_table`.
    """
    types = [] if bounds is None else ["Point"]
    geo = _geo(types, None if bounds is None else list(bounds))
    whole = schema.with_metadata(geo)

    def write(draft: IO[bytes]) -> None:
        with pq.ParquetWriter(draft, whole, compression="zstd") as writer:
            wrote = False
            for group in _groups(batches, schema):
                writer.write_table(group.replace_schema_metadata(geo), ROWS_PER_GROUP)
                wrote = True
            if not wrote:
                writer.write_table(whole.empty_table())

    return _write(folder, name, write)


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Put batches together to groups of `ROWS_PER_GROUP` rows, the last one apart."""
    held: list[pa.RecordBatch] = []
    n = 0
    for batch in batches:
        held.append(batch)
        n += batch.num_rows
        while n >= ROWS_PER_GROUP:
            table = pa.Table.from_batches(held, schema)
            yield table.slice(0, ROWS_PER_GROUP).combine_chunks()
            held = table.slice(ROWS_PER_GROUP).to_batches()
            n -= ROWS_PER_GROUP
    if n:
        yield pa.Table.from_batches(held, schema).combine_chunks()


def read_table(folder: Path, stored: StoredFile) -> pa.Table:
    """Read a table of the lake, once its bytes have proved to be those that were written.

    Parameters
    ----------
    folder
        The lake's folder.
    stored
        As `write_table` returned it.

    Returns
    -------
    pa.Table
        As it was written, except that Parquet has its own name for the items of a list; `conform`
        brings the schema's back.

    Raises
    ------
    RecordBrokenError
        If the file is missing or its digest is another.
    """
    try:
        with (folder / stored.path).open("rb") as file:
            if _sha256(file) != stored.sha256:
                raise RecordBrokenError(
                    f"The file {stored.path} of the lake has been damaged or changed since it was "
                    "written; restore it from a backup."
                )
            file.seek(0)
            table = pq.ParquetFile(file).read()
    except FileNotFoundError as reason:
        raise RecordBrokenError(
            f"The file {stored.path} of the lake is missing; restore it from a backup."
        ) from reason
    return table.replace_schema_metadata(None)


def _write(folder: Path, name: str, write: Callable[[IO[bytes]], None]) -> StoredFile:
    try:
        return _write_draft(folder, name, write)
    except OSError as reason:
        raise RecordBrokenError(
            f"The lake cannot be written: {reason.strerror or reason}."
        ) from reason


def _write_draft(folder: Path, name: str, write: Callable[[IO[bytes]], None]) -> StoredFile:
    target = (folder / name).parent
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Its mode is 0600. What a crash leaves behind ends in `.part` and is named nowhere.
    with tempfile.NamedTemporaryFile(dir=target, suffix=".part", delete=False) as draft:
        try:
            write(draft)
            draft.flush()
            os.fsync(draft.fileno())
            with Path(draft.name).open("rb") as file:
                sha256 = _sha256(file)
            path = f"{name}.{sha256[:_DIGEST_CHARACTERS_IN_NAME]}.parquet"
            _keep(Path(draft.name), folder / path, sha256)
        finally:
            Path(draft.name).unlink(missing_ok=True)
    return StoredFile(path, sha256)


def _write_parquet(target: IO[bytes], table: pa.Table) -> None:
    # In one piece, so that how a table was put together does not show in its bytes.
    whole = table.replace_schema_metadata(_geo_metadata(table)).combine_chunks()
    pq.write_table(whole, target, compression="zstd", row_group_size=ROWS_PER_GROUP)


def _geo_metadata(table: pa.Table) -> dict[str, bytes] | None:
    if GEOMETRY not in table.column_names:
        return None
    geometries = shapely.from_wkb(table.column(GEOMETRY).to_numpy())
    present = geometries[~shapely.is_missing(geometries)]
    _, first_of_type = np.unique(shapely.get_type_id(present), return_index=True)
    types = sorted(geometry.geom_type for geometry in present[first_of_type])
    is_bounded = not shapely.is_empty(present).all()
    return _geo(types, shapely.total_bounds(present).tolist() if is_bounded else None)


def _geo(types: list[str], bounds: list[float] | None) -> dict[str, bytes]:
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": types}
    if bounds is not None:
        column["bbox"] = bounds
    geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return {"geo": orjson.dumps(geo, option=orjson.OPT_SORT_KEYS)}


def _sha256(file: BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(draft: Path, place: Path, sha256: str) -> None:
    if place.exists():
        with place.open("rb") as file:
            if _sha256(file) != sha256:
                raise RecordBrokenError(
                    f"The file {place.name} of the lake has been damaged or changed since it was "
                    "written; restore it from a backup."
                )
        return
    draft.replace(place)
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # A rename lasts once its folder is on the disk.
        os.fsync(folder)
    finally:
        os.close(folder)
