"""Blocking: which observations are near enough to be compared at all.

Around each record a square of 3 x 3 cells is searched, whose edge is at least the radius at its
latitude, so nothing within the radius is missed (`neighbourhood`).

Terms
-----
candidate pair
    Two records of different sources within the radius, each pair once, lower row first.
beside
    Records of one key are compared only with those within `BESIDE` places, in the order of their
    ranks: ten thousand at one point are no hundred million pairs.
crowd
    More than `CROWD` records in the cells around one. Such a record is compared only with those of
    its own key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightlines.cameras.neighbourhood import (
    AROUND,
    begins,
    block_keys,
    distances_m,
    expanded,
    looked_at,
    zooms,
)
from sightlines.geodesy import POSITION_BITS, cartesian_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sightlines.cameras.neighbourhood import Located, Neighbourhood

CROWD = 2_048
BESIDE = 64
_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs: rows of `Features`, first below second, and how far they are apart."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    distance_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.first)


def candidate_pairs(
    features: Located,
    near: Neighbourhood,
    radius_m: float,
    rows: NDArray[np.int64] | None = None,
) -> Iterator[Pairs]:
    """Find pairs of records of different sources within a radius.

    Parameters
    ----------
    features, near
        The records.
    radius_m
        Metres.
    rows
        Only pairs with one of these rows; None means all.

    Yields
    ------
    Pairs
        Each pair once, in parts of bounded size.
    """
    asked = near.order if rows is None else rows[np.argsort(near.place[rows])]
    among = np.zeros(len(features), np.bool_)
    among[asked] = True
    zoom = zooms(features.square_m[asked], radius_m)
    low, count = looked_at(features.key[asked], zoom, near.keys)
    crowded = np.zeros(len(features), np.bool_)
    crowded[asked] = count.sum(axis=1) > CROWD
    _narrow(features, near, asked, crowded, (low, count))
    starts = np.concatenate([[0], np.cumsum(count.sum(axis=1))])
    begin = 0
    while begin < len(asked):
        end = max(begin + 1, int(np.searchsorted(starts, starts[begin] + _AT_ONCE, "right")) - 1)
        part = slice(begin, end)
        one, other = expanded(asked[part], low[part], count[part], near)
        # A pair of two rows that were both asked for is found from both sides.
        kept = (features.source[one] != features.source[other]) & ((one < other) | ~among[other])
        one, other, distance_m = _within(features, one[kept], other[kept], radius_m)
        further = np.unique(other[~among[other]])
        if may_crowd(near.keys, zooms(features.square_m[further], radius_m)):
            crowded[further] = crowd_sizes(features, further, radius_m, near.keys) > CROWD
        lost = np.where(
            features.key[one] == features.key[other],
            np.abs(near.place[one] - near.place[other]) > BESIDE,
            crowded[one] | crowded[other],
        )
        one, other = one[~lost], other[~lost]
        yield Pairs(np.minimum(one, other), np.maximum(one, other), distance_m[~lost])
        begin = end


def nearest_m(
    features: Located,
    near: Neighbourhood,
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
    radius_m: float,
    *,
    without: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float64]]:
    """Find the nearest record of each source around some places.

    Parameters
    ----------
    features, near
        The records.
    at
        Longitudes and latitudes of the places, degrees, shape (n,).
    radius_m
        How far to look.
    without
        For each place a row that is left out; None for none.

    Returns
    -------
    tuple of three arrays
        Place, source and metres, one element for each place and source with a record so near. In a
        crowd some are not looked at.
    """
    keys, square_m = block_keys(*at)
    low, count = looked_at(keys, zooms(square_m, radius_m), near.keys)
    count = np.minimum(count, CROWD // len(AROUND))
    place, other = expanded(np.arange(len(keys)), low, count, near)
    if without is not None:
        kept = without[place] != other
        place, other = place[kept], other[kept]
    one = cartesian_m(at[0][place], at[1][place])
    apart = one - cartesian_m(features.lon[other], features.lat[other])
    distance_m = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    within = np.flatnonzero(distance_m <= radius_m)
    source = features.source[other]
    order = within[np.lexsort((distance_m[within], source[within], place[within]))]
    best = order[begins(place[order], source[order])]
    return place[best], source[best], distance_m[best]


def crowd_sizes(
    features: Located, rows: NDArray[np.int64], radius_m: float, keys: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """Count keys in the cells around some rows.

    Parameters
    ----------
    features, rows
        The records, and which of them.
    radius_m
        That of the search.
    keys
        Ascending.

    Returns
    -------
    array
        One count a row.
    """
    zoom = zooms(features.square_m[rows], radius_m)
    count: NDArray[np.int64] = looked_at(features.key[rows], zoom, keys)[1].sum(axis=1)
    return count


def crowds_around(
    keys: NDArray[np.uint64],
    gone: NDArray[np.uint64],
    square_m: NDArray[np.float64],
    near: Neighbourhood,
    radius_m: float,
) -> NDArray[np.int64]:
    """Return the rows that records at some keys may bring into a crowd, or keep in one.

    Parameters
    ----------
    keys, square_m
        As of `block_keys`: where records have come or gone.
    gone
        The keys of those that have gone, ascending.
    near
        The records.
    radius_m
        That of the search.

    Returns
    -------
    array
        Rows, each once.
    """
    # One zoom coarser: whoever looks here may stand where cells are a step larger.
    zoom = np.maximum(zooms(square_m, radius_m) - 1, 0)
    ever = np.insert(near.keys, np.searchsorted(near.keys, gone), gone)
    if not may_crowd(ever, zoom):
        return np.empty(0, np.int64)
    low, count = looked_at(keys, zoom, near.keys)
    full = count.sum(axis=1) + looked_at(keys, zoom, gone)[1].sum(axis=1) > CROWD
    marks = np.zeros(len(near.keys) + 1, np.int64)
    np.add.at(marks, low[full].ravel(), 1)
    np.add.at(marks, (low + count)[full].ravel(), -1)
    return near.order[np.cumsum(marks[:-1]) > 0]


def may_crowd(ascending: NDArray[np.uint64], zoom: NDArray[np.int64]) -> bool:
    """Say whether anywhere a cell of these zooms may hold its share of a crowd, at the least.

    Parameters
    ----------
    ascending
        Keys.
    zoom
        Those that cells are looked at with.
    """
    share = CROWD // len(AROUND)
    if not len(zoom) or len(ascending) <= share:
        return False
    # Keys of one cell differ by less than its size.
    cell = np.uint64(1) << np.uint64(2 * (POSITION_BITS - int(zoom.min())))
    return bool((ascending[share:] - ascending[:-share]).min() < cell)


def at_full_keys(
    keys: NDArray[np.uint64], gone: NDArray[np.uint64], near: Neighbourhood
) -> NDArray[np.int64]:
    """Return the rows at some keys that hold, or held, more than are compared with each other.

    Parameters
    ----------
    keys
        Where records have come or gone.
    gone
        The keys of those that have gone, ascending.
    near
        The records.

    Returns
    -------
    array
        Rows.
    """
    asked = np.unique(keys)
    begin, end = (np.searchsorted(near.keys, asked, side) for side in ("left", "right"))
    before = np.searchsorted(gone, asked, "right") - np.searchsorted(gone, asked, "left")
    full = end - begin + before > BESIDE
    parts = [near.order[a:b] for a, b in zip(begin[full], end[full], strict=True)]
    return np.concatenate([np.empty(0, np.int64), *parts])


def _narrow(
    features: Located,
    near: Neighbourhood,
    asked: NDArray[np.int64],
    crowded: NDArray[np.bool_],
    ranges: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """Let rows in a crowd look only at those beside them."""
    at = np.flatnonzero(crowded[asked])
    if not len(at):
        return
    low, count = ranges
    place, key = near.place[asked[at]], features.key[asked[at]]
    begin = np.maximum(np.searchsorted(near.keys, key, "left"), place - BESIDE)
    end = np.minimum(np.searchsorted(near.keys, key, "right"), place + BESIDE + 1)
    low[at], count[at] = 0, 0
    low[at, 0], count[at, 0] = begin, end - begin


def _within(
    features: Located, one: NDArray[np.int64], other: NDArray[np.int64], radius_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Keep pairs within the radius; return them with their distances in metres."""
    distance_m = distances_m(features, one, other)
    kept = distance_m <= radius_m
    return one[kept], other[kept], distance_m[kept]
