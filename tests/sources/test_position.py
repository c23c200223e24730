"""Positions from texts and numbers."""

import math

import pytest

from sightlines.sources.position import position_of, read_degrees


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("24.9384", 24.9384),
        (" -2.28 ", -2.28),
        ("\u22122.28", -2.28),
        ("1e1", 10.0),
        ("12°", 12.0),
        ("24,9384", None),
        ("nan", None),
        ("inf", None),
        ("1_0", None),
        ("١٢", None),
        ("", None),
    ],
)
def test_read_degrees_reads_plain_numbers_only(text, degrees):
    assert read_degrees(text, decimal_comma=False) == degrees


def test_read_degrees_reads_a_decimal_comma_where_it_may_stand():
    assert read_degrees("24,9384", decimal_comma=True) == 24.9384


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
