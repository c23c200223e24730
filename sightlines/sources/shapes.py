"""Polygons as areas need them: flat, valid, always a MultiPolygon, cut at the antimeridian."""

from __future__ import annotations

import math

import shapely

from sightlines.antimeridian import cut_at_antimeridian, is_cut_needed


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
    polygons = [part for part in _polygons(flat) if part.area > 0]
    return (shapely.MultiPolygon(polygons) if polygons else None), is_repaired


def cut_jumps(shape: shapely.Geometry) -> tuple[shapely.Geometry, bool]:
    """Cut the polygons of a shape that step over the antimeridian or go round a pole.

    Parameters
    ----------
    shape
        Of any type, WGS 84 degrees, flat or not.

    Returns
    -------
    shape
        The polygons of the shape, cut; the very shape that was given where none of it jumps.
    is_cut
        Whether one had to be cut.
    """
    west, _, east, _ = shapely.bounds(shape)
    if not east - west > 180.0:
        return shape, False
    pieces: list[shapely.Polygon] = []
    is_cut = False
    for part in _polygons(shapely.force_2d(shape)):
        cut = cut_at_antimeridian(part) if is_cut_needed(part) else part
        # A band round the globe, or a cap closed along its pole, comes back as it was.
        is_cut = is_cut or not math.isclose(cut.area, part.area)
        pieces += _polygons(cut)
    return (shapely.MultiPolygon(pieces), True) if is_cut else (shape, False)


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [
        part
        for piece in shapely.get_parts(shape)
        for part in shapely.get_parts(piece)
        if isinstance(part, shapely.Polygon)
    ]
