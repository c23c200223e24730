"""Candidate pairs against all distances, wherever on the globe; crowds."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.cameras.blocking import BESIDE, CROWD, candidate_pairs, crowd_sizes, crowds_around
from sightlines.cameras.features import features_of
from sightlines.cameras.neighbourhood import block_keys, distances_m, neighbourhood
from sightlines.geodesy import GEOD

RADIUS_M = 60.0
CENTRES = {
    "middle": (8.54, 47.37),
    "south": (-58.4, -34.6),
    "equator": (12.0, 0.0),
    "null": (0.0, 0.0),
    "antimeridian": (180.0, 10.0),
    "antimeridian north": (-180.0, 71.0),
    "84.9 north": (30.0, 84.9),
    "84.9 south on the antimeridian": (180.0, -84.9),
    "above 85": (30.0, 85.2),
    "below -85 on the antimeridian": (180.0, -87.0),
    "north pole": (0.0, 90.0),
    "near the north pole": (100.0, 89.9995),
    "south pole": (0.0, -90.0),
}
OFFSET = st.tuples(
    st.floats(-150, 150), st.floats(-150, 150), st.sampled_from(["one", "two", "three"])
)


def moved(centre, east_m, north_m):
    azimuth = math.degrees(math.atan2(east_m, north_m))
    lon, lat, _ = GEOD.fwd(*centre, azimuth, math.hypot(east_m, north_m))
    return float(lon), float(lat)


def placed(observed, centre, offsets):
    """Return the features of (east, north, source) around a centre."""
    rows = []
    for n, (east_m, north_m, source) in enumerate(offsets):
        lon, lat = moved(centre, east_m, north_m)
        rows.append({"subject": f"s{n:05}", "source": source, "lon": lon, "lat": lat})
    return features_of(observed(*rows))


def found_pairs(features, radius_m=RADIUS_M, rows=None):
    """Return the pairs as a sorted list, after checking what holds of all of them."""
    found = []
    for pairs in candidate_pairs(features, neighbourhood(features), radius_m, rows):
        assert (pairs.first < pairs.second).all()
        assert np.array_equal(pairs.distance_m, distances_m(features, pairs.first, pairs.second))
        found += zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    return sorted(found)


def slow_pairs(features, radius_m=RADIUS_M):
    where = list(zip(features.lon.tolist(), features.lat.tolist(), strict=True))
    return [
        (one, other)
        for one, other in itertools.combinations(range(len(features)), 2)
        if features.source[one] != features.source[other]
        and GEOD.inv(*where[one], *where[other])[2] <= radius_m
    ]


@pytest.mark.parametrize("centre", CENTRES.values(), ids=CENTRES)
def test_candidate_pairs_are_all_within_the_radius(observed, centre):
    random = np.random.default_rng(7)
    sources = ["one", "two", "three"]
    offsets = [
        (*random.uniform(-200, 200, 2).tolist(), sources[number % 3]) for number in range(90)
    ]
    features = placed(observed, centre, offsets)
    expected = slow_pairs(features)
    assert len(expected) > 100
    assert found_pairs(features) == expected


@settings(max_examples=40)
@given(
    st.sampled_from(list(CENTRES.values())),
    st.lists(OFFSET, max_size=14),
    st.sampled_from([0.50371, 25.0371, 59.9371, 140.0371]),
)
def test_candidate_pairs_agree_with_all_distances(observed, centre, offsets, radius_m):
    features = placed(observed, centre, offsets)
    assert found_pairs(features, radius_m) == slow_pairs(features, radius_m)


@given(st.sampled_from(list(CENTRES.values())), st.floats(0, 360), st.floats(-5000, 5000))
@settings(max_examples=60)
def test_candidate_pairs_find_a_pair_wherever_cells_end(observed, centre, azimuth, away_m):
    lon, lat = moved(centre, away_m, away_m)
    if abs(abs(lat) - 85) < 0.001:
        return
    lons, lats, _ = GEOD.fwd([lon] * 2, [lat] * 2, [azimuth] * 2, [59.99, 60.01])
    rows = [(lon, lat), (lons[0], lats[0]), (lons[1], lats[1])]
    features = features_of(
        observed(
            *[
                {"source": "one" if n == 0 else "two", "lon": float(x), "lat": float(y)}
                for n, (x, y) in enumerate(rows)
            ]
        )
    )
    assert found_pairs(features) == [(0, 1)]


def test_candidate_pairs_are_never_of_one_source(observed):
    assert found_pairs(placed(observed, (7, 47), [(0, 0, "one")] * 5)) == []


def test_candidate_pairs_of_nothing_or_of_one_record_are_none(observed):
    assert found_pairs(features_of(observed())) == []
    assert found_pairs(features_of(observed({}))) == []


def test_candidate_pairs_do_not_cross_the_ring_where_the_map_changes(observed):
    # Stated in the module: a flat map of the pole begins at 85 degrees.
    rows = [{"lat": 84.99999, "source": "one"}, {"lat": 85.00001, "source": "two"}]
    assert found_pairs(features_of(observed(*rows))) == []


@settings(max_examples=40)
@given(
    st.sampled_from(list(CENTRES.values())),
    st.lists(OFFSET, min_size=1, max_size=14),
    st.data(),
)
def test_candidate_pairs_of_some_rows_are_those_of_all_with_one_of_them(
    observed, centre, offsets, data
):
    features = placed(observed, centre, offsets)
    rows = data.draw(st.lists(st.integers(0, len(offsets) - 1), unique=True))
    found = found_pairs(features, rows=np.array(rows, np.int64))
    assert found == [pair for pair in found_pairs(features) if set(pair) & set(rows)]


def crowd(observed, n, *others):
    """Return n records on a 10 m square, sources in turn, every third at the place before it."""
    random = np.random.default_rng(3)
    east, north = random.uniform(0, 10, (2, n))
    east[2::3], north[2::3] = east[1::3], north[1::3]
    offsets = [(east[row], north[row], "one" if row % 2 else "two") for row in range(n)]
    return placed(observed, (7.0, 47.0), [*offsets, *others])


def test_candidate_pairs_in_a_crowd_are_those_at_one_place(observed):
    features = crowd(observed, 2_100)
    assert found_pairs(features) == [
        (one, other) for one, other in slow_places(features) if one < other
    ]


def slow_places(features):
    by_key = {}
    for row, key in enumerate(features.key.tolist()):
        by_key.setdefault(key, []).append(row)
    couples = [
        couple for rows in by_key.values() for couple in itertools.combinations(sorted(rows), 2)
    ]
    return sorted(c for c in couples if features.source[c[0]] != features.source[c[1]])


def test_candidate_pairs_of_some_rows_agree_when_some_are_in_a_crowd(observed):
    # Two neighbours of the crowd, one of which looks into it, and a pair far from it.
    features = crowd(
        observed,
        2_100,
        (-55.0, 5.0, "one"),
        (-58.0, 5.0, "two"),
        (65.0, 5.0, "two"),
        (900.0, 0.0, "one"),
        (910.0, 0.0, "two"),
    )
    whole = found_pairs(features)
    assert (2_103, 2_104) in whole
    for rows in ([2_100], [2_102, 1], [2_103], [5, 2_101], range(1_000), range(1_500, 2_105)):
        wanted = set(rows)
        expected = [pair for pair in whole if not wanted.isdisjoint(pair)]
        assert found_pairs(features, rows=np.array(sorted(wanted))) == expected


def test_candidate_pairs_pass_nobody_over_when_a_crowd_is_one_record_short(observed):
    features = placed(
        observed, (7.0, 47.0), [(0.0, 0.0, "one")] * (CROWD - 1) + [(30.0, 0.0, "two")]
    )
    assert len(found_pairs(features)) == CROWD - 1


def test_candidate_pairs_at_one_point_set_the_nth_beside_the_nth(observed):
    n = CROWD
    features = placed(observed, (7.0, 47.0), [(0, 0, "one")] * n + [(0, 0, "two")] * n)
    found = found_pairs(features)
    own = {row: [other for one, other in found if one == row] for row in (0, n // 2, n - 1)}
    # Records of one source stand in turn with those of the other: 32 before and 32 after.
    assert all(BESIDE // 4 <= len(others) <= BESIDE + 1 for others in own.values())
    assert len({one for one, _ in found}) == len({other for _, other in found}) == n


def test_crowd_sizes_count_records_of_all_sources_around(observed):
    offsets = [(0, 0, "one"), (1, 0, "two"), (30, 0, "one"), (800, 0, "one")]
    features = placed(observed, (7.0, 47.0), offsets)
    sizes = crowd_sizes(features, np.arange(4), RADIUS_M, neighbourhood(features).keys)
    assert sizes.tolist() == [3, 3, 3, 1]


def test_crowds_around_tell_a_crowd_of_today_and_of_yesterday(observed):
    features = placed(observed, (7.0, 47.0), [(0, 0, "one")] * (CROWD - 1) + [(0, 900, "one")])
    near = neighbourhood(features)

    def around(n_gone):
        gone = np.repeat(features.key[:1], n_gone)
        keys, square_m = (
            np.append(gone, features.key[0]),
            np.repeat(features.square_m[0], n_gone + 1),
        )
        return crowds_around(keys, gone, square_m, near, RADIUS_M)

    assert around(1).tolist() == []
    assert sorted(around(2).tolist()) == list(range(CROWD - 1))


def test_crowds_around_nothing_are_none(observed):
    features = placed(observed, (7.0, 47.0), [(0, 0, "one")])
    nothing = np.empty(0, np.uint64)
    found = crowds_around(nothing, nothing, np.empty(0), neighbourhood(features), RADIUS_M)
    assert found.tolist() == []


@pytest.mark.parametrize("lat", [85.5, 88.0, 89.99, -86.0, -89.9])
def test_block_keys_give_a_square_no_larger_than_it_is_near_a_pole(lat):
    # A step along the flat map of a pole, measured on the ground, is at least what is said.
    lon = np.array([33.0, 33.0, 33.5])
    lats = np.array([lat, lat + math.copysign(0.005, lat), lat])
    keys, square_m = block_keys(lon, lats)
    assert len(set((keys >> np.uint64(56)).tolist())) == 1
    for other in (1, 2):
        ground_m = GEOD.inv(lon[0], lats[0], lon[other], lats[other])[2]
        radius = (90 - np.abs(lats)) / 10.5
        flat = np.stack([radius * np.cos(np.radians(lon)), radius * np.sin(np.radians(lon))])
        assert np.hypot(*(flat[:, 0] - flat[:, other])) * square_m[0] <= ground_m


def test_block_keys_keep_the_poles_apart():
    keys, _ = block_keys(np.zeros(3), np.array([90.0, -90.0, 0.0]))
    assert [int(key) >> 56 for key in keys] == [1, 2, 0]
