import numpy as np
import pyarrow as pa

from sightlines.statistics.records import records_by_source, records_once, source_ids


def test_records_by_source_repeats_a_camera_for_each_of_its_sources(make_cameras):
    cameras = make_cameras(
        [
            {"sources": ["osm", "city"], "camera_count": 7},
            {"sources": [], "camera_count": 2},
            {"sources": ["city"], "camera_count": 5},
        ]
    )
    assert source_ids(cameras) == ["city", "osm"]
    records, row = records_by_source(cameras, ["city", "osm"])
    assert row.tolist() == [0, 0, 2]
    assert records.source.tolist() == [1, 0, 0]
    assert records.weight.tolist() == [7, 7, 5]


def test_records_by_source_reads_a_slice_of_a_table_in_chunks(make_cameras):
    part = make_cameras([{"lon": float(at), "lat": 0.0, "sources": [f"s{at}"]} for at in range(4)])
    cameras = pa.concat_tables([part, part]).slice(3, 3)
    records, row = records_by_source(cameras, ["s0", "s1", "s2", "s3"])
    assert row.tolist() == [0, 1, 2]
    assert records.source.tolist() == [3, 0, 1]
    assert records.lon.tolist() == [3.0, 0.0, 1.0]


def test_records_once_says_what_is_unknown(make_cameras):
    records = records_once(make_cameras([{}, {"lon": 0.0, "lat": 0.0}]))
    assert np.isnan(records.lon).tolist() == [True, False]
    assert np.isnat(records.last_edited).all()
    assert records.direction_known.tolist() == [False, False]


def test_records_once_knows_a_direction_of_0_degrees(make_cameras):
    north = [{"bearing_deg": 0.0, "width_deg": None, "width_source": None}]
    records = records_once(make_cameras([{"camera_direction": north}]))
    assert records.direction_known.tolist() == [True]
