"""Finding the rows of a source's earlier runs again in its newest one, what agrees best first.

1. What has not changed: the same id, place and content; without an id the same row.
2. *Twins*: the same of the same place under another id, in all that is said or at least in what
   tells one camera from another (`fingerprints.SAYINGS`). Where more rows have a twin than have
   their own id nearby, the source has been renumbered, and twins come before ids.
3. The same id at most `SAME_ID_M` away.
4. The same place (`SAME_PLACE_M`) where what is said agrees.
5. The same id further away where what is said agrees: moved.
6. The same place though what is said does not agree: described anew.
7. Without ids, the same content at most `MOVED_M` away, nearest first: moved.
8. The same id where nothing is said that could tell, at most `SAME_ID_FAR_M` away: moved.

Where most rows have moved by one way (`shifts`), 3, 4, 6 and 7 look where they come from first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightlines.observations.fingerprints import mixed
from sightlines.observations.nearness import Pairs, displaced
from sightlines.observations.open_rows import OpenRows
from sightlines.observations.shifts import LEAST_ROWS, common_shift

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from sightlines.observations.fingerprints import Fingerprints, Prints
    from sightlines.observations.nearness import Positions
    from sightlines.observations.shifts import Shift

SAME_PLACE_M = 1.0
SAME_ID_M = 50.0
SAME_ID_FAR_M = 1_000.0
MOVED_M = 60.0
# One saying that disagrees weighs more than all others that agree.
_DISAGREEMENT = 8.0


@dataclass(frozen=True)
class Matches:
    """What was found again.

    Parameters
    ----------
    earlier, rows
        What was compared.
    earlier_of_row
        For each row the earlier one; -1 for none. No earlier one stands twice.
    reused
        Which rows have an id that was another camera's.
    shift
        The way by which most rows have moved; None where they have not.
    """

    earlier: Fingerprints
    rows: Fingerprints
    earlier_of_row: NDArray[np.int64]
    reused: NDArray[np.bool_]
    shift: Shift | None


def match(
    earlier: Fingerprints,
    rows: Fingerprints,
    subjects: pa.ChunkedArray,
    was_missing: NDArray[np.bool_],
) -> Matches:
    """Find earlier rows again.

    Parameters
    ----------
    earlier, rows
        What was said before and what is said now.
    subjects
        Of the earlier rows.
    was_missing
        Which of them were missing already; others come first.

    Returns
    -------
    Matches
        Neither order matters, except among rows that are the same in everything.
    """
    search = _Search(earlier, rows, subjects, was_missing)
    search.unchanged()
    if search.is_renumbered():
        search.twins()
    shift = search.shift()
    frames = [rows.positions]
    if shift is not None:
        frames.insert(0, displaced(rows.positions, -shift.east_m, -shift.north_m))
    near_m = [SAME_PLACE_M] * len(frames)
    near_m[0] = SAME_PLACE_M if shift is None else shift.same_m
    for positions, radius_m in zip(frames, near_m, strict=True):
        search.same_id_near(positions)
        search.twins()
        search.same_place(positions, radius_m, agreeing=True)
    search.same_id_far(agreeing=True)
    for positions, radius_m in zip(frames, near_m, strict=True):
        search.same_place(positions, radius_m, agreeing=False)
        search.moved(positions)
    search.same_id_far(agreeing=False)
    return Matches(earlier, rows, search.earlier_of_row, search.reused(), shift)


class _Search(OpenRows):
    """The steps."""

    def unchanged(self) -> None:
        """Find rows that say the same as before."""
        a, b = self.earlier, self.rows
        self.take_equal(
            (mixed(a.native, a.place, a.content), mixed(b.native, b.place, b.content)),
            among=(a.native != 0, b.native != 0),
        )
        self.take_equal(
            (mixed(a.place, a.raw), mixed(b.place, b.raw)), among=(a.native == 0, b.native == 0)
        )

    def twins(self) -> None:
        """Find rows that say the same of the same place under another id."""
        a, b = self.earlier, self.rows
        self.take_equal((mixed(a.place, a.content), mixed(b.place, b.content)))
        first, second = self._place_and_sayings()
        self.take_equal(
            (mixed(a.native, first), mixed(b.native, second)), among=(a.native != 0, b.native != 0)
        )
        self.take_equal((first, second))

    def is_renumbered(self) -> bool:
        """Say whether twins are a better witness than ids.

        Rows that say the same of the same place under their own id are witnesses of neither.
        """
        first, second = self._place_and_sayings()
        open_first, open_second = self.still_open()
        own = self.same_id(self.rows.positions)
        is_neutral = np.zeros(self.rows.n, bool)
        is_neutral[own.second[first[own.first] == second[own.second]]] = True
        is_twin = np.isin(second[open_second], first[open_first]) & ~is_neutral[open_second]
        is_own = (own.distance_m <= SAME_ID_M) & ~is_neutral[own.second]
        n_twins = int(is_twin.sum())
        return n_twins > 0 and n_twins >= np.unique(own.second[is_own]).size

    def shift(self) -> Shift | None:
        """Find the way by which most rows have moved."""
        first, second = self.still_open()
        needed = self.rows.n / 2
        if second.size <= needed or second.size < LEAST_ROWS:
            return None
        pairs = self.same_id(self.rows.positions)
        place_first, place_second = _places(first, self.earlier.n), _places(second, self.rows.n)
        return common_shift(
            self.earlier.positions.take(first),
            self.rows.positions.take(second),
            same_id=Pairs(place_first[pairs.first], place_second[pairs.second], pairs.distance_m),
            order=self.row_tie[second],
            needed=needed,
        )

    def same_id_near(self, positions: Positions) -> None:
        """Find rows that have kept their id and stand nearby."""
        pairs = self.same_id(positions)
        self.take(pairs.where(pairs.distance_m <= SAME_ID_M))

    def same_id_far(self, *, agreeing: bool) -> None:
        """Find rows that have kept their id and stand elsewhere."""
        pairs = self.same_id(self.rows.positions)
        known, same, telling = self.agreement(pairs)
        if agreeing:
            self.take(pairs.where((2 * same >= known) & telling))
        else:
            self.take(pairs.where((same == known) & (pairs.distance_m <= SAME_ID_FAR_M)))

    def same_place(self, positions: Positions, radius_m: float, *, agreeing: bool) -> None:
        """Find rows that stand in the same place, those that agree best first."""
        pairs = self.near(positions, radius_m)
        known, same, _ = self.agreement(pairs)
        alike = self.earlier.content[pairs.first] == self.rows.content[pairs.second]
        if agreeing:
            chosen = alike | ((2 * same >= known) & (same > 0))
            pairs, known, same, alike = (
                pairs.where(chosen),
                known[chosen],
                same[chosen],
                alike[chosen],
            )
        cost = np.where(alike, -np.inf, _DISAGREEMENT * (known - same) - same)
        self.take(pairs, cost)
        if not agreeing:
            # Of more heads in one place than are compared, any is as good as any other.
            a, b = self.earlier, self.rows
            self.take_equal((a.place, b.place), among=(a.positions.known, b.positions.known))

    def moved(self, positions: Positions) -> None:
        """Find rows without ids that say the same of a place nearby."""
        groups = self.earlier.content, self.rows.content
        pairs = self.near(positions, MOVED_M, groups=groups)
        nameless = (self.earlier.native[pairs.first] == 0) & (self.rows.native[pairs.second] == 0)
        pairs = pairs.where(nameless)
        self.take(pairs, self.was_missing[pairs.first].astype(np.float64))

    def reused(self) -> NDArray[np.bool_]:
        """Return which rows have an id that was another camera's."""
        reused = np.zeros(self.rows.n, bool)
        reused[self.same_id(self.rows.positions).second] = True
        return reused

    def _place_and_sayings(self) -> tuple[Prints, Prints]:
        a, b = self.earlier, self.rows
        return mixed(a.place, *a.sayings.T), mixed(b.place, *b.sayings.T)


def _places(chosen: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return for each of n rows its place among those chosen."""
    places = np.full(n, -1, np.int64)
    places[chosen] = np.arange(len(chosen))
    return places
