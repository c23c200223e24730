"""The Morton index: one memory-mapped file in which any tile is two binary searches a class.

The rows of a snapshot are sorted by `key = class byte << 56 | Morton key`; the row number in the
index is the row of the table. Beside the keys stand running sums of the rows' camera counts and of
their columns and rows on the 2^28 grid, so that the number of cameras in any range of rows, and
their mean position, are a difference of two records: clusters of any zoom need no stored pyramid
and no pass over their rows.

Terms
-----
partition
    The rows of one class byte.
bound
    A Morton key at which a range begins or ends, from 0 to 2^56 inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.geodesy import CLASS_SHIFT, POSITION_BITS, Bbox, morton_keys
from sightlines.snapshot.cover import cover, longitude_spans, step_box, wrapped
from sightlines.snapshot.index_file import read_index

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray


class Partition(NamedTuple):
    """The rows [start, stop) of one class byte, or a part of them."""

    class_byte: int
    start: int
    stop: int


class RowRanges(NamedTuple):
    """Ranges [start, stop) of rows, none empty, one at most for each class byte, ascending."""

    class_bytes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


def index_keys(
    lon: NDArray[np.float64], lat: NDArray[np.float64], class_byte: NDArray[np.uint8]
) -> NDArray[np.uint64]:
    """Compute the keys that the rows of a snapshot are sorted by.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,), finite.
    class_byte
        As `geodesy.class_bytes` packs it, shape (n,).

    Returns
    -------
    array of uint64
        Shape (n,), in the order of the input.
    """
    return (class_byte.astype(np.uint64) << CLASS_SHIFT) | morton_keys(lon, lat)


def index_order(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    class_byte: NDArray[np.uint8],
    tie_break: NDArray[np.bytes_],
) -> NDArray[np.int64]:
    """Find the order in which a snapshot keeps its rows.

    Parameters
    ----------
    lon, lat, class_byte
        As for `index_keys`.
    tie_break
        Camera ids as fixed bytes, shape (n,), all different; they order rows of the same key.

    Returns
    -------
    array of int64
        The permutation: row i of the snapshot is row `order[i]` of the input.
    """
    keys = index_keys(lon, lat, class_byte)
    order = np.argsort(keys)
    keys = keys[order]
    same = keys[1:] == keys[:-1]
    tied = np.flatnonzero(np.concatenate([same, [False]]) | np.concatenate([[False], same]))
    if len(tied):
        rows = order[tied]
        order[tied] = rows[np.lexsort((tie_break[rows], keys[tied]))]
    return order


@dataclass(frozen=True, eq=False)
class Index:
    """A snapshot's index, opened for reading; any number of threads may share it.

    Parameters
    ----------
    keys
        Shape (n,), ascending.
    sums
        Shape (n + 1, 3): camera count, column and row on the grid, summed over the rows before.
    class_bytes, starts, stops
        The partitions, ascending.
    """

    keys: NDArray[np.uint64]
    sums: NDArray[np.uint64]
    class_bytes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    @classmethod
    def open(cls, path: Path) -> Index:
        """Map an index into memory.

        Parameters
        ----------
        path
            A file of `write_index`.

        Returns
        -------
        Index
            The file stays mapped as long as it lives.

        Raises
        ------
        SnapshotBrokenError
            If the file is missing, cut off, of another version or contradicts itself.
        """
        keys, sums, partitions = read_index(path)
        class_bytes = partitions[:, 0].astype(np.uint8)
        starts, stops = partitions[:, 1:].astype(np.int64).T
        return cls(keys, sums, class_bytes, starts, stops)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def partitions(self) -> list[Partition]:
        """Return the rows of each class byte that has any, ascending."""
        columns = (self.class_bytes.tolist(), self.starts.tolist(), self.stops.tolist())
        return [Partition(*row) for row in zip(*columns, strict=True)]

    def search(
        self, class_bytes: NDArray[np.uint8], bounds: NDArray[np.uint64]
    ) -> NDArray[np.int64]:
        """Find where bounds fall in partitions.

        Parameters
        ----------
        class_bytes
            The partitions, shape (p,), ascending.
        bounds
            Shape (b,), ascending.

        Returns
        -------
        array of int64
            Shape (p, b): the first row of the partition whose Morton key is not below the bound.
        """
        wanted = (class_bytes.astype(np.uint64) << CLASS_SHIFT)[:, None] + bounds
        return self.keys.searchsorted(wanted.ravel()).reshape(wanted.shape)

    def tile_rows(self, z: int, x: int, y: int) -> RowRanges:
        """Find the rows of a tile as arrays: two binary searches a partition.

        Parameters
        ----------
        z, x, y
            A tile of WebMercatorQuad, z at most 28.

        Returns
        -------
        RowRanges
            One range for each class byte that has rows there.
        """
        start = tile_key(z, x, y)
        bounds = np.array([start, start + tile_span(z)], np.uint64)
        edges = self.search(self.class_bytes, bounds)
        found = edges[:, 0] < edges[:, 1]
        return RowRanges(self.class_bytes[found], edges[found, 0], edges[found, 1])

    def tile_ranges(
        self, z: int, x: int, y: int, classes: Collection[int] | None = None
    ) -> list[Partition]:
        """List the rows of a tile.

        Parameters
        ----------
        z, x, y
            A tile of WebMercatorQuad, z at most 28.
        classes
            Class bytes to keep; absence means all.

        Returns
        -------
        list of Partition
            Ranges that are not empty, ascending.
        """
        columns = (part.tolist() for part in self.tile_rows(z, x, y))
        ranges = [Partition(*row) for row in zip(*columns, strict=True)]
        return [row for row in ranges if classes is None or row.class_byte in classes]

    def class_of(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the class byte of each of some rows, which must be rows of the index."""
        return self.class_bytes[self.stops.searchsorted(rows, side="right")]

    def weight(self, start: int, stop: int) -> int:
        """Return the sum of `camera_count` over the rows [start, stop)."""
        return int(self.sums[stop, 0]) - int(self.sums[start, 0])

    def bbox_rows(
        self, bbox: Bbox, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Find the rows whose exact position lies in a box, edges included.

        Parameters
        ----------
        bbox
            West, south, east, north in degrees, longitudes from -180 to 180, latitudes from -90 to
            90; east below west crosses the antimeridian. 180 and -180 are one meridian.
        lon, lat
            The rows' exact positions, shape (n,), degrees; they decide, so the poles, where keys
            are clamped, are no exception.

        Returns
        -------
        array of int64
            Row numbers, ascending.

        Raises
        ------
        RequestInvalidError
            If the box is not one.
        """
        spans = longitude_spans(bbox)
        found = [self._span_rows((west, bbox[1], east, bbox[3]), lon, lat) for west, east in spans]
        return found[0] if len(found) == 1 else np.unique(np.concatenate(found))

    def _span_rows(
        self, bbox: Bbox, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        west, south, east, north = bbox
        ranges = cover(step_box(bbox))
        bounds = np.column_stack([ranges.starts, ranges.stops]).ravel()
        edges = self.search(self.class_bytes, bounds).reshape(-1, 2)
        lengths = edges[:, 1] - edges[:, 0]
        rows = rows_of(edges[:, 0], lengths)
        keep = np.repeat(np.tile(ranges.inside, len(self.class_bytes)), lengths)
        doubtful = np.flatnonzero(~keep)
        at = rows[doubtful]
        at_lon, at_lat = wrapped(lon[at]), lat[at]
        keep[doubtful] = (at_lon >= west) & (at_lon <= east) & (at_lat >= south) & (at_lat <= north)
        return rows[keep]


def tile_key(z: int, x: int, y: int) -> int:
    """Return the first Morton key of a tile of WebMercatorQuad, z at most 28."""
    # Binary digits read to the base of 4 are spread, as `geodesy.interleave` spreads arrays.
    prefix = int(f"{x:b}", 4) | int(f"{y:b}", 4) << 1
    return prefix << 2 * (POSITION_BITS - z)


def tile_span(z: int) -> int:
    """Return the number of Morton keys in a tile of zoom z, at most 28."""
    return 1 << 2 * (POSITION_BITS - z)


def rows_of(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the rows of ranges one after the other.

    Parameters
    ----------
    starts, lengths
        First row and number of rows of each range, shape (r,).

    Returns
    -------
    array of int64
        Shape (sum of lengths,).
    """
    ends = lengths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - ends + lengths, lengths) + np.arange(total)
