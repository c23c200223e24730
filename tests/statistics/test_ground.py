import numpy as np
import pytest
import shapely

from sightlines.statistics.ground import areas_m2, coverage, covered_in_box, ground_covered


def covered(extents, areas):
    shapes = np.array(areas, dtype=object)
    cover = ground_covered(extents, shapes, areas_m2(shapes))
    return {
        (extent, area): share
        for extent, area, share in zip(
            cover.extent.tolist(), cover.area.tolist(), cover.share.tolist(), strict=True
        )
    }


UNIT = shapely.box(0, 0, 1, 1)


def test_ground_covered_is_exactly_one_inside():
    assert covered([shapely.box(-1, -1, 2, 2)], [UNIT]) == {(0, 0): 1.0}


def test_ground_covered_is_exactly_one_when_the_extent_is_the_rounded_area():
    rounded = shapely.transform(
        shapely.buffer(shapely.Point(5.123456, 50.123456), 0.1), lambda at: np.round(at, 7)
    )
    area = shapely.buffer(shapely.Point(5.123456, 50.123456), 0.1)
    assert covered([rounded], [area]) == {(0, 0): 1.0}


def test_ground_covered_has_no_pair_outside_or_along_a_border():
    assert covered([shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)], [UNIT]) == {}


def test_ground_covered_is_half_of_a_box_cut_by_a_meridian():
    cover = covered([shapely.box(0.5, -1, 3, 2)], [UNIT])
    assert cover[0, 0] == pytest.approx(0.5, abs=1e-12)


def test_ground_covered_keeps_a_small_extent_in_a_large_area():
    country, street = shapely.box(0, 40, 30, 60), shapely.box(10, 50, 10.001, 50.001)
    cover = covered([street], [country])
    assert 0 < cover[0, 0] < 1e-8


def test_ground_covered_mends_an_extent_that_crosses_itself():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert covered([bow_tie], [UNIT])[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_ground_covered_is_empty_without_extents_or_areas():
    assert covered([], [UNIT]) == {}
    assert covered([UNIT], []) == {}


def test_ground_covered_equals_the_slow_twin_on_many_extents():
    random = np.random.default_rng(3)
    corners = random.uniform(0, 10, (20, 2))
    areas = [shapely.box(x, y, x + 2, y + 1) for x, y in corners]
    extents = list(shapely.buffer(shapely.points(random.uniform(0, 10, (15, 2))), 1.2))
    expected = {
        (number, at): extent.intersection(area).area / area.area
        for number, extent in enumerate(extents)
        for at, area in enumerate(areas)
        if extent.intersection(area).area > 0
    }
    measured = covered(extents, areas)
    assert measured.keys() == expected.keys()
    # Within 10 degrees of the equator a square degree changes by 2 %.
    assert [measured[key] for key in expected] == pytest.approx(list(expected.values()), abs=0.02)


def test_coverage_names_the_three_cases():
    assert coverage(np.array([1.0, 0.0, 0.999, 1e-9])).tolist() == [
        "covered",
        "not covered",
        "partly covered",
        "partly covered",
    ]


def test_covered_in_box_is_zero_one_or_the_share():
    box_m2 = float(areas_m2([UNIT])[0])
    assert covered_in_box(shapely.box(5, 5, 6, 6), UNIT, box_m2) == 0.0
    assert covered_in_box(shapely.box(1, 0, 2, 1), UNIT, box_m2) == 0.0
    assert covered_in_box(shapely.box(-1, -1, 2, 2), UNIT, box_m2) == 1.0
    assert covered_in_box(shapely.box(0, -1, 0.25, 2), UNIT, box_m2) == pytest.approx(0.25)
