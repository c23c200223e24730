"""The attribute table: what can be known of a camera, each said once.

A row of `ATTRIBUTES` drives the readers' key maps, the Arrow schema, the normaliser, the
contributor's form, filters, tile properties, the columns of every download and the page of
documentation. Its name is the OpenStreetMap key with `:` written as `_`. Beside it stand the few
closed vocabularies that are not tags but rulings of ours: kind, status, verification, operator
group.

References
----------
OpenStreetMap wiki, Tag:man_made=surveillance, Key:surveillance, Key:camera:type, Key:camera:mount,
Key:camera:direction, Key:direction, Key:operator:type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "choice", "choices", "number", "integer", "boolean", "date", "sectors"]

KINDS = ("unknown", "cctv", "alpr", "enforcement", "guard", "gunshot_detector")
COUNTED_KINDS = frozenset({"unknown", "cctv", "alpr"})
STATUSES = ("active", "planned", "disused", "removed")
VERIFICATIONS = ("unverified", "single_source", "corroborated", "photographed", "disputed")
OPERATOR_GROUPS = ("unknown", "public", "private")
PRIVATE_HOME_TYPES = frozenset({"doorbell"})


@dataclass(frozen=True, eq=False)
class Attribute:
    """One row of the table; each is itself and no other.

    Parameters
    ----------
    name
        As everywhere: column, form field, query parameter, property.
    label
        As people read it, in English.
    type
        What values it has; `sectors` is a list of bearing, width and where the width comes from,
        `date` is ISO 8601 and may be partial (`2019`, `2019-05`).
    keys
        OpenStreetMap keys in order of preference.
    choices
        Allowed values of a `choice` or of each of several `choices`; empty means any text.
    aliases
        Values found in the world that mean one of the choices, in lower case.
    unit
        Unit of a number; "" for none.
    bounds
        Smallest and largest plausible number.
    form, filter, tile
        Whether the form asks for it, a reader may filter by it, a tile carries it.
    help
        One sentence for the form and the documentation.
    """

    name: str
    label: str
    type: Type
    keys: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    bounds: tuple[float, float] | None = None
    form: bool = False
    filter: bool = False
    tile: bool = False
    help: str = ""


ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute(
        "surveillance_type",
        "Type of surveillance",
        "choice",
        keys=("surveillance:type",),
        choices=("camera", "ALPR", "guard", "gunshot_detector"),
        aliases=(("anpr", "ALPR"), ("alpr", "ALPR"), ("lpr", "ALPR"), ("cctv", "camera")),
        form=True,
        filter=True,
        help="A camera, a reader of number plates, a guard, a gunshot detector.",
    ),
    Attribute(
        "surveillance",
        "What it watches",
        "choice",
        keys=("surveillance",),
        choices=("public", "outdoor", "indoor"),
        form=True,
        filter=True,
        help="Public space, private ground outdoors, or indoors.",
    ),
    Attribute(
        "camera_type",
        "Camera type",
        "choice",
        keys=("camera:type",),
        choices=("fixed", "panning", "dome", "panorama", "doorbell"),
        aliases=(("ptz", "panning"), ("static", "fixed"), ("360", "panorama")),
        form=True,
        filter=True,
        tile=True,
        help="Fixed cameras look one way; panning, dome and panorama cameras can look all round.",
    ),
    Attribute(
        "camera_mount",
        "Mounted on",
        "choice",
        keys=("camera:mount", "support"),
        choices=(
            "wall",
            "pole",
            "ceiling",
            "street_lamp",
            "tree",
            "traffic_signal",
            "building",
            "roof",
            "other",
        ),
        aliases=(("street_light", "street_lamp"), ("traffic_signals", "traffic_signal")),
        form=True,
        filter=True,
        help="What carries the camera.",
    ),
    Attribute(
        "camera_direction",
        "Direction",
        "sectors",
        keys=("camera:direction", "direction", "surveillance:direction"),
        unit="deg",
        form=True,
        tile=True,
        help="Where it looks: degrees clockwise from north (0 is north), a range such as 338-23, "
        "or several, separated by a semicolon.",
    ),
    Attribute(
        "camera_angle",
        "Angle below the horizon",
        "number",
        keys=("camera:angle",),
        unit="deg",
        bounds=(0, 90),
        help="Degrees below the horizon.",
    ),
    Attribute(
        "height",
        "Height",
        "number",
        keys=("height",),
        unit="m",
        bounds=(0, 300),
        form=True,
        help="Metres above the ground.",
    ),
    Attribute(
        "surveillance_zone",
        "Zone",
        "choices",
        keys=("surveillance:zone",),
        aliases=(("street", "town"), ("public", "town")),
        form=True,
        filter=True,
        help="What kind of place it watches, for example town, parking, traffic, shop, entrance.",
    ),
    Attribute(
        "operator",
        "Operator",
        "text",
        keys=("operator",),
        form=True,
        filter=True,
        help="Who runs the camera: a body or a firm, never a person.",
    ),
    Attribute(
        "operator_type",
        "Operator type",
        "choice",
        keys=("operator:type",),
        choices=("government", "public", "police", "private", "business", "private_non_profit"),
        aliases=(
            ("commercial", "business"),
            ("company", "business"),
            ("ngo", "private_non_profit"),
            ("state", "government"),
            ("municipal", "government"),
        ),
        form=True,
        filter=True,
        help="A public body or a private one.",
    ),
    Attribute("operator_wikidata", "Operator (Wikidata)", "text", keys=("operator:wikidata",)),
    Attribute(
        "manufacturer",
        "Manufacturer",
        "text",
        keys=("manufacturer", "brand", "surveillance:brand"),
        filter=True,
        help="Who made the device.",
    ),
    Attribute(
        "manufacturer_wikidata",
        "Manufacturer (Wikidata)",
        "text",
        keys=("manufacturer:wikidata", "brand:wikidata"),
    ),
    Attribute("indoor", "Indoors", "boolean", keys=("indoor",)),
    Attribute("level", "Level", "text", keys=("level",)),
    Attribute("ref", "Reference number", "text", keys=("ref",)),
    Attribute("name", "Name", "text", keys=("name",)),
    Attribute(
        "description",
        "Description",
        "text",
        keys=("description",),
        form=True,
        help="What helps to find it; nothing about people.",
    ),
    Attribute(
        "addr_full",
        "Address",
        "text",
        keys=("addr:full",),
        help="Where its source says it stands, in words; never the address of a private home.",
    ),
    Attribute(
        "purpose",
        "Purpose",
        "text",
        filter=True,
        help="What it is for, in the words of whoever runs it.",
    ),
    Attribute(
        "enforcement",
        "Enforces",
        "choice",
        keys=("enforcement",),
        choices=(
            "maxspeed",
            "average_speed",
            "traffic_signals",
            "access",
            "toll",
            "mindistance",
            "check",
        ),
        aliases=(
            ("speed", "maxspeed"),
            ("speed_camera", "maxspeed"),
            ("red_light", "traffic_signals"),
            ("section_control", "average_speed"),
        ),
        filter=True,
        help="Which rule an enforcement camera watches: speed, a red light, access.",
    ),
    Attribute(
        "retention_days",
        "Recordings kept",
        "integer",
        unit="days",
        bounds=(0, 3650),
        help="For how many days recordings are kept, as its operator states.",
    ),
    Attribute(
        "start_date",
        "Installed",
        "date",
        keys=("start_date",),
        help="When it was installed, where that is known.",
    ),
)

BY_NAME: dict[str, Attribute] = {row.name: row for row in ATTRIBUTES}

# Keys that say when somebody last saw the camera, best first (DEFINITIONS: Identity and time).
OBSERVED_KEYS = ("check_date", "survey:date", "survey_date")

_OPERATOR_GROUP_OF_TYPE = {
    "government": "public",
    "public": "public",
    "police": "public",
    "private": "private",
    "business": "private",
    "private_non_profit": "private",
}

_KIND_OF_SURVEILLANCE_TYPE = {
    "camera": "cctv",
    "ALPR": "alpr",
    "guard": "guard",
    "gunshot_detector": "gunshot_detector",
}


def operator_group(operator_type: str | None) -> str:
    """Say which of the three groups an operator belongs to.

    Parameters
    ----------
    operator_type
        A choice of the attribute `operator_type`, or None where unknown.

    Returns
    -------
    str
        One of `OPERATOR_GROUPS`.
    """
    return _OPERATOR_GROUP_OF_TYPE.get(operator_type or "", "unknown")


def kind_of(surveillance_type: str | None) -> str:
    """Say what kind of device a type of surveillance means.

    Parameters
    ----------
    surveillance_type
        A choice of the attribute `surveillance_type`, or None where unknown.

    Returns
    -------
    str
        One of `KINDS`; a missing or unheard-of type is `unknown`.
    """
    return _KIND_OF_SURVEILLANCE_TYPE.get(surveillance_type or "", "unknown")
