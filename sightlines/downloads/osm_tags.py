"""What a camera's attributes are as OpenStreetMap's tags.

The attribute table says which key an attribute has. Never passed on are how long recordings are
kept and what for (OpenStreetMap has no key), addresses, names and descriptions: what publishers
write there is their own label or free text, which is no fact to copy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sightlines.attributes import ATTRIBUTES, BY_NAME, Attribute, kind_of
from sightlines.sources.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the API takes at most.
LONGEST = 255

_WITHHELD = frozenset({"retention_days", "purpose", "addr_full", "name", "description"})
# Said by the kind.
_OF_KIND = frozenset({"surveillance_type", "enforcement"})
PASSED_ON: tuple[Attribute, ...] = tuple(
    row for row in ATTRIBUTES if row.keys and row.name not in _WITHHELD | _OF_KIND
)
# What OpenStreetMap says of a speed camera; the keys of surveillance are not used there.
_OF_ENFORCEMENT = frozenset(
    {"camera_direction", "height", "operator", "operator_type", "operator_wikidata",
     "manufacturer", "manufacturer_wikidata", "ref", "start_date"}
)  # fmt: skip
_TYPE_KEY = BY_NAME["surveillance_type"].keys[0]
_TYPE_OF_KIND = {kind_of(choice): choice for choice in BY_NAME["surveillance_type"].choices}
_SPEED = "maxspeed"


def has_tags(kind: str, enforcement: str | None) -> bool:
    """Say whether OpenStreetMap has a node for a device: of enforcement, for speed cameras only.

    Parameters
    ----------
    kind
        One of `attributes.KINDS`.
    enforcement
        Which rule it watches; None where unknown.
    """
    return kind != "enforcement" or enforcement == _SPEED


def class_tags(kind: str) -> dict[str, str]:
    """Return the tags that say what a device is.

    Parameters
    ----------
    kind
        One of `attributes.KINDS`; enforcement is a speed camera.
    """
    if kind == "enforcement":
        return {"highway": "speed_camera"}
    return {"man_made": "surveillance", **type_tag(kind)}


def type_tag(kind: str) -> dict[str, str]:
    """Return the tag of the type of surveillance; empty for a kind that has none."""
    return {_TYPE_KEY: _TYPE_OF_KIND[kind]} if kind in _TYPE_OF_KIND else {}


def is_passed_on(attribute: Attribute, kind: str) -> bool:
    """Say whether an attribute of a device of a kind is one that OpenStreetMap has a tag for."""
    return attribute in PASSED_ON and (kind != "enforcement" or attribute.name in _OF_ENFORCEMENT)


def key_of(attribute: Attribute, kind: str) -> str:
    """Return the key of an attribute; a speed camera has the plain `direction`."""
    is_plain = kind == "enforcement" and attribute.type == "sectors"
    return "direction" if is_plain else attribute.keys[0]


def tag_text(attribute: Attribute, value: Any) -> str | None:  # noqa: ANN401 (a cell of any type)
    """Return a value as a tag has it.

    Parameters
    ----------
    attribute
        A row of the attribute table.
    value
        As `schema.arrow_type` has it; None for unknown.

    Returns
    -------
    str or None
        None for nothing, for a text that has been blacked out and for one that is too long.
    """
    if value is None or value == []:
        return None
    text = _text(attribute, value)
    return None if not text or len(text) > LONGEST or REDACTED in text else text


def _text(attribute: Attribute, value: Any) -> str:  # noqa: ANN401 (a cell of any type)
    if attribute.type == "sectors":
        return ";".join(_sector(sector) for sector in value)
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value) if math.isfinite(value) else ""
    return in_xml(str(value))


def _sector(sector: Mapping[str, float | None]) -> str:
    bearing, width = sector["bearing_deg"] or 0.0, sector["width_deg"]
    if width is None:
        return number_text(bearing % 360.0)
    if width >= 360.0:
        return "0-360"
    ends = ((bearing - width / 2.0) % 360.0, (bearing + width / 2.0) % 360.0)
    return "-".join(map(number_text, ends))


def number_text(number: float) -> str:
    """Write a number with as few digits as it needs, at most two behind the point."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def in_xml(text: str) -> str:
    """Take away what XML 1.0 cannot hold.

    References
    ----------
    W3C, Extensible Markup Language (XML) 1.0, production 2, Char.
    """
    return "".join(sign for sign in text if _is_char(ord(sign)))


def _is_char(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or (code >= 0x10000)
    )
