import numpy as np
import pytest
import shapely

from sightlines.geodesy import box_area_m2
from sightlines.statistics.ground import coverage, covered_in_box, ground_covered, ground_of
from sightlines.statistics.sizes import areas_m2


def shares(extents, areas):
    shapes = np.array(areas, dtype=object)
    cover = ground_covered(ground_of(extents), shapes, areas_m2(shapes))
    return cover.share.tolist()


UNIT = shapely.box(0, 0, 1, 1)


def test_ground_covered_is_exactly_one_inside():
    assert shares([shapely.box(-1, -1, 2, 2)], [UNIT]) == [1.0]


def test_ground_covered_is_exactly_one_when_the_extent_is_the_rounded_area():
    rounded = shapely.transform(
        shapely.buffer(shapely.Point(5.123456, 50.123456), 0.1), lambda at: np.round(at, 7)
    )
    area = shapely.buffer(shapely.Point(5.123456, 50.123456), 0.1)
    assert shares([rounded], [area]) == [1.0]


def test_ground_covered_is_zero_outside_or_along_a_border():
    assert shares([shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)], [UNIT]) == [0.0]


def test_ground_covered_is_half_of_a_box_cut_by_a_meridian():
    assert shares([shapely.box(0.5, -1, 3, 2)], [UNIT]) == [pytest.approx(0.5, abs=1e-12)]


def test_ground_covered_keeps_a_small_extent_in_a_large_area():
    country, street = shapely.box(0, 40, 30, 60), shapely.box(10, 50, 10.001, 50.001)
    (share,) = shares([street], [country])
    assert 0 < share < 1e-8


def test_ground_covered_mends_an_extent_that_crosses_itself():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert shares([bow_tie], [UNIT]) == [pytest.approx(0.5, abs=1e-3)]


def test_ground_covered_is_empty_without_extents_or_areas():
    assert shares([], [UNIT]) == [0.0]
    assert shares([UNIT], []) == []
    assert shares([shapely.Polygon(), shapely.Point(0.5, 0.5)], [UNIT]) == [0.0]


def test_ground_covered_is_one_when_two_extents_cover_one_half_each():
    halves = [shapely.box(-1, -1, 0.5, 2), shapely.box(0.5, -1, 2, 2)]
    assert shares(halves, [UNIT]) == [1.0]


def test_ground_covered_counts_ground_of_two_extents_once():
    # 0.6 from the west and 0.6 from the east overlap in the middle fifth: together the whole.
    assert shares([shapely.box(0, 0, 0.6, 1), shapely.box(0.4, 0, 1, 1)], [UNIT]) == [1.0]
    # 0.4 and 0.4 overlap in 0.2: together 0.6 of the width, and of the area.
    cover = shares([shapely.box(0, -1, 0.4, 2), shapely.box(0.2, -1, 0.6, 2)], [UNIT])
    assert cover == [pytest.approx(0.6, abs=1e-12)]


def test_ground_covered_leaves_out_slivers_of_several_neighbours():
    # Each overlaps by 0.0006: less than a thousandth; added up they would look like a finding.
    neighbours = [shapely.box(-1, 0, 0.0006, 1), shapely.box(0.9994, 0, 2, 1)]
    assert shares(neighbours, [UNIT]) == [0.0]


def test_ground_covered_keeps_a_town_beside_a_sliver_of_a_large_neighbour():
    country, neighbour = shapely.box(0, 40, 10, 50), shapely.box(10, 40, 20, 50)
    town = shapely.box(9.99, 45, 10.01, 45.01)
    # Half of the town lies in the country: 0.01 by 0.01 of 10 by 10 degrees, in the middle.
    cover = shares([neighbour, town], [country])
    assert cover == [pytest.approx(1e-6, rel=0.01)]


def test_ground_covered_equals_the_slow_twin_on_many_extents():
    random = np.random.default_rng(3)
    corners = random.uniform(0, 10, (20, 2))
    areas = [shapely.box(x, y, x + 2, y + 1) for x, y in corners]
    extents = list(shapely.buffer(shapely.points(random.uniform(0, 10, (15, 2))), 1.2))
    expected = []
    for area in areas:
        pieces = [extent.intersection(area) for extent in extents]
        kept = [piece for piece in pieces if piece.area > 1e-3 * area.area]
        expected.append(shapely.union_all(kept).area / area.area)
    # Within 10 degrees of the equator a square degree changes by 2 %.
    assert shares(extents, areas) == pytest.approx(expected, abs=0.02)
    assert len({0.0, 1.0} & set(expected)) < len(set(expected)) - 5


def test_holds_says_which_positions_lie_in_the_union():
    ground = ground_of([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)])
    lon = np.array([0.5, 1.5, 2.5, 3.0, 3.1, np.nan])
    lat = np.array([0.5, 0.5, 0.5, 1.0, 0.5, np.nan])
    assert ground.holds(lon, lat).tolist() == [True, True, True, True, False, False]
    assert ground_of([]).holds(lon, lat).tolist() == [False] * 6


def test_coverage_names_the_three_cases():
    assert coverage(np.array([1.0, 0.0, 0.999, 1e-9])).tolist() == [
        "covered",
        "not covered",
        "partly covered",
        "partly covered",
    ]


UNIT_BOX = (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("extents", "share"),
    [
        ([], 0.0),
        ([shapely.box(5, 5, 6, 6)], 0.0),
        ([shapely.box(1, 0, 2, 1)], 0.0),
        ([shapely.box(-1, -1, 2, 2)], 1.0),
        ([shapely.box(0, -1, 0.25, 2)], 0.25),
        ([shapely.box(-1, -1, 0.5, 2), shapely.box(0.5, -1, 2, 2)], 1.0),
        ([shapely.box(-1, -1, 0.4, 2), shapely.box(0.2, -1, 0.6, 2)], 0.6),
        # A neighbour that reaches in by less than a thousandth of the box and of itself.
        ([shapely.box(-1, -1, 0.0006, 2)], 0.0),
    ],
)
def test_covered_in_box_is_the_share_of_the_union(extents, share):
    assert covered_in_box(ground_of(extents), UNIT_BOX) == pytest.approx(share, abs=1e-9)


def test_covered_in_box_keeps_small_ground_in_a_large_box():
    street, city = shapely.box(10, 50, 10.001, 50.001), shapely.box(10, 50, 11, 51)
    part = covered_in_box(ground_of([street]), (0, 40, 30, 60))
    assert part == pytest.approx(box_area_m2(street.bounds) / box_area_m2((0, 40, 30, 60)))
    # All of the city, and a street inside it that adds nothing.
    part = covered_in_box(ground_of([street, city]), (0, 40, 30, 60))
    assert part == pytest.approx(box_area_m2(city.bounds) / box_area_m2((0, 40, 30, 60)))


def test_covered_in_box_crosses_the_antimeridian():
    east = ground_of([shapely.box(-180, -20, -170, -10)])
    assert covered_in_box(east, (179, -17, -179, -16)) == pytest.approx(0.5)
    both = ground_of([shapely.box(-180, -20, -170, -10), shapely.box(170, -20, 180, -10)])
    assert covered_in_box(both, (179, -17, -179, -16)) == 1.0


def test_covered_in_box_is_zero_for_a_box_without_an_area():
    assert covered_in_box(ground_of([UNIT]), (0.5, 0.5, 0.5, 0.5)) == 0.0
