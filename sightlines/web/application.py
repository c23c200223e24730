"""Put the web application together: one blueprint a subject, headers, errors, compression."""

from __future__ import annotations

import io
import logging
from typing import IO

from flask import Flask, Request
from flask_compress import Compress

from sightlines.downloads import osm_differences
from sightlines.errors import SightlinesError
from sightlines.settings import ROOT, Settings
from sightlines.web import (
    areas,
    assets,
    cameras,
    contribute,
    download,
    errors,
    headers,
    health,
    map_page,
    matches,
    sources,
    texts,
    tiles,
    view,
    words,
)
from sightlines.web.site import Site, site


class MemoryRequest(Request):
    """A request whose uploads stay in memory: none touches a disk before it is confirmed."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


PAGES = (
    map_page,
    view,
    tiles,
    areas,
    cameras,
    matches,
    sources,
    contribute,
    download,
    texts,
    health,
)
COMPRESSED = [
    "text/html",
    "text/css",
    "text/csv",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/geo+json",
    "application/problem+json",
    "application/vnd.mapbox-vector-tile",
    osm_differences.MEDIA_TYPE,
    "image/svg+xml",
]


def create_app(settings: Settings) -> Flask:
    """Make the application.

    Parameters
    ----------
    settings
        As read from the environment; a test gives its own.

    Returns
    -------
    Flask
        A WSGI application without sessions or cookies that logs no addresses.
    """
    app = Flask(
        "sightlines",
        root_path=str(ROOT),
        static_folder="static",
        template_folder="templates",
        instance_path=str(settings.instance.absolute()),
    )
    app.request_class = MemoryRequest
    # A form may carry its file once more as text when a preview is confirmed.
    limit = 2 * settings.upload_limit_bytes + 100_000
    app.config.update(
        MAX_CONTENT_LENGTH=limit,
        MAX_FORM_MEMORY_SIZE=limit,
        COMPRESS_MIMETYPES=COMPRESSED,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_STREAMS=True,
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
    )
    app.extensions["sightlines"] = Site(settings)
    # Werkzeug's development server would log an address a request.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    for part in (headers, errors, assets, words):
        part.register(app)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    Compress(app)
    app.context_processor(_shared_by_pages)
    return app


def _shared_by_pages() -> dict[str, object]:
    """Give every template the site's name, the snapshot of its figures, and the nonce."""
    here = site()
    try:
        manifest = here.snapshot().manifest
    except SightlinesError:
        manifest = None
    return {
        "site_name": here.settings.site_name,
        "snapshot": manifest,
        "csp_nonce": headers.csp_nonce(),
    }
