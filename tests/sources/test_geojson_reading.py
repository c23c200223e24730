"""GeoJSON: real files, and hostile ones."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources import register
from sightlines.sources.content import Content, Limits
from sightlines.sources.table_reading import ReadingOptions


def read(content, **options):
    limits = Limits(rows=options.pop("row_limit", None))
    asked = ReadingOptions(is_strict=options.pop("strict", False), **options)
    return register.read(Content.of_bytes(content, limits=limits), asked)


def point(coordinates, **members):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, **members}


def collection(*features, **members):
    root = {"type": "FeatureCollection", "features": list(features), **members}
    return json.dumps(root).encode()


def codes(reading):
    return [(fault.row, fault.attribute, fault.code) for fault in reading.faults]


def test_read_reads_the_cameras_of_trafford(shared_data):
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


def test_read_reads_features_without_properties(shared_data):
    reading = read((shared_data / "cameras" / "sn_dakar.geojson").read_bytes())
    assert reading.rows_read == reading.observations.num_rows == 103
    assert set(reading.observations["raw"].to_pylist()) == {"{}"}


def test_read_reads_one_feature():
    reading = read(json.dumps(point([1.5, 2.5], id=7)).encode())
    assert reading.observations["lon"].to_pylist() == [1.5]
    assert reading.observations["native_id"].to_pylist() == ["7"]


def test_read_keeps_of_a_contribution_only_what_was_asked_for():
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
    assert reading.left_out == ("id", "lon", "submitted.by", "surveyor")
    assert reading.notes == {"column:left_out": 4}
    assert reading.mapping == {"operator": "operator", "status": "status"}
    assert read(content).left_out == ()


def test_read_reads_our_own_download():
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


def test_read_reads_positions_in_the_coordinate_system_that_is_named():
    # EPSG Guidance Note 7-2, 3.3.1: 50 N 5 E in ETRS89-LAEA Europe.
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3035"}}
    reading = read(collection(point([3962799.45, 2999718.85]), crs=crs))
    (row,) = reading.observations.to_pylist()
    assert reading.crs == "EPSG:3035"
    assert (row["lon"], row["lat"]) == (pytest.approx(5, abs=1e-7), pytest.approx(50, abs=1e-7))


def test_read_keeps_a_feature_without_a_position_but_not_of_a_contribution():
    nowhere = {"type": "Feature", "geometry": None, "properties": {"operator": "City"}}
    content = collection(point([1, 2]), nowhere, {"type": "Feature", "geometry": None})
    lenient, strict = read(content), read(content, strict=True)
    assert lenient.observations["lon"].to_pylist() == [1.0, None]
    assert codes(lenient) == [(3, "", "empty")]
    assert codes(strict) == [
        (2, "lon", "no_position"), (2, "lat", "no_position"), (3, "", "empty"),
    ]  # fmt: skip


def test_read_takes_the_last_of_duplicate_keys():
    content = collection(point([1, 2])).replace(b'"type": "Point"', b'"type": "X","type": "Point"')
    assert read(content).observations.num_rows == 1


@pytest.mark.parametrize("number", [b"1e400", b"9" * 400, b"-" + b"9" * 400])
def test_read_survives_numbers_beyond_all_bounds(number):
    content = collection(point([1, 2], properties={"n": "@"}), point([3, 4]))
    content = content.replace(b'"@"', number)
    try:
        reading = read(content)
    except SourceRefusedError:
        return
    assert reading.rows_read == 2


def test_read_refuses_more_features_than_the_limit():
    content = collection(point([1, 2]), point([3, 4]))
    assert read(content, row_limit=2).rows_read == 2
    with pytest.raises(SourceRefusedError, match="more than 1 rows"):
        read(content, row_limit=1)


def test_read_survives_a_deep_property():
    deep = b"[" * 900 + b"]" * 900
    content = collection(point([1, 2], properties={"x": "@"})).replace(b'"@"', deep)
    assert read(content).observations.num_rows == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.lists(_JSON, min_size=1, max_size=4), _JSON, _JSON)
def test_read_takes_or_refuses_anything(features, coordinates, properties):
    content = collection(*features, point(coordinates, properties=properties))
    try:
        reading = read(content, strict=True)
    except SourceRefusedError:
        return
    assert reading.rows_read == reading.observations.num_rows + sum(reading.rejected.values())
