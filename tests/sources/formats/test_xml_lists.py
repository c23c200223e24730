"""XML lists: real feeds, shapes of lists, what is no list."""

import re
import time

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.xml_lists import parse
from sightlines.sources.table import Layout

DATEX = b"""<d:model xmlns:d="http://datex2.eu/schema/2/2_0"><d:exchange><d:country>es</d:country>
</d:exchange><d:publication lang="es"><d:time>2020</d:time><d:set id="S">
<d:location id="c1"><d:name><d:values><d:value lang="es">Uno</d:value></d:values></d:name>
<d:point><d:latitude>40.1</d:latitude><d:longitude>-3.5</d:longitude></d:point>
<lane n="1" to="N"/><lane n="2" to="S"/><lane n="3" to="S"/></d:location>
<d:location id="c2"><d:point><d:latitude>41.1</d:latitude><d:longitude>-3.6</d:longitude></d:point>
</d:location></d:set></d:publication></d:model>"""


def table(content, **layout):
    return parse(Content.of_bytes(content), Layout(**layout))


def cells(found):
    return [list(row.cells) for row in found.rows]


def test_parse_reads_the_cameras_of_hong_kong_as_json_has_them(shared_data):
    content = (shared_data / "cameras" / "hk_traffic_cams.xml").read_bytes()
    found = table(content)
    assert found.headers == (
        "key", "region", "description", "easting", "northing", "latitude", "longitude", "url",
    )  # fmt: skip
    assert len(cells(found)) == content.count(b"<image>") == 210
    assert cells(found)[0][:6] == [
        "H429F", "Hong Kong Island", "Aberdeen Praya Road near Fish Market", "833514", "812196",
        "22.2485255",
    ]  # fmt: skip
    assert cells(found) == cells(found)


def test_parse_reads_the_freeway_cameras_of_taiwan_in_time(shared_data):
    content = (shared_data / "cameras" / "tw_freeway_cctv_tdx.xml").read_bytes()
    started = time.monotonic()
    found = table(content)
    rows = cells(found)
    assert time.monotonic() - started < 3
    assert len(rows) == content.count(b"<CCTV>") == 1_911
    assert found.layout.records == "CCTVs/CCTV"
    assert {"CCTVID", "PositionLon", "PositionLat", "RoadSection.Start"} <= set(found.headers)
    latitudes = [row[found.headers.index("PositionLat")].encode() for row in rows]
    assert latitudes == re.findall(rb"<PositionLat>([^<]*)</PositionLat>", content)


def test_parse_reads_a_deep_feed_with_namespaces_and_inner_lists():
    found = table(DATEX)
    assert found.headers == (
        "id", "name.values.value.lang", "name.values.value", "point.latitude", "point.longitude",
        "lane.n", "lane.to",
    )  # fmt: skip
    assert cells(found) == [
        ["c1", "es", "Uno", "40.1", "-3.5", "1;2;3", "N;S;S"],
        ["c2", "", "", "41.1", "-3.6", "", ""],
    ]
    assert found.layout.records == "publication/set/location"
    assert len(cells(table(DATEX, records="publication/set/location/lane"))) == 3


@pytest.mark.parametrize(
    ("content", "headers", "rows"),
    [
        (
            b'<r><c lat="1" lon="2"/><c lat="3" lon="4"/></r>',
            ("lat", "lon"),
            [["1", "2"], ["3", "4"]],
        ),
        (
            b"<r><member><c><a>1</a><b>2</b></c></member><member><c><a>3</a></c></member></r>",
            ("a", "b"),
            [["1", "2"], ["3", ""]],
        ),
        (b"<r><c><a>1</a><b>2</b></c></r>", ("a", "b"), [["1", "2"]]),
        (
            b"<r><d><n>x</n><c><a>1</a><b>2</b></c><c><a>3</a><b>4</b></c></d><d><n>y</n>"
            b"<c><a>5</a><b>6</b></c></d></r>",
            ("a", "b"),
            [["1", "2"], ["3", "4"], ["5", "6"]],
        ),
        (b"<r><c>1</c><c>2</c></r>", None, None),
        (b"<r><c id='1'>x</c><c id='2'/></r>", ("id", "c"), [["1", "x"], ["2", ""]]),
        (
            "<r><c><위도>1</위도><b>é</b></c><c><위도>2</위도></c></r>".encode(),
            ("위도", "b"),
            [["1", "é"], ["2", ""]],
        ),
    ],
)
def test_parse_finds_the_element_that_repeats(content, headers, rows):
    if headers is None:
        with pytest.raises(SourceRefusedError, match="no list of records"):
            table(content)
        return
    found = table(content)
    assert (found.headers, cells(found)) == (headers, rows)


def test_parse_notes_the_lists_it_did_not_take():
    content = b"<r>%s%s</r>" % (b"<p><a>1</a><b>2</b></p>" * 2, b"<c><a>1</a><b>2</b></c>" * 3)
    found = table(content)
    assert (found.layout.records, found.notes) == ("c", {"records:left_out": 1})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<r/>", "no list of records"),
        (b"<r>text</r>", "no list of records"),
        (b"<r><c><a>1</a></c>", "cut off"),
        (b"<html><li>1</li></html>", "web page"),
        (b"<r>%s</r>" % b"".join(b"<n%d>1</n%d>" % (n, n) for n in range(30_000)), "too many"),
        (
            b"<r>%s</r>" % b"".join(b"<c><a>1</a><n%d>1</n%d></c>" % (n, n) for n in range(2_000)),
            "more than 1000",
        ),
    ],
)
def test_parse_refuses_what_is_no_list(content, words):
    with pytest.raises(SourceRefusedError, match=words):
        table(content)


def test_parse_refuses_a_path_that_leads_nowhere():
    with pytest.raises(SourceRefusedError, match="no list of records"):
        table(DATEX, records="publication/other")
