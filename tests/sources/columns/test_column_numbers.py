"""A sample's numbers, and what two columns of them can be."""

import numpy as np
import pytest
import shapely

from sightlines.sources.columns.column_numbers import (
    Judged,
    SampledTexts,
    fixed_point,
    is_in_the_world,
    is_only_one_way,
    judge,
)
from sightlines.sources.table import TableRow

PARIS = shapely.box(2.2, 48.8, 2.5, 48.95)
EAST, NORTH = np.array([2.35, 2.36]), np.array([48.85, 48.86])


def column_of(*cells):
    sample = [TableRow(number, [cell]) for number, cell in enumerate(cells, start=1)]
    return SampledTexts(("a",), sample).column("a")


def test_column_reads_the_numbers_of_every_cell():
    column = column_of("2,5", "n/a", "48°30'N", "Street", "7")
    assert column.values.tolist() == pytest.approx([2.5, np.nan, 48.5, np.nan, 7.0], nan_ok=True)
    assert column.decimals.tolist() == [1, 0, 9, 0, 0]
    assert (column.filled, column.is_comma, column.axis) == (4, True, "lat")
    assert column.readable == 0.75
    # Of three numbers, 2,5 and the minutes have a decimal.
    assert column.share_with_decimals(1) == pytest.approx(2.0 / 3.0)


def test_column_has_no_share_of_numbers_when_nothing_is_filled():
    column = column_of("", "-")
    assert (column.readable, column.share_with_decimals(0)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("x", "y", "extent", "judged"),
    [
        (EAST, NORTH, None, Judged("degrees")),
        (NORTH, EAST, None, Judged("degrees")),
        (NORTH, EAST, PARIS, Judged("degrees", is_swapped=True)),
        ([37.5, 37.6], [127.1, 127.2], None, Judged("degrees", is_swapped=True)),
        ([228.0, 461.0], [35.0, 99.0], None, Judged("degrees")),
        ([835000.0, 836500.0], [817000.0, 820000.0], None, Judged("metres")),
    ],
)
def test_judge_says_what_numbers_are(x, y, extent, judged):
    assert judge(np.array(x), np.array(y), extent) == judged


@pytest.mark.parametrize(
    ("scale", "named", "extent", "degrees_per_unit"),
    [(1e6, 1.0, PARIS, 1e-6), (1e7, 1e-7, None, 1e-7), (1e6, 1.0, None, None)],
)
def test_fixed_point_is_certain_by_the_area_or_a_header_only(
    scale, named, extent, degrees_per_unit
):
    judged = fixed_point(np.round(EAST * scale), np.round(NORTH * scale), named, extent)
    assert (judged and judged.degrees_per_unit) == degrees_per_unit


def test_fixed_point_takes_whole_numbers_only():
    assert fixed_point(EAST * 1e6 + 0.5, NORTH * 1e6, 1e-6, PARIS) is None


def test_is_in_the_world_lets_half_of_the_numbers_be_wrong():
    assert is_in_the_world(np.array([2.35, 999.0]), np.array([48.85, 48.86]))
    assert not is_in_the_world(np.array([2.35, 999.0, 999.0]), np.array([48.85, 0.0, 0.0]))


@pytest.mark.parametrize(
    ("x", "y", "extent", "is_so"),
    [
        ([127.1, 127.2], [37.5, 37.6], None, True),
        (EAST, NORTH, None, False),
        (EAST, NORTH, PARIS, True),
        (NORTH, EAST, PARIS, False),
    ],
)
def test_is_only_one_way_needs_the_range_or_the_area(x, y, extent, is_so):
    assert is_only_one_way(np.array(x), np.array(y), extent) == is_so
