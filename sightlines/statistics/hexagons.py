"""The H3 grid: hexagons that hold a located record or touch covered ground, as areas.

A hexagon's level is `h3-<resolution>`, its code `<level>:<cell>`, its name the cell. A position
belongs to the cell that H3 gives for it. The polygon of a cell is drawn with edges straight in
longitude and latitude, H3's own are great circles, so within centimetres of an edge the two can
differ: membership follows the cell, ground covered the polygon.

References
----------
Uber Technologies, H3: https://h3geo.org/docs/core-library/restable/
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import h3.api.basic_int as h3  # type: ignore[import-untyped] # h3 ships no types
import numpy as np
import pyarrow as pa
import shapely

from sightlines.antimeridian import cut_at_antimeridian
from sightlines.geodesy import geodesic_area_m2
from sightlines.schema import AREA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RESOLUTIONS = (7, 8, 9)
MOST_COVERED = 20_000

_PREFIX = "h3-"


def level_of(resolution: int) -> str:
    """Return the level of hexagons of a resolution."""
    return f"{_PREFIX}{resolution}"


def resolution_of(level: str) -> int | None:
    """Invert `level_of`; None for a level that is not of hexagons."""
    digits = level.removeprefix(_PREFIX)
    return int(digits) if level.startswith(_PREFIX) and digits.isdecimal() else None


def cells(
    lon: NDArray[np.float64], lat: NDArray[np.float64], resolution: int
) -> NDArray[np.uint64]:
    """Return the cell of each position.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,); NaN where unknown.
    resolution
        0 to 15.

    Returns
    -------
    array of uint64
        Shape (n,); 0, which is no cell, where the position is unknown.
    """
    found = np.zeros(len(lon), np.uint64)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    each = map(h3.latlng_to_cell, lat[known].tolist(), lon[known].tolist(), repeat(resolution))
    found[known] = np.fromiter(each, np.uint64, len(known))
    return found


def hexagon_areas(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    ground: Sequence[shapely.Geometry] = (),
    *,
    resolutions: Sequence[int] = RESOLUTIONS,
) -> pa.Table:
    """Return the hexagons that hold a position, and those that touch covered ground.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,); NaN where unknown.
    ground
        What sources cover, polygons in WGS 84: there a hexagon without a record is a finding too.
        Ground of more than `MOST_COVERED` hexagons of a resolution adds none.
    resolutions
        H3 resolutions.

    Returns
    -------
    pa.Table
        `schema.AREA`, sorted by level and code; no population.
    """
    tables = []
    for resolution in sorted(resolutions):
        found = np.union1d(cells(lon, lat, resolution), covered_cells(ground, resolution))
        tables.append(_level_areas(found[found > 0], resolution))
    return pa.concat_tables([AREA.empty_table(), *tables])


def covered_cells(ground: Sequence[shapely.Geometry], resolution: int) -> NDArray[np.uint64]:
    """Return the cells that overlap some ground, ascending; none where it is too large.

    Parameters
    ----------
    ground
        Polygons, WGS 84 degrees.
    resolution
        0 to 15.

    Returns
    -------
    array of uint64
        Shape (n,).
    """
    found: set[int] = set()
    cell_km2 = h3.average_hexagon_area(resolution, "km^2")
    for shape in ground:
        if not shapely.is_empty(shape) and geodesic_area_m2(shape) / 1e6 <= MOST_COVERED * cell_km2:
            outline = h3.geo_to_h3shape(shape)
            found.update(h3.h3shape_to_cells_experimental(outline, resolution, "overlap"))
    return np.array(sorted(found), np.uint64)


def hexagon_members(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    resolution: int,
    codes: Sequence[str],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the hexagon that each position belongs to, as `membership.members` does for polygons.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,); NaN lies nowhere.
    resolution
        That of all the codes.
    codes
        The hexagons' codes, length m, unique.

    Returns
    -------
    tuple of two arrays
        Positions in `lon` and in `codes`, sorted by hexagon, then camera.
    """
    known = np.array([h3.str_to_int(code.rpartition(":")[2]) for code in codes], np.uint64)
    order = np.argsort(known)
    found = cells(lon, lat, resolution)
    at = np.searchsorted(known, found, sorter=order)
    at = order[np.minimum(at, len(order) - 1)]
    point = np.flatnonzero(known[at] == found)
    area = at[point]
    sorted_pairs = np.lexsort((point, area))
    return point[sorted_pairs], area[sorted_pairs]


def _level_areas(found: NDArray[np.uint64], resolution: int) -> pa.Table:
    level = level_of(resolution)
    names = [h3.int_to_str(cell) for cell in found.tolist()]
    count = len(names)
    columns = {
        "code": [f"{level}:{name}" for name in names],
        "name": names,
        "level": pa.repeat(level, count),
        "population": pa.nulls(count, pa.int64()),
        "population_year": pa.nulls(count, pa.int64()),
        "population_source": pa.nulls(count, pa.string()),
        "source": pa.repeat("h3", count),
        "licence": pa.repeat("public-domain", count),
        "geometry": shapely.to_wkb(_polygons(found)),
    }
    return pa.table(columns, schema=AREA)


def _polygons(found: NDArray[np.uint64]) -> NDArray[np.object_]:
    """Draw cells as MultiPolygons; only the few at the antimeridian or a pole need cutting."""
    if not len(found):
        return np.empty(0, dtype=object)
    rings = list(map(h3.cell_to_boundary, found.tolist()))
    number = np.fromiter(map(len, rings), np.int64, len(rings))
    flat = chain.from_iterable(chain.from_iterable(rings))
    corners = np.fromiter(flat, np.float64, 2 * int(number.sum())).reshape(-1, 2)[:, ::-1]
    ends = np.cumsum(number)
    # Each ring ends with its first corner once more.
    closed = np.insert(corners, ends, corners[ends - number], axis=0)
    one_each = np.arange(len(rings) + 1)
    bounds = (np.append(0, ends) + one_each, one_each, one_each)
    shapes = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, closed, bounds)
    west, _, east, _ = shapely.bounds(shapes).T
    for position in np.flatnonzero(east - west > 180.0).tolist():
        shapes[position] = cut_at_antimeridian(shapes[position].geoms[0])
    return np.asarray(shapes, dtype=object)
