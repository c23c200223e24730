"""Where a geometry lies: a point as it is, everything else at a point inside it.

Geometries are written as GeoJSON writes them; readers of other grammars build the same lists.

References
----------
RFC 7946, The GeoJSON Format, section 3.1.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple, cast

import shapely

from sightlines.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GEOMETRY_TYPES = frozenset(
    {
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
        "GeometryCollection",
    }
)  # fmt: skip
REPRESENTATIVE = "geometry:representative_point"
NUMBER_AS_TEXT = "geometry:number_as_text"
_PLAIN_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,12}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?\s*")
_MOST_DIMENSIONS = 4

Position = tuple[float, float]


class Placed(NamedTuple):
    """Where a row lies.

    Parameters
    ----------
    place
        (x, y), finite; None where there is none, or where `faults` says why.
    faults
        At most one: `unreadable_position`.
    notes
        Reasons of notes.
    """

    place: Position | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


class _BrokenError(ValueError):
    """A geometry that cannot be read; the text says why."""


def is_geometry(value: object) -> bool:
    """Say whether a JSON value is a GeoJSON geometry."""
    return (
        isinstance(value, dict)
        and _kind(value) in GEOMETRY_TYPES
        and ("coordinates" in value or "geometries" in value)
    )


def _kind(geometry: Mapping[str, object]) -> str:
    kind = geometry.get("type")
    return kind if isinstance(kind, str) else ""


def place_of_geometry(row: int, geometry: object) -> Placed:
    """Find the place of a geometry.

    Parameters
    ----------
    row
        Number of the row, for the fault.
    geometry
        A GeoJSON geometry as parsed; anything may come.

    Returns
    -------
    Placed
        No place and no fault for null and for empty coordinates. A collection with a single
        point lies at that point.
    """
    if geometry is None or geometry == {}:
        return Placed()
    try:
        parts = list(_parts(geometry))
        notes: set[str] = set()
        points = [place for kind, part in parts for place in _points(kind, part, notes)]
        if len(points) == 1:
            is_alone = all(kind in {"Point", "MultiPoint"} for kind, _ in parts)
            notes |= set() if is_alone else {REPRESENTATIVE}
            return Placed(points[0], (), tuple(sorted(notes)))
        shapes = [shape for kind, part in parts for shape in _shapes(kind, part, notes)]
        shapes += [shapely.Point(point) for point in points]
    except _BrokenError as reason:
        return Placed(None, (Fault(row, "geometry", "unreadable_position", str(reason)),))
    if not shapes:
        return Placed()
    place = _inside(shapes[0] if len(shapes) == 1 else shapely.GeometryCollection(shapes))
    return Placed(place, (), tuple(sorted(notes | {REPRESENTATIVE})))


def _inside(shape: shapely.Geometry) -> Position:
    try:
        x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0].tolist()
    except (shapely.errors.GEOSException, IndexError):
        x, y = shapely.get_coordinates(shape)[0].tolist()
    return x, y


def _parts(geometry: object) -> Iterator[tuple[str, object]]:
    """Yield type and coordinates of a geometry, or of the members of a collection."""
    waiting = [geometry]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict) or _kind(part) not in GEOMETRY_TYPES:
            raise _BrokenError("The geometry is of no known type.")
        if _kind(part) != "GeometryCollection":
            yield _kind(part), part.get("coordinates")
            continue
        members = part.get("geometries")
        if not isinstance(members, list):
            raise _BrokenError("The members of the geometry are no list.")
        waiting += reversed(members)


def _points(kind: str, coordinates: object, notes: set[str]) -> list[Position]:
    if kind == "MultiPoint":
        return _positions(coordinates, notes)
    position = _position(coordinates, notes) if kind == "Point" else None
    return [] if position is None else [position]


def _shapes(kind: str, coordinates: object, notes: set[str]) -> list[shapely.Geometry]:
    if kind == "LineString":
        return _lines([coordinates], notes)
    if kind == "MultiLineString":
        return _lines(_list(coordinates), notes)
    if kind == "Polygon":
        return _polygon(_list(coordinates), notes)
    if kind == "MultiPolygon":
        polygons = _list(coordinates)
        return [shape for rings in polygons for shape in _polygon(_list(rings), notes)]
    return []


def _lines(lines: list[object], notes: set[str]) -> list[shapely.Geometry]:
    read = [_positions(line, notes) for line in lines]
    return [
        shapely.LineString(line) if len(line) > 1 else shapely.Point(line[0])
        for line in read
        if line
    ]


def _polygon(rings: list[object], notes: set[str]) -> list[shapely.Geometry]:
    read = [ring for ring in (_positions(ring, notes) for ring in rings) if ring]
    if not read:
        return []
    if len(read[0]) < 3:
        return _lines(cast("list[object]", read[:1]), notes)
    return [shapely.Polygon(read[0], [ring for ring in read[1:] if len(ring) > 2])]


def _list(coordinates: object) -> list[object]:
    if coordinates is None:
        return []
    if not isinstance(coordinates, list):
        raise _BrokenError("The coordinates are no list.")
    return coordinates


def _positions(coordinates: object, notes: set[str]) -> list[Position]:
    read = (_position(position, notes) for position in _list(coordinates))
    return [position for position in read if position is not None]


def _position(coordinates: object, notes: set[str]) -> Position | None:
    if coordinates is None or coordinates in ([], [None, None], [None, None, None]):
        return None
    if not isinstance(coordinates, list | tuple) or not 2 <= len(coordinates) <= _MOST_DIMENSIONS:
        raise _BrokenError("Coordinates must be a list of two numbers: longitude, latitude.")
    return _number(coordinates[0], notes), _number(coordinates[1], notes)


def _number(value: object, notes: set[str]) -> float:
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        notes.add(NUMBER_AS_TEXT)
        return float(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _BrokenError("A coordinate is not a number such as 24.9384.")
    return float(value)


def esri_geometry(geometry: Mapping[str, object]) -> dict[str, object] | None:
    """Write an Esri geometry as GeoJSON would.

    Parameters
    ----------
    geometry
        With `x` and `y`, `points`, `paths` or `rings`; the holes of polygons are not told from
        their parts.

    Returns
    -------
    dict or None
        None for an empty one, and for what is no such geometry.

    References
    ----------
    ArcGIS REST API, Geometry objects; an empty point has the x "NaN".
    """
    if "x" in geometry and "y" in geometry:
        x, y = geometry["x"], geometry["y"]
        is_empty = x in {None, "NaN"} if isinstance(x, str | None) else False
        return None if is_empty else {"type": "Point", "coordinates": [x, y]}
    for name, kind in (("points", "MultiPoint"), ("paths", "MultiLineString")):
        if name in geometry:
            return {"type": kind, "coordinates": geometry[name]}
    rings = geometry.get("rings")
    if isinstance(rings, list):
        return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    return None
