"""Features as ArcGIS servers write them, as GeoJSON."""

from itertools import pairwise

import pytest

from sightlines.sources.fetching.esri_json import check_reference, feature_of
from sightlines.sources.fetching.failures import AnswerRefusedError

# Squares from 0 to 10, 2 to 4 and 20 to 30; in Esri's JSON exteriors run clockwise.
OUTER = [[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]
HOLE = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]
OTHER = [[20, 20], [20, 30], [30, 30], [30, 20], [20, 20]]


def geometry(found):
    return feature_of({"attributes": {"a": 1}, "geometry": found})["geometry"]


def test_feature_of_keeps_attributes():
    assert feature_of({"attributes": {"a": 1}, "geometry": {"x": 1, "y": 2}}) == {
        "type": "Feature",
        "properties": {"a": 1},
        "geometry": {"type": "Point", "coordinates": [1.0, 2.0]},
    }
    assert feature_of({}) == {"type": "Feature", "properties": {}, "geometry": None}


@pytest.mark.parametrize("x", [None, "NaN", float("nan")])
def test_feature_of_knows_an_empty_point(x):
    assert geometry({"x": x, "y": 2}) is None


def test_feature_of_keeps_zero():
    assert geometry({"x": 0, "y": 0})["coordinates"] == [0.0, 0.0]


def test_feature_of_converts_points_and_lines():
    assert geometry({"points": [[1, 2], [3, 4, 5]]}) == {
        "type": "MultiPoint",
        "coordinates": [[1.0, 2.0], [3.0, 4.0]],
    }
    assert geometry({"paths": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]})["type"] == "MultiLineString"


def test_feature_of_gives_holes_to_the_ring_around_them():
    found = geometry({"rings": [HOLE, OTHER, OUTER[:-1]]})
    assert found["type"] == "MultiPolygon"
    by_size = sorted(found["coordinates"], key=len)
    assert [len(rings) for rings in by_size] == [1, 2]
    assert {tuple(place) for place in by_size[1][1]} == {tuple(map(float, p)) for p in HOLE}


def test_feature_of_turns_exteriors_the_way_geojson_has_them():
    ring = geometry({"rings": [OUTER]})["coordinates"][0][0]
    area = sum(x * after_y - after_x * y for (x, y), (after_x, after_y) in pairwise(ring))
    assert area == 200  # twice the square, positive: counter-clockwise


def test_feature_of_takes_rings_that_all_run_the_wrong_way():
    assert len(geometry({"rings": [OUTER[::-1], OTHER[::-1]]})["coordinates"]) == 2


@pytest.mark.parametrize("rings", [[], [[]], [[[0, 0], [1, 1]]]])
def test_feature_of_knows_an_empty_polygon(rings):
    assert geometry({"rings": rings}) is None


@pytest.mark.parametrize(
    "found",
    [
        {"curveRings": [1]},
        {"rings": [1]},
        {"paths": [[["a", "b"]]]},
        {"points": None},
        {"x": "east", "y": 1},
        {"points": [[1]]},
    ],
)
def test_feature_of_refuses_what_it_cannot_convert(found):
    with pytest.raises(AnswerRefusedError):
        geometry(found)


def test_check_reference_takes_only_wgs84():
    check_reference(None)
    check_reference({"wkid": 4326})
    check_reference({"wkid": 104199, "latestWkid": 4326})
    for said in ({"wkid": 102100, "latestWkid": 3857}, {}, {"wkt": "..."}, "EPSG:4326"):
        with pytest.raises(AnswerRefusedError):
            check_reference(said)
