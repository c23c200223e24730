"""The outlines of areas, as coarse as a view needs them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.geodesy import Bbox
    from sightlines.snapshot.reader import Snapshot

# Half a pixel of a 256-px tile, so that a simplified outline looks like the whole one.
_PIXEL_SHARE = 0.5
_KEPT_LEVELS = 32


class Shapes(NamedTuple):
    """The areas of one level.

    Parameters
    ----------
    codes
        Codes, aligned with the geometries.
    geometries
        Polygons, WGS 84 degrees.
    bounds
        West, south, east, north of each, shape (n, 4).
    figures
        Row of each in the snapshot's table of statistics.
    """

    codes: list[str]
    geometries: NDArray[np.object_]
    bounds: NDArray[np.float64]
    figures: NDArray[np.int64]


_kept: dict[tuple[str, str], Shapes] = {}
_keeping = threading.Lock()


def shapes_of(snapshot: Snapshot, level: str) -> Shapes:
    """Return the outlines of a level, decoded once a process.

    Parameters
    ----------
    snapshot
        Where the areas stand.
    level
        One of its levels; another gives no areas.

    Returns
    -------
    Shapes
        In the order of the snapshot's table.
    """
    key = (snapshot.id, level)
    with _keeping:
        if key not in _kept:
            if len(_kept) >= _KEPT_LEVELS:
                _kept.clear()
            rows = snapshot.areas.filter(pc.equal(snapshot.areas["level"], level))
            geometries = shapely.from_wkb(rows["geometry"].to_numpy(zero_copy_only=False))
            bounds = shapely.bounds(geometries).reshape(-1, 4)
            figures = _figures(snapshot, level, rows["code"])
            _kept[key] = Shapes(rows["code"].to_pylist(), geometries, bounds, figures)
        return _kept[key]


def _figures(snapshot: Snapshot, level: str, codes: pa.ChunkedArray) -> NDArray[np.int64]:
    statistics = snapshot.statistics
    of_level = pc.equal(statistics["level"], level)
    rows = np.flatnonzero(of_level.to_numpy(zero_copy_only=False))
    of_rows = statistics["code"].take(pa.array(rows)).combine_chunks()
    at = pc.index_in(codes, value_set=of_rows).to_numpy(zero_copy_only=False)
    return np.asarray(rows[at.astype(np.int64)], dtype=np.int64)


def in_view(shapes: Shapes, bbox: Bbox | None, *, limit: int) -> NDArray[np.int64]:
    """Find the areas whose bounds meet a box, the largest first where there are too many.

    Parameters
    ----------
    shapes
        The areas.
    bbox
        West, south, east, north in degrees; east below west crosses the antimeridian; None for
        all.
    limit
        Most areas to return.

    Returns
    -------
    array of int64
        Positions in `shapes`, ascending.
    """
    west_of, south_of, east_of, north_of = shapes.bounds.T
    found = np.ones(len(shapes.codes), dtype=bool)
    if bbox is not None:
        west, south, east, north = bbox
        beside = (west_of <= east) & (east_of >= west)
        if east < west:
            beside = (west_of <= east) | (east_of >= west)
        found = beside & (south_of <= north) & (north_of >= south)
    rows = np.flatnonzero(found)
    if len(rows) > limit:
        size = (east_of - west_of) * (north_of - south_of)
        rows = np.sort(rows[np.argsort(-size[rows], kind="stable")[:limit]])
    return rows


def simplified(geometries: NDArray[np.object_], zoom: float) -> NDArray[np.object_]:
    """Simplify outlines to about half a pixel at a zoom of 256-px tiles; rounded to 6 decimals."""
    tolerance_deg = 360.0 / (256 * 2**zoom) * _PIXEL_SHARE
    simple = shapely.simplify(geometries, tolerance_deg, preserve_topology=True)
    return np.asarray(shapely.transform(simple, lambda points: np.round(points, 6)), dtype=object)
