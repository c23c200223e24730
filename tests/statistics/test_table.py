import datetime

import pytest
import shapely

from sightlines.statistics.hexagons import hexagon_areas
from sightlines.statistics.table import STATISTICS, area_statistics

WEST = {"code": "w1", "name": "West", "geometry": shapely.box(0, 0, 0.1, 0.1)}
EAST = {"code": "w2", "name": "East", "geometry": shapely.box(0.1, 0, 0.2, 0.1)}
BOTH = shapely.box(-1, -1, 1, 1)
# Both wards lie at the equator; 0.1 degree of longitude by 0.1 of latitude is 123.09 km2 there.
WARD_KM2 = 123.09


def rows_of(cameras, areas, extents):
    table = area_statistics(cameras, areas, extents)
    assert table.schema.equals(STATISTICS)
    return table.to_pylist()


def test_area_statistics_gives_counts_density_and_rate_when_covered(make_cameras, make_areas):
    cameras = make_cameras(
        [
            {"lon": 0.05, "lat": 0.05, "camera_count": 6, "operator_type": "police"},
            {"lon": 0.15, "lat": 0.05},
            {"lon": 0.05, "lat": 0.05, "kind": "enforcement", "counted": False},
        ]
    )
    areas = make_areas(
        [EAST, {**WEST, "population": 3000, "population_year": 2024, "population_source": "ONS"}]
    )
    west, east = rows_of(cameras, areas, {"list": BOTH})
    assert (west["code"], west["name"], west["level"], west["sources"]) == (
        "w1",
        "West",
        "ward",
        ["list"],
    )
    assert (west["n_cameras"], west["n_records"], west["n_enforcement"]) == (6, 1, 1)
    assert (west["n_public"], west["n_private"], west["n_unknown"]) == (6, 0, 0)
    assert west["area_km2"] == pytest.approx(WARD_KM2, abs=0.01)
    assert west["covered_km2"] == west["area_km2"]
    assert (west["coverage"], west["covered_share"]) == ("covered", 1.0)
    assert west["density_per_km2"] == 6 / west["area_km2"]
    assert west["rate_per_1000"] == 2.0
    assert (west["density_reason"], west["rate_reason"]) == (None, None)
    assert (west["few"], west["few_reason"]) == (False, None)
    assert (west["population_year"], west["population_source"]) == (2024, "ONS")
    assert east["rate_per_1000"] is None
    assert east["rate_reason"] == "population not known"
    assert (east["few"], east["few_reason"]) == (True, "fewer than 5 cameras")


def test_area_statistics_divides_by_the_covered_part_when_partly_covered(make_cameras, make_areas):
    cameras = make_cameras([{"lon": lon, "lat": 0.05} for lon in (0.01, 0.02, 0.06, 0.07, 0.08)])
    areas = make_areas([{**WEST, "population": 1000}])
    (west,) = rows_of(cameras, areas, {"list": shapely.box(0.05, -1, 1, 1)})
    assert west["coverage"] == "partly covered"
    assert west["covered_share"] == pytest.approx(0.5)
    assert (west["n_cameras"], west["n_cameras_covered"]) == (5, 3)
    assert west["covered_km2"] == pytest.approx(WARD_KM2 / 2, abs=0.01)
    assert west["density_per_km2"] == 3 / west["covered_km2"]
    assert west["rate_per_1000"] is None
    assert west["rate_reason"] == "partly covered"


def test_area_statistics_never_gives_a_density_when_no_ground_is_stated(make_cameras, make_areas):
    cameras = make_cameras([{"lon": 0.05, "lat": 0.05}])
    west, east = rows_of(cameras, make_areas([{**WEST, "population": 9000}, EAST]), {})
    assert (west["sources"], west["n_cameras"], west["coverage"]) == (["list"], 1, "not covered")
    assert (east["sources"], east["n_cameras"], east["coverage"]) == ([], 0, "not covered")
    for row in (west, east):
        assert row["covered_share"] == row["covered_km2"] == 0.0
        assert row["density_per_km2"] is None
        assert row["density_reason"] == "not covered by any source's stated ground"
    assert west["rate_reason"] == "not covered"


def test_area_statistics_gives_zero_density_for_covered_ground_without_cameras(
    make_cameras, make_areas
):
    (west,) = rows_of(make_cameras([]), make_areas([WEST]), {"list": BOTH})
    assert (west["sources"], west["n_cameras"], west["density_per_km2"]) == ([], 0, 0.0)


def test_area_statistics_counts_a_camera_of_two_sources_once(make_cameras, make_areas):
    here = {"lon": 0.05, "lat": 0.05}
    cameras = make_cameras(
        [
            {**here, "sources": ["city", "osm"], "verification": "corroborated"},
            {**here, "sources": ["osm", "osm"], "camera_count": 4},
            {**here, "sources": ["city"], "verification": "photographed"},
            {**here, "sources": ["city"], "status": "removed", "counted": False},
        ]
    )
    (west,) = rows_of(cameras, make_areas([WEST]), {"city": BOTH, "osm": BOTH})
    assert (west["n_cameras"], west["n_records"], west["n_corroborated"]) == (6, 3, 2)
    assert west["n_cameras_covered"] == 6
    assert west["density_per_km2"] == 6 / west["area_km2"]
    # 1 + 4 cameras of osm, 1 + 1 of the city.
    assert west["sources"] == ["osm", "city"]


def test_area_statistics_names_the_sources_with_most_cameras_first(make_cameras, make_areas):
    here = {"lon": 0.05, "lat": 0.05}
    cameras = make_cameras(
        [
            {**here, "sources": ["b"]},
            {**here, "sources": ["a"]},
            {**here, "sources": ["police"], "camera_count": 2},
            {**here, "sources": ["radars"], "kind": "enforcement", "counted": False}
            | {"camera_count": 99},
            {"lon": 0.15, "lat": 0.05, "sources": ["elsewhere"]},
        ]
    )
    west, east = rows_of(cameras, make_areas([WEST, EAST]), {"empty": BOTH})
    assert west["sources"] == ["police", "a", "b", "radars"]
    assert east["sources"] == ["elsewhere"]


def test_area_statistics_is_covered_when_two_sources_cover_one_half_each(make_cameras, make_areas):
    cameras = make_cameras(
        [
            {"lon": lon, "lat": 0.05, "sources": [name]}
            for lon, name in ((0.01, "west"), (0.02, "east"), (0.08, "east"))
        ]
    )
    halves = {"west": shapely.box(-1, -1, 0.05, 1), "east": shapely.box(0.05, -1, 1, 1)}
    (row,) = rows_of(cameras, make_areas([{**WEST, "population": 1000}]), halves)
    assert (row["coverage"], row["covered_share"]) == ("covered", 1.0)
    assert row["covered_km2"] == row["area_km2"] == pytest.approx(WARD_KM2, abs=0.01)
    assert (row["n_cameras"], row["n_cameras_covered"]) == (3, 3)
    assert row["density_per_km2"] == 3 / row["area_km2"]
    assert row["rate_per_1000"] == 3.0


def test_area_statistics_counts_cameras_on_the_ground_of_any_source(make_cameras, make_areas):
    # The city's list has a camera on ground that only osm states; one camera lies on no ground.
    cameras = make_cameras(
        [{"lon": lon, "lat": 0.05, "sources": ["city"]} for lon in (0.01, 0.03, 0.09)]
    )
    extents = {"city": shapely.box(-1, -1, 0.02, 1), "osm": shapely.box(0.01, -1, 0.04, 1)}
    (row,) = rows_of(cameras, make_areas([WEST]), extents)
    assert row["coverage"] == "partly covered"
    assert row["covered_share"] == pytest.approx(0.4)
    assert (row["n_cameras"], row["n_cameras_covered"]) == (3, 2)
    assert row["density_per_km2"] == 2 / row["covered_km2"]


def test_area_statistics_has_no_cameras_on_ground_when_only_a_sliver_is(make_cameras, make_areas):
    cameras = make_cameras([{"lon": 0.09999, "lat": 0.05}])
    west, _ = rows_of(cameras, make_areas([WEST, EAST]), {"east": shapely.box(0.09998, -1, 1, 1)})
    assert (west["coverage"], west["n_cameras"], west["n_cameras_covered"]) == ("not covered", 1, 0)


def test_area_statistics_counts_what_is_not_located_apart(make_cameras, make_areas):
    cameras = make_cameras(
        [
            {"place": "west", "camera_count": 40},
            {"place": "West", "camera_count": 2, "sources": ["police"]},
            {"place": "West", "camera_count": 9, "counted": False},
            {"place": "Nowhere"},
            {"lon": 0.15, "lat": 0.05, "place": "West"},
        ]
    )
    rows = rows_of(cameras, make_areas([WEST, EAST]), {})
    assert [
        (row["code"], row["sources"], row["n_cameras"], row["n_not_located"]) for row in rows
    ] == [("w1", ["list", "police"], 0, 42), ("w2", ["list"], 1, 0)]


def test_area_statistics_gives_a_shared_border_to_one_area_of_each_level(make_cameras, make_areas):
    city = {"code": "c1", "level": "city", "geometry": shapely.box(0, 0, 0.2, 0.1)}
    cameras = make_cameras([{"lon": 0.1, "lat": 0.05}])
    rows = rows_of(cameras, make_areas([EAST, city, WEST]), {})
    assert [(row["level"], row["code"], row["n_cameras"]) for row in rows] == [
        ("city", "c1", 1),
        ("ward", "w1", 1),
        ("ward", "w2", 0),
    ]


def test_area_statistics_serves_hexagons(make_cameras):
    cameras = make_cameras(
        [{"lon": 24.94, "lat": 60.17}, {"lon": 24.94, "lat": 60.17}, {"lon": 24.99, "lat": 60.19}]
    )
    areas = hexagon_areas(cameras["lon"].to_numpy(), cameras["lat"].to_numpy(), resolutions=[9])
    rows = rows_of(cameras, areas, {"list": shapely.box(24, 60, 24.95, 61)})
    assert sorted((row["n_cameras"], row["coverage"]) for row in rows) == [
        (1, "not covered"),
        (2, "covered"),
    ]


def test_area_statistics_gives_dates_as_dates(make_cameras, make_areas):
    edited = datetime.datetime(2018, 5, 4, 23, 59, tzinfo=datetime.UTC)
    cameras = make_cameras([{"lon": 0.05, "lat": 0.05, "last_edited_at": edited}])
    west, east = rows_of(cameras, make_areas([WEST, EAST]), {})
    assert west["last_edited_median"] == datetime.date(2018, 5, 4)
    assert east["last_edited_median"] is None


def test_area_statistics_does_not_depend_on_the_order_of_its_input(make_cameras, make_areas):
    cameras = make_cameras(
        [
            {"lon": 0.01 * step, "lat": 0.05, "sources": [name]}
            for step in range(20)
            for name in ("b", "a")
        ]
    )
    extents = {"b": BOTH, "a": shapely.box(0.05, -1, 1, 1)}
    table = area_statistics(cameras, make_areas([WEST, EAST]), extents)
    turned = area_statistics(
        cameras.take(list(range(len(cameras)))[::-1]),
        make_areas([EAST, WEST]),
        dict(reversed(extents.items())),
    )
    assert table.equals(turned)


def test_area_statistics_of_nothing_is_an_empty_table(make_cameras, make_areas):
    assert rows_of(make_cameras([]), make_areas([]), {}) == []
