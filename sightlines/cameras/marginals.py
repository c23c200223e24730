"""How probable each pair is to be one camera, given all its rivals.

A record is at most one record of another source. So of the ways to pair off the records of two
sources each is as probable as the product of the odds of its pairs, and a pair is as probable as
all the ways together in which it occurs. There are too many to add up; belief propagation comes
close: each record is asked how likely it would be free if this pair were not there, which depends
on how free its other candidates are, and so on. Where candidates form no ring the answer is exact.

References
----------
Bayati, M., Nair, C. (2006): A rigorous proof of the cavity method for counting matchings. Allerton
Conference. Chertkov, M., Yedidia, A. B. (2013): Approximating the permanent with fractional belief
propagation. JMLR 14, 2029-2066.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# Rounds of a component go on until none of its probabilities moves by as much between two looks.
ROUNDS = 64
_LOOK_EVERY = 8
_STILL = 1e-5
# Odds beyond these are certain; larger ones would only overflow.
_MOST_BITS = 40.0


def marginals(left: Integers, right: Integers, weight: Floats, group: Integers) -> Floats:
    """Say how probable each pair is, if of all pairs at one record at most one is true.

    Parameters
    ----------
    left, right
        Numbers of the records of each pair, from 0 and each side by itself, shape (n,).
    weight
        Of each pair alone, in bits: the logarithm to base 2 of its odds.
    group
        Number of the connected component of each pair.

    Returns
    -------
    array
        Between 0 and 1, shape (n,). The pairs of one record add up to 1 at most, but for what
        propagation is off. What is not connected has no influence, to the last digit.
    """
    odds = np.exp2(np.clip(weight, -_MOST_BITS, _MOST_BITS))
    # How likely the record at each end would be free without this pair.
    free_left, free_right = np.ones_like(odds), np.ones_like(odds)
    probability = np.zeros_like(odds)
    rows = np.arange(len(odds))
    for _ in range(ROUNDS // _LOOK_EVERY):
        one, other, mine = left[rows], right[rows], odds[rows]
        to_left, to_right = free_left[rows], free_right[rows]
        for _ in range(_LOOK_EVERY):
            to_left = 1.0 / (1.0 + _of_others(one, mine * to_right))
            to_right = 1.0 / (1.0 + _of_others(other, mine * to_left))
        free_left[rows], free_right[rows] = to_left, to_right
        both = mine * to_left * to_right
        now = both / (1.0 + both)
        moved = np.abs(now - probability[rows]) > _STILL
        probability[rows] = now
        rows = rows[np.bincount(group[rows], moved)[group[rows]] > 0]
        if not len(rows):
            break
    return probability


def _of_others(node: Integers, value: Floats) -> Floats:
    """Add up, for each pair, the values of all others at one of its records."""
    whole = np.bincount(node, value)[node] - value
    return np.asarray(np.maximum(whole, 0.0))
