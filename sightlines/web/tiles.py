"""Vector tiles of the cameras and of the base map.

References
----------
Mapbox Vector Tile Specification 2.1. IANA media type application/vnd.mapbox-vector-tile.
"""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, request

from sightlines.tiles.encode import encode_tile
from sightlines.tiles.grid import cut_tile
from sightlines.web.site import site

blueprint = Blueprint("tiles", __name__)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
# A takedown must reach every cache within the hour.
VERSIONED = "public, max-age=3600"


@blueprint.get("/tiles/cameras/<int:z>/<int:x>/<int:y>.mvt", defaults={"snapshot": None})
@blueprint.get("/tiles/<snapshot>/cameras/<int:z>/<int:x>/<int:y>.mvt")
def camera_tile(snapshot: str | None, z: int, x: int, y: int) -> Response:
    """Serve a tile of cameras and clusters; 204 where it would be empty."""
    opened = site().snapshot(snapshot)
    body = encode_tile(cut_tile(opened.index, opened.columns, z, x, y), opened.columns)
    return _tile(body, versioned=snapshot is not None)


@blueprint.get("/tiles/base/<digest>/<int:z>/<int:x>/<int:y>.mvt")
def base_map_tile(digest: str, z: int, x: int, y: int) -> Response:
    """Serve a tile of the base map as it is stored, compressed; 204 where it would be empty."""
    body = site().base_map(digest).tile(z, x, y)
    if body is None:
        return _tile(b"", versioned=True)
    if not request.accept_encodings["gzip"]:
        return _tile(gzip.decompress(body), versioned=True)
    answer = _tile(body, versioned=True)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def _tile(body: bytes, *, versioned: bool) -> Response:
    answer = Response(body, 200 if body else 204, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = VERSIONED if versioned else "no-cache"
    return answer
