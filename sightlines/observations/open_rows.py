"""Rows of two sets of which some have found one another and the others are still open."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sightlines.observations.assignment import equal_pairs, joined, one_to_one
from sightlines.observations.fingerprints import mixed, prints
from sightlines.observations.nearness import Pairs, distances_m, neighbours

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from sightlines.observations.fingerprints import Fingerprints, Prints
    from sightlines.observations.nearness import Positions

# A value that a larger share of a source's rows have in common, or more rows than that, says little
# about which of them a row is.
_RARE_SHARE = 0.01
_RARE_ROWS = 20
_MOST_OF_ONE_ID = 24


class OpenRows:
    """What was said before and what is said now, and who has been found.

    Parameters
    ----------
    earlier, rows
        What was said before and what is said now.
    subjects
        Of the earlier rows.
    was_missing
        Which of them were missing already; others come first.
    """

    def __init__(
        self,
        earlier: Fingerprints,
        rows: Fingerprints,
        subjects: pa.ChunkedArray,
        was_missing: NDArray[np.bool_],
    ) -> None:
        self.earlier, self.rows = earlier, rows
        self.earlier_of_row = np.full(rows.n, -1, np.int64)
        self._taken = np.zeros(earlier.n, bool)
        self.was_missing = was_missing
        # Decide among equals by what they say, never by where they stand in the file.
        rank = np.lexsort((prints(subjects), was_missing))
        self.earlier_tie = np.empty(earlier.n, np.uint64)
        self.earlier_tie[rank] = np.arange(earlier.n, dtype=np.uint64)
        self.row_tie = mixed(rows.native, rows.place, rows.content, rows.raw)

    def still_open(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the earlier and the newer rows that have found nobody."""
        return np.flatnonzero(~self._taken), np.flatnonzero(self.earlier_of_row < 0)

    def take_equal(
        self,
        keys: tuple[Prints, Prints],
        *,
        among: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
    ) -> None:
        """Pair open rows of equal keys, among those that are asked for."""
        first, second = self.still_open()
        if among is not None:
            first, second = first[among[0][first]], second[among[1][second]]
        if first.size and second.size:
            a, b = equal_pairs(
                keys[0][first],
                keys[1][second],
                first_tie=self.earlier_tie[first],
                second_tie=self.row_tie[second],
            )
            self._pair(first[a], second[b])

    def take(self, pairs: Pairs, cost: NDArray[np.float64] | None = None) -> None:
        """Pair rows, those of the least cost first, among equals the nearest."""
        ties = self.row_tie[pairs.second], self.earlier_tie[pairs.first]
        costs = () if cost is None else (cost,)
        order = np.lexsort((*ties, pairs.distance_m, *costs))
        first, second = pairs.first[order], pairs.second[order]
        chosen = one_to_one(first, second)
        self._pair(first[chosen], second[chosen])

    def _pair(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> None:
        self.earlier_of_row[second] = first
        self._taken[first] = True

    def near(
        self, positions: Positions, radius_m: float, *, groups: tuple[Prints, Prints] | None = None
    ) -> Pairs:
        """Return open rows that lie close together."""
        first, second = self.still_open()
        parts = None if groups is None else (groups[1][second], groups[0][first])
        near = neighbours(
            positions.take(second), self.earlier.positions.take(first), radius_m, groups=parts
        )
        return Pairs(first[near.second], second[near.first], near.distance_m)

    def same_id(self, positions: Positions) -> Pairs:
        """Return open rows of one id; where a position is not known, they are not apart."""
        first, second = self.still_open()
        first = first[self.earlier.native[first] != 0]
        first = first[np.argsort(self.earlier_tie[first])]
        a, b = joined(self.earlier.native[first], self.rows.native[second], most=_MOST_OF_ONE_ID)
        a, b = first[a], second[b]
        apart_m = distances_m(self.earlier.positions.take(a), positions.take(b))
        return Pairs(a, b, np.nan_to_num(apart_m))

    def agreement(
        self, pairs: Pairs
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return how much both say, how much of that agrees, and whether that tells anything."""
        if not pairs.first.size:
            none = np.zeros(0, np.int64)
            return none, none, np.zeros(0, bool)
        first, second = self.earlier.sayings[pairs.first], self.rows.sayings[pairs.second]
        both = (first != 0) & (second != 0)
        same = both & (first == second)
        telling = (same & self._is_rare[pairs.first]).any(axis=1)
        return both.sum(axis=1), same.sum(axis=1), telling

    @cached_property
    def _is_rare(self) -> NDArray[np.bool_]:
        """Return which sayings of the earlier rows few others share."""
        most = max(1.0, min(_RARE_ROWS, _RARE_SHARE * self.earlier.n))
        columns = []
        for said in self.earlier.sayings.T:
            _, place, counts = np.unique(said, return_inverse=True, return_counts=True)
            columns.append(counts[place] <= most)
        return np.stack(columns, axis=1)
