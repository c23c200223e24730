import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightlines.observations.assignment import equal_pairs, joined, one_to_one

KEYS = st.lists(st.integers(0, 4), max_size=12)


def prints(values):
    return np.array(values, np.uint64)


@given(KEYS, KEYS)
def test_equal_pairs_pair_as_many_of_each_key_as_both_have(first, second):
    a, b = equal_pairs(
        prints(first),
        prints(second),
        first_tie=prints(range(len(first))),
        second_tie=prints(range(len(second))),
    )
    assert len(set(a.tolist())) == len(a) == len(set(b.tolist()))
    paired = [first[i] for i in a]
    assert paired == [second[j] for j in b]
    assert sorted(paired) == sorted(
        key for key in range(5) for _ in range(min(first.count(key), second.count(key)))
    )


def test_equal_pairs_pair_in_the_order_of_the_ties():
    a, b = equal_pairs(
        prints([1, 1, 1]), prints([1, 1]), first_tie=prints([3, 1, 2]), second_tie=prints([9, 8])
    )
    assert sorted(zip(a.tolist(), b.tolist(), strict=True)) == [(1, 1), (2, 0)]


@given(KEYS, KEYS)
def test_joined_returns_every_pair_of_one_key(first, second):
    a, b = joined(prints(first), prints(second), most=100)
    expected = [(i, j) for j in range(len(second)) for i in range(len(first))]
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == [
        (i, j) for i, j in expected if first[i] == second[j]
    ]


def test_joined_is_bounded():
    a, _ = joined(prints([7] * 1000), prints([7] * 10), most=3)
    assert a.tolist() == [0, 1, 2] * 10


def test_one_to_one_takes_the_best_pair_first_and_no_row_twice():
    first, second = np.array([0, 0, 1, 1, 2]), np.array([5, 6, 5, 6, 6])
    assert one_to_one(first, second).tolist() == [True, False, False, True, False]
    assert one_to_one(first[:0], second[:0]).tolist() == []
