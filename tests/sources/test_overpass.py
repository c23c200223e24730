"""Overpass answers: a real list, every way to give a position, broken and hostile ones."""

import json
from datetime import UTC, datetime

import pytest
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content, Limits
from sightlines.sources.overpass import looks_like_elements, read_overpass

CAMERA = {"man_made": "surveillance"}


def read(root, limits=None):
    content = root if isinstance(root, bytes) else json.dumps(root).encode()
    return read_overpass(Content.of_bytes(content, limits=limits))


def node(number, lat=50.0, lon=10.0, tags=CAMERA, **members):
    return {"type": "node", "id": number, "lat": lat, "lon": lon, "tags": tags, **members}


def answer(*elements, **members):
    return {"version": 0.6, "generator": "Overpass API", "elements": list(elements), **members}


def positions(reading):
    return {row["native_id"]: (row["lon"], row["lat"]) for row in reading.observations.to_pylist()}


def points(*pairs):
    return [{"lat": lat, "lon": lon} for lon, lat in pairs]


def test_read_overpass_reads_the_cameras_of_switzerland(shared_data):
    content = (shared_data / "cameras" / "ch_osm_surveillance_elements.json").read_bytes()
    elements = json.loads(content)
    reading = read(content)
    assert reading.rows_read == reading.observations.num_rows == len(elements) == 2_144
    assert positions(reading) == {
        f"node/{element['id']}": (element["lon"], element["lat"]) for element in elements
    }
    assert (reading.format, reading.encoding, reading.crs) == ("overpass", "utf-8", "EPSG:4326")
    assert reading.rejected == {}
    assert reading.extent is None


def test_read_overpass_reads_edits_and_never_who_made_them():
    person = {"user": "somebody", "uid": 7, "changeset": 9, "timestamp": "2019-05-31T12:00:00Z"}
    reading = read(answer(node(1, **person), node(2, timestamp="yesterday")))
    first, second = reading.observations.to_pylist()
    assert first["last_edited_at"] == datetime(2019, 5, 31, 12, tzinfo=UTC)
    assert second["last_edited_at"] is None
    assert "somebody" not in str(first)
    assert first["raw"] == '{"man_made":"surveillance"}'


@pytest.mark.parametrize(
    ("given", "version"),
    [(3, 3), ("3", 3), (2**31 - 1, 2**31 - 1), (2**31, None), (0, None), (-1, None), (True, None),
     (1.5, None), ("3.0", None), ("9" * 5_000, None), (None, None), ([3], None)],
)  # fmt: skip
def test_read_overpass_reads_versions(given, version):
    for root in (answer(node(1, version=given)), [node(1, version=given)]):
        assert read(root).observations["native_version"].to_pylist() == [version]
    assert read(answer(node(1))).observations["native_version"].to_pylist() == [None]


def test_read_overpass_marks_what_was_left_out_of_an_element():
    tags = {**CAMERA, "contact:phone": "+49 30 1234567", "note": "by me"}
    (row,) = read(answer(node(1, tags=tags))).observations.to_pylist()
    assert json.loads(row["raw"]) == {**CAMERA, "note": "by me", "[redacted]": "[redacted]"}


def enforcement(number, device, **tags):
    members = [{"type": "node", "ref": device, "role": "device"}]
    tags = {"type": "enforcement", **tags}
    return {"type": "relation", "id": number, "tags": tags, "members": members}


def rules(reading):
    return [(row["kind"], row["enforcement"]) for row in reading.observations.to_pylist()]


@pytest.mark.parametrize(
    ("tags", "kind", "rule"),
    [
        ({"highway": "speed_camera"}, "enforcement", "maxspeed"),
        ({"disused:highway": "speed_camera"}, "enforcement", "maxspeed"),
        ({"highway": "speed_camera", "enforcement": "traffic_signals"}, "enforcement",
         "traffic_signals"),
        ({"highway": "speed_camera", "enforcement": "maxspeed;traffic_signals"}, "enforcement",
         None),
        ({"highway": "speed_camera", "enforcement": "phone"}, "enforcement", None),
        ({**CAMERA, "enforcement": "maxspeed"}, "unknown", None),
        ({**CAMERA, "surveillance:type": "camera", "enforcement": "maxspeed"}, "cctv", None),
    ],
)  # fmt: skip
def test_read_overpass_says_which_rule_a_node_enforces(tags, kind, rule):
    assert rules(read(answer(node(1, tags=tags)))) == [(kind, rule)]


def test_read_overpass_says_which_rule_a_relation_enforces():
    speed = {"highway": "speed_camera"}
    plain = {"type": "node", "id": 1, "lat": 50.0, "lon": 10.0}
    lights = enforcement(9, 1, enforcement="traffic_signals")
    assert rules(read(answer(plain, lights))) == [("enforcement", "traffic_signals")]
    assert rules(read(answer(plain, enforcement(9, 1)))) == [("enforcement", None)]
    # What a relation says of its device comes before what the device's class implies.
    assert rules(read(answer(node(1, tags=speed), lights))) == [("enforcement", "traffic_signals")]
    both = read(answer(node(1, tags=speed), lights, enforcement(10, 1, enforcement="maxspeed")))
    assert rules(both) == [("enforcement", None)]
    assert both.notes["enforcement:several"] == 1
    own = node(1, tags={**speed, "enforcement": "toll"})
    assert rules(read(answer(own, lights))) == [("enforcement", "toll")]


def test_read_overpass_places_ways_and_relations():
    square = points((10, 50), (10.2, 50), (10.2, 50.2), (10, 50.2), (10, 50))
    halves = [square[:3], square[2:]]
    shape = {"type": "multipolygon", **CAMERA}
    reading = read(
        answer(
            {"type": "way", "id": 1, "tags": CAMERA, "center": {"lat": 51, "lon": 11}},
            {"type": "way", "id": 2, "tags": CAMERA, "geometry": square},
            {"type": "way", "id": 3, "tags": CAMERA, "nodes": [101, 102, 103]},
            node(101, 52.0, 12.0, tags={}),
            {"type": "node", "id": 102, "lat": 52.0, "lon": 12.2},
            {
                "type": "way",
                "id": 4,
                "tags": CAMERA,
                "bounds": {"minlat": 53, "minlon": 13, "maxlat": 53.5, "maxlon": 14},
            },
            {"type": "way", "id": 5, "tags": CAMERA, "nodes": [999]},
            {
                "type": "relation",
                "id": 6,
                "tags": shape,
                "members": [
                    {"type": "way", "ref": 60 + number, "role": "outer", "geometry": half}
                    for number, half in enumerate(halves)
                ],
            },
            {"type": "relation", "id": 7, "tags": shape, "center": {"lat": 54, "lon": 14}},
            {
                "type": "relation",
                "id": 8,
                "tags": shape,
                "members": [{"type": "node", "ref": 101, "role": ""}],
            },
        )
    )
    found = positions(reading)
    assert found["way/1"] == (11, 51)
    assert found["way/2"] == pytest.approx((10.1, 50.1))
    lon, lat = found["way/3"]
    assert 12 <= lon <= 12.2
    assert lat == 52
    assert found["way/4"] == (13.5, 53.25)
    assert found["relation/6"] == pytest.approx((10.1, 50.1))
    assert found["relation/7"] == (14, 54)
    assert found["relation/8"] == (12, 52)
    assert reading.rejected == {}
    assert reading.notes["position:missing"] == 1
    assert reading.rows_read == 8


def test_read_overpass_places_enforcement_relations_at_their_devices():
    tags = {"type": "enforcement", "enforcement": "maxspeed"}

    def relation(number, **device):
        members = [{"type": "node", "role": "device", **device}]
        return {"type": "relation", "id": number, "tags": tags, "members": members}

    reading = read(
        answer(
            node(1, 50.5, 10.5, tags={}),
            node(2),
            relation(5, ref=1),
            relation(6, ref=2),
            relation(7, ref=3, lat=51.0, lon=11.0),
            relation(8, ref=4),
        )
    )
    assert positions(reading) == {
        "node/2": (10, 50), "relation/5": (10.5, 50.5), "relation/7": (11, 51),
        "relation/8": (None, None),
    }  # fmt: skip
    assert set(reading.observations["kind"].to_pylist()) == {"enforcement"}
    assert reading.rejected == {}
    assert reading.notes["position:missing"] == 1


def test_read_overpass_takes_devices_alone_and_faults_what_is_none():
    reading = read(
        answer(
            node(1),
            node(1),
            node(2, tags={"amenity": "bench"}),
            node(3, tags=None),
            node(4, lat=95.0),
            node(5, lat="50.5", lon="10.5"),
            node(6, lat="x"),
            node(7, visible=False),
            {"type": "count", "id": 0, "tags": {"total": "9"}},
            7,
            {"tags": CAMERA},
        )
    )
    assert list(positions(reading)) == ["node/1", "node/5"]
    assert reading.rejected == {
        "unreadable_position": 1, "not_an_element": 2, "out_of_range": 1, "repeated": 1,
    }  # fmt: skip
    assert reading.rows_read == 7


def test_read_overpass_notes_an_answer_that_was_cut_short():
    reading = read(answer(node(1), remark="runtime error: Query timed out"))
    assert (reading.rows_read, reading.notes["overpass:remark"]) == (1, 1)


def test_read_overpass_takes_the_bounds_as_extent():
    bounds = {"minlat": 50, "minlon": 10, "maxlat": 51, "maxlon": 12}
    reading = read(answer(node(1), bounds=bounds))
    assert reading.extent.equals(shapely.box(10, 50, 12, 51))
    assert "no_extent" not in reading.notes


@pytest.mark.parametrize(
    ("root", "words"),
    [
        (answer(remark="runtime error: Query timed out\x1b[0m at line 3"), "did not finish.*timed"),
        (answer(), "no elements"),
        ({"elements": [{"type": "x"}]}, "no answer of Overpass"),
        (answer(node(1, tags={"amenity": "bench"})), "no cameras"),
        ([], "no answer of Overpass"),
        (b"<html>rate limited</html>", "XML or HTML"),
        (json.dumps(answer(node(1))).encode()[:-9], "cut off"),
        (b"", "empty"),
    ],
)
def test_read_overpass_refuses_errors_of_a_server(root, words):
    with pytest.raises(SourceRefusedError, match=words) as caught:
        read(root)
    assert "\x1b" not in str(caught.value)


def test_read_overpass_refuses_more_elements_than_the_limit():
    assert read(answer(node(1), node(2)), Limits(rows=2)).rows_read == 2
    with pytest.raises(SourceRefusedError, match="more than 1 elements"):
        read(answer(node(1), node(2)), Limits(rows=1))


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (answer(node(1)), True),
        ([node(1), node(2)], True),
        (answer(remark="x"), True),
        ({"elements": []}, False),
        ([{"id": 1, "lat": 1, "lon": 2}], False),
        ([{"type": "node", "osmId": 1, "lat": 1}], False),
        ({"type": "FeatureCollection", "features": []}, False),
        ([{"type": ["node"], "id": 1, "lat": 1}], False),
        (7, False),
    ],
)
def test_looks_like_elements_tells_answers_from_other_json(root, expected):
    assert looks_like_elements(root) is expected
