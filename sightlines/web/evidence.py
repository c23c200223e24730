"""What stands behind a camera, arranged for its page and its GeoJSON.

Terms
-----
observation
    A row of `schema.EVIDENCE`: what one source said, newest word, with run and licence.
statement
    What the observations of a camera say of one thing side by side, and which word is shown.
independent
    Sources are, unless one is made from the other or republishes it; those that are not form a
    family and count once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from sightlines.attributes import ATTRIBUTES, BY_NAME
from sightlines.cameras.features import normalised
from sightlines.geodesy import GEOD
from sightlines.licences import ODBL, Licence, find
from sightlines.schema import CONTRIBUTIONS
from sightlines.web.camera_words import KIND_NAMES, in_words, label_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OSM_ELEMENT = re.compile(r"(node|way|relation)/([1-9][0-9]{0,18})")
_OSM = "https://www.openstreetmap.org"
_COMPARED = ("kind", "status", "camera_count", "place", *(row.name for row in ATTRIBUTES))
# What the GeoJSON says of an observation besides what it says of the camera. The source's own words
# and its own id stand on the page only, as for downloads.
_PUBLISHED = (
    "subject", "id", "run", "source", "licence", "observed_at", "last_edited_at", "retrieved_at",
    "missing_since", "lon", "lat",
)  # fmt: skip


@dataclass(frozen=True)
class Saying:
    """One source's word in a statement.

    Parameters
    ----------
    words
        As people read it.
    is_shown
        Whether it is what the camera's page shows.
    """

    words: str
    is_shown: bool


@dataclass(frozen=True)
class Statement:
    """What the sources say of one thing.

    Parameters
    ----------
    name, label
        The column; what it is called.
    sayings
        One an observation, in their order; None where that source does not say.
    differ
        Whether two of them contradict each other; case, accents and punctuation do not.
    """

    name: str
    label: str
    sayings: tuple[Saying | None, ...]
    differ: bool


@dataclass(frozen=True)
class Element:
    """A node, way or relation of OpenStreetMap: its page and its editor's address."""

    name: str
    page: str
    editor: str


@dataclass(frozen=True)
class Observed:
    """One observation with what its page links to.

    Parameters
    ----------
    row
        Of `schema.EVIDENCE`.
    title
        The source's.
    licence
        The licence it came under.
    element
        What it is in OpenStreetMap; None for other sources.
    tags
        The source's own words, by key.
    off_m
        How far from the shown position it says the camera is; None where one has no position.
    """

    row: Mapping[str, Any]
    title: str
    licence: Licence
    element: Element | None
    tags: Sequence[tuple[str, str]]
    off_m: float | None


def statements(camera: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Statement]:
    """Put what the sources say side by side.

    Parameters
    ----------
    camera
        A row of `schema.CAMERA`: what is shown.
    rows
        Its evidence.

    Returns
    -------
    list of Statement
        Of each thing that at least one source says something of.
    """
    found = []
    for name in _COMPARED:
        words = [said_in_words(name, row[name]) for row in rows]
        known = {normalised(said) for said in words if said is not None}
        if not known:
            continue
        shown = normalised(said_in_words(name, camera[name]) or "")
        sayings = tuple(
            None if said is None else Saying(said, normalised(said) == shown) for said in words
        )
        found.append(Statement(name, label_of(name), sayings, differ=len(known) > 1))
    return found


def said_in_words(name: str, value: Any) -> str | None:  # noqa: ANN401  # of any column
    """Write what an observation says of a thing for people.

    Parameters
    ----------
    name
        A column of `schema.EVIDENCE` that says something of a camera.
    value
        Its value.

    Returns
    -------
    str or None
        None where it says nothing; an unknown kind is no statement.
    """
    if value is None or value == [] or (name == "kind" and value == "unknown"):
        return None
    if name == "kind":
        return KIND_NAMES[value]
    return in_words(BY_NAME[name], value) if name in BY_NAME else str(value)


def observed(
    camera: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    sources: Mapping[str, Mapping[str, Any]],
) -> list[Observed]:
    """Join each observation behind a camera to its source and licence.

    Parameters
    ----------
    camera
        A row of `schema.CAMERA`.
    rows
        Its evidence, in the order in which it is shown.
    sources
        The snapshot's sources by id.

    Returns
    -------
    list of Observed
        As many, in the same order.
    """
    return [
        Observed(
            row=row,
            title=sources[row["source"]]["title"],
            licence=find(row["licence"]),
            element=element_of(row),
            tags=sorted((key, str(value)) for key, value in orjson.loads(row["raw"]).items()),
            off_m=distance_m(camera, row),
        )
        for row in rows
    ]


def element_of(row: Mapping[str, Any]) -> Element | None:
    """Say which element of OpenStreetMap an observation is about.

    Parameters
    ----------
    row
        Of `schema.EVIDENCE`. Whatever the file's form, data of OpenStreetMap are under the ODbL and
        have ids such as `node/25`.

    Returns
    -------
    Element or None
        None where it comes from elsewhere.
    """
    named = _OSM_ELEMENT.fullmatch(row["native_id"] or "")
    if named is None or row["licence"] != ODBL or row["source"] == CONTRIBUTIONS:
        return None
    sort, number = named.groups()
    return Element(f"{sort}/{number}", f"{_OSM}/{sort}/{number}", f"{_OSM}/edit?{sort}={number}")


def n_independent(
    rows: Sequence[Mapping[str, Any]],
    sources: Mapping[str, Mapping[str, Any]],
    held_until: datetime,
) -> int:
    """Count the independent sources that have a say in a camera.

    Parameters
    ----------
    rows
        Its evidence.
    sources
        The snapshot's sources by id.
    held_until
        Aware. A source that dropped the camera by then has no say, as long as another one does.

    Returns
    -------
    int
        Families.
    """
    heard = [
        row for row in rows if row["missing_since"] is None or row["missing_since"] > held_until
    ]
    return len({sources[row["source"]]["family"] for row in heard or rows})


def distance_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float | None:
    """Measure how far two rows with `lon` and `lat` are apart, along the ellipsoid."""
    places = (one["lon"], one["lat"], other["lon"], other["lat"])
    if None in places:
        return None
    return float(GEOD.inv(*places)[2])


def evidence_members(
    rows: Sequence[Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Write the evidence of a camera for its GeoJSON.

    Parameters
    ----------
    rows
        Its evidence.
    sources
        The snapshot's sources by id.

    Returns
    -------
    list of dict
        One an observation: where it comes from, its dates, its position, and under `says` what it
        says of the camera; without the source's own words and its own id.
    """
    return [
        {name: _plain(row[name]) for name in _PUBLISHED}
        | {
            "source_title": sources[row["source"]]["title"],
            "says": {name: row[name] for name in _COMPARED if row[name] not in (None, [])},
        }
        for row in rows
    ]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value
