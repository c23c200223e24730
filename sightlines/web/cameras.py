"""One camera: what is said of it, by whom, under which licence, and what nobody says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, render_template

from sightlines.attributes import ATTRIBUTES, Attribute, operator_group
from sightlines.downloads.geojson import feature
from sightlines.licences import find
from sightlines.web.folium_map import RenderedMap, build_locator
from sightlines.web.map_page import map_config
from sightlines.web.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("cameras", __name__)

KIND_NAMES = {
    "unknown": "Camera, type unknown",
    "cctv": "Surveillance camera",
    "alpr": "Number-plate reader",
    "enforcement": "Traffic enforcement camera",
    "guard": "Guard",
    "gunshot_detector": "Gunshot detector",
}
# What a reader of the page wants to know first, and is told when nobody knows it.
_ALWAYS_SHOWN = ("operator", "operator_type", "camera_type", "camera_direction", "surveillance")


@blueprint.get("/cameras/<camera_id>")
def camera_page(camera_id: str) -> str:
    """Show one camera with its evidence."""
    snapshot = site().snapshot()
    camera = snapshot.camera(camera_id)
    return render_template(
        "cameras/camera.html",
        camera=camera,
        title=KIND_NAMES[camera["kind"]],
        group=operator_group(camera["operator_type"]),
        facts=list(_facts(camera)),
        tags=sorted(orjson.loads(camera["raw"]).items()),
        evidence=_evidence(snapshot, camera),
        map=_locator(snapshot, camera),
    )


@blueprint.get("/cameras/<camera_id>.geojson")
def camera_geojson(camera_id: str) -> Response:
    """Serve one camera as a GeoJSON Feature."""
    snapshot = site().snapshot()
    camera = snapshot.camera(camera_id)
    found = feature(camera)
    titles = [row["title"] for row in snapshot.sources if row["id"] in camera["sources"]]
    found |= {"snapshot": snapshot.id, "source_titles": titles}
    return Response(orjson.dumps(found), content_type="application/geo+json")


def _locator(snapshot: Snapshot, camera: dict[str, Any]) -> RenderedMap | None:
    """Build the small map of a camera; None where its position is unknown."""
    if camera["lon"] is None or camera["lat"] is None:
        return None
    config = map_config(snapshot, site().settings.site_name)
    return build_locator(config, camera["id"], (camera["lon"], camera["lat"]))


def _facts(camera: dict[str, Any]) -> Iterator[tuple[Attribute, str | None]]:
    """Yield attributes with their values in words; None where nobody says."""
    for attribute in ATTRIBUTES:
        value = camera[attribute.name]
        if value is not None and value != []:
            yield attribute, in_words(attribute, value)
        elif attribute.name in _ALWAYS_SHOWN:
            yield attribute, None


def in_words(attribute: Attribute, value: Any) -> str:  # noqa: ANN401  # a value of any attribute
    """Write an attribute's value for people, with its unit."""
    if attribute.type == "sectors":
        return ", ".join(_sector_in_words(sector) for sector in value)
    if attribute.type == "choices":
        return ", ".join(value)
    if attribute.type == "boolean":
        return "yes" if value else "no"
    if attribute.type in {"number", "integer"}:
        return f"{value:g} {attribute.unit}".replace(" deg", "°").strip()
    return str(value)


def _sector_in_words(sector: dict[str, Any]) -> str:
    points = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
    name = points[round(sector["bearing_deg"] / 45) % 8]
    width = "" if sector["width_deg"] is None else f", {sector['width_deg']:g}° wide"
    return f"{sector['bearing_deg']:g}° ({name}{width})"


def _evidence(snapshot: Snapshot, camera: dict[str, Any]) -> list[dict[str, Any]]:
    """Join each observation behind a camera to its run, source and licence."""
    sources = {row["id"]: row for row in snapshot.sources}
    return [
        {
            "observation": observation,
            "run": run,
            "source": sources[source],
            "licence": find(sources[source]["licence"]),
        }
        for observation, run, source in zip(
            camera["observations"], camera["runs"], camera["sources"], strict=True
        )
    ]
