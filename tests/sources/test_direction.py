"""Directions, form by form, as the table of TAGS lists them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.direction import bearings_apart_deg, read_sectors


def single(bearing):
    return {"bearing_deg": bearing, "width_deg": None, "width_source": None}


def ranged(bearing, width):
    return {"bearing_deg": bearing, "width_deg": width, "width_source": "tagged"}


@pytest.mark.parametrize(
    ("text", "sectors", "codes"),
    [
        ("0", [single(0.0)], ()),
        ("240", [single(240.0)], ()),
        ("12.5", [single(12.5)], ()),
        ("45°", [single(45.0)], ()),
        ("45 deg", [single(45.0)], ()),
        ("338-23", [ranged(0.5, 45.0)], ()),
        ("90-180", [ranged(135.0, 90.0)], ()),
        ("90 \u2013 180", [ranged(135.0, 90.0)], ()),
        ("NW-NE", [ranged(0.0, 90.0)], ()),
        ("0-360", [ranged(180.0, 360.0)], ()),
        ("90-90", [single(90.0)], ("empty_range",)),
        ("225;45", [single(225.0), single(45.0)], ()),
        ("180, 270", [single(180.0), single(270.0)], ()),
        ("60-120;150-210", [ranged(90.0, 60.0), ranged(180.0, 60.0)], ()),
        ("N", [single(0.0)], ()),
        ("SW", [single(225.0)], ()),
        ("nnw", [single(337.5)], ()),
        ("South", [single(180.0)], ()),
        ("north-west", [single(315.0)], ()),
        ("north east", [single(45.0)], ()),
        ("西", [single(270.0)], ()),
        ("東北", [single(45.0)], ()),
        ("东南", [single(135.0)], ()),
        ("北北東", [single(22.5)], ()),
        ("朝西南", [single(225.0)], ()),
        ("-30", [single(330.0)], ("modulo_360",)),
        ("NB", [], ("of_traffic",)),
        ("SB", [], ("of_traffic",)),
        ("eastbound", [], ("of_traffic",)),
        ("360", [single(0.0)], ()),
        ("90100", [], ("over_360",)),
        ("900", [], ("over_360",)),
        ("361", [], ("over_360",)),
        ("90;900", [single(90.0)], ("over_360",)),
        ("10-400", [], ("over_360",)),
        ("forward", [], ("of_way",)),
        ("both", [], ("of_way",)),
        ("11:00", [], ("unreadable",)),
        ("null", [], ("unreadable",)),
        ("東西向", [], ("unreadable",)),
        (";", [], ("unreadable",)),
        ("9" * 5000, [], ("unreadable",)),
    ],
)
def test_read_sectors_reads_each_form_found_in_the_world(text, sectors, codes):
    assert read_sectors(text) == (sectors, codes)


@given(start=st.integers(0, 359), width=st.integers(1, 359))
def test_read_sectors_gives_a_range_the_width_of_end_minus_start(start, width):
    end = (start + width) % 360
    (sector,), codes = read_sectors(f"{start}-{end}")
    assert sector["width_deg"] == (end - start) % 360
    assert sector["bearing_deg"] == (start + width / 2) % 360
    assert sector["width_source"] == "tagged"
    assert codes == ()


@given(st.text(max_size=60))
def test_read_sectors_never_fails_and_stays_inside_the_circle(text):
    sectors, codes = read_sectors(text)
    assert sectors or codes
    assert all(0 <= sector["bearing_deg"] < 360 for sector in sectors)


def test_read_sectors_takes_only_so_many():
    sectors, codes = read_sectors(";".join(map(str, range(100))))
    assert len(sectors) == 36
    assert codes == ("too_many",)


@pytest.mark.parametrize(
    ("first", "second", "apart"), [(350, 10, 20), (10, 350, 20), (0, 180, 180), (90, 90, 0)]
)
def test_bearings_apart_deg_goes_the_shorter_way(first, second, apart):
    assert bearings_apart_deg(first, second) == apart
