import datetime

import numpy as np
import pytest
import shapely

from sightlines.geodesy import box_area_m2
from sightlines.statistics.ground import ground_of
from sightlines.statistics.records import records_once
from sightlines.statistics.view import view_statistics

BBOX = (24.0, 60.0, 24.2, 60.1)
AREA_KM2 = box_area_m2(BBOX) / 1e6
WHOLE = shapely.box(23, 59, 25, 61)
EAST, WEST = shapely.box(24.1, 59, 25, 61), shapely.box(23, 59, 24.1, 61)


def row(lon, **rest):
    return {"lon": lon, "lat": 60.05, **rest}


def view_of(cameras, extents, sources=()):
    records, ground = records_once(cameras), ground_of(extents)
    on_ground = ground.holds(records.lon, records.lat)
    return view_statistics(BBOX, records, on_ground, ground, sources)


def test_view_statistics_counts_as_the_definitions_say(make_cameras):
    edited = datetime.datetime(2011, 8, 9, 12, tzinfo=datetime.UTC)
    cameras = make_cameras(
        [
            row(24.05, camera_count=4, operator_type="government", last_edited_at=edited),
            row(24.15, operator_type="business", verification="corroborated"),
            row(24.15, kind="enforcement", counted=False, camera_count=3),
            row(24.15, kind="guard", counted=False, verification="photographed"),
            row(24.15, status="removed", counted=False),
        ]
    )
    shown = view_of(cameras, [WHOLE])
    assert shown["bbox"] == list(BBOX)
    assert shown["area_km2"] == AREA_KM2
    assert (shown["n_cameras"], shown["n_records"], shown["n_enforcement"]) == (5, 2, 3)
    assert (shown["n_public"], shown["n_private"], shown["n_unknown"]) == (4, 1, 0)
    assert shown["n_corroborated"] == 1
    assert (shown["coverage"], shown["covered_share"]) == ("covered", 1.0)
    assert shown["density_per_km2"] == pytest.approx(5 / AREA_KM2)
    assert shown["last_edited"] == {
        "first": "2011-08-09",
        "median": "2011-08-09",
        "last": "2011-08-09",
    }


def test_view_statistics_counts_a_camera_of_two_sources_once(make_cameras):
    cameras = make_cameras([row(24.05, sources=["city", "osm"]), row(24.06, sources=["osm"])])
    shown = view_of(cameras, [WHOLE, WHOLE])
    assert (shown["n_cameras"], shown["n_records"], shown["n_cameras_covered"]) == (2, 2, 2)


def test_view_statistics_divides_by_covered_ground_when_partly_covered(make_cameras):
    shown = view_of(make_cameras([row(24.05), row(24.15), row(24.16)]), [EAST])
    assert shown["coverage"] == "partly covered"
    assert shown["covered_share"] == pytest.approx(0.5)
    assert shown["covered_km2"] == pytest.approx(AREA_KM2 / 2)
    assert (shown["n_cameras"], shown["n_cameras_covered"]) == (3, 2)
    assert shown["density_per_km2"] == pytest.approx(2 / (AREA_KM2 / 2))


def test_view_statistics_is_covered_when_two_sources_cover_one_half_each(make_cameras):
    shown = view_of(make_cameras([row(24.05), row(24.1), row(24.16)]), [EAST, WEST])
    assert (shown["coverage"], shown["n_cameras_covered"]) == ("covered", 3)
    assert shown["density_per_km2"] == pytest.approx(3 / AREA_KM2)


def test_view_statistics_has_no_density_when_no_source_states_ground(make_cameras):
    shown = view_of(make_cameras([row(24.05)]), [])
    assert (shown["n_cameras"], shown["coverage"]) == (1, "not covered")
    assert (shown["n_cameras_covered"], shown["covered_km2"]) == (0, 0.0)
    assert shown["density_per_km2"] is None
    assert shown["density_reason"] == "not covered by any source's stated ground"
    assert shown["last_edited"] == {"first": None, "median": None, "last": None}


def test_view_statistics_gives_a_density_of_zero_for_covered_ground_without_cameras(make_cameras):
    shown = view_of(make_cameras([]), [WHOLE, shapely.box(0, 0, 1, 1)])
    assert (shown["n_cameras"], shown["density_per_km2"], shown["sources"]) == (0, 0.0, [])


def test_view_statistics_crosses_the_antimeridian(make_cameras):
    ground = ground_of([shapely.box(-180, -20, -170, -10)])
    records = records_once(make_cameras([]))
    bbox = (179, -17, -179, -16)
    shown = view_statistics(bbox, records, np.empty(0, np.bool_), ground, [])
    assert shown["covered_share"] == pytest.approx(0.5)


def test_view_statistics_puts_the_source_with_most_records_first(make_cameras):
    sources = [
        {"id": name, "title": name.upper(), "n_records": number}
        for name, number in (("b", 1), ("c", 2), ("a", 1))
    ]
    shown = view_of(make_cameras([]), [], sources)
    assert [source["id"] for source in shown["sources"]] == ["c", "a", "b"]
    assert [source["id"] for source in sources] == ["b", "c", "a"]
