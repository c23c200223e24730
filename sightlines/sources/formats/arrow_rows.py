"""From columns of Arrow to rows of texts: what the formats share that arrive as Arrow.

Terms
-----
cells
    As `table` defines them; a missing value, a NaN and bytes that are no text are "".
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as of
import shapely

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.formats.geometries import REPRESENTATIVE, Placed
from sightlines.sources.formats.json_text import as_text
from sightlines.sources.table import TableRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

HEADER_LIMIT = 1_000
_DEEPEST = 16
_POINT, _MULTIPOINT = 0, 4
_UNREADABLE = "The geometry cannot be read, or lies nowhere."


class Rows(NamedTuple):
    """A batch of rows before they are numbered.

    Parameters
    ----------
    cells
        Columns of values, one a header; structs are flattened already.
    places
        One a row; None where the table has no geometry.
    native_ids
        One a row; None where the format gives none.
    """

    cells: Sequence[pa.Array]
    places: Sequence[Placed] | None = None
    native_ids: Sequence[str] | None = None


def number_rows(batch: Rows, n_rows: int, first: int) -> Iterator[TableRow]:
    """Make the rows of a table.

    Parameters
    ----------
    batch
        Columns.
    n_rows
        As many rows as each of them has.
    first
        Number of the first row.
    """
    columns = [texts(column) for column in batch.cells]
    cells = zip(*columns, strict=True) if columns else iter([()] * n_rows)
    for at, row in enumerate(cells):
        number = first + at
        native_id = None if batch.native_ids is None else batch.native_ids[at]
        if batch.places is None:
            yield TableRow(number, row, None, native_id)
            continue
        place, faults, notes = batch.places[at]
        faults = tuple(Fault(number, *_words(fault)) for fault in faults)
        yield TableRow(number, row, place, native_id, faults, notes)


def _words(fault: Fault) -> tuple[str, str, str]:
    return fault.attribute, fault.code, fault.message


def flattened(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give each member of a struct a column of its own, named `struct.member`.

    Parameters
    ----------
    batch
        Any.

    Raises
    ------
    SourceRefusedError
        If there are more than `HEADER_LIMIT` columns then, or structs within structs without end.
    """
    for _ in range(_DEEPEST):
        if batch.num_columns > HEADER_LIMIT:
            raise SourceRefusedError(f"The table has more than {HEADER_LIMIT} columns.")
        if not any(of.is_struct(column.type) for column in batch.schema):
            return batch
        batch = _flattened_once(batch)
    raise SourceRefusedError("The table's columns are nested too deeply.")


def _flattened_once(batch: pa.RecordBatch) -> pa.RecordBatch:
    names: list[str] = []
    columns: list[pa.Array] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if of.is_struct(column.type):
            names += [f"{name}.{member.name}" for member in column.type]
            columns += column.flatten()
        else:
            names.append(name)
            columns.append(column)
    if not columns:
        return batch.select([])
    return pa.RecordBatch.from_arrays(columns, names=names)


def texts(column: pa.Array) -> list[str]:
    """Write the values of a column as cells.

    Parameters
    ----------
    column
        Of any type but a struct.
    """
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if of.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if of.is_boolean(kind):
        column = pc.if_else(column, "yes", "no")
    elif of.is_floating(kind):
        return _floats(column)
    elif of.is_timestamp(kind):
        return _times(column)
    elif of.is_decimal(kind):
        return [_trimmed(text) for text in _strings(column.cast(pa.string()))]
    elif _is_list(kind):
        return _lists(column)
    return _strings(column)


def _is_list(kind: pa.DataType) -> bool:
    return bool(of.is_list(kind) or of.is_large_list(kind) or of.is_fixed_size_list(kind))


def _strings(column: pa.Array) -> list[str]:
    """Write what Arrow itself knows to write, text that is broken sign by sign."""
    try:
        return [text or "" for text in column.cast(pa.string()).to_pylist()]
    except (pa.ArrowInvalid, UnicodeDecodeError):
        broken = column.cast(pa.large_binary()).to_pylist()
        is_bytes = of.is_binary(column.type) or of.is_large_binary(column.type)
        return [_mended(text, is_bytes=bool(is_bytes)) for text in broken]
    except pa.ArrowNotImplementedError:
        return [_any(value) for value in column.to_pylist()]


def _mended(text: bytes | None, *, is_bytes: bool) -> str:
    try:
        return (text or b"").decode()
    except UnicodeDecodeError:
        return "" if is_bytes else (text or b"").decode(errors="replace")


def _any(value: object) -> str:
    try:
        return as_text(orjson.loads(orjson.dumps(value, default=str)))
    except orjson.JSONEncodeError:
        return ""


def _floats(column: pa.Array) -> list[str]:
    """Write floats with no more digits than they have: 1.1 is 1.1 in four bytes too."""
    if not of.is_float64(column.type):
        column = column.cast(pa.float32()).cast(pa.string()).cast(pa.float64())
    return [as_text(value) for value in column.to_pylist()]


def _times(column: pa.Array) -> list[str]:
    zone = "" if column.type.tz is None else "Z"
    naive = column.cast(pa.timestamp(column.type.unit))
    return [
        f"{_trimmed(text).replace(' ', 'T')}{zone}" if text[:1].isdigit() else ""
        for text in _strings(naive.cast(pa.string()))
    ]


def _trimmed(text: str) -> str:
    """Take zeros at the end of a fraction away."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _lists(column: pa.Array) -> list[str]:
    if of.is_fixed_size_list(column.type):
        column = column.cast(pa.list_(column.type.value_type))
    if of.is_nested(column.type.value_type):
        return [_any(value) for value in column.to_pylist()]
    members = texts(column.values)
    ends = column.offsets.to_pylist()
    return [";".join(filter(None, members[start:end])) for start, end in pairwise(ends)]


def places_of(wkb: Sequence[bytes | None]) -> list[Placed]:
    """Find where geometries lie.

    Parameters
    ----------
    wkb
        Well-known binary; None where a row has no geometry.

    Returns
    -------
    list of Placed
        As `geometries.place_of_geometry` would; rows are not numbered in their faults.
    """
    given = np.array([piece is not None for piece in wkb], dtype=bool)
    raw = np.empty(len(wkb), dtype=object)
    raw[:] = wkb
    shapes = shapely.from_wkb(raw, on_invalid="ignore")
    broken = given & shapely.is_missing(shapes)
    return place_shapes(shapes, broken)


def place_shapes(shapes: NDArray[np.object_], broken: NDArray[np.bool_]) -> list[Placed]:
    """Find where shapes lie.

    Parameters
    ----------
    shapes
        Geometries; None where a row has none.
    broken
        True where there is one that cannot be read.
    """
    kinds = shapely.get_type_id(shapes)
    is_alone = (kinds == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(is_alone, shapely.get_geometry(shapes, 0), shapes)
    usable = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    spread = usable & (shapely.get_type_id(shapes) != _POINT)
    points = shapes.copy()
    points[spread] = _inside(shapes[spread])
    points[shapely.is_empty(points)] = None
    x, y = shapely.get_x(points), shapely.get_y(points)
    broken = broken | (usable & ~(np.isfinite(x) & np.isfinite(y)))
    fault = (Fault(0, "geometry", "unreadable_position", _UNREADABLE),)
    return [
        Placed(None, fault)
        if is_broken
        else Placed((lon, lat) if is_usable else None, (), (REPRESENTATIVE,) if is_spread else ())
        for lon, lat, is_usable, is_spread, is_broken in zip(
            x.tolist(), y.tolist(), usable, spread, broken, strict=True
        )
    ]


def _inside(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return a point of each shape; None where there is none to be had."""
    try:
        return np.asarray(shapely.point_on_surface(shapes), dtype=object)
    except shapely.errors.GEOSException:
        found = np.empty(len(shapes), dtype=object)
        found[:] = [_one_inside(shape) for shape in shapes]
        return found


def _one_inside(shape: shapely.Geometry) -> shapely.Geometry | None:
    try:
        return shapely.point_on_surface(shape)
    except shapely.errors.GEOSException:
        return None
