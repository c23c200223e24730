"""Static files under addresses that change with their content, and files of installed packages.

Leaflet comes from the package XStatic-Leaflet and the type from the font packages; nothing of them
is copied into the project. An address from `asset()` carries a digest, so a browser may keep the
file for a year.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, send_file
from xstatic.pkg import leaflet

from sightlines.errors import NotFoundError
from sightlines.settings import ROOT
from sightlines.web.site import site

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("assets", __name__)

LEAFLET = Path(leaflet.BASE_DIR)
LEAFLET_FILES = ("leaflet.js", "leaflet.css")
FONTS = ("serif", "sans", "sans-semibold")
A_YEAR = "public, max-age=31536000, immutable"


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(path: str) -> str:
    """Return the address of a file of `static/` or of Leaflet, with the digest of its content.

    Parameters
    ----------
    path
        Relative to `static/`, or `leaflet/<file>`.

    Returns
    -------
    str
        An address on this host.
    """
    if path.startswith("leaflet/"):
        return f"/vendor/{path}?v={_digest(LEAFLET / path.removeprefix('leaflet/'))}"
    return f"/static/{path}?v={_digest(ROOT / 'static' / path)}"


@blueprint.get("/vendor/leaflet/<name>")
def leaflet_file(name: str) -> Response:
    """Serve Leaflet's script or style from its package."""
    if name not in LEAFLET_FILES:
        raise NotFoundError("There is no such file of Leaflet.")
    return send_file(LEAFLET / name)


@blueprint.get("/vendor/fonts/<name>.woff2")
def font(name: str) -> Response:
    """Serve a font that `make run` has prepared; pages fall back to the reader's own without."""
    path = site().settings.fonts_folder / f"{name}.woff2"
    if name not in FONTS or not path.is_file():
        raise NotFoundError("There is no such font.")
    answer = send_file(path, mimetype="font/woff2")
    answer.headers["Cache-Control"] = A_YEAR
    return answer


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Serve the site's sign where browsers look for it unasked."""
    return send_file(ROOT / "static" / "favicon.svg", mimetype="image/svg+xml")


def _keep_versioned(answer: Response) -> Response:
    if request.args.get("v") and request.path.startswith(("/static/", "/vendor/")):
        answer.headers["Cache-Control"] = A_YEAR
    return answer


def register(app: Flask) -> None:
    """Give the application its assets."""
    app.register_blueprint(blueprint)
    app.after_request(_keep_versioned)
    app.jinja_env.globals["asset"] = asset
