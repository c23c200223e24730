"""Elements of OpenStreetMap as Overpass writes them in JSON: the devices among them, and where.

Nodes have their positions; ways and relations `geometry`, `center` or `bounds`, or are made of
nodes that stand in the same list. Elements that only give a shape to others are no rows, nor are
those that were deleted. User, uid and changeset are never looked at.

References
----------
OpenStreetMap wiki, Overpass API, "Output formats"; OSM JSON.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

import shapely

from sightlines.errors import Fault
from sightlines.sources import rulings
from sightlines.sources.coordinate_texts import read_degrees
from sightlines.sources.formats.json_text import Json, as_text
from sightlines.sources.osm_cameras import CameraRows, Edition, representative_position
from sightlines.sources.reading import Reading, SourceRow, collect

_TYPES = frozenset({"node", "way", "relation"})
# What libosmium has room for.
_LAST_VERSION = 2**31 - 1
_WHOLE = re.compile(r"[0-9]{1,10}")
_SIDES = ("minlon", "minlat", "maxlon", "maxlat")

Position = tuple[float, float]


def reading_of(elements: list[object], *, format_id: str, encoding: str, bounds: object) -> Reading:
    """Read elements that have been parsed, whatever they were written in.

    Parameters
    ----------
    elements
        As Overpass writes them; numbers may be texts.
    format_id
        The id of `register.FORMATS` that the reading gets.
    encoding
        Of the text they come from.
    bounds
        An object with the sides of the box that they lie in; None where there is none.

    Returns
    -------
    Reading
        Without base map and areas.
    """
    found = _Elements(elements).rows()
    collected = collect(found.rows, strict=False)
    collected.notes.update(found.notes)
    extent = _extent(bounds)
    if extent is None:
        collected.notes["no_extent"] += 1
    return collected.as_reading(format_id, encoding=encoding, extent=extent)


def _extent(bounds: object) -> shapely.Geometry | None:
    box = _box(bounds)
    return None if box is None or box[0] >= box[2] or box[1] >= box[3] else shapely.box(*box)


def _box(bounds: object) -> tuple[float, float, float, float] | None:
    if not isinstance(bounds, dict):
        return None
    west, south, east, north = (_degrees(bounds.get(side)) for side in _SIDES)
    if west is None or south is None or east is None or north is None:
        return None
    return west, south, east, north


def _degrees(value: object) -> float | None:
    if isinstance(value, str):
        return read_degrees(value, decimal_comma=False)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)


def _position(holder: object) -> Position | None:
    """Return longitude and latitude of a node, a centre or a point of a line."""
    if not isinstance(holder, dict):
        return None
    lon, lat = _degrees(holder.get("lon")), _degrees(holder.get("lat"))
    return None if lon is None or lat is None else (lon, lat)


_UNREADABLE = (math.nan, math.nan)


@dataclass
class _Elements:
    """The elements of an answer, and where its nodes lie."""

    elements: list[object]
    nodes: dict[int, Position] = field(default_factory=dict)
    ways: dict[int, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for element in self.elements:
            if not isinstance(element, dict) or not isinstance(element.get("id"), int):
                continue
            position = _position(element)
            if element.get("type") == "node" and position is not None:
                self.nodes.setdefault(element["id"], position)
            elif element.get("type") == "way":
                self.ways.setdefault(element["id"], element)

    def rows(self) -> CameraRows:
        """Return a row for each device, and for each part that is no element."""
        found = CameraRows()
        for element in self.elements:
            if not isinstance(element, dict) or not _is_named(element):
                found.rows.append(_unreadable(len(found.rows) + 1))
                continue
            tags = _tags(element)
            native_id = f"{element['type']}/{element['id']}"
            edition = Edition(
                _version(element.get("version")), _edited_at(element.get("timestamp"))
            )
            if element.get("visible") is False or element.get("action") == "delete":
                continue
            if element["type"] == "relation" and tags.get("type") == "enforcement":
                found.add_enforcement(native_id, tags, self._device(element), edition)
            elif element["type"] in _TYPES and rulings.is_device(tags):
                found.add(native_id, tags, self._place(element), edition)
        found.finish(self.nodes)
        return found

    def _device(self, relation: Json) -> int | None:
        """Return the number of an enforcement's device, its position noted if it stands there."""
        for member in _list(relation.get("members")):
            is_device = member.get("role") == "device" and member.get("type") == "node"
            reference = member.get("ref")
            if is_device and isinstance(reference, int):
                position = _position(member)
                if position is not None:
                    self.nodes.setdefault(reference, position)
                return reference
        return None

    def _place(self, element: Json) -> Position | None:
        if element["type"] == "node":
            is_given = "lon" in element or "lat" in element
            return _position(element) or (_UNREADABLE if is_given else None)
        shape = self._line(element) if element["type"] == "way" else self._shape(element)
        if shape is not None:
            return _on(shape)
        center = _position(element.get("center"))
        box = _box(element.get("bounds"))
        if center is None and box is not None:
            return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return center

    def _line(self, way: Json) -> shapely.Geometry | None:
        """Return the line of a way, of the points that are known."""
        known = [_position(point) for point in _list(way.get("geometry"))]
        nodes = way.get("nodes")
        if not known and isinstance(nodes, list):
            known = [self.nodes.get(node) for node in nodes if isinstance(node, int)]
        points = [point for point in known if point is not None]
        if not points:
            return None
        return shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])

    def _shape(self, relation: Json) -> shapely.Geometry | None:
        """Return the largest polygon that the outer ways close, else the first thing there is."""
        shapes: list[shapely.Geometry] = []
        for member in _list(relation.get("members")):
            reference = member.get("ref")
            if member.get("type") == "way" and member.get("role") != "inner":
                way = member if "geometry" in member else None
                line = self._line(way or self.ways.get(_number(reference), {}))
                shapes += [] if line is None else [line]
            elif member.get("type") == "node":
                position = _position(member) or self.nodes.get(_number(reference))
                shapes += [] if position is None else [shapely.Point(position)]
        lines = [shape for shape in shapes if isinstance(shape, shapely.LineString)]
        polygons: list[shapely.Geometry] = list(shapely.get_parts(shapely.polygonize(lines)))
        if polygons:
            return max(polygons, key=shapely.area)
        return shapes[0] if shapes else None


def _on(shape: shapely.Geometry) -> Position:
    try:
        return representative_position(shape)
    except shapely.errors.GEOSException:
        lon, lat = shapely.get_coordinates(shape)[0].tolist()
        return lon, lat


def _list(value: object) -> list[Json]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _number(reference: object) -> int:
    return reference if isinstance(reference, int) else 0


def _is_named(element: Json) -> bool:
    return isinstance(element.get("type"), str) and isinstance(element.get("id"), int)


def _unreadable(number: int) -> SourceRow:
    fault = Fault(number, "", "not_an_element", "This is no element of OpenStreetMap.")
    return SourceRow(number, {}, None, None, faults=(fault,))


def _tags(element: Json) -> dict[str, str]:
    tags = element.get("tags")
    return {key: as_text(tags[key]) for key in tags} if isinstance(tags, dict) else {}


def _version(given: object) -> int | None:
    """Return an element's version; None for what is no whole number from 1."""
    number = int(given) if isinstance(given, str) and _WHOLE.fullmatch(given) else given
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 1 <= number <= _LAST_VERSION else None


def _edited_at(stamp: object) -> datetime | None:
    """Return when an element was last edited, UTC; None where it does not say."""
    try:
        edited = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
        if edited is None:
            return None
        return edited.astimezone(UTC) if edited.tzinfo else edited.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
