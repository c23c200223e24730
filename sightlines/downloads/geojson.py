"""Write cameras as GeoJSON, a batch at a time.

References
----------
RFC 7946. Foreign members (section 6.1) carry the snapshot, the licence and the attribution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from sightlines.downloads.rows import published, row_dicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from sightlines.downloads.release import Release


def feature(row: dict[str, Any]) -> dict[str, Any]:
    """Make a GeoJSON Feature of a camera.

    Parameters
    ----------
    row
        A row of `schema.CAMERA`.

    Returns
    -------
    dict
        With a null geometry where the position is unknown.
    """
    located = row["lon"] is not None and row["lat"] is not None
    point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if located else None
    return {"type": "Feature", "id": row["id"], "geometry": point, "properties": published(row)}


def write_geojson(batches: Iterable[pa.Table], release: Release) -> Iterator[bytes]:
    """Write a FeatureCollection.

    Parameters
    ----------
    batches
        Tables of `schema.CAMERA`.
    release
        What the file says of itself.

    Yields
    ------
    bytes
        UTF-8; together one JSON text.
    """
    members: dict[str, object] = {
        "type": "FeatureCollection",
        "timeStamp": release.date,
        "snapshot": release.snapshot,
        "licence": release.licence,
        "attribution": release.attribution,
        "numberReturned": release.n_records,
    }
    if release.bbox is not None:
        members["bbox"] = release.bbox
    yield orjson.dumps(members)[:-1] + b',"features":['
    before = b"\n"
    for batch in batches:
        for row in row_dicts(batch):
            yield before + orjson.dumps(feature(row))
            before = b",\n"
    yield b"\n]}\n"
