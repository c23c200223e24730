"""Queries in Overpass's language, made from an entry of the catalogue.

References
----------
OpenStreetMap wiki, Overpass QL: `[out:json]`, `[timeout:]`, `[maxsize:]`, `out meta center`,
`out count`, `out ids bb`; boxes are written (south, west, north, east).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightlines.sources.addresses import Address, Box

LONGEST_S = 180
_MOST_BYTES = 512 * 1024**2
WORLD: Box = (-180.0, -90.0, 180.0, 90.0)


def elements_query(address: Address, box: Box | None, timeout_s: int) -> str:
    """Ask for the elements themselves.

    Parameters
    ----------
    address
        Of the source.
    box
        Part of its ground; None for all of an area.
    timeout_s
        How long the server may take.
    """
    return f"{_settings(timeout_s)}{_place(address)}{_union(address, box)}out meta center;"


def count_query(address: Address, box: Box | None, timeout_s: int) -> str:
    """Ask how many elements there are, and before that how many areas the ground is made of."""
    place = f"{_place(address)}.place out count;" if address.area else ""
    return f"{_settings(timeout_s)}{place}{_union(address, box)}out count;"


def bounds_query(address: Address, timeout_s: int) -> str:
    """Ask for the box that an area lies in."""
    return f"{_settings(timeout_s)}relation{_code(address)};out ids bb;"


def quarters(box: Box) -> list[Box]:
    """Cut a box into four, also one across the antimeridian."""
    west, south, east, north = box
    width = east - west if east > west else east + 360.0 - west
    middle, centre = west + width / 2, (south + north) / 2
    middle = middle if middle <= 180.0 else middle - 360.0
    # Where the cut falls on the antimeridian it is 180 seen from the west and -180 from the east.
    east_of_middle = -180.0 if middle == 180.0 else middle
    return [
        (left, low, right, high)
        for left, right in ((west, middle), (east_of_middle, east))
        for low, high in ((south, centre), (centre, north))
    ]


def _settings(timeout_s: int) -> str:
    return f"[out:json][timeout:{timeout_s}][maxsize:{_MOST_BYTES}];"


def _place(address: Address) -> str:
    return f"area{_code(address)}->.place;" if address.area else ""


def _code(address: Address) -> str:
    standard = "ISO3166-2" if "-" in address.area else "ISO3166-1"
    return f'["{standard}"="{address.area}"]["boundary"="administrative"]'


def _union(address: Address, box: Box | None) -> str:
    statements = address.query.strip()
    if box is not None:
        west, south, east, north = box
        corners = f"({south:.7f},{west:.7f},{north:.7f},{east:.7f})"
        statements = statements.replace("({{bbox}})", corners)
        statements = statements.replace("(area.place)", f"(area.place){corners}")
    return f"({statements.rstrip(';')};);"
