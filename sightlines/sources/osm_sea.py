"""The sea, which OpenStreetMap maps only by its shore.

A coastline is a way with land on its left and water on its right. The extent is cut by all
coastlines into faces; a face that lies to the right of them is sea.

References
----------
OpenStreetMap wiki, Tag:natural=coastline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# How far beside a coastline one looks for the face it bounds: about 0.1 m.
_BESIDE_DEG = 1e-6
# A face may lie on the wrong side of this share of its shore, where it is narrower than that.
_WRONG_SHARE = 0.1
# The last stretch of an open coastline that says where it is heading: about 500 m.
_HEADING_DEG = 0.005


def sea_polygons(
    coastlines: Sequence[shapely.LineString], extent: shapely.Geometry
) -> tuple[list[shapely.Polygon], bool]:
    """Make the sea of an extract.

    Parameters
    ----------
    coastlines
        Ways in their own direction, WGS 84: land on the left, water on the right.
    extent
        Polygon of the ground that the extract covers, WGS 84.

    Returns
    -------
    polygons
        Sea inside the extent; empty where there is no coastline, or none that divides it.
    is_open
        Whether a coastline ended inside the extent and was drawn on to its edge, straight on.
    """
    merged = shapely.line_merge(shapely.union_all(list(coastlines)), directed=True)
    lines = [part for part in shapely.get_parts(merged) if part.intersects(extent)]
    if not lines:
        return [], False
    ends = [stub for line in lines for stub in _stubs(line, merged, extent)]
    network = shapely.union_all([*lines, *ends, shapely.boundary(extent)])
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize([network]))
        if shapely.covers(extent, face.point_on_surface())
    ]
    return _on_the_right(faces, lines, extent), bool(ends)


def _stubs(
    line: shapely.LineString, coast: shapely.Geometry, extent: shapely.Geometry
) -> list[shapely.LineString]:
    """Draw a line that ends inside the extent on to its edge, at both ends where need be."""
    if line.is_closed:
        return []
    stubs = []
    for path in (line, line.reverse()):
        end = shapely.Point(path.coords[-1])
        if shapely.contains(extent, end):
            stub = _ahead(path, extent)
            if stub is None or not shapely.equals(shapely.intersection(stub, coast), end):
                nearest = shapely.shortest_line(end, shapely.boundary(extent))
                stub = shapely.LineString(shapely.get_coordinates(nearest))
            stubs.append(stub)
    return stubs


def _ahead(path: shapely.LineString, extent: shapely.Geometry) -> shapely.LineString | None:
    """Return the straight line from a path's end to the edge; None for a path that turns back."""
    start = shapely.line_interpolate_point(path, max(path.length - _HEADING_DEG, 0.0))
    end = np.array(path.coords[-1])
    heading = end - np.array(start.coords[0])
    length = float(np.hypot(*heading))
    if length == 0.0:
        return None
    west, south, east, north = shapely.bounds(extent)
    far = end + heading / length * (east - west + north - south)
    inside = shapely.intersection(shapely.LineString([end, far]), extent)
    reached = [part for part in shapely.get_parts(inside) if part.distance(shapely.Point(end)) == 0]
    return shapely.LineString(reached[0].coords) if reached else None


def _on_the_right(
    faces: list[shapely.Polygon], lines: list[shapely.LineString], extent: shapely.Geometry
) -> list[shapely.Polygon]:
    middle, right = _middles(lines)
    inside = shapely.contains_xy(extent, middle)
    middle, right = middle[inside], right[inside]
    tree = shapely.STRtree(faces)
    water = _votes(tree, middle + right * _BESIDE_DEG, len(faces))
    land = _votes(tree, middle - right * _BESIDE_DEG, len(faces))
    is_sea = (water > 0) & (land <= _WRONG_SHARE * (water + land))
    return [face for face, sea in zip(faces, is_sea, strict=True) if sea]


def _middles(
    lines: list[shapely.LineString],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle of each segment and the unit vector to its right, each of shape (n, 2)."""
    middles, rights = [], []
    for line in lines:
        points = shapely.get_coordinates(line)
        steps = np.diff(points, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        moved = lengths > 0
        middles.append((points[:-1] + steps / 2)[moved])
        rights.append(
            np.column_stack([steps[:, 1], -steps[:, 0]])[moved] / lengths[moved, np.newaxis]
        )
    return np.concatenate(middles), np.concatenate(rights)


def _votes(tree: shapely.STRtree, points: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    _, faces = tree.query(shapely.points(points), predicate="within")
    return np.bincount(faces, minlength=count)
