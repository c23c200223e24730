"""Shapefiles in ZIP archives, GeoPackage and FlatGeobuf, read by GDAL inside a reading child.

GDAL opens by content and follows links, so it never runs in the process of the web or the command
line: `child.parse_in_child` is the way here. Every path that GDAL sees has a name of our own.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyogrio
import pyogrio.raw
from pyproj import CRS
from pyproj.exceptions import CRSError

from sightlines.errors import SourceRefusedError
from sightlines.sources.archives import ZIP, shapefile_parts
from sightlines.sources.formats import dbf_text, flatgeobuf
from sightlines.sources.formats.arrow_rows import HEADER_LIMIT, Rows, number_rows, places_of
from sightlines.sources.formats.gdal_drivers import keep_safe_drivers
from sightlines.sources.formats.geopackage import LayerName, layers_of
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sightlines.sources.content import Content

SHAPEFILE, GEOPACKAGE, FLATGEOBUF = "shapefile", "gpkg", "flatgeobuf"
SQLITE = b"SQLite format 3\0"
DAMAGED = "The file is damaged, or not what it begins as: open it in a GIS and save it again."

# GDAL turns this encoding into text by itself, byte for byte, so that Python can do the rest:
# for others it needs tables of the system that are not on every machine.
_BYTE_FOR_BYTE = "ISO-8859-1"
_BYTES = "latin-1"
_ROWS_PER_BATCH = 10_000
_SURE = 70
_NOWHERE = ("ENGCRS", "LOCAL_CS", "ENGINEERINGCRS")


@dataclass(frozen=True)
class _Opening:
    """How a file is opened, each time that it is passed through.

    Parameters
    ----------
    format
        An id of `register.FORMATS`.
    path
        Of a name of our own.
    layer
        Its name; None for the only one.
    encoding
        Of a shapefile's texts, as Python calls it; None for UTF-8 that GDAL knows of.
    with_ids
        Whether rows have ids that the format itself keeps.
    options
        For GDAL.
    notes
        Of the table.
    """

    format: str
    path: Path
    layer: str | None = None
    encoding: str | None = None
    with_ids: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)


def parse(content: Content, layout: Layout) -> Table:
    """Parse a shapefile in a ZIP archive, a GeoPackage or a FlatGeobuf file.

    Parameters
    ----------
    content
        The file.
    layout
        `sheet` names a layer; None for the first with points, else with geometry, else any.
        `encoding` is that of a shapefile's texts; None means: find out.

    Returns
    -------
    Table
        Format `shapefile`, `gpkg` or `flatgeobuf`. `layer:left_out` is noted.

    Raises
    ------
    SourceRefusedError
        If it is none of these, damaged, or has no such layer.
    """
    keep_safe_drivers()
    head = content.head(len(SQLITE))
    if head.startswith(ZIP):
        opening = _open_shapefile(content, layout)
    elif head.startswith(SQLITE):
        opening = _open_geopackage(content, layout)
    elif head.startswith(flatgeobuf.MAGIC):
        opening = _open_flatgeobuf(content)
    else:
        raise SourceRefusedError(DAMAGED)
    return _table(opening, layout)


def _open_shapefile(content: Content, layout: Layout) -> _Opening:
    parts = shapefile_parts(content)
    stated = parts.pop(".cpg", None)
    folder = _folder()
    for suffix, part in parts.items():
        _copy(part, folder / f"layer{suffix}")
    encoding = layout.encoding
    if encoding is None and ".dbf" in parts:
        start = parts[".dbf"].head(dbf_text.SAMPLE_BYTES)
        encoding = dbf_text.dbf_encoding(start, stated.head(64) if stated else None)
    missing = {
        f"shapefile:no_{suffix[1:]}": 1 for suffix in (".shx", ".dbf") if suffix not in parts
    }
    return _Opening(
        SHAPEFILE, folder / "layer.shp", encoding=encoding or dbf_text.UTF8, notes=missing
    )


def _open_geopackage(content: Content, layout: Layout) -> _Opening:
    path = _placed(content, "layer.gpkg")
    layers = layers_of(path)
    layer = _chosen(layers, layout.sheet)
    return _Opening(
        GEOPACKAGE,
        path,
        layer,
        with_ids=True,
        options={"IMMUTABLE": "YES"},
        notes={"layer:left_out": len(layers) - 1} if len(layers) > 1 else {},
    )


def _open_flatgeobuf(content: Content) -> _Opening:
    path = _placed(content, "layer.fgb")
    flatgeobuf.check_features(path)
    return _Opening(FLATGEOBUF, path)


def _chosen(layers: Sequence[LayerName], named: str | None) -> str:
    if named is not None:
        found = next((layer.name for layer in layers if layer.name == named), None)
        if found is None:
            names = ", ".join(layer.name for layer in layers[:10])
            raise SourceRefusedError(f"No layer has that name; there are: {names}.")
        return found
    return min(layers, key=_rank).name


def _rank(layer: LayerName) -> int:
    if layer.geometry is None:
        return 3
    if layer.geometry in ("POINT", "MULTIPOINT"):
        return 0
    return 1 if layer.geometry == "GEOMETRY" else 2


def _folder() -> Path:
    """Make a folder inside the child's own, with which it is taken away."""
    return Path(tempfile.mkdtemp(dir=Path.cwd()))


def _placed(content: Content, name: str) -> Path:
    """Return a path of our own name to a content, without a copy where it lies on the disk."""
    path = _folder() / name
    if content.path is None:
        _copy(content, path)
    else:
        path.symlink_to(content.path.resolve())
    return path


def _copy(content: Content, path: Path) -> None:
    with content.open() as opened, path.open("wb") as copy:
        shutil.copyfileobj(opened, copy)


def _table(opening: _Opening, layout: Layout) -> Table:
    with _opened(opening) as (stated, reader):
        columns = _columns(reader.schema, stated["fid_column"])
    if len(columns.cells) > HEADER_LIMIT:
        raise SourceRefusedError(f"The table has more than {HEADER_LIMIT} columns.")
    headers = [_text(columns.names[at], opening.encoding) for at in columns.cells]
    return Table(
        format=opening.format,
        headers=distinct(headers),
        rows=_LayerRows(opening),
        layout=replace(layout, encoding=opening.encoding, sheet=opening.layer or layout.sheet),
        crs=None if columns.geometry is None else _crs(stated["crs"]),
        has_geometry=columns.geometry is not None,
        notes=opening.notes,
    )


@contextmanager
def _opened(opening: _Opening) -> Iterator[tuple[dict[str, str], pa.RecordBatchReader]]:
    """Open a layer, and turn what GDAL says of a damaged one into a sentence."""
    encoding = None if opening.encoding is None else _BYTE_FOR_BYTE
    try:
        with pyogrio.raw.open_arrow(
            opening.path,
            layer=opening.layer,
            encoding=encoding,
            return_fids=opening.with_ids,
            datetime_as_string=True,
            batch_size=_ROWS_PER_BATCH,
            use_pyarrow=True,
            **opening.options,
        ) as opened:
            yield opened
    except MemoryError:
        raise
    except _GDAL_ERRORS as reason:
        raise SourceRefusedError(DAMAGED) from reason


_GDAL_ERRORS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.CRSError,
    pa.ArrowException,
    UnicodeDecodeError,
    IndexError,
    OSError,
)


@dataclass(frozen=True)
class _Columns:
    """Which column of a batch is what, by number; None for what there is not."""

    names: Sequence[str]
    cells: Sequence[int]
    geometry: int | None
    ids: int | None


def _columns(schema: pa.Schema, id_name: str) -> _Columns:
    names = schema.names
    shapes = [
        at
        for at, column in enumerate(schema)
        if (column.metadata or {}).get(b"ARROW:extension:name") in (b"geoarrow.wkb", b"ogc.wkb")
    ]
    ids = names.index(id_name) if id_name in names else None
    cells = [at for at in range(len(names)) if at not in shapes and at != ids]
    return _Columns(names, cells, shapes[0] if shapes else None, ids)


@dataclass(frozen=True)
class _LayerRows:
    """The rows of a layer, from its start with each pass."""

    opening: _Opening

    def __iter__(self) -> Iterator[TableRow]:
        """Pass through the rows, one batch in memory at a time."""
        number = 1
        with _opened(self.opening) as (stated, reader):
            columns = _columns(reader.schema, stated["fid_column"])
            for batch in reader:
                yield from self._rows(batch, columns, number)
                number += batch.num_rows

    def _rows(self, batch: pa.RecordBatch, columns: _Columns, first: int) -> Iterator[TableRow]:
        shapes = None if columns.geometry is None else batch.column(columns.geometry)
        ids = None if columns.ids is None else batch.column(columns.ids)
        rows = Rows(
            cells=[batch.column(at) for at in columns.cells],
            places=None if shapes is None else places_of(shapes.to_pylist()),
            native_ids=None if ids is None or not self.opening.with_ids else list(map(str, ids)),
        )
        for row in number_rows(rows, batch.num_rows, first):
            encoding = self.opening.encoding
            if encoding is None or all(map(str.isascii, row.cells)):
                yield row
            else:
                yield row._replace(cells=tuple(_text(cell, encoding) for cell in row.cells))


def _text(text: str, encoding: str | None) -> str:
    """Return what a text says that GDAL has passed on byte for byte."""
    if encoding is None or text.isascii():
        return text
    return text.encode(_BYTES, "replace").decode(encoding, "replace")


def _crs(stated: str | None) -> str | None:
    """Return a CRS by its number where it has one, else as the file writes it."""
    if stated is None or stated.upper().startswith(_NOWHERE):
        return None
    if stated.startswith("EPSG:"):
        return stated
    try:
        authority = CRS.from_user_input(stated).to_authority(min_confidence=_SURE)
    except CRSError:
        return stated
    return stated if authority is None else ":".join(authority)
