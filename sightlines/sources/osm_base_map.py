"""What an extract holds to draw a map from: streets, buildings, water, green, squares, names.

The rules are tables: key, value -> layer and class. Areas come from closed ways and multipolygons
as libosmium puts them together, lines from ways, names from nodes. The sea is made in `osm_sea`
from the coastlines gathered here.

References
----------
OpenStreetMap wiki: Key:highway, Key:railway, Key:natural, Key:water, Key:landuse, Key:leisure,
Key:place, Tag:natural=coastline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import pyarrow as pa
import shapely

from sightlines import schema
from sightlines.sources.free_text import TEXT_LIMIT, clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from osmium.osm import Area, Node, Way

KEYS = (
    "highway", "railway", "building", "natural", "landuse", "leisure", "waterway", "place",
    "man_made",
)  # fmt: skip

Class = tuple[str, str]

_GREEN = {
    "leisure": {
        name: name for name in ("park", "garden", "pitch", "playground", "golf_course", "dog_park")
    },
    "landuse": {
        "forest": "wood",
        **{
            name: name
            for name in (
                "grass", "cemetery", "meadow", "recreation_ground", "village_green", "allotments",
                "orchard", "vineyard",
            )
        },
    },
    "natural": {name: name for name in ("wood", "scrub", "heath", "grassland", "wetland")},
}  # fmt: skip
_WATER = {
    "natural": {"water": "lake"},
    "landuse": {"basin": "basin", "reservoir": "basin"},
    "waterway": {"riverbank": "river", "dock": "basin"},
}
_WATER_KINDS = {
    **dict.fromkeys(("river", "canal", "stream", "ditch", "oxbow"), "river"),
    **dict.fromkeys(("basin", "reservoir", "pool", "wastewater", "fountain", "harbour"), "basin"),
}
_RAILWAYS = {"rail": "rail", "light_rail": "rail", "subway": "rail", "tram": "tram"}

# Values of `highway` that are no street one can walk or drive along today.
_NO_STREETS = frozenset(
    {
        "proposed", "construction", "planned", "abandoned", "disused", "razed", "demolished",
        "removed", "no", "platform", "corridor", "elevator", "crossing", "bus_stop", "rest_area",
        "services", "emergency_bay", "emergency_access_point", "toll_gantry",
    }
)  # fmt: skip
_ON_FOOT = frozenset({"footway", "steps", "path", "pedestrian", "cycleway"})
_NO = frozenset({None, "no"})
# A passage through a building is a street that one sees.
_OPEN = frozenset({None, "no", "building_passage", "avalanche_protector"})
_BATCH = 65_536

_WKB = osmium.geom.WKBFactory()


def class_of_area(tags: Mapping[str, str], *, is_relation: bool) -> Class | None:
    """Return layer and class of an area; None where the map does not show it.

    Parameters
    ----------
    tags
        Of the closed way or multipolygon.
    is_relation
        Whether it is a multipolygon; a closed way is an area of ground only where it says so.
    """
    if tags.get("building") not in _NO and tags.get("location") != "underground":
        return "building", tags["building"]
    for key, values in _WATER.items():
        if (value := values.get(tags.get(key, ""))) is not None:
            return "water", _WATER_KINDS.get(tags.get("water", ""), value)
    is_ground = is_relation or tags.get("area") == "yes"
    if tags.get("place") == "square" or (is_ground and tags.get("highway") == "pedestrian"):
        return "square", "square" if tags.get("place") == "square" else "pedestrian"
    if tags.get("man_made") == "pier":
        return "land", "pier"
    for key, values in _GREEN.items():
        if (value := values.get(tags.get(key, ""))) is not None:
            return "green", value
    return None


def class_of_line(tags: Mapping[str, str]) -> Class | None:
    """Return layer and class of a line; None where the map does not show it.

    Parameters
    ----------
    tags
        Of the way. Pedestrian areas are squares; what runs in a tunnel is left out, for a camera
        in the open does not stand beside it.
    """
    if tags.get("area") == "yes":
        return None
    is_tunnel = tags.get("tunnel") not in _OPEN
    highway = tags.get("highway")
    if highway is not None and highway not in _NO_STREETS:
        is_indoors = highway in _ON_FOOT and tags.get("indoor") == "yes"
        return None if is_tunnel or is_indoors else ("street", highway)
    railway = _RAILWAYS.get(tags.get("railway", ""))
    is_underground = is_tunnel or tags.get("location") == "underground"
    return None if railway is None or is_underground else ("street", railway)


class BaseMapRows:
    """Gathers base-map features; `coastlines` are lines with land on their left."""

    def __init__(self) -> None:
        self.coastlines: list[shapely.LineString] = []
        self._batches: list[pa.RecordBatch] = []
        self._rows: list[tuple[str, str, str | None, bytes]] = []

    def add(self, layer: str, of_class: str, name: str | None, wkb: bytes) -> None:
        """Add one feature.

        Parameters
        ----------
        layer
            One of `schema.BASE_MAP_LAYERS`.
        of_class
            What kind of it.
        name
            As the source has it; None for none.
        wkb
            Its shape, WGS 84.
        """
        shown = clean(name)[:TEXT_LIMIT] if name else None
        self._rows.append((layer, clean(of_class)[:TEXT_LIMIT], shown or None, wkb))
        if len(self._rows) >= _BATCH:
            self._flush()

    def add_node(self, node: Node) -> None:
        """Take a node if it names a place."""
        place, name = node.tags.get("place"), node.tags.get("name")
        if place is not None and name is not None and node.location.valid():
            self.add("place", place, name, bytes.fromhex(_WKB.create_point(node)))

    def add_way(self, way: Way) -> None:
        """Take a way if it is a street, a railway or a coastline."""
        tags = way.tags
        if tags.get("natural") == "coastline":
            wkb = _line(way)
            if wkb is not None:
                self.coastlines += shapely.get_parts(shapely.from_wkb(wkb)).tolist()
            return
        if "highway" not in tags and "railway" not in tags:
            return
        found = class_of_line(dict(tags))
        if found is not None and (wkb := _line(way)) is not None:
            self.add(*found, tags.get("name"), wkb)

    def add_area(self, area: Area) -> None:
        """Take an area if the map shows it."""
        tags = dict(area.tags)
        found = class_of_area(tags, is_relation=not area.from_way())
        if found is None:
            return
        try:
            wkb = bytes.fromhex(_WKB.create_multipolygon(area))
        except RuntimeError:  # no ring of it could be put together
            return
        self.add(*found, tags.get("name"), wkb)

    def table(self) -> pa.Table:
        """Return all features as a table of `schema.BASE_MAP_FEATURE`."""
        self._flush()
        return pa.Table.from_batches(self._batches, schema=schema.BASE_MAP_FEATURE)

    def _flush(self) -> None:
        if self._rows:
            columns = [list(column) for column in zip(*self._rows, strict=True)]
            self._batches.append(
                pa.RecordBatch.from_arrays(
                    [
                        pa.array(column, type=field.type)
                        for column, field in zip(columns, schema.BASE_MAP_FEATURE, strict=True)
                    ],
                    schema=schema.BASE_MAP_FEATURE,
                )
            )
            self._rows.clear()


def _line(way: Way) -> bytes | None:
    """Return a way's line, without what the extract left out; None for no line."""
    try:
        return bytes.fromhex(_WKB.create_linestring(way))
    except osmium.InvalidLocationError:
        return _cut_line(way)
    except RuntimeError:  # a single point
        return None


def _cut_line(way: Way) -> bytes | None:
    """Return the stretches of a way whose nodes the extract holds; None where there is none."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if not node.location.valid():
            stretches.append([])
        elif (point := (node.location.lon, node.location.lat)) not in stretches[-1][-1:]:
            stretches[-1].append(point)
    lines = [shapely.LineString(points) for points in stretches if len(points) > 1]
    if not lines:
        return None
    return shapely.to_wkb(lines[0] if len(lines) == 1 else shapely.MultiLineString(lines))
