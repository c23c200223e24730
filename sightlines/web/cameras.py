"""One camera: what is said of it, by whom, under which licence, and what nobody says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from sightlines.attributes import ATTRIBUTES, Attribute, operator_group
from sightlines.downloads.geojson import feature
from sightlines.errors import NotFoundError
from sightlines.web.camera_words import KIND_NAMES, in_words
from sightlines.web.evidence import evidence_members, n_independent, observed, statements
from sightlines.web.folium_map import RenderedMap, build_locator
from sightlines.web.map_page import map_config
from sightlines.web.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("cameras", __name__)

# What a reader of the page wants to know first, and is told when nobody knows it.
_ALWAYS_SHOWN = ("operator", "operator_type", "camera_type", "camera_direction", "surveillance")
_MOST_ALIKE = 20


@blueprint.get("/cameras/<camera_id>")
def camera_page(camera_id: str) -> str:
    """Show one camera with its evidence."""
    snapshot = site().snapshot()
    camera = camera_now(snapshot, camera_id)
    rows = snapshot.evidence(camera["id"])
    sources = {row["id"]: row for row in snapshot.sources}
    hold = timedelta(seconds=site().settings.removal_hold_s)
    return render_template(
        "cameras/camera.html",
        camera=camera,
        title=KIND_NAMES[camera["kind"]],
        group=operator_group(camera["operator_type"]),
        facts=list(_facts(camera)),
        observations=observed(camera, rows, sources),
        statements=statements(camera, rows),
        n_independent=n_independent(rows, sources, datetime.now(UTC) - hold),
        perhaps=_perhaps_the_same(snapshot, rows),
        hold_h=hold / timedelta(hours=1),
        map=_locator(snapshot, camera),
    )


@blueprint.get("/cameras/<camera_id>.geojson")
def camera_geojson(camera_id: str) -> Response:
    """Serve one camera with its evidence as a GeoJSON Feature."""
    snapshot = site().snapshot()
    camera = camera_now(snapshot, camera_id)
    sources = {row["id"]: row for row in snapshot.sources}
    named = set(camera["sources"])
    found = feature(camera) | {
        "snapshot": snapshot.id,
        "source_titles": [row["title"] for row in snapshot.sources if row["id"] in named],
        "evidence": evidence_members(snapshot.evidence(camera["id"]), sources),
    }
    return Response(orjson.dumps(found), content_type="application/geo+json")


@blueprint.app_template_filter("metres")
def metres(distance_m: float) -> str:
    """Write a distance for people: to a decimetre below ten metres."""
    return f"{distance_m:.1f} m" if distance_m < 9.95 else f"{distance_m:,.0f} m"


def camera_now(snapshot: Snapshot, camera_id: str) -> dict[str, Any]:
    """Find a camera, or send the reader on to the one that it belongs to now.

    Parameters
    ----------
    snapshot
        Where to look.
    camera_id
        As published, now or in an earlier snapshot. For one that has become part of another camera
        this request ends with a redirect to the same page of that one.

    Returns
    -------
    dict
        A row of `schema.CAMERA`.

    Raises
    ------
    NotFoundError
        If neither is known.
    """
    try:
        return snapshot.camera(camera_id)
    except NotFoundError:
        now = snapshot.camera_of(camera_id)
        if now is None:
            raise
        _send_on(now)


def _send_on(camera_id: str) -> NoReturn:
    """End this request with a redirect to the same page of another camera."""
    # 308 keeps a form that was sent, 301 is for pages (RFC 9110, section 15.4).
    code = 308 if request.method == "POST" else 301
    abort(redirect(url_for(str(request.endpoint), camera_id=camera_id), code))


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


def _perhaps_the_same(snapshot: Snapshot, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find other cameras that a person may decide are this one, the likeliest first."""
    subjects = {row["subject"] for row in rows}
    found: dict[str, dict[str, Any]] = {}
    for match in sorted(snapshot.matches_of(subjects), key=lambda match: -match["weight"]):
        if match["outcome"] != "review" or {match["first"], match["second"]} <= subjects:
            continue
        other = match["second"] if match["first"] in subjects else match["first"]
        camera = snapshot.camera_of(other)
        if camera is not None:
            found.setdefault(camera, {"camera": camera, "distance_m": match["distance_m"]})
    return list(found.values())[:_MOST_ALIKE]
