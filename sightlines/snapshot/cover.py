"""Cover a box of grid steps with few ranges of Morton keys.

A box on the map is not one range of the Z-order curve. A quad tree that is refined only where its
cells cross the box's edge gives a bounded number of ranges, whatever the size or shape of the box.

Terms
-----
step
    A column or a row of the 2^28 grid of `geodesy.grid_steps`.
inside
    Of a range: no step of its cell touches the box's edge, so every position in it lies in the box.
    Rows of any other range must be compared with the box one by one.

References
----------
Orenstein, J. A., Manola, F. (1988): PROBE spatial data modeling and query processing in an image
database application. IEEE Transactions on Software Engineering 14, 611-629 (range decomposition).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.errors import RequestInvalidError
from sightlines.geodesy import POSITION_BITS, Bbox, grid_steps, interleave

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CROSSING_CELLS = 48


class StepBox(NamedTuple):
    """Columns and rows of the grid, first and last, both inclusive."""

    first_column: int
    last_column: int
    first_row: int
    last_row: int


class MortonRanges(NamedTuple):
    """Half-open ranges of Morton keys, ascending and disjoint; `inside` flags each."""

    starts: NDArray[np.uint64]
    stops: NDArray[np.uint64]
    inside: NDArray[np.bool_]


def longitude_spans(bbox: Bbox) -> list[tuple[float, float]]:
    """Cut a box on the map at the antimeridian.

    Parameters
    ----------
    bbox
        West, south, east, north in degrees; east below west crosses the antimeridian.

    Returns
    -------
    list of tuples
        West and east of one or two spans; positions are taken to lie in [-180, 180), a span may
        end at 180.

    Raises
    ------
    RequestInvalidError
        If the box is not one.
    """
    west, south, east, north = bbox
    west, east = (180.0 if (lon + 180.0) / 360.0 == 1.0 else lon for lon in (west, east))
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90):
        raise RequestInvalidError(
            "The box must be west, south, east, north in degrees, with south below north."
        )
    if west <= east < 180 or (west == -180 and east == 180):
        return [(west, east)]
    eastern = (-180.0, -180.0 if east == 180 else east)
    return [eastern] if west == 180 else [(west, 180.0), eastern]


def wrapped(lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes in [-180, 180), cut exactly where `geodesy.mercator` cuts them.

    Parameters
    ----------
    lon
        Degrees from -180 to 180. The last float below 180 is on the antimeridian too, because its
        column is the first one.
    """
    return np.where((lon + 180.0) / 360.0 >= 1.0, -180.0, lon)


def step_box(bbox: Bbox) -> StepBox:
    """Return the steps that a box between two meridians touches, east not below west."""
    west, south, east, north = bbox
    columns, rows = grid_steps(np.array([west, east]), np.array([north, south]))
    last_column = (1 << POSITION_BITS) - 1 if east == 180 else int(columns[1])
    return StepBox(int(columns[0]), last_column, int(rows[0]), int(rows[1]))


def cover(box: StepBox) -> MortonRanges:
    """Cover a box of steps with Morton ranges.

    Parameters
    ----------
    box
        Inclusive steps, each in [0, 2^28), first not above last.

    Returns
    -------
    MortonRanges
        At most a few hundred, that together hold every step of the box and little else.
    """
    bits = max(box.last_column - box.first_column, box.last_row - box.first_row).bit_length()
    columns, rows = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(box.first_column >> bits, (box.last_column >> bits) + 1),
            np.arange(box.first_row >> bits, (box.last_row >> bits) + 1),
        )
    )
    found: list[tuple[NDArray[np.uint64], int, bool]] = []
    while True:
        inside = _lies_inside(columns, rows, bits, box)
        found.append((_keys(columns[inside], rows[inside], bits), bits, True))
        columns, rows = columns[~inside], rows[~inside]
        if bits == 0 or len(columns) > MOST_CROSSING_CELLS:
            found.append((_keys(columns, rows, bits), bits, False))
            return _merged(found)
        bits -= 1
        columns, rows = _children(columns, rows, bits, box)


def _lies_inside(
    columns: NDArray[np.int64], rows: NDArray[np.int64], bits: int, box: StepBox
) -> NDArray[np.bool_]:
    return (
        (columns << bits > box.first_column)
        & ((columns + 1) << bits <= box.last_column)
        & (rows << bits > box.first_row)
        & ((rows + 1) << bits <= box.last_row)
    )


def _children(
    columns: NDArray[np.int64], rows: NDArray[np.int64], bits: int, box: StepBox
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    columns = (2 * columns[:, None] + np.array([0, 1, 0, 1])).ravel()
    rows = (2 * rows[:, None] + np.array([0, 0, 1, 1])).ravel()
    touched = (
        (columns >= box.first_column >> bits)
        & (columns <= box.last_column >> bits)
        & (rows >= box.first_row >> bits)
        & (rows <= box.last_row >> bits)
    )
    return columns[touched], rows[touched]


def _keys(columns: NDArray[np.int64], rows: NDArray[np.int64], bits: int) -> NDArray[np.uint64]:
    keys = interleave(columns.astype(np.uint64), rows.astype(np.uint64))
    return keys << np.uint64(2 * bits)


def _merged(found: list[tuple[NDArray[np.uint64], int, bool]]) -> MortonRanges:
    starts = np.concatenate([keys for keys, _, _ in found])
    stops = np.concatenate([keys + np.uint64(1 << 2 * bits) for keys, bits, _ in found])
    inside = np.concatenate([np.full(len(keys), flag) for keys, _, flag in found])
    order = np.argsort(starts)
    starts, stops, inside = starts[order], stops[order], inside[order]
    breaks = np.flatnonzero((starts[1:] != stops[:-1]) | (inside[1:] != inside[:-1]))
    first = np.concatenate([[0], breaks + 1])
    last = np.concatenate([breaks, [len(starts) - 1]])
    return MortonRanges(starts[first], stops[last], inside[first])
