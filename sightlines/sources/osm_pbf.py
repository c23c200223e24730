"""OpenStreetMap extracts in PBF: cameras, base map, administrative areas and extent in one reading.

libosmium reads the file twice (relations first, so that multipolygons can be put together), keeps
the objects with a key of interest and builds their shapes; Python sees no node of a street. The
tags of cameras are read by `normalise`, those of everything else in `osm_base_map` and
`osm_areas`. User, uid and changeset are never looked at.

References
----------
OpenStreetMap wiki, PBF Format.
libosmium manual, "Multipolygons and boundaries"; pyosmium 4, FileProcessor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.sources import osm_areas, osm_base_map, rulings
from sightlines.sources.osm_blobs import HEAD_BYTES, is_osm_pbf, is_whole
from sightlines.sources.osm_cameras import CameraRows
from sightlines.sources.osm_sea import sea_polygons
from sightlines.sources.reading import WGS84, Reading, collect

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

FORMAT = "osm_pbf"
_BROKEN = "The OpenStreetMap extract is cut off or broken: download it again."


def read_osm_pbf(path: Path) -> Reading:
    """Read an OpenStreetMap extract.

    Parameters
    ----------
    path
        An `.osm.pbf` file: nodes, then ways, then relations, as every publisher sorts them.

    Returns
    -------
    Reading
        Format `osm_pbf`. Native ids are `node/1`, `way/1`, `relation/1`; a way or multipolygon
        stands at a point inside it. The extent is the header's box; without one it is None and
        noted as `no_extent`. The areas' `source` is empty: the caller knows it.

    Raises
    ------
    SourceRefusedError
        If the file is empty, no PBF, or cut off.
    """
    try:
        with path.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
            if not head:
                raise SourceRefusedError("The file is empty.")
            if not is_osm_pbf(head):
                raise SourceRefusedError("The file is not an OpenStreetMap PBF extract.")
            if not is_whole(opened):
                raise SourceRefusedError(_BROKEN)
        return _read(path)
    except OSError as reason:
        raise SourceRefusedError(f"The file cannot be opened: {reason.strerror}.") from reason
    except RuntimeError as reason:  # the only class libosmium has for a broken file
        raise SourceRefusedError(_BROKEN) from reason


def _read(path: Path) -> Reading:
    extent = _extent(path)
    cameras = CameraRows()
    base_map = osm_base_map.BaseMapRows()
    areas = osm_areas.AreaRows()
    _pass_through(path, cameras, base_map, areas)
    collected = collect(cameras.rows, strict=False)
    collected.notes.update(cameras.notes)
    if extent is None:
        collected.notes["no_extent"] += 1
    _add_sea(base_map, extent, collected.notes)
    collected.notes.update(areas.notes)
    return Reading(
        format=FORMAT,
        encoding=None,
        crs=WGS84,
        rows_read=collected.rows_read,
        observations=collected.table(),
        faults=tuple(collected.faults),
        notes=dict(sorted(collected.notes.items())),
        extent=extent,
        base_map=base_map.table(),
        areas=areas.table(),
    )


def _extent(path: Path) -> shapely.Geometry | None:
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid() or box.size() <= 0:
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def _pass_through(
    path: Path,
    cameras: CameraRows,
    base_map: osm_base_map.BaseMapRows,
    areas: osm_areas.AreaRows,
) -> None:
    keys = dict.fromkeys((*rulings.device_keys(), *osm_base_map.KEYS, "boundary", "type"))
    processor = (
        osmium.FileProcessor(str(path)).with_areas().with_filter(osmium.filter.KeyFilter(*keys))
    )
    for thing in processor:
        if isinstance(thing, osmium.osm.Node):
            cameras.add_node(thing)
            base_map.add_node(thing)
        elif isinstance(thing, osmium.osm.Way):
            cameras.add_way(thing)
            base_map.add_way(thing)
        elif isinstance(thing, osmium.osm.Relation):
            cameras.add_relation(thing)
        elif isinstance(thing, osmium.osm.Area):
            cameras.add_area(thing)
            areas.add_area(thing)
            base_map.add_area(thing)
    cameras.finish(processor.node_location_storage)


def _add_sea(
    base_map: osm_base_map.BaseMapRows, extent: shapely.Geometry | None, notes: Counter[str]
) -> None:
    if extent is None or not base_map.coastlines:
        return
    polygons, is_open = sea_polygons(base_map.coastlines, extent)
    for polygon in polygons:
        base_map.add("water", "sea", None, shapely.to_wkb(polygon))
    if is_open:
        notes["coastline_open"] += 1
