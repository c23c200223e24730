"""Cut a tile out of the index: which cameras stand alone in it, which form clusters.

Below zoom 15 a tile is a grid of 8 x 8 cells; a cell with one record shows the camera, a cell with
more a cluster. From zoom 15 every record stands alone, unless the tile holds more than
`MOST_SINGLES`. Everything comes from the sorted keys and the running sums of the index, so a
cluster of millions costs as much as one of two.

Terms
-----
unit
    1/4096 of a tile's side, from its upper left corner (extent of a vector tile).
slot
    What a camera adds up under in a cluster: kind and operator group where it counts, else the
    last slot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.attributes import KINDS, OPERATOR_GROUPS
from sightlines.errors import RequestInvalidError
from sightlines.geodesy import POSITION_BITS, mercator
from sightlines.snapshot.index import rows_of, tile_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.snapshot.columns import Columns
    from sightlines.snapshot.index import Index, RowRanges

HIGHEST_ZOOM = 24
SINGLES_ZOOM = 15
MOST_SINGLES = 4096
EXTENT_BITS = 12
EXTENT = 1 << EXTENT_BITS
SLOTS = tuple((kind, group) for kind in KINDS for group in OPERATOR_GROUPS)
NOT_COUNTED = len(SLOTS)

_CELL_BITS = 3
_CELLS = 1 << 2 * _CELL_BITS
# Reading a key costs about a fifth of a binary search; this many rows a cell are read, not sought.
_ROWS_READ_PER_CELL = 4
# The slot of each class byte (geodesy: kind 3 bits, operator group 2, direction 1, counted 1).
_SLOT_OF_CLASS = np.array(
    [
        min((byte >> 5) * len(OPERATOR_GROUPS) + (byte >> 3 & 3), NOT_COUNTED)
        if byte & 2
        else NOT_COUNTED
        for byte in range(256)
    ]
)


class Singles(NamedTuple):
    """Records that stand alone.

    Parameters
    ----------
    rows
        Row numbers, shape (n,).
    class_bytes
        Their class bytes.
    x, y
        Units, each in [0, 4096).
    """

    rows: NDArray[np.int64]
    class_bytes: NDArray[np.uint8]
    x: NDArray[np.int64]
    y: NDArray[np.int64]


class Clusters(NamedTuple):
    """Cells with more than one record.

    Parameters
    ----------
    x, y
        Mean position of the records in units, each in [0, 4096), shape (n,).
    n_records
        Records, counted or not.
    cameras
        Sums of `camera_count`, shape (n, slots + 1): a column for each of `SLOTS`, the last for
        what is not counted.
    """

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    n_records: NDArray[np.int64]
    cameras: NDArray[np.uint64]


class TileCut(NamedTuple):
    """What a tile shows; either part is None where it has nothing of the kind."""

    singles: Singles | None
    clusters: Clusters | None


class _Runs(NamedTuple):
    """Runs of rows that share partition and cell; parallel arrays, none empty."""

    partitions: NDArray[np.int64]
    cells: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def cut_tile(index: Index, columns: Columns, z: int, x: int, y: int) -> TileCut:
    """Cut one tile.

    Parameters
    ----------
    index, columns
        Of the same snapshot.
    z, x, y
        A tile of WebMercatorQuad, z from 0 to 24.

    Returns
    -------
    TileCut
        Every record of the tile in exactly one of its parts.

    Raises
    ------
    RequestInvalidError
        If there is no such tile.
    """
    if not (0 <= z <= HIGHEST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise RequestInvalidError(
            f"There is no tile {z}/{x}/{y}: zooms go from 0 to {HIGHEST_ZOOM}, "
            "x and y from 0 to 2^zoom - 1."
        )
    ranges = index.tile_rows(z, x, y)
    lengths = ranges.stops - ranges.starts
    n_records = int(lengths.sum())
    if n_records == 0:
        return TileCut(None, None)
    if n_records == 1 or (z >= SINGLES_ZOOM and n_records <= MOST_SINGLES):
        rows = rows_of(ranges.starts, lengths)
        return TileCut(_singles(columns, rows, ranges.class_bytes.repeat(lengths), (z, x, y)), None)
    runs = _runs(index, ranges, lengths, (z, x, y))
    records = np.zeros(_CELLS, np.int64)
    np.add.at(records, runs.cells, runs.lengths)
    alone = records[runs.cells] == 1
    rows = runs.starts[alone]
    class_bytes = ranges.class_bytes[runs.partitions[alone]]
    return TileCut(
        _singles(columns, rows, class_bytes, (z, x, y)) if len(rows) else None,
        _clusters(index, ranges.class_bytes, runs, records, (z, x, y)),
    )


def _runs(
    index: Index, ranges: RowRanges, lengths: NDArray[np.int64], tile: tuple[int, int, int]
) -> _Runs:
    """Split the ranges of a tile at the borders of its cells."""
    shift = 2 * (POSITION_BITS - tile[0] - _CELL_BITS)
    if int(lengths.sum()) <= _ROWS_READ_PER_CELL * _CELLS * len(lengths):
        rows = rows_of(ranges.starts, lengths)
        cells = (index.keys.take(rows) >> np.uint64(shift)).astype(np.int64) & (_CELLS - 1)
        cells += np.arange(0, _CELLS * len(lengths), _CELLS).repeat(lengths)
        counts = np.bincount(cells, minlength=_CELLS * len(lengths)).reshape(-1, _CELLS)
        starts = ranges.starts[:, None] + counts.cumsum(axis=1) - counts
    else:
        first = tile_key(*tile)
        bounds = (first + np.arange(_CELLS + 1) * (1 << shift)).astype(np.uint64)
        edges = index.search(ranges.class_bytes, bounds)
        counts = np.diff(edges, axis=1)
        starts = edges[:, :-1]
    partitions, cells_found = counts.nonzero()
    found = partitions, cells_found
    return _Runs(partitions, cells_found, starts[found], counts[found])


def _singles(
    columns: Columns,
    rows: NDArray[np.int64],
    class_bytes: NDArray[np.uint8],
    tile: tuple[int, int, int],
) -> Singles:
    z, x, y = tile
    # Exact positions, because from zoom 17 a unit is finer than a step of the index.
    across, down = mercator(columns.lon.take(rows), columns.lat.take(rows))
    side = float(EXTENT << z)
    return Singles(
        rows,
        class_bytes,
        _clamped((across * side).astype(np.int64) - (x << EXTENT_BITS)),
        _clamped((down * side).astype(np.int64) - (y << EXTENT_BITS)),
    )


def _clusters(
    index: Index,
    class_bytes: NDArray[np.uint8],
    runs: _Runs,
    records: NDArray[np.int64],
    tile: tuple[int, int, int],
) -> Clusters | None:
    z, x, y = tile
    shown = records > 1
    n_records = records[shown]
    if len(n_records) == 0:
        return None
    sums = (
        index.sums.take(runs.starts + runs.lengths, axis=0) - index.sums.take(runs.starts, axis=0)
    ).T
    steps = np.zeros((2, _CELLS), np.uint64)
    np.add.at(steps[0], runs.cells, sums[1])
    np.add.at(steps[1], runs.cells, sums[2])
    cameras = np.zeros((_CELLS, len(SLOTS) + 1), np.uint64)
    np.add.at(cameras, (runs.cells, _SLOT_OF_CLASS[class_bytes][runs.partitions]), sums[0])
    # Whole steps of the grid: the same mean however the rows are split over partitions.
    columns, rows = (steps[:, shown] // n_records.astype(np.uint64)).astype(np.int64)
    return Clusters(
        _clamped(_units(columns, z) - (x << EXTENT_BITS)),
        _clamped(_units(rows, z) - (y << EXTENT_BITS)),
        n_records,
        cameras[shown],
    )


def _units(steps: NDArray[np.int64], z: int) -> NDArray[np.int64]:
    finer = z + EXTENT_BITS - POSITION_BITS
    return steps << finer if finer > 0 else steps >> -finer


def _clamped(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep units in the tile, for positions clamped at the poles or a damaged column."""
    return np.minimum(np.maximum(units, 0), EXTENT - 1)
