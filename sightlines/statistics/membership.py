"""Which positions lie in which areas.

Edges are straight in longitude and latitude. A position on the edge of an area lies in it, with one
exception: where several areas of one level share the edge, it lies in the one with the lowest code
only, so that a level that divides the ground counts nobody twice (DEFINITIONS: Areas). Areas of one
level may overlap: a position inside several lies in each.

Which side of an edge a position is on is settled by GEOS with a robust orientation test, the same
for both neighbours of an edge.

References
----------
GEOS, algorithm/locate/IndexedPointInAreaLocator and CGAlgorithmsDD::orientationIndex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Pairs = tuple["NDArray[np.int64]", "NDArray[np.int64]"]

_NO_PAIRS = np.empty(0, np.int64)


def members(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    geometries: NDArray[np.object_],
    codes: Sequence[str],
) -> Pairs:
    """Find the areas of one level that each position lies in.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,); NaN lies nowhere.
    geometries
        Polygons or MultiPolygons of one level, shape (m,), WGS 84, valid.
    codes
        The areas' codes, length m, unique; compared as text.

    Returns
    -------
    tuple of two arrays
        Positions in `lon` and in `geometries`, one pair a membership, sorted by area, then camera.
    """
    point, area = _inside_or_on(lon, lat, geometries)
    shared = np.bincount(point, minlength=len(lon))[point] > 1
    if shared.any():
        drop = _lost_on_borders(lon, lat, geometries, codes, (point[shared], area[shared]))
        keep = np.ones(len(point), np.bool_)
        keep[np.flatnonzero(shared)[drop]] = False
        point, area = point[keep], area[keep]
    return point, area


def named(places: Sequence[str | None], names: Sequence[str]) -> Pairs:
    """Find the area of one level that each place names.

    Parameters
    ----------
    places
        Names of places, shape (n,); None names nothing.
    names
        The areas' names, length m. A name that several of them have names none of them.

    Returns
    -------
    tuple of two arrays
        Positions in `places` and in `names`, as of `members`. Letters' case does not matter.
    """
    if not places:
        return _NO_PAIRS, _NO_PAIRS
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        key = name.strip().casefold()
        found[key] = position if key not in found else -1
    at = [-1 if place is None else found.get(place.strip().casefold(), -1) for place in places]
    area = np.array(at, dtype=np.int64)
    place_row = np.flatnonzero(area >= 0)
    return place_row, area[place_row]


def _inside_or_on(
    lon: NDArray[np.float64], lat: NDArray[np.float64], geometries: NDArray[np.object_]
) -> Pairs:
    """Test, area by area, the positions in the area's box; the area is prepared, so each is fast.

    Positions sorted by latitude make an area's box one slice of them.
    """
    order = np.argsort(lat, kind="stable")
    order = order[: len(order) - int(np.isnan(lat).sum())]
    sorted_lon, sorted_lat = lon[order], lat[order]
    boxes = shapely.bounds(geometries)
    first = np.searchsorted(sorted_lat, boxes[:, 1], side="left")
    last = np.searchsorted(sorted_lat, boxes[:, 3], side="right")
    points, areas = [_NO_PAIRS], [_NO_PAIRS]
    for position in np.flatnonzero(last > first).tolist():
        part = slice(first[position], last[position])
        within = sorted_lon[part]
        near = np.flatnonzero((within >= boxes[position, 0]) & (within <= boxes[position, 2]))
        if not len(near):
            continue
        near += first[position]
        shapely.prepare(geometries[position])
        hit = shapely.intersects_xy(geometries[position], sorted_lon[near], sorted_lat[near])
        shapely.destroy_prepared(geometries[position])
        points.append(np.sort(order[near[hit]]))
        areas.append(np.full(len(points[-1]), position, np.int64))
    return np.concatenate(points), np.concatenate(areas)


def _lost_on_borders(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    geometries: NDArray[np.object_],
    codes: Sequence[str],
    pairs: Pairs,
) -> NDArray[np.bool_]:
    """Mark the pairs on an edge whose position is also on an edge of an area with a lower code.

    Pairs come sorted by area.
    """
    point, area = pairs
    on_edge = np.empty(len(point), np.bool_)
    starts = np.flatnonzero(np.r_[True, area[1:] != area[:-1]])
    for start, stop in zip(starts, [*starts[1:], len(area)], strict=True):
        geometry, rows = geometries[area[start]], point[start:stop]
        shapely.prepare(geometry)
        on_edge[start:stop] = ~shapely.contains_xy(geometry, lon[rows], lat[rows])
        shapely.destroy_prepared(geometry)
    rank = np.argsort(np.argsort(np.asarray(codes, dtype=object)))
    edge = np.flatnonzero(on_edge)
    edge = edge[np.lexsort((rank[area[edge]], point[edge]))]
    lost = np.zeros(len(point), np.bool_)
    lost[edge[1:][point[edge[1:]] == point[edge[:-1]]]] = True
    return lost
