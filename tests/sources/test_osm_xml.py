"""OpenStreetMap XML: as PBF, as editors and Overpass write it, broken and hostile."""

import bz2
import gzip
import time
from datetime import UTC, datetime

import osmium
import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content, Limits
from sightlines.sources.osm_pbf import read_osm_pbf
from sightlines.sources.osm_xml import read_osm_xml

pytestmark = pytest.mark.slow

CAMERA = '<tag k="man_made" v="surveillance"/>'


def node(attributes, inner=CAMERA):
    return f"<node {attributes}>{inner}</node>"


def osm(*elements, attributes='version="0.6"'):
    return f'<?xml version="1.0"?><osm {attributes}>{"".join(elements)}</osm>'.encode()


def read(content, **options):
    return read_osm_xml(Content.of_bytes(content), **options)


def ids(reading):
    return reading.observations["native_id"].to_pylist()


@pytest.fixture(scope="module")
def helsinki_xml(sample_pbf, tmp_path_factory):
    path = tmp_path_factory.mktemp("osm") / "helsinki.osm"
    processor = osmium.FileProcessor(str(sample_pbf))
    simple = osmium.SimpleWriter(str(path), header=processor.header)
    for thing in processor:
        simple.add(thing)
    simple.close()
    return path


def test_read_osm_xml_reads_the_sample_as_pbf_has_it(sample_pbf, helsinki_xml, tmp_path):
    expected = read_osm_pbf(sample_pbf)
    content = helsinki_xml.read_bytes()
    packed = tmp_path / "helsinki.osm.gz"
    packed.write_bytes(gzip.compress(content, 1))
    for reading in (
        read_osm_xml(Content.of_path(helsinki_xml)),
        read_osm_xml(Content.of_path(packed)),
        read(bz2.compress(content, 1)),
    ):
        assert reading.format == "osm_xml"
        assert reading.observations.equals(expected.observations)
        assert reading.base_map.num_rows == expected.base_map.num_rows
        assert reading.extent.bounds == pytest.approx(expected.extent.bounds)
        assert reading.notes == expected.notes
    assert read(content, base_map=False).base_map is None


def test_read_osm_xml_reads_last_edits_and_never_who_made_them():
    person = 'user="somebody" uid="7" changeset="9" timestamp="2019-05-31T12:00:00Z" version="1"'
    for more in ("", '<node id="-2" lat="1" lon="1"/>'):
        reading = read(osm(node(f'id="1" lat="50" lon="10" {person}'), more))
        (row,) = reading.observations.to_pylist()
        assert row["last_edited_at"] == datetime(2019, 5, 31, 12, tzinfo=UTC)
        assert "somebody" not in str(row)


def test_read_osm_xml_reads_what_editors_write():
    reading = read(
        osm(
            '<bounds minlat="50" minlon="10" maxlat="51" maxlon="11"/>',
            node('id="-1" action="modify" visible="true" lat="50.5" lon="10.5"'),
            node('id="2" action="delete" visible="true" lat="50.6" lon="10.5"'),
            node('id="3" visible="false" lat="50.6" lon="10.5"'),
            '<node id="-4" visible="true" lat="50.7" lon="10.5"/>',
            f'<way id="-5"><nd ref="-1"/><nd ref="-4"/>{CAMERA}</way>',
            attributes='version="0.6" generator="an editor"',
        )
    )
    assert ids(reading) == ["node/-1", "way/-5"]
    assert reading.observations["lat"].to_pylist()[0] == 50.5
    assert 50.5 <= reading.observations["lat"].to_pylist()[1] <= 50.7
    assert reading.extent.bounds == (10, 50, 11, 51)
    assert reading.notes["base_map:left_out"] == 1


def test_read_osm_xml_takes_no_deleted_object_of_an_ordinary_file():
    reading = read(
        osm(
            node('id="1" version="1" visible="true" lat="50" lon="10"'),
            node('id="2" version="2" visible="false" lat="50" lon="10"'),
        )
    )
    assert ids(reading) == ["node/1"]
    assert "base_map:left_out" not in reading.notes


def test_read_osm_xml_reads_what_overpass_writes():
    outer = "".join(
        f'<nd lat="{lat}" lon="{lon}"/>'
        for lon, lat in ((0, 50), (2, 50), (2, 52), (0, 52), (0, 50))
    )
    reading = read(
        osm(
            f'<way id="6"><center lat="50.7" lon="10.7"/><nd ref="99"/>{CAMERA}</way>',
            '<relation id="7"><member type="way" ref="70" role="outer">'
            f'{outer}</member><tag k="type" v="multipolygon"/>{CAMERA}</relation>',
        )
    )
    assert ids(reading) == ["way/6", "relation/7"]
    assert reading.observations["lon"].to_pylist() == pytest.approx([10.7, 1])


def test_read_osm_xml_rejects_one_bad_number_and_reads_the_rest():
    reading = read(
        osm(
            node('id="1" lat="50" lon="10"'),
            node('id="2" lat="x" lon="10"'),
            node('id="3" lat="nan" lon="1e400"'),
            node('id="x" lat="50" lon="10"'),
            node('id="5" lat="50" lon="10"', CAMERA + f'<tag k="note" v="{"a" * 5_000}"/>'),
        )
    )
    assert ids(reading) == ["node/1", "node/5"]
    assert reading.rejected == {"unreadable_position": 2, "not_an_element": 1}


HOSTILE = [
    (b'<!DOCTYPE osm [<!ENTITY a "b">]><osm version="0.6"/>', "document type"),
    (b'<!DOCTYPE osm [<!ENTITY a SYSTEM "file:///etc/passwd">]><osm version="0.6"/>', "document"),
    (b'<!DOCTYPE osm SYSTEM "http://127.0.0.1:9/x.dtd"><osm version="0.6"/>', "document type"),
    (osm("<a>" * 100_000), "nested more than 100"),
    (osm(node('id="1" lat="50" lon="10"'))[:-9], "cut off"),
    (b"<html><body>429</body></html>", "not OpenStreetMap XML"),
    (b"<osmChange version='0.6'/>", "not OpenStreetMap XML"),
    (b"lon,lat", "not OpenStreetMap XML"),
    (b"", "empty"),
    (gzip.compress(osm(), mtime=0)[:-12], "cut off"),
    (b"\x1f\x8bjunk", "cut off"),
    (bz2.compress(osm())[:-9], "cut off"),
]


@pytest.mark.parametrize(("content", "words"), HOSTILE)
def test_read_osm_xml_refuses_what_is_dangerous_or_broken(content, words):
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match=words):
        read(content)
    assert time.monotonic() - started < 5


def test_read_osm_xml_refuses_a_bomb():
    packed = gzip.compress(osm(" " * 30_000_000))
    limits = Limits(inflated_bytes=10_000_000)
    with pytest.raises(SourceRefusedError, match="more than may be unpacked"):
        read_osm_xml(Content.of_bytes(packed, limits=limits))


def test_libosmium_itself_refuses_entities():
    content = b'<!DOCTYPE osm [<!ENTITY a "b">]><osm version="0.6"/>'
    with pytest.raises(RuntimeError, match="entities"):
        list(osmium.FileProcessor(osmium.io.FileBuffer(content, "osm")))


def test_read_osm_xml_reads_versions_with_libosmium_and_without():
    numbered = node('id="1" version="4" lat="50" lon="10" user="x" uid="7" changeset="9"')
    plain = node('id="2" lat="50" lon="10"')
    usual = read(osm(numbered, plain))
    unusual = read(osm(numbered, plain, node('id="-3" version="0" lat="50" lon="10"')))
    assert usual.observations["native_version"].to_pylist() == [4, None]
    assert unusual.observations["native_version"].to_pylist() == [4, None, None]
    assert "changeset" not in str(unusual.observations.to_pylist())
