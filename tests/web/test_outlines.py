"""The picture of a source's ground."""

import math
import re

import numpy as np
import pytest
import shapely

from sightlines.web.outlines import HEIGHT, WIDTH, outline_of

NOBODY = np.array([], dtype=object)


def corners(path):
    return [
        (float(x), float(y))
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.replace("Z", ""))
    ]


def test_outline_of_puts_ground_in_the_middle_with_room_around_it():
    """10 degrees high at the equator: 0.4 of it above and below, so 240 units are 18 degrees."""
    found = outline_of(shapely.box(-5, -5, 5, 5), NOBODY)
    x, y = zip(*corners(found.ground), strict=True)
    # 5 degrees are 240 / 18 * 5 = 66.7 units.
    assert (min(x), max(x), min(y), max(y)) == (173.3, 306.7, 53.3, 186.7)
    assert found.mark is None


def test_outline_of_squeezes_longitudes_at_high_latitudes():
    found = outline_of(shapely.box(20, 55, 30, 65), NOBODY)
    x, y = zip(*corners(found.ground), strict=True)
    shape = (max(x) - min(x)) / (max(y) - min(y))
    assert shape == pytest.approx(math.cos(math.radians(60)), abs=0.01)


def test_outline_of_marks_ground_too_small_to_see():
    found = outline_of(shapely.box(24.93, 60.16, 24.95, 60.18), NOBODY)
    assert found.mark == (WIDTH / 2, HEIGHT / 2)


def test_outline_of_marks_ground_that_is_hardly_more_than_a_point():
    found = outline_of(shapely.box(10, 10, 10.0000001, 10.0000001), NOBODY)
    assert found == ("", "", (WIDTH / 2, HEIGHT / 2))


def test_outline_of_draws_countries_cut_at_the_frame():
    whole = np.array([shapely.box(-180, -90, 180, 90)], dtype=object)
    found = outline_of(shapely.box(-5, -5, 5, 5), whole)
    x, y = zip(*corners(found.land), strict=True)
    assert (min(x), max(x), min(y), max(y)) == (0, WIDTH, 0, HEIGHT)


def test_outline_of_leaves_out_countries_that_are_elsewhere():
    assert (
        outline_of(
            shapely.box(-5, -5, 5, 5), np.array([shapely.box(100, 40, 110, 50)], dtype=object)
        ).land
        == ""
    )


@pytest.mark.parametrize(
    "ground",
    [
        shapely.box(-180, -90, 180, 90),
        shapely.MultiPolygon([shapely.box(170, -20, 180, -10), shapely.box(-180, -20, -170, -10)]),
        shapely.box(-180, 80, 180, 90),
        shapely.box(-180, -90, 180, -89),
    ],
)
def test_outline_of_draws_ground_at_the_edges_of_the_world(ground):
    found = outline_of(ground, np.array([shapely.box(-180, -90, 180, 90)], dtype=object))
    assert found.ground.startswith("M")
    for x, y in corners(found.ground):
        assert -1 <= x <= WIDTH + 1
        assert -1 <= y <= HEIGHT + 1
