import datetime

import numpy as np

from sightlines.statistics.records import records_once
from sightlines.statistics.tally import tally, totals


def at(year, month, day, hour=0):
    return datetime.datetime(year, month, day, hour, tzinfo=datetime.UTC)


def test_totals_counts_each_camera_once(make_cameras):
    sector = [{"bearing_deg": 0.0, "width_deg": 60.0, "width_source": "default"}]
    cameras = make_cameras(
        [
            {"lon": 1.0, "lat": 1.0, "camera_count": 3, "operator_type": "police"},
            {"lon": 1.0, "lat": 1.0, "sources": ["list", "osm"], "camera_direction": sector}
            | {"verification": "corroborated"},
            {"lon": 2.0, "lat": 1.0, "operator_type": "business", "camera_direction": []},
            {"lon": 2.0, "lat": 1.0, "camera_count": 0},
            {"lon": 2.0, "lat": 1.0, "counted": False, "status": "planned", "camera_count": 9}
            | {"verification": "photographed"},
            {"lon": 2.0, "lat": 1.0, "kind": "enforcement", "counted": False, "camera_count": 2},
            {
                "lon": 2.0,
                "lat": 1.0,
                "kind": "enforcement",
                "counted": False,
                "status": "removed",
            },
            {"place": "Somewhere", "camera_count": 40},
            {"place": "Somewhere", "camera_count": 5, "counted": False},
        ]
    )
    counts = totals(cameras)
    assert (counts.n_cameras, counts.n_records) == (3 + 1 + 1 + 0, 4)
    assert (counts.n_public, counts.n_private, counts.n_unknown) == (3, 1, 1)
    assert counts.n_enforcement == 2
    assert counts.n_not_located == 40
    assert counts.n_direction_known == 1
    assert counts.n_corroborated == 1


def test_totals_gives_dates_of_counted_records(make_cameras):
    cameras = make_cameras(
        [
            {"lon": 1.0, "lat": 1.0, "last_edited_at": at(2018, 5, 4, 23)},
            {"lon": 1.0, "lat": 1.0, "last_edited_at": at(2008, 1, 2)},
            {"lon": 1.0, "lat": 1.0, "last_edited_at": at(2011, 8, 1)},
            {"lon": 1.0, "lat": 1.0, "last_edited_at": at(2012, 8, 1)},
            {"lon": 1.0, "lat": 1.0},
            {"lon": 1.0, "lat": 1.0, "last_edited_at": at(1999, 1, 1), "counted": False},
        ]
    )
    counts = totals(cameras)
    assert counts.last_edited_first == datetime.date(2008, 1, 2)
    assert counts.last_edited_median == datetime.date(2011, 8, 1)
    assert counts.last_edited_last == datetime.date(2018, 5, 4)


def test_totals_of_nothing_are_zero_and_without_dates(make_cameras):
    counts = totals(make_cameras([]))
    assert (counts.n_cameras, counts.n_records, counts.n_not_located) == (0, 0, 0)
    assert counts.last_edited_median is None


def test_tally_gives_the_dates_of_each_group_before_and_after_1970(make_cameras):
    days = [at(1965, 3, 1), at(1969, 12, 31), at(1970, 1, 1), at(2020, 2, 29), None]
    records = records_once(make_cameras([{"last_edited_at": day} for day in days]))
    record = np.array([0, 1, 2, 3, 4, 3, 0, 4])
    group = np.array([0, 0, 0, 0, 0, 1, 1, 2])
    counts = tally(records, record, group, 4)
    assert counts.last_edited_first.astype(str).tolist() == ["1965-03-01"] * 2 + ["NaT"] * 2
    # Of four dates the earlier of the two in the middle; of two the first.
    assert counts.last_edited_median.astype(str).tolist() == [
        "1969-12-31",
        "1965-03-01",
        "NaT",
        "NaT",
    ]
    assert counts.last_edited_last.astype(str).tolist() == ["2020-02-29"] * 2 + ["NaT"] * 2
