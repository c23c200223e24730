"""Density: how many records of its own source lie around each record.

Counted in the 3 x 3 cells around it, and divided by their ground: how many would be near it by
chance if it belonged to another source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sightlines.cameras.neighbourhood import cells_around, zooms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sightlines.cameras.neighbourhood import Located, Neighbourhood

DENSITY_CELL_M = 150.0
# Over so much of its edge a square may differ between two records that count each other.
_EDGE_SHARE = 0.01


@dataclass(frozen=True)
class BySource:
    """Records by source, and by key within it.

    Parameters
    ----------
    rows, keys
        Of each record.
    source
        Codes of the sources.
    ends
        Where the records of each end.
    """

    rows: NDArray[np.int64]
    keys: NDArray[np.uint64]
    source: NDArray[np.uint64]
    ends: NDArray[np.int64]

    def __iter__(self) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.uint64]]]:
        """Give the code, the rows and the keys of one source after the other."""
        begin = 0
        for code, end in zip(self.source.tolist(), self.ends.tolist(), strict=True):
            yield code, self.rows[begin:end], self.keys[begin:end]
            begin = end


@dataclass(frozen=True)
class Moves:
    """Where records have come and gone, by key.

    Parameters
    ----------
    key, square_m
        As of `block_keys`.
    source
        Codes.
    step
        1 for those that have come, -1 for those that have gone.
    """

    key: NDArray[np.uint64]
    square_m: NDArray[np.float64]
    source: NDArray[np.uint64]
    step: NDArray[np.int32]


def by_source(located: Located, near: Neighbourhood) -> BySource:
    """Sort records by source and key."""
    encoded = pa.array(located.source).dictionary_encode()
    number = encoded.indices.to_numpy()[near.order]
    n = len(encoded.dictionary)
    # Numbers of 16 bits are sorted by counting.
    order = np.argsort(number.astype(np.uint16) if n < 2**16 else number, kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=n))
    return BySource(near.order[order], near.keys[order], encoded.dictionary.to_numpy(), ends)


def n_around(
    located: Located, own: BySource, rows: NDArray[np.int64] | None = None
) -> NDArray[np.int32]:
    """Count the records of its own source around each record.

    Parameters
    ----------
    located, own
        The records.
    rows
        Of which rows; None means all.

    Returns
    -------
    array
        Itself included; shape (n,), 0 for the rows that were not asked for.
    """
    asked = np.ones(len(located), np.bool_)
    if rows is not None:
        asked[:] = False
        asked[rows] = True
    total = np.zeros(len(located), np.int32)
    for _, of_source, keys in own:
        mine = of_source if rows is None else of_source[asked[of_source]]
        zoom = zooms(located.square_m[mine], DENSITY_CELL_M)
        low, high = cells_around(located.key[mine], zoom)
        count = np.searchsorted(keys, high) - np.searchsorted(keys, low)
        total[mine] = count.sum(axis=1)
    return total


def n_around_more(located: Located, own: BySource, moves: Moves) -> NDArray[np.int32]:
    """Say by how much the count around each record has grown since some have come and gone.

    A record has a place in its cells where the place would have the record in its own; but how
    large these are, the record's latitude decides.

    Parameters
    ----------
    located, own
        The records of today.
    moves
        What is other than before.

    Returns
    -------
    array
        Shape (n,); without meaning for those that have come.
    """
    more = np.zeros(len(located), np.int32)
    shares = (1 - _EDGE_SHARE, 1 + _EDGE_SHARE)
    least, most = (zooms(moves.square_m * share, DENSITY_CELL_M) for share in shares)
    for code, rows, keys in own:
        mine = moves.source == code
        for zoom in np.unique([least[mine], most[mine]]):
            at = mine & ((least == zoom) | (most == zoom))
            low, high = cells_around(moves.key[at], np.full(int(at.sum()), zoom))
            grown = _covered(keys, low, high, moves.step[at])
            hit = np.flatnonzero(grown)
            hit = hit[zooms(located.square_m[rows[hit]], DENSITY_CELL_M) == zoom]
            more[rows[hit]] += grown[hit]
    return more


def _covered(
    keys: NDArray[np.uint64],
    low: NDArray[np.uint64],
    high: NDArray[np.uint64],
    step: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Add up for each of ascending keys the steps of the ranges, shape (n, 9), that hold it."""
    marks = np.zeros(len(keys) + 1, np.int32)
    np.add.at(marks, np.searchsorted(keys, low), step[:, None])
    np.subtract.at(marks, np.searchsorted(keys, high), step[:, None])
    return np.cumsum(marks[:-1], dtype=np.int32)


def density_per_m2(count: NDArray[np.int32], square_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how densely records of its own source lie around each record.

    Parameters
    ----------
    count
        As of `n_around`, shape (n,).
    square_m
        As of `block_keys`, shape (n,).

    Returns
    -------
    array
        Records per square metre, itself included, rounded to powers of two, so that one camera more
        in a street of many changes nothing.
    """
    edge_m = square_m / 2.0 ** zooms(square_m, DENSITY_CELL_M)
    return np.exp2(np.round(np.log2(np.maximum(count, 1) / (9.0 * edge_m**2))))
