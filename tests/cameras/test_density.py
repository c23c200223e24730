"""Densities and counts against slow ones; what grows when records come and go."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.cameras.density import (
    Moves,
    by_source,
    density_per_m2,
    n_around,
    n_around_more,
)
from sightlines.cameras.features import features_of
from sightlines.cameras.neighbourhood import neighbourhood

CENTRES = {
    "middle": (8.54, 47.37),
    "equator": (12.0, 0.0),
    "null": (0.0, 0.0),
    "antimeridian": (180.0, 10.0),
    # Cells are twice as large on one side of this latitude as on the other.
    "where cells change": (30.0, math.degrees(math.acos(150 * 2**17 / 40_075_016.7)) - 0.05),
    "84.9 south on the antimeridian": (180.0, -84.9),
    "85 north": (30.0, 85.0),
    "near the north pole": (100.0, 89.9995),
}
OFFSET = st.tuples(st.floats(-900, 900), st.floats(-900, 900), st.sampled_from(["one", "two"]))


def placed(observed, centre, offsets, rows=None):
    """Return the features of (east, north, source) around a centre; of some rows alone."""
    every = [
        {"subject": f"s{n:03}", "source": source, "around": centre, "at": (east_m, north_m)}
        for n, (east_m, north_m, source) in enumerate(offsets)
    ]
    kept = every if rows is None else [every[row] for row in rows]
    return features_of(observed(*kept))


def own(features):
    return by_source(features, neighbourhood(features))


def slow_count(features, row):
    """Count records of the same source in 3 x 3 tiles whose edge is at least 150 m there."""
    margin = math.radians(abs(features.lat[row]) + 0.05)
    square_m = 2 * math.pi * 6_378_137 * math.cos(margin)
    zoom = math.floor(math.log2(square_m / 150))

    def tile(at):
        x = (features.lon[at] + 180) / 360
        y = 0.5 - math.asinh(math.tan(math.radians(features.lat[at]))) / (2 * math.pi)
        return math.floor(x * 2**zoom), math.floor(y * 2**zoom)

    n = 0
    for other in range(len(features)):
        across, down = (abs(a - b) for a, b in zip(tile(row), tile(other), strict=True))
        near = min(across, 2**zoom - across) <= 1 and down <= 1
        n += near and features.source[row] == features.source[other]
    return n, 2 ** round(math.log2(n / (9 * (square_m / 2**zoom) ** 2)))


def test_by_source_gives_each_source_its_rows_by_key(observed):
    features = placed(
        observed, (7.0, 47.0), [(900, 0, "b"), (0, 0, "a"), (-900, 0, "b"), (1, 0, "c")]
    )
    found = {code: (rows.tolist(), keys.tolist()) for code, rows, keys in own(features)}
    assert found == {
        int(features.source[row]): (rows, features.key[rows].tolist())
        for row, rows in ((0, [2, 0]), (1, [1]), (3, [3]))
    }


def test_density_per_m2_is_that_of_the_own_source_and_a_power_of_two(observed):
    # On the equator cells have 152.9 m: 5 records on 210,300 m2 are 2.4e-5, 2 are 9.5e-6.
    features = placed(observed, (0.0, 0.0), [(1, 1, "one")] * 5 + [(1, 1, "two")] * 2)
    count = n_around(features, own(features))
    assert count.tolist() == [5] * 5 + [2] * 2
    density = density_per_m2(count, features.square_m)
    assert density.tolist() == [2.0**-15] * 5 + [2.0**-17] * 2


def test_density_per_m2_of_nothing_is_nothing(observed):
    features = features_of(observed())
    count = n_around(features, own(features))
    assert density_per_m2(count, features.square_m).tolist() == []


@pytest.mark.parametrize(
    "centre", [(8.54, 47.37), (12.0, 0.0), (180.0, 10.0), (30.0, -84.9)], ids=str
)
def test_n_around_agrees_with_a_count(observed, centre):
    random = np.random.default_rng(11)
    offsets = [
        (*random.uniform(-700, 700, 2).tolist(), "one" if row % 3 else "two") for row in range(60)
    ]
    features = placed(observed, centre, offsets)
    expected = [slow_count(features, row) for row in range(60)]
    count = n_around(features, own(features))
    assert count.tolist() == [n for n, _ in expected]
    assert density_per_m2(count, features.square_m).tolist() == [each for _, each in expected]
    assert len(set(expected)) > 2
    some = np.array([3, 17, 44])
    assert n_around(features, own(features), some)[some].tolist() == count[some].tolist()


@settings(max_examples=60)
@given(
    st.sampled_from(list(CENTRES.values())),
    st.lists(OFFSET, min_size=1, max_size=20),
    st.lists(OFFSET, max_size=5),
    st.integers(0, 5),
)
def test_n_around_more_is_what_two_counts_differ_by(observed, centre, stay, come, n_gone):
    whole = placed(observed, centre, [*stay, *come])
    n = len(stay)
    before = placed(observed, centre, stay)
    gone, still = np.arange(n)[:n_gone], np.arange(n)[n_gone:]
    rows = np.concatenate([still, np.arange(n, len(whole))])
    after = placed(observed, centre, [*stay, *come], rows)
    come = np.arange(n, len(whole))
    key, square_m, source = (
        np.concatenate([getattr(whole, name)[come], getattr(before, name)[gone]])
        for name in ("key", "square_m", "source")
    )
    step = np.repeat(np.array([1, -1], np.int32), [len(come), len(gone)])
    more = n_around_more(after, own(after), Moves(key, square_m, source, step))
    grown = n_around(after, own(after))[: len(still)] - n_around(before, own(before))[still]
    assert more[: len(still)].tolist() == grown.tolist()


def test_n_around_more_passes_over_sources_that_are_not_there_any_more(observed):
    features = placed(observed, (7.0, 47.0), [(0, 0, "one")])
    step = np.array([-1], np.int32)
    gone = Moves(features.key, features.square_m, features.source + np.uint64(1), step)
    assert n_around_more(features, own(features), gone).tolist() == [0]
