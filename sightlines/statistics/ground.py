"""How much of an area's ground sources cover, each for itself and all together.

Terms
-----
extent
    The polygon that a source says it covers, WGS 84. A source without one covers nothing.
ground
    The union of all extents.
covered, partly covered, not covered
    All, some or none of an area lies on the ground. 'All' leaves a part in a thousand outside, for
    two publishers draw one border differently; what one source covers of an area counts as none if
    it is less than a part in a thousand of the smaller of both shapes (`TOLERANCE`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sightlines.antimeridian import polygonal
from sightlines.geodesy import box_area_m2
from sightlines.statistics.sizes import areas_m2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightlines.geodesy import Bbox

COVERED, PARTLY_COVERED, NOT_COVERED = "covered", "partly covered", "not covered"
TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Ground:
    """What sources cover; made by `ground_of`.

    Parameters
    ----------
    extents
        One MultiPolygon a source, valid, not empty.
    extents_m2
        Their sizes.
    """

    extents: NDArray[np.object_]
    extents_m2: NDArray[np.float64]

    @cached_property
    def parts(self) -> NDArray[np.object_]:
        """Return the union of the extents as polygons that share no ground."""
        return np.asarray(shapely.get_parts(shapely.union_all(self.extents)), dtype=object)

    @cached_property
    def parts_m2(self) -> NDArray[np.float64]:
        """Return the sizes of `parts`."""
        return areas_m2(self.parts)

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which positions lie inside the ground or on its edge.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees, shape (n,); NaN lies nowhere.

        Returns
        -------
        array of bool
            Shape (n,).
        """
        found = np.zeros(len(lon), np.bool_)
        for extent, (west, south, east, north) in zip(
            _prepared_copies(self.extents), shapely.bounds(self.extents).tolist(), strict=True
        ):
            in_box = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
            near = np.flatnonzero(in_box & ~found)
            found[near] = shapely.intersects_xy(extent, lon[near], lat[near])
        return found


@dataclass(frozen=True)
class Cover:
    """What the ground covers of areas, one element an area.

    Parameters
    ----------
    share
        Covered share, in [0, 1]; exactly 1 where an area is wholly covered.
    covered_m2
        Covered ground; the whole area where it is wholly covered.
    """

    share: NDArray[np.float64]
    covered_m2: NDArray[np.float64]


def ground_of(extents: Iterable[shapely.Geometry]) -> Ground:
    """Put the extents of sources together.

    Parameters
    ----------
    extents
        Any geometries, WGS 84; mended where they are not valid; what has no area covers nothing.

    Returns
    -------
    Ground
        Never changed by what measures it; threads may share it.
    """
    shapes = [polygonal(extent) for extent in extents]
    kept = np.array([shape for shape in shapes if not shape.is_empty], dtype=object)
    return Ground(kept, areas_m2(kept))


def ground_covered(
    ground: Ground, geometries: NDArray[np.object_], geometries_m2: NDArray[np.float64]
) -> Cover:
    """Measure what the ground covers of each area.

    Parameters
    ----------
    ground
        What sources cover.
    geometries
        Areas, shape (m,), WGS 84, valid.
    geometries_m2
        Their sizes as `sizes.areas_m2` gives them.

    Returns
    -------
    Cover
        Arrays of shape (m,).
    """
    extents = _prepared_copies(ground.extents)
    source, area = shapely.STRtree(geometries).query(extents)
    whole = np.zeros(len(geometries), np.bool_)
    whole[area[shapely.covers(extents[source], geometries[area])]] = True
    source, area = source[~whole[area]], area[~whole[area]]
    met = shapely.intersects(extents[source], geometries[area])
    source, area = source[met], area[met]
    pieces = shapely.intersection(extents[source], geometries[area])
    pieces_m2 = areas_m2(pieces)
    keep = pieces_m2 > TOLERANCE * np.minimum(geometries_m2[area], ground.extents_m2[source])
    united_m2 = _united_m2(area[keep], pieces[keep], pieces_m2[keep], len(geometries))
    covered_m2 = np.where(whole, geometries_m2, united_m2)
    share = _share(covered_m2, geometries_m2)
    return Cover(share, np.where(share == 1.0, geometries_m2, covered_m2))


def _united_m2(
    area: NDArray[np.int64],
    pieces: NDArray[np.object_],
    pieces_m2: NDArray[np.float64],
    n_areas: int,
) -> NDArray[np.float64]:
    """Measure what pieces of several extents cover of each area together; overlaps count once."""
    found_m2 = np.zeros(n_areas)
    found_m2[area] = pieces_m2
    several = np.flatnonzero(np.bincount(area, minlength=n_areas)[area] > 1)
    if len(several):
        several = several[np.argsort(area[several], kind="stable")]
        shared, first = np.unique(area[several], return_index=True)
        united = [shapely.union_all(pieces[own]) for own in np.split(several, first[1:])]
        found_m2[shared] = areas_m2(united)
    return found_m2


def _prepared_copies(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Copy shapes and prepare the copies: what is prepared is not safe for threads to share."""
    copies = np.asarray(shapely.force_2d(shapes), dtype=object)
    shapely.prepare(copies)
    return copies


def covered_in_box(ground: Ground, bbox: Bbox) -> float:
    """Measure the share of a box that the ground covers.

    Parameters
    ----------
    ground
        What sources cover.
    bbox
        West, south, east, north, WGS 84 degrees; east below west crosses the antimeridian.

    Returns
    -------
    float
        In [0, 1], with the tolerance of `ground_covered`; 0 for a box without an area.
    """
    west, south, east, north = bbox
    halves = [bbox] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]
    box_m2 = box_area_m2(bbox)
    covered_m2 = sum(_in_box_m2(ground.parts, ground.parts_m2, half).sum() for half in halves)
    if covered_m2 <= TOLERANCE * box_m2:
        own_m2 = sum(_in_box_m2(ground.extents, ground.extents_m2, half) for half in halves)
        if not (own_m2 > TOLERANCE * np.minimum(box_m2, ground.extents_m2)).any():
            return 0.0
    return float(_share(np.array([covered_m2]), np.array([box_m2]))[0])


def _in_box_m2(
    shapes: NDArray[np.object_], shapes_m2: NDArray[np.float64], bbox: Bbox
) -> NDArray[np.float64]:
    """Measure what of each shape lies in a box that does not cross the antimeridian."""
    west, south, east, north = bbox
    first_lon, first_lat, last_lon, last_lat = shapely.bounds(shapes).reshape(-1, 4).T
    beside = (first_lon > east) | (last_lon < west) | (first_lat > north) | (last_lat < south)
    within = (first_lon >= west) & (first_lat >= south) & (last_lon <= east) & (last_lat <= north)
    found_m2 = np.where(within, shapes_m2, 0.0)
    cut = np.flatnonzero(~within & ~beside)
    box = shapely.box(west, south, east, north)
    whole = shapely.covers(shapes[cut], box)
    found_m2[cut[whole]] = box_area_m2(bbox)
    cut = cut[~whole]
    found_m2[cut] = areas_m2(shapely.intersection(shapes[cut], box))
    return found_m2


def coverage(share: NDArray[np.float64]) -> NDArray[np.object_]:
    """Name covered shares: 'covered' (1), 'not covered' (0), 'partly covered' (between)."""
    named = np.full(share.shape, PARTLY_COVERED, dtype=object)
    named[share == 1.0] = COVERED
    named[share == 0.0] = NOT_COVERED
    return named


def _share(covered_m2: NDArray[np.float64], whole_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.divide(covered_m2, whole_m2, out=np.zeros_like(covered_m2), where=whole_m2 > 0)
    return np.where(share >= 1.0 - TOLERANCE, 1.0, share)
