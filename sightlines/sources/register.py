"""The register of readers: which file is read by which, decided by what is in it.

A file's name decides nothing but what it must not contradict: what calls itself `.osm.pbf` must be
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.contribution import looks_like_json
from sightlines.sources.geojson import read_geojson_bytes
from sightlines.sources.osm_blobs import HEAD_BYTES, is_osm_pbf
from sightlines.sources.osm_pbf import read_osm_pbf
from sightlines.sources.tables import read_csv_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.reading import Reading


@dataclass(frozen=True)
class SourceFormat:
    """A format that can be read.

    Parameters
    ----------
    id
        As in `Reading.format`.
    name
        As people know it.
    extensions
        Usual endings of a file's name.
    media_type
        As registered with IANA, or as in use.
    carries
        What a file of it can hold.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    media_type: str
    carries: str


FORMATS: tuple[SourceFormat, ...] = (
    SourceFormat(
        "osm_pbf",
        "OpenStreetMap PBF extract",
        (".osm.pbf", ".pbf"),
        "application/vnd.openstreetmap.data+pbf",
        "cameras, base map, administrative areas, extent",
    ),
    SourceFormat("geojson", "GeoJSON", (".geojson", ".json"), "application/geo+json", "cameras"),
    SourceFormat("csv", "CSV with lon and lat", (".csv", ".tsv", ".txt"), "text/csv", "cameras"),
)


def read(path: Path, *, encoding: str | None = None, kind: str | None = None) -> Reading:
    """Read a file of any supported format.

    Parameters
    ----------
    path
        An existing file.
    encoding
        Of a text file; None for UTF-8, or UTF-16 where its mark says so.
    kind
        One of `attributes.KINDS` for all rows of a table that names none; OpenStreetMap's tags
        always speak for themselves.

    Returns
    -------
    Reading
        Bad rows are faults, bad values notes.

    Raises
    ------
    SourceRefusedError
        If the file cannot be opened or is of no supported format.
    """
    try:
        with path.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
            if is_osm_pbf(head):
                return read_osm_pbf(path)
            if path.name.casefold().endswith(FORMATS[0].extensions):
                raise SourceRefusedError(
                    "The file is called .pbf but is not an OpenStreetMap PBF extract."
                )
            content = head + opened.read()
    except OSError as reason:
        raise SourceRefusedError(f"The file cannot be opened: {reason.strerror}.") from reason
    read_bytes = read_geojson_bytes if looks_like_json(content) else read_csv_bytes
    return read_bytes(content, row_limit=None, encoding=encoding, kind=kind)
