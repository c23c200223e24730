"""Neighbourhood: where records lie among each other, in the order of their Morton keys.

Around a record a square of 3 x 3 cells is looked at; each cell is one range of the sorted keys.
Beyond `POLAR_DEG`, where Web Mercator tears the ground apart, the key is that of a flat map around
the pole.

Terms
-----
rank
    Records of one key are ordered by their rank within their source, so the n-th of one source
    stands beside the n-th of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightlines.cameras.features import Features

POLAR_DEG = 85.0
_POLAR_SQUARE_DEG = 10.5
_M_PER_DEG = 111_000.0
# Cells get smaller towards the poles: the next one must still be as large as the radius.
_MARGIN_DEG = 0.05
AROUND = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


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
    rank = counted_off(begins(key, source))
    return np.asarray(whole[np.lexsort((source, rank, key))])


def begins(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of sorted rows which is the first of those that have the same in all columns."""
    first = np.ones(len(columns[0]), np.bool_)
    first[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return first


def counted_off(first: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the rows from each first one (`begins`) on, from 0."""
    at = np.arange(len(first))
    return np.asarray(at - np.maximum.accumulate(np.where(first, at, 0)))


def distances_m(
    features: Located, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how far apart pairs of rows are, in metres (their chord)."""
    one = cartesian_m(features.lon[first], features.lat[first])
    apart = one - cartesian_m(features.lon[second], features.lat[second])
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)))


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
    low = np.zeros((len(keys), len(AROUND)), np.uint64)
    high = np.zeros_like(low)
    for place, (dx, dy) in enumerate(AROUND):
        x, y = np.mod(column + dx, size), row + dy
        # On a square of one or two columns the same cell would come twice.
        valid = (y >= 0) & (y < size) & ((size > 2) | (dx == 0) | ((size == 2) & (dx == 1)))
        cell = interleave(x.astype(np.uint64), np.clip(y, 0, size - 1).astype(np.uint64))
        low[:, place] = np.where(valid, above | cell << (2 * shift), 0)
        high[:, place] = np.where(valid, above + ((cell + np.uint64(1)) << (2 * shift)), 0)
    return low, high


def looked_at(
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


def expanded(
    asked: NDArray[np.int64], low: NDArray[np.int64], count: NDArray[np.int64], near: Neighbourhood
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write out ranges as pairs of rows."""
    other = near.order[written_out(low.ravel(), count.ravel())]
    return np.repeat(asked, count.sum(axis=1)), other


def written_out(begin: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all numbers of ranges, one range after the other."""
    starts = np.cumsum(count) - count
    return np.asarray(np.arange(int(count.sum())) + np.repeat(begin - starts, count))
