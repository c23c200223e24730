"""JSON lists: a row a record, whatever the portal wrapped around them.

The list of records is found by its size; what inner objects say stands under names joined by `.`,
and fields that a portal keeps apart (`attributes` of ArcGIS, `fields` of Opendatasoft) stand as if
they were the record's own. A geometry of GeoJSON or Esri inside a record is its place.

References
----------
ArcGIS REST API, FeatureSet object. Opendatasoft Search API 1.0 and Explore API 2.1.
JSON Lines, jsonlines.org. RFC 6901, JSON Pointer, section 3: how `/` in a name is written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.formats.geometries import (
    Placed,
    esri_geometry,
    is_geometry,
    place_of_geometry,
)
from sightlines.sources.formats.json_members import SAMPLE, Members, describes_columns, members
from sightlines.sources.formats.json_text import (
    UNREADABLE,
    Json,
    cells_of,
    is_nested,
    names_in,
    read_json,
)
from sightlines.sources.formats.record_lists import Branch, Choice, Passes, choose, names_of
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.content import Content

FORMAT = "json"
_DEEPEST = 16
_LIFTED = ("attributes", "fields", "properties")
_WEB_MERCATOR = frozenset({3857, 900913, 102100, 102113})
_LARGEST_EPSG = 32_767
_NO_RECORDS = (
    "This JSON holds no list of records: a list of objects is needed, one camera an object."
)


class _Record(NamedTuple):
    """The fields of a record, and its geometry as GeoJSON; None for what is no record."""

    fields: Json | None
    geometry: object = None


def parse(content: Content, layout: Layout) -> Table:
    """Parse a list of records in JSON.

    Parameters
    ----------
    content
        Taken whole.
    layout
        `encoding`; `records`, the names above the list joined by `/`, "" for the whole file, None
        to take the largest list of objects.

    Returns
    -------
    Table
        Format `json`. The native id is the key of a record in an object of records. Lists that
        were not taken are noted as `records:left_out`, fields of the lists above as
        `records:fields_above`, an answer that its publisher cut short as `records:cut_short`.

    Raises
    ------
    SourceRefusedError
        If it is no JSON, holds no list of records or none where `records` says, or has more than
        1,000 columns.
    """
    read = read_json(content, layout.encoding)
    choice = _choose(read.root, layout.records)
    path = choice.path[1:] if choice.path else ()
    found = _members_at(read.root, path) if choice.path else None
    if found is None or not found.records:
        raise SourceRefusedError(_NO_RECORDS)
    records = [_record(record) for record in found.records]
    names = names_of(names_in(record.fields or {}) for record in records)
    cut_short = {"records:cut_short": 1} if _is_cut_short(read.root) else {}
    return Table(
        format=FORMAT,
        headers=distinct(names),
        rows=Passes(lambda: _rows(found, records, names)),
        layout=replace(layout, encoding=read.encoding, records=_joined(path)),
        crs=_crs(read.root, found.records),
        has_geometry=any(record.geometry is not None for record in records),
        title=_title(read.root),
        notes=choice.notes | cut_short,
    )


def _choose(root: object, records: str | None) -> Choice:
    tree = Branch()
    _grow(tree.below(""), root, None, 1.0, 0)
    if records is None:
        return choose(tree)
    names = records.split("/") if records else []
    return choose(tree, ("", *(name.replace("~1", "/").replace("~0", "~") for name in names)))


def _joined(path: tuple[str, ...]) -> str:
    return "/".join(name.replace("~", "~0").replace("/", "~1") for name in path)


def _grow(branch: Branch, value: object, parent: object, weight: float, depth: int) -> None:
    """Note what a value holds; of long lists only the start is looked at."""
    found = members(value, parent) if depth < _DEEPEST else None
    if found is None:
        branch.count += weight
        _fill(branch, value, weight, depth)
        return
    sample = found.records[:SAMPLE]
    branch.repeats = True
    branch.count += weight * len(found.records)
    for record in sample:
        _fill(branch, record, weight * len(found.records) / len(sample), depth)


def _fill(branch: Branch, record: object, weight: float, depth: int) -> None:
    if not isinstance(record, dict) or depth >= _DEEPEST:
        return
    for name, value in record.items():
        if describes_columns(name, value):
            continue
        is_leaf = not isinstance(value, dict) or is_geometry(value)
        if is_leaf and not _holds_records(value):
            branch.leaves[name] = None
        else:
            _grow(branch.below(name), value, record, weight, depth + 1)


def _holds_records(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict | list) for part in value[:SAMPLE])


def _members_at(root: object, path: tuple[str, ...]) -> Members | None:
    """Return the records below a path, of several lists one behind another."""
    nodes: list[tuple[object, object]] = [(root, None)]
    for name in path:
        inner = [record for value, parent in nodes for record in _records(value, parent)]
        nodes = [(node[name], node) for node in inner if isinstance(node, dict) and name in node]
    found = [part for value, parent in nodes if (part := members(value, parent)) is not None]
    if len(found) == 1:
        return found[0]
    records = [record for part in found for record in part.records]
    return Members(records) if records else None


def _records(value: object, parent: object) -> list[object]:
    found = members(value, parent)
    return [value] if found is None else found.records


def _record(record: object) -> _Record:
    if not isinstance(record, dict):
        return _Record(None)
    if not is_nested(record):
        return _Record(record)
    fields: Json = dict(record)
    geometry = _take_geometry(fields)
    kept_apart = list(fields) if len(fields) == 1 else _LIFTED
    for name in kept_apart:
        inner = fields.get(name)
        if isinstance(inner, dict):
            del fields[name]
            fields.update(
                {key if key not in fields else f"{name}.{key}": inner[key] for key in inner}
            )
            break
    return _Record(fields, geometry)


def _take_geometry(fields: Json) -> object:
    """Remove the geometry from a record and return it as GeoJSON; None where it has none."""
    for name, value in fields.items():
        if is_geometry(value):
            return fields.pop(name)
    geometry = fields.get("geometry")
    if isinstance(geometry, dict) and geometry.keys() & {"x", "points", "paths", "rings"}:
        del fields["geometry"]
        return esri_geometry(geometry)
    return None


def _rows(found: Members, records: list[_Record], names: tuple[str, ...]) -> Iterator[TableRow]:
    for number, record in enumerate(records, start=1):
        native_id = found.ids[number - 1] or None if found.ids else None
        if record.fields is None:
            fault = _fault(number, found.records[number - 1])
            yield TableRow(number, ("",) * len(names), None, native_id, (fault,))
            continue
        is_placed = record.geometry is not None
        placed = place_of_geometry(number, record.geometry) if is_placed else Placed()
        cells = cells_of(record.fields, names)
        yield TableRow(number, cells, placed.place, native_id, placed.faults, placed.notes)


def _fault(number: int, record: object) -> Fault:
    if record is UNREADABLE:
        return Fault(number, "", "unreadable", "This line is not valid JSON.")
    return Fault(number, "", "not_an_object", "This entry of the list is no object with names.")


def _crs(root: object, records: list[object]) -> str | None:
    """Return the coordinate system that an answer of ArcGIS states."""
    holders = [root, *(_inner(record, "geometry") for record in records[:1])]
    for holder in holders:
        reference = _inner(holder, "spatialReference")
        if not isinstance(reference, dict):
            continue
        for name in ("latestWkid", "wkid"):
            code = reference.get(name)
            if isinstance(code, int):
                return _named_by_esri(code)
        wkt = reference.get("wkt")
        if isinstance(wkt, str) and wkt:
            return wkt
    return None


def _named_by_esri(code: int) -> str:
    if code in _WEB_MERCATOR:
        return "EPSG:3857"
    return f"EPSG:{code}" if code <= _LARGEST_EPSG else f"ESRI:{code}"


def _inner(holder: object, name: str) -> object:
    return holder.get(name) if isinstance(holder, dict) else None


def _is_cut_short(root: object) -> bool:
    holders = (root, _inner(root, "properties"))
    return any(_inner(holder, "exceededTransferLimit") is True for holder in holders)


def _title(root: object) -> str | None:
    view = _inner(_inner(root, "meta"), "view")
    titles = (_inner(holder, name) for holder in (root, view) for name in ("title", "name"))
    return next((title for title in titles if isinstance(title, str) and title), None)
