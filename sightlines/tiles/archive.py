"""Read tiles of a base map from its archive.

References
----------
PMTiles version 3, https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

from __future__ import annotations

import mmap
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from sightlines.errors import RequestInvalidError, SnapshotBrokenError

if TYPE_CHECKING:
    from pathlib import Path

HIGHEST_ZOOM = 14
# The world, land and names of countries, is drawn no further than this; readers enlarge it.
WORLD_ZOOM = 5

_HEADER_BYTES = 127
_DEEPEST_DIRECTORY = 4
_DIRECTORIES_KEPT = 256


class BaseMap:
    """A base map, opened for reading; any number of threads may share it.

    Parameters
    ----------
    content
        The archive, mapped into memory.
    header
        Its header, checked.
    """

    def __init__(self, content: mmap.mmap, header: HeaderDict) -> None:
        self._content = content
        self._header = header
        # Unpacking a directory takes longer than everything else together.
        self._directory = lru_cache(_DIRECTORIES_KEPT)(self._read_directory)

    @classmethod
    def open(cls, path: Path) -> BaseMap:
        """Map an archive into memory.

        Parameters
        ----------
        path
            A file of `base_map.build_base_map`.

        Returns
        -------
        BaseMap
            The file stays mapped as long as it lives.

        Raises
        ------
        SnapshotBrokenError
            If the file is missing, cut off or no archive of gzipped vector tiles.
        """
        try:
            with path.open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            header = deserialize_header(content[:_HEADER_BYTES])
        except (OSError, ValueError, IndexError) as reason:
            raise SnapshotBrokenError(f"The base map cannot be opened: {reason}.") from reason
        except (MagicNumberNotFound, SpecVersionUnsupported) as reason:
            raise SnapshotBrokenError("The base map is no PMTiles archive.") from reason
        if (header["tile_type"], header["tile_compression"], header["internal_compression"]) != (
            TileType.MVT, Compression.GZIP, Compression.GZIP,
        ):  # fmt: skip
            raise SnapshotBrokenError("The base map is no archive of gzipped vector tiles.")
        if header["tile_data_offset"] + header["tile_data_length"] > len(content):
            raise SnapshotBrokenError("The base map is cut off: publish again.")
        opened = cls(content, header)
        opened._directory(header["root_offset"], header["root_length"])
        return opened

    @property
    def max_zoom(self) -> int:
        """Return the highest zoom that any tile is stored for."""
        return self._header["max_zoom"]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile as it is stored, compressed by gzip.

        Parameters
        ----------
        z, x, y
            A tile of WebMercatorQuad.

        Returns
        -------
        bytes or None
            None where nothing is drawn.

        Raises
        ------
        RequestInvalidError
            If there is no such tile.
        SnapshotBrokenError
            If the archive contradicts itself.
        """
        if not (0 <= z <= HIGHEST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
            raise RequestInvalidError(
                f"The base map has no tile {z}/{x}/{y}: zooms go from 0 to {HIGHEST_ZOOM}."
            )
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_DEEPEST_DIRECTORY):
            entry = find_tile(self._directory(offset, length), zxy_to_tileid(z, x, y))
            if entry is None:
                return None
            if entry.run_length:
                return self._bytes(self._header["tile_data_offset"] + entry.offset, entry.length)
            offset = self._header["leaf_directory_offset"] + entry.offset
            length = entry.length
        raise SnapshotBrokenError("The directories of the base map are too deep: publish again.")

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        try:
            return deserialize_directory(self._bytes(offset, length))
        except (OSError, EOFError, zlib.error, IndexError) as reason:
            raise SnapshotBrokenError("A directory of the base map is damaged.") from reason

    def _bytes(self, offset: int, length: int) -> bytes:
        if offset + length > len(self._content):
            raise SnapshotBrokenError("The base map points beyond its end: publish again.")
        return self._content[offset : offset + length]
