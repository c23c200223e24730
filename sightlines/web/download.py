"""Downloads: the whole set or a box of it with the line that cites it; what OpenStreetMap lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from flask import Blueprint, Response, render_template, request

from sightlines.downloads.formats import FORMATS
from sightlines.downloads.osm_differences import MEDIA_TYPE, differences_of
from sightlines.downloads.osm_proposals import Tally
from sightlines.downloads.release import Release, bbox_text, citation
from sightlines.errors import NotFoundError
from sightlines.snapshot.query import rows_in
from sightlines.web.parameters import read_bbox
from sightlines.web.site import site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightlines.geodesy import Bbox
    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("download", __name__)


@blueprint.get("/download")
def download_page() -> str:
    """Offer the downloads of the whole set, or of the box in the address."""
    snapshot = site().snapshot()
    bbox = read_bbox(request.args.get("bbox"))
    rows = rows_in(snapshot, bbox)
    release = _release(snapshot, len(rows), bbox)
    return render_template(
        "download/index.html",
        formats=FORMATS.values(),
        release=release,
        query="" if bbox is None else f"?bbox={bbox_text(bbox)}",
        citation=citation(release, site().settings.site_name),
        sources=snapshot.sources,
    )


@blueprint.get("/download/cameras.<extension>")
def download_file(extension: str) -> Response:
    """Stream the cameras in one format; `bbox` narrows it down."""
    if extension not in FORMATS:
        raise NotFoundError(f"Cameras can be had as {', '.join(FORMATS)}.")
    chosen = FORMATS[extension]
    snapshot = site().snapshot()
    bbox = read_bbox(request.args.get("bbox"))
    rows = rows_in(snapshot, bbox)
    release = _release(snapshot, len(rows), bbox)
    batches = snapshot.batches(None if bbox is None else pa.array(rows))
    name = f"sightlines-{snapshot.id}{'' if bbox is None else '-part'}.{extension}"
    return _attached(chosen.write(batches, release), chosen.media_type, name)


@blueprint.get("/download/osm-differences.osm")
def osm_differences() -> Response:
    """Stream our differences from OpenStreetMap, for people to review in JOSM."""
    snapshot = site().snapshot()
    settings = site().settings
    written = differences_of(
        snapshot, Tally(), site_name=settings.site_name, removal_hold_s=settings.removal_hold_s
    )
    return _attached(written, MEDIA_TYPE, f"sightlines-{snapshot.id}-osm-differences.osm")


def _attached(written: Iterable[bytes], media_type: str, name: str) -> Response:
    answer = Response(written, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _release(snapshot: Snapshot, n_records: int, bbox: Bbox | None) -> Release:
    return Release(
        snapshot=snapshot.id,
        date=snapshot.manifest.date,
        attributions=snapshot.attributions,
        source_licences=[row["licence"] for row in snapshot.sources],
        n_records=n_records,
        bbox=bbox,
    )
