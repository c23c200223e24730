"""How what is known of a camera is written for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightlines.attributes import BY_NAME

if TYPE_CHECKING:
    from sightlines.attributes import Attribute

KIND_NAMES = {
    "unknown": "Camera, type unknown",
    "cctv": "Surveillance camera",
    "alpr": "Number-plate reader",
    "enforcement": "Traffic enforcement camera",
    "guard": "Guard",
    "gunshot_detector": "Gunshot detector",
}
# What every observation says besides its attributes.
_CIRCUMSTANCES = {
    "overlap": "Overlap of the lists",
    "kind": "Kind",
    "status": "Status",
    "camera_count": "Cameras at this record",
    "place": "Place",
    "native_id": "Its own id",
    "lon": "Longitude",
    "lat": "Latitude",
    "observed_at": "Last seen by somebody",
    "last_edited_at": "Last edited",
}


def in_words(attribute: Attribute, value: Any) -> str:  # noqa: ANN401  # a value of any attribute
    """Write an attribute's value for people, with its unit.

    Parameters
    ----------
    attribute
        The row of the attribute table.
    value
        What is known: of the attribute's type, never None.

    Returns
    -------
    str
        Choices without underscores, directions with the point of the compass.
    """
    if attribute.type == "sectors":
        return ", ".join(_sector_in_words(sector) for sector in value)
    if attribute.type == "choices":
        return ", ".join(value).replace("_", " ")
    if attribute.type == "boolean":
        return "yes" if value else "no"
    if attribute.type in {"number", "integer"}:
        return f"{value:g} {attribute.unit}".replace(" deg", "°").strip()
    return str(value).replace("_", " ") if attribute.choices else str(value)


def label_of(column: str) -> str:
    """Return how a column of an observation is called on pages.

    Parameters
    ----------
    column
        The name of an attribute, or of another column; one that has no label gives its own name.

    Returns
    -------
    str
        For example `Camera type`.
    """
    if column in BY_NAME:
        return BY_NAME[column].label
    return _CIRCUMSTANCES.get(column, column.replace("_", " ").capitalize())


def _sector_in_words(sector: dict[str, Any]) -> str:
    points = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
    name = points[round(sector["bearing_deg"] / 45) % 8]
    width = "" if sector["width_deg"] is None else f", {sector['width_deg']:g}° wide"
    return f"{sector['bearing_deg']:g}° ({name}{width})"
