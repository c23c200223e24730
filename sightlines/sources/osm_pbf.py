"""OpenStreetMap extracts in PBF: that the file is one, and whole; the rest is `osm_file`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.osm_blobs import HEAD_BYTES, is_osm_pbf, is_whole
from sightlines.sources.osm_file import BROKEN, read_osm_file

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.reading import Reading

FORMAT = "osm_pbf"


def read_osm_pbf(path: Path, *, base_map: bool = True) -> Reading:
    """Read an OpenStreetMap extract.

    Parameters
    ----------
    path
        An `.osm.pbf` file: nodes, then ways, then relations, as every publisher sorts them.
    base_map
        Whether to read what a map is drawn from and the administrative areas as well.

    Returns
    -------
    Reading
        Format `osm_pbf`; see `osm_file.read_osm_file`.

    Raises
    ------
    SourceRefusedError
        If the file is empty, no PBF, or cut off.
    """
    try:
        # Without a buffer: a walk from header to header reads nothing else.
        with path.open("rb", buffering=0) as opened:
            head = opened.read(HEAD_BYTES)
            if not head:
                raise SourceRefusedError("The file is empty.")
            if not is_osm_pbf(head):
                raise SourceRefusedError("The file is not an OpenStreetMap PBF extract.")
            if not is_whole(opened):
                raise SourceRefusedError(BROKEN)
        return read_osm_file(str(path), format=FORMAT, base_map=base_map)
    except OSError as reason:
        raise SourceRefusedError(f"The file cannot be opened: {reason.strerror}.") from reason
