"""The file of the Morton index: how it is laid out, written and checked.

Little-endian. A header of 4,096 bytes: `SLIX`, version (uint32), number of rows n (uint64), number
of partitions (uint64), then for each partition its class byte, first row and row after the last
(uint64 each); zeros. Then the keys, uint64[n]; then the sums, uint64[n + 1, 3]: camera count,
column, row, each summed over all rows before.

Whether the keys are ascending all through is not looked at again on opening: the manifest's digest
vouches for the content, and no order of keys makes a reader leave the file.
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.attributes import KINDS, OPERATOR_GROUPS
from sightlines.errors import SnapshotBrokenError
from sightlines.geodesy import CLASS_SHIFT, POSITION_BITS, deinterleave

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MAGIC = b"SLIX"
VERSION = 1
HEADER_BYTES = 4096
_LEAD = struct.Struct("<4sIQQ")
_SUMS = 3
_ROWS_AT_ONCE = 1 << 20
_MORTON_MASK = np.uint64((1 << 2 * POSITION_BITS) - 1)


class IndexArrays(NamedTuple):
    """What the file holds.

    Parameters
    ----------
    keys
        uint64, shape (n,), ascending.
    sums
        uint64, shape (n + 1, 3): camera count, column and row, summed over the rows before.
    partitions
        uint64, shape (p, 3): class byte, first row, row after the last; ascending.
    """

    keys: NDArray[np.uint64]
    sums: NDArray[np.uint64]
    partitions: NDArray[np.uint64]


def write_index(path: Path, keys: NDArray[np.uint64], weights: NDArray[np.integer]) -> None:
    """Write an index.

    Parameters
    ----------
    path
        The file to write; an older one is overwritten.
    keys
        As `index_keys` makes them, shape (n,), ascending.
    weights
        The `camera_count` of each row, shape (n,), from 0 to 2^32.

    Raises
    ------
    ValueError
        If the keys are not ascending, the lengths differ or a weight is out of range.
    """
    if len(keys) != len(weights) or np.any(keys[1:] < keys[:-1]):
        raise ValueError("keys must be ascending and as many as weights")
    if len(weights) and not 0 <= int(weights.min()) <= int(weights.max()) <= 1 << 32:
        raise ValueError("a weight must be from 0 to 2^32")
    table = _partition_table(keys)
    head = _LEAD.pack(MAGIC, VERSION, len(keys), len(table)) + table.tobytes()
    total = np.zeros((1, _SUMS), np.uint64)
    with path.open("wb") as file:
        file.write(head.ljust(HEADER_BYTES, b"\0"))
        file.write(keys.astype("<u8", copy=False).data)
        file.write(total.astype("<u8").tobytes())
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            columns, rows = deinterleave(keys[part] & _MORTON_MASK)
            values = np.column_stack([weights[part].astype(np.uint64), columns, rows])
            sums = total + np.cumsum(values, axis=0)
            file.write(sums.astype("<u8", copy=False).tobytes())
            total = sums[-1:]


def _partition_table(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    edges = [int(np.searchsorted(keys, np.uint64(byte << 56))) for byte in range(256)]
    edges.append(len(keys))
    rows = [(byte, *edges[byte : byte + 2]) for byte in range(256) if edges[byte] < edges[byte + 1]]
    return np.array(rows, "<u8").reshape(-1, 3)


def read_index(path: Path) -> IndexArrays:
    """Map the file of an index into memory.

    Parameters
    ----------
    path
        A file of `write_index`.

    Returns
    -------
    IndexArrays
        Read-only; the file stays mapped as long as they live.

    Raises
    ------
    SnapshotBrokenError
        If the file is missing, cut off, of another version or contradicts itself.
    """
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as reason:
        raise SnapshotBrokenError(f"The index cannot be opened: {reason}.") from reason
    n_rows, partitions = _read_header(content)
    keys = np.frombuffer(content, "<u8", n_rows, HEADER_BYTES)
    sums = np.frombuffer(content, "<u8", (n_rows + 1) * _SUMS, HEADER_BYTES + 8 * n_rows)
    _check_partitions(partitions, keys)
    return IndexArrays(keys, sums.reshape(-1, _SUMS), partitions)


def _read_header(content: mmap.mmap) -> tuple[int, NDArray[np.uint64]]:
    if len(content) < HEADER_BYTES:
        raise SnapshotBrokenError("The index is cut off: publish again.")
    magic, version, n_rows, n_partitions = _LEAD.unpack_from(content)
    if magic != MAGIC:
        raise SnapshotBrokenError("The index is not a Sightlines index: publish again.")
    if version != VERSION:
        raise SnapshotBrokenError(
            f"The index has version {version}, this program reads {VERSION}: publish again."
        )
    if len(content) != HEADER_BYTES + 8 * n_rows + 8 * _SUMS * (n_rows + 1):
        raise SnapshotBrokenError("The index is shorter or longer than it says: publish again.")
    if n_partitions > (HEADER_BYTES - _LEAD.size) // 24:
        raise SnapshotBrokenError("The index names more classes than there are: publish again.")
    table = np.frombuffer(content, "<u8", 3 * n_partitions, _LEAD.size)
    return n_rows, table.reshape(-1, 3)


def _check_partitions(table: NDArray[np.uint64], keys: NDArray[np.uint64]) -> None:
    """Refuse a table that does not cut all rows into runs of one known class byte each."""
    edges = np.concatenate([[0], table[:, 2]]).astype(np.uint64)
    whole = bool(
        edges[-1] == len(keys)
        and np.array_equal(edges[:-1], table[:, 1])
        and np.all(edges[1:] > edges[:-1])
        and np.all(table[1:, 0] > table[:-1, 0])
        and all(_is_class_byte(byte) for byte in table[:, 0].tolist())
    )
    # The edges are known to lie in the file only now, so the keys are looked at last.
    if not whole or not all(
        np.array_equal(keys[rows.astype(np.int64)] >> CLASS_SHIFT, table[:, 0])
        for rows in (table[:, 1], table[:, 2] - np.uint64(1))
    ):
        raise SnapshotBrokenError("The classes of the index contradict its rows: publish again.")


def _is_class_byte(byte: int) -> bool:
    known = byte >> 5 < len(KINDS) and (byte >> 3) & 3 < len(OPERATOR_GROUPS)
    return byte < 256 and known and byte & 1 == 0
