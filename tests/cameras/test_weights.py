"""Match weights: explained, learned, written down and read again."""

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.accuracy import AGREEMENTS, SHAPES, UNKNOWN, Agreement
from sightlines.cameras.conflation import conflate, weighed_pairs
from sightlines.cameras.weights import (
    WEIGHTS,
    Level,
    Surroundings,
    Weights,
    as_plain,
    explain,
    from_plain,
    learned,
)
from sightlines.errors import RequestInvalidError
from sightlines.schema import COMPARISONS


def place_of(spread_m, shape=SHAPES[1], overlap=0.5):
    return AGREEMENTS.index(Agreement(shape, spread_m, overlap))


def slow_density(distance_m, spread_m):
    """Return the density of a displacement with outliers, term by term."""
    return sum(
        share * math.exp(-(distance_m**2) / (2 * wide**2)) / (2 * math.pi * wide**2)
        for share, wide in ((0.85, spread_m), (0.15, 3 * spread_m))
    )


def distance_bits(distance_m, agreement, density, weights=WEIGHTS):
    at = np.array([distance_m]), np.array([agreement]), np.array([density])
    return float(weights.distance_bits(*at)[0])


@pytest.mark.parametrize("spread_m", [0.35, 1.0, 4.0, 16.0])
@pytest.mark.parametrize("distance_m", [0.0, 0.4, 3.0, 9.0])
def test_distance_bits_are_those_of_one_camera_against_what_else_stands_there(spread_m, distance_m):
    weights = replace(WEIGHTS, surroundings=Surroundings(on_pole=0.1, nearby_per_m2=1e-4))
    one = slow_density(distance_m, spread_m)
    if one < 1e-9:
        return
    expected = math.log2(one / (3e-5 + 1e-4 + 0.1 * one))
    assert distance_bits(distance_m, place_of(spread_m), 3e-5, weights) == pytest.approx(expected)


def test_distance_bits_mean_much_in_the_country_and_little_in_a_city():
    country, town, square = (
        distance_bits(10.0, place_of(4.0), density) for density in (1e-6, 1e-4, 1e-2)
    )
    assert country > town > square


@pytest.mark.parametrize("agreement", [*range(0, UNKNOWN, 17), UNKNOWN])
def test_distance_bits_fall_with_the_distance_and_stay_finite(agreement):
    metres = (0.0, 1.0, 4.0, 15.0, 60.0, 500.0, 2e7)
    bits = [round(distance_bits(distance_m, agreement, 1e-5), 6) for distance_m in metres]
    assert bits == sorted(bits, reverse=True)
    assert all(math.isfinite(value) for value in bits)
    assert bits[0] > 0 > bits[-1]


def test_bits_are_the_logarithm_of_a_likelihood_ratio():
    assert Level("twice as likely", 0.5, 0.25).bits == 1.0
    assert Level("as likely", 0.3, 0.3).bits == 0.0
    assert Level("a quarter as likely", 0.1, 0.4).bits == pytest.approx(-2.0)
    assert WEIGHTS.bits("camera_mount").tolist() == pytest.approx(
        [0.0, math.log2(0.85 / 0.70), math.log2(0.15 / 0.30)]
    )


def test_weights_are_probabilities_that_add_up_to_one():
    assert list(WEIGHTS.levels) == list(COMPARISONS)
    for name, levels in WEIGHTS.levels.items():
        assert sum(level.m for level in levels) == pytest.approx(1.0), name
        assert sum(level.u for level in levels) == pytest.approx(1.0), name
        assert len({level.label for level in levels}) == len(levels)


def test_weights_speak_for_agreement_and_against_difference():
    for name, levels in WEIGHTS.levels.items():
        assert levels[0].bits > 0 > levels[-1].bits, name


def test_explain_adds_up_to_the_weight(observed):
    rows = [
        {"subject": "a", "source": "x", "facing": [0], "operator": "Chicago", "ref": "CAM-1",
         "camera_count": 2, "manufacturer": "Axis", "camera_type": "dome"},
        {"subject": "b", "source": "y", "at": (7, 0), "facing": [30], "operator": "City of Chicago",
         "ref": "CAM-2", "camera_count": 2, "camera_type": "panning", "camera_mount": "pole"},
        {"subject": "c", "source": "z", "at": (0, 9), "kind": "enforcement",
         "enforcement": "maxspeed"},
    ]  # fmt: skip
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    for match in weighed_pairs(observed(*rows), pairs).to_pylist():
        found = explain(match)
        assert [row.comparison for row in found] == ["distance", *COMPARISONS]
        assert sum(row.bits for row in found) == pytest.approx(match["weight"], abs=1e-9)
        assert all(row.label for row in found)


def test_explain_says_how_two_lists_agree(observed):
    rows = [{"subject": "a", "source": "x"}, {"subject": "b", "source": "y", "at": (3, 0)}]
    (match,) = weighed_pairs(observed(*rows), [("a", "b")]).to_pylist()
    assert explain(match)[0].label == "3.0 m apart"
    known = explain({**match, "agreement": place_of(4.0, SHAPES[0], 0.8)})[:2]
    assert known[0] == (
        "overlap",
        "of cameras near the other list, about 80 % are in both",
        pytest.approx(2.0),
    )
    assert known[1].label == "3.0 m apart, of two lists that agree to about 4 m, evenly"


def test_explain_says_what_was_found(observed):
    rows = [
        {"subject": "a", "source": "x", "facing": [0], "camera_type": "dome"},
        {"subject": "b", "source": "y", "at": (7.04, 0), "facing": [100], "camera_type": "dome"},
    ]
    (match,) = weighed_pairs(observed(*rows), [("a", "b")]).to_pylist()
    said = {row.comparison: row for row in explain(match)}
    assert said["distance"].label.startswith("7.0 m apart")
    assert said["direction"] == (
        "direction", "directions more than 90 degrees apart", pytest.approx(math.log2(0.03 / 0.5))
    )  # fmt: skip
    assert said["kind"].label == "the same kind"
    assert said["camera_type"].label == "the same camera type"
    assert (said["operator"].label, said["operator"].bits) == ("not known of both", 0.0)


def test_explain_uses_the_weights_it_is_given(observed):
    rows = [{"subject": "a", "source": "x"}, {"subject": "b", "source": "y", "at": (3, 0)}]
    (match,) = conflate(observed(*rows)).matches.to_pylist()
    kind = (Level("the same", 0.8, 0.1), Level("others", 0.2, 0.9))
    weights = replace(WEIGHTS, levels={**WEIGHTS.levels, "kind": kind})
    found = {row.comparison: row for row in explain(match, weights)}
    assert found["kind"] == ("kind", "the same", pytest.approx(3.0))


def labelled(*pairs):
    """Return levels of the kind and the mount, and whether both are one: (kind, mount, is one)."""
    columns = {name: pa.array([0] * len(pairs), pa.uint8()) for name in COMPARISONS}
    columns["kind"] = pa.array([kind for kind, _, _ in pairs], pa.uint8())
    columns["camera_mount"] = pa.array([mount for _, mount, _ in pairs], pa.uint8())
    return pa.table(columns), np.array([one for _, _, one in pairs], np.bool_)


def test_learned_counts_pairs_beside_ten_that_are_known_before():
    known = {**WEIGHTS.levels, "kind": (Level("same", 0.9, 0.6), Level("other", 0.1, 0.4))}
    before = Weights(WEIGHTS.surroundings, known)
    # 30 pairs are one camera, of 28 of which the kinds are known: 26 alike, 2 not.
    # 50 are two, of 40 of which the kinds are known: 10 alike, 30 not.
    pairs = [(1, 0, True)] * 26 + [(2, 0, True)] * 2 + [(0, 0, True)] * 2
    pairs += [(1, 0, False)] * 10 + [(2, 0, False)] * 30 + [(0, 0, False)] * 10
    same, other = learned(*labelled(*pairs), before).levels["kind"]
    assert (same.label, other.label) == ("same", "other")
    assert same.m == pytest.approx((26 + 9) / (28 + 10))
    assert other.m == pytest.approx((2 + 1) / (28 + 10))
    assert same.u == pytest.approx((10 + 6) / (40 + 10))
    assert other.u == pytest.approx((30 + 4) / (40 + 10))


def test_learned_keeps_a_weight_for_what_no_pair_showed():
    found = learned(*labelled(*[(1, 1, True)] * 1_000, *[(2, 2, False)] * 1_000))
    for name in ("kind", "camera_mount"):
        for level in found.levels[name]:
            assert 0 < level.m < 1
            assert 0 < level.u < 1
            assert math.isfinite(level.bits)


def test_learned_of_no_pairs_is_what_was_known_before():
    found = learned(*labelled())
    assert found.surroundings == WEIGHTS.surroundings
    for name, levels in WEIGHTS.levels.items():
        for level, before in zip(found.levels[name], levels, strict=True):
            assert (level.label, level.m, level.u) == (
                before.label, pytest.approx(before.m), pytest.approx(before.u)
            )  # fmt: skip


def test_learned_learns_of_each_comparison_for_itself():
    found = learned(*labelled(*[(1, 0, True)] * 90, *[(0, 2, True)] * 90))
    assert found.levels["kind"][0].m > WEIGHTS.levels["kind"][0].m
    assert found.levels["camera_mount"][1].m > 0.9 * 90 / 100
    assert found.levels["operator"][0].m == pytest.approx(WEIGHTS.levels["operator"][0].m)


def test_from_plain_reads_what_as_plain_wrote():
    assert from_plain(as_plain(WEIGHTS)) == WEIGHTS
    found = learned(*labelled((1, 2, True), (2, 1, False), (1, 1, False)))
    assert from_plain(as_plain(found)) == found


def changed(where, value):
    """Return the plain weights with something else at one place; `...` takes it away."""
    plain = as_plain(WEIGHTS)
    at = plain
    for step in where[:-1]:
        at = at[step]
    if value is ...:
        del at[where[-1]]
    else:
        at[where[-1]] = value
    return plain


HOSTILE = [
    None, 5, "x", [], {}, [1, 2], {"surroundings": None}, True, b"\xff", {"a": {"b": {}}},
    *(
        changed(where, value)
        for where, value in [
            (("surroundings",), ...),
            (("surroundings",), []),
            (("surroundings",), ["on_pole", "nearby_per_m2"]),
            (("surroundings",), "on_pole"),
            (("surroundings",), 5),
            (("surroundings", "on_pole"), ...),
            (("surroundings", "on_pole"), "a lot"),
            (("surroundings", "on_pole"), None),
            (("surroundings", "on_pole"), -0.1),
            (("surroundings", "on_pole"), 0.0),
            (("surroundings", "on_pole"), 1.5),
            (("surroundings", "on_pole"), float("nan")),
            (("surroundings", "nearby_per_m2"), float("inf")),
            (("surroundings", "nearby_per_m2"), 10**400),
            (("surroundings", "more"), 0.5),
            (("kind",), ...),
            (("kind",), None),
            (("kind",), {}),
            (("kind",), []),
            (("kind",), "xy"),
            (("kind",), [["same", 0.5, 0.5], ["other", 0.5, 0.5]]),
            (("kind", 0), ...),
            (("kind", 0), 5),
            (("kind", 0, "label"), ...),
            (("kind", 0, "m"), 0.0),
            (("kind", 0, "u"), 1.01),
            (("kind", 1, "m"), [0.5]),
            (("kind", 1, "m"), 10**400),
            (("kind", 1, "more"), 0.5),
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_from_plain_refuses_what_are_no_weights(said):
    with pytest.raises(RequestInvalidError):
        from_plain(said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["label", "m", "u", "on_pole", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    st.sampled_from(
        [("surroundings",), ("surroundings", "on_pole"), ("ref",), ("ref", 1), ("ref", 1, "m")]
    ),
    JSON,
)
def test_from_plain_reads_weights_or_refuses(where, value):
    try:
        found = from_plain(changed(where, value))
    except RequestInvalidError:
        return
    assert all(math.isfinite(bits) for name in COMPARISONS for bits in found.bits(name).tolist())
    assert math.isfinite(distance_bits(1.0, 0, 1e-5, found))
