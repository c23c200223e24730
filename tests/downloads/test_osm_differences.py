"""Differences from OpenStreetMap: what is proposed, what never is, and that others can read it."""

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import osmium
import pyarrow as pa
import pyogrio
import pytest
import shapely

from sightlines.attributes import BY_NAME, KINDS
from sightlines.downloads.osm_comparison import are_alike
from sightlines.downloads.osm_differences import osm_differences, summary_text
from sightlines.downloads.osm_ground import osm_ground
from sightlines.downloads.osm_proposals import Tally
from sightlines.downloads.osm_tags import PASSED_ON, tag_text
from sightlines.schema import CAMERA, EVIDENCE
from sightlines.sources.content import Content
from sightlines.sources.osm_xml import read_osm_xml

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CAMERA_TAGS = {"man_made": "surveillance"}
HOSTILE = "\"'><tag k='x' v='y'/>&]]>\n"


def statement(camera="a", **values):
    """Return a row of the evidence: a council's, in the public domain."""
    plain = {
        "camera": camera, "id": "o", "run": "r", "source": "council", "licence": "CC0-1.0",
        "retrieved_at": NOW, "ordinal": 0, "subject": "s", "kind": "cctv", "status": "active",
        "private_home": False, "lon": 24.94, "lat": 60.17, "raw": "{}",
    }  # fmt: skip
    return {**plain, **values}


def element(camera="a", number=7, tags=CAMERA_TAGS, **values):
    """Return what OpenStreetMap says."""
    plain = {
        "source": "osm", "licence": "ODbL-1.0", "native_id": f"node/{number}", "native_version": 3,
        "kind": "unknown", "lon": 24.9412345, "lat": 60.1712345, "raw": json.dumps(tags),
    }  # fmt: skip
    return statement(camera, **{**plain, **values})


def tables(*evidence, **camera_values):
    names = dict.fromkeys(row["camera"] for row in evidence)
    camera = {
        "kind": "cctv", "counted": True, "counted_reason": "counted", "status": "active",
        "verification": "single_source", "camera_count": 1, "n_observations": 1,
        "observations": ["o"], "runs": ["r"], "sources": ["s"], "licence": "ODbL-1.0",
        "retrieved_at": NOW, "raw": "{}", "lon": 0.0, "lat": 0.0, **camera_values,
    }  # fmt: skip
    rows = [{"id": name, **camera} for name in names]
    return (
        pa.Table.from_pylist(list(evidence), schema=EVIDENCE),
        pa.Table.from_pylist(rows, schema=CAMERA),
    )


def written(*evidence, **camera_values):
    both = tables(*evidence, **camera_values)
    found = osm_differences(*both, Tally(), generator="Sightlines 1")
    return b"".join(found)


def parsed(content):
    return ElementTree.fromstring(content)  # noqa: S314 (our own file, in a test)


def nodes(*evidence, **camera_values):
    """Return (attributes, tags) of each node that is proposed."""
    root = parsed(written(*evidence, **camera_values))
    return [(dict(node.attrib), {tag.get("k"): tag.get("v") for tag in node}) for node in root]


def tags_of(*evidence, **camera_values):
    ((_, tags),) = nodes(*evidence, **camera_values)
    return tags


def counted(evidence, cameras, **options):
    tally = Tally()
    for _ in osm_differences(evidence, cameras, tally, generator="Sightlines 1", **options):
        pass
    return tally


def tally(*evidence, **camera_values):
    """Return the numbers of new, changed, flagged and withheld, and what was left out."""
    found = counted(*tables(*evidence, **camera_values))
    return (found.new, found.changed, found.flagged, found.withheld), dict(found.left_out)


def test_osm_differences_proposes_a_camera_that_openstreetmap_does_not_have():
    sector = {"bearing_deg": 0.5, "width_deg": 45.0, "width_source": "tagged"}
    row = statement(
        camera_type="dome", camera_direction=[sector], height=4.5, indoor=False,
        surveillance_zone=["town", "atm"], start_date="2019-05", operator="City",
        retention_days=30, purpose="safety",
        addr_full="1 High Street", name="CAM 1", description="on a wall",
    )  # fmt: skip
    ((attributes, tags),) = nodes(row)
    assert attributes == {
        "id": "-1", "action": "modify", "visible": "true", "lat": "60.1700000", "lon": "24.9400000",
    }  # fmt: skip
    assert tags == {
        "man_made": "surveillance", "surveillance:type": "camera", "camera:type": "dome",
        "camera:direction": "338-23", "height": "4.5", "surveillance:zone": "town;atm",
        "operator": "City", "indoor": "no", "start_date": "2019-05",
        "fixme": "Check before adding: council (CC0-1.0) has it, OpenStreetMap had not.",
    }  # fmt: skip
    assert tally(row) == ((1, 0, 0, 0), {})


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ("cctv", {**CAMERA_TAGS, "surveillance:type": "camera"}),
        ("alpr", {**CAMERA_TAGS, "surveillance:type": "ALPR"}),
        ("guard", {**CAMERA_TAGS, "surveillance:type": "guard"}),
        ("gunshot_detector", {**CAMERA_TAGS, "surveillance:type": "gunshot_detector"}),
        ("unknown", CAMERA_TAGS),
    ],
)
def test_osm_differences_says_what_a_device_is(kind, tags):
    found = tags_of(statement(kind=kind), kind=kind)
    assert {key: value for key, value in found.items() if key != "fixme"} == tags


def test_osm_differences_proposes_of_enforcement_only_speed_cameras():
    north = [{"bearing_deg": 0.0, "width_deg": None, "width_source": None}]
    speed = {"kind": "enforcement", "enforcement": "maxspeed"}
    row = statement(**speed, camera_type="fixed", surveillance_zone=["traffic"], ref="7",
                    camera_direction=north)  # fmt: skip
    found = tags_of(row, **speed)
    del found["fixme"]
    assert found == {"highway": "speed_camera", "direction": "0", "ref": "7"}
    for rule in ("traffic_signals", None):
        lights = {"kind": "enforcement", "enforcement": rule}
        assert tally(statement(**lights), **lights) == ((0, 0, 0, 0), {"other_enforcement": 1})


@pytest.mark.parametrize(
    ("values", "camera", "left_out"),
    [
        ({"status": "planned"}, {"status": "planned"}, "not_active"),
        ({"missing_since": NOW}, {}, "not_active"),
        ({"lon": None, "lat": None}, {}, "not_located"),
        ({"private_home": True}, {}, "private_home"),
        ({}, {"camera_type": "doorbell"}, "private_home"),
        ({}, {"verification": "disputed"}, "disputed"),
        ({}, {"camera_count": 0}, "no_camera"),
    ],
)
def test_osm_differences_leaves_out_what_nobody_should_map(values, camera, left_out):
    assert tally(statement(**values), **camera) == ((0, 0, 0, 0), {left_out: 1})
    assert nodes(statement(**values), **camera) == []


@pytest.mark.parametrize(
    ("source", "licence", "is_proposed"),
    [
        ("council", "CC0-1.0", True),
        ("council", "OGL-UK-3.0", True),
        ("council", "etalab-2.0", True),
        ("contributions", "ODbL-1.0", True),
        ("council", "ODbL-1.0", False),
        ("council", "CC-BY-4.0", False),
        ("council", "CC-BY-SA-4.0", False),
        ("council", "unstated", False),
    ],
)
def test_osm_differences_proposes_only_what_its_licence_lets_go(source, licence, is_proposed):
    row = statement(source=source, licence=licence, camera_type="dome")
    assert tally(row) == ((1, 0, 0, 0) if is_proposed else (0, 0, 0, 1), {})
    assert len(nodes(row)) == is_proposed
    # The same where the camera stands in OpenStreetMap.
    assert tally(element(), row) == ((0, 1, 0, 0) if is_proposed else (0, 0, 0, 1), {})
    # The same for the word that it is gone.
    gone = {**row, "missing_since": NOW}
    assert tally(element(), gone) == ((0, 0, 1, 0) if is_proposed else (0, 0, 0, 1), {})


def test_osm_differences_takes_nothing_from_a_statement_that_may_not_go():
    secret = statement(licence="CC-BY-4.0", source="secret", camera_type="dome", lon=1.0, lat=2.0,
                       height=9.0, camera_count=4)  # fmt: skip
    free = statement(kind="unknown", camera_mount="pole", camera_count=2)
    ((attributes, tags),) = nodes(secret, free, camera_count=4)
    assert (attributes["lat"], attributes["lon"]) == ("60.1700000", "24.9400000")
    assert tags == {
        **CAMERA_TAGS, "camera:mount": "pole",
        "fixme": "Check before adding: council (CC0-1.0) has it, OpenStreetMap had not. "
        "It counts 2 cameras here.",
    }  # fmt: skip
    assert b"secret" not in written(element(), secret, free)


def test_osm_differences_adds_what_an_element_lacks_and_keeps_what_it_says():
    tags = {**CAMERA_TAGS, "camera:type": "dome", "camera:mount": "mast", "note:fi": "x & <y>"}
    row = element(tags=tags, camera_type="dome", height=4.0)
    other = statement(camera_type="fixed", camera_mount="pole", height=4.4, operator="City")
    ((attributes, found),) = nodes(row, other)
    assert attributes == {
        "id": "7", "version": "3", "action": "modify", "visible": "true",
        "lat": "60.1712345", "lon": "24.9412345",
    }  # fmt: skip
    assert found == {
        **tags, "surveillance:type": "camera", "operator": "City",
        "fixme": "Check: surveillance:type, operator from council (CC0-1.0). council (CC0-1.0) "
        "says otherwise: camera:type=fixed; camera:mount=pole",
    }  # fmt: skip


def test_osm_differences_says_where_the_type_differs():
    tags = {**CAMERA_TAGS, "surveillance:type": "camera"}
    found = tags_of(element(tags=tags, kind="cctv"), statement(kind="alpr"))
    assert found == {
        **tags, "fixme": "Check: council (CC0-1.0) says otherwise: surveillance:type=ALPR",
    }  # fmt: skip


def test_osm_differences_is_silent_where_nothing_differs():
    same = element(kind="cctv", camera_type="dome", tags={**CAMERA_TAGS, "camera:type": "dome"})
    assert tally(same, statement(camera_type="dome")) == ((0, 0, 0, 0), {})
    assert tally(same, statement(kind="unknown")) == ((0, 0, 0, 0), {})
    assert tally(same) == ((0, 0, 0, 0), {})
    assert tally() == ((0, 0, 0, 0), {})


def test_osm_differences_flags_and_never_deletes_what_all_others_say_is_gone():
    gone = statement(missing_since=NOW)
    removed = statement(source="register", status="removed")
    ((attributes, tags),) = nodes(element(), gone, removed)
    assert (attributes["id"], attributes["action"]) == ("7", "modify")
    assert tags == {
        **CAMERA_TAGS,
        "fixme": "Check whether it still stands: council (CC0-1.0), register (CC0-1.0) no longer "
        "has it.",
    }  # fmt: skip
    assert tally(element(), gone, removed) == ((0, 0, 1, 0), {})
    # One that still lists it, under whatever licence, and there is nothing to say.
    still = statement(source="secret", licence="CC-BY-4.0", kind="unknown")
    assert tally(element(), gone, still) == ((0, 0, 0, 0), {})
    assert tally(element(status="removed"), gone) == ((0, 0, 0, 0), {})


def test_osm_differences_proposes_new_cameras_only_where_openstreetmap_was_read():
    inside, outside = statement("a", lon=24.0), statement("b", lon=25.5)
    both = tables(inside, outside, element("c", lon=26.0), statement("c", height=4.0))
    ground = {"cctv": shapely.box(24, 60, 25, 61)}
    found = counted(*both, ground=ground)
    assert (found.new, found.changed, dict(found.left_out)) == (1, 1, {"outside_osm": 1})
    assert counted(*both).new == 2


def test_osm_differences_proposes_new_cameras_only_of_kinds_that_were_read():
    both = tables(statement("a"), statement("b", kind="alpr"))
    ground = {"cctv": shapely.union_all([]), "alpr": shapely.box(24, 60, 25, 61)}
    found = counted(*both, ground=ground)
    assert (found.new, dict(found.left_out)) == (1, {"outside_osm": 1})


WEST, EAST = shapely.box(20, 60, 24, 61), shapely.box(24, 60, 28, 61)


def source(name, extent, *formats):
    outline = None if extent is None else json.loads(shapely.to_geojson(extent))
    return {"id": name, "extent": outline, "formats": list(formats)}


def test_osm_ground_takes_an_extract_for_all_kinds_and_an_answer_for_those_it_lists():
    evidence, _ = tables(
        element(source="answer", kind="enforcement"),
        element("b", source="extract", kind="cctv"),
        statement("c", kind="alpr"),
    )
    sources = [source("extract", WEST, "osm_pbf"), source("answer", EAST, "overpass")]
    ground = osm_ground(evidence, sources)
    assert set(ground) == set(KINDS)
    both = {kind for kind, geometry in ground.items() if geometry.equals(WEST.union(EAST))}
    west = {kind for kind, geometry in ground.items() if geometry.equals(WEST)}
    assert (both, west) == ({"enforcement"}, set(KINDS) - {"enforcement"})


def test_osm_ground_is_empty_when_nothing_of_openstreetmap_says_what_it_covers():
    evidence, _ = tables(element(), statement())
    council, osm = source("council", EAST, "csv"), source("osm", None, "osm_xml")
    assert all(geometry.is_empty for geometry in osm_ground(evidence, [council, osm]).values())


def test_osm_differences_waits_for_the_hold_to_be_over():
    both = tables(element(kind="cctv"), statement(missing_since=NOW))
    assert counted(*both, held_until=NOW).flagged == 1
    assert counted(*both, held_until=NOW.replace(year=2025)).flagged == 0


def test_osm_differences_counts_a_source_made_of_openstreetmap_as_openstreetmap():
    derived = statement(
        source="deflock", licence="ODbL-1.0", native_id="node/7", camera_type="dome"
    )
    assert tally(derived) == ((0, 0, 0, 0), {})
    assert tally(derived, statement(height=4.0)) == ((0, 0, 0, 0), {"no_version": 1})
    assert tally(derived, element(kind="cctv"), statement(height=4.0)) == ((0, 1, 0, 0), {})
    gone = {**derived, "missing_since": NOW}
    assert tally(gone, statement(height=4.0)) == ((0, 0, 0, 0), {"once_in_osm": 1})


def test_osm_differences_takes_the_newest_edition_of_an_element():
    old = element(native_version=2, source="old extract", tags={**CAMERA_TAGS, "height": "3"})
    ((attributes, tags),) = nodes(old, element(), statement(height=5.0))
    assert (attributes["version"], tags["height"]) == ("3", "5")


@pytest.mark.parametrize(
    ("values", "left_out"),
    [
        ({"native_id": "way/7"}, "not_a_node"),
        ({"native_id": "relation/7"}, "not_a_node"),
        ({"native_version": None}, "no_version"),
        ({"lon": None, "lat": None}, "not_located"),
        ({"tags": {**CAMERA_TAGS, "contact:webcam": "[redacted]"}}, "incomplete"),
        ({"tags": {**CAMERA_TAGS, "[redacted]": "[redacted]"}}, "incomplete"),
        ({"tags": {**CAMERA_TAGS, "x": "\ufffe"}}, "incomplete"),
        ({"tags": {**CAMERA_TAGS, "x": "y" * 256}}, "incomplete"),
        ({"raw": "[]"}, "incomplete"),
        ({"raw": "{"}, "incomplete"),
        ({"raw": '{"a": 1}'}, "incomplete"),
    ],
)
def test_osm_differences_writes_no_element_that_it_does_not_hold_as_a_whole(values, left_out):
    found = element(**values)
    assert tally(found, statement(height=4.0)) == ((0, 0, 0, 0), {left_out: 1})
    assert nodes(found, statement(height=4.0)) == []


def test_osm_differences_keeps_a_fixme_that_is_there():
    tags = {**CAMERA_TAGS, "fixme": "position"}
    found = tags_of(element(kind="cctv", tags=tags), statement(height=4.0))
    assert found["fixme"] == "position"
    assert found["fixme:review"] == "Check: height from council (CC0-1.0)"


def test_osm_differences_cuts_a_remark_that_is_too_long_and_drops_such_a_value():
    rows = [statement(source=f"source number {n}", ref="x" * 256) for n in range(9)]
    tags = tags_of(*rows)
    assert "ref" not in tags
    assert "source number 2 (CC0-1.0) and 6 more has it" in tags["fixme"]
    long = [statement(source="s" * 300)]
    assert len(tags_of(*long)["fixme"]) == 255


def test_osm_differences_is_one_document_whatever_texts_it_holds():
    hostile = HOSTILE + "\ufffe\x01"
    row = statement(operator=hostile, source=hostile)
    assert tags_of(row)["operator"] == HOSTILE
    head = next(osm_differences(*tables(row), Tally(), generator=hostile))
    assert b"<tag" not in head


def test_osm_differences_numbers_new_nodes_and_sorts_the_others():
    evidence = [
        statement("a"), element("b", 9), statement("b", height=4.0),
        statement("c"), element("d", 8), statement("d", height=4.0),
    ]  # fmt: skip
    assert [attributes["id"] for attributes, _ in nodes(*evidence)] == ["-1", "-2", "8", "9"]
    assert nodes(*evidence) == nodes(*evidence)
    # Statements of one camera need not stand together.
    assert sorted(map(str, nodes(*evidence))) == sorted(
        map(str, nodes(*evidence[::2], *evidence[1::2]))
    )


def test_osm_differences_says_whose_data_it_is_and_discourages_an_upload():
    content = written(statement(), element("b"), statement("b", height=4.0, licence="CC-BY-4.0"))
    root = parsed(content)
    assert root.attrib == {
        "version": "0.6", "generator": "Sightlines 1", "upload": "false",
        "attribution": "https://www.openstreetmap.org/copyright",
        "license": "https://opendatacommons.org/licenses/odbl/1-0/",
    }  # fmt: skip
    assert content.endswith(
        b"<!-- 1 new, 0 changed, 0 perhaps gone; 1 withheld because of their licence, "
        b"0 left out. -->\n"
    )


def test_summary_text_adds_up_what_was_left_out():
    found = counted(*tables(statement(private_home=True), statement("b", lon=None)))
    assert summary_text(found).endswith("0 withheld because of their licence, 2 left out.")


@pytest.fixture
def file(tmp_path):
    speed = {"kind": "enforcement", "enforcement": "maxspeed"}
    path = tmp_path / "differences.osm"
    path.write_bytes(
        written(
            statement("a", operator=HOSTILE, camera_type="dome"),
            statement("b", **speed, lon=24.95),
            element("c", 7),
            statement("c", height=4.0),
            element("d", 3, lon=24.96),
            statement("d", status="removed"),
        )
    )
    return path


def test_osm_differences_can_be_read_by_libosmium(file):
    found = {
        thing.id: (thing.version, dict(thing.tags), thing.location.lon, thing.location.lat)
        for thing in osmium.FileProcessor(str(file))
    }
    assert list(found) == [-1, -2, 3, 7]
    assert found[-1][1]["operator"] == HOSTILE
    assert found[-2][1]["highway"] == "speed_camera"
    assert (found[7][0], found[7][1]["height"]) == (3, "4")
    assert found[7][2:] == (24.9412345, 60.1712345)


def test_osm_differences_can_be_read_by_gdal(file):
    frame = pyogrio.read_dataframe(file, layer="points")
    assert sorted(frame["osm_id"]) == ["-1", "-2", "3", "7"]
    assert set(frame["man_made"].dropna()) == {"surveillance"}
    assert frame.crs.to_epsg() == 4326


def found_by_josm(path, home):
    """Return what JOSM's validator says of a file."""
    environment = {**os.environ, "JAVA_OPTS": f"-Djosm.home={home}"}
    report = path.with_suffix(".geojson")
    command = ["josm", "validate", "--input", str(path), "--output", str(report)]
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=120)  # noqa: S603
    return report.read_text()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("josm") is None, reason="JOSM is not installed")
def test_osm_differences_can_be_read_by_josm_which_finds_nothing_wrong(file, tmp_path):
    assert found_by_josm(file, tmp_path / "home") == ""
    # The judge does find what is wrong: two new nodes at one place.
    twice = tmp_path / "twice.osm"
    twice.write_bytes(written(statement("a"), statement("b")))
    assert '"test":"Duplicated nodes"' in found_by_josm(twice, tmp_path / "home")


def test_osm_differences_can_be_imported_again(file):
    reading = read_osm_xml(Content.of_bytes(file.read_bytes()))
    rows = {row["native_id"]: row for row in reading.observations.to_pylist()}
    assert sorted(rows) == ["node/-1", "node/-2", "node/3", "node/7"]
    assert (rows["node/7"]["native_version"], rows["node/7"]["height"]) == (3, 4.0)
    assert rows["node/-2"]["enforcement"] == "maxspeed"


def sector(bearing, width=None):
    return {"bearing_deg": bearing, "width_deg": width, "width_source": width and "tagged"}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("camera_direction", [sector(0.0)], "0"),
        ("camera_direction", [sector(360.0), sector(12.5)], "0;12.5"),
        ("camera_direction", [sector(0.5, 45.0)], "338-23"),
        ("camera_direction", [sector(180.0, 360.0)], "0-360"),
        ("camera_direction", [], None),
        ("height", 5.0, "5"),
        ("height", 4.876, "4.88"),
        ("height", float("nan"), None),
        ("camera_angle", 0.0, "0"),
        ("indoor", False, "no"),
        ("indoor", True, "yes"),
        ("surveillance_zone", ["town", "atm"], "town;atm"),
        ("ref", "a\x00b", "ab"),
        ("ref", "x" * 256, None),
        ("ref", "x" * 255, "x" * 255),
        ("operator", "[redacted] Ltd", None),
        ("operator", None, None),
    ],
)
def test_tag_text_writes_a_value_as_a_tag_has_it(name, value, text):
    assert tag_text(BY_NAME[name], value) == text


def test_tags_are_passed_on_that_are_facts_with_a_key_of_openstreetmap():
    names = {attribute.name for attribute in PASSED_ON}
    assert names.isdisjoint({"retention_days", "purpose", "addr_full", "name", "description"})
    assert {"camera_direction", "operator", "manufacturer", "height", "ref"} <= names


@pytest.mark.parametrize(
    ("name", "own", "other", "alike"),
    [
        ("camera_direction", [sector(350.0)], [sector(20.0)], True),
        ("camera_direction", [sector(350.0)], [sector(21.0)], False),
        ("camera_direction", [sector(90.0), sector(180.0)], [sector(200.0)], True),
        ("height", 4.0, 4.5, True),
        ("height", 4.0, 4.6, False),
        ("start_date", "2019", "2019-05", True),
        ("start_date", "2019-05-01", "2019-05", True),
        ("start_date", "2019-06", "2019-05", False),
        ("operator", "City of  X", "city of x", True),
        ("operator", "X", "Y", False),
        ("surveillance_zone", ["town", "atm"], ["atm"], True),
        ("surveillance_zone", ["town"], ["atm"], False),
        ("indoor", True, False, False),
        ("camera_type", "dome", "fixed", False),
    ],
)
def test_are_alike_asks_for_no_look_at_what_says_the_same(name, own, other, alike):
    assert are_alike(BY_NAME[name], own, other) is alike
