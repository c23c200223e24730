"""Query parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import RequestInvalidError
from sightlines.web.parameters import read_bbox


@pytest.mark.parametrize("text", [None, ""])
def test_read_bbox_is_none_when_there_is_none(text):
    assert read_bbox(text) is None


@pytest.mark.parametrize(
    ("text", "bbox"),
    [
        ("24.9,60.1,25,60.2", (24.9, 60.1, 25, 60.2)),
        ("170,-10,-170,10", (170, -10, -170, 10)),
        ("-180,-90,180,90", (-180, -90, 180, 90)),
        ("-200,-10,200,10", (-180, -10, 180, 10)),
        ("170,-10,190,10", (170, -10, -170, 10)),
        ("-190,-10,-170,10", (170, -10, -170, 10)),
        ("190,-10,200,10", (-170, -10, -160, 10)),
    ],
)
def test_read_bbox_reads_west_south_east_north(text, bbox):
    assert read_bbox(text) == bbox


@pytest.mark.parametrize(
    "text",
    ["1", "a,b,c,d", "1,2,3,4,5", "0,91,1,92", "0,5,1,4", "inf,0,1,1", "nan,0,1,1", "999,0,1,1"],
)
def test_read_bbox_refuses_what_is_no_box(text):
    with pytest.raises(RequestInvalidError):
        read_bbox(text)


@given(st.text())
def test_read_bbox_never_fails_otherwise(text):
    try:
        found = read_bbox(text)
    except RequestInvalidError:
        return
    assert found is None or all(-180 <= lon <= 180 for lon in found[::2])
