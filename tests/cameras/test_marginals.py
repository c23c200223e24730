"""How probable each pair is: against all ways to pair off, written out."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.cameras import marginals as marginals_module
from sightlines.cameras.assignment import components
from sightlines.cameras.marginals import marginals

COUPLES = [(one, other) for one in range(4) for other in range(4)]
BITS = st.floats(-8, 20)


def found(weights):
    """Return the probability of each couple; weights in bits by (left, right)."""
    left, right = (np.array([couple[side] for couple in weights], np.int64) for side in (0, 1))
    return dict(zip(weights, whole(left, right, np.array([*weights.values()])), strict=True))


def whole(left, right, weight):
    """Return the probabilities of pairs whose components are not known yet."""
    group = components(200, left, 100 + right)[left]
    return marginals(left, right, weight, group)


def slow_marginals(weights):
    """Write out every way to pair off, and add up those in which a couple occurs."""
    total, of_couple = 0.0, dict.fromkeys(weights, 0.0)
    for n in range(5):
        for way in itertools.combinations(weights, n):
            if any(len({couple[side] for couple in way}) < n for side in (0, 1)):
                continue
            odds = math.prod(2.0 ** weights[couple] for couple in way)
            total += odds
            for couple in way:
                of_couple[couple] += odds
    return {couple: odds / total for couple, odds in of_couple.items()}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # Even odds.
        ({(0, 0): 0.0}, [1 / 2]),
        ({(0, 0): 2.0}, [4 / 5]),
        # Nobody, the one or the other: 1 : 1 : 1.
        ({(0, 0): 0.0, (0, 1): 0.0}, [1 / 3, 1 / 3]),
        # 1 : 8 : 2.
        ({(0, 0): 3.0, (0, 1): 1.0}, [8 / 11, 2 / 11]),
        # A chain: nobody 1, each alone 8 + 4 + 8, both ends together 64; 85 in all.
        ({(0, 0): 3.0, (1, 0): 2.0, (1, 1): 3.0}, [72 / 85, 4 / 85, 72 / 85]),
        # Two that have nothing in common.
        ({(0, 0): 1.0, (1, 1): -1.0}, [2 / 3, 1 / 3]),
    ],
)
def test_marginals_are_the_share_of_all_ways_to_pair_off(weights, expected):
    assert [*found(weights).values()] == pytest.approx(expected, abs=1e-6)
    assert [*slow_marginals(weights).values()] == pytest.approx(expected)


def chain_of(bits):
    """Return couples that form no ring: 0-0, 1-0, 1-1, 2-1, ..."""
    return {((n + 1) // 2, n // 2): weight for n, weight in enumerate(bits)}


@given(st.lists(BITS, min_size=1, max_size=7))
def test_marginals_are_exact_where_candidates_form_no_ring(bits):
    weights = chain_of(bits)
    expected = slow_marginals(weights)
    assert found(weights) == pytest.approx(expected, abs=2e-3)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(COUPLES), BITS, min_size=1))
def test_marginals_agree_on_what_is_clear_where_candidates_form_rings(weights):
    expected = slow_marginals(weights)
    probability = found(weights)
    # In a ring whoever is ahead is taken for further ahead, so no distance between the two is the
    # most: two exchanges of 14 bits each, of which one is ahead by half a bit, come out as certain.
    assert all(probability[couple] > 0.7 for couple in weights if expected[couple] > 0.9)
    assert all(probability[couple] < 0.3 for couple in weights if expected[couple] < 0.1)
    for side in (0, 1):
        for record in range(4):
            mine = [probability[couple] for couple in weights if couple[side] == record]
            assert sum(mine) <= 1.001


def test_marginals_of_two_couples_that_could_be_exchanged_are_even():
    even = found(dict.fromkeys(itertools.product(range(2), range(2)), 12.0))
    assert [*even.values()] == pytest.approx([0.5] * 4, abs=0.01)


def test_marginals_do_not_move_any_more_after_the_last_round(monkeypatch):
    rng = np.random.default_rng(5)
    left, right = rng.integers(0, 60, (2, 400))
    couples = np.unique(np.stack([left, right]), axis=1)
    weight = rng.uniform(-4, 14, couples.shape[1])
    before = whole(*couples, weight)
    monkeypatch.setattr(marginals_module, "ROUNDS", 8 * marginals_module.ROUNDS)
    assert np.abs(whole(*couples, weight) - before).max() < 1e-3


def test_marginals_are_the_same_to_the_last_digit_beside_others():
    rng = np.random.default_rng(6)
    couples = np.unique(rng.integers(0, 6, (2, 30)), axis=1)
    weight = rng.uniform(-4, 9, couples.shape[1])
    alone = whole(*couples, weight)
    others = np.unique(rng.integers(0, 50, (2, 300)), axis=1)
    left, right = (
        np.concatenate([there + 7, here]) for there, here in zip(others, couples, strict=True)
    )
    left, right = np.where(left < 7, left, left + 1), np.where(right < 7, right, right + 1)
    both = whole(left, right, np.concatenate([rng.uniform(-4, 9, others.shape[1]), weight]))
    assert np.array_equal(both[-len(weight) :], alone)


@pytest.mark.parametrize("bits", [1e6, -1e6, math.inf, -math.inf])
def test_marginals_of_what_is_beyond_doubt_are_finite(bits):
    probability = found({(0, 0): bits, (0, 1): 0.0})
    assert probability[0, 0] == pytest.approx(float(bits > 0), abs=1e-6)


def test_marginals_of_nothing_are_nothing():
    nothing = np.empty(0, np.int64)
    assert marginals(nothing, nothing, np.empty(0), nothing).tolist() == []
