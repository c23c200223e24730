"""The table of statistics: one row an area.

Every camera counts once, whatever sources have it: they are one record since their observations
were conflated. Covered ground is the union of what the sources state (`ground`).

`density_per_km2` is `n_cameras_covered / covered_km2`, for a wholly covered area thus
`n_cameras / area_km2`; `rate_per_1000` is `1000 n_cameras / population`, for wholly covered areas.
`n_cameras` is of located records; those whose place names the area are `n_not_located`. `sources`
has the sources of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.schema import AREA
from sightlines.statistics.density import density_per_km2, few, rate_per_1000
from sightlines.statistics.ground import coverage, ground_covered, ground_of
from sightlines.statistics.hexagons import hexagon_members, resolution_of
from sightlines.statistics.membership import members, named
from sightlines.statistics.records import records_once
from sightlines.statistics.sizes import areas_m2
from sightlines.statistics.source_lists import source_lists, sources_of_groups
from sightlines.statistics.tally import tally, weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sightlines.statistics.ground import Cover, Ground
    from sightlines.statistics.membership import Pairs
    from sightlines.statistics.records import Records
    from sightlines.statistics.source_lists import SourceLists

COUNTRY = "country"
COARSE_KM2 = 1_000.0
TOO_COARSE = "its outline is too coarse for its size"

STATISTICS = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("sources", pa.list_(pa.string()), nullable=False),
        pa.field("n_cameras", pa.int64(), nullable=False),
        pa.field("n_records", pa.int64(), nullable=False),
        pa.field("n_corroborated", pa.int64(), nullable=False),
        pa.field("n_enforcement", pa.int64(), nullable=False),
        pa.field("n_not_located", pa.int64(), nullable=False),
        pa.field("n_public", pa.int64(), nullable=False),
        pa.field("n_private", pa.int64(), nullable=False),
        pa.field("n_unknown", pa.int64(), nullable=False),
        pa.field("n_direction_known", pa.int64(), nullable=False),
        pa.field("n_cameras_covered", pa.int64(), nullable=False),
        pa.field("covered_share", pa.float64(), nullable=False),
        pa.field("coverage", pa.string(), nullable=False),
        pa.field("area_km2", pa.float64(), nullable=False),
        pa.field("covered_km2", pa.float64(), nullable=False),
        pa.field("density_per_km2", pa.float64()),
        pa.field("density_reason", pa.string()),
        pa.field("population", pa.int64()),
        pa.field("population_year", pa.int64()),
        pa.field("population_source", pa.string()),
        pa.field("rate_per_1000", pa.float64()),
        pa.field("rate_reason", pa.string()),
        pa.field("few", pa.bool_(), nullable=False),
        pa.field("few_reason", pa.string()),
        pa.field("last_edited_first", pa.date32()),
        pa.field("last_edited_median", pa.date32()),
        pa.field("last_edited_last", pa.date32()),
    ]
)


@dataclass(frozen=True, eq=False)
class _Recorded:
    """What all levels share: the records, who names them, and the ground that they lie on."""

    records: Records
    lists: SourceLists
    ground: Ground
    on_ground: NDArray[np.bool_]
    not_located: NDArray[np.int64]
    places: list[str | None]


def area_statistics(
    cameras: pa.Table, areas: pa.Table, extents: Mapping[str, shapely.Geometry]
) -> pa.Table:
    """Make the table of statistics.

    Parameters
    ----------
    cameras
        `schema.CAMERA`.
    areas
        `schema.AREA`, any number of levels, hexagons (`hexagons.hexagon_areas`) among them; codes
        are unique within a level.
    extents
        The ground that each source states, WGS 84, by source id; a source without one is absent.

    Returns
    -------
    pa.Table
        `STATISTICS`, sorted by level and code. Same input, same rows.
    """
    recorded = _recorded(cameras, extents)
    levels = sorted(pc.unique(areas["level"]).to_pylist())
    ordered = areas.sort_by("code")
    tables = [
        _level_statistics(ordered.filter(pc.equal(ordered["level"], level)), level, recorded)
        for level in levels
    ]
    return pa.concat_tables([STATISTICS.empty_table(), *tables]).combine_chunks()


def _recorded(cameras: pa.Table, extents: Mapping[str, shapely.Geometry]) -> _Recorded:
    records = records_once(cameras)
    ground = ground_of(extents[name] for name in sorted(extents))
    not_located = np.flatnonzero(np.isnan(records.lon))
    return _Recorded(
        records=records,
        lists=source_lists(cameras["sources"]),
        ground=ground,
        on_ground=ground.holds(records.lon, records.lat),
        not_located=not_located,
        places=cameras["place"].take(pa.array(not_located)).to_pylist(),
    )


def _level_statistics(areas: pa.Table, level: str, recorded: _Recorded) -> pa.Table:
    geometries = shapely.from_wkb(areas["geometry"].to_numpy())
    sizes_m2 = areas_m2(geometries)
    cover = ground_covered(recorded.ground, geometries, sizes_m2)
    located = _located(areas, level, geometries, recorded)
    place, place_area = named(recorded.places, areas["name"].to_pylist())
    counts = _counts(recorded, located, (recorded.not_located[place], place_area), len(areas))
    return _table(areas, {**counts, **_figures(areas, counts, cover, sizes_m2 / 1e6)})


def _located(
    areas: pa.Table, level: str, geometries: NDArray[np.object_], recorded: _Recorded
) -> Pairs:
    """Return pairs of a record and the area that it lies in."""
    lon, lat = recorded.records.lon, recorded.records.lat
    codes = areas["code"].to_pylist()
    resolution = resolution_of(level)
    if resolution is not None:
        return hexagon_members(lon, lat, resolution, codes)
    return members(lon, lat, geometries, codes)


def _counts(recorded: _Recorded, located: Pairs, placed: Pairs, n_areas: int) -> dict[str, Any]:
    """Return the columns that are counted: located records, and apart those not located."""
    records = recorded.records
    record, area = located
    placed_record, placed_area = placed
    on_ground = (records.counted & recorded.on_ground)[record]
    counted = records.counted[placed_record]
    return {
        **vars(tally(records, record, area, n_areas)),
        "n_cameras_covered": weights(records, record[on_ground], area[on_ground], n_areas),
        "n_not_located": weights(records, placed_record[counted], placed_area[counted], n_areas),
        "sources": sources_of_groups(
            recorded.lists,
            np.where(records.counted, records.weight, 0),
            np.concatenate([record, placed_record]),
            np.concatenate([area, placed_area]),
            n_areas,
        ),
    }


def _figures(
    areas: pa.Table, counts: dict[str, Any], cover: Cover, area_km2: NDArray[np.float64]
) -> dict[str, Any]:
    """Return the columns of ground, and those that are divided by something."""
    population = pc.fill_null(areas["population"].cast(pa.float64()), float("nan")).to_numpy()
    n_cameras, share, covered_km2 = counts["n_cameras"], cover.share, cover.covered_m2 / 1e6
    named_cover = coverage(share)
    # What two drawings of a border leave outside a wholly covered area belongs to it all the same,
    # and what they leave inside one that is not covered does not.
    on_covered = np.where(share == 1.0, n_cameras, counts["n_cameras_covered"])
    on_covered[share == 0.0] = 0
    density, density_reason = density_per_km2(on_covered, covered_km2)
    coarse = is_too_coarse(areas["level"], area_km2) & ~np.isnan(density)
    density[coarse], density_reason[coarse] = np.nan, TOO_COARSE
    rate, rate_reason = rate_per_1000(n_cameras, population, named_cover)
    ground_km2 = np.where(share > 0.0, covered_km2, area_km2)
    few_reason = pa.array(few(n_cameras, population, ground_km2), pa.string())
    return {
        "n_cameras_covered": on_covered,
        "area_km2": area_km2,
        "covered_share": share,
        "covered_km2": covered_km2,
        "coverage": pa.array(named_cover, pa.string()),
        "density_per_km2": pa.array(density, mask=np.isnan(density)),
        "density_reason": pa.array(density_reason, pa.string()),
        "rate_per_1000": pa.array(rate, mask=np.isnan(rate)),
        "rate_reason": pa.array(rate_reason, pa.string()),
        "few": few_reason.is_valid(),
        "few_reason": few_reason,
    }


def _table(areas: pa.Table, measured: dict[str, Any]) -> pa.Table:
    columns = {**{name: areas[name] for name in AREA.names}, **measured}
    return pa.table({name: columns[name] for name in STATISTICS.names}, schema=STATISTICS)


def is_too_coarse(levels: pa.ChunkedArray, area_km2: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which areas are drawn too coarsely to divide by their size.

    Parameters
    ----------
    levels
        Level of each area.
    area_km2
        Size of each as it is drawn.

    Returns
    -------
    array of bool
        True for countries below `COARSE_KM2`: the shipped outlines are of scale 1:10 million, and
        draw Monaco's 2 km2 as 18.
    """
    is_country = pc.equal(levels, COUNTRY).to_numpy(zero_copy_only=False)
    return np.asarray(is_country & (area_km2 < COARSE_KM2), dtype=np.bool_)
