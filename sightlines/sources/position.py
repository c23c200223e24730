"""Positions: from two texts or numbers that are WGS 84 degrees by agreement, or why there is none.

Terms
-----
null island
    Where longitude and latitude are both 0: a position that was never filled in.

What people write in tables, in any coordinate system, is read by `coordinate_texts` and
`point_texts`.
"""

from __future__ import annotations

from sightlines.errors import Fault
from sightlines.sources.coordinate_texts import read_degrees

NULL_ISLAND_DEG = 1e-6
_FAR_DEG = 1e9

Position = tuple[float, float]


def position_of(
    row: int, lon: str | float | None, lat: str | float | None, *, decimal_comma: bool = False
) -> tuple[Position | None, tuple[Fault, ...]]:
    """Make a position of what a row gives for longitude and latitude.

    Parameters
    ----------
    row
        Number of the row, for the faults.
    lon, lat
        Texts or numbers, WGS 84 degrees, truth values included, which are no numbers; None or an
        empty text where missing.
    decimal_comma
        Whether texts such as `24,95` are numbers.

    Returns
    -------
    position
        Longitude and latitude inside the world and not on null island; None with faults.
    faults
        Each of `no_position`, `unreadable_position`, `out_of_range`, `null_island`, one for each
        of the two where both are wrong.
    """
    faults: list[Fault] = []
    found: list[float] = []
    for name, label, given, limit, example in (
        ("lon", "Longitude", lon, 180.0, "24.9384"),
        ("lat", "Latitude", lat, 90.0, "60.1699"),
    ):
        degrees = _degrees(given, decimal_comma=decimal_comma)
        if _is_missing(given):
            faults.append(Fault(row, name, "no_position", f"{label} is missing."))
        elif degrees is None:
            sentence = f"{label} is not a number of degrees such as {example}."
            faults.append(Fault(row, name, "unreadable_position", sentence))
        elif not -limit <= degrees <= limit:
            sentence = f"{label} must lie between -{limit:g} and {limit:g} degrees"
            looks_swapped = name == "lat" and len(found) == 1 and _fit_swapped(found[0], degrees)
            sentence += ": longitude and latitude may be swapped." if looks_swapped else "."
            faults.append(Fault(row, name, "out_of_range", sentence))
        else:
            found.append(degrees)
    if faults:
        return None, tuple(faults)
    if max(abs(degrees) for degrees in found) < NULL_ISLAND_DEG:
        sentence = "Longitude and latitude are both 0: a position that was never filled in."
        return None, (Fault(row, "lon", "null_island", sentence),)
    return (found[0], found[1]), ()


def _fit_swapped(lon: float, lat: float) -> bool:
    return abs(lon) <= 90.0 and abs(lat) <= 180.0


def _is_missing(given: str | float | None) -> bool:
    return given is None or (isinstance(given, str) and not given.strip())


def _degrees(given: str | float | None, *, decimal_comma: bool) -> float | None:
    if isinstance(given, str):
        return read_degrees(given, decimal_comma=decimal_comma)
    if given is None or isinstance(given, bool) or given != given:
        return None
    # A whole number of 5,000 digits is out of range too, and has no float.
    return float(max(-_FAR_DEG, min(_FAR_DEG, given)))
