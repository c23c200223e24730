"""GeoJSON: a row a feature, its properties as cells, its geometry as place.

Collections, single features, bare geometries, bare lists and sequences of features, also inside
another object where it is clear which is meant. Positions are easting or longitude first, whatever
`crs` says: so the drafts had it that had a `crs`, and so everybody wrote it.

References
----------
RFC 7946, The GeoJSON Format; RFC 8142, GeoJSON Text Sequences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.formats.crs_member import crs_of
from sightlines.sources.formats.geometries import Placed, is_geometry, place_of_geometry
from sightlines.sources.formats.json_text import (
    UNREADABLE,
    Json,
    as_text,
    cells_of,
    names_in,
    read_json,
)
from sightlines.sources.formats.record_lists import Passes, names_of
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.content import Content

FORMAT = "geojson"
_NO_GEOJSON = "This JSON is not GeoJSON: a FeatureCollection is needed."
_OF_A_FEATURE = frozenset({"type", "id", "geometry", "properties", "bbox"})
_DEEPEST_WRAPPER = 3


@dataclass(frozen=True)
class Features:
    """What a GeoJSON text holds.

    Parameters
    ----------
    members
        Features or geometries, as parsed; anything may stand among them.
    root
        The object that holds them, for its `crs` and `name`; None where there is none.
    """

    members: list[object]
    root: Json | None = None


def parse(content: Content, layout: Layout) -> Table:
    """Parse GeoJSON.

    Parameters
    ----------
    content
        Taken whole.
    layout
        `encoding`; `records` names the collection where several stand inside an object.

    Returns
    -------
    Table
        Format `geojson`. Its `crs` is what a `crs` member states, None without one: RFC 7946 then
        says WGS 84, which a file may contradict. Bare multi-points and collections are a row a
        member.

    Raises
    ------
    SourceRefusedError
        If it is no GeoJSON, holds no features, has more than 1,000 properties, or names a
        coordinate system in a way that cannot be read.
    """
    read = read_json(content, layout.encoding)
    features = find_features(read.root, layout.records)
    if features is None:
        raise SourceRefusedError(_refusal(read.root))
    if not features.members:
        raise SourceRefusedError("The file holds no features.")
    records = [_record(member) for member in features.members]
    names = names_of(names_in(record) for record in records)
    root = features.root or {}
    title = root.get("name") or root.get("title")
    return Table(
        format=FORMAT,
        headers=distinct(names),
        rows=Passes(lambda: _rows(features.members, records, names)),
        layout=replace(layout, encoding=read.encoding),
        crs=crs_of(root.get("crs")),
        has_geometry=True,
        title=title if isinstance(title, str) else None,
    )


def _refusal(root: object) -> str:
    if isinstance(root, dict) and root.get("type") == "Topology":
        return "This is TopoJSON, not GeoJSON: save it as GeoJSON and try again."
    return _NO_GEOJSON


def find_features(root: object, records: str | None = None) -> Features | None:
    """Find the features in parsed JSON.

    Parameters
    ----------
    root
        Of a file; of a sequence, the list of its records.
    records
        Path of names, joined by `/`, to a collection inside an object; None to look for one.

    Returns
    -------
    Features or None
        None where the JSON is no GeoJSON.

    Raises
    ------
    SourceRefusedError
        If an object holds several collections, or none where `records` says.
    """
    if isinstance(root, list):
        is_list = any(_is_feature(member) or is_geometry(member) for member in root[:100])
        return Features(root) if is_list else None
    if not isinstance(root, dict):
        return None
    found = _features(root)
    if found is not None:
        return found
    inner = dict(_inner_collections(root, (), _DEEPEST_WRAPPER))
    if records is not None and inner:
        if records not in inner:
            raise SourceRefusedError(f"The file holds no features under {records[:60]!r}.")
        return inner[records]
    if len(inner) > 1:
        names = ", ".join(list(inner)[:5])
        raise SourceRefusedError(
            f"The file holds several collections of features ({names[:200]}): name one of them."
        )
    return next(iter(inner.values()), None)


def _is_feature(member: object) -> bool:
    return isinstance(member, dict) and member.get("type") == "Feature"


def _features(root: Json) -> Features | None:
    if _is_feature(root):
        return Features([root], root)
    if is_geometry(root):
        return Features(_geometries(root), root)
    features = root.get("features")
    if root.get("type") != "FeatureCollection" or not isinstance(features, list):
        return None
    return Features(features, root)


def _geometries(geometry: Json) -> list[object]:
    """Return the members of a bare collection, or the geometry itself."""
    members = geometry.get("geometries")
    if geometry["type"] == "GeometryCollection" and isinstance(members, list):
        return members
    points = geometry.get("coordinates")
    if geometry["type"] == "MultiPoint" and isinstance(points, list):
        return [{"type": "Point", "coordinates": point} for point in points]
    return [geometry]


def _inner_collections(
    root: Json, path: tuple[str, ...], depth: int
) -> Iterator[tuple[str, Features]]:
    for name, value in root.items():
        if not isinstance(value, dict):
            continue
        found = _features(value) if value.get("type") == "FeatureCollection" else None
        if found is not None:
            yield "/".join((*path, name)), found
        elif depth > 1:
            yield from _inner_collections(value, (*path, name), depth - 1)


def _record(member: object) -> Json:
    """Return the properties of a feature, and members that nobody expects in one."""
    if not isinstance(member, dict) or is_geometry(member):
        return {}
    properties = member.get("properties")
    known = properties if isinstance(properties, dict) else {}
    if member.keys() <= _OF_A_FEATURE:
        return known
    others = {name: value for name, value in member.items() if name not in _OF_A_FEATURE}
    return {**others, **known}


def _rows(members: list[object], records: list[Json], names: tuple[str, ...]) -> Iterator[TableRow]:
    for number, (member, record) in enumerate(zip(members, records, strict=True), start=1):
        fault = _fault(number, member)
        placed = Placed() if fault else place_of_geometry(number, _geometry(member))
        yield TableRow(
            number,
            cells_of(record, names),
            placed.place,
            _native_id(member),
            (fault,) if fault else placed.faults,
            placed.notes,
        )


def _geometry(member: object) -> object:
    if is_geometry(member) or not isinstance(member, dict):
        return member
    return member.get("geometry")


def _native_id(member: object) -> str | None:
    named = member.get("id") if isinstance(member, dict) else None
    return as_text(named) or None if isinstance(named, str | int | float) else None


def _fault(number: int, member: object) -> Fault | None:
    if member is UNREADABLE:
        return Fault(number, "", "unreadable", "This line is not valid JSON.")
    if is_geometry(member):
        return None
    if not isinstance(member, dict) or (
        member.get("type") != "Feature" and not is_geometry(member.get("geometry"))
    ):
        return Fault(number, "", "not_a_feature", "This is not a GeoJSON feature.")
    if not isinstance(member.get("properties"), dict | None):
        return Fault(number, "properties", "unreadable", "Properties: no object.")
    return None
