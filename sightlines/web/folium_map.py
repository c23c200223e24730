"""The map page as a Folium map: which scripts it loads and the few lines that start them.

Folium gives the page its structure: a map, layers that belong to it, the scripts and style sheets
that each of them needs. The layers themselves are our own Leaflet classes in `static/js`. Nothing
is asked of another host, no element carries a style or a handler of its own (the
Content-Security-Policy forbids both), and the names of elements are fixed, so the same
configuration gives the same text.

Terms
-----
configuration
    What one map page shows: which snapshot, whose tiles, which ground is covered.
veil
    The grey over ground that no source covers.

Folium keeps the lists of scripts on its classes, where `add_js_link` would change them for the
whole process: here they are written down once and never changed, and a map is built a call.

References
----------
Folium 0.20, https://python-visualization.github.io/folium/ (Map, Layer, JSCSSMixin).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import folium
from branca.element import CssLink, Figure, JavascriptLink, Link, MacroElement
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LatLon = tuple[float, float]

# Leaflet counts zooms in tiles of 256 px; beyond this one the symbols only drift apart.
MAX_ZOOM = 20

_MAP_JS = [
    ("leaflet", "/vendor/leaflet/leaflet.js"),
    ("sightlines_words", "/static/js/words.js"),
    ("sightlines_mvt", "/static/js/mvt.js"),
    ("sightlines_canvas_layer", "/static/js/canvas_layer.js"),
    ("sightlines_tile_store", "/static/js/tile_store.js"),
]
_MAP_CSS = [
    ("leaflet_css", "/vendor/leaflet/leaflet.css"),
    ("sightlines_map_css", "/static/css/map.css"),
]
_BASE_MAP_JS = [
    ("sightlines_labels", "/static/js/labels.js"),
    ("sightlines_base_map", "/static/js/base_map.js"),
    ("sightlines_names", "/static/js/names.js"),
]
_AREA_JS = [("sightlines_areas", "/static/js/areas.js")]
_CAMERA_JS = [
    ("sightlines_light", "/static/js/light.js"),
    ("sightlines_symbols", "/static/js/symbols.js"),
    ("sightlines_cameras", "/static/js/cameras.js"),
]
_SMALL_MAP_JS = [("sightlines_small_map", "/static/js/small_map.js")]
_PAGE_JS = [
    ("sightlines_popup", "/static/js/popup.js"),
    ("sightlines_panel", "/static/js/panel.js"),
    ("sightlines_page", "/static/js/page.js"),
]


@dataclass(frozen=True)
class MapConfig:
    """What one map page shows.

    Parameters
    ----------
    snapshot_id, snapshot_date
        Id and ISO date of the snapshot; both empty where nothing has been published.
    tiles
        Address of the camera tiles with `{z}`, `{x}`, `{y}`.
    base
        Address of the base map's tiles, in the same form; None draws no base map.
    extents
        GeoJSON FeatureCollection of the ground that the sources cover, WGS 84 degrees.
    bounds
        South-west and north-east corner of the first view, each latitude then longitude in
        degrees, as Leaflet wants them.
    levels
        Levels of areas that can be shaded: name and label.
    attribution
        Lines that name the makers of what is drawn.
    n_records, n_cameras
        Totals of the snapshot; 0 says so on the page.
    site_name
        The name of the site.
    base_max_zoom
        Deepest zoom of the base map's tiles; they are enlarged beyond it.
    land_max_zoom
        Deepest zoom whose tiles carry the world's land and borders; enlarged beyond it.
    """

    snapshot_id: str
    snapshot_date: str
    tiles: str
    base: str | None
    extents: Mapping[str, Any]
    bounds: tuple[LatLon, LatLon]
    levels: Sequence[tuple[str, str]]
    attribution: Sequence[str]
    n_records: int
    n_cameras: int
    site_name: str
    base_max_zoom: int = 14
    land_max_zoom: int = 5

    def for_page(self) -> dict[str, object]:
        """Return what the panel needs, with the names that JavaScript uses."""
        return {
            "snapshot": {"id": self.snapshot_id, "date": self.snapshot_date},
            "attribution": list(self.attribution),
            "levels": [{"level": level, "label": label} for level, label in self.levels],
            "totals": {"n_records": self.n_records, "n_cameras": self.n_cameras},
            "siteName": self.site_name,
        }


@dataclass(frozen=True)
class RenderedMap:
    """A map as the template places it.

    Parameters
    ----------
    html
        The map's element.
    script
        What starts it; belongs into one script element with the page's nonce, after `scripts`.
    scripts, styles
        Addresses in the order in which they must be loaded; those under `/static/` are ours.
    attribution
        Lines that name the makers of what is drawn, for the template to escape.
    """

    html: str
    script: str
    scripts: list[str]
    styles: list[str]
    attribution: list[str]


class _Named(MacroElement):
    """An element with a fixed name, where Folium would draw a random one."""

    element_name: ClassVar[str]

    def get_name(self) -> str:
        return self.element_name


class SightlinesMap(_Named, folium.Map):
    """The Leaflet map, without any of the outside scripts that Folium adds by default."""

    element_name = "sightlines_map"
    default_js = _MAP_JS
    default_css = _MAP_CSS
    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div id={{ this.get_name()|tojson }} class="map" role="region" tabindex="0"
                aria-label="Map of recorded cameras"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            const {{ this.get_name() }} = L.sightlines.map(
                {{ this.get_name()|tojson }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, config: MapConfig) -> None:
        super().__init__(tiles=None)
        self.settings = {
            "bounds": config.bounds,
            "extents": config.extents,
            "maxZoom": MAX_ZOOM,
        }


class _SightlinesLayer(_Named, JSCSSMixin, Layer):
    """A Leaflet layer of ours: a factory of `L.sightlines` and its settings."""

    factory: ClassVar[str]
    _template = Template(
        """
        {% macro script(this, kwargs) %}
            const {{ this.get_name() }} = L.sightlines.{{ this.factory }}(
                {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, settings: Mapping[str, object]) -> None:
        super().__init__(name=self.element_name, overlay=True, control=False)
        self.settings = settings


class BaseMapLayer(_SightlinesLayer):
    """Land, water, streets, buildings and their names, from our own tiles."""

    element_name = "base_map_layer"
    factory = "baseMap"
    default_js = _BASE_MAP_JS


class AreaLayer(_SightlinesLayer):
    """Areas shaded by density, where a reader asks for them."""

    element_name = "area_layer"
    factory = "areas"
    default_js = _AREA_JS


class VeilLayer(_SightlinesLayer):
    """The veil over ground that no source covers."""

    element_name = "veil_layer"
    factory = "veil"
    default_js = _AREA_JS


class CameraLayer(_SightlinesLayer):
    """Cameras, clusters and the light of the fields of view."""

    element_name = "camera_layer"
    factory = "cameras"
    default_js = _CAMERA_JS


class _Surroundings(_Named, JSCSSMixin):
    """What happens around a map: the function of `L.sightlines` that brings its layers together."""

    element_name = "surroundings"
    function: ClassVar[str]
    _template = Template(
        """
        {% macro script(this, kwargs) %}
            L.sightlines.{{ this.function }}({
                map: sightlines_map, base: base_map_layer, areas: area_layer,
                cameras: camera_layer, ...{{ this.settings|tojson }},
            });
        {% endmacro %}
        """
    )

    def __init__(self, settings: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's has no annotations
        self.settings = settings


class Page(_Surroundings):
    """The map page: panel, legend, popups, the state in the address."""

    function = "page"
    default_js = _PAGE_JS


class Picker(_Surroundings):
    """A cross under which the map moves, in step with two fields of a form."""

    function = "picker"
    default_js = _SMALL_MAP_JS


class Locator(_Surroundings):
    """One camera, ringed."""

    function = "locator"
    default_js = _SMALL_MAP_JS


def build_map(config: MapConfig) -> RenderedMap:
    """Build the map page.

    Parameters
    ----------
    config
        What it shows. Text in it may be hostile: it reaches the page as JSON in which `<`, `>`,
        `&`, the quote `'` and every character outside ASCII are escaped.

    Returns
    -------
    RenderedMap
        The same for the same configuration.
    """
    return _render(config, Page({"config": config.for_page()}))


def build_picker(
    config: MapConfig, *, lon_field: str = "lon", lat_field: str = "lat"
) -> RenderedMap:
    """Build a small map on which a place can be picked, for a hidden `.map-frame` inside a form.

    Parameters
    ----------
    config
        What it shows; panel and levels are left out.
    lon_field, lat_field
        Names of the form's fields, in degrees; the map starts where they say, if they do.

    Returns
    -------
    RenderedMap
        As `build_map`.
    """
    return _render(config, Picker({"fields": {"lon": lon_field, "lat": lat_field}}))


def build_locator(config: MapConfig, camera_id: str, position: tuple[float, float]) -> RenderedMap:
    """Build a small map that shows where one camera stands, for a `.map-frame`.

    Parameters
    ----------
    config
        What it shows; panel and levels are left out.
    camera_id
        The camera that gets a ring.
    position
        Its longitude and latitude, WGS 84 degrees.

    Returns
    -------
    RenderedMap
        As `build_map`.
    """
    return _render(config, Locator({"id": camera_id, "position": position}))


def _render(config: MapConfig, surroundings: _Surroundings) -> RenderedMap:
    figure = Figure()
    page = SightlinesMap(config)
    page.add_to(figure)
    for child in (*_layers(config), surroundings):
        child.add_to(page)
    figure.render()
    return RenderedMap(
        html=figure.html.render(),
        script=figure.script.render(),
        scripts=_addresses(figure, JavascriptLink),
        styles=_addresses(figure, CssLink),
        attribution=list(config.attribution),
    )


def _layers(config: MapConfig) -> Sequence[MacroElement]:
    base_map = {
        "url": config.base,
        "maxZoom": config.base_max_zoom,
        "landMaxZoom": config.land_max_zoom,
    }
    # Which lies above which is said by their panes; the cameras' tiles are asked for first.
    return (
        CameraLayer({"url": config.tiles}),
        BaseMapLayer(base_map),
        AreaLayer({}),
        VeilLayer({}),
    )


def _addresses(figure: Figure, kind: type[Link]) -> list[str]:
    return [
        element.url for element in figure.header._children.values() if isinstance(element, kind)
    ]
