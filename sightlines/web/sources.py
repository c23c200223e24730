"""Sources: where each row comes from, under which licence, how fresh it is, what was read when.

What a source is stands in the snapshot. What has happened to it since, a run that was held back or
a fetch that failed, is read from the ledger, so that a stale map says why it is stale.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pyarrow.compute as pc
import shapely
from flask import Blueprint, render_template

from sightlines.errors import NotFoundError, RequestInvalidError
from sightlines.geodesy import box_area_m2, geodesic_area_m2
from sightlines.licences import find
from sightlines.observations.fetches import FAILED, UNCHANGED, last_fetches
from sightlines.observations.run_rows import runs_of
from sightlines.observations.tables import ACCEPTED, QUARANTINED, ROLLED_BACK
from sightlines.schema import CONTRIBUTIONS
from sightlines.sources.catalogue import CataloguedSource, catalogue
from sightlines.sources.country_codes import COUNTRIES, area_code
from sightlines.sources.free_text import clean
from sightlines.sources.register import BY_ID
from sightlines.web.area_shapes import shapes_of
from sightlines.web.camera_words import label_of
from sightlines.web.outlines import Outline, outline_of
from sightlines.web.reasons import reason_in_words
from sightlines.web.site import site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightlines.snapshot.reader import Snapshot

LOG = logging.getLogger(__name__)

blueprint = Blueprint("sources", __name__)

RUNS_SHOWN = 50
EVENTS_SHOWN = 10
OUTCOMES = {
    "accepted": "stands",
    "superseded": "replaced by a newer one",
    "quarantined": "held back",
    "rolled_back": "taken back",
}
READERS = {
    "overpass": "the Overpass API of OpenStreetMap",
    "socrata": "a portal by Socrata",
    "arcgis": "an ArcGIS server",
    "ckan": "a CKAN portal",
    "opendatasoft": "a portal by Opendatasoft",
    "url": "a file on the web",
}
# What is told of a run that the snapshot does not know, or knew otherwise, and of a fetch.
_SINCE = {
    ACCEPTED: "it was read, and the next snapshot shows it. ",
    QUARANTINED: "what was read then is held back. ",
    ROLLED_BACK: "what was read then is taken back. ",
}
_ASKED = {FAILED: "it could not be read. ", UNCHANGED: "it was asked, and has not changed."}


@blueprint.get("/sources")
def sources_page() -> str:
    """List the sources of the snapshot, and those that the catalogue knows besides."""
    snapshot = site().snapshot()
    rows = sorted(snapshot.sources, key=lambda row: (-row["n_cameras"], row["id"]))
    return render_template(
        "sources/index.html",
        rows=rows,
        licences={row["id"]: find(row["licence"]) for row in rows},
        countries=_country_names(snapshot),
        known=_known_besides(snapshot),
    )


@blueprint.get("/sources/<source_id>")
def source_page(source_id: str) -> str:
    """Show all that is known of one source."""
    snapshot = site().snapshot()
    source = _find(snapshot, source_id)
    runs = source["runs"]
    kin = [row for row in snapshot.sources if row["family"] == source["family"]]
    return render_template(
        "sources/source.html",
        source=source,
        licence=find(source["licence"]),
        reader=READERS.get(source["reader"], ""),
        country=_country_names(snapshot).get(source["country"], source["country"]),
        kin=[row for row in kin if row["id"] != source_id],
        ground=_ground(source),
        outline=_outline(snapshot, source),
        columns=_columns(source),
        since=_since(source),
        runs=[_run(run) for run in runs[:RUNS_SHOWN]],
        n_runs=len(runs),
    )


@blueprint.app_template_test("web_address")
def is_web_address(text: object) -> bool:
    """Say whether a text may become a link: an address of the web, nothing that runs or opens."""
    if not isinstance(text, str):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


@blueprint.app_template_filter("moment")
def moment(text: str | None) -> datetime | None:
    """Read a time or a day of `sources.json`, in UTC, so that `day` can write it in words."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Event(NamedTuple):
    """Something that has happened to a source: when, and a sentence without its first letter."""

    when: datetime
    words: str


def _since(source: Mapping[str, Any]) -> list[Event]:
    """Read from the ledger what has happened to a source since the snapshot, newest first.

    Nothing is told of contributions: when they come and are taken is nobody's business.
    """
    if source["id"] == CONTRIBUTIONS:
        return []
    ledger = site().ledger
    told = {run["id"]: run["outcome"] for run in source["runs"]}
    changed = [
        run
        for run in runs_of(ledger, source["id"])
        if run.outcome in _SINCE and told.get(run.id) != run.outcome
    ]
    found = [Event(run.retrieved_at, _SINCE[run.outcome] + run.reason) for run in changed]
    tries = last_fetches(ledger, source["id"], EVENTS_SHOWN)
    read_at = moment(source["retrieved_at"])
    for attempt in tries:
        if attempt.outcome in _ASKED and (read_at is None or attempt.attempted_at > read_at):
            words = _ASKED[attempt.outcome] + (attempt.message if attempt.outcome == FAILED else "")
            found.append(Event(attempt.attempted_at, words))
    return sorted(found, reverse=True)[:EVENTS_SHOWN]


def _find(snapshot: Snapshot, source_id: str) -> dict[str, Any]:
    for row in snapshot.sources:
        if row["id"] == source_id:
            return row
    raise NotFoundError("There is no source with this id in the current snapshot.")


def _country_names(snapshot: Snapshot) -> dict[str, str]:
    """Return the names of countries by their two letters, as the areas are called."""
    rows = snapshot.areas.filter(pc.equal(snapshot.areas["level"], "country"))
    names = dict(zip(rows["code"].to_pylist(), rows["name"].to_pylist(), strict=True))
    return {code: names.get(area_code(code), code) for code in COUNTRIES}


def _known_besides(snapshot: Snapshot) -> list[CataloguedSource]:
    """Return the catalogue's sources that have no row here; none where it cannot be read."""
    shown = {row["id"] for row in snapshot.sources}
    try:
        entries = _catalogue_of(site().settings.catalogue)
    except RequestInvalidError as reason:
        LOG.warning("%s", reason)
        return []
    besides = [entry for entry in entries if shown.isdisjoint({entry.id, entry.source})]
    return sorted(besides, key=lambda entry: (entry.country == "", entry.country, entry.id))


def _catalogue_of(folder: Path) -> tuple[CataloguedSource, ...]:
    """Return the catalogue, read again only where a file of it has changed."""
    states = ((path.name, path.stat()) for path in folder.glob("*.toml"))
    stamp = sorted((name, state.st_mtime_ns, state.st_size) for name, state in states)
    return _catalogue_as(folder, tuple(stamp))


@lru_cache(maxsize=1)
def _catalogue_as(
    folder: Path,
    stamp: tuple[tuple[str, int, int], ...],  # noqa: ARG001  # part of the cache's key
) -> tuple[CataloguedSource, ...]:
    return tuple(catalogue(folder))


def _columns(source: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return each column of a source: its name, what it is read as, what it means; "" if unsaid."""
    accepted = [run for run in source["runs"] if run["outcome"] == "accepted"]
    mapping = dict(accepted[0]["mapping"]) if accepted else {}
    meaning = source["meaning"]
    return [
        (clean(name), label_of(mapping[name]) if name in mapping else "", meaning.get(name, ""))
        for name in dict.fromkeys((*mapping, *meaning))
    ]


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    """Put a run into words."""
    return {
        **run,
        "outcome_words": OUTCOMES[run["outcome"]],
        "format": BY_ID[run["format"]].name if run["format"] in BY_ID else run["format"],
        "n_rejected": sum(run["rejected"].values()),
        "rejected": _counted(run["rejected"]),
        "notes": _counted(run["notes"]),
    }


def _counted(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """Write reasons in words, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda row: (-row[1], row[0]))
    return [(reason_in_words(reason), n) for reason, n in ordered]


def _ground(source: Mapping[str, Any]) -> dict[str, Any] | None:
    """Measure a source's ground; None where none is stated."""
    if source["extent"] is None:
        return None
    shape = shapely.geometry.shape(source["extent"])
    if shape.is_empty:
        return None
    west, south, east, north = shapely.bounds(shape).tolist()
    # The long sides of a box are parallels, not geodesics.
    box = (west, south, east, north)
    is_box = shapely.equals(shape, shapely.box(*box))
    return {
        "area_km2": (box_area_m2(box) if is_box else geodesic_area_m2(shape)) / 1e6,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }


def _outline(snapshot: Snapshot, source: Mapping[str, Any]) -> Outline | None:
    if _ground(source) is None:
        return None
    countries = shapes_of(snapshot, "country").geometries
    return outline_of(shapely.geometry.shape(source["extent"]), np.asarray(countries))
