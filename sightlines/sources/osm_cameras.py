"""The devices among an extract's nodes, ways and relations, one row each.

A node stands where it is; a way or multipolygon at a point inside it; an enforcement relation at
its device. A device that is both a node and the device of a relation is one row, of the kind
enforcement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import osmium
import shapely

from sightlines.errors import Fault
from sightlines.sources import rulings
from sightlines.sources.free_text import key_ruling, publishable_tags
from sightlines.sources.position import position_of
from sightlines.sources.reading import SourceRow
from sightlines.sources.redaction import REDACTED

if TYPE_CHECKING:
    from datetime import datetime

    from osmium.osm import Area, Node, Relation, Way

_WKB = osmium.geom.WKBFactory()
_NOT_LOCATED = "position:missing"


class Edition(NamedTuple):
    """Which state of an element was read; nothing of who made it.

    Parameters
    ----------
    version
        Its number, from 1; None where the extract leaves that out.
    edited_at
        When it was made, UTC; None where the extract leaves that out.
    """

    version: int | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True)
class _Enforcement:
    """An enforcement relation whose device is still to be found."""

    native_id: str
    tags: dict[str, str]
    device: int | None
    edition: Edition


def representative_position(shape: shapely.Geometry) -> tuple[float, float]:
    """Return longitude and latitude of a point that lies on a shape: inside a closed ring.

    Parameters
    ----------
    shape
        Line, polygon or multipolygon, WGS 84.
    """
    if isinstance(shape, shapely.LineString) and shape.is_closed and len(shape.coords) >= 4:
        shape = shapely.Polygon(shape.coords)
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(shape))[0].tolist()
    return lon, lat


class CameraRows:
    """Gathers the rows of an extract; `rows` and `notes` are complete after `finish`."""

    def __init__(self) -> None:
        self.rows: list[SourceRow] = []
        self.notes: Counter[str] = Counter()
        self._at: dict[str, int] = {}
        self._areas: dict[int, tuple[dict[str, str], Edition]] = {}
        self._enforcements: list[_Enforcement] = []

    def add_node(self, node: Node) -> None:
        """Take a node if it is a device."""
        tags = dict(node.tags)
        if rulings.is_device(tags) and not node.deleted:
            place = node.location
            lon, lat = place.lon_without_check(), place.lat_without_check()
            self.add(f"node/{node.id}", tags, (lon, lat), edition_of(node))

    def add_way(self, way: Way) -> None:
        """Take a way if it is a device."""
        tags = dict(way.tags)
        if not rulings.is_device(tags) or way.deleted:
            return
        try:
            line = shapely.from_wkb(bytes.fromhex(_WKB.create_linestring(way)))
            position = representative_position(line)
        except (osmium.InvalidLocationError, RuntimeError):
            position = None  # its nodes lie outside the extract, or are a single point
        self.add(f"way/{way.id}", tags, position, edition_of(way))

    def add_relation(self, relation: Relation) -> None:
        """Note a relation if it is a device: its shape or its device comes later."""
        tags = dict(relation.tags)
        if relation.deleted:
            return
        if tags.get("type") == "enforcement":
            nodes = [member for member in relation.members if member.type == "n"]
            device = next((node.ref for node in nodes if node.role == "device"), None)
            self.add_enforcement(f"relation/{relation.id}", tags, device, edition_of(relation))
        elif rulings.is_device(tags):
            self._areas[relation.id] = tags, edition_of(relation)

    def add_area(self, area: Area) -> None:
        """Take the shape of a relation noted before; a closed way was taken as a way."""
        if area.from_way() or area.orig_id() not in self._areas:
            return
        try:
            shape = shapely.from_wkb(bytes.fromhex(_WKB.create_multipolygon(area)))
        except (osmium.InvalidLocationError, RuntimeError):
            return  # no ring of it could be put together: `finish` rejects it
        tags, edition = self._areas.pop(area.orig_id())
        self.add(f"relation/{area.orig_id()}", tags, representative_position(shape), edition)

    def add_enforcement(
        self,
        native_id: str,
        tags: dict[str, str],
        device: int | None,
        edition: Edition,
    ) -> None:
        """Note an enforcement relation, for `finish` to place.

        Parameters
        ----------
        native_id
            `relation/` and its number.
        tags
            All of its tags.
        device
            Number of the node that is its device; None where no member is.
        edition
            Which state of the relation this is.
        """
        self._enforcements.append(_Enforcement(native_id, tags, device, edition))

    def finish(self, locations: object) -> None:
        """Place enforcement relations, and keep relations that have no shape, without a position.

        Parameters
        ----------
        locations
            libosmium's store of node locations, filled by the pass through the file, or a mapping
            from a node's number to longitude and latitude; None if the file held no nodes.
        """
        for relation, (tags, edition) in sorted(self._areas.items()):
            self.add(f"relation/{relation}", tags, None, edition)
        self._areas.clear()
        used: set[int] = set()
        rules: dict[int, dict[str, None]] = {}
        for enforcement in self._enforcements:
            recorded = self._at.get(f"node/{enforcement.device}")
            if recorded is not None:
                said = rules.setdefault(recorded, {})
                said[enforcement.tags.get("enforcement", "")] = None
                self.notes["enforcement:device_recorded"] += 1
            elif enforcement.device in used:
                self.notes["enforcement:same_device"] += 1
            else:
                self._add_enforcement(enforcement, locations)
            if enforcement.device is not None:
                used.add(enforcement.device)
        for recorded, said in rules.items():
            self._enforce(recorded, tuple(filter(None, said)))
        self._enforcements.clear()

    def _enforce(self, recorded: int, rules: tuple[str, ...]) -> None:
        """Let a recorded device be what relations make it; the node's own words come first."""
        row = self.rows[recorded]
        raw, reasons = publishable_tags(row.tags) if row.raw is None else (row.raw, ())
        said = {"type": "enforcement"}
        if rules and "enforcement" not in row.tags:
            said["enforcement"] = ";".join(rules)
        self.rows[recorded] = replace(
            row, tags={**row.tags, **said}, raw=raw, notes=(*row.notes, *reasons)
        )

    def _add_enforcement(self, enforcement: _Enforcement, locations: object) -> None:
        position = None
        if enforcement.device is not None and isinstance(locations, osmium.index.LocationTable):
            try:
                place = locations.get(enforcement.device)
                position = place.lon_without_check(), place.lat_without_check()
            except (KeyError, TypeError):
                position = None  # the device lies outside the extract
        elif isinstance(locations, Mapping):
            position = locations.get(enforcement.device)
        self.add(enforcement.native_id, enforcement.tags, position, enforcement.edition)

    def add(
        self,
        native_id: str,
        tags: dict[str, str],
        position: tuple[float, float] | None,
        edition: Edition,
    ) -> None:
        """Take a device.

        Parameters
        ----------
        native_id
            `node/`, `way/` or `relation/` and its number; one that was taken before is a fault.
        tags
            All of its tags.
        position
            Longitude and latitude, WGS 84 degrees; None where it has none, so that it is not
            locatable; NaN where what stands there is no number, which is a fault.
        edition
            Which state of the element this is.
        """
        number = len(self.rows) + 1
        found: tuple[float, float] | None = None
        faults: tuple[Fault, ...]
        if native_id in self._at:
            sentence = f"{native_id} stands more than once in the extract."
            faults = (Fault(number, "", "repeated", sentence),)
        elif position is None:
            faults = ()
        else:
            found, faults = position_of(number, *position)
        self._at.setdefault(native_id, number - 1)
        raw, reasons = _kept(tags)
        missing = (_NOT_LOCATED,) if position is None and not faults else ()
        self.rows.append(
            SourceRow(
                number=number,
                tags=tags,
                lon=found[0] if found else None,
                lat=found[1] if found else None,
                native_id=native_id,
                native_version=edition.version,
                last_edited_at=edition.edited_at,
                faults=faults,
                raw=raw,
                notes=(*missing, *reasons),
            )
        )


def _kept(tags: dict[str, str]) -> tuple[dict[str, str] | None, tuple[str, ...]]:
    """Return what is kept of an element's tags where a tag is dropped, and the reasons of notes.

    A mark stays in the place of what was dropped: nobody may take the rest for the whole element,
    and write it back (`downloads.osm_differences`). None where the normaliser's own way will do.
    """
    if not any(key_ruling(key).is_person for key in tags):
        return None, ()
    kept, reasons = publishable_tags(tags)
    return {**kept, REDACTED: REDACTED}, reasons


def edition_of(thing: Node | Way | Relation) -> Edition:
    """Return which state of an object an extract holds."""
    stamp = thing.timestamp
    return Edition(thing.version or None, stamp if stamp.timestamp() > 0 else None)
