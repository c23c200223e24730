"""The mapping: how a table is read, as a value that can be shown, saved, edited and given back.

A mapping file is TOML. `[layout]` says how the file is written, `[position]` where positions
stand, `[columns]` which column means what, `[values.<meaning>]` what its words mean, `[rows]` what
holds for every row. Only what a reader could not know otherwise needs to stand in it: what is left
out is found out. With a table `[source]` the same file is a catalogued source (`data/sources/`).
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, get_args

import tomli_w

from sightlines.attributes import BY_NAME, KINDS, STATUSES
from sightlines.errors import RequestInvalidError
from sightlines.sources.columns.dates import Order
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.columns.vocabulary import KEYS
from sightlines.sources.free_text import canonical
from sightlines.sources.table import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

# Meanings that are no attributes.
OSM_IDS = {f"osm_{name}_id": name for name in ("node", "way", "relation")}
OTHER_MEANINGS = (
    "native_id", "osm_type", *OSM_IDS, "tags", "place", "last_edited_at", "observed_at",
)  # fmt: skip
MEANINGS = frozenset(
    {*BY_NAME, *OTHER_MEANINGS, *KEYS, *(key for row in BY_NAME.values() for key in row.keys)}
)
WGS84 = "EPSG:4326"
_OF_A_SOURCE = ("source", "address", "extent", "meaning")
_TABLES = ("layout", "position", "columns", "values", "rows", *_OF_A_SOURCE)


@dataclass(frozen=True)
class Mapping:
    """How the rows of one table are read.

    Parameters
    ----------
    position
        Which columns hold the position, in which form and CRS.
    columns
        Header -> meaning (`vocabulary`), in the order in which several columns of one meaning are
        asked: the first that says something counts.
    values
        Meaning -> text of the source -> choice, for words that no vocabulary knows.
    kind
        Of every row that names none; None for no such ruling.
    enforcement
        Which rule every enforcement camera watches whose row says nothing of it; None for no such
        ruling.
    date_order
        Whether `03/04/2019` is in April or in March.
    layout
        How the file was written.
    """

    position: PositionColumns
    columns: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    kind: str | None = None
    enforcement: str | None = None
    date_order: Order = "unknown"
    layout: Layout = field(default_factory=Layout)

    @property
    def is_in_degrees(self) -> bool:
        """Return whether positions are longitudes and latitudes."""
        return self.position.crs == WGS84

    def shown(self) -> dict[str, str]:
        """Return column -> attribute, positions included, as reports show it."""
        spots = {
            self.position.x: "lon" if self.is_in_degrees else "easting",
            self.position.y: "lat" if self.is_in_degrees else "northing",
            self.position.point: "position",
        }
        placed = {header: role for header, role in spots.items() if header is not None}
        named = {
            header: attribute_of(meaning)
            for header, meaning in self.columns.items()
            if header not in placed
        }
        return {**named, **placed}


def attribute_of(meaning: str) -> str:
    """Return the attribute that a meaning fills: `camera:type` fills `camera_type`."""
    for row in BY_NAME.values():
        if meaning in row.keys:
            return row.name
    word = canonical(meaning)
    return "observed_at" if word in {"check_date", "survey_date"} else word


def mapping_to_toml(mapping: Mapping) -> str:
    """Write a mapping as a file that a person can edit.

    Returns
    -------
    str
        TOML; `mapping_from_toml` gives the same mapping.
    """
    found: dict[str, Any] = {
        "layout": _said(asdict(mapping.layout)),
        "position": _said(asdict(mapping.position)),
        "columns": dict(mapping.columns),
        "values": {name: dict(words) for name, words in mapping.values.items()},
        "rows": _said({name: getattr(mapping, name) for name in _OF_ROWS}),
    }
    return tomli_w.dumps({name: table for name, table in found.items() if table})


def mapping_from_toml(text: str) -> Mapping:
    """Read a mapping file.

    Parameters
    ----------
    text
        TOML; what says where it comes from (`[source]`, `[address]`, ...) is left alone.

    Returns
    -------
    Mapping
        With what the file says; layout and position are found out where it says nothing.

    Raises
    ------
    RequestInvalidError
        If it is no TOML, or says something that no mapping can say; the sentence names it.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise RequestInvalidError(f"The mapping is not valid TOML: {reason}.") from reason
    _refuse_unknown("the mapping", found, _TABLES)
    rows = _rows(_table(found, "rows"))
    return Mapping(
        position=_position(_fields(found, "position", PositionColumns)),
        columns=_columns(_table(found, "columns")),
        values=_values(_table(found, "values")),
        kind=rows.get("kind"),
        enforcement=rows.get("enforcement"),
        date_order=rows.get("date_order", "unknown"),
        layout=Layout(**_fields(found, "layout", Layout)),
    )


_OF_ROWS: dict[str, tuple[str, ...]] = {
    "kind": KINDS,
    "enforcement": BY_NAME["enforcement"].choices,
    "date_order": get_args(Order),
}


def _rows(table: dict[str, Any]) -> dict[str, Any]:
    _refuse_unknown("[rows]", table, tuple(_OF_ROWS))
    for name, value in table.items():
        if value not in _OF_ROWS[name]:
            raise RequestInvalidError(f"[rows] {name} is one of {', '.join(_OF_ROWS[name])}.")
    return table


def _said(table: MappingType[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value is not None}


def _table(found: MappingType[str, Any], name: str) -> dict[str, Any]:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise RequestInvalidError(f"[{name}] of the mapping must be a table.")
    return table


def _refuse_unknown(where: str, found: MappingType[str, Any], known: tuple[str, ...]) -> None:
    unknown = [name for name in found if name not in known]
    if unknown:
        raise RequestInvalidError(
            f"{where[0].upper()}{where[1:]} knows no {unknown[0]!r}: use {', '.join(known)}."
        )


def _fields(found: MappingType[str, Any], name: str, wanted: type) -> dict[str, Any]:
    table = _table(found, name)
    _refuse_unknown(f"[{name}]", table, tuple(row.name for row in fields(wanted)))
    for key, value in table.items():
        if type(value) not in _TYPES.get(key, (str,)):
            raise RequestInvalidError(f"[{name}] {key} has a value of the wrong kind.")
    return table


def _position(said: dict[str, Any]) -> PositionColumns:
    form = said.get("form", "none")
    if form not in _FORMS:
        raise RequestInvalidError(f"[position] form is one of {', '.join(_FORMS)}.")
    if said.get("point_order") not in (None, *_POINT_ORDERS):
        raise RequestInvalidError(f"[position] point_order is {' or '.join(_POINT_ORDERS)}.")
    needed = {"pair": ("x", "y"), "point": ("point",)}.get(form, ())
    if any(name not in said for name in needed):
        raise RequestInvalidError(f"[position] of the form {form} needs {' and '.join(needed)}.")
    return PositionColumns(**{"form": form, **said})


_FORMS = ("geometry", "pair", "point", "none")
_POINT_ORDERS = ("lat_lon", "lon_lat")
# What values of a mapping's tables are; texts where nothing is said here.
_TYPES: dict[str, tuple[type, ...]] = {
    "header_row": (int,),
    "header_rows": (int,),
    "decimal_comma": (bool,),
    "degrees_per_unit": (int, float),
}


def _columns(table: dict[str, Any]) -> dict[str, str]:
    for header, meaning in table.items():
        if meaning not in MEANINGS:
            raise RequestInvalidError(
                f"[columns] {header!r} cannot mean {str(meaning)[:40]!r}: use the name of an "
                f"attribute (docs/attributes.md) or one of {', '.join(OTHER_MEANINGS)}."
            )
    return dict(table)


def _values(table: dict[str, Any]) -> dict[str, dict[str, str]]:
    for meaning, words in table.items():
        choices = _choices(meaning)
        if not isinstance(words, dict) or not choices:
            raise RequestInvalidError(f"[values.{meaning}] must be a table of words and choices.")
        for text, choice in words.items():
            if choice not in choices:
                raise RequestInvalidError(
                    f"[values.{meaning}] {text!r} cannot mean {str(choice)[:40]!r}: "
                    f"choose one of {', '.join(choices)}."
                )
    return {meaning: dict(words) for meaning, words in table.items()}


def _choices(meaning: str) -> tuple[str, ...]:
    if meaning == "kind":
        return KINDS
    if meaning == "status":
        return STATUSES
    return BY_NAME[meaning].choices if meaning in BY_NAME else ()
