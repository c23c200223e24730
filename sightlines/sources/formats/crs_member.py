"""The `crs` member of old GeoJSON: the coordinate system by its name.

Positions are easting or longitude first, whatever the system's own order is.

References
----------
The GeoJSON Format Specification, 2008, section 3; RFC 7946 has no such member any more.
OGC 09-048r5, Name type specification: the URNs and URLs of coordinate systems.
"""

from __future__ import annotations

import re

from sightlines.errors import SourceRefusedError

WGS84 = "EPSG:4326"
_AUTHORITY = re.compile(
    r"(EPSG|ESRI)(?:/[\d.]*/|:{1,2}(?:[\d.]*:)?|\.xml#)(\d{4,6})/?$", re.IGNORECASE
)
_CRS84 = re.compile(r"CRS:?84h?$|WGS[ _:]?(?:19)?84$", re.IGNORECASE)
_WKT = re.compile(r"\s*(?:PROJ|GEOG|GEOD|BOUND|COMPOUND|COMPD_)(?:CS|CRS)\[", re.IGNORECASE)
_LONGEST_NAME = 200
_WEB_MERCATOR = frozenset({"900913", "102100", "102113", "3785"})


def crs_of(member: object) -> str | None:
    """Read a `crs` member.

    Parameters
    ----------
    member
        As parsed; anything may come.

    Returns
    -------
    str or None
        `EPSG:n`, `ESRI:n` or WKT, easting or longitude first; None where nothing is stated.

    Raises
    ------
    SourceRefusedError
        If it is a link, or no system that can be told by its name.
    """
    if member is None or member == {}:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    inner = properties if isinstance(properties, dict) else {}
    if "href" in inner:
        raise SourceRefusedError(
            "The file only links to its coordinate system, and links are never followed: save it "
            "in WGS 84 and try again."
        )
    code = inner.get("code")
    name = f"EPSG:{code}" if isinstance(code, int | str) else inner.get("name", member)
    found = named_crs(name) if isinstance(name, str) else None
    if found is None:
        raise SourceRefusedError(
            f"The file names a coordinate system that is not known ({str(name)[:60]!r}): save it "
            "in WGS 84 and try again."
        )
    return found


def named_crs(name: str) -> str | None:
    """Read the name of a coordinate system.

    Parameters
    ----------
    name
        `EPSG:25832`, a URN or URL of it, `CRS84`, `WGS 84`, or WKT.

    Returns
    -------
    str or None
        None where the name says nothing.
    """
    if _WKT.match(name):
        return name
    name = name.strip()[-_LONGEST_NAME:]
    if _CRS84.search(name):
        return WGS84
    found = _AUTHORITY.search(name)
    if found is None:
        return None
    authority, code = found[1].upper(), found[2]
    return "EPSG:3857" if code in _WEB_MERCATOR else f"{authority}:{code}"
