"""The map: Folium builds it, our own layers draw it from our own tiles."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import shapely
from flask import Blueprint, render_template

from sightlines.tiles.archive import WORLD_ZOOM
from sightlines.web.folium_map import LatLon, MapConfig, RenderedMap, build_map
from sightlines.web.level_names import level_label
from sightlines.web.site import site
from sightlines.web.view import ground_of_snapshot

if TYPE_CHECKING:
    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("map_page", __name__)

_EDGE_DEG = 1e-4
WORLD: tuple[LatLon, LatLon] = ((-50.0, -150.0), (70.0, 160.0))

# The newest rendered map of this process, by what it was rendered from.
_rendered: dict[tuple[str, str], RenderedMap] = {}
_rendering = threading.Lock()


@blueprint.get("/")
def index() -> str:
    """Show the map of the current snapshot."""
    here = site()
    snapshot = here.snapshot()
    key = (snapshot.id, here.settings.site_name)
    with _rendering:
        if key not in _rendered:
            config = map_config(snapshot, here.settings.site_name)
            _rendered.clear()
            _rendered[key] = build_map(config)
        rendered = _rendered[key]
    return render_template("map/index.html", map=rendered)


def map_config(snapshot: Snapshot, site_name: str) -> MapConfig:
    """Say what the map page of a snapshot shows.

    Parameters
    ----------
    snapshot
        Where everything comes from.
    site_name
        The name of the site.

    Returns
    -------
    MapConfig
        The first view is the ground of the source with the most records, else the world.
    """
    base_map = snapshot.manifest.base_map
    return MapConfig(
        snapshot_id=snapshot.id,
        snapshot_date=snapshot.manifest.date[:10],
        tiles=f"/tiles/{snapshot.id}/cameras/{{z}}/{{x}}/{{y}}.mvt",
        base=f"/tiles/base/{base_map}/{{z}}/{{x}}/{{y}}.mvt" if base_map else None,
        extents=extents_of(snapshot),
        bounds=first_view(snapshot),
        levels=[(level, level_label(level)) for level in snapshot.levels],
        attribution=snapshot.attributions,
        n_records=snapshot.manifest.n_records,
        n_cameras=snapshot.manifest.n_cameras,
        site_name=site_name,
        land_max_zoom=WORLD_ZOOM,
    )


def extents_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return the ground that sources cover, each place once, as a GeoJSON FeatureCollection.

    The page fills what lies outside by the even-odd rule: extents that overlap would cancel out.
    """
    features = [
        {"type": "Feature", "geometry": _for_page(part), "properties": {}}
        for part in ground_of_snapshot(snapshot).parts
    ]
    return {"type": "FeatureCollection", "features": features}


def _for_page(part: shapely.Polygon) -> dict[str, Any]:
    """Simplify ground to some ten metres: a page draws its edge, and counts nothing by it."""
    found: dict[str, Any] = shapely.geometry.mapping(shapely.simplify(part, _EDGE_DEG))
    return found


def first_view(snapshot: Snapshot) -> tuple[LatLon, LatLon]:
    """Return the corners of the first view, each latitude then longitude."""
    with_ground = [row for row in snapshot.sources if row["extent"] is not None]
    if not with_ground:
        return WORLD
    first = max(with_ground, key=lambda row: (row["n_records"], row["id"]))
    west, south, east, north = shapely.geometry.shape(first["extent"]).bounds
    return (south, west), (north, east)
