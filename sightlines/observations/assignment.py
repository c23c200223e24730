"""Pairing rows of two sets so that each row is in one pair at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightlines.observations.fingerprints import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.observations.fingerprints import Prints

    Rows = NDArray[np.int64]

_AT_ONCE = 100_000


def equal_pairs(
    first: Prints, second: Prints, *, first_tie: Prints, second_tie: Prints
) -> tuple[Rows, Rows]:
    """Pair rows of equal keys, the first with the first, the second with the second.

    Parameters
    ----------
    first, second
        Keys of the rows of the two sets.
    first_tie, second_tie
        Order of the rows that share a key.

    Returns
    -------
    tuple of arrays
        Row of the first and of the second set, one of each a pair.
    """
    _, a, b = np.intersect1d(
        _numbered(first, first_tie), _numbered(second, second_tie), return_indices=True
    )
    return a, b


def joined(first: Prints, second: Prints, *, most: int) -> tuple[Rows, Rows]:
    """Return rows of equal keys, every one with every one.

    Parameters
    ----------
    first, second
        Keys of the rows of the two sets.
    most
        Most rows of `first`, in their order, that a row of `second` is returned with.

    Returns
    -------
    tuple of arrays
        Row of the first and of the second set.
    """
    order = np.argsort(first, kind="stable")
    low = np.searchsorted(first[order], second, "left")
    counts = np.minimum(np.searchsorted(first[order], second, "right") - low, most)
    rows = np.repeat(np.arange(len(second)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[low[rows] + within], rows


def one_to_one(first: Rows, second: Rows) -> NDArray[np.bool_]:
    """Choose pairs from the best on; each row is chosen once at most.

    Parameters
    ----------
    first, second
        Rows of the pairs, the best pair first.

    Returns
    -------
    array of bool
        Which pairs are chosen.
    """
    chosen = np.zeros(len(first), bool)
    taken_first = bytearray(int(first.max()) + 1 if len(first) else 0)
    taken_second = bytearray(int(second.max()) + 1 if len(second) else 0)
    for start in range(0, len(first), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        pairs = zip(first[part].tolist(), second[part].tolist(), strict=True)
        for number, (a, b) in enumerate(pairs, start):
            if not (taken_first[a] or taken_second[b]):
                taken_first[a] = taken_second[b] = chosen[number] = True
    return chosen


def _numbered(keys: Prints, tie: Prints) -> Prints:
    """Tell rows of one key apart by their place in its order."""
    order = np.lexsort((tie, keys))
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    within = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    numbered = np.empty(len(keys), np.uint64)
    numbered[order] = mixed(ordered, within.astype(np.uint64))
    return numbered
