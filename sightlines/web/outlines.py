"""Draw where a source's ground lies: a small picture of lines, without a script or a tile.

Terms
-----
frame
    The box that is drawn: the ground with room around it, wide enough that borders and coasts say
    where on Earth it is. Longitudes are squeezed by the cosine of the middle latitude, so that
    shapes look right there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH, HEIGHT = 480, 240
_ROOM = 0.4
_LEAST_HEIGHT_DEG = 5.0
_SMALL = 8.0
_POLAR_DEG = 85.0


class Outline(NamedTuple):
    """A picture of `WIDTH` by `HEIGHT` units.

    Parameters
    ----------
    land, ground
        Paths as SVG has them (`d`); "" for nothing.
    mark
        Where to put a ring, because the ground is too small to see; None where it is not.
    """

    land: str
    ground: str
    mark: tuple[float, float] | None


class _Frame(NamedTuple):
    west: float
    north: float
    degree: float
    squeeze: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        east = self.west + WIDTH / (self.degree * self.squeeze)
        return self.west, self.north - HEIGHT / self.degree, east, self.north


def outline_of(ground: shapely.Geometry, countries: NDArray[np.object_]) -> Outline:
    """Draw ground among the outlines of countries.

    Parameters
    ----------
    ground
        What a source covers, polygons in WGS 84 degrees, not empty.
    countries
        Polygons, WGS 84 degrees.

    Returns
    -------
    Outline
        Simplified to half a unit.
    """
    frame = _frame(shapely.bounds(ground).tolist())
    land = _drawn(countries, frame)
    shown = _drawn(np.array([ground]), frame)
    west, south, east, north = shapely.bounds(ground).tolist()
    wide, high = (east - west) * frame.degree * frame.squeeze, (north - south) * frame.degree
    mark = None
    if max(wide, high) < _SMALL:
        middle = np.array([[(west + east) / 2, (south + north) / 2]])
        x, y = _placed(middle, frame)[0].tolist()
        mark = (x, y)
    return Outline(_path(land, frame), _path(shown, frame), mark)


def _drawn(geometries: NDArray[np.object_], frame: _Frame) -> NDArray[np.object_]:
    """Return the polygons that are seen in a frame, clipped and simplified."""
    west, south, east, north = frame.box
    least_deg = 1.0 / frame.degree
    parts = shapely.get_parts(geometries)
    left, bottom, right, top = shapely.bounds(parts).T
    inside = (left <= east) & (right >= west) & (bottom <= north) & (top >= south)
    seen = np.maximum((right - left) * frame.squeeze, top - bottom) >= least_deg
    # What stands alone is drawn however small it is.
    kept = parts[inside & (seen | (len(parts) == 1))]
    return np.asarray(
        shapely.clip_by_rect(
            shapely.simplify(kept, least_deg / 2, preserve_topology=False), west, south, east, north
        )
    )


def _frame(bounds: Sequence[float]) -> _Frame:
    """Choose the frame for some bounds: west, south, east, north in degrees."""
    west, south, east, north = bounds
    middle = max(-_POLAR_DEG, min(_POLAR_DEG, (south + north) / 2))
    squeeze = math.cos(math.radians(middle))
    room = 1 + 2 * _ROOM
    high = max(
        (north - south) * room, (east - west) * squeeze * room * HEIGHT / WIDTH, _LEAST_HEIGHT_DEG
    )
    degree = HEIGHT / min(high, 180.0)
    return _Frame(
        west=(west + east) / 2 - WIDTH / (degree * squeeze) / 2,
        north=(south + north) / 2 + HEIGHT / degree / 2,
        degree=degree,
        squeeze=squeeze,
    )


def _placed(points: NDArray[np.float64], frame: _Frame) -> NDArray[np.float64]:
    """Place longitudes and latitudes, shape (n, 2), in the picture."""
    x = (points[:, 0] - frame.west) * frame.degree * frame.squeeze
    y = (frame.north - points[:, 1]) * frame.degree
    return np.asarray(np.round(np.stack([x, y], axis=1), 1), np.float64)


def _path(geometries: NDArray[np.object_], frame: _Frame) -> str:
    """Write the rings of polygons as one path."""
    polygons = shapely.get_parts(shapely.get_parts(geometries))
    parts = []
    for ring in shapely.get_rings(polygons[shapely.get_type_id(polygons) == _POLYGON]):
        corners = _placed(shapely.get_coordinates(ring)[:-1], frame).tolist()
        parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z")
    return "".join(parts)


_POLYGON = int(shapely.GeometryType.POLYGON)
