"""One coordinate in a text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.coordinate_texts import (
    in_plain_signs,
    read_coordinate,
    read_degrees,
    read_metres,
    says_nothing,
)

LONGITUDES = st.floats(-180.0, 180.0)
LATITUDES = st.floats(-90.0, 90.0)


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


# 48 + 51/60 + 24/3600 = 48.856666...; 35 + 12/60 + 30/3600 = 35.208333...
@pytest.mark.parametrize(
    ("text", "value", "axis"),
    [
        ("48.85", 48.85, None),
        ("\u221248.85", -48.85, None),
        ("\u201348.85°", -48.85, None),
        ("48°51'24\"N", 48.0 + 3084.0 / 3600.0, "lat"),
        ("48° 51\u2032 24\u2033 N", 48.0 + 3084.0 / 3600.0, "lat"),
        ("48º51\u00b424\u00b4\u00b4", 48.0 + 3084.0 / 3600.0, None),
        ("48°51\u201924,0\u201d", 48.0 + 3084.0 / 3600.0, None),
        ("N48 51 24", 48.0 + 3084.0 / 3600.0, "lat"),
        ("48 51 24", 48.0 + 3084.0 / 3600.0, None),
        ("48:51:24", 48.0 + 3084.0 / 3600.0, None),
        ("48d51m24s", 48.0 + 3084.0 / 3600.0, None),
        ("48°51.4'", 48.0 + 3084.0 / 3600.0, None),
        ("48 51.4 N", 48.0 + 3084.0 / 3600.0, "lat"),
        ("35도 12분 30초", 35.0 + 750.0 / 3600.0, None),
        ("北緯35度12分30秒", 35.0 + 750.0 / 3600.0, "lat"),
        ("동경 127.5", 127.5, "lon"),
        ("37.5 \u0441.ш.", 37.5, "lat"),
        ("2.5 W", -2.5, "lon"),
        ("W 2.5", -2.5, "lon"),
        ("-33.8 S", -33.8, "lat"),
        ("South 33.8", -33.8, "lat"),
        ("\u1c83.\u0428. 33.8", 33.8, "lat"),
        ("-0°30'", -0.5, None),
        ("59°59'60\"", 60.0, None),
        ("\uff12\uff14.5", 24.5, None),
        ("٢٤\u066b\u0667", 24.7, None),
    ],
)
def test_read_coordinate_reads_what_people_write(text, value, axis):
    read = read_coordinate(text)
    assert read is not None
    assert read.value == pytest.approx(value, abs=1e-12)
    assert read.axis == axis


@pytest.mark.parametrize(
    "text",
    ["461.993.881", "48,85", "48 51", "12:30", "2.35 O", "-33.8 N", "60°61'", "60°10'61\"", "",
     "48.5°30'", "1°2.5'3\"", "north", "N", "Main Street", "1" * 500, "nan", "٪", "°", "--5"],
)  # fmt: skip
def test_read_coordinate_reads_nothing_else(text):
    assert read_coordinate(text) is None


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("374674.7381", False, 374674.7381),
        ("371,234.5", False, 371234.5),
        ("5028499,542", True, 5028499.542),
        ("5 028 499,5", True, 5028499.5),
        ("12'345.5", False, 12345.5),
        ("835000 m", False, 835000.0),
        ("5028499,542", False, None),
        ("1.234.567", False, None),
        ("1,2,3", False, None),
        ("", False, None),
        ("9" * 500, False, None),
    ],
)
def test_read_metres_reads_numbers_in_groups(text, comma, value):
    assert read_metres(text, decimal_comma=comma) == value


@pytest.mark.parametrize("text", ["", " - ", "n/a", "NULL", "없음", "無", "Unknown", "#N/A", "nan"])
def test_says_nothing_knows_words_for_a_missing_number(text):
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["0", "24.9", "Main Street", "x" * 100_000])
def test_says_nothing_leaves_everything_else(text):
    assert not says_nothing(text)


def sexagesimal(degrees: float, letters: str) -> str:
    """Write degrees as people do, with as many decimals as a double holds."""
    whole, rest = divmod(abs(degrees) * 3600.0, 3600.0)
    minutes, seconds = divmod(rest, 60.0)
    letter = letters[degrees < 0.0]
    return f"{int(whole)}°{int(minutes)}'{seconds:.9f}\"{letter}"


@given(LONGITUDES, LATITUDES)
def test_read_coordinate_brings_degrees_minutes_and_seconds_back(lon, lat):
    assert read_coordinate(sexagesimal(lon, "EW")).value == pytest.approx(lon, abs=1e-9)
    assert read_coordinate(sexagesimal(lat, "NS")).value == pytest.approx(lat, abs=1e-9)


@given(LONGITUDES)
def test_read_coordinate_brings_decimals_back(lon):
    comma = f"{lon:.12f}".replace(".", ",")
    assert read_coordinate(comma, decimal_comma=True).value == pytest.approx(lon, abs=1e-9)
    lettered = f"{abs(lon):.12f} {'W' if lon < 0 else 'E'}"
    assert read_coordinate(lettered).value == pytest.approx(lon, abs=1e-9)


@given(st.text(max_size=80))
def test_read_coordinate_takes_any_text(text):
    coordinate = read_coordinate(text, decimal_comma=True)
    assert coordinate is None or math.isfinite(coordinate.value)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (" \u221248.5\u00ba ", "-48.5°"),
        ("48\u00b051\u203224\u2033", "48°51'24\""),
        ("48°51'24''", "48°51'24\""),
        ("\uff12\uff14", "24"),
        ("북위 37도 30분", "N 37° 30'"),
        ("South 33", "S 33"),
    ],
)
def test_in_plain_signs_writes_every_sign_in_one_form(text, plain):
    assert in_plain_signs(text) == plain
