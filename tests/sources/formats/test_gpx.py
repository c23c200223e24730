"""GPX: waypoints of both versions; nobody's tracks."""

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.gpx import parse
from sightlines.sources.table import Layout

WAYPOINT = (
    '<wpt lat="60.1" lon="24.9"><ele>12</ele><time>2020-01-02T03:04:05Z</time><name>A</name>'
    '<desc>d</desc><sym>Camera</sym><link href="http://x"><text>t</text></link>'
    '<extensions><x:kind xmlns:x="y">dome</x:kind></extensions></wpt>'
)


def table(body, version="1.1"):
    return parse(Content.of_bytes(f'<gpx version="{version}">{body}</gpx>'.encode()), Layout())


def test_parse_reads_waypoints_with_what_they_say():
    found = table(f"<metadata><name>Town</name></metadata>{WAYPOINT}")
    (row,) = found.rows
    assert dict(zip(found.headers, row.cells, strict=True)) == {
        "ele": "12", "time": "2020-01-02T03:04:05Z", "name": "A", "desc": "d", "sym": "Camera",
        "link.href": "http://x", "link.text": "t", "kind": "dome",
    }  # fmt: skip
    assert (row.place, row.notes, row.faults) == ((24.9, 60.1), (), ())
    assert (found.title, found.crs, found.has_geometry) == ("Town", "EPSG:4326", True)


def test_parse_reads_version_1_0_and_leaves_tracks_out():
    track = '<trk><name>Me</name><trkseg><trkpt lat="1" lon="2"/></trkseg></trk>'
    route = '<rte><rtept lat="1" lon="2"/></rte>'
    found = table(f"<name>T</name>{WAYPOINT}{route}{track}{track}{WAYPOINT}", "1.0")
    assert [row.number for row in found.rows] == [1, 2]
    assert (found.title, found.notes) == ("T", {"track:left_out": 3})
    assert "Me" not in [cell for row in found.rows for cell in row.cells]
    with pytest.raises(SourceRefusedError, match="no waypoints"):
        table(track)


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ('lat="x" lon="1"', ["unreadable_position"]),
        ('lat="1"', ["unreadable_position"]),
        ('lat="NaN" lon="1"', ["unreadable_position"]),
        ("", []),
        ('lat="" lon=""', []),
    ],
)
def test_parse_faults_a_broken_position(attributes, codes):
    (row,) = table(f"<wpt {attributes}><name>A</name></wpt>").rows
    assert [fault.code for fault in row.faults] == codes
    assert row.place is None


def test_parse_refuses_entities():
    content = b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd"><gpx/>'
    with pytest.raises(SourceRefusedError, match="document type"):
        parse(Content.of_bytes(content), Layout())
