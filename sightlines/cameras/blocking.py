"""Blocking: which observations are near enough to be compared at all, found on Morton keys.

Records are sorted once by Morton key. Around each a square of 3 x 3 cells is searched, whose edge
is at least the radius at its latitude, so nothing within the radius is missed; each cell is one
range of the sorted keys. Beyond `POLAR_DEG`, where Web Mercator tears the ground apart, the key is
that of a flat map around the pole.

Terms
-----
candidate pair
    Two records of different sources within the radius, each pair once, lower row first.
beside
    Records of one key are ordered by their rank within their source, so the n-th of one source
    stands beside the n-th of the other, and compared only with those within `BESIDE` places: ten
    thousand at one point are no hundred million pairs.
crowd
    More than `CROWD` records in the cells around one. Such a record is compared only with those of
    its own key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightlines.geodesy import (
    MERCATOR_CIRCUMFERENCE_M,
    POSITION_BITS,
    cartesian_m,
    deinterleave,
    interleave,
    morton_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from sightlines.cameras.features import Features

CROWD = 2_048
BESIDE = 64
POLAR_DEG = 85.0
_POLAR_SQUARE_DEG = 10.5
_M_PER_DEG = 111_000.0
_AT_ONCE = 4_000_000
# Cells get smaller towards the poles: the next one must still be as large as the radius.
_MARGIN_DEG = 0.05
_AROUND = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


@dataclass(frozen=True, eq=False)
class Located:
    """Records with a position, one element each of arrays of one length, by subject.

    Parameters
    ----------
    subject
        16 ASCII characters, ascending.
    source
        Code of the source's id.
    key, square_m
        As of `block_keys`.
    lon, lat
        WGS 84 degrees.
    """

    subject: NDArray[np.bytes_]
    source: NDArray[np.uint64]
    key: NDArray[np.uint64]
    square_m: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.subject)


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs: rows of `Features`, first below second, and how far they are apart."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    distance_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Neighbourhood:
    """Records in the order of their keys.

    Parameters
    ----------
    order
        Row of each place.
    place
        Place of each row.
    keys
        Ascending.
    """

    order: NDArray[np.int64]
    place: NDArray[np.int64]
    keys: NDArray[np.uint64]


def block_keys(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Return the keys that blocking sorts by.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,), WGS 84.

    Returns
    -------
    tuple of two arrays
        The key, whose lower 56 bits are a Morton key; and the least edge in metres, on the ground
        near that place, of the whole square that the key divides.
    """
    keys = morton_keys(lon, lat)
    margin = np.minimum(np.abs(lat) + _MARGIN_DEG, 90.0)
    square_m = MERCATOR_CIRCUMFERENCE_M * np.cos(np.radians(margin))
    polar = np.abs(lat) > POLAR_DEG
    if polar.any():
        radius = (90.0 - np.abs(lat[polar])) / _POLAR_SQUARE_DEG
        angle = np.radians(lon[polar])
        steps = float(1 << POSITION_BITS)
        column = ((0.5 + radius * np.cos(angle)) * steps).astype(np.uint64)
        row = ((0.5 + radius * np.sin(angle)) * steps).astype(np.uint64)
        pole = np.where(lat[polar] > 0, np.uint64(1), np.uint64(2))
        keys[polar] = interleave(column, row) | pole << np.uint64(2 * POSITION_BITS)
        square_m[polar] = _POLAR_SQUARE_DEG * _M_PER_DEG
    return keys, square_m


def neighbourhood(features: Features) -> Neighbourhood:
    """Sort records by key; those at one position by rank within their source."""
    order = np.argsort(features.key, kind="stable")
    keys = features.key[order]
    shared = np.zeros(len(order), np.bool_)
    shared[1:] = keys[1:] == keys[:-1]
    shared[:-1] |= shared[1:]
    order[shared] = order[shared][_ranked(features, order[shared])]
    return _placed(order, keys)


def neighbourhood_with(
    located: Located,
    standing: NDArray[np.int64],
    keys: NDArray[np.uint64],
    new: NDArray[np.int64],
    features_of_rows: Callable[[NDArray[np.int64]], Features],
) -> Neighbourhood:
    """Sort records by key where most of them are sorted already.

    Parameters
    ----------
    located
        The records.
    standing
        All rows but the new ones, in the order that they had with those that are gone.
    keys
        Where rows are new or gone.
    new
        Rows.
    features_of_rows
        Called once, with the rows that are not alone at one of these keys, ascending.

    Returns
    -------
    Neighbourhood
        As `neighbourhood` finds it.
    """
    new = new[np.argsort(located.key[new], kind="stable")]
    ascending = located.key[standing]
    place = np.searchsorted(ascending, located.key[new])
    order = np.insert(standing, place, new)
    ascending = np.insert(ascending, place, located.key[new])
    asked = np.unique(keys)
    begin, end = (np.searchsorted(ascending, asked, side) for side in ("left", "right"))
    many = end - begin > 1
    at = written_out(begin[many], (end - begin)[many])
    rows = np.sort(order[at])
    features = features_of_rows(rows)
    order[at] = rows[_ranked(features, np.arange(len(rows)))]
    return _placed(order, ascending)


def _placed(order: NDArray[np.int64], keys: NDArray[np.uint64]) -> Neighbourhood:
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Neighbourhood(order, place, keys)


def _ranked(features: Features, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order by key, rank within the source, and source of rows that share their key."""
    key, source = features.key[rows], features.source[rows]
    whole = np.lexsort((features.fingerprint[rows], source, key))
    key, source = key[whole], source[whole]
    fresh = np.ones(len(whole), np.bool_)
    fresh[1:] = (key[1:] != key[:-1]) | (source[1:] != source[:-1])
    at = np.arange(len(whole))
    rank = at - np.maximum.accumulate(np.where(fresh, at, 0))
    return np.asarray(whole[np.lexsort((source, rank, key))])


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
    low, count = _looked_at(features.key[asked], zoom, near.keys)
    crowded = np.zeros(len(features), np.bool_)
    crowded[asked] = count.sum(axis=1) > CROWD
    _narrow(features, near, asked, crowded, (low, count))
    starts = np.concatenate([[0], np.cumsum(count.sum(axis=1))])
    begin = 0
    while begin < len(asked):
        end = max(begin + 1, int(np.searchsorted(starts, starts[begin] + _AT_ONCE, "right")) - 1)
        part = slice(begin, end)
        one, other = _expanded(asked[part], low[part], count[part], near)
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


def distances_m(
    features: Located, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how far apart pairs of rows are, in metres (their chord)."""
    one = cartesian_m(features.lon[first], features.lat[first])
    apart = one - cartesian_m(features.lon[second], features.lat[second])
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)))


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
    low, count = _looked_at(keys, zooms(square_m, radius_m), near.keys)
    count = np.minimum(count, CROWD // len(_AROUND))
    place, other = _expanded(np.arange(len(keys)), low, count, near)
    if without is not None:
        kept = without[place] != other
        place, other = place[kept], other[kept]
    one = cartesian_m(at[0][place], at[1][place])
    apart = one - cartesian_m(features.lon[other], features.lat[other])
    distance_m = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    within = np.flatnonzero(distance_m <= radius_m)
    source = features.source[other]
    order = within[np.lexsort((distance_m[within], source[within], place[within]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = (place[order][1:] != place[order][:-1]) | (source[order][1:] != source[order][:-1])
    best = order[first]
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
    count: NDArray[np.int64] = _looked_at(features.key[rows], zoom, keys)[1].sum(axis=1)
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
    low, count = _looked_at(keys, zoom, near.keys)
    full = count.sum(axis=1) + _looked_at(keys, zoom, gone)[1].sum(axis=1) > CROWD
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
    share = CROWD // len(_AROUND)
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


def zooms(square_m: NDArray[np.float64], edge_m: float) -> NDArray[np.int64]:
    """Return the highest zoom whose cells have at least this edge."""
    zoom = np.floor(np.log2(np.maximum(square_m / edge_m, 1.0)))
    return np.minimum(zoom, POSITION_BITS).astype(np.int64)


def cells_around(
    keys: NDArray[np.uint64], zoom: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the ranges of keys of the 3 x 3 cells around each key, shape (n, 9); empty if none."""
    shift = (POSITION_BITS - zoom).astype(np.uint64)
    above = keys >> np.uint64(2 * POSITION_BITS) << np.uint64(2 * POSITION_BITS)
    column, row = deinterleave(keys - above)
    column, row = (column >> shift).astype(np.int64), (row >> shift).astype(np.int64)
    size = np.int64(1) << zoom
    low = np.zeros((len(keys), len(_AROUND)), np.uint64)
    high = np.zeros_like(low)
    for place, (dx, dy) in enumerate(_AROUND):
        x, y = np.mod(column + dx, size), row + dy
        # On a square of one or two columns the same cell would come twice.
        valid = (y >= 0) & (y < size) & ((size > 2) | (dx == 0) | ((size == 2) & (dx == 1)))
        cell = interleave(x.astype(np.uint64), np.clip(y, 0, size - 1).astype(np.uint64))
        low[:, place] = np.where(valid, above | cell << (2 * shift), 0)
        high[:, place] = np.where(valid, above + ((cell + np.uint64(1)) << (2 * shift)), 0)
    return low, high


def _looked_at(
    keys: NDArray[np.uint64], zoom: NDArray[np.int64], ascending: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first place and number of places among keys of each of 9 cells, shape (n, 9)."""
    # Neighbours are found near each other: in their order it is several times as fast.
    order = np.argsort(keys)
    low, high = cells_around(keys[order], zoom[order])
    begin = np.searchsorted(ascending, low)
    found = np.empty((2, *begin.shape), np.int64)
    found[:, order] = begin, np.searchsorted(ascending, high) - begin
    return found[0], found[1]


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


def _expanded(
    asked: NDArray[np.int64], low: NDArray[np.int64], count: NDArray[np.int64], near: Neighbourhood
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write out ranges as pairs of rows."""
    other = near.order[written_out(low.ravel(), count.ravel())]
    return np.repeat(asked, count.sum(axis=1)), other


def written_out(begin: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all numbers of ranges, one range after the other."""
    starts = np.cumsum(count) - count
    return np.asarray(np.arange(int(count.sum())) + np.repeat(begin - starts, count))


def _within(
    features: Located, one: NDArray[np.int64], other: NDArray[np.int64], radius_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Keep pairs within the radius; return them with their distances in metres."""
    distance_m = distances_m(features, one, other)
    kept = distance_m <= radius_m
    return one[kept], other[kept], distance_m[kept]
