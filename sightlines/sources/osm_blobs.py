"""The frame of an OpenStreetMap PBF file: whether it is one, and whether it is whole.

libosmium takes a file that ends in the middle of a blob's header for one that ends there. Walking
from blob to blob finds every cut but one exactly between two blobs, which nothing in the format
gives away.

References
----------
OpenStreetMap wiki, PBF Format, "File format": a blob is preceded by the length of its header (4
bytes, big-endian, below 64 KiB) and the header: 1 = type, 2 = indexdata, 3 = datasize (below
32 MiB).
Protocol Buffers, "Encoding".
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

HEAD_BYTES = 64
_LARGEST_HEADER = 64 * 1024
_LARGEST_BLOB = 32 * 1024 * 1024
_HEADER_TYPE = b"OSMHeader"
_DATASIZE = 3


def is_osm_pbf(head: bytes) -> bool:
    """Say whether a file that starts so is an OpenStreetMap PBF file.

    Parameters
    ----------
    head
        Its first `HEAD_BYTES` bytes, or all of it if it is shorter.

    Returns
    -------
    bool
        True if the first blob is a header.
    """
    length = int.from_bytes(head[:4], "big")
    return 0 < length < _LARGEST_HEADER and _HEADER_TYPE in head[4:HEAD_BYTES]


def is_whole(opened: BinaryIO) -> bool:
    """Say whether a PBF file ends where one of its blobs ends.

    Parameters
    ----------
    opened
        The file, at its start; it is left anywhere.

    Returns
    -------
    bool
        False where it is cut off, or a blob's header cannot be read.
    """
    end = opened.seek(0, os.SEEK_END)
    place = 0
    while place < end:
        opened.seek(place)
        head = opened.read(HEAD_BYTES)
        length = int.from_bytes(head[:4], "big")
        if not 0 < length < _LARGEST_HEADER:
            return False
        header = head[4 : 4 + length]
        size = _datasize(header + opened.read(length - len(header)))
        if size is None or not 0 <= size <= _LARGEST_BLOB:
            return False
        place += 4 + length + size
    return place == end


def _datasize(header: bytes) -> int | None:
    """Return the length of the blob that a header announces; None where it cannot be read."""
    place = 0
    while place < len(header):
        key, place = _varint(header, place)
        value, place = _varint(header, place)
        field, wire_type = key >> 3, key & 7
        if wire_type == 0 and field == _DATASIZE:
            return value
        if wire_type == 2:
            place += value
        elif wire_type != 0:
            return None
    return None


def _varint(header: bytes, place: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and where it ends."""
    number = shift = 0
    while place < len(header):
        byte = header[place]
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return number, place
