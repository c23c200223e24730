"""A common shift: a source that moves everything by the same way at once.

It happens when a publisher mixes up two datums or mends such a mistake. The cameras have not moved,
so they must keep their names; and the move is worth a person's look. The way is found by a vote:
every pair of an earlier and a new position that could be one camera votes for the way between them,
and the right pairs agree where the wrong ones are scattered.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.observations.nearness import Pairs, displaced, displacements_m, neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.observations.nearness import Positions

LEAST_M = 10.0
LEAST_ROWS = 5
# Two ways are the same within this; where the source's own ids say which rows belong together, also
# within a tenth of the way, because a shift in degrees is longer in the south than in the north.
SAME_M = 2.0
_SAME_SHARE = 0.1
# The datums of a country lie a few hundred metres apart.
_SEARCHED_M = 1_000.0
_SAMPLE = 500
_CANDIDATES = 2_048
_PEAKS = 8


class Shift(NamedTuple):
    """How far east and north the new positions lie of the earlier ones, metres.

    `same_m` is how far a single row may be off.
    """

    east_m: float
    north_m: float
    same_m: float

    @property
    def length_m(self) -> float:
        """Return how far that is."""
        return math.hypot(self.east_m, self.north_m)


def common_shift(
    earlier: Positions,
    rows: Positions,
    *,
    same_id: Pairs,
    order: NDArray[np.uint64],
    needed: float,
) -> Shift | None:
    """Find the way by which most rows have moved.

    Parameters
    ----------
    earlier, rows
        Where cameras were and where they are now: only those not found again in place.
    same_id
        Pairs of them that have one native id, if any.
    order
        One number a row that depends on nothing but what it says; chooses the sample.
    needed
        More rows than this must agree.

    Returns
    -------
    Shift or None
        None where too few agree, fewer than `LEAST_ROWS`, or the way is at most `LEAST_M`.
    """
    if same_id.first.size * 2 >= rows.lon.size and same_id.first.size:
        far = same_id.where(same_id.distance_m > LEAST_M)
        way, support = _vote(earlier, rows, far, _SAME_SHARE)
    else:
        sample = np.argsort(order, kind="stable")[:_SAMPLE]
        near = neighbours(rows.take(sample), earlier, _SEARCHED_M, most=_CANDIDATES)
        asked = Pairs(near.second, sample[near.first], near.distance_m)
        way, _ = _vote(earlier, rows, asked.where(asked.distance_m > LEAST_M), 0.0)
        support = _found(earlier, displaced(rows, -way.east_m, -way.north_m))
        # Where everything stands close together, any way leads to something: so try the other one.
        if 2 * _found(earlier, displaced(rows, way.east_m, way.north_m)) >= support:
            return None
    if support <= needed or support < LEAST_ROWS or way.length_m <= LEAST_M:
        return None
    return way


def _found(earlier: Positions, rows: Positions) -> int:
    return int(np.unique(neighbours(rows, earlier, SAME_M).first).size)


def _vote(
    earlier: Positions, rows: Positions, pairs: Pairs, same_share: float
) -> tuple[Shift, int]:
    """Return the way with the most rows behind it, and how many those are."""
    ways = np.stack(displacements_m(earlier.take(pairs.first), rows.take(pairs.second)), axis=1)
    known = np.isfinite(ways).all(axis=1)
    ways, voters = ways[known], pairs.second[known]
    cells, votes = np.unique(np.floor(ways / SAME_M), axis=0, return_counts=True)
    best, most = Shift(0.0, 0.0, SAME_M), 0
    for cell in cells[np.argsort(-votes, kind="stable")[:_PEAKS]]:
        centre = (cell + 0.5) * SAME_M
        for _ in range(2):
            # The cell may cut the right ways in two: once more around the middle of what is near.
            close = np.hypot(*(ways - centre).T) <= 2 * SAME_M
            centre = ways[close].mean(axis=0) if close.any() else centre
        same_m = max(SAME_M, same_share * float(np.hypot(*centre)))
        support = np.unique(voters[np.hypot(*(ways - centre).T) <= same_m]).size
        if support > most:
            best, most = Shift(float(centre[0]), float(centre[1]), same_m), support
    return best, most
