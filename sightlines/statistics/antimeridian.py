"""Cut polygons where longitudes jump from 180 to -180, so that each part is plain lon/lat.

Everything else in this package takes edges as straight lines in longitude and latitude. A ring that
steps across the antimeridian, or round a pole, means something else; here it becomes a polygon that
means the same in plain coordinates.
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
        degrees of longitude. A ring round a pole holds the pole that its mean latitude is nearer.

    Returns
    -------
    shapely.MultiPolygon
        Longitudes in [-180, 180]; valid; the same ground.
    """
    ground = _cut_ring(polygon.exterior)
    for hole in polygon.interiors:
        ground = shapely.difference(ground, _cut_ring(hole))
    return polygonal(ground)


def polygonal(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of any geometry, made valid; points and lines fall away."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.MultiPolygon(polygons.tolist())


def _cut_ring(ring: shapely.LinearRing) -> shapely.Geometry:
    """Return the ground inside a ring, cut into the copies of the globe that it reaches into."""
    lon, lat = shapely.get_coordinates(ring).T
    steps = (np.diff(lon) + 180.0) % 360.0 - 180.0
    # Where nothing jumps the file's own numbers are kept, free of rounding.
    if np.abs(np.diff(lon)).max(initial=0.0) <= 180.0:
        return shapely.make_valid(shapely.Polygon(ring))
    lon = np.concatenate([lon[:1], lon[0] + np.cumsum(steps)])
    if abs(lon[-1] - lon[0]) > 180.0:
        pole = math.copysign(90.0, float(lat.mean()))
        lon = np.concatenate([lon, lon[[-1, 0]]])
        lat = np.concatenate([lat, [pole, pole]])
    unrolled = shapely.make_valid(shapely.Polygon(np.column_stack([lon, lat])))
    first, last = math.floor((lon.min() + 180.0) / 360.0), math.ceil((lon.max() + 180.0) / 360.0)
    return shapely.union_all([_copy(unrolled, turn) for turn in range(first, last)])


def _copy(unrolled: shapely.Geometry, turn: int) -> shapely.Geometry:
    """Return what lies in one turn round the globe, moved into [-180, 180]."""
    window = shapely.box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
    part = shapely.intersection(unrolled, window)
    return shapely.transform(part, lambda places: places - np.array([360.0 * turn, 0.0]))
