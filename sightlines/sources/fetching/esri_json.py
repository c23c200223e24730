"""Features as ArcGIS servers write them, as GeoJSON.

Only positions in WGS 84 are taken, which is what is asked for.

References
----------
ArcGIS REST API, "Geometry objects": the exterior rings of a polygon run clockwise, its holes the
other way. RFC 7946, 3.1.6: in GeoJSON it is the opposite.
"""

from __future__ import annotations

import math
from typing import Any

import shapely

from sightlines.sources.fetching.failures import AnswerRefusedError

WGS84_NUMBER = 4326
_LEAST_OF_A_RING = 4
Json = dict[str, Any]


def feature_of(found: Json) -> Json:
    """Convert one feature.

    Parameters
    ----------
    found
        With `attributes` and, where it has one, `geometry` in WGS 84.

    Returns
    -------
    dict
        A GeoJSON feature; its geometry is null where there was none or it is empty.

    Raises
    ------
    AnswerRefusedError
        If the geometry is of a kind that has no equal in GeoJSON.
    """
    return {
        "type": "Feature",
        "geometry": _geometry(found.get("geometry")),
        "properties": found.get("attributes") or {},
    }


def check_reference(said: object) -> None:
    """Refuse positions that are not in WGS 84.

    Parameters
    ----------
    said
        The member `spatialReference` of an answer; None where there is none.

    Raises
    ------
    AnswerRefusedError
        If it names another system.
    """
    if said is None:
        return
    numbers = (said.get("wkid"), said.get("latestWkid")) if isinstance(said, dict) else ()
    if WGS84_NUMBER not in numbers:
        raise AnswerRefusedError("The server sends positions in another system than asked for.")


def _geometry(found: object) -> Json | None:
    if not isinstance(found, dict):
        return None
    try:
        if "x" in found:
            position = _position([found.get("x"), found.get("y")])
            return None if position is None else {"type": "Point", "coordinates": position}
        if "points" in found:
            return {"type": "MultiPoint", "coordinates": _line(found["points"])}
        if "paths" in found:
            return {"type": "MultiLineString", "coordinates": list(map(_line, found["paths"]))}
        if "rings" in found:
            return _polygons(list(map(_line, found["rings"])))
    except (TypeError, ValueError, IndexError) as reason:
        raise AnswerRefusedError("The server sends a geometry that cannot be read.") from reason
    raise AnswerRefusedError("The server sends a geometry that has no equal in GeoJSON.")


def _position(pair: list[Any]) -> list[float] | None:
    """Return a position; None where it is empty, which is written as null or as "NaN"."""
    if pair[0] is None or pair[1] is None:
        return None
    position = [float(pair[0]), float(pair[1])]
    return position if all(map(math.isfinite, position)) else None


def _line(points: list[list[Any]]) -> list[list[float]]:
    return [position for point in points if (position := _position(point)) is not None]


def _polygons(rings: list[list[list[float]]]) -> Json | None:
    closed = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings if ring]
    whole = [shapely.LinearRing(ring) for ring in closed if len(ring) >= _LEAST_OF_A_RING]
    outer = [shapely.Polygon(ring) for ring in whole if not ring.is_ccw]
    holes = [ring for ring in whole if ring.is_ccw]
    if not outer:  # written the wrong way round: then there are no holes to tell
        outer, holes = [shapely.Polygon(ring) for ring in whole], []
    if not outer:
        return None
    parts = [shapely.Polygon(part.exterior, _inside(part, holes)) for part in outer]
    ground = shapely.orient_polygons(shapely.MultiPolygon(parts))
    return dict(shapely.geometry.mapping(ground))


def _inside(part: shapely.Polygon, holes: list[shapely.LinearRing]) -> list[shapely.LinearRing]:
    return [hole for hole in holes if part.covers(shapely.Point(hole.coords[0]))]
