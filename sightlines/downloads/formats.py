"""The formats a download can have: one row a format, one writer a format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from sightlines.downloads.csv import write_csv
from sightlines.downloads.geojson import write_geojson
from sightlines.downloads.release import Release

Writer = Callable[[Iterable[pa.Table], Release], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """One format.

    Parameters
    ----------
    extension
        As in the address and the file's name.
    name
        As people know it.
    media_type
        As registered with IANA.
    write
        Turns batches of cameras into bytes, as a stream.
    """

    extension: str
    name: str
    media_type: str
    write: Writer


FORMATS: dict[str, Format] = {
    row.extension: row
    for row in (
        Format("geojson", "GeoJSON", "application/geo+json", write_geojson),
        Format("csv", "CSV", "text/csv; charset=utf-8", write_csv),
    )
}
