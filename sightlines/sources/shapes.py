"""Polygons as areas need them: flat, valid, always a MultiPolygon."""

from __future__ import annotations

import shapely


def as_multipolygon(shape: shapely.Geometry) -> tuple[shapely.MultiPolygon | None, bool]:
    """Make a valid, flat MultiPolygon of a shape.

    Parameters
    ----------
    shape
        Of any type, in any coordinate system; a third dimension is dropped.

    Returns
    -------
    polygons
        None where the shape has no area.
    is_repaired
        Whether rings crossed or touched and had to be rebuilt.

    References
    ----------
    GEOS, MakeValid, method "structure": rings are first made valid one by one, then joined, so
    that a hole stays a hole.
    """
    flat = shapely.force_2d(shape)
    is_repaired = not shapely.is_valid(flat)
    if is_repaired:
        flat = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    polygons = [
        part
        for piece in shapely.get_parts(flat)
        for part in shapely.get_parts(piece)
        if isinstance(part, shapely.Polygon) and part.area > 0
    ]
    return (shapely.MultiPolygon(polygons) if polygons else None), is_repaired
