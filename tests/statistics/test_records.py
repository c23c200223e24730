import numpy as np
import pyarrow as pa
import pytest

from sightlines.statistics.records import records_once


def test_records_once_gives_one_record_for_a_camera_of_several_sources(make_cameras):
    cameras = make_cameras(
        [
            {"sources": ["osm", "city", "osm"], "camera_count": 7},
            {"sources": [], "camera_count": 2},
        ]
    )
    assert records_once(cameras).weight.tolist() == [7, 2]


def test_records_once_reads_a_slice_of_a_table_in_chunks(make_cameras):
    part = make_cameras([{"lon": float(at), "lat": 0.0} for at in range(4)])
    records = records_once(pa.concat_tables([part, part]).slice(3, 3))
    assert records.lon.tolist() == [3.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("verification", "expected"),
    [
        ("unverified", False),
        ("single_source", False),
        ("corroborated", True),
        ("photographed", True),
        ("disputed", False),
    ],
)
def test_records_once_knows_what_is_corroborated(make_cameras, verification, expected):
    records = records_once(make_cameras([{"verification": verification}]))
    assert records.corroborated.tolist() == [expected]


def test_records_once_says_what_is_unknown(make_cameras):
    records = records_once(make_cameras([{}, {"lon": 0.0, "lat": 0.0}]))
    assert np.isnan(records.lon).tolist() == [True, False]
    assert np.isnat(records.last_edited).all()
    assert records.direction_known.tolist() == [False, False]


def test_records_once_knows_a_direction_of_0_degrees(make_cameras):
    north = [{"bearing_deg": 0.0, "width_deg": None, "width_source": None}]
    records = records_once(make_cameras([{"camera_direction": north}]))
    assert records.direction_known.tolist() == [True]
