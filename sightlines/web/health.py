"""Tell machines whether the site is up: a snapshot can be read and the ledger answers."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response

from sightlines.web.site import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Answer 200 with the current snapshot's id, or 503 with the reason (the error table)."""
    here = site()
    here.ledger.ping()
    return Response(
        orjson.dumps({"status": "ok", "snapshot": here.snapshot().id}),
        content_type="application/json",
    )
