"""GeoParquet and plain Parquet, read inside a reading child (`child.parse_in_child`).

References
----------
GeoParquet 1.1.0 (https://geoparquet.org/releases/v1.1.0): file and column metadata, encodings, the
CRS that holds where none is stated. Apache Parquet, logical types GEOMETRY and GEOGRAPHY.
"""

from __future__ import annotations

import io
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from sightlines.errors import SourceRefusedError
from sightlines.sources.formats.arrow_rows import (
    Rows,
    flattened,
    number_rows,
    place_shapes,
    places_of,
)
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from numpy.typing import NDArray

    from sightlines.sources.content import Content
    from sightlines.sources.formats.geometries import Placed

GEOPARQUET, PARQUET = "geoparquet", "parquet"
MAGIC = b"PAR1"
DAMAGED = "The Parquet file is cut off or damaged: save it again."
CRS84 = "OGC:CRS84"
_ROWS_PER_BATCH = 10_000
_SURE = 70
_SHAPES = {
    "multipoint": shapely.GeometryType.MULTIPOINT,
    "linestring": shapely.GeometryType.LINESTRING,
    "multilinestring": shapely.GeometryType.MULTILINESTRING,
    "polygon": shapely.GeometryType.POLYGON,
    "multipolygon": shapely.GeometryType.MULTIPOLYGON,
}
_STORED_SHAPES = ("GEOMETRY", "GEOGRAPHY")


@dataclass(frozen=True)
class _Geometry:
    """The column that places the rows.

    Parameters
    ----------
    column
        Its name.
    encoding
        In lower case: `wkb`, `point` or one of `_SHAPES`.
    crs
        None for unknown.
    others
        Columns that are no cells: further geometries, boxes made from this one.
    n_left_out
        Number of further geometries.
    """

    column: str
    encoding: str
    crs: str | None
    others: frozenset[str] = frozenset()
    n_left_out: int = 0


def parse(content: Content, layout: Layout) -> Table:
    """Parse a GeoParquet or Parquet file.

    Parameters
    ----------
    content
        The file; read row group by row group where it lies on the disk.
    layout
        Returned as it is: the format leaves nothing open.

    Returns
    -------
    Table
        Format `geoparquet` with places, or `parquet` without. Geometries besides the primary one
        are counted as `column:left_out`.

    Raises
    ------
    SourceRefusedError
        If it is damaged, or has more than 1,000 columns.
    """
    with _opened(content) as file:
        schema = file.schema_arrow
        geometry = _geometry(file)
    columns = _cells(_no_rows(schema), geometry)
    return Table(
        format=PARQUET if geometry is None else GEOPARQUET,
        headers=distinct(columns.schema.names),
        rows=_FileRows(content, geometry),
        layout=layout,
        crs=None if geometry is None else geometry.crs,
        has_geometry=geometry is not None,
        notes={"column:left_out": geometry.n_left_out} if geometry and geometry.n_left_out else {},
    )


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], one.type) for one in schema], schema=schema)


def _cells(batch: pa.RecordBatch, geometry: _Geometry | None) -> pa.RecordBatch:
    """Return the columns of a batch that are cells, structs made flat."""
    if geometry is not None:
        aside = {geometry.column, *geometry.others}
        batch = batch.select([name for name in batch.schema.names if name not in aside])
    return flattened(batch)


@contextmanager
def _opened(content: Content) -> Iterator[pq.ParquetFile]:
    """Open a file, and turn what Arrow says of a damaged one into a sentence."""
    with _seekable(content) as opened:
        try:
            with pq.ParquetFile(opened) as file:
                yield file
        except MemoryError:
            raise
        except (pa.ArrowException, OSError, UnicodeDecodeError) as reason:
            raise SourceRefusedError(DAMAGED) from reason


def _seekable(content: Content) -> BinaryIO:
    opened = content.open()
    if opened.seekable():
        return opened
    opened.close()
    return cast("BinaryIO", io.BytesIO(content.whole()))


def _geometry(file: pq.ParquetFile) -> _Geometry | None:
    names = file.schema_arrow.names
    stated = _json((file.schema_arrow.metadata or {}).get(b"geo"))
    columns = stated.get("columns")
    if isinstance(columns, dict) and (primary := str(stated.get("primary_column"))) in names:
        described = columns.get(primary)
        return _described(primary, described if isinstance(described, dict) else {}, columns)
    for leaf in map(file.schema.column, range(len(file.schema.names))):
        if leaf.path in names and leaf.logical_type.type in _STORED_SHAPES:
            stored = _json(leaf.logical_type.to_json().encode())
            return _Geometry(leaf.path, "wkb", _crs(stored.get("crs", CRS84)))
    return None


def _described(
    name: str, described: Mapping[str, object], columns: Mapping[str, object]
) -> _Geometry:
    encoding = str(described.get("encoding", "WKB")).casefold()
    if encoding not in {"wkb", "point", *_SHAPES}:
        raise SourceRefusedError("The file's geometries are in an encoding that is not read.")
    others = {column for column in columns if column != name}
    return _Geometry(
        name,
        encoding,
        _crs(described.get("crs", CRS84)),
        frozenset(others | _boxes(described)),
        len(others),
    )


def _boxes(described: Mapping[str, object]) -> set[str]:
    """Return the columns that only repeat the bounds of the geometry."""
    covering = described.get("covering")
    box = covering.get("bbox") if isinstance(covering, dict) else None
    paths = box.values() if isinstance(box, dict) else ()
    return {str(path[0]) for path in paths if isinstance(path, list) and path}


def _json(words: bytes | None) -> dict[str, object]:
    try:
        found = json.loads(words or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _crs(stated: object) -> str | None:
    """Return a CRS by its number where it has one, else as WKT; None where it is not known."""
    if stated in (None, "", CRS84):
        return CRS84 if stated == CRS84 else None
    if isinstance(stated, str):
        stated = re.sub("^srid:", "EPSG:", stated)
    try:
        crs = CRS.from_user_input(stated)
    except CRSError as reason:
        raise SourceRefusedError(
            "The file's coordinate system cannot be read: save it in WGS 84."
        ) from reason
    authority = crs.to_authority(min_confidence=_SURE)
    return crs.to_wkt() if authority is None else ":".join(authority)


@dataclass(frozen=True)
class _FileRows:
    """The rows of a file, from its start with each pass."""

    content: Content
    geometry: _Geometry | None

    def __iter__(self) -> Iterator[TableRow]:
        """Pass through the rows, one batch in memory at a time."""
        number = 1
        with _opened(self.content) as file:
            for batch in file.iter_batches(_ROWS_PER_BATCH, use_threads=False):
                cells = _cells(batch, self.geometry)
                rows = Rows(cells.columns, self._places(batch))
                yield from number_rows(rows, batch.num_rows, number)
                number += batch.num_rows

    def _places(self, batch: pa.RecordBatch) -> list[Placed] | None:
        if self.geometry is None:
            return None
        column = batch.column(batch.schema.names.index(self.geometry.column))
        if isinstance(column, pa.ExtensionArray):
            column = column.storage
        if self.geometry.encoding == "wkb":
            return places_of(column.cast(pa.large_binary()).to_pylist())
        shapes = _native_shapes(column, self.geometry.encoding)
        return place_shapes(shapes, np.zeros(len(shapes), dtype=bool))


def _native_shapes(column: pa.Array, encoding: str) -> NDArray[np.object_]:
    """Make shapes of coordinates in lists; None where a row has none."""
    missing = column.is_null().to_numpy(zero_copy_only=False)
    offsets: list[NDArray[np.int64]] = []
    while not pa.types.is_struct(column.type) and len(offsets) < len(_SHAPES):
        offsets.insert(0, column.offsets.to_numpy().astype(np.int64))
        column = column.values
    x, y = (
        column.field(name).cast(pa.float64()).to_numpy(zero_copy_only=False) for name in ("x", "y")
    )
    if encoding == "point":
        shapes = np.array(shapely.points(x, y), dtype=object)
        missing = missing | (np.isnan(x) & np.isnan(y))
    else:
        points = np.column_stack([x, y])
        shapes = np.array(shapely.from_ragged_array(_SHAPES[encoding], points, tuple(offsets)))
    shapes[missing] = None
    return shapes
