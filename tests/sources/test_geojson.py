"""GeoJSON: real files, and hostile ones."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources.geojson import as_text, read_geojson_bytes


def read(content, **options):
    return read_geojson_bytes(content, row_limit=options.pop("row_limit", None), **options)


def point(coordinates, **members):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, **members}


def collection(*features, **members):
    root = {"type": "FeatureCollection", "features": list(features), **members}
    return json.dumps(root).encode()


def codes(reading):
    return [(fault.row, fault.attribute, fault.code) for fault in reading.faults]


def test_read_geojson_bytes_reads_the_cameras_of_trafford(shared_data):
    content = (shared_data / "cameras" / "uk_trafford_cctv.geojson").read_bytes()
    features = json.loads(content)["features"]
    reading = read(content)
    assert len(features) == 163
    assert reading.observations.num_rows == 163
    assert reading.observations["native_id"].to_pylist() == [
        f"{feature['properties']['camera_id']:.0f}" for feature in features
    ]
    assert [
        list(position)
        for position in zip(
            reading.observations["lon"].to_pylist(),
            reading.observations["lat"].to_pylist(),
            strict=True,
        )
    ] == [feature["geometry"]["coordinates"] for feature in features]


def test_read_geojson_bytes_reads_features_without_properties(shared_data):
    reading = read((shared_data / "cameras" / "sn_dakar.geojson").read_bytes())
    assert reading.rows_read == reading.observations.num_rows == 103
    assert set(reading.observations["raw"].to_pylist()) == {"{}"}


def test_read_geojson_bytes_reads_one_feature():
    reading = read(json.dumps(point([1.5, 2.5], id=7)).encode())
    assert reading.observations["lon"].to_pylist() == [1.5]
    assert reading.observations["native_id"].to_pylist() == ["7"]


def test_read_geojson_bytes_keeps_of_a_contribution_only_what_was_asked_for():
    said = {"id": 7, "lon": 9.1, "operator": "City", "submitted": {"by": "Erika"}, "status": "live"}
    content = collection(
        point([1.5, 2.5], id=3, properties=said),
        point([3, 4], properties={"surveyor": "x", "operator": "Town"}),
    )
    reading = read(content, strict=True)
    assert reading.observations["raw"].to_pylist() == [
        '{"operator":"City"}',
        '{"operator":"Town"}',
    ]
    assert reading.observations["native_id"].to_pylist() == [None, None]
    assert reading.left_out == ("id", "lon", "submitted", "surveyor")
    assert reading.notes == {"column:left_out": 4}
    assert reading.mapping == {"operator": "operator", "status": "status"}
    assert read(content).left_out == ()


def test_read_geojson_bytes_reads_our_own_download():
    direction = [
        {"bearing_deg": 0.5, "width_deg": 45.0, "width_source": "tagged"},
        {"bearing_deg": 90.0, "width_deg": None, "width_source": None},
    ]
    properties = {
        "camera_direction": direction,
        "surveillance_zone": ["town", "parking"],
        "indoor": False,
        "height": 4.5,
        "operator": None,
    }
    (row,) = read(collection(point([1, 2], properties=properties))).observations.to_pylist()
    assert row["camera_direction"] == direction
    assert row["surveillance_zone"] == ["town", "parking"]
    assert row["indoor"] is False
    assert row["height"] == 4.5
    assert row["operator"] is None


def test_read_geojson_bytes_names_the_fault_of_each_row():
    reading = read(
        collection(
            point([1, 2]),
            point([1]),
            point(["1", "2"]),
            point([None, 2]),
            point([1, 2, 3]),
            point([1, 2, 3, 4, 5]),
            point([[1, 2], [3, 4]]),
            {"type": "Feature", "geometry": None},
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2]]}},
            {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": []}},
            point([181, -91]),
            point([0, 0]),
            point([1, 2], properties=[]),
            None,
            7,
            {"type": "Point", "coordinates": [1, 2]},
            point([True, False]),
        )
    )
    assert codes(reading) == [
        (2, "geometry", "unreadable_position"),
        (3, "lon", "unreadable_position"),
        (3, "lat", "unreadable_position"),
        (4, "lon", "no_position"),
        (6, "geometry", "unreadable_position"),
        (7, "lon", "unreadable_position"),
        (7, "lat", "unreadable_position"),
        (8, "geometry", "no_position"),
        (9, "geometry", "not_a_point"),
        (10, "geometry", "not_a_point"),
        (11, "lon", "out_of_range"),
        (11, "lat", "out_of_range"),
        (12, "lon", "null_island"),
        (13, "properties", "unreadable"),
        (14, "", "not_a_feature"),
        (15, "", "not_a_feature"),
        (16, "", "not_a_feature"),
        (17, "lon", "unreadable_position"),
        (17, "lat", "unreadable_position"),
    ]
    assert reading.rows_read == 17
    assert reading.observations.num_rows == 2


def test_read_geojson_bytes_faults_the_row_of_a_number_that_is_none():
    content = collection(point([1, 2]), point([3, 4])).replace(b"[3, 4]", b"[NaN, Infinity]")
    reading = read(content)
    assert reading.observations.num_rows == 1
    assert codes(reading) == [(2, "lon", "no_position"), (2, "lat", "no_position")]


def test_read_geojson_bytes_takes_the_last_of_duplicate_keys():
    content = collection(point([1, 2])).replace(b'"type": "Point"', b'"type": "X","type": "Point"')
    assert read(content).observations.num_rows == 1


@pytest.mark.parametrize("number", [b"1e400", b"9" * 400, b"-" + b"9" * 400])
def test_read_geojson_bytes_survives_numbers_beyond_all_bounds(number):
    content = collection(point([1, 2], properties={"n": "@"}), point([3, 4]))
    content = content.replace(b'"@"', number)
    try:
        reading = read(content)
    except SourceRefusedError:
        return
    assert reading.rows_read == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":NaN,"b":' + b"[" * 100_000, "nested too deeply"),
        (collection(point([1, 2]))[:-5], "cut off"),
        (collection(point([1, 2])) * 2, "not valid JSON"),
        (b'{"type":"FeatureCollection","features":[{"id":"\\ud800"}]}', "not valid JSON"),
        (b"{}", "not GeoJSON"),
        (b"[]", "not GeoJSON"),
        (b'{"type":"FeatureCollection"}', "not GeoJSON"),
        (b'{"type":"FeatureCollection","features":{}}', "not GeoJSON"),
        (collection(), "no features"),
        (
            collection(point([1, 2]), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}),
            "coordinate system",
        ),
        (b"", "empty"),
        ("é".encode("latin-1"), "UTF-8"),
    ],
)
def test_read_geojson_bytes_refuses_what_is_no_such_file(content, words):
    with pytest.raises(SourceRefusedError, match=words):
        read(content)


def test_read_geojson_bytes_refuses_more_features_than_the_limit():
    content = collection(point([1, 2]), point([3, 4]))
    assert read(content, row_limit=2).rows_read == 2
    with pytest.raises(SourceRefusedError, match="more than 1 features"):
        read(content, row_limit=1)


def test_read_geojson_bytes_takes_ten_thousand_keys_and_says_so():
    properties = {"__proto__": {"x": 1}, **{f"key{number}": number for number in range(10_000)}}
    reading = read(collection(point([1, 2], properties=properties)))
    assert reading.observations.num_rows == 1
    assert reading.notes == {"raw:cut": 1}
    assert len(orjson.loads(reading.observations["raw"].to_pylist()[0])) == 500


def test_read_geojson_bytes_survives_a_deep_property():
    deep = b"[" * 900 + b"]" * 900
    content = collection(point([1, 2], properties={"x": "@"})).replace(b'"@"', deep)
    assert read(content).observations.num_rows == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.lists(_JSON, min_size=1, max_size=4), _JSON, _JSON)
def test_read_geojson_bytes_takes_or_refuses_anything(features, coordinates, properties):
    content = collection(*features, point(coordinates, properties=properties))
    try:
        reading = read(content, strict=True)
    except SourceRefusedError:
        return
    assert reading.rows_read == reading.observations.num_rows + sum(reading.rejected.values())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (1001.0, "1001"),
        (1.5, "1.5"),
        (True, "yes"),
        (["a", None, 1], "a;1"),
        ({"bearing_deg": 180, "width_deg": 360}, "0-360"),
        ({"a": 1}, '{"a":1}'),
        (10**400, "1e+300"),
        (float("inf"), "1e+300"),
    ],
)
def test_as_text_writes_a_value_as_a_tag_would(value, text):
    assert as_text(value) == text
