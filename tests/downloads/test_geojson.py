"""GeoJSON as RFC 7946 has it, read back by others."""

import io

import geopandas
import orjson
import pytest

from sightlines.downloads.geojson import feature, write_geojson


@pytest.fixture
def written(cameras, release):
    return b"".join(write_geojson([cameras.slice(0, 2), cameras.slice(2)], release))


def test_write_geojson_is_one_collection_with_its_foreign_members(written):
    collection = orjson.loads(written)
    assert collection["type"] == "FeatureCollection"
    assert collection["snapshot"] == "snap"
    assert collection["timeStamp"] == "2026-01-02T03:04:05Z"
    assert collection["licence"] == "ODbL-1.0"
    assert collection["attribution"] == "© OpenStreetMap contributors"
    assert collection["numberReturned"] == len(collection["features"]) == 3


def test_write_geojson_puts_longitude_first_and_keeps_north_as_zero(written):
    first = orjson.loads(written)["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [-70.5, -33.87]}
    assert first["properties"]["camera_direction"][0]["bearing_deg"] == 0.0
    assert first["properties"]["operator"] is None


def test_write_geojson_has_a_null_geometry_where_nothing_is_known(written):
    assert orjson.loads(written)["features"][2]["geometry"] is None


def test_write_geojson_opens_in_geopandas_with_every_count(written):
    frame = geopandas.read_file(io.BytesIO(written))
    assert frame["camera_count"].sum() == 5
    assert frame.crs.to_epsg() == 4326


def test_write_geojson_is_valid_when_there_is_no_camera(cameras, release):
    text = b"".join(write_geojson([cameras.slice(0, 0)], release))
    assert orjson.loads(text)["features"] == []


def test_feature_leaves_out_what_is_not_published(cameras):
    text = orjson.dumps(feature(cameras.to_pylist()[0]))
    assert b"secret" not in text
