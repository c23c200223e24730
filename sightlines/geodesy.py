"""Where things are: Web Mercator, Morton keys, the class byte, areas on the ellipsoid.

Terms
-----
position
    Longitude then latitude, WGS 84 degrees.
Morton key
    56 bits: 28 of the Web-Mercator column and 28 of the row (from the north), interleaved, the
    column's bit lower. The cells of zoom z are the keys that share their first 2 z bits, so a tile
    is one range of keys. One step is 0.15 m at the equator.
class byte
    The 8 bits above the Morton key: kind 3, operator group 2, direction known 1, counted 1, spare 1
    (DEFINITIONS: The class byte).

Tiles and clusters live in Web Mercator because maps do. Distances and areas never do: they are
measured on the WGS 84 ellipsoid, distances by GeographicLib through pyproj.

References
----------
Morton, G. M. (1966): A computer oriented geodetic data base. IBM.
OGC 17-083r4, Two Dimensional Tile Matrix Set 2.0, WebMercatorQuad.
Karney, C. F. F. (2013): Algorithms for geodesics. Journal of Geodesy 87, 43-55.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

Bbox = tuple[float, float, float, float]

LATITUDE_LIMIT_DEG = math.degrees(math.atan(math.sinh(math.pi)))
POSITION_BITS = 28
MERCATOR_CIRCUMFERENCE_M = 2.0 * math.pi * 6_378_137.0
CLASS_SHIFT = np.uint64(2 * POSITION_BITS)
GEOD = Geod(ellps="WGS84")

_STEPS = 1 << POSITION_BITS
_SPREAD = (
    (np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(4), np.uint64(0x0F0F0F0F0F0F0F0F)),
    (np.uint64(2), np.uint64(0x3333333333333333)),
    (np.uint64(1), np.uint64(0x5555555555555555)),
)


def mercator(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project positions to the unit square of Web Mercator.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,). Longitudes are wrapped into [-180, 180); latitudes beyond the limit of
        Web Mercator (85.051 degrees) are clamped to it.

    Returns
    -------
    tuple of arrays
        x in [0, 1) eastward from the antimeridian, y in [0, 1] southward from the northern limit.
    """
    x = np.mod((lon + 180.0) / 360.0, 1.0)
    phi = np.radians(np.clip(lat, -LATITUDE_LIMIT_DEG, LATITUDE_LIMIT_DEG))
    y = 0.5 - np.arcsinh(np.tan(phi)) / (2.0 * math.pi)
    return x, np.clip(y, 0.0, 1.0)


def unmercator(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Invert `mercator`; returns longitude and latitude in degrees."""
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * y))))
    return x * 360.0 - 180.0, lat


def grid_steps(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return column and row of positions on the 2^28 grid, each in [0, 2^28)."""
    x, y = mercator(lon, lat)
    column = np.minimum(np.floor(x * _STEPS), _STEPS - 1).astype(np.uint64)
    row = np.minimum(np.floor(y * _STEPS), _STEPS - 1).astype(np.uint64)
    return column, row


def interleave(column: NDArray[np.uint64], row: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Interleave the bits of columns and rows into Morton keys, the column's bit lower."""
    return _spread(column) | (_spread(row) << np.uint64(1))


def deinterleave(key: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Invert `interleave`; bits above the Morton key must have been taken off."""
    return _gather(key), _gather(key >> np.uint64(1))


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    spread = values.astype(np.uint64)
    for shift, mask in _SPREAD:
        spread = (spread | (spread << shift)) & mask
    return spread


def _gather(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    gathered = values.astype(np.uint64) & _SPREAD[-1][1]
    masks = [*(mask for _, mask in reversed(_SPREAD[:-1])), np.uint64(0x00000000FFFFFFFF)]
    for (shift, _), mask in zip(reversed(_SPREAD), masks, strict=True):
        gathered = (gathered | (gathered >> shift)) & mask
    return gathered


def morton_keys(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return the Morton keys of positions.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,), finite.

    Returns
    -------
    array of uint64
        Shape (n,), below 2^56.
    """
    return interleave(*grid_steps(lon, lat))


def class_bytes(
    kind: NDArray[np.uint8],
    operator_group: NDArray[np.uint8],
    direction_known: NDArray[np.bool_],
    counted: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Pack the class byte.

    Parameters
    ----------
    kind, operator_group
        Positions in `attributes.KINDS` (below 8) and `attributes.OPERATOR_GROUPS` (below 4).
    direction_known, counted
        One bit each.

    Returns
    -------
    array of uint8
        Shape (n,); the lowest bit is spare and 0.
    """
    return (
        (kind.astype(np.uint8) << 5)
        | (operator_group.astype(np.uint8) << 3)
        | (direction_known.astype(np.uint8) << 2)
        | (counted.astype(np.uint8) << 1)
    ).astype(np.uint8)


class ClassParts(NamedTuple):
    """What class bytes say; parameters as of `class_bytes`, aligned with them."""

    kind: NDArray[np.uint8]
    operator_group: NDArray[np.uint8]
    direction_known: NDArray[np.bool_]
    counted: NDArray[np.bool_]


def class_parts(packed: NDArray[np.uint8]) -> ClassParts:
    """Invert `class_bytes`."""
    return ClassParts(
        (packed >> 5).astype(np.uint8),
        (packed >> 3 & 3).astype(np.uint8),
        (packed >> 2 & 1).astype(np.bool_),
        (packed >> 1 & 1).astype(np.bool_),
    )


def cartesian_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place positions in space, so that near ones can be measured by their chord.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,), WGS 84.

    Returns
    -------
    array
        Shape (n, 3), metres from the Earth's centre, on the ellipsoid. Between points 1 km apart
        the chord is shorter than the geodesic by a micrometre.

    References
    ----------
    EPSG Guidance Note 7-2, method 9602, geographic to geocentric.
    """
    phi, lam = np.radians(lat), np.radians(lon)
    normal_m = GEOD.a / np.sqrt(1.0 - GEOD.es * np.sin(phi) ** 2)
    return np.stack(
        [
            normal_m * np.cos(phi) * np.cos(lam),
            normal_m * np.cos(phi) * np.sin(lam),
            normal_m * (1.0 - GEOD.es) * np.sin(phi),
        ],
        axis=1,
    )


def geodesic_area_m2(geometry: shapely.Geometry) -> float:
    """Measure a polygon's area on the WGS 84 ellipsoid, its vertices joined by geodesics.

    Parameters
    ----------
    geometry
        Polygon, MultiPolygon or collection of them, WGS 84 degrees; rings in any orientation. A
        shape whose long edges are meant as parallels must be densified first.

    Returns
    -------
    float
        Square metres; 0 for anything without an area.
    """
    total = 0.0
    for polygon in shapely.get_parts(geometry):
        if isinstance(polygon, shapely.Polygon) and not polygon.is_empty:
            total += _ring_area_m2(polygon.exterior)
            total -= sum(_ring_area_m2(hole) for hole in polygon.interiors)
    return total


def _ring_area_m2(ring: shapely.LinearRing) -> float:
    lon, lat = shapely.get_coordinates(ring).T
    return abs(float(GEOD.polygon_area_perimeter(lon, lat)[0]))


def box_area_m2(bbox: Bbox) -> float:
    """Measure a box between two meridians and two parallels, exactly.

    Parameters
    ----------
    bbox
        West, south, east, north in degrees; east below west crosses the antimeridian.

    Returns
    -------
    float
        Square metres.

    References
    ----------
    Snyder, J. P. (1987): Map projections, a working manual. USGS 1395, equation 3-12 (authalic q).
    """
    west, south, east, north = bbox
    width_deg = east - west if east >= west else east - west + 360.0
    return math.radians(width_deg) * (_authalic_m2(north) - _authalic_m2(south))


def _authalic_m2(latitude_deg: float) -> float:
    """Return the area between the equator and a parallel, per radian of longitude."""
    e = math.sqrt(GEOD.es)
    sine = math.sin(math.radians(latitude_deg))
    return float(GEOD.b**2 / 2 * (sine / (1 - GEOD.es * sine**2) + math.atanh(e * sine) / e))
