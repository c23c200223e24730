"""The fast sizes against GeographicLib, one polygon at a time."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from sightlines.geodesy import GEOD, box_area_m2
from sightlines.statistics.sizes import LONGEST_EDGE_DEG, areas_m2


def slow_twin_m2(geometry):
    """Each ring with GeographicLib, edges broken into the same steps."""
    total = 0.0
    for polygon in shapely.get_parts(geometry):
        steps = shapely.segmentize(polygon, LONGEST_EDGE_DEG)
        rings = [steps.exterior, *steps.interiors]
        sizes = [
            abs(GEOD.polygon_area_perimeter(*shapely.get_coordinates(ring).T)[0]) for ring in rings
        ]
        total += sizes[0] - sum(sizes[1:])
    return total


@pytest.mark.parametrize("lat", [-89.9, -60.0, -0.001, 0.0, 0.5, 30.0, 60.17, 85.0, 89.99])
@pytest.mark.parametrize("radius_deg", [1e-4, 2e-3, 0.05, 3.0])
def test_areas_m2_equals_geographiclib(lat, radius_deg):
    turn = np.linspace(0, 2 * np.pi, 7)[:-1] + 0.3
    places = np.column_stack([24.9 + radius_deg * np.cos(turn), lat + radius_deg * np.sin(turn)])
    places[:, 1] = np.clip(places[:, 1], -90, 90)
    shape = shapely.Polygon(places)
    # Both round: for shapes of some metres the allowance is a thousandth of a square metre.
    assert areas_m2([shape])[0] == pytest.approx(slow_twin_m2(shape), rel=1e-9, abs=1e-3)


def test_areas_m2_equals_geographiclib_for_countries(pytestconfig):
    world = pq.read_table(pytestconfig.rootpath / "data" / "areas" / "world_countries.parquet")
    shapes = shapely.from_wkb(world["geometry"].to_numpy())[::5]
    expected = [slow_twin_m2(shape) for shape in shapes]
    assert areas_m2(shapes) == pytest.approx(expected, rel=1e-8)


def test_areas_m2_takes_holes_away_and_ignores_heights_and_turning_sense():
    outer, hole = shapely.box(5, 50, 5.05, 50.05), shapely.box(5.01, 50.01, 5.03, 50.02)
    ring = shapely.Polygon(outer.exterior, [hole.exterior])
    turned = shapely.Polygon(ring.reverse().exterior, [hole.exterior])
    high = shapely.force_3d(ring, 123.0)
    expected = slow_twin_m2(outer) - slow_twin_m2(hole)
    assert areas_m2([ring, turned, high]) == pytest.approx([expected] * 3, rel=1e-9)


def test_areas_m2_keeps_the_order_among_many_shapes_of_many_parts():
    steps = np.arange(40_000) % 700 / 1e4
    shapes = shapely.box(10, 20, 10.01 + steps, 20.01)
    pairs = [shapely.MultiPolygon([shape, shapely.box(30, 20, 30.01, 20.01)]) for shape in shapes]
    widths = 0.01 + steps + 0.01
    expected = widths / 0.01 * box_area_m2((10, 20, 10.01, 20.01))
    assert areas_m2(pairs) == pytest.approx(expected, rel=1e-6)


def test_areas_m2_of_nothing_is_empty():
    assert areas_m2([]).tolist() == []
