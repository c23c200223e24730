"""How well two sources agree, found from towns whose displacement is known."""

import math

import numpy as np
import pytest

from sightlines.cameras.accuracy import (
    AGREEMENTS,
    FEWEST,
    OVERLAPS,
    SHAPES,
    SPREADS_M,
    UNKNOWN,
    Agreement,
    agreement_of,
    agreements,
    density_per_m2,
    overlap_bits,
)
from sightlines.cameras.blocking import nearest_m
from sightlines.cameras.features import features_of
from sightlines.cameras.neighbourhood import neighbourhood
from sightlines.geodesy import GEOD

EVENLY, OUTLIERS, LONG = SHAPES
ONE_OF_EACH = [
    *(AGREEMENTS.index(Agreement(shape, 2.0, 0.5)) for shape in SHAPES),
    AGREEMENTS.index(Agreement(EVENLY, 16.0, 0.5)),
    UNKNOWN,
]


def density(distance_m, agreement):
    return density_per_m2(np.asarray(distance_m, float), np.full(len(distance_m), agreement))


@pytest.mark.parametrize("agreement", ONE_OF_EACH)
def test_density_per_m2_adds_up_to_one_over_the_plane(agreement):
    edge_m = np.linspace(0, 400, 400_001)
    middle_m = (edge_m[1:] + edge_m[:-1]) / 2
    rings_m2 = math.pi * np.diff(edge_m**2)
    assert (density(middle_m, agreement) * rings_m2).sum() == pytest.approx(1.0, abs=1e-4)


def test_density_per_m2_is_a_mixture_of_normal_distributions():
    # At 4 m, 2 m: 0.85 exp(-2) / (8 pi) + 0.15 exp(-16 / 72) / (72 pi), by hand 5.108e-3.
    expected = 0.85 * 0.1353353 / 25.13274 + 0.15 * 0.8007374 / 226.1947
    found = density([4.0], AGREEMENTS.index(Agreement(OUTLIERS, 2.0, 0.5)))[0]
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_have_parts_that_add_up_to_one(shape):
    assert sum(share for share, _ in shape.parts) == pytest.approx(1.0)


def test_density_per_m2_of_an_unknown_agreement_lies_between_the_usual_ones():
    metres = [0.0, 1.0, 5.0, 20.0, 60.0]
    usual = [Agreement(OUTLIERS, spread_m, 0.5) for spread_m in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)]
    known = np.stack([density(metres, AGREEMENTS.index(each)) for each in usual])
    assert density(metres, UNKNOWN) == pytest.approx(known.mean(axis=0))


def test_density_per_m2_takes_each_distance_with_its_own_agreement():
    metres, agreement = np.array([0.0, 9.0, 0.0]), np.array([5, 0, UNKNOWN])
    expected = [density([at], which)[0] for at, which in zip(metres, agreement, strict=True)]
    assert density_per_m2(metres, agreement) == pytest.approx(expected)


def test_overlap_bits_are_the_logarithm_of_the_odds():
    at = [AGREEMENTS.index(Agreement(LONG, 1.0, overlap)) for overlap in (0.2, 0.5, 0.8)]
    assert overlap_bits(np.array([*at, UNKNOWN])) == pytest.approx([-2.0, 0.0, 2.0, 0.0])


def town(observed, sigma_m, *, shape=OUTLIERS, n=250, at=(8.54, 47.37), **more):
    """Return the features of two lists: `known` of b's cameras are a's, displaced by sigma."""
    size_m, known = more.get("size_m", 4_000.0), more.get("known", 0.8)
    random = np.random.default_rng(1)
    place = random.uniform(0, size_m, (n, 2))
    other = random.uniform(0, size_m, (n, 2))
    shares, times = zip(*shape.parts, strict=True)
    wide = random.choice(times, (n, 1), p=shares)
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


def found_agreements(features):
    found = agreements(features, neighbourhood(features))
    return {pair: AGREEMENTS[place] for pair, place in found.items()}


def is_near(found_m, spread_m):
    """Say whether a spread is the one looked for or the next to it."""
    return abs(SPREADS_M.index(found_m) - SPREADS_M.index(spread_m)) <= 1


@pytest.mark.parametrize("spread_m", SPREADS_M)
@pytest.mark.parametrize("at", [(8.54, 47.37), (0.0, 0.0), (179.99, 70.0)], ids=str)
def test_agreements_find_how_two_lists_of_a_town_were_displaced(observed, spread_m, at):
    (found,) = found_agreements(town(observed, spread_m, at=at, shape=EVENLY)).values()
    assert is_near(found.spread_m, spread_m)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.label)
@pytest.mark.parametrize("spread_m", [1.0, 4.0])
def test_agreements_tell_the_shapes_apart(observed, shape, spread_m):
    features = town(observed, spread_m, shape=shape, n=1_200, size_m=12_000.0)
    (found,) = found_agreements(features).values()
    assert (found.shape.label, is_near(found.spread_m, spread_m)) == (shape.label, True)


@pytest.mark.parametrize("known", [0.2, 0.5, 0.8])
def test_agreements_find_what_share_is_in_both_lists(observed, known):
    # So dense that whoever has no partner has somebody else near by.
    features = town(observed, 2.0, known=known, n=1_200, size_m=1_500.0)
    (found,) = found_agreements(features).values()
    assert found.overlap == pytest.approx(known, abs=0.11)
    assert is_near(found.spread_m, 2.0)


def test_agreements_of_a_list_and_a_part_of_it_are_those_of_the_part(observed):
    features = town(observed, 2.0, known=1.0, n=1_200, size_m=1_500.0)
    names = [name.decode() for name in features.subject.tolist()]
    rows = [
        {"subject": name, "source": name[0], "lon": lon, "lat": lat}
        for name, lon, lat in zip(names, features.lon, features.lat, strict=True)
        if name[0] == "a" or int(name[1:]) % 4 == 0
    ]
    (found,) = found_agreements(features_of(observed(*rows))).values()
    assert found.overlap == OVERLAPS[-1]


def test_agreements_of_a_copy_are_the_least_apart(observed):
    (found,) = found_agreements(town(observed, 0.0)).values()
    assert found.spread_m == SPREADS_M[0]


def test_agreements_say_nothing_of_lists_that_hardly_meet(observed):
    assert found_agreements(town(observed, 1.0, n=FEWEST - 1, known=1.0)) == {}
    assert found_agreements(features_of(observed({}, {"source": "other"}))) == {}
    assert found_agreements(features_of(observed())) == {}


def test_agreements_say_nothing_of_lists_that_put_everything_at_one_place(observed):
    rows = [{"subject": f"{source}{n:03}", "source": source} for source in "ab" for n in range(99)]
    assert found_agreements(features_of(observed(*rows))) == {}


def test_agreements_name_pairs_of_sources_in_ascending_order(observed):
    features = town(observed, 1.0)
    ((one, other),) = found_agreements(features)
    assert one < other
    assert {one, other} == set(features.source.tolist())


def test_agreement_of_gives_the_agreement_of_each_pair_of_records():
    known = {(3, 7): 2, (3, 9): 5}
    one = np.array([3, 7, 9, 7, 3], np.uint64)
    other = np.array([7, 3, 3, 9, 4], np.uint64)
    assert agreement_of(known, one, other).tolist() == [2, 2, 5, UNKNOWN, UNKNOWN]
    assert agreement_of({}, one[:0], other[:0]).tolist() == []


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
