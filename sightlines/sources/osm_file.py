"""OpenStreetMap files that libosmium reads (PBF, XML): cameras, and what a map is made of.

There are two ways through a file, with the same observations. With the base map, libosmium goes
through it twice (relations first, so that multipolygons can be put together), keeps every node's
location and builds the shapes of streets, buildings, water and areas; Python sees no node of a
street. Cameras alone are the business of `osm_camera_pass`.

The tags of cameras are read by `normalise`, those of everything else in `osm_base_map` and
`osm_areas`. User, uid and changeset are never looked at.

References
----------
libosmium manual, "Multipolygons and boundaries"; pyosmium 4, FileProcessor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import osmium
import shapely
from osmium.filter import IdFilter, KeyFilter
from osmium.osm import NOTHING, RELATION, WAY

from sightlines.errors import SourceRefusedError
from sightlines.sources import osm_areas, osm_base_map, rulings
from sightlines.sources.osm_camera_pass import decoding_threads, device_filter, read_cameras
from sightlines.sources.osm_cameras import CameraRows
from sightlines.sources.osm_sea import sea_polygons
from sightlines.sources.reading import Reading, collect

if TYPE_CHECKING:
    from collections import Counter

    from sightlines.sources.reading import SourceRow

BROKEN = "The OpenStreetMap file is cut off or broken: download it again."
_UNSORTED = (
    "The OpenStreetMap file is not sorted, or has an object twice: put it in order with "
    "`osmium sort` and try again."
)
_NUMBER_0 = "The OpenStreetMap file has a way of the number 0, which none has: it is not read."

# What libosmium says of such a file.
_DISORDER = ("out of order", "twice in input")

# OpenStreetMap's own order, in which publishers sort their files.
_TYPES = {"node": 0, "way": 1, "relation": 2}


def read_osm_file(
    file: str | osmium.io.File,
    *,
    format: str,  # noqa: A002 (named as the member of the reading that it becomes)
    base_map: bool = True,
) -> Reading:
    """Read an OpenStreetMap file.

    Parameters
    ----------
    file
        Path, or libosmium's description of a file; it is opened several times. Nodes come before
        ways and ways before relations, as every publisher sorts them.
    format
        The id of `register.FORMATS` that the reading gets.
    base_map
        Whether to read what a map is drawn from and the administrative areas as well. False is
        several times as fast, and leaves both None.

    Returns
    -------
    Reading
        Native ids are `node/1`, `way/1`, `relation/1`; rows stand in that order, by number. A way
        or multipolygon stands at a point inside it. The extent is the header's box; without one
        it is None and noted as `no_extent`. The areas' `source` is empty: the caller knows it.

    Raises
    ------
    SourceRefusedError
        If libosmium finds the file broken.
    """
    try:
        return _read(file, format, base_map=base_map)
    except RuntimeError as reason:  # the only class libosmium has for a broken file
        is_disorder = any(words in str(reason) for words in _DISORDER)
        raise SourceRefusedError(_UNSORTED if is_disorder else BROKEN) from reason


def _read(file: str | osmium.io.File, of_format: str, *, base_map: bool) -> Reading:
    extent = _extent(file)
    cameras = CameraRows()
    drawn = osm_base_map.BaseMapRows()
    areas = osm_areas.AreaRows()
    if base_map:
        _read_everything(file, cameras, drawn, areas)
    elif not read_cameras(file, cameras):
        cameras = CameraRows()
        _read_everything(file, cameras, drawn, areas)
    collected = collect(_in_order(cameras.rows), strict=False)
    collected.notes.update(cameras.notes)
    if extent is None:
        collected.notes["no_extent"] += 1
    if base_map:
        _add_sea(drawn, extent, collected.notes)
        collected.notes.update(areas.notes)
    return collected.as_reading(
        of_format,
        extent=extent,
        base_map=drawn.table() if base_map else None,
        areas=areas.table() if base_map else None,
    )


def _extent(file: str | osmium.io.File) -> shapely.Geometry | None:
    with osmium.io.Reader(file, NOTHING) as reader:
        box = reader.header().box()
    if not box.valid() or box.size() <= 0:
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def _read_everything(
    file: str | osmium.io.File,
    cameras: CameraRows,
    base_map: osm_base_map.BaseMapRows,
    areas: osm_areas.AreaRows,
) -> None:
    pool = decoding_threads()
    _refuse_way_0(file, pool)
    # Before everything else: an area may come as soon as its last way is read.
    for thing in osmium.FileProcessor(file, RELATION, pool).with_filter(device_filter()):
        if isinstance(thing, osmium.osm.Relation):
            cameras.add_relation(thing)
    keys = dict.fromkeys((*rulings.device_keys(), *osm_base_map.KEYS, "boundary", "type"))
    processor = osmium.FileProcessor(file, thread_pool=pool).with_areas()
    for thing in processor.with_filter(KeyFilter(*keys)):
        if isinstance(thing, osmium.osm.Node):
            cameras.add_node(thing)
            base_map.add_node(thing)
        elif isinstance(thing, osmium.osm.Way):
            cameras.add_way(thing)
            base_map.add_way(thing)
        elif isinstance(thing, osmium.osm.Area):
            cameras.add_area(thing)
            areas.add_area(thing)
            base_map.add_area(thing)
    cameras.finish(processor.node_location_storage)


def _refuse_way_0(file: str | osmium.io.File, pool: osmium.io.ThreadPool) -> None:
    """Refuse a file that ends the process: libosmium marks members to pass over with this number.

    Seen with libosmium 2.23: a multipolygon of way 0 and another way is a segmentation fault.
    """
    for _ in osmium.FileProcessor(file, WAY, pool).with_filter(IdFilter([0])):
        raise SourceRefusedError(_NUMBER_0)


def _in_order(rows: list[SourceRow]) -> list[SourceRow]:
    """Return rows by type and number, numbered anew: shapes are ready when libosmium is."""
    ordered = sorted(rows, key=_type_and_number)
    for number, row in enumerate(ordered, start=1):
        row.number = number
        row.faults = tuple(replace(fault, row=number) for fault in row.faults)
    return ordered


def _type_and_number(row: SourceRow) -> tuple[int, int]:
    of_type, _, number = str(row.native_id).partition("/")
    return _TYPES[of_type], int(number)


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
