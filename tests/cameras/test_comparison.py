"""What two observations have in common: every level of every comparison."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.cameras.blocking import Pairs
from sightlines.cameras.comparison import are_alike, compared
from sightlines.cameras.features import features_of, normalised
from sightlines.cameras.weights import WEIGHTS
from sightlines.schema import COMPARISONS


def levels_of(observed, one, other):
    """Compare two rows either way round; return the levels by name."""
    found = []
    for rows in ((one, other), (other, one)):
        features = features_of(observed(*rows))
        pairs = Pairs(np.array([0]), np.array([1]), np.array([5.0]))
        found.append({name: int(level[0]) for name, level in compared(features, pairs).items()})
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ([90], [90], 1),
        ([350], [10], 1),
        ([350], [10.5], 2),
        ([0], [20], 1),
        ([0], [359], 1),
        ([0], [0], 1),
        ([0], [21], 2),
        ([0], [45], 2),
        ([0], [45.1], 3),
        ([270], [0], 3),
        ([0], [90], 3),
        ([0], [90.1], 4),
        ([0], [180], 4),
        ([10], [200], 4),
        # Of several sectors the two nearest count.
        ([0, 180], [170], 1),
        ([0, 90, 180, 270], [135], 2),
        ([355, 100], [200, 5], 1),
        # Nobody knows where one of them looks.
        ([], [90], 0),
        ([], [], 0),
        ([0], [], 0),
    ],
    ids=str,
)
def test_compared_gives_the_level_of_directions(observed, one, other, level):
    assert levels_of(observed, {"facing": one}, {"facing": other})["direction"] == level


@settings(max_examples=50)
@given(st.lists(st.integers(0, 359), max_size=4), st.lists(st.integers(0, 359), max_size=4))
def test_compared_agrees_with_the_angle_between_directions(observed, one, other):
    def apart(a, b):
        return min((a - b) % 360, (b - a) % 360)

    level = levels_of(observed, {"facing": one}, {"facing": other})["direction"]
    nearest = min((apart(a, b) for a in one for b in other), default=None)
    if nearest is None:
        assert level == 0
    else:
        assert level == 1 + (nearest > 20) + (nearest > 45) + (nearest > 90)


@pytest.mark.parametrize("name", ["kind", "enforcement", "camera_mount", "manufacturer"])
@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("pole", "pole", 1),
        ("pole", "POLE", 1),
        ("pole", "wall", 2),
        ("unknown", "wall", 0),
        ("unknown", "unknown", 0),
    ],
)
def test_compared_gives_the_level_of_plain_words(observed, name, one, other, level):
    assert levels_of(observed, {name: one}, {name: other})[name] == level


@pytest.mark.parametrize("name", ["enforcement", "camera_mount", "manufacturer", "operator", "ref"])
def test_compared_gives_no_level_when_one_side_says_nothing(observed, name):
    assert levels_of(observed, {name: None}, {name: "x"})[name] == 0
    assert levels_of(observed, {name: None}, {name: None})[name] == 0


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("fixed", "fixed", 1),
        ("dome", "dome", 1),
        ("dome", "panning", 2),
        ("panorama", "dome", 2),
        ("fixed", "dome", 3),
        ("doorbell", "fixed", 3),
        (None, "dome", 0),
    ],
)
def test_compared_gives_the_level_of_camera_types(observed, one, other, level):
    assert levels_of(observed, {"camera_type": one}, {"camera_type": other})["camera_type"] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("City of Chicago", "CITY OF CHICAGO", 1),
        ("City of Chicago", "Chicago", 2),
        ("Chicago Police Department", "Chicago Police Dept.", 2),
        ("서울특별시 성동구청", "성동구청", 2),
        ("성동구청", "성동구청", 1),
        ("서울특별시 성동구청", "부산광역시 강서구청", 3),
        ("Préfecture de Police", "Prefecture de police", 1),
        ("City of Chicago", "Flock Safety", 3),
        ("A", "B", 3),
        ("Unknown", "City of Chicago", 0),
    ],
)
def test_compared_gives_the_level_of_operators(observed, one, other, level):
    assert levels_of(observed, {"operator": one}, {"operator": other})["operator"] == level


def test_compared_compares_many_operators_at_once(observed):
    names = ["Chicago", "City of Chicago", None, "Flock Safety", "chicago"]
    features = features_of(observed(*[{"operator": name} for name in names]))
    first, second = np.array([0, 0, 0, 0, 1, 3]), np.array([1, 2, 3, 4, 4, 4])
    found = compared(features, Pairs(first, second, np.zeros(6)))["operator"]
    assert found.tolist() == [2, 0, 3, 1, 2, 3]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("CAM-1234", "cam 1234", 1),
        ("1234", "1234", 1),
        ("123", "123", 2),
        ("A-1", "a 1", 2),
        ("CAM-1234", "CAM-1235", 3),
        ("7", "8", 3),
        ("7", "CAM-1234", 3),
    ],
)
def test_compared_gives_the_level_of_reference_numbers(observed, one, other, level):
    assert levels_of(observed, {"ref": one}, {"ref": other})["ref"] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [(4, 4, 1), (1, 1, 2), (2, 1, 3), (1, 9, 3), (0, 1, 3), (None, 1, 0), (None, None, 0)],
)
def test_compared_gives_the_level_of_counts(observed, one, other, level):
    found = levels_of(observed, {"camera_count": one}, {"camera_count": other})
    assert found["camera_count"] == level


def test_compared_gives_one_level_of_each_comparison_and_pair(observed):
    features = features_of(observed({}, {}, {}))
    found = compared(features, Pairs(np.array([0, 1]), np.array([2, 2]), np.zeros(2)))
    assert set(found) == set(COMPARISONS)
    for name, levels in found.items():
        assert (levels.dtype, levels.shape) == (np.uint8, (2,)), name


def test_compared_of_no_pairs_is_nothing(observed):
    nobody = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    for features in (features_of(observed()), features_of(observed({}))):
        assert all(len(levels) == 0 for levels in compared(features, nobody).values())


def test_compared_gives_no_level_that_has_no_weight(observed):
    # The largest level of each comparison, as the cases above have it.
    three = ("enforcement", "camera_type", "operator", "ref", "camera_count")
    largest = {"direction": 4, "kind": 4, **dict.fromkeys(three, 3)}
    for name in COMPARISONS:
        assert len(WEIGHTS.levels[name]) == largest.get(name, 2)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        # All words of the shorter in the longer, in any order.
        ("chicago", "city of chicago", True),
        ("police chicago", "chicago department of police", True),
        # Night, nacht: ni ig gh ht, na ac ch ht share one of 4 + 4: 0.25.
        ("night", "nacht", False),
        # stadt zurich, stadt zuerich: 10 and 11 pairs of letters, 9 in common: 18 / 21.
        ("stadt zurich", "stadt zuerich", True),
        # abcd, abxcd: ab bc cd, ab bx xc cd share 2: 4 / 7 = 0.571.
        ("abcd", "abxcd", False),
        # Two districts of Seoul share 5 of 8 + 8: 10 / 16.
        ("서울특별시 성동구청", "서울특별시 강남구청", False),
        ("서울특별시 성동구청", "성동구청", True),
        # abcdefgh, abcdefxgh: 7 and 8 pairs of letters, 6 in common: 12 / 15.
        ("abcdefgh", "abcdefxgh", True),
        ("a", "b", False),
        ("", "", False),
        ("", "chicago", False),
    ],
)
def test_are_alike_knows_spellings_of_one_name(one, other, alike):
    assert are_alike(one, other) is alike
    assert are_alike(other, one) is alike


@given(st.text(min_size=1).map(normalised).filter(bool), st.text().map(normalised))
def test_are_alike_finds_a_name_in_itself_and_more_words(name, more):
    assert are_alike(name, name)
    assert are_alike(name, normalised(f"{name} {more}"))
