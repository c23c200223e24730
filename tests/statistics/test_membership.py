import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.statistics.membership import members, named


def pairs(found):
    return sorted(zip(*(part.tolist() for part in found), strict=True))


def members_of(points, geometries, codes=None):
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    names = codes or [f"a{number:03d}" for number in range(len(geometries))]
    return pairs(members(lon, lat, np.array(geometries, dtype=object), names))


WEST, EAST = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)


def test_members_gives_a_shared_border_to_the_lowest_code():
    assert members_of([(1, 0.5)], [WEST, EAST], ["b", "a"]) == [(0, 1)]
    assert members_of([(1, 0.5)], [WEST, EAST], ["a", "b"]) == [(0, 0)]


def test_members_compares_codes_as_text():
    assert members_of([(1, 0.5)], [WEST, EAST], ["osm-9:r9", "osm-9:r10"]) == [(0, 1)]


def test_members_gives_a_corner_of_four_to_one():
    four = [shapely.box(x, y, x + 1, y + 1) for x in (0, 1) for y in (0, 1)]
    assert members_of([(1, 1)], four, ["d", "c", "b", "a"]) == [(0, 3)]


def test_members_keeps_an_outer_border_that_nobody_shares():
    assert members_of([(0, 0.5), (0, 0)], [WEST, EAST]) == [(0, 0), (1, 0)]


def test_members_counts_a_position_in_each_area_when_they_overlap():
    assert members_of([(0.5, 0.5)], [WEST, shapely.box(0.2, 0.2, 3, 3)]) == [(0, 0), (0, 1)]


def test_members_keeps_the_inside_of_one_area_on_the_shared_border_of_two_others():
    around = shapely.box(-5, -5, 5, 5)
    assert members_of([(1, 0.5)], [WEST, EAST, around], ["y", "x", "z"]) == [(0, 1), (0, 2)]


def test_members_leaves_out_a_hole_but_not_its_edge():
    ring = shapely.Polygon(shapely.box(0, 0, 3, 3).exterior, [shapely.box(1, 1, 2, 2).exterior])
    assert members_of([(1.5, 1.5), (1, 1.5), (0.5, 0.5)], [ring]) == [(1, 0), (2, 0)]


def test_members_puts_unknown_positions_nowhere():
    assert members_of([(np.nan, np.nan), (0.5, 0.5)], [WEST]) == [(1, 0)]


def test_members_takes_edges_as_straight_in_longitude_and_latitude():
    # The great circle from (0, 60) to (90, 60) rises to 68 north in the middle; the edge does not.
    wide = shapely.box(0, 50, 90, 60)
    assert members_of([(45, 60.001), (45, 59.999)], [wide]) == [(1, 0)]


def test_members_is_empty_without_areas_or_positions():
    assert members_of([(0, 0)], []) == []
    assert members_of([], [WEST]) == []


def test_members_finds_both_sides_of_the_antimeridian():
    taveuni = shapely.MultiPolygon(
        [shapely.box(179, -17, 180, -16), shapely.box(-180, -17, -179, -16)]
    )
    assert members_of([(179.5, -16.5), (-179.5, -16.5), (0, -16.5)], [taveuni]) == [(0, 0), (1, 0)]


# Points on a quarter-unit lattice over unit squares: edges and corners are hit all the time.
lattice = st.integers(0, 16).map(lambda step: step / 4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(lattice, lattice), min_size=1, max_size=60), st.randoms())
def test_members_puts_each_position_into_one_square_of_a_partition(points, random):
    squares = [shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    codes = [f"{number:02d}" for number in range(16)]
    random.shuffle(codes)
    found = members_of(points, squares, codes)
    assert [point for point, _ in found] == list(range(len(points)))


def slow_twin(points, geometries, codes):
    """One point and one area at a time, with shapely's own predicates."""
    found = []
    for number, point in enumerate(shapely.points(points)):
        inside = [at for at, area in enumerate(geometries) if shapely.contains(area, point)]
        on_edge = [at for at, area in enumerate(geometries) if shapely.touches(area, point)]
        lowest = sorted(on_edge, key=lambda at: codes[at])[:1]
        found += [(number, at) for at in sorted(inside + lowest)]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_members_equals_the_slow_twin_on_random_polygons(seed):
    random = np.random.default_rng(seed)
    triangles = shapely.polygons(random.integers(0, 12, (40, 3, 2)).astype(float))
    triangles = triangles[shapely.area(triangles) > 0]
    blobs = shapely.buffer(shapely.points(random.uniform(0, 12, (20, 2))), 2.0)
    areas = np.concatenate([triangles, blobs])
    points = np.vstack([random.integers(0, 12, (300, 2)), random.uniform(0, 12, (700, 2))])
    codes = [f"{number:03d}" for number in random.permutation(len(areas))]
    assert members_of(points, areas, codes) == slow_twin(points, areas, codes)


def test_named_finds_the_area_in_any_case_of_letters():
    assert pairs(named(["KLUUVI", " kluuvi ", None, "elsewhere"], ["Kamppi", "Kluuvi"])) == [
        (0, 1),
        (1, 1),
    ]


def test_named_finds_nothing_when_two_areas_bear_the_name():
    assert pairs(named(["Newtown", "Oldtown"], ["Newtown", "newtown", "Oldtown"])) == [(1, 2)]
