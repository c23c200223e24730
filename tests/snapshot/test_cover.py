import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import RequestInvalidError
from sightlines.geodesy import deinterleave, interleave
from sightlines.snapshot.cover import StepBox, cover, longitude_spans

STEP = st.integers(0, 2**28 - 1)


@given(a=STEP, b=STEP)
def test_interleave_is_inverted_by_deinterleave(a, b):
    columns, rows = np.array([a], np.uint64), np.array([b], np.uint64)
    key = interleave(columns, rows)
    expected = int("".join(f"{y}{x}" for x, y in zip(f"{a:028b}", f"{b:028b}", strict=True)), 2)
    assert int(key[0]) == expected
    assert [int(part[0]) for part in deinterleave(key)] == [a, b]


def boxes(limit):
    side = st.tuples(st.integers(0, limit), st.integers(0, limit)).map(sorted)
    return st.tuples(side, side).map(lambda sides: StepBox(*sides[0], *sides[1]))


@given(box=boxes(2**28 - 1))
def test_cover_gives_a_bounded_number_of_ascending_ranges(box):
    ranges = cover(box)
    assert 0 < len(ranges.starts) < 600
    assert np.all(ranges.starts < ranges.stops)
    assert np.all(ranges.starts[1:] >= ranges.stops[:-1])


@given(box=boxes(40))
def test_cover_holds_every_step_of_a_box_and_inside_no_other(box):
    ranges = cover(box)
    columns, rows = np.meshgrid(np.arange(64), np.arange(64))
    keys = interleave(columns.astype(np.uint64).ravel(), rows.astype(np.uint64).ravel())
    at = np.searchsorted(ranges.starts, keys, side="right") - 1
    covered = (at >= 0) & (keys < ranges.stops[at])
    inside = covered & ranges.inside[at]
    column, row = columns.ravel(), rows.ravel()
    first_column, last_column, first_row, last_row = box
    wanted = (
        (column >= first_column) & (column <= last_column) & (row >= first_row) & (row <= last_row)
    )
    assert np.all(covered[wanted])
    assert np.all(wanted[inside])


@given(box=boxes(2**28 - 1))
def test_cover_reads_little_beyond_a_box_that_is_not_thin(box):
    width, height = box.last_column - box.first_column + 1, box.last_row - box.first_row + 1
    if max(width, height) > 4 * min(width, height):
        return
    ranges = cover(box)
    assert float((ranges.stops - ranges.starts).sum()) < 3 * width * height


@pytest.mark.parametrize(
    ("bbox", "spans"),
    [
        ((-10, 0, 10, 1), [(-10, 10)]),
        ((-180, 0, 180, 1), [(-180, 180)]),
        ((170, 0, -170, 1), [(170, 180.0), (-180.0, -170)]),
        ((170, 0, 180, 1), [(170, 180.0), (-180.0, -180.0)]),
        ((180, 0, -170, 1), [(-180.0, -170)]),
        ((180, 0, 180, 1), [(-180.0, -180.0)]),
    ],
)
def test_longitude_spans_cuts_at_the_antimeridian(bbox, spans):
    assert longitude_spans(bbox) == spans


@pytest.mark.parametrize(
    "bbox",
    [
        (-181, 0, 1, 1),
        (0, 0, 180.1, 1),
        (0, 2, 1, 1),
        (0, -91, 1, 1),
        (0, 0, 1, 90.1),
        (float("nan"), 0, 1, 1),
        (0, float("nan"), 1, 1),
        (0, 0, float("inf"), 1),
    ],
)
def test_longitude_spans_refuses_what_is_no_box(bbox):
    with pytest.raises(RequestInvalidError):
        longitude_spans(bbox)
