"""The sea, on squares small enough to draw on paper: land lies left of a coastline."""

import shapely

from sightlines.sources.osm_sea import sea_polygons

EXTENT = shapely.box(0, 0, 10, 10)


def sea(*lines):
    polygons, is_open = sea_polygons([shapely.LineString(line) for line in lines], EXTENT)
    return shapely.union_all(polygons), is_open


def test_sea_polygons_takes_what_lies_right_of_a_coast_across_the_extent():
    polygon, is_open = sea([(5, -1), (5, 4)], [(5, 4), (5, 11)])
    assert polygon.equals(shapely.box(5, 0, 10, 10))
    assert not is_open


def test_sea_polygons_takes_the_other_side_of_a_reversed_coast():
    polygon, _ = sea([(5, 11), (5, -1)])
    assert polygon.equals(shapely.box(0, 0, 5, 10))


def test_sea_polygons_leaves_islands_out():
    island = [(7, 4), (8, 4), (8, 5), (7, 5), (7, 4)]
    polygon, _ = sea([(5, -1), (5, 11)], island)
    assert polygon.area == 49
    assert not shapely.intersects_xy(polygon, 7.5, 4.5)


def test_sea_polygons_fills_the_extent_around_a_lone_island():
    polygon, _ = sea([(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)])
    assert polygon.area == 96


def test_sea_polygons_draws_an_open_coast_straight_on_to_the_edge():
    polygon, is_open = sea([(5, 1), (5, 9)])
    assert polygon.equals(shapely.box(5, 0, 10, 10))
    assert is_open


def test_sea_polygons_finds_none_where_there_is_no_coast():
    assert sea_polygons([], EXTENT) == ([], False)
    assert sea([(20, 20), (30, 30)]) == (shapely.union_all([]), False)
