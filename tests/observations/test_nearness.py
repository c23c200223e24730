import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from sightlines.observations.nearness import (
    Positions,
    displaced,
    displacements_m,
    distances_m,
    neighbours,
)

GEOD = Geod(ellps="WGS84")


def positions(*pairs):
    lon, lat = zip(*pairs, strict=True) if pairs else ((), ())
    return Positions(np.array(lon, float), np.array(lat, float))


def pairs_of(found):
    return sorted(set(zip(found.first.tolist(), found.second.tolist(), strict=True)))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ((24.94, 60.17), (24.9405, 60.1702)),
        ((179.9999, -17.0), (-179.9999, -17.0)),
        ((0.0, 89.9999), (180.0, 89.9999)),
        ((0.0, 0.0), (0.0005, 0.0)),
    ],
    ids=["Helsinki", "antimeridian", "pole", "equator"],
)
def test_distances_m_are_those_of_geographiclib(here, there):
    expected = GEOD.inv(*here, *there)[2]
    assert distances_m(positions(here), positions(there))[0] == pytest.approx(expected, abs=1e-3)


def test_distances_m_are_not_known_without_a_position():
    assert np.isnan(distances_m(positions((np.nan, np.nan)), positions((1, 1)))[0])


def test_displacements_m_say_how_far_east_and_north():
    start = (24.94, 60.17)
    east, north = displacements_m(positions(start), positions(GEOD.fwd(*start, 90, 50)[:2]))
    assert (east[0], north[0]) == (pytest.approx(50, abs=0.01), pytest.approx(0, abs=0.01))
    east, north = displacements_m(positions((179.9999, 0)), positions((-179.9999, 0)))
    assert east[0] == pytest.approx(0.0002 * 111_319.49, rel=1e-4)


def test_displaced_goes_as_far_as_displacements_m_say():
    start = positions((24.94, 60.17), (179.9999, -17.0))
    moved = displaced(start, 30.0, -40.0)
    east, north = displacements_m(start, moved)
    assert east.tolist() == pytest.approx([30.0, 30.0], abs=0.01)
    assert north.tolist() == pytest.approx([-40.0, -40.0], abs=0.01)
    assert -180 <= moved.lon[1] < -179.9


def slow(first, second, radius_m):
    return [
        (i, j)
        for i in range(len(first.lon))
        for j in range(len(second.lon))
        if distances_m(first.take(np.array([i])), second.take(np.array([j])))[0] <= radius_m
    ]


NEAR = st.tuples(
    st.sampled_from([0.0, 24.94, 179.9999, -179.9999, -180.0, 180.0]),
    st.sampled_from([0.0, 60.17, -89.9995, 89.9995]),
    st.integers(-9, 9),
    st.integers(-9, 9),
).map(lambda p: ((p[0] + p[2] * 1e-4 + 180) % 360 - 180, max(-90, min(90, p[1] + p[3] * 1e-4))))


@given(st.lists(NEAR, max_size=8), st.lists(NEAR, max_size=8), st.sampled_from([1.0, 20.0, 60.0]))
def test_neighbours_are_those_that_a_slow_search_finds(first, second, radius_m):
    first, second = positions(*first), positions(*second)
    assert pairs_of(neighbours(first, second, radius_m)) == slow(first, second, radius_m)


def test_neighbours_leave_out_rows_without_a_position():
    nowhere = positions((np.nan, np.nan))
    assert pairs_of(neighbours(nowhere, nowhere, 60.0)) == []


def test_neighbours_are_of_one_group():
    here = positions((1, 1), (1, 1))
    groups = np.array([5, 6], np.uint64), np.array([6, 7], np.uint64)
    assert pairs_of(neighbours(here, here, 1.0, groups=groups)) == [(1, 0)]


def test_neighbours_are_bounded_when_everything_lies_in_one_place():
    here = positions(*[(1.0, 1.0)] * 3000)
    assert len(neighbours(here, here, 60.0, most=4).first) == 12_000
