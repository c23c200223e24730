"""Coordinate systems: the names people and files give them, and the way to WGS 84 degrees.

Terms
-----
label
    `EPSG:4326` for anything that means WGS 84 degrees, else an authority's code, else WKT.

What headers say of a system is `crs_hints`' business; which one fits positions, `crs_fit`'s.

References
----------
EPSG Geodetic Parameter Dataset, as pyproj brings it.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from sightlines.errors import SourceRefusedError
from sightlines.sources.reading import WGS84

_TEXT_LIMIT = 20_000
_SAME = 70

Numbers = NDArray[np.float64]


@lru_cache(maxsize=64)
def known_crs(text: str) -> str:
    """Return the label of a coordinate system that somebody names.

    Parameters
    ----------
    text
        Code (`EPSG:2326`, `2326`), URN, WKT, PROJJSON or name.

    Raises
    ------
    SourceRefusedError
        If no system on the earth's surface is called so.
    """
    named = text.strip()
    if named.isascii() and named.isdecimal():
        named = f"EPSG:{named}"
    refused = SourceRefusedError(f"No coordinate system is called {named[:40]!r}.")
    # `+init=` would open a file that the text names.
    if not named or len(named) > _TEXT_LIMIT or re.search(r"init\s*=", named, re.IGNORECASE):
        raise refused
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            crs = CRS.from_user_input(named)
            if not (crs.is_projected or crs.is_geographic):
                raise refused
            if crs.equals(CRS.from_epsg(4326), ignore_axis_order=True):
                return WGS84
            authority = crs.to_authority(min_confidence=_SAME)
            label = ":".join(authority) if authority else str(crs.to_wkt())
    except (CRSError, ProjError) as reason:
        raise refused from reason
    return WGS84 if label == "OGC:CRS84" else label


@lru_cache(maxsize=256)
def is_in_degrees(crs: str) -> bool:
    """Say whether a system's positions are longitude and latitude.

    Parameters
    ----------
    crs
        A label.
    """
    return bool(CRS.from_user_input(crs).is_geographic)


def to_wgs84(crs: str, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Turn positions into WGS 84 degrees.

    Parameters
    ----------
    crs
        A label.
    x, y
        Longitudes and latitudes in degrees, or eastings and northings in the system's unit, shape
        (n,); NaN where there is none.

    Returns
    -------
    lon, lat
        Shape (n,), degrees; not finite where there is none or the system knows no such place.

    Raises
    ------
    SourceRefusedError
        If nothing leads from the system to WGS 84.
    """
    if crs == WGS84:
        return x, y
    try:
        lon, lat = _transformer(crs).transform(x, y)
    except ProjError as reason:
        sentence = f"Positions in {crs[:40]!r} cannot be turned into longitude and latitude."
        raise SourceRefusedError(sentence) from reason
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


@lru_cache(maxsize=64)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(crs, WGS84, always_xy=True)


def within(extent: shapely.Geometry, lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
    """Say which positions lie in an area, its edge included.

    Parameters
    ----------
    extent
        WGS 84.
    lon, lat
        Degrees, shape (n,); what is not finite lies nowhere.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    finite = np.isfinite(lon) & np.isfinite(lat)
    inside: NDArray[np.bool_] = finite & np.asarray(
        shapely.intersects_xy(extent, np.where(finite, lon, 0.0), np.where(finite, lat, 0.0))
    )
    return inside
