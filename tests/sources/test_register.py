"""Which reader reads what."""

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.register import FORMATS, read


def test_read_reads_each_format_by_its_content(sample_pbf, tmp_path):
    table, points = tmp_path / "a.geojson", tmp_path / "b.csv"
    table.write_text("lon,lat\n1,2\n", encoding="utf-8")
    points.write_text(
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}', encoding="utf-8"
    )
    found = [read(path).format for path in (sample_pbf, points, table)]
    assert found == [row.id for row in FORMATS]


def test_read_passes_encoding_and_kind_on(shared_data):
    path = shared_data / "cameras" / "uz_speedcams.csv"
    reading = read(path, encoding="utf-8", kind="enforcement")
    assert reading.rows_read == 576
    assert set(reading.observations["kind"].to_pylist()) == {"enforcement"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.osm.pbf", b"lon,lat\n1,2\n", "called .pbf"),
        ("x.osm.pbf", b"", "called .pbf"),
        ("x.csv", b"", "empty"),
        ("x.csv", b"PK\x03\x04", "spreadsheet"),
        ("x.kml", b"<?xml version='1.0'?><kml/>", "XML"),
        ("x.json", b"{}", "GeoJSON"),
    ],
)
def test_read_refuses_the_rest_with_a_sentence(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceRefusedError, match=words):
        read(path)


def test_read_refuses_what_cannot_be_opened(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(SourceRefusedError, match="cannot be opened"):
            read(path)
