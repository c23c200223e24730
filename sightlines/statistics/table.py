"""The table of statistics: one row for each area and each source that has records or ground there.

Sources are never added up: until conflation stands, one camera may be in several of them. `primary`
marks the row to show for an area: the source that covers most of it, then the one with most
cameras, then the first by id. An area that no source has anything of gets one row without a source.

`density_per_km2` is `n_cameras_covered / covered_km2`, for a wholly covered area thus
`n_cameras / area_km2`; `rate_per_1000` is `1000 n_cameras / population`, for wholly covered areas.
`n_cameras` is of located records; those whose place names the area are `n_not_located`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.antimeridian import polygonal
from sightlines.schema import AREA
from sightlines.statistics.density import density_per_km2, few, rate_per_1000
from sightlines.statistics.ground import areas_m2, coverage, ground_covered
from sightlines.statistics.hexagons import hexagon_members, resolution_of
from sightlines.statistics.membership import members, named
from sightlines.statistics.records import Records, records_by_source, source_ids
from sightlines.statistics.tally import Tally, tally, weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sightlines.statistics.membership import Pairs

COUNTRY = "country"
COARSE_KM2 = 1_000.0
TOO_COARSE = "its outline is too coarse for its size"

STATISTICS = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("primary", pa.bool_(), nullable=False),
        pa.field("n_cameras", pa.int64(), nullable=False),
        pa.field("n_records", pa.int64(), nullable=False),
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


@dataclass(frozen=True)
class _Recorded:
    """What all levels share: the records, who has them, and on whose ground they lie."""

    records: Records
    sources: list[str]
    extents: dict[int, shapely.Geometry]
    on_ground: NDArray[np.bool_]
    not_located: NDArray[np.int64]
    places: list[str | None]


@dataclass(frozen=True)
class _Groups:
    """Pairs of an area and a source; source `len(sources)` means none. Sorted by both."""

    area: NDArray[np.int64]
    source: NDArray[np.int64]
    keys: NDArray[np.int64]
    slots: int

    def find(self, area: NDArray[np.int64], source: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the positions of pairs, which must be among the groups."""
        return np.searchsorted(self.keys, area * self.slots + source)


@dataclass(frozen=True)
class _Measured:
    """The figures of each group, before anything is divided; names as in the table."""

    counts: Tally
    n_cameras_covered: NDArray[np.int64]
    n_not_located: NDArray[np.int64]
    area_km2: NDArray[np.float64]
    covered_share: NDArray[np.float64]
    covered_km2: NDArray[np.float64]


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
        `STATISTICS`, sorted by level, code, primary first, source. Same input, same rows.
    """
    recorded = _recorded(cameras, extents)
    levels = sorted(pc.unique(areas["level"]).to_pylist())
    tables = [
        _level_statistics(
            areas.filter(pc.equal(areas["level"], level)).sort_by("code"), level, recorded
        )
        for level in levels
    ]
    return pa.concat_tables([STATISTICS.empty_table(), *tables]).combine_chunks()


def _recorded(cameras: pa.Table, extents: Mapping[str, shapely.Geometry]) -> _Recorded:
    sources = sorted({*source_ids(cameras), *extents})
    records, row = records_by_source(cameras, sources)
    shapes: dict[int, shapely.Geometry] = {
        sources.index(name): polygonal(extents[name]) for name in sorted(extents)
    }
    on_ground = np.zeros(len(records), np.bool_)
    for source, shape in shapes.items():
        own = np.flatnonzero(records.source == source)
        shapely.prepare(shape)
        on_ground[own] = shapely.intersects_xy(shape, records.lon[own], records.lat[own])
    not_located = np.flatnonzero(np.isnan(records.lon))
    places = cameras["place"].take(pa.array(row[not_located])).to_pylist()
    return _Recorded(records, sources, shapes, on_ground, not_located, places)


def _level_statistics(areas: pa.Table, level: str, recorded: _Recorded) -> pa.Table:
    geometries = shapely.from_wkb(areas["geometry"].to_numpy())
    sizes_m2 = areas_m2(geometries)
    located = _located(areas, level, geometries, recorded)
    place, place_area = named(recorded.places, areas["name"].to_pylist())
    placed = recorded.not_located[place], place_area
    cover = ground_covered(list(recorded.extents.values()), geometries, sizes_m2)
    ground_source = np.array(list(recorded.extents), np.int64)[cover.extent]
    groups = _groups(len(areas), recorded, (located, placed), (cover.area, ground_source))
    at_ground = groups.find(cover.area, ground_source)
    share, covered_km2 = np.zeros(len(groups.area)), np.zeros(len(groups.area))
    share[at_ground], covered_km2[at_ground] = cover.share, cover.covered_m2 / 1e6
    counts, n_covered, n_not_located = _counts(groups, recorded, located, placed)
    measured = _Measured(
        counts=counts,
        n_cameras_covered=np.where(share == 1.0, counts.n_cameras, n_covered),
        n_not_located=n_not_located,
        area_km2=sizes_m2[groups.area] / 1e6,
        covered_share=share,
        covered_km2=covered_km2,
    )
    return _table(areas, groups, recorded.sources, measured)


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


def _groups(
    n_areas: int, recorded: _Recorded, record_pairs: tuple[Pairs, Pairs], ground: Pairs
) -> _Groups:
    slots = len(recorded.sources) + 1
    seen = [ground[0] * slots + ground[1]]
    seen += [area * slots + recorded.records.source[record] for record, area in record_pairs]
    keys = np.unique(np.concatenate(seen))
    bare = np.setdiff1d(np.arange(n_areas), keys // slots) * slots + (slots - 1)
    keys = np.union1d(keys, bare)
    return _Groups(keys // slots, keys % slots, keys, slots)


def _counts(
    groups: _Groups, recorded: _Recorded, located: Pairs, placed: Pairs
) -> tuple[Tally, NDArray[np.int64], NDArray[np.int64]]:
    """Return the tally of located records, cameras on their source's ground, those not located."""
    records, count = recorded.records, len(groups.area)
    record, area = located
    group = groups.find(area, records.source[record])
    inside = (records.counted & recorded.on_ground)[record]
    placed_record, placed_area = (part[records.counted[placed[0]]] for part in placed)
    placed_group = groups.find(placed_area, records.source[placed_record])
    return (
        tally(records, record, group, count),
        weights(records, record[inside], group[inside], count),
        weights(records, placed_record, placed_group, count),
    )


def _table(areas: pa.Table, groups: _Groups, sources: list[str], measured: _Measured) -> pa.Table:
    """Join areas, sources and figures, and put the rows in order."""
    own = areas.take(pa.array(groups.area))
    population = pc.fill_null(own["population"].cast(pa.float64()), float("nan")).to_numpy()
    n_cameras, share = measured.counts.n_cameras, measured.covered_share
    covered = coverage(share)
    # What two drawings of a border leave outside a wholly covered area belongs to it all the same.
    on_covered = np.where(share == 1.0, n_cameras, measured.n_cameras_covered)
    density, density_reason = density_per_km2(on_covered, measured.covered_km2)
    coarse = is_too_coarse(own["level"], measured.area_km2) & ~np.isnan(density)
    density[coarse], density_reason[coarse] = np.nan, TOO_COARSE
    rate, rate_reason = rate_per_1000(n_cameras, population, covered)
    ground_km2 = np.where(share > 0.0, measured.covered_km2, measured.area_km2)
    few_reason = pa.array(few(n_cameras, population, ground_km2), pa.string())
    order, primary = _order(groups, share, n_cameras)
    columns = {
        **{name: own[name] for name in AREA.names},
        **{name: pa.array(values) for name, values in vars(measured.counts).items()},
        "n_cameras_covered": on_covered,
        "n_not_located": measured.n_not_located,
        "area_km2": measured.area_km2,
        "covered_share": share,
        "covered_km2": measured.covered_km2,
        "source": pa.array([*sources, None], pa.string()).take(pa.array(groups.source)),
        "primary": primary,
        "coverage": pa.array(covered, pa.string()),
        "density_per_km2": pa.array(density, mask=np.isnan(density)),
        "density_reason": pa.array(density_reason, pa.string()),
        "rate_per_1000": pa.array(rate, mask=np.isnan(rate)),
        "rate_reason": pa.array(rate_reason, pa.string()),
        "few": few_reason.is_valid(),
        "few_reason": few_reason,
    }
    rows = pa.table({name: columns[name] for name in STATISTICS.names}, schema=STATISTICS)
    return rows.take(pa.array(order))


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


def _order(
    groups: _Groups, share: NDArray[np.float64], n_cameras: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the order of the rows, and which of them (before ordering) are primary."""
    best = np.lexsort((groups.source, -n_cameras, -share, groups.area))
    first = np.flatnonzero(np.r_[True, np.diff(groups.area[best]) > 0])
    primary = np.zeros(len(best), np.bool_)
    primary[best[first]] = True
    return np.lexsort((groups.source, ~primary, groups.area)), primary
