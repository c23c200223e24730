"""The quick way through an OpenStreetMap file: cameras alone, no location of any other node.

One pass finds what is a device. Nodes are done with it. Where ways, multipolygons or enforcement
relations are among them, their nodes are looked for by id in a second pass; the outlines of
multipolygons, which stand in the file before the relations that name them, in one between.

References
----------
pyosmium 4: FileProcessor, IdFilter, NodeLocationsForWays, AreaManager.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import osmium
from osmium.filter import EntityFilter, IdFilter, TagFilter
from osmium.osm import NODE, RELATION, WAY

from sightlines.sources import rulings

if TYPE_CHECKING:
    from sightlines.sources.osm_cameras import CameraRows

# A set of ids takes memory by the largest of them. Real ones lie below 2^34; those of an editor's
# unsaved objects are negative, and nothing has the number 0.
_IDS = range(1, 2**40)

_MOST_THREADS = 4

# Types of relations that libosmium makes areas of.
_SHAPES = frozenset({"multipolygon", "boundary"})


@dataclass
class _Wanted:
    """Ids of what has to be read again, now that it is known what cameras are made of."""

    nodes: set[int] = field(default_factory=set)
    ways: set[int] = field(default_factory=set)
    relations: set[int] = field(default_factory=set)

    def add_way(self, way: osmium.osm.Way) -> None:
        """Want a way and its nodes."""
        self.ways.add(way.id)
        self.nodes.update(node.ref for node in way.nodes)

    def add_relation(self, relation: osmium.osm.Relation) -> None:
        """Want the ways of a shape; of others the nodes, such as an enforcement's device."""
        if relation.tags.get("type") in _SHAPES:
            self.relations.add(relation.id)
            self.ways.update(member.ref for member in relation.members if member.type == "w")
        else:
            self.nodes.update(member.ref for member in relation.members if member.type == "n")

    def is_plain(self) -> bool:
        """Say whether all of it can be looked for by id."""
        return all(
            not ids or (min(ids) in _IDS and max(ids) in _IDS)
            for ids in (self.nodes, self.ways, self.relations)
        )


def read_cameras(file: str | osmium.io.File, cameras: CameraRows) -> bool:
    """Read cameras alone.

    Parameters
    ----------
    file
        Path, or libosmium's description of a file; it is opened up to three times.
    cameras
        Empty; takes what is found.

    Returns
    -------
    bool
        False, with `cameras` of no use, where an id is out of the ordinary: the file has to be
        read with every node's location.

    Raises
    ------
    RuntimeError
        If libosmium finds the file broken.
    """
    wanted = _Wanted()
    pool = decoding_threads()
    for thing in osmium.FileProcessor(file, thread_pool=pool).with_filter(device_filter()):
        if isinstance(thing, osmium.osm.Node):
            cameras.add_node(thing)
        elif isinstance(thing, osmium.osm.Way):
            wanted.add_way(thing)
        elif isinstance(thing, osmium.osm.Relation):
            cameras.add_relation(thing)
            wanted.add_relation(thing)
    assembler = osmium.area.AreaManager()
    if wanted.relations and wanted.is_plain():
        _want_outlines(file, wanted, assembler, pool)
    if not wanted.is_plain():
        return False
    locations = None
    if wanted.ways or wanted.nodes:
        locations = _add_shapes(file, wanted, assembler, cameras, pool)
    cameras.finish(locations)
    return True


def _want_outlines(
    file: str | osmium.io.File,
    wanted: _Wanted,
    assembler: osmium.area.AreaManager,
    pool: osmium.io.ThreadPool,
) -> None:
    """Show the assembler the relations wanted, and want the nodes of their ways."""
    processor = (
        osmium.FileProcessor(file, WAY | RELATION, thread_pool=pool)
        .with_filter(_by_id(wanted.ways, WAY))
        .with_filter(_by_id(wanted.relations, RELATION))
        .with_filter(assembler.first_pass_handler())
    )
    for thing in processor:
        if isinstance(thing, osmium.osm.Way):
            wanted.add_way(thing)


def _add_shapes(
    file: str | osmium.io.File,
    wanted: _Wanted,
    assembler: osmium.area.AreaManager,
    cameras: CameraRows,
    pool: osmium.io.ThreadPool,
) -> osmium.index.LocationTable:
    """Add the ways wanted and the areas they make; return the locations of the nodes wanted."""
    locations = osmium.index.create_map("flex_mem")
    locating = osmium.NodeLocationsForWays(locations)
    locating.ignore_errors()
    processor = (
        osmium.FileProcessor(file, NODE | WAY if wanted.ways else NODE, thread_pool=pool)
        .with_filter(_by_id(wanted.nodes, NODE))
        .with_filter(_by_id(wanted.ways, WAY))
        .with_filter(locating)
    )
    assembled = osmium.BufferIterator()
    if wanted.relations:
        processor.with_filter(assembler.second_pass_to_buffer(assembled))
    for way in processor.with_filter(EntityFilter(WAY)):
        if isinstance(way, osmium.osm.Way):
            cameras.add_way(way)
    for area in assembled:
        if isinstance(area, osmium.osm.Area):
            cameras.add_area(area)
    return locations


def device_filter() -> TagFilter:
    """Return a filter that lets devices pass, and the relations that say what they enforce."""
    return TagFilter(*sorted(rulings.DEVICE_TAGS), ("type", "enforcement"))


def _by_id(ids: set[int], of_type: osmium.osm.osm_entity_bits) -> IdFilter:
    """Return a filter that takes away the objects of a type that are not named."""
    chosen = IdFilter(ids)
    chosen.enable_for(of_type)
    return chosen


def decoding_threads() -> osmium.io.ThreadPool:
    """Return threads that unpack blobs: libosmium itself would leave two cores alone."""
    return osmium.io.ThreadPool(min(os.cpu_count() or 1, _MOST_THREADS))
