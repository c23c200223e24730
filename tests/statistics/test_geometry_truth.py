"""Geometry that others have published; the numbers stand in TRUTH.md."""

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from sightlines.geodesy import GEOD, box_area_m2, geodesic_area_m2
from sightlines.statistics.sizes import areas_m2


@pytest.mark.parametrize(
    ("corners_lat_lon", "area_m2"),
    [
        ([(89, 0), (89, 90), (89, 180), (89, 270)], 24952305678.0),
        ([(-89, 0), (-89, 90), (-89, 180), (-89, 270)], 24952305678.0),
        ([(0, -1), (-1, 0), (0, 1), (1, 0)], 24619419146),
        ([(90, 0), (0, 0), (0, 90)], 63758202715511),
        ([(9, -1e-14), (9, 180), (9, 0)], 0),
    ],
)
def test_geodesic_area_m2_equals_geographiclib(corners_lat_lon, area_m2):
    polygon = shapely.Polygon([(lon, lat) for lat, lon in corners_lat_lon])
    assert geodesic_area_m2(polygon) == pytest.approx(area_m2, abs=1)


@pytest.mark.parametrize(
    ("corners_lat_lon", "perimeter_m", "tolerance_m"),
    [
        # GeographicLib's own test, Planimeter0, allows one unit of the last digit.
        ([(89, 0), (89, 90), (89, 180), (89, 270)], 631819.8745, 1e-4),
        ([(0, -1), (-1, 0), (0, 1), (1, 0)], 627598.2731, 1e-4),
        ([(90, 0), (0, 0), (0, 90)], 30022685, 1),
        ([(9, -1e-14), (9, 180), (9, 0)], 36026861, 1),
    ],
)
def test_geod_measures_perimeters_as_geographiclib(corners_lat_lon, perimeter_m, tolerance_m):
    lat, lon = zip(*corners_lat_lon, strict=True)
    _, measured_m = GEOD.polygon_area_perimeter(lon, lat)
    assert measured_m == pytest.approx(perimeter_m, abs=tolerance_m)


def test_geod_gives_the_azimuth_and_distance_from_jfk_to_paris():
    azimuth, _, distance_m = GEOD.inv(-73.8, 40.6, 2.55, 49.01666667)
    assert azimuth == pytest.approx(53.47022, abs=0.000005)
    assert distance_m == pytest.approx(5853226.256, abs=0.0005)


@pytest.mark.parametrize(("south", "area_km2"), [(37, 9813.951873553), (0, 12308.463893975)])
def test_box_area_m2_equals_the_ellipsoid_cell(south, area_km2):
    assert box_area_m2((5, south, 6, south + 1)) / 1e6 == pytest.approx(area_km2, abs=5e-10)


def test_areas_m2_takes_a_long_edge_as_a_parallel_when_it_is_one():
    cells = [shapely.box(5, 37, 6, 38), shapely.box(5, 0, 6, 1)]
    assert areas_m2(cells) / 1e6 == pytest.approx([9813.951873553, 12308.463893975], abs=5e-10)


def test_areas_m2_steps_along_parallels_when_the_shape_is_no_box():
    # The cell of 37 to 38 north, cut along its diagonal: both halves are the whole cell.
    halves = [
        shapely.Polygon([(5, 37), (6, 37), (6, 38)]),
        shapely.Polygon([(5, 37), (6, 38), (5, 38)]),
    ]
    assert sum(areas_m2(halves)) / 1e6 == pytest.approx(9813.951873553, abs=0.02)


def test_areas_m2_counts_polygons_wherever_they_are_nested():
    cell = shapely.box(5, 37, 6, 38)
    nested = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.MultiPolygon([cell, shapely.box(15, 37, 16, 38)])]
    )
    assert areas_m2([nested, shapely.Point(1, 1), shapely.Polygon()]) / 1e6 == pytest.approx(
        [2 * 9813.951873553, 0, 0], abs=1e-9
    )


def test_areas_m2_measures_a_polar_cap():
    cap = shapely.box(-180, 89, 180, 90)
    assert areas_m2([cap])[0] == pytest.approx(box_area_m2((-180, 89, 180, 90)), abs=1e-6)
    # A geodesic square within the cap is smaller than it, by less than the ratio 2 to pi.
    assert 24952305678.0 < areas_m2([cap])[0] < 24952305678.0 * np.pi / 2 * 1.001


def test_laea_europe_projects_as_published():
    east, north = Transformer.from_crs(4326, 3035, always_xy=True).transform(5, 50)
    assert (east, north) == pytest.approx((3962799.45, 2999718.85), abs=0.005)
