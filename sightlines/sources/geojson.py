"""GeoJSON: one camera a point feature.

References
----------
RFC 7946, The GeoJSON Format; its positions are WGS 84, longitude first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

import orjson

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.columns import Columns, find_columns, plain_id
from sightlines.sources.encoding import decode
from sightlines.sources.position import Position, position_of
from sightlines.sources.reading import WGS84, Reading, SourceRow, collect

FORMAT = "geojson"
PROPERTY_LIMIT = 1_000
_WGS84_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326")
_NO_JSON = "The file is not valid JSON: it is cut off, nested too deeply or has a sign too many."
_NO_GEOJSON = "This JSON is not GeoJSON: a FeatureCollection of points is needed."

_EXACT = 1e15
_HUGE = 1e300
_IN_THE_GEOMETRY = frozenset({"lon", "lat"})

Json = dict[str, object]


@dataclass(frozen=True)
class _Names:
    """Names of properties: those that are keys, the native id, those kept (None for all)."""

    keys: dict[str, str]
    native_id: str | None
    kept: frozenset[str] | None

    @classmethod
    def of(cls, headers: list[str], columns: Columns) -> _Names:
        """Name the columns that stand for properties."""
        return cls(
            {headers[column]: key for column, key in columns.keys.items()},
            None if columns.native_id is None else headers[columns.native_id],
            None if columns.kept is None else frozenset(headers[n] for n in columns.kept),
        )


def read_geojson_bytes(
    content: bytes,
    *,
    row_limit: int | None,
    strict: bool = False,
    encoding: str | None = None,
    kind: str | None = None,
) -> Reading:
    """Read the point features of a GeoJSON text.

    Parameters
    ----------
    content
        A FeatureCollection or one Feature, whole.
    row_limit
        Most features taken; None for no limit.
    strict
        True for contributions, see `reading.collect`.
    encoding
        As in `encoding.decode`.
    kind
        For all rows, where no property names a kind; None for no such ruling.

    Returns
    -------
    Reading
        Format `geojson`; `rows_read` counts the features.

    Raises
    ------
    SourceRefusedError
        If it is no GeoJSON, not in WGS 84 or has more features than the limit.
    """
    text, name = decode(content, encoding)
    features = _features(_parse(text))
    if row_limit is not None and len(features) > row_limit:
        raise SourceRefusedError(
            f"The file has more than {row_limit} features: send it in several parts."
        )
    headers = _headers(features)
    columns = find_columns(headers)
    if strict:
        columns = columns.of_contribution(headers, has_positions=False)
    names = _Names.of(headers, columns)
    rows = (_row(number, feature, names) for number, feature in enumerate(features, start=1))
    ruled = None if columns.names_kind else kind
    collected = collect(rows, strict=strict, kind=ruled)
    collected.note_left_out(columns.left_out)
    return Reading(
        format=FORMAT,
        encoding=name,
        crs=WGS84,
        rows_read=collected.rows_read,
        observations=collected.table(),
        faults=tuple(collected.faults),
        notes=dict(sorted(collected.notes.items())),
        mapping={
            header: meaning
            for header, meaning in columns.mapping.items()
            if meaning not in _IN_THE_GEOMETRY
        },
        left_out=columns.left_out,
    )


def _parse(text: str) -> object:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError) as reason:
        # NaN and Infinity are not JSON but common; they fault their own row, not the file.
        if "NaN" not in text and "Infinity" not in text:
            raise SourceRefusedError(_NO_JSON) from reason
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as reason:
        raise SourceRefusedError(_NO_JSON) from reason


def _features(root: object) -> list[object]:
    if not isinstance(root, dict):
        raise SourceRefusedError(_NO_GEOJSON)
    crs = root.get("crs")
    if crs is not None and not any(name in str(crs) for name in _WGS84_NAMES):
        raise SourceRefusedError(
            "The file names a coordinate system other than WGS 84: GeoJSON must be in longitude "
            "and latitude, WGS 84."
        )
    if root.get("type") == "Feature":
        return [root]
    features = root.get("features")
    if root.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise SourceRefusedError(_NO_GEOJSON)
    if not features:
        raise SourceRefusedError("The file holds no features.")
    return features


def _headers(features: list[object]) -> list[str]:
    """Return the names of all properties, in the order of their first appearance."""
    names: dict[str, None] = {}
    for feature in features:
        names.update(dict.fromkeys(list(_properties(feature) or {})[:PROPERTY_LIMIT]))
        if len(names) > PROPERTY_LIMIT:
            break
    return list(names)[:PROPERTY_LIMIT]


def _properties(feature: object) -> Json | None:
    """Return the properties, empty where absent or null; None where they are no object."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if properties is None:
        return {}
    return cast("Json", properties) if isinstance(properties, dict) else None


def _row(number: int, feature: object, names: _Names) -> SourceRow:
    position, faults = _position(number, feature)
    properties = _properties(feature)
    if properties is None:
        faults = (*faults, Fault(number, "properties", "unreadable", "Properties: no object."))
    texts = {
        key: as_text(value) for key, value in list((properties or {}).items())[:PROPERTY_LIMIT]
    }
    native_id = "" if names.native_id is None else texts.get(names.native_id, "")
    if names.kept is None and isinstance(feature, dict):
        native_id = as_text(feature.get("id")) or native_id
    return SourceRow(
        number=number,
        tags={names.keys[name]: text for name, text in texts.items() if name in names.keys},
        lon=position[0] if position else None,
        lat=position[1] if position else None,
        native_id=plain_id(native_id),
        faults=faults,
        raw={
            name: text
            for name, text in texts.items()
            if text and (names.kept is None or name in names.kept)
        },
    )


def _position(number: int, feature: object) -> tuple[Position | None, tuple[Fault, ...]]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None, (Fault(number, "", "not_a_feature", "This is not a GeoJSON feature."),)
    geometry = feature.get("geometry")
    if geometry is None:
        return None, (Fault(number, "geometry", "no_position", "The feature has no geometry."),)
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None, (Fault(number, "geometry", "not_a_point", "Only points are taken."),)
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 4:
        sentence = "Coordinates must be a list: longitude, latitude."
        return None, (Fault(number, "geometry", "unreadable_position", sentence),)
    lon, lat = (_number(value) for value in coordinates[:2])
    return position_of(number, lon, lat)


def _number(value: object) -> float | str | None:
    """Return a number as it is, null as none, and anything else as a text that is no number."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return "?"


def as_text(value: object) -> str:
    """Write a JSON value as the text that a tag would have.

    Parameters
    ----------
    value
        Anything that JSON holds; our own downloads' lists and sectors included.

    Returns
    -------
    str
        Lists joined by `;`, sectors as ranges, whole numbers without a point; "" for null.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return _scalar_text(value)
    if isinstance(value, list) and all(not isinstance(part, list) for part in value):
        return ";".join(filter(None, map(as_text, value)))
    if isinstance(value, dict) and isinstance(value.get("bearing_deg"), int | float):
        return _sector_text(value)
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "[nested too deeply]"


def _scalar_text(value: str | bool | float | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if abs(value) >= _EXACT:
        return f"{max(-_HUGE, min(value, _HUGE)):g}"
    return str(int(value)) if value == int(value) else repr(value)


def _sector_text(sector: Json) -> str:
    bearing, width = sector["bearing_deg"], sector.get("width_deg")
    if not isinstance(bearing, int | float) or not isinstance(width, int | float):
        return as_text(bearing)
    if width >= 360:
        return "0-360"
    start, end = (bearing - width / 2) % 360, (bearing + width / 2) % 360
    return f"{start:.6g}-{end:.6g}"
