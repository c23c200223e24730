"""Where we know what OpenStreetMap has: the ground of what was read of it, kind by kind.

An extract holds every camera of its ground. An answer of the Overpass API holds what it was asked
for, which may be speed cameras alone: of the kinds that it does not list it says nothing. A list
that somebody has made of OpenStreetMap, in another format, says nothing of what is not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import shapely

from sightlines.attributes import KINDS
from sightlines.sources.register import OSM_FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

_ANSWERS = frozenset({"overpass"})
_EXTRACTS = OSM_FORMATS - _ANSWERS


def osm_ground(
    evidence: pa.Table, sources: Sequence[Mapping[str, Any]]
) -> dict[str, shapely.Geometry]:
    """Unite the ground that data from OpenStreetMap covers.

    Parameters
    ----------
    evidence
        `schema.EVIDENCE`: which kinds each source lists.
    sources
        As `pipeline.source_rows` describes them: `id`, `formats` and `extent`, GeoJSON in WGS 84 or
        None.

    Returns
    -------
    dict
        Every one of `attributes.KINDS` -> WGS 84 geometry; empty where nothing was read.
    """
    pairs = evidence.select(["source", "kind"]).group_by(["source", "kind"]).aggregate([])
    listed = {(row["source"], row["kind"]) for row in pairs.to_pylist()}
    grounds: dict[str, list[shapely.Geometry]] = {kind: [] for kind in KINDS}
    for source in sources:
        formats = OSM_FORMATS.intersection(source["formats"])
        if source["extent"] is None or not formats:
            continue
        extent = shapely.from_geojson(orjson.dumps(source["extent"]))
        for kind, parts in grounds.items():
            if formats & _EXTRACTS or (source["id"], kind) in listed:
                parts.append(extent)
    return {kind: shapely.union_all(parts) for kind, parts in grounds.items()}
