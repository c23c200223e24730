"""Cut polygons where longitudes jump from 180 to -180, so that each part is plain lon/lat.

Everything else takes edges as straight lines in longitude and latitude. A ring that steps across
the antimeridian, or round a pole, means something else; here it becomes a polygon that means the
same in plain coordinates.
"""

from __future__ import annotations

import math

import numpy as np
import shapely


def cut_at_antimeridian(polygon: shapely.Polygon) -> shapely.MultiPolygon:
    """Cut a polygon at the antimeridian.

    Parameters
    ----------
    polygon
        WGS 84 degrees. Each edge goes the short way round the globe, so none spans more than 180
        degrees of longitude; only a band from -180 to 180 is taken as written. A ring round a pole
        holds the pole that its mean latitude is nearer.

    Returns
    -------
    shapely.MultiPolygon
        Longitudes in [-180, 180]; valid; the same ground.
    """
    ground = _cut_ring(polygon.exterior)
    for ring in polygon.interiors:
        hole = _cut_ring(ring)
        # Of two rings round a pole either may be called the outer one: the ground lies between.
        is_swapped = shapely.area(hole) > shapely.area(ground)
        ground = shapely.difference(*((hole, ground) if is_swapped else (ground, hole)))
    return polygonal(ground)


def is_cut_needed(polygon: shapely.Polygon) -> bool:
    """Say whether a ring of a polygon jumps: has an edge of more than 180 degrees of longitude.

    Parameters
    ----------
    polygon
        WGS 84 degrees.
    """
    return any(_jumps(ring) for ring in (polygon.exterior, *polygon.interiors))


def polygonal(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of any geometry, made valid; points and lines fall away."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.MultiPolygon(polygons.tolist())


def _jumps(ring: shapely.LinearRing) -> bool:
    lon = shapely.get_coordinates(ring)[:, 0]
    return bool(np.abs(np.diff(lon)).max(initial=0.0) > 180.0)


def _cut_ring(ring: shapely.LinearRing) -> shapely.Geometry:
    """Return the ground inside a ring, cut into the copies of the globe that it reaches into."""
    lon, lat = shapely.get_coordinates(ring).T
    if not _jumps(ring):  # the file's own numbers are kept, free of rounding
        return shapely.make_valid(shapely.Polygon(ring))
    turns = -np.cumsum(np.round(np.diff(lon) / 360.0))
    lon = np.concatenate([lon[:1], lon[1:] + 360.0 * turns])
    if abs(lon[-1] - lon[0]) > 180.0:
        pole = math.copysign(90.0, float(lat.mean()))
        lon = np.concatenate([lon, lon[[-1, 0]]])
        lat = np.concatenate([lat, [pole, pole]])
    unrolled = shapely.make_valid(shapely.Polygon(np.column_stack([lon, lat])))
    if shapely.area(unrolled) == 0.0:
        # A step from -180 to 180 is none: the edges of a band round the globe would fall together.
        return shapely.make_valid(shapely.Polygon(ring))
    first, last = math.floor((lon.min() + 180.0) / 360.0), math.ceil((lon.max() + 180.0) / 360.0)
    return shapely.union_all([_copy(unrolled, turn) for turn in range(first, last)])


def _copy(unrolled: shapely.Geometry, turn: int) -> shapely.Geometry:
    """Return what lies in one turn round the globe, moved into [-180, 180]."""
    window = shapely.box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
    part = shapely.intersection(unrolled, window)
    return shapely.transform(part, lambda places: places - np.array([360.0 * turn, 0.0]))
