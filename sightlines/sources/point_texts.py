"""The grammar of a whole position in one text: pairs, WKT, WKB, JSON and addresses.

Terms
-----
bare
    Of a pair: two numbers of which nothing says which is the longitude.

In which coordinate system the numbers are is not asked here, unless the text itself names it.

References
----------
RFC 5870, A Uniform Resource Identifier for Geographic Locations.
OGC 06-103r4, Simple feature access, 7 and 8 (WKT and WKB); EWKB as PostGIS writes it.
"""

from __future__ import annotations

import math
import re
import struct
from typing import Literal, NamedTuple

import shapely

from sightlines.sources.coordinate_texts import (
    COORDINATE_LIMIT,
    in_plain_signs,
    read_coordinate,
)

Order = Literal["lat_lon", "lon_lat"]

_PAIR_LIMIT = 2_000
_SHAPE_LIMIT = 1_000_000

_SIGNED = r"[+-]?[0-9]{1,12}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,3})?"
_SRID = r"(?:SRID\s*=\s*([0-9]{1,6})\s*;\s*)?"
_WKT_POINT = re.compile(
    rf"{_SRID}POINT\s*(?:ZM?|M)?\s*\(\s*({_SIGNED})[\s,]+({_SIGNED})(?:\s+{_SIGNED}){{0,2}}\s*\)",
    re.IGNORECASE,
)
# Collections of anything are left out: they nest, and GEOS would follow them down its stack.
_WKT_SHAPE = re.compile(
    rf"{_SRID}((?:MULTIPOINT|(?:MULTI)?LINESTRING|(?:MULTI)?POLYGON)\s*(?:ZM?|M)?\s*\(.*)",
    re.IGNORECASE | re.DOTALL,
)
_WKB_HEX = re.compile(r"(?:\\x)?((?:00|01)[0-9A-Fa-f]{40,76})")
_GEO_URI = re.compile(
    rf"geo:({_SIGNED}),({_SIGNED})(?:,{_SIGNED})?(?:;[^\s]{{0,200}})?", re.IGNORECASE
)
_JSON_POINT = re.compile(rf"coordinates[\"']?\s*:\s*[\[(]\s*({_SIGNED})\s*,\s*({_SIGNED})")
_NAMED = re.compile(
    rf"\b(?:(lat(?:itude)?)|(lon(?:g(?:itude)?)?|lng))\b[\"']?\s*[:=]\s*[\"']?({_SIGNED})",
    re.IGNORECASE,
)
_DECIMAL = r"[+-]?[0-9]{1,3}\.[0-9]{1,30}"
_PLAIN_PAIR = re.compile(rf"\(?({_DECIMAL})\s*[,;]\s*({_DECIMAL})\)?")
_PAIR_AT_THE_END = re.compile(rf"\(({_DECIMAL}),\s*({_DECIMAL})\)$")
_LETTERED_HALVES = (
    re.compile(r"([^NSEW]{1,60}[NSEW])[\s,;/|]*([^NSEW]{1,60}[NSEW])"),
    re.compile(r"([NSEW][^NSEW]{1,60}?)[\s,;/|]*([NSEW][^NSEW]{1,60})"),
)


class PointText(NamedTuple):
    """Two numbers that stood in one text.

    Parameters
    ----------
    first, second
        As written, finite.
    order
        Which is which, where letters or names say so; None elsewhere.
    is_xy
        Whether it is a geometry, whose x, the easting or longitude, comes first by its standard.
    srid
        The EPSG code that the text names; None where it names none.
    is_representative
        Whether the text holds a line, an area or several points, and this is a point on it.
    """

    first: float
    second: float
    order: Order | None = None
    is_xy: bool = False
    srid: int | None = None
    is_representative: bool = False


def read_point(text: str) -> PointText | None:
    """Read a text that holds a whole position.

    Parameters
    ----------
    text
        `(lat, lon)` and other bare pairs, WKT, EWKT, WKB in hexadecimal, a JSON point or object of
        latitude and longitude, a `geo:` address, degrees with letters, or an address with the pair
        in parentheses at its end.

    Returns
    -------
    PointText or None
        None for everything else: a pair of whole numbers without parentheses is none.
    """
    stripped = text.strip()
    plain = _PLAIN_PAIR.fullmatch(stripped) if len(stripped) < COORDINATE_LIMIT else None
    if plain is not None:
        return PointText(float(plain[1]), float(plain[2]))
    if len(stripped) > _PAIR_LIMIT:
        return _shape(stripped) if len(stripped) <= _SHAPE_LIMIT else None
    for read in (_wkt_point, _wkb_point, _shape, _named_pair, _json_shape, _bare_pair):
        found = read(stripped)
        if found is not None:
            is_finite = math.isfinite(found.first) and math.isfinite(found.second)
            return found if is_finite else None
    return None


def _wkt_point(text: str) -> PointText | None:
    match = _WKT_POINT.fullmatch(text)
    if match is None:
        return None
    srid = int(match[1]) if match[1] else None
    return PointText(float(match[2]), float(match[3]), None, True, srid or None)


def _wkb_point(text: str) -> PointText | None:
    match = _WKB_HEX.fullmatch(text)
    if match is None:
        return None
    content = bytes.fromhex(match[1][: len(match[1]) // 2 * 2])
    ends = "<" if content[0] == 1 else ">"
    kind = struct.unpack_from(f"{ends}I", content, 1)[0]
    has_srid = bool(kind & 0x20000000)
    if (kind & 0x0FFFFFFF) % 1000 != 1 or len(content) < 21 + 4 * has_srid:
        return None
    srid = struct.unpack_from(f"{ends}I", content, 5)[0] if has_srid else None
    first, second = struct.unpack_from(f"{ends}2d", content, 5 + 4 * has_srid)
    return PointText(first, second, None, True, srid or None)


def _shape(text: str) -> PointText | None:
    match = _WKT_SHAPE.fullmatch(text)
    if match is None:
        return None
    try:
        point = shapely.from_wkt(match[2]).representative_point()
    except shapely.errors.GEOSException:
        return None
    if point.is_empty:
        return None
    return PointText(point.x, point.y, None, True, int(match[1] or 0) or None, True)


def _json_shape(text: str) -> PointText | None:
    if not text.startswith("{") or '"coordinates"' not in text:
        return None
    try:
        shape = shapely.from_geojson(text)
    except shapely.errors.GEOSException:
        return None
    if shape.is_empty:
        return None
    only = shapely.get_num_coordinates(shape) == 1
    point = (
        shapely.Point(shapely.get_coordinates(shape)[0]) if only else shape.representative_point()
    )
    return PointText(point.x, point.y, None, True, None, not only)


def _named_pair(text: str) -> PointText | None:
    uri = _GEO_URI.fullmatch(text)
    if uri is not None:
        return PointText(float(uri[1]), float(uri[2]), "lat_lon")
    json_point = _JSON_POINT.search(text)
    if json_point is not None:
        return PointText(float(json_point[1]), float(json_point[2]), None, True)
    named = {bool(lat): float(number) for lat, _, number in _NAMED.findall(text)}
    return PointText(named[True], named[False], "lat_lon") if len(named) == 2 else None


def _bare_pair(text: str) -> PointText | None:
    at_the_end = _PAIR_AT_THE_END.search(text)
    if at_the_end is not None:
        return PointText(float(at_the_end[1]), float(at_the_end[2]))
    if len(text) > 2 * COORDINATE_LIMIT:
        return None
    plain = in_plain_signs(text)
    inner = plain.strip("()[]{} ")
    for halves in _halves(inner):
        first, second = (read_coordinate(half, decimal_comma=True) for half in halves)
        if first is None or second is None:
            continue
        if first.axis is not None and first.axis == second.axis:
            return None
        if inner == plain and not any(mark in half for half in halves for mark in ".,°'NSEW"):
            return None
        axis = first.axis or {None: None, "lat": "lon", "lon": "lat"}[second.axis]
        order: Order | None = None if axis is None else "lat_lon" if axis == "lat" else "lon_lat"
        return PointText(first.value, second.value, order)
    return None


def _halves(inner: str) -> list[tuple[str, str]]:
    """Return the ways in which a text may be cut in two; heights behind a pair are left out."""
    lettered = [match for form in _LETTERED_HALVES if (match := form.fullmatch(inner))]
    found = [(match[1], match[2]) for match in lettered]
    for sign in (r"\s*[;|/\t]\s*", r"\s*,\s+", r"\s*,\s*", r"\s+"):
        parts = re.split(sign, inner)
        has_fractions = all("." in part or "," in part for part in parts[:2])
        if len(parts) == 2 or (len(parts) in (3, 4) and has_fractions):
            found.append((parts[0], parts[1]))
    return found
