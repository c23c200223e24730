"""GeoJSON: real files, shapes of files, and hostile ones."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.crs_member import crs_of
from sightlines.sources.formats.geojson import find_features, parse
from sightlines.sources.formats.geometries import place_of_geometry
from sightlines.sources.table import Layout

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def table(content, **layout):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse(Content.of_bytes(content), Layout(**layout))


def feature(coordinates, properties=None, **members):
    geometry = {"type": "Point", "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties, **members}


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


def codes(found):
    return [(row.number, fault.attribute, fault.code) for row in found.rows for fault in row.faults]


@pytest.mark.parametrize(
    ("name", "n_rows", "crs", "title", "headers"),
    [
        ("es_madrid_central", 115, "EPSG:4326", "camaras", 4),
        ("sn_dakar", 103, None, None, 0),
        ("tw_speed_enforcement", 2_512, None, None, 10),
        ("uk_trafford_cctv", 163, "EPSG:4326", "trafford_cctv_cameras", 4),
    ],
)
def test_parse_reads_real_files(shared_data, name, n_rows, crs, title, headers):
    content = (shared_data / "cameras" / f"{name}.geojson").read_bytes()
    features = json.loads(content)["features"]
    found = table(content)
    rows = list(found.rows)
    assert (len(rows), found.crs, found.title, len(found.headers)) == (n_rows, crs, title, headers)
    assert [list(row.place) for row in rows] == [
        feature["geometry"]["coordinates"][:2] for feature in features
    ]
    assert codes(found) == []
    assert rows == list(found.rows)


def test_parse_writes_properties_as_cells():
    properties = {"id": 1001.0, "is": True, "none": None, "in": {"a": 1, "b": ["x", "y"]}}
    found = table(collection(feature([1, 2], properties, id=7, extra="e")))
    assert found.headers == ("extra", "id", "is", "none", "in.a", "in.b")
    (row,) = found.rows
    assert list(row.cells) == ["e", "1001", "yes", "", "1", "x;y"]
    assert (row.native_id, row.place) == ("7", (1.0, 2.0))
    assert found.layout.encoding == "utf-8"


@pytest.mark.parametrize(
    ("root", "places"),
    [
        (feature([1, 2]), [(1, 2)]),
        ({"type": "Point", "coordinates": [1, 2]}, [(1, 2)]),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, [(1, 2), (3, 4)]),
        (
            {
                "type": "GeometryCollection",
                "geometries": [{"type": "Point", "coordinates": [n, n]} for n in (1, 2)],
            },
            [(1, 1), (2, 2)],
        ),
        ([feature([1, 2]), feature([3, 4])], [(1, 2), (3, 4)]),
        ({"result": {"cameras": collection(feature([1, 2]))}}, [(1, 2)]),
        (collection({"geometry": {"type": "Point", "coordinates": [1, 2]}}), [(1, 2)]),
        (collection({"type": "Point", "coordinates": [1, 2]}), [(1, 2)]),
    ],
)
def test_parse_reads_every_shape_of_a_file(root, places):
    assert [row.place for row in table(root).rows] == places


@pytest.mark.parametrize("separator", [b"\n", b"\n\x1e"])
def test_parse_reads_a_sequence_and_faults_its_broken_line(separator):
    lines = [json.dumps(feature([n, 1], {"n": n})).encode() for n in (1, 2, 3)]
    lines[1] = lines[1][:-7]
    found = table(separator.join(lines))
    assert [row.place for row in found.rows] == [(1, 1), None, (3, 1)]
    assert codes(found) == [(2, "", "unreadable")]


def test_parse_names_the_fault_of_each_row():
    found = table(
        collection(
            feature([1, 2]),
            feature([1]),
            feature(["x", "2"]),
            feature([None, 2]),
            feature([1, 2, 3, 4]),
            feature([1, 2, 3, 4, 5]),
            feature([[1, 2], [3, 4]]),
            {"type": "Feature", "geometry": None},
            feature([]),
            feature([None, None]),
            {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": []}},
            feature([1, 2], []),
            None,
            7,
            feature([True, False]),
            feature({"lon": 1}),
            {"type": "Feature", "geometry": "POINT (1 2)"},
            {"type": "Feature", "geometry": {"type": ["Point"], "coordinates": [1, 2]}},
        )
    )
    broken = "unreadable_position"
    assert codes(found) == [
        *[(number, "geometry", broken) for number in (2, 3, 4, 6, 7)],
        (12, "properties", "unreadable"),
        (13, "", "not_a_feature"),
        (14, "", "not_a_feature"),
        *[(number, "geometry", broken) for number in (15, 16, 17, 18)],
    ]
    places = [row.number for row in found.rows if row.place is not None]
    assert places == [1, 5]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5_000])
def test_parse_faults_the_row_of_a_number_that_is_none(number):
    content = json.dumps(collection(feature([1, 2]), feature([3, "@"]))).replace('"@"', number)
    found = table(content.encode())
    assert codes(found) == [(2, "geometry", "unreadable_position")]
    assert [row.place for row in found.rows] == [(1, 2), None]


def test_parse_reads_plain_numbers_that_are_texts_and_notes_it():
    (row,) = table(collection(feature(["24.95", " -60.1 "]))).rows
    assert (row.place, row.notes) == ((24.95, -60.1), ("geometry:number_as_text",))


@pytest.mark.parametrize(
    ("kind", "coordinates", "place", "is_noted"),
    [
        ("MultiPoint", [[5, 6]], (5, 6), False),
        ("MultiPoint", [[0, 0], [2, 2]], None, True),
        ("LineString", [[0, 0], [2, 0]], None, True),
        ("LineString", [[3, 4]], (3, 4), True),
        ("MultiLineString", [[[0, 0], [2, 0]], [[1, 0], [1, 2]]], None, True),
        ("Polygon", [SQUARE], (1, 1), True),
        ("MultiPolygon", [[SQUARE]], (1, 1), True),
        ("Polygon", [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]], None, True),
    ],
)
def test_place_of_geometry_takes_a_point_on_a_shape(kind, coordinates, place, is_noted):
    placed = place_of_geometry(1, {"type": kind, "coordinates": coordinates})
    assert placed.faults == ()
    assert placed.notes == (("geometry:representative_point",) if is_noted else ())
    x, y = placed.place
    assert 0 <= x <= 5
    assert 0 <= y <= 6
    assert place is None or (x, y) == pytest.approx(place)


def test_place_of_geometry_takes_the_only_point_of_a_collection():
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    point = {"type": "Point", "coordinates": [1.5, 1.25]}
    placed = place_of_geometry(1, {"type": "GeometryCollection", "geometries": [polygon, point]})
    assert (placed.place, placed.notes) == ((1.5, 1.25), ("geometry:representative_point",))


def test_place_of_geometry_survives_collections_in_collections():
    geometry = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(5_000):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    assert place_of_geometry(1, geometry).place == (1, 2)


def named(name):
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize(
    ("member", "crs"),
    [
        (None, None),
        (named("urn:ogc:def:crs:OGC:1.3:CRS84"), "EPSG:4326"),
        (named("OGC:CRS84h"), "EPSG:4326"),
        (named("EPSG:25832"), "EPSG:25832"),
        (named("urn:ogc:def:crs:EPSG::2326"), "EPSG:2326"),
        (named("urn:ogc:def:crs:EPSG:9.9.1:2263"), "EPSG:2263"),
        (named("http://www.opengis.net/def/crs/EPSG/0/3879"), "EPSG:3879"),
        (named("http://www.opengis.net/gml/srs/epsg.xml#4326"), "EPSG:4326"),
        (named("EPSG:900913"), "EPSG:3857"),
        (named("ESRI:102718"), "ESRI:102718"),
        ({"type": "EPSG", "properties": {"code": 4326}}, "EPSG:4326"),
        ("EPSG:4326", "EPSG:4326"),
    ],
)
def test_crs_of_reads_the_names_of_coordinate_systems(member, crs):
    assert crs_of(member) == crs


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"type": "link", "properties": {"href": "http://127.0.0.1/crs"}}, "only links"),
        (named("Lambert of my village"), "not known"),
        (named("EPSG" + ":" * 100_000), "not known"),
        (7, "not known"),
        ({"type": "name"}, "not known"),
    ],
)
def test_crs_of_refuses_what_it_cannot_tell(member, words):
    with pytest.raises(SourceRefusedError, match=words):
        crs_of(member)


def test_find_features_asks_which_of_several_collections_is_meant():
    root = {"a": collection(feature([1, 2])), "b": {"c": collection(feature([3, 4]))}}
    with pytest.raises(SourceRefusedError, match="a, b/c"):
        find_features(root)
    assert [row.place for row in table(root, records="b/c").rows] == [(3, 4)]
    with pytest.raises(SourceRefusedError, match="no features under"):
        find_features(root, "d")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (json.dumps(collection(feature([1, 2]))).encode()[:-5], "cut off"),
        (json.dumps(collection(feature([1, 2]))).encode() * 2, "more behind"),
        (b"{}", "not GeoJSON"),
        (b"[]", "not GeoJSON"),
        (b'"text"', "not GeoJSON"),
        (b'{"type":"FeatureCollection"}', "not GeoJSON"),
        (b'{"type":"FeatureCollection","features":{}}', "not GeoJSON"),
        (b'{"type":"Topology","objects":{}}', "TopoJSON"),
        (json.dumps(collection()).encode(), "no features"),
        (b"<OGRVRTDataSource/>", "XML or HTML"),
        (b"", "empty"),
    ],
)
def test_parse_refuses_what_is_no_such_file(content, words):
    with pytest.raises(SourceRefusedError, match=words):
        table(content)


def test_parse_refuses_ten_thousand_keys():
    properties = {"__proto__": {"x": 1}, **{f"key{number}": number for number in range(10_000)}}
    with pytest.raises(SourceRefusedError, match="more than 1000 different columns"):
        table(collection(feature([1, 2], properties)))


def test_parse_takes_a_key_named_proto_as_any_other():
    found = table(collection(feature([1, 2], {"__proto__": {"x": 1}})))
    assert found.headers == ("__proto__.x",)


def test_parse_reads_a_large_collection_in_time():
    features = ",".join(json.dumps(feature([1.5, 2.5], {"a": n})) for n in range(50_000))
    started = time.monotonic()
    found = table(b'{"type":"FeatureCollection","features":[%s]}' % features.encode())
    assert sum(row.place is not None for row in found.rows) == 50_000
    assert time.monotonic() - started < 10


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.lists(_JSON, min_size=1, max_size=4), _JSON, _JSON)
def test_parse_takes_or_refuses_anything(features, coordinates, properties):
    root = collection(*features, feature(coordinates, properties))
    try:
        found = table(root)
    except SourceRefusedError:
        return
    rows = list(found.rows)
    assert len(rows) == len(features) + 1
    assert all(len(row.cells) == len(found.headers) for row in rows)
    assert all(isinstance(cell, str) for row in rows for cell in row.cells)
