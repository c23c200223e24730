"""Sizes on the WGS 84 ellipsoid, of many shapes at once.

Vertices are joined by geodesics. Since edges are meant straight in longitude and latitude, long
ones are first broken into steps of a tenth of a degree, and boxes between parallels are exact.

How an edge is measured
-----------------------
The map that keeps longitude and turns latitude into the area between the equator and the parallel,
per radian of longitude (`y`), keeps areas: a polygon with straight edges there has the area that
the trapezoids below its edges add up to. A geodesic between two vertices bends away from the
straight edge; the sliver between a curve and its chord is a twelfth of the cross product of its
velocity and acceleration in the middle, to third order in the length. With M and N the radii of
curvature along the meridian and across it, the equations of a geodesic turn that product into
``-sin(lat) dlon (3 M^2 dlat^2 + N^2 cos(lat)^2 dlon^2)``. For steps this short what is
left out is below a part in 10^9 of an area (`tests/statistics/test_sizes.py`).

References
----------
Snyder, J. P. (1987): Map projections, a working manual. USGS 1395, equations 3-12 (authalic q),
4-18 (M) and 4-20 (N).
Karney, C. F. F. (2013): Algorithms for geodesics. Journal of Geodesy 87, 43-55: what the tests
compare with.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sightlines.geodesy import GEOD, box_area_m2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONGEST_EDGE_DEG = 0.1

# So many polygons are measured in one go: their vertices then fit into a processor's cache.
_AT_ONCE = 16_384


def areas_m2(geometries: Sequence[shapely.Geometry] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Measure areas.

    Parameters
    ----------
    geometries
        Any geometries, shape (n,), WGS 84 degrees, edges straight in longitude and latitude.

    Returns
    -------
    array
        Square metres, shape (n,); 0 for what has no area.
    """
    parts = np.asarray(geometries, dtype=object)
    owner = np.arange(len(parts))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():  # several in one
        parts, at = shapely.get_parts(parts, return_index=True)
        owner = owner[at]
    is_area = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(
        parts
    )
    parts, owner = parts[is_area], owner[is_area]
    sizes = np.zeros(len(parts))
    for start in range(0, len(parts), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        sizes[some] = _polygons_m2(parts[some])
    totals = np.zeros(len(geometries))
    np.add.at(totals, owner, sizes)
    return totals


def _polygons_m2(polygons: NDArray[np.object_]) -> NDArray[np.float64]:
    """Measure polygons that are not empty, at least one."""
    west, south, east, north = shapely.bounds(polygons).T
    # No edge is longer than its polygon's box is from corner to corner.
    wide = np.flatnonzero(np.hypot(east - west, north - south) > LONGEST_EDGE_DEG)
    stepped = polygons.copy()
    stepped[wide] = shapely.segmentize(polygons[wide], LONGEST_EDGE_DEG)
    _, corners, (ring_bounds, polygon_bounds) = shapely.to_ragged_array(stepped, include_z=False)
    rings_m2 = _rings_m2(corners, ring_bounds)
    holes_m2 = rings_m2.copy()
    holes_m2[polygon_bounds[:-1]] *= -1.0
    sizes = -np.add.reduceat(holes_m2, polygon_bounds[:-1])
    long_edged = wide[
        shapely.get_num_coordinates(stepped[wide]) != shapely.get_num_coordinates(polygons[wide])
    ]
    boxes = long_edged[shapely.equals(polygons[long_edged], shapely.envelope(polygons[long_edged]))]
    sizes[boxes] = [box_area_m2(polygons[at].bounds) for at in boxes.tolist()]
    return sizes


def _rings_m2(
    corners: NDArray[np.float64], ring_bounds: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Measure closed rings of short edges; ring k has the corners from bound k to bound k + 1."""
    lon, lat = np.radians(corners[:, 0]), np.radians(corners[:, 1])
    start = ring_bounds[:-1]
    # Heights above a ring's first corner, not above the equator: small shapes keep their digits.
    height_m2 = _below_parallel_m2(lat)
    height_m2 -= np.repeat(height_m2[start], np.diff(ring_bounds))
    lon_step, lat_step = np.diff(lon), np.diff(lat)
    sine = np.sin((lat[1:] + lat[:-1]) / 2)
    curve = 1.0 - GEOD.es * sine**2
    meridian_m2 = (GEOD.a * (1.0 - GEOD.es)) ** 2 / curve**3
    parallel_m2 = GEOD.a**2 * (1.0 - sine**2) / curve
    sliver_m2 = sine * (3.0 * meridian_m2 * lat_step**2 + parallel_m2 * lon_step**2) / 12.0
    edges_m2 = lon_step * ((height_m2[1:] + height_m2[:-1]) / 2 + sliver_m2)
    edges_m2[ring_bounds[1:-1] - 1] = 0.0  # from the end of one ring to the start of the next
    return np.abs(np.add.reduceat(edges_m2, start))


def _below_parallel_m2(lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area between the equator and a parallel, per radian of longitude."""
    e = math.sqrt(GEOD.es)
    sine = np.sin(lat)
    flat = sine / (1.0 - GEOD.es * sine**2)
    return np.asarray(GEOD.b**2 / 2 * (flat + np.arctanh(e * sine) / e), dtype=np.float64)
