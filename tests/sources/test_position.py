"""Positions from two texts or numbers."""

import math

import pytest

from sightlines.sources.position import position_of


@pytest.mark.parametrize(
    ("lon", "lat", "codes"),
    [
        (None, 60.0, ["no_position"]),
        ("", "", ["no_position", "no_position"]),
        ("x", "60", ["unreadable_position"]),
        (True, 60.0, ["unreadable_position"]),
        (math.nan, 60.0, ["unreadable_position"]),
        (math.inf, 60.0, ["out_of_range"]),
        (10**400, 60.0, ["out_of_range"]),
        (180.1, 90.1, ["out_of_range", "out_of_range"]),
        (2776000.0, 8437000.0, ["out_of_range", "out_of_range"]),
        (0.0, 0.0, ["null_island"]),
        ("0", "-0.0", ["null_island"]),
    ],
)
def test_position_of_names_every_fault(lon, lat, codes):
    position, faults = position_of(7, lon, lat)
    assert position is None
    assert [fault.code for fault in faults] == codes
    assert {fault.row for fault in faults} == {7}


@pytest.mark.parametrize(("lon", "lat"), [(180.0, 90.0), (-180.0, -90.0), (0.0, 51.5), (32.6, 0.0)])
def test_position_of_takes_the_edges_of_the_world(lon, lat):
    assert position_of(1, lon, lat) == ((lon, lat), ())


@pytest.mark.parametrize(
    ("lon", "lat", "says_swapped"),
    [
        ("-33.87", "151.2", True),
        (60.2, -124.9, True),
        (60.2, 181.0, False),
        (124.9, 95.0, False),
        ("x", "124.9", False),
        (190.0, 60.0, False),
    ],
)
def test_position_of_says_when_the_axes_may_be_swapped(lon, lat, says_swapped):
    _, faults = position_of(1, lon, lat)
    assert any("longitude and latitude may be swapped" in fault.message for fault in faults) == (
        says_swapped
    )
    assert "out_of_range" in {fault.code for fault in faults}


def test_position_of_shows_an_example_of_the_number_that_is_wrong():
    _, faults = position_of(1, "x", "y")
    assert [fault.message for fault in faults] == [
        "Longitude is not a number of degrees such as 24.9384.",
        "Latitude is not a number of degrees such as 60.1699.",
    ]
