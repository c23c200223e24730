from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from sightlines.observations.fingerprints import SAYINGS, fingerprints, prints
from sightlines.schema import SECTORS

SOUTH = [{"bearing_deg": 180.0, "width_deg": None, "width_source": None}]
NORTH = [{"bearing_deg": 0.0, "width_deg": None, "width_source": None}]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x"},
        {"camera_direction": NORTH},
        {"camera_direction": []},
        {"status": "disused"},
        {"camera_count": 2},
        {"indoor": True},
        {"height": 3.5},
        {"surveillance_zone": ["street", "parking"]},
        {"surveillance_zone": ["street;parking"]},
    ],
    ids=str,
)
def test_fingerprints_of_content_differ_when_something_said_differs(
    observed: Callable, change: dict[str, object]
):
    content = fingerprints(observed({}, change, change)).content
    assert content[0] != content[1] == content[2]


@pytest.mark.parametrize(
    "change",
    [{"raw": "x"}, {"native_id": "5"}, {"lon": 1.0}, {"observed_at": "2024"}, {"ordinal": 9}],
    ids=str,
)
def test_fingerprints_of_content_leave_out_place_number_and_times(
    observed: Callable, change: dict[str, object]
):
    content = fingerprints(observed({}, change)).content
    assert content[0] == content[1]


def test_fingerprints_of_places_are_those_of_7_decimals_or_of_the_name(observed: Callable):
    place = fingerprints(
        observed(
            {"lon": 1.0, "lat": 2.0},
            {"lon": 1.00000001, "lat": 2.0, "place": "Kluuvi"},
            {"lon": 1.0000001, "lat": 2.0},
            {"place": "Kluuvi"},
            {"place": "Kamppi"},
            {},
        )
    ).place
    assert place[0] == place[1]
    assert len(set(place.tolist())) == 5


def test_fingerprints_of_sayings_are_0_where_nothing_is_said(observed: Callable):
    found = fingerprints(observed({"camera_direction": SOUTH}, {"name": "a"})).sayings
    assert (found != 0).tolist() == [
        [name == "camera_direction" for name in SAYINGS],
        [name == "name" for name in SAYINGS],
    ]


def test_prints_depend_on_the_values_alone():
    column = pa.chunked_array([["a", None], ["b", "a"]])
    assert prints(column).tolist() == prints(pa.chunked_array([["a", None, "b", "a"]])).tolist()
    backwards = prints(pa.chunked_array([["a", "b", None, "a"]]))
    assert backwards[::-1].tolist() == prints(column).tolist()
    assert prints(column)[1] == 0
    sliced = pa.chunked_array([pa.array([NORTH, SOUTH, None, []], SECTORS)])
    assert np.array_equal(prints(sliced.slice(1)), prints(sliced)[1:])
