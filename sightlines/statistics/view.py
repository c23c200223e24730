"""The figures of the panel 'in this view': a box on the map, one source at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import shapely

from sightlines.geodesy import Bbox, box_area_m2
from sightlines.statistics.density import density_per_km2
from sightlines.statistics.ground import coverage, covered_in_box
from sightlines.statistics.tally import Tally, plain_date, tally, weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightlines.statistics.records import Records


@dataclass(frozen=True)
class ViewSource:
    """A source as a view needs it.

    Parameters
    ----------
    id, title
        As registered.
    extent
        The ground that it states, WGS 84, valid; None where it states none.
    """

    id: str
    title: str
    extent: shapely.Geometry | None


class Edited(TypedDict):
    """When a view's counted records were last edited, ISO dates; None where no date is known."""

    first: str | None
    median: str | None
    last: str | None


class SourceFigures(TypedDict):
    """The figures of one source in a view, named as in the table of statistics."""

    source: str
    title: str
    n_cameras: int
    n_records: int
    n_enforcement: int
    n_public: int
    n_private: int
    n_unknown: int
    n_direction_known: int
    n_cameras_covered: int
    covered_km2: float
    covered_share: float
    coverage: str
    density_per_km2: float | None
    density_reason: str | None
    last_edited: Edited


class ViewFigures(TypedDict):
    """The figures of a view; `sources` begins with the one to show."""

    bbox: list[float]
    area_km2: float
    sources: list[SourceFigures]


@dataclass(frozen=True)
class _Ground:
    """What each source covers of the view, one element a source."""

    share: NDArray[np.float64]
    km2: NDArray[np.float64]
    n_covered: NDArray[np.int64]


def view_statistics(bbox: Bbox, records: Records, sources: Sequence[ViewSource]) -> ViewFigures:
    """Measure what is recorded in a box.

    Parameters
    ----------
    bbox
        West, south, east, north, WGS 84 degrees; east below west crosses the antimeridian.
    records
        The records in the box, already selected, once for each source that has them;
        `Records.source` points into `sources`.
    sources
        All sources of the snapshot.

    Returns
    -------
    ViewFigures
        Ready for JSON. A source appears if it has a record in the box or states ground there;
        first the one with the largest covered share, then with most cameras, then by id.
    """
    box, box_m2 = _box(bbox), box_area_m2(bbox)
    share = np.array([_share(source.extent, box, box_m2) for source in sources], np.float64)
    counts = tally(records, np.arange(len(records)), records.source, len(sources))
    on_ground = np.flatnonzero(records.counted & _on_ground(records, sources, share))
    n_covered = weights(records, on_ground, records.source[on_ground], len(sources))
    ground = _Ground(share, share * box_m2 / 1e6, np.where(share == 1, counts.n_cameras, n_covered))
    present = np.bincount(records.source, minlength=len(sources)) > 0
    shown = [
        _figures(sources[position], position, counts, ground)
        for position in np.flatnonzero(present | (share > 0)).tolist()
    ]
    shown.sort(key=lambda row: (-row["covered_share"], -row["n_cameras"], row["source"]))
    return {"bbox": list(bbox), "area_km2": box_m2 / 1e6, "sources": shown}


def _box(bbox: Bbox) -> shapely.Geometry:
    west, south, east, north = bbox
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon(
        [shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)]
    )


def _share(extent: shapely.Geometry | None, box: shapely.Geometry, box_m2: float) -> float:
    return 0.0 if extent is None else covered_in_box(extent, box, box_m2)


def _on_ground(
    records: Records, sources: Sequence[ViewSource], share: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Mark records on their own source's ground, for sources that cover a part of the view."""
    on_ground = np.zeros(len(records), np.bool_)
    for position in np.flatnonzero((share > 0) & (share < 1)).tolist():
        own = np.flatnonzero(records.source == position)
        extent = sources[position].extent
        on_ground[own] = shapely.intersects_xy(extent, records.lon[own], records.lat[own])
    return on_ground


def _figures(source: ViewSource, at: int, counts: Tally, ground: _Ground) -> SourceFigures:
    """Return the row of one source, which stands at a position of the arrays."""
    density, reason = density_per_km2(ground.n_covered[[at]], ground.km2[[at]])
    return {
        "source": source.id,
        "title": source.title,
        "n_cameras": int(counts.n_cameras[at]),
        "n_records": int(counts.n_records[at]),
        "n_enforcement": int(counts.n_enforcement[at]),
        "n_public": int(counts.n_public[at]),
        "n_private": int(counts.n_private[at]),
        "n_unknown": int(counts.n_unknown[at]),
        "n_direction_known": int(counts.n_direction_known[at]),
        "n_cameras_covered": int(ground.n_covered[at]),
        "covered_km2": float(ground.km2[at]),
        "covered_share": float(ground.share[at]),
        "coverage": coverage(ground.share[[at]])[0],
        "density_per_km2": None if reason[0] else float(density[0]),
        "density_reason": reason[0],
        "last_edited": {
            "first": _iso(counts.last_edited_first[at]),
            "median": _iso(counts.last_edited_median[at]),
            "last": _iso(counts.last_edited_last[at]),
        },
    }


def _iso(day: np.datetime64) -> str | None:
    date = plain_date(day)
    return None if date is None else date.isoformat()
