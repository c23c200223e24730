"""KML: the real file, the ways to write a placemark, what is left out and refused."""

import re
import time

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.descriptions import read_description
from sightlines.sources.formats.kml import parse
from sightlines.sources.table import Layout

POINT = "<Point><coordinates>24.9,60.1,0</coordinates></Point>"


def table(body, space='xmlns="http://www.opengis.net/kml/2.2"'):
    return parse(
        Content.of_bytes(f"<kml {space}><Document>{body}</Document></kml>".encode()), Layout()
    )


def rows(found):
    return [dict(zip(found.headers, row.cells, strict=True)) for row in found.rows]


def place(body):
    (row,) = table(f"<Placemark>{body}</Placemark>").rows
    return row


def test_parse_reads_the_cameras_of_the_world(shared_data):
    content = (shared_data / "cameras" / "world_wherearetheeyes.kml").read_bytes()
    positions = re.findall(rb"<coordinates>([^,]+),([^,]+),0</coordinates>", content)
    found = parse(Content.of_bytes(content), Layout())
    assert [row.place for row in found.rows] == [(float(x), float(y)) for x, y in positions]
    assert len(positions) == 8_196
    assert (found.crs, found.has_geometry, found.headers) == ("EPSG:4326", True, ())


@pytest.mark.parametrize(
    "space", ["", 'xmlns="http://earth.google.com/kml/2.0"', 'xmlns:gx="x" xmlns="http://x"']
)
def test_parse_reads_placemarks_in_folders_of_any_version(space):
    found = table(
        f"<name>City</name><Folder><name>A</name><Folder><name>B</name><Placemark id='p1'>"
        f"<name>one</name>{POINT}</Placemark></Folder></Folder><Placemark><name>two</name>"
        f"{POINT}</Placemark>",
        space,
    )
    assert found.title == "City"
    assert rows(found) == [{"folder": "A/B", "name": "one"}, {"folder": "", "name": "two"}]
    assert [row.native_id for row in found.rows] == ["p1", None]


def test_parse_takes_extended_values_as_columns():
    found = table(
        "<Placemark><name>n</name><TimeStamp><when>2020-01-02</when></TimeStamp><ExtendedData>"
        '<Data name="operator"><value>City</value></Data><Data name="name"><value>m</value></Data>'
        '<SchemaData><SimpleData name="height">5</SimpleData></SchemaData>'
        '<x:camera xmlns:x="y">dome</x:camera></ExtendedData></Placemark>'
    )
    assert rows(found) == [
        {
            "name": "n", "when": "2020-01-02", "operator": "City", "data.name": "m", "height": "5",
            "camera": "dome",
        }
    ]  # fmt: skip
    (row,) = found.rows
    assert (row.place, row.faults) == (None, ())


@pytest.mark.parametrize(
    ("body", "expected", "is_noted"),
    [
        ("<Point><coordinates>\n 24.9, 60.1 ,5 \n</coordinates></Point>", (24.9, 60.1), False),
        ("<Point><coordinates> 24.9,60.1 </coordinates></Point>", (24.9, 60.1), False),
        (f"<MultiGeometry>{POINT}</MultiGeometry>", (24.9, 60.1), False),
        (
            f"<MultiGeometry>{POINT}<LineString><coordinates>1,2 3,4</coordinates></LineString>"
            "</MultiGeometry>",
            (24.9, 60.1),
            True,
        ),
        (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 2,0 2,2 0,2 0,0</coordinates>"
            "</LinearRing></outerBoundaryIs></Polygon>",
            (1, 1),
            True,
        ),
        ("<LineString><coordinates>1,2 1,2</coordinates></LineString>", (1, 2), True),
        ("<Track><coord>5 6 7</coord></Track>", (5, 6), True),
        (
            "<Model><Location><longitude>1</longitude><latitude>2</latitude></Location></Model>",
            (1, 2),
            False,
        ),
        ("<LookAt><longitude>9</longitude><latitude>9</latitude></LookAt>", None, False),
        ("<Point><coordinates></coordinates></Point>", None, False),
        ("<Point/>", None, False),
    ],
)
def test_parse_places_every_geometry(body, expected, is_noted):
    row = place(body)
    assert row.faults == ()
    assert row.place == (None if expected is None else pytest.approx(expected))
    assert row.notes == (("geometry:representative_point",) if is_noted else ())


@pytest.mark.parametrize("text", ["24.9 60.1", "24.9", "a,b", "NaN,1", "1e400,1", "24,9,60,1,0"])
def test_parse_faults_broken_coordinates(text):
    row = place(f"<Point><coordinates>{text}</coordinates></Point>")
    assert [(fault.attribute, fault.code) for fault in row.faults] == [
        ("geometry", "unreadable_position")
    ]
    assert row.place is None


def test_parse_makes_columns_of_regular_descriptions():
    page = "<![CDATA[<b>A&amp;B</b><table><tr><td>Operator</td><td>{}</td></tr></table>]]>"
    found = table(
        "".join(
            f"<Placemark><description>{page.format(name)}</description></Placemark>"
            for name in ("City", "State")
        )
        + "<Placemark><name>x</name></Placemark>"
    )
    assert [row["Operator"] for row in rows(found)] == ["City", "State", ""]
    assert rows(found)[0]["description"] == "A&B\nOperator City"


def test_parse_leaves_irregular_descriptions_as_texts():
    texts = ("Note: here", "a camera", "on a pole", "by the road", "Seen: 2020<br>Or not")
    found = table(
        "".join(
            f"<Placemark><description><![CDATA[{text}]]></description></Placemark>"
            for text in texts
        )
    )
    assert found.headers == ("description",)


@pytest.mark.parametrize(
    ("text", "lines", "pairs"),
    [
        (
            "type: dome<br>operator: City",
            "type: dome\noperator: City",
            {"type": "dome", "operator": "City"},
        ),
        ("<b>type:</b> dome", "type: dome", {"type": "dome"}),
        ("see http://x/y", "see http://x/y", {}),
        ("<script>alert(1)</script>a", "a", {}),
        ("a<!-- <td>x</td> -->b", "ab", {}),
        ("<img src=x onerror=alert(1)>", "", {}),
        ("1 < 2", "1 < 2", {}),
        ("<tr><td>1</td><td>2</td></tr>", "1 2", {}),
    ],
)
def test_read_description_takes_tags_away_and_reads_pairs(text, lines, pairs):
    found = read_description(text)
    assert (found.text, dict(found.pairs)) == (lines, pairs)


@pytest.mark.parametrize(
    "piece", ["<", "<a", "<!--", "<td", "<td>", "<tr><td>a", "a:", "&", "<a ", "< "]
)
def test_read_description_is_fast_with_anything(piece):
    text = (piece * 60_000)[:60_000]
    started = time.monotonic()
    read_description(text)
    assert time.monotonic() - started < 2


def test_parse_never_follows_a_link():
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    overlay = "<GroundOverlay><Icon><href>file:///etc/passwd</href></Icon></GroundOverlay>"
    found = table(f"{link}{overlay}<Placemark>{POINT}</Placemark>")
    assert found.notes == {"network_link:left_out": 1, "overlay:left_out": 1}
    assert len(rows(found)) == 1
    with pytest.raises(SourceRefusedError, match="only links to another"):
        table(link)


def test_parse_refuses_a_file_without_placemarks():
    with pytest.raises(SourceRefusedError, match="no placemarks"):
        table("<name>x</name>")


def test_parse_refuses_entities():
    content = b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>'
    with pytest.raises(SourceRefusedError, match="document type"):
        parse(Content.of_bytes(content), Layout())
