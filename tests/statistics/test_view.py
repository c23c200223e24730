import datetime

import pytest
import shapely

from sightlines.geodesy import box_area_m2
from sightlines.statistics.records import records_by_source
from sightlines.statistics.view import ViewSource, view_statistics

BBOX = (24.0, 60.0, 24.2, 60.1)
WHOLE, HALF = shapely.box(23, 59, 25, 61), shapely.box(24.1, 59, 25, 61)


def row(lon, **rest):
    return {"lon": lon, "lat": 60.05, **rest}


def test_view_statistics_sorts_by_covered_share_then_cameras_then_id(make_cameras):
    sources = [ViewSource(name, name.upper(), None) for name in ("a", "b", "c", "d")]
    sources[1] = ViewSource("b", "B", HALF)
    cameras = make_cameras([row(24.01, sources=[name]) for name in ("a", "c", "c", "d")])
    records, _ = records_by_source(cameras, ["a", "b", "c", "d"])
    shown = view_statistics(BBOX, records, sources)["sources"]
    assert [(figures["source"], figures["n_cameras"]) for figures in shown] == [
        ("b", 0),
        ("c", 2),
        ("a", 1),
        ("d", 1),
    ]
    assert shown[0]["title"] == "B"


def test_view_statistics_counts_as_the_definitions_say(make_cameras):
    edited = datetime.datetime(2011, 8, 9, 12, tzinfo=datetime.UTC)
    cameras = make_cameras(
        [
            row(24.05, camera_count=4, operator_type="government", last_edited_at=edited),
            row(24.15, operator_type="business"),
            row(24.15, kind="enforcement", counted=False, camera_count=3),
            row(24.15, kind="guard", counted=False),
        ]
    )
    records, _ = records_by_source(cameras, ["list"])
    figures = view_statistics(BBOX, records, [ViewSource("list", "A list", WHOLE)])
    (shown,) = figures["sources"]
    area_km2 = box_area_m2(BBOX) / 1e6
    assert figures["area_km2"] == area_km2
    assert (shown["n_cameras"], shown["n_records"], shown["n_enforcement"]) == (5, 2, 3)
    assert (shown["n_public"], shown["n_private"], shown["n_unknown"]) == (4, 1, 0)
    assert (shown["coverage"], shown["covered_share"]) == ("covered", 1.0)
    assert shown["density_per_km2"] == pytest.approx(5 / area_km2)
    assert shown["last_edited"] == {
        "first": "2011-08-09",
        "median": "2011-08-09",
        "last": "2011-08-09",
    }


def test_view_statistics_divides_by_covered_ground_when_partly_covered(make_cameras):
    cameras = make_cameras([row(24.05), row(24.15), row(24.16)])
    records, _ = records_by_source(cameras, ["list"])
    (shown,) = view_statistics(BBOX, records, [ViewSource("list", "A list", HALF)])["sources"]
    assert shown["coverage"] == "partly covered"
    assert shown["covered_share"] == pytest.approx(0.5)
    assert (shown["n_cameras"], shown["n_cameras_covered"]) == (3, 2)
    assert shown["density_per_km2"] == pytest.approx(2 / (box_area_m2(BBOX) / 2e6))


def test_view_statistics_has_no_density_when_a_source_states_no_ground(make_cameras):
    records, _ = records_by_source(make_cameras([row(24.05)]), ["list"])
    (shown,) = view_statistics(BBOX, records, [ViewSource("list", "A list", None)])["sources"]
    assert (shown["n_cameras"], shown["coverage"]) == (1, "not covered")
    assert shown["density_per_km2"] is None
    assert shown["density_reason"] == "not covered by any source's stated ground"
    assert shown["last_edited"] == {"first": None, "median": None, "last": None}


def test_view_statistics_crosses_the_antimeridian(make_cameras):
    records, _ = records_by_source(make_cameras([]), ["list"])
    east = ViewSource("list", "A list", shapely.box(-180, -20, -170, -10))
    (shown,) = view_statistics((179, -17, -179, -16), records, [east])["sources"]
    assert shown["covered_share"] == pytest.approx(0.5)


def test_view_statistics_leaves_out_sources_without_ground_or_records_there(make_cameras):
    records, _ = records_by_source(make_cameras([]), ["list"])
    far = ViewSource("list", "A list", shapely.box(0, 0, 1, 1))
    assert view_statistics(BBOX, records, [far])["sources"] == []
    assert view_statistics(BBOX, records, [])["sources"] == []
