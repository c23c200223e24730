"""Reference numbers: pairs beyond the radius whose records bear the same one.

A number of at most `features.SHORT_REF` characters is none here, and neither is one that more than
`MOST_OF_ONE_REF` records bear. How many do is nothing that concerns one place alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.blocking import Pairs
from sightlines.cameras.neighbourhood import distances_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.cameras.features import Features
    from sightlines.cameras.neighbourhood import Located

# A reference number that so many records bear distinguishes nothing.
MOST_OF_ONE_REF = 20


def long_refs(features: Features) -> NDArray[np.uint64]:
    """Return the code of each record's reference number; 0 where it is short or not known."""
    return np.where(features.short_ref, np.uint64(0), features.codes["ref"])


def pairs_of_one_ref(
    located: Located,
    ref: NDArray[np.uint64],
    limits_m: tuple[float, float],
    rows: NDArray[np.int64] | None = None,
) -> Pairs:
    """Find pairs of records of different sources that bear one reference number.

    Parameters
    ----------
    located
        The records.
    ref
        As of `long_refs`, shape (n,).
    limits_m
        Metres: only pairs further apart than the first, and not than the second.
    rows
        Only pairs with one of these rows; None means all.

    Returns
    -------
    Pairs
        Each pair once.
    """
    bearing = np.flatnonzero(ref) if rows is None else _bearing(ref, ref[rows])
    order = bearing[np.argsort(ref[bearing], kind="stable")]
    _, start, count = np.unique(ref[order], return_index=True, return_counts=True)
    kept = (count > 1) & (count <= MOST_OF_ONE_REF)
    one: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    other: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for size in np.unique(count[kept]).tolist():
        groups = order[start[kept & (count == size)][:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        one.append(groups[:, left].ravel())
        other.append(groups[:, right].ravel())
    first, second = np.concatenate(one), np.concatenate(other)
    asked = located.source[first] != located.source[second]
    if rows is not None:
        asked &= np.isin(first, rows) | np.isin(second, rows)
    first, second = first[asked], second[asked]
    distance_m = distances_m(located, first, second)
    far = (distance_m > limits_m[0]) & (distance_m <= limits_m[1])
    low, high = np.minimum(first, second)[far], np.maximum(first, second)[far]
    return Pairs(low, high, distance_m[far])


def rows_of_another_count(
    ref: NDArray[np.uint64],
    new: NDArray[np.int64],
    before: NDArray[np.uint64],
    gone: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the rows whose number has come to be borne by too many, or is no more.

    Parameters
    ----------
    ref, new
        Numbers of today as of `long_refs`, and the rows that were not there before.
    before, gone
        Numbers of before, and the rows that are not there any more.

    Returns
    -------
    array
        Rows of today.
    """
    asked = np.unique(np.concatenate([ref[new], before[gone]]))
    rows, earlier = _bearing(ref, asked), _bearing(before, asked)
    place = np.searchsorted(asked, ref[rows])
    now = np.bincount(place, minlength=len(asked))
    then = np.bincount(np.searchsorted(asked, before[earlier]), minlength=len(asked))
    crossed = (now > MOST_OF_ONE_REF) != (then > MOST_OF_ONE_REF)
    return np.asarray(rows[crossed[place]])


def _bearing(ref: NDArray[np.uint64], asked: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the rows that bear one of some numbers; 0 is none."""
    wanted = np.unique(asked[asked != 0])
    if not len(wanted):
        return np.empty(0, np.int64)
    bearing = np.flatnonzero(ref)
    found = pc.is_in(pa.array(ref[bearing]), value_set=pa.array(wanted))
    return np.asarray(bearing[found.to_numpy(zero_copy_only=False)])
