"""Whole positions in one text."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.point_texts import read_point

LONGITUDES = st.floats(-180.0, 180.0)
LATITUDES = st.floats(-90.0, 90.0)
EWKB = struct.pack("<BIIdd", 1, 0x20000001, 4326, 2.35, 48.85).hex().upper()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(48.85, 2.35)", (48.85, 2.35, None)),
        ("48.85,2.35", (48.85, 2.35, None)),
        ("48.85;2.35", (48.85, 2.35, None)),
        ("48,85; 2,35", (48.85, 2.35, None)),
        ("48,85 2,35", (48.85, 2.35, None)),
        ("[2.35, 48.85]", (2.35, 48.85, None)),
        ("(48, 2)", (48.0, 2.0, None)),
        ("48.85 2.35 0 0", (48.85, 2.35, None)),
        ("127.1/37.5", (127.1, 37.5, None)),
        ("POINT (2.35 48.85)", (2.35, 48.85, "xy")),
        ("point z(2.35 48.85 12)", (2.35, 48.85, "xy")),
        ("MULTIPOINT ((2.35 48.85))", (2.35, 48.85, "xy")),
        ('{"type":"Point","coordinates":[2.35,48.85]}', (2.35, 48.85, "xy")),
        (EWKB, (2.35, 48.85, "xy")),
        (struct.pack(">BIdd", 0, 1, 2.35, 48.85).hex(), (2.35, 48.85, "xy")),
        ("48°51'N 2°21'E", (48.85, 2.35, "lat_lon")),
        ("2° 21' E, 48° 51' N", (2.35, 48.85, "lon_lat")),
        ("N48°51' E2°21'", (48.85, 2.35, "lat_lon")),
        ("北緯48度51分 東経2度21分", (48.85, 2.35, "lat_lon")),
        ("48°51', 2°21'", (48.85, 2.35, None)),
        ("geo:48.85,2.35;u=35", (48.85, 2.35, "lat_lon")),
        ("{'latitude': '48.85', 'longitude': '2.35', 'address': ''}", (48.85, 2.35, "lat_lon")),
        ("1 Quai\nParis\n(48.85, 2.35)", (48.85, 2.35, None)),
    ],
)
def test_read_point_reads_a_position_in_one_text(text, found):
    point = read_point(text)
    assert point is not None
    assert (point.first, point.second) == pytest.approx(found[:2], abs=1e-12)
    assert (point.order or ("xy" if point.is_xy else None)) == found[2]


def test_read_point_reads_the_system_that_a_text_names():
    assert read_point("SRID=2326;POINT(835000 817000)").srid == 2326
    assert read_point(EWKB).srid == 4326
    assert read_point("POINT(1 2)").srid is None


def test_read_point_says_when_the_point_only_stands_for_a_shape():
    square = read_point("POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))")
    assert square.is_representative
    assert (square.first, square.second) == (1.0, 1.0)


@pytest.mark.parametrize(
    "text",
    ["", "48, 2", "48,85", "48 51 24", "48 51 24.5", "5 Main Street, 3", "POINT EMPTY", "POINT (1)",
     "POLYGON ((0 0", "GEOMETRYCOLLECTION(" * 1_000, "(" * 100_000, "1 " * 900, "0" * 60,
     struct.pack("<BIdd", 1, 1, math.nan, 1.0).hex(), struct.pack("<BIdd", 1, 3, 2.0, 1.0).hex(),
     "48.1 N, 2.3 N", '{"type":"Polygon","coordinates":[[[0,0]]]}', "lat: 4.5", "é" * 2_000_000],
)  # fmt: skip
def test_read_point_reads_nothing_else(text):
    assert read_point(text) is None


def sexagesimal(degrees: float, letters: str) -> str:
    """Write degrees as people do, with as many decimals as a double holds."""
    whole, rest = divmod(abs(degrees) * 3600.0, 3600.0)
    minutes, seconds = divmod(rest, 60.0)
    letter = letters[degrees < 0.0]
    return f"{int(whole)}°{int(minutes)}'{seconds:.9f}\"{letter}"


@given(LONGITUDES, LATITUDES)
def test_read_point_brings_a_position_back(lon, lat):
    for text in (
        f"POINT ({lon:.12f} {lat:.12f})",
        f"SRID=4326;POINT({lon!r} {lat!r})",
        struct.pack("<BIdd", 1, 1, lon, lat).hex(),
    ):
        point = read_point(text)
        assert (point.first, point.second) == pytest.approx((lon, lat), abs=1e-9)
    for text in (
        f"({lat:.12f}, {lon:.12f})",
        f"{lat:.12f};{lon:.12f}".replace(".", ","),
        f"{sexagesimal(lat, 'NS')} {sexagesimal(lon, 'EW')}",
        f"geo:{lat:.12f},{lon:.12f}",
    ):
        point = read_point(text)
        assert (point.first, point.second) == pytest.approx((lat, lon), abs=1e-9)


@given(st.text(max_size=80))
def test_read_point_takes_any_text(text):
    point = read_point(text)
    assert point is None or (math.isfinite(point.first) and math.isfinite(point.second))


@pytest.mark.parametrize(
    ("text", "first", "second", "is_representative"),
    [
        ('{"type":"MultiPoint","coordinates":[[-79.36,43.65]]}', -79.36, 43.65, False),
        ('{"type": "MultiPoint", "coordinates": [[1, 2], [1, 2]]}', 1, 2, True),
        ('{"type": "LineString", "coordinates": [[10.5, 50], [10.5, 50]]}', 10.5, 50, True),
    ],
)
def test_read_point_reads_any_geometry_that_stands_in_a_cell_as_json(
    text, first, second, is_representative
):
    point = read_point(text)
    assert (point.first, point.second) == (first, second)
    assert point.is_representative is is_representative


@pytest.mark.parametrize(
    "text", ['{"coordinates": "x"}', '{"type":"Point","coordinates":[]}', '{"coordinates"']
)
def test_read_point_refuses_json_without_a_position(text):
    assert read_point(text) is None
