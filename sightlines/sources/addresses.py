"""Where a catalogued source is asked for and what ground it claims, as its entry says.

References
----------
ISO 3166-1 and 3166-2 for codes of countries and their parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sightlines.errors import RequestInvalidError
from sightlines.sources.country_codes import COUNTRIES

Box = tuple[float, float, float, float]
Table = dict[str, Any]

UNVERIFIED = "unverified"
FORMATS = ("csv", "geojson", "json")

_AREA = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_SOCRATA_ID = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}")
_DATASET = re.compile(r"[\w@.~+-]+")
_SAID_OF_AN_EXTENT = ("country", "bbox", "basis")
_BOX_SIDES = 4

# Reader -> what its address must say, and what it may say besides `seen` and `checked`.
_ADDRESSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "overpass": (("query",), ("url", "area", "bbox")),
    "socrata": (("url", "dataset"), ()),
    "arcgis": (("url",), ()),
    "ckan": (("url", "dataset"), ("resource", "format")),
    "opendatasoft": (("url", "dataset", "format"), ()),
    "url": (("url",), ()),
}
READERS = tuple(_ADDRESSES)
"""Protocols by which a source may be asked for."""


@dataclass(frozen=True)
class Address:
    """How a source is asked for.

    Parameters
    ----------
    reader
        One of `READERS`.
    url
        Of the file, the layer or the portal's root; for Overpass the servers to ask, separated by
        spaces, "" for the public ones.
    dataset, resource, format
        What a portal calls it; "" where that does not apply.
    query, area, bbox
        For Overpass: the statements of a union, and the ground that they are asked for: a code of
        ISO 3166, or (west, south, east, north) in degrees. "" and None where not said.
    seen
        Where the address was found.
    checked
        ISO date on which it was last found to work, or `unverified`.
    """

    reader: str
    url: str = ""
    dataset: str = ""
    resource: str = ""
    format: str = ""
    query: str = ""
    area: str = ""
    bbox: Box | None = None
    seen: str = ""
    checked: str = UNVERIFIED


@dataclass(frozen=True)
class Extent:
    """What ground a source claims to cover: a country or a box.

    Parameters
    ----------
    country
        ISO 3166-1, two letters; "" where a box is given.
    bbox
        (west, south, east, north), WGS 84 degrees, west > east across the antimeridian; None where
        a country is given.
    basis
        How this is known.
    """

    country: str = ""
    bbox: Box | None = None
    basis: str = ""


def texts_of(name: str, said: Table) -> dict[str, str]:
    """Return a table whose values are all texts.

    Parameters
    ----------
    name
        Of the table, for sentences.
    said
        The table.

    Raises
    ------
    RequestInvalidError
        If one of its values is no text.
    """
    for key, value in said.items():
        if not isinstance(value, str):
            raise RequestInvalidError(f"[{name}] {key} must be a text.")
    return said


def refuse_unknown(name: str, said: Table, known: tuple[str, ...]) -> None:
    """Refuse a table that says what nobody asks.

    Parameters
    ----------
    name
        Of the table, for sentences.
    said, known
        The table; the keys that it may have.

    Raises
    ------
    RequestInvalidError
        If it has another one.
    """
    unknown = [key for key in said if key not in known]
    if unknown:
        raise RequestInvalidError(f"[{name}] knows no {unknown[0]!r}: use {', '.join(known)}.")


def read_address(said: Table) -> Address:
    """Read a table `[address]`.

    Raises
    ------
    RequestInvalidError
        If it lacks what its reader needs, or says what no server could mean.
    """
    reader = said.get("reader")
    if not isinstance(reader, str) or reader not in _ADDRESSES:
        raise RequestInvalidError(f"[address] reader is one of {', '.join(READERS)}.")
    needed, optional = _ADDRESSES[reader]
    refuse_unknown("address", said, ("reader", *needed, *optional, "seen", "checked"))
    bbox = _box("address", said["bbox"]) if "bbox" in said else None
    texts = texts_of("address", {key: value for key, value in said.items() if key != "bbox"})
    missing = [key for key in (*needed, "seen") if not texts.get(key)]
    if missing:
        raise RequestInvalidError(f"[address] of the reader {reader} must say {missing[0]}.")
    address = Address(bbox=bbox, **texts)
    _check_words(address)
    if reader == "overpass":
        _check_query(address)
    return address


def _check_words(address: Address) -> None:
    """Refuse values that no server could mean."""
    urls = address.url.split() if address.reader == "overpass" else filter(None, [address.url])
    for url in urls:
        check_url("address", "url", url)
    if address.format and address.format not in FORMATS:
        raise RequestInvalidError(f"[address] format is one of {', '.join(FORMATS)}.")
    if address.reader == "ckan" and not (address.resource or address.format):
        raise RequestInvalidError("[address] of the reader ckan must say resource or format.")
    if address.reader == "socrata" and not _SOCRATA_ID.fullmatch(address.dataset):
        raise RequestInvalidError("[address] dataset of Socrata looks like `abcd-1234`.")
    for id_ in filter(None, (address.dataset, address.resource)):
        if not _DATASET.fullmatch(id_):
            raise RequestInvalidError("[address] dataset and resource are ids without slashes.")
    if address.checked != UNVERIFIED and not _is_day(address.checked):
        raise RequestInvalidError(f"[address] checked is a date like 2026-05-31, or {UNVERIFIED}.")


def _check_query(address: Address) -> None:
    if bool(address.area) == (address.bbox is not None):
        raise RequestInvalidError("[address] of the reader overpass says either area or bbox.")
    if address.area and not _AREA.fullmatch(address.area):
        raise RequestInvalidError("[address] area is a code of ISO 3166, such as FR or US-CA.")
    placeholder = "(area.place)" if address.area else "({{bbox}})"
    if placeholder not in address.query:
        raise RequestInvalidError(f"[address] query must name its ground as {placeholder}.")


def read_extent(said: Table) -> Extent:
    """Read a table `[extent]`.

    Raises
    ------
    RequestInvalidError
        If it does not say exactly one of country and bbox, and its basis.
    """
    refuse_unknown("extent", said, _SAID_OF_AN_EXTENT)
    bbox = _box("extent", said["bbox"]) if "bbox" in said else None
    texts = texts_of("extent", {key: value for key, value in said.items() if key != "bbox"})
    if bool(texts.get("country")) == (bbox is not None):
        raise RequestInvalidError("[extent] says either country or bbox.")
    check_country("extent", texts.get("country", ""))
    if not texts.get("basis"):
        raise RequestInvalidError("[extent] must say its basis: how this is known.")
    return Extent(bbox=bbox, **texts)


def _box(name: str, said: object) -> Box:
    sides = said if isinstance(said, list) else []
    if len(sides) != _BOX_SIDES or any(type(side) not in (int, float) for side in sides):
        raise RequestInvalidError(f"[{name}] bbox is a list: west, south, east, north in degrees.")
    west, south, east, north = map(float, sides)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        raise RequestInvalidError(f"[{name}] bbox lies outside the world, or south is not below.")
    # Across the antimeridian west is the larger number; more than half the globe is a slip.
    if west == east or (west > east and east + 360 - west >= 180):
        raise RequestInvalidError(f"[{name}] bbox: west must lie west of east.")
    return west, south, east, north


def check_country(name: str, country: str) -> None:
    """Refuse what is no code of a country; "" is none.

    Parameters
    ----------
    name
        Of the table, for sentences.
    country
        Two letters.

    Raises
    ------
    RequestInvalidError
        If it is no such code.
    """
    if country and country not in COUNTRIES:
        raise RequestInvalidError(f"[{name}] country is a code of ISO 3166-1, such as FR.")


def check_url(name: str, key: str, url: str) -> None:
    """Refuse what is no plain address of the web.

    Parameters
    ----------
    name, key
        Of the table and in it, for sentences.
    url
        The address.

    Raises
    ------
    RequestInvalidError
        If it is not of http or https, names no host, or holds a user or password.
    """
    try:
        parts = urlsplit(url)
        is_good = bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
        is_good = is_good and parts.username is None and parts.password is None
    except ValueError:  # brackets that do not close, a port that is no number
        is_good = False
    if not is_good or not url.isprintable() or " " in url:
        raise RequestInvalidError(
            f"[{name}] {key} must be an address of http or https, without a user."
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
