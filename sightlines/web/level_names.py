"""How the levels of areas are called on pages."""

from __future__ import annotations

_OSM_LEVELS = {
    "2": "Countries",
    "4": "States and regions",
    "6": "Counties",
    "7": "Municipal unions",
    "8": "Municipalities",
    "9": "City districts",
    "10": "Quarters",
}
_HEXAGON_WIDTHS = {"7": "2.4 km", "8": "920 m", "9": "350 m"}


def level_label(level: str) -> str:
    """Return a level's name for people.

    Parameters
    ----------
    level
        As in an area's code: `country`, `osm-<admin_level>`, `h3-<resolution>`, or the slug under
        which a boundary file was imported.

    Returns
    -------
    str
        For example `Countries` or `Hexagons, 350 m wide`.
    """
    if level == "country":
        return "Countries"
    scheme, _, number = level.partition("-")
    if scheme == "osm":
        return f"{_OSM_LEVELS.get(number, f'Level {number}')} (OpenStreetMap)"
    if scheme == "h3":
        return f"Hexagons, {_HEXAGON_WIDTHS.get(number, number)} wide"
    return level.replace("-", " ").replace("_", " ").capitalize()
