"""Geometry against published figures (TRUTH) and closed forms."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from sightlines.geodesy import (
    GEOD,
    LATITUDE_LIMIT_DEG,
    box_area_m2,
    cartesian_m,
    deinterleave,
    geodesic_area_m2,
    interleave,
    mercator,
    morton_keys,
    unmercator,
)

STEP = st.integers(0, 2**28 - 1)


def test_box_area_m2_gives_the_published_cells_of_one_degree():
    assert box_area_m2((0, 37, 1, 38)) / 1e6 == pytest.approx(9813.951873553, abs=5e-10)
    assert box_area_m2((0, 0, 1, 1)) / 1e6 == pytest.approx(12308.463893975, abs=5e-10)


def test_box_area_m2_of_the_whole_world_is_that_of_the_ellipsoid():
    # 4 pi times the square of the authalic radius of WGS 84, 6371007.1809 m.
    assert box_area_m2((-180, -90, 180, 90)) == pytest.approx(
        4 * np.pi * 6371007.1809**2, rel=1e-10
    )


def test_box_area_m2_crosses_the_antimeridian():
    assert box_area_m2((179, 10, -179, 11)) == pytest.approx(box_area_m2((1, 10, 3, 11)))


@pytest.mark.parametrize(
    ("corners", "area_m2"),
    [
        ([(0, 89), (90, 89), (180, 89), (270, 89)], 24952305678.0),
        ([(0, -89), (90, -89), (180, -89), (270, -89)], 24952305678.0),
        ([(-1, 0), (0, -1), (1, 0), (0, 1)], 24619419146.0),
    ],
)
def test_geodesic_area_m2_gives_the_published_polygons(corners, area_m2):
    assert geodesic_area_m2(shapely.Polygon(corners)) == pytest.approx(area_m2, abs=1)


def test_geodesic_area_m2_takes_holes_out_whatever_their_orientation():
    outer, hole = [(0, 0), (3, 0), (3, 3), (0, 3)], [(1, 1), (2, 1), (2, 2), (1, 2)]
    whole = geodesic_area_m2(shapely.Polygon(outer))
    missing = geodesic_area_m2(shapely.Polygon(hole))
    for ring in (hole, hole[::-1]):
        assert geodesic_area_m2(shapely.Polygon(outer, [ring])) == pytest.approx(whole - missing)


def test_geodesic_area_m2_is_zero_for_what_has_none():
    assert geodesic_area_m2(shapely.LineString([(0, 0), (1, 1)])) == 0
    assert geodesic_area_m2(shapely.Polygon()) == 0


def test_geod_gives_the_published_distance():
    azimuth, _, distance_m = GEOD.inv(-73.8, 40.6, 2.55, 49.01666667)
    assert azimuth == pytest.approx(53.47022, abs=5e-6)
    assert distance_m == pytest.approx(5853226.256, abs=5e-4)


@given(STEP, STEP)
def test_interleave_is_inverted_and_keeps_the_prefix_of_the_tile(column, row):
    key = interleave(np.array([column], np.uint64), np.array([row], np.uint64))
    back = deinterleave(key)
    assert (int(back[0][0]), int(back[1][0])) == (column, row)
    bits = f"{int(key[0]):056b}"
    assert int(bits[1::2], 2) == column
    assert int(bits[0::2], 2) == row


@given(st.floats(-180, 179.999999), st.floats(-LATITUDE_LIMIT_DEG, LATITUDE_LIMIT_DEG))
def test_mercator_is_inverted(lon, lat):
    back = unmercator(*mercator(np.array([lon]), np.array([lat])))
    assert back[0][0] == pytest.approx(lon, abs=1e-9)
    assert back[1][0] == pytest.approx(lat, abs=1e-9)


@pytest.mark.parametrize("lat", [86.0, 90.0, -86.0, -90.0])
def test_morton_keys_clamp_latitudes_beyond_the_limit(lat):
    edge = np.copysign(LATITUDE_LIMIT_DEG, lat)
    assert morton_keys(np.array([10.0]), np.array([lat])) == morton_keys(
        np.array([10.0]), np.array([edge])
    )


def test_morton_keys_wrap_longitudes():
    keys = morton_keys(np.array([-180.0, 180.0, 540.0]), np.zeros(3))
    assert len(set(keys.tolist())) == 1


POSITIONS = [
    (0.0, 0.0),
    (90.0, 0.0),
    (180.0, 0.0),
    (-180.0, 45.0),
    (24.94, 60.17),
    (-70.6, -33.4),
    (12.0, 84.9),
    (0.0, 90.0),
    (77.0, -90.0),
]


def test_cartesian_m_gives_the_axes_of_the_ellipsoid():
    lon, lat = np.array([0.0, 90.0, 180.0, 33.0]), np.array([0.0, 0.0, 0.0, -90.0])
    a, b = 6_378_137.0, 6_356_752.314245
    expected = [[a, 0, 0], [0, a, 0], [-a, 0, 0], [0, 0, -b]]
    assert cartesian_m(lon, lat) == pytest.approx(np.array(expected), abs=1e-6)


def test_cartesian_m_agrees_with_proj():
    lon, lat = np.array(POSITIONS).T
    geocentric = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    expected = np.stack(geocentric.transform(lon, lat, np.zeros(len(lon))), axis=1)
    assert cartesian_m(lon, lat) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("position", POSITIONS, ids=str)
@pytest.mark.parametrize(("apart_m", "off_m"), [(0.15, 1e-8), (60.0, 1e-8), (1000.0, 1.1e-6)])
def test_cartesian_m_has_chords_as_long_as_geodesics(position, apart_m, off_m):
    # A chord c of an arc s is short by s^3 / (24 R^2): a micrometre at 1 km.
    for azimuth_deg in (0.0, 37.0, 90.0, 181.0):
        lon, lat, _ = GEOD.fwd(*position, azimuth_deg, apart_m)
        one, other = cartesian_m(np.array([position[0], lon]), np.array([position[1], lat]))
        # Two positions in doubles are no better known than to a nanometre or two.
        assert -3e-9 <= apart_m - np.linalg.norm(one - other) <= off_m


def test_cartesian_m_of_nothing_is_nothing():
    assert cartesian_m(np.empty(0), np.empty(0)).shape == (0, 3)
