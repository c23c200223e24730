"""How much of an area's ground a source covers.

Terms
-----
extent
    The polygon that a source says it covers, WGS 84. A source without one covers nothing.
covered, partly covered, not covered
    All, some or none of an area lies inside the extent. 'All' leaves a part in a million for the
    rounding of coordinates; what covers less than a part in a million of the smaller of both
    shapes is rounding too, and none (`TOLERANCE`).

Areas are geodesic, on the WGS 84 ellipsoid. Since edges are straight in longitude and latitude,
long ones are first broken into steps of a tenth of a degree; boxes between parallels are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sightlines.antimeridian import polygonal
from sightlines.geodesy import box_area_m2, geodesic_area_m2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COVERED, PARTLY_COVERED, NOT_COVERED = "covered", "partly covered", "not covered"
# Two publishers draw one border differently: up to a thousandth of an area outside counts as wholly
# inside, and an overlap of less than that of both shapes as none.
TOLERANCE = 1e-3

_LONGEST_EDGE_DEG = 0.1


@dataclass(frozen=True)
class Cover:
    """What extents cover of areas, one element a pair that has ground in common.

    Parameters
    ----------
    extent, area
        Positions in the arrays that `ground_covered` was given.
    share
        Covered share of the area, in (0, 1]; exactly 1 where it is wholly covered.
    covered_m2
        Covered ground; the whole area where it is wholly covered.
    """

    extent: NDArray[np.int64]
    area: NDArray[np.int64]
    share: NDArray[np.float64]
    covered_m2: NDArray[np.float64]


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
    parts, owner = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    parts, part_owner = shapely.get_parts(parts, return_index=True)
    stepped = shapely.segmentize(parts, _LONGEST_EDGE_DEG)
    boxed = (shapely.get_num_coordinates(stepped) != shapely.get_num_coordinates(parts)) & (
        shapely.equals(parts, shapely.envelope(parts))
    )
    sizes = [
        box_area_m2(part.bounds) if is_box else geodesic_area_m2(steps)
        for part, steps, is_box in zip(parts, stepped, boxed.tolist(), strict=True)
    ]
    totals = np.zeros(len(geometries))
    np.add.at(totals, owner[part_owner], sizes)
    return totals


def ground_covered(
    extents: Sequence[shapely.Geometry],
    geometries: NDArray[np.object_],
    geometries_m2: NDArray[np.float64],
) -> Cover:
    """Measure what each extent covers of each area.

    Parameters
    ----------
    extents
        Polygons or MultiPolygons, WGS 84; mended where they are not valid.
    geometries
        Areas, shape (m,), WGS 84, valid.
    geometries_m2
        Their sizes as `areas_m2` gives them.

    Returns
    -------
    Cover
        Pairs with ground in common, sorted by extent, then area; all others are not covered.
    """
    shapes = np.array([polygonal(extent) for extent in extents], dtype=object)
    shapely.prepare(shapes)
    extent, area = shapely.STRtree(geometries).query(shapes, predicate="intersects")
    order = np.lexsort((area, extent))
    extent, area = extent[order], area[order]
    covered_m2 = geometries_m2[area]
    cut = np.flatnonzero(~shapely.covers(shapes[extent], geometries[area]))
    covered_m2[cut] = areas_m2(shapely.intersection(shapes[extent[cut]], geometries[area[cut]]))
    share = _share(covered_m2, geometries_m2[area])
    smaller_m2 = np.minimum(geometries_m2[area], areas_m2(shapes)[extent])
    keep = covered_m2 > TOLERANCE * smaller_m2
    whole_m2 = np.where(share == 1.0, geometries_m2[area], covered_m2)
    return Cover(extent[keep], area[keep], share[keep], whole_m2[keep])


def covered_in_box(extent: shapely.Geometry, box: shapely.Geometry, box_m2: float) -> float:
    """Measure the share of a box that an extent covers.

    Parameters
    ----------
    extent
        Polygon or MultiPolygon, WGS 84, valid.
    box
        The box as a polygon, or two where it crosses the antimeridian.
    box_m2
        Its size.

    Returns
    -------
    float
        In [0, 1], with the tolerance of `ground_covered`.
    """
    if not shapely.intersects(extent, box):
        return 0.0
    if shapely.covers(extent, box):
        return 1.0
    part = shapely.intersection(extent, box)
    part_m2 = float(areas_m2([part])[0])
    sliver = part_m2 <= TOLERANCE * box_m2
    if sliver and part_m2 <= TOLERANCE * float(areas_m2([extent])[0]):
        return 0.0
    return float(_share(np.array([part_m2]), np.array([box_m2]))[0])


def coverage(share: NDArray[np.float64]) -> NDArray[np.object_]:
    """Name covered shares: 'covered' (1), 'not covered' (0), 'partly covered' (between)."""
    named = np.full(share.shape, PARTLY_COVERED, dtype=object)
    named[share == 1.0] = COVERED
    named[share == 0.0] = NOT_COVERED
    return named


def _share(covered_m2: NDArray[np.float64], whole_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.divide(covered_m2, whole_m2, out=np.zeros_like(covered_m2), where=whole_m2 > 0)
    return np.where(share >= 1.0 - TOLERANCE, 1.0, share)
