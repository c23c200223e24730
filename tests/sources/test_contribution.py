"""What people send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.attributes import ATTRIBUTES
from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.contribution import read_file, read_form


def test_read_form_reads_one_camera():
    reading = read_form(
        {
            "lon": "24,9384",
            "lat": "60.1699",
            "camera_type": "dome",
            "camera_direction": "338-23",
            "height": "5 m",
            "surveillance_zone": "street; parking",
            "operator": "City",
            "observed_at": "2024-05",
            "token": "never kept",
        }
    )
    (row,) = reading.observations.to_pylist()
    assert (row["lon"], row["lat"]) == (24.9384, 60.1699)
    assert row["camera_direction"] == [
        {"bearing_deg": 0.5, "width_deg": 45.0, "width_source": "tagged"}
    ]
    assert row["surveillance_zone"] == ["town", "parking"]
    assert row["observed_at"] == "2024-05"
    assert row["native_id"] is None
    assert "never kept" not in row["raw"]
    assert (reading.format, reading.rows_read, reading.faults) == ("form", 1, ())


def test_read_form_names_all_faults_at_once():
    reading = read_form(
        {
            "lon": "",
            "lat": "95",
            "camera_type": "teapot",
            "camera_direction": "361",
            "height": "-3",
            "observed_at": "0000-00-00",
            "start_date": "9999",
            "operator": "x" * 201,
            "description": "x" * 1_001,
        }
    )
    assert reading.rejected == {"no_position": 1}
    assert {(fault.row, fault.attribute, fault.code) for fault in reading.faults} == {
        (0, "lon", "no_position"),
        (0, "lat", "out_of_range"),
        (0, "camera_type", "not_a_choice"),
        (0, "camera_direction", "over_360"),
        (0, "height", "out_of_bounds"),
        (0, "observed_at", "not_a_date"),
        (0, "start_date", "not_a_date"),
        (0, "operator", "too_long"),
        (0, "description", "too_long"),
    }
    assert reading.observations.num_rows == 0
    assert all(fault.message.endswith(".") for fault in reading.faults)


def test_read_form_takes_off_control_and_reordering_characters():
    reading = read_form({"lon": "1", "lat": "2", "operator": "A\x1b\u202eB"})
    assert reading.observations["operator"].to_pylist() == ["A B"]


def test_read_form_keeps_markup_as_the_text_it_is():
    text = "</script><img src=x onerror=alert(1)>"
    reading = read_form({"lon": "1", "lat": "2", "operator": text})
    assert reading.observations["operator"].to_pylist() == [text]


def test_read_form_blacks_out_what_is_nobodys_business():
    reading = read_form(
        {"lon": "1", "lat": "2", "description": "rtsp://u:p@10.0.0.1/1 mail me@example.org"}
    )
    assert reading.observations["description"].to_pylist() == ["[redacted] mail [redacted]"]
    assert reading.notes["description:redacted"] == 1
    assert "10.0.0.1" not in reading.observations["raw"].to_pylist()[0]


@given(st.dictionaries(st.sampled_from([row.name for row in ATTRIBUTES]), st.text(max_size=40)))
def test_read_form_takes_or_faults_anything(fields):
    reading = read_form({"lon": "1", "lat": "2", **fields})
    assert reading.rows_read == 1
    assert (reading.observations.num_rows == 0) == bool(reading.faults)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b" \r\n"])
def test_read_file_knows_geojson_by_its_content(start):
    content = json.dumps(
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}
    ).encode()
    assert read_file(Content.of_bytes(start + content)).format == "geojson"


def test_read_file_reads_the_rest_as_csv_and_is_strict():
    reading = read_file(Content.of_bytes(b"lon,lat,camera_type\n1,2,teapot\n"))
    assert reading.format == "csv"
    assert reading.rejected == {"not_a_choice": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"<OGRVRTDataSource><OGRVRTLayer name='x'></OGRVRTLayer></OGRVRTDataSource>",
        b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ..."}',
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
        b"PK\x03\x04",
        b"",
        b"\x00" * 100,
    ],
)
def test_read_file_refuses_what_would_make_gdal_open_other_files(content):
    with pytest.raises(SourceRefusedError):
        read_file(Content.of_bytes(content))
