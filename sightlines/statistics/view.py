"""The figures of the panel 'in this view': a box on the map, each camera once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from sightlines.geodesy import Bbox, box_area_m2
from sightlines.statistics.density import density_per_km2
from sightlines.statistics.ground import Ground, coverage, covered_in_box
from sightlines.statistics.tally import plain_date, tally, weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightlines.statistics.records import Records


class Edited(TypedDict):
    """When a view's counted records were last edited, ISO dates; None where no date is known."""

    first: str | None
    median: str | None
    last: str | None


class ViewSource(TypedDict):
    """A source with a record in a view; `n_records` are those of them that count."""

    id: str
    title: str
    n_records: int


class ViewFigures(TypedDict):
    """The figures of a view, named as in the table of statistics."""

    bbox: list[float]
    area_km2: float
    n_cameras: int
    n_records: int
    n_corroborated: int
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
    sources: list[ViewSource]


def view_statistics(
    bbox: Bbox,
    records: Records,
    on_ground: NDArray[np.bool_],
    ground: Ground,
    sources: Sequence[ViewSource],
) -> ViewFigures:
    """Measure what is recorded in a box.

    Parameters
    ----------
    bbox
        West, south, east, north, WGS 84 degrees; east below west crosses the antimeridian.
    records
        The records in the box, already selected.
    on_ground
        Which of them lie on covered ground, as `Ground.holds` says; shape (n,).
    ground
        What sources cover, in the box and elsewhere.
    sources
        The sources that these records come from, in any order.

    Returns
    -------
    ViewFigures
        Ready for JSON; the sources with most records first, then by id.
    """
    area_m2 = box_area_m2(bbox)
    counts = tally(records, *_as_one_group(np.arange(len(records))), 1)
    share = np.array([covered_in_box(ground, bbox)])
    covered_km2 = share * area_m2 / 1e6
    # As for areas: what tolerance makes all or none of the view holds for its cameras too.
    held = np.flatnonzero((records.counted & on_ground) | (records.counted & (share[0] == 1.0)))
    n_covered = weights(records, *_as_one_group(held), 1) * (share > 0.0)
    density, reason = density_per_km2(n_covered, covered_km2)
    return {
        "bbox": list(bbox),
        "area_km2": area_m2 / 1e6,
        "n_cameras": int(counts.n_cameras[0]),
        "n_records": int(counts.n_records[0]),
        "n_corroborated": int(counts.n_corroborated[0]),
        "n_enforcement": int(counts.n_enforcement[0]),
        "n_public": int(counts.n_public[0]),
        "n_private": int(counts.n_private[0]),
        "n_unknown": int(counts.n_unknown[0]),
        "n_direction_known": int(counts.n_direction_known[0]),
        "n_cameras_covered": int(n_covered[0]),
        "covered_km2": float(covered_km2[0]),
        "covered_share": float(share[0]),
        "coverage": coverage(share)[0],
        "density_per_km2": None if reason[0] else float(density[0]),
        "density_reason": reason[0],
        "last_edited": {
            "first": _iso(counts.last_edited_first[0]),
            "median": _iso(counts.last_edited_median[0]),
            "last": _iso(counts.last_edited_last[0]),
        },
        "sources": sorted(sources, key=lambda source: (-source["n_records"], source["id"])),
    }


def _as_one_group(record: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return record, np.zeros(len(record), np.int64)


def _iso(day: np.datetime64) -> str | None:
    date = plain_date(day)
    return None if date is None else date.isoformat()
