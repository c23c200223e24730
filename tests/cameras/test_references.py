"""Reference numbers: who bears the same one, and when it comes to be none."""

import numpy as np
import pytest

from sightlines.cameras.features import features_of
from sightlines.cameras.references import (
    MOST_OF_ONE_REF,
    long_refs,
    pairs_of_one_ref,
    rows_of_another_count,
)


@pytest.fixture
def street(observed):
    """Return the features of a street with two numbers, one short, and one not known."""
    rows = [
        {"subject": "a1", "source": "a", "at": (0, 0), "ref": "CAM-1"},
        {"subject": "a2", "source": "a", "at": (0, 9), "ref": "CAM-2"},
        {"subject": "b1", "source": "b", "at": (100, 0), "ref": "cam 1"},
        {"subject": "b2", "source": "b", "at": (30, 0), "ref": "CAM-1"},
        {"subject": "b3", "source": "b", "at": (100, 0), "ref": "7"},
        {"subject": "b4", "source": "b", "at": (100, 0), "ref": "CAM-2"},
        {"subject": "c1", "source": "c", "at": (700, 0), "ref": "CAM-1"},
        {"subject": "c2", "source": "c", "at": (0, 0), "ref": None},
    ]
    return features_of(observed(*rows))


def test_long_refs_are_none_where_they_are_short_or_not_known(street):
    ref = long_refs(street)
    assert (ref == 0).tolist() == [False] * 4 + [True, False, False, True]
    assert ref[0] == ref[2] == ref[3] == ref[6] != ref[1] == ref[5]


def test_pairs_of_one_ref_lie_between_the_limits(street):
    found = pairs_of_one_ref(street, long_refs(street), (60.0, 500.0))
    pairs = sorted(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert pairs == [(0, 2), (1, 5)]
    assert sorted(found.distance_m) == pytest.approx([100.0, np.hypot(100, 9)], abs=1e-3)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([0], [(0, 2)]), ([2], [(0, 2)]), ([3, 4], []), ([1, 2], [(0, 2), (1, 5)])],
)
def test_pairs_of_one_ref_are_only_those_with_one_of_the_rows(street, rows, expected):
    found = pairs_of_one_ref(street, long_refs(street), (60.0, 500.0), np.array(rows))
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == expected


def refs(*numbers):
    return np.array(numbers, np.uint64)


@pytest.mark.parametrize(
    ("n_now", "n_before", "expected"),
    [
        (MOST_OF_ONE_REF, MOST_OF_ONE_REF - 1, False),
        (MOST_OF_ONE_REF + 1, MOST_OF_ONE_REF, True),
        (MOST_OF_ONE_REF + 2, MOST_OF_ONE_REF + 1, False),
        (MOST_OF_ONE_REF, MOST_OF_ONE_REF + 1, True),
    ],
)
def test_rows_of_another_count_are_those_of_a_number_that_is_none_any_more_or_again(
    n_now, n_before, expected
):
    now, before = refs(*[7] * n_now, 8, 0), refs(9, *[7] * n_before)
    new = np.array([n_now - 1]) if n_now > n_before else np.empty(0, np.int64)
    gone = np.array([1]) if n_now < n_before else np.empty(0, np.int64)
    found = rows_of_another_count(now, new, before, gone).tolist()
    assert found == (list(range(n_now)) if expected else [])
