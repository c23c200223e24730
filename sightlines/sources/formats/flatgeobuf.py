"""How many features a FlatGeobuf file really holds: GDAL believes its header and stops early.

References
----------
FlatGeobuf specification 3.0 (https://flatgeobuf.org) and its header.fbs; packed Hilbert R-tree of
40 bytes a node. FlatBuffers binary format: a table's fields are found through its vtable.
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"fgb\x03fgb"
DAMAGED = "The FlatGeobuf file is cut off or damaged: save it again."
_MAGIC_BYTES = 8
_FEATURES_COUNT = 8
_INDEX_NODE_SIZE = 9
_USUAL_NODE_SIZE = 16
_NODE_BYTES = 40


def check_features(path: Path) -> None:
    """Count the features of a file and compare them with its header.

    Parameters
    ----------
    path
        A FlatGeobuf file.

    Raises
    ------
    SourceRefusedError
        If the header states another number, or the file ends within a feature.
    """
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        try:
            stated, start = _header(whole)
            counted = _count(whole, start)
        except (struct.error, IndexError) as reason:
            raise SourceRefusedError(DAMAGED) from reason
    if stated and stated != counted:
        raise SourceRefusedError(
            f"The FlatGeobuf file says that it holds {stated} features, but holds {counted}: "
            "save it again."
        )


def _header(whole: mmap.mmap) -> tuple[int, int]:
    """Return the number of features as stated, and where the first begins."""
    (header_bytes,) = struct.unpack_from("<I", whole, _MAGIC_BYTES)
    base = _MAGIC_BYTES + 4
    table = base + struct.unpack_from("<I", whole, base)[0]
    fields = table - struct.unpack_from("<i", whole, table)[0]
    stated = _field(whole, table, fields, _FEATURES_COUNT, "<Q") or 0
    node_size = _field(whole, table, fields, _INDEX_NODE_SIZE, "<H")
    node_size = _USUAL_NODE_SIZE if node_size is None else node_size
    return stated, base + header_bytes + _index_bytes(stated, node_size)


def _field(whole: mmap.mmap, table: int, fields: int, number: int, layout: str) -> int | None:
    """Return a number of a FlatBuffers table; None where it is left out."""
    at = 4 + 2 * number
    if at >= struct.unpack_from("<H", whole, fields)[0]:
        return None
    offset = struct.unpack_from("<H", whole, fields + at)[0]
    return None if offset == 0 else int(struct.unpack_from(layout, whole, table + offset)[0])


def _index_bytes(n: int, node_size: int) -> int:
    if n == 0 or node_size < 2:
        return 0
    nodes = n
    while n > 1:
        n = -(-n // node_size)
        nodes += n
    return _NODE_BYTES * (nodes if nodes > 1 else 2)


def _count(whole: mmap.mmap, at: int) -> int:
    counted = 0
    while at < len(whole):
        at += 4 + struct.unpack_from("<I", whole, at)[0]
        counted += 1
    if at > len(whole):
        raise SourceRefusedError(DAMAGED)
    return counted
