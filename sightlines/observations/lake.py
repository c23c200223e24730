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
    try:
        return _write(folder, name, table)
    except OSError as reason:
        raise RecordBrokenError(
            f"The lake cannot be written: {reason.strerror or reason}."
        ) from reason


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


def _write(folder: Path, name: str, table: pa.Table) -> StoredFile:
    target = (folder / name).parent
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Its mode is 0600. What a crash leaves behind ends in `.part` and is named nowhere.
    with tempfile.NamedTemporaryFile(dir=target, suffix=".part", delete=False) as draft:
        try:
            _write_parquet(draft, table)
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
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": sorted(geometry.geom_type for geometry in present[first_of_type]),
    }
    if not shapely.is_empty(present).all():
        column["bbox"] = shapely.total_bounds(present).tolist()
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
