"""How well two sources agree on positions, found from towns whose displacement is known."""

import math

import numpy as np
import pytest

from sightlines.cameras.accuracy import (
    FEWEST,
    SPREADS_M,
    TAIL_SHARE,
    TAIL_TIMES,
    UNKNOWN_SPREAD,
    density_per_m2,
    spread_of,
    spreads,
)
from sightlines.cameras.blocking import nearest_m, neighbourhood
from sightlines.cameras.features import features_of
from sightlines.geodesy import GEOD

EVERY = range(UNKNOWN_SPREAD + 1)


def density(distance_m, spread):
    return density_per_m2(np.asarray(distance_m, float), np.full(len(distance_m), spread))


@pytest.mark.parametrize("spread", EVERY)
def test_density_per_m2_adds_up_to_one_over_the_plane(spread):
    edge_m = np.linspace(0, 400, 400_001)
    middle_m = (edge_m[1:] + edge_m[:-1]) / 2
    rings_m2 = math.pi * np.diff(edge_m**2)
    assert (density(middle_m, spread) * rings_m2).sum() == pytest.approx(1.0, abs=1e-4)


def test_density_per_m2_is_a_normal_distribution_with_a_wider_tail():
    # At 4 m, sigma 2 m: 0.85 exp(-2) / (8 pi) + 0.15 exp(-16 / 72) / (72 pi), by hand 5.108e-3.
    assert (TAIL_SHARE, TAIL_TIMES, SPREADS_M[2]) == (0.15, 3.0, 2.0)
    expected = 0.85 * 0.1353353 / 25.13274 + 0.15 * 0.8007374 / 226.1947
    assert density([4.0], 2)[0] == pytest.approx(expected, rel=1e-6)


def test_density_per_m2_of_an_unknown_spread_lies_between_them_all():
    metres = [0.0, 1.0, 5.0, 20.0, 60.0]
    known = np.stack([density(metres, spread) for spread in range(len(SPREADS_M))])
    assert density(metres, UNKNOWN_SPREAD) == pytest.approx(known.mean(axis=0))


def test_density_per_m2_takes_each_distance_with_its_own_spread():
    metres, spread = np.array([0.0, 9.0, 0.0]), np.array([5, 0, UNKNOWN_SPREAD])
    expected = [density([at], which)[0] for at, which in zip(metres, spread, strict=True)]
    assert density_per_m2(metres, spread) == pytest.approx(expected)


def town(observed, sigma_m, *, n=250, size_m=4_000.0, at=(8.54, 47.37), known=0.8):
    """Return the features of two lists: `known` of b's cameras are a's, displaced by sigma."""
    random = np.random.default_rng(1)
    place = random.uniform(0, size_m, (n, 2))
    other = random.uniform(0, size_m, (n, 2))
    wide = np.where(random.random((n, 1)) < TAIL_SHARE, TAIL_TIMES, 1.0)
    moved = place + random.normal(0, 1, (n, 2)) * wide * sigma_m
    moved = np.where(random.random((n, 1)) < known, moved, other)
    rows = []
    for source, positions in (("a", place), ("b", moved)):
        azimuth = np.degrees(np.arctan2(positions[:, 0], positions[:, 1]))
        lon, lat, _ = GEOD.fwd([at[0]] * n, [at[1]] * n, azimuth, np.hypot(*positions.T))
        rows += [
            {"subject": f"{source}{row:03}", "source": source, "lon": x, "lat": y}
            for row, (x, y) in enumerate(zip(lon, lat, strict=True))
        ]
    return features_of(observed(*rows))


def found_spreads(features):
    return spreads(features, neighbourhood(features))


@pytest.mark.parametrize("spread", range(len(SPREADS_M)))
@pytest.mark.parametrize("at", [(8.54, 47.37), (0.0, 0.0), (179.99, 70.0)], ids=str)
def test_spreads_find_how_two_lists_of_a_town_were_displaced(observed, spread, at):
    features = town(observed, SPREADS_M[spread], at=at)
    (found,) = found_spreads(features).values()
    assert abs(found - spread) <= 1


@pytest.mark.parametrize("spread", [1, 3])
def test_spreads_find_it_when_half_the_cameras_are_of_one_list_alone(observed, spread):
    (found,) = found_spreads(town(observed, SPREADS_M[spread], known=0.5, n=400)).values()
    assert abs(found - spread) <= 1


def test_spreads_of_a_copy_are_the_least(observed):
    (found,) = found_spreads(town(observed, 0.0)).values()
    assert found == 0


def test_spreads_say_nothing_of_lists_that_hardly_meet(observed):
    assert found_spreads(town(observed, 1.0, n=FEWEST - 1, known=1.0)) == {}
    assert found_spreads(features_of(observed({}, {"source": "other"}))) == {}
    assert found_spreads(features_of(observed())) == {}


def test_spreads_name_pairs_of_sources_in_ascending_order(observed):
    features = town(observed, 1.0)
    ((one, other),) = found_spreads(features)
    assert one < other
    assert {one, other} == set(features.source.tolist())


def test_spread_of_gives_the_spread_of_each_pair_of_records():
    known = {(3, 7): 2, (3, 9): 5}
    one = np.array([3, 7, 9, 7, 3], np.uint64)
    other = np.array([7, 3, 3, 9, 4], np.uint64)
    assert spread_of(known, one, other).tolist() == [2, 2, 5, UNKNOWN_SPREAD, UNKNOWN_SPREAD]
    assert spread_of({}, one[:0], other[:0]).tolist() == []


def test_nearest_m_is_the_least_of_all_distances(observed):
    features = town(observed, 30.0, n=60, size_m=400.0)
    near = neighbourhood(features)
    source = features.source[0]
    own = np.flatnonzero(features.source == source)
    at = features.lon, features.lat
    place, sources, distance = nearest_m(features, near, at, 60.0)
    wanted = sources == source
    found = dict(zip(place[wanted].tolist(), distance[wanted].tolist(), strict=True))
    for row in range(len(features)):
        metres = found.get(row, math.inf)
        apart = [
            GEOD.inv(features.lon[row], features.lat[row], features.lon[o], features.lat[o])[2]
            for o in own
        ]
        nearest = min(apart)
        assert metres == (pytest.approx(nearest, abs=1e-6) if nearest <= 60 else math.inf)


def test_nearest_m_leaves_out_the_record_itself(observed):
    rows = [{"at": (0, 0)}, {"at": (10, 0)}, {"at": (100, 0)}]
    features = features_of(observed(*rows))
    at, every = (features.lon, features.lat), np.arange(3)
    place, _, distance = nearest_m(features, neighbourhood(features), at, 60.0, without=every)
    assert place.tolist() == [0, 1]
    assert distance.tolist() == [pytest.approx(10), pytest.approx(10)]
