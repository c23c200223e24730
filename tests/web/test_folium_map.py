"""The map page's Folium map: what it loads, what it lets through, that nothing is shared."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import folium
import pytest

from sightlines.web.folium_map import (
    MapConfig,
    SightlinesMap,
    build_locator,
    build_map,
    build_picker,
)

STATIC = Path(__file__).parents[2] / "static"
HOSTILE = "</script><img src=x onerror=alert(1)>&'\u2028\u2029"


@pytest.fixture
def config():
    return MapConfig(
        snapshot_id="0123abcd",
        snapshot_date="2026-11-22",
        tiles="/tiles/0123abcd/cameras/{z}/{x}/{y}.mvt",
        base="/tiles/base/ff00/{z}/{x}/{y}.mvt",
        extents={"type": "FeatureCollection", "features": []},
        bounds=((60.16, 24.93), (60.18, 24.95)),
        levels=[("countries", "Countries")],
        attribution=["© OpenStreetMap contributors, ODbL"],
        n_records=221,
        n_cameras=221,
        site_name="Sightlines",
    )


def settings_of(script, function):
    """Return the JSON that a function of the script is called with."""
    found = re.search(rf"L\.sightlines\.{function}\(\s*(.*?)\);", script, re.DOTALL)
    return found.group(1)


def test_build_map_asks_no_other_host(config):
    rendered = build_map(config)
    addresses = rendered.scripts + rendered.styles
    assert all(re.match(r"/(static|vendor)/", address) for address in addresses)
    assert "http" not in rendered.html + rendered.script


def test_build_map_loads_leaflet_first_and_nothing_twice(config):
    scripts = build_map(config).scripts
    assert scripts[0] == "/vendor/leaflet/leaflet.js"
    assert scripts[1] == "/static/js/words.js"
    assert len(scripts) == len(set(scripts))


@pytest.mark.parametrize("build", [build_map, build_picker])
def test_build_map_names_files_that_exist(config, build):
    rendered = build(config)
    own = [path for path in rendered.scripts + rendered.styles if path.startswith("/static/")]
    assert own
    assert all((STATIC / path.removeprefix("/static/")).is_file() for path in own)


def test_build_map_writes_no_style_and_no_handler(config):
    rendered = build_map(config)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script|javascript:", rendered.html)
    assert "<" not in rendered.script


def test_build_map_escapes_hostile_text(config):
    extent = {"type": "Feature", "properties": {"source": HOSTILE}, "geometry": None}
    hostile = replace(
        config,
        site_name=HOSTILE,
        levels=[(HOSTILE, HOSTILE)],
        attribution=[HOSTILE],
        snapshot_id=HOSTILE,
        tiles=HOSTILE,
        base=HOSTILE,
        extents={"type": "FeatureCollection", "features": [extent]},
    )
    rendered = build_map(hostile)
    assert "onerror" in rendered.script
    assert not set(rendered.script) & set("<>&\u2028\u2029")
    assert "onerror" not in rendered.html


def test_build_map_hands_text_on_unchanged(config):
    rendered = build_map(replace(config, tiles=HOSTILE))
    assert json.loads(settings_of(rendered.script, "cameras")) == {"url": HOSTILE}


def test_build_map_gives_bounds_as_leaflet_wants_them(config):
    arguments = settings_of(build_map(config).script, "map")
    settings = json.loads(arguments.partition(",")[2])
    assert settings["bounds"] == [[60.16, 24.93], [60.18, 24.95]]


def test_build_map_draws_no_base_map_when_there_is_none(config):
    rendered = build_map(replace(config, base=None))
    assert json.loads(settings_of(rendered.script, "baseMap"))["url"] is None


def test_build_map_starts_the_layers_before_the_page(config):
    script = build_map(config).script
    order = [
        script.index(f"L.sightlines.{name}(") for name in ("map", "cameras", "baseMap", "page")
    ]
    assert order == sorted(order)


def test_build_map_gives_the_same_text_twice(config):
    assert build_map(config) == build_map(config)


def test_build_map_leaves_folium_as_it_was(config):
    before = (list(folium.Map.default_js), list(folium.Map.default_css))
    own = (list(SightlinesMap.default_js), list(SightlinesMap.default_css))
    build_map(config)
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before
    assert (list(SightlinesMap.default_js), list(SightlinesMap.default_css)) == own


def test_build_map_keeps_threads_apart(config):
    configs = [replace(config, tiles=f"/tiles/{number}/") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        rendered = list(pool.map(build_map, configs))
    assert rendered == [build_map(one) for one in configs]


def test_build_picker_names_the_form_fields(config):
    script = build_picker(config, lon_field="x", lat_field="y").script
    assert '{"fields": {"lat": "y", "lon": "x"}}' in settings_of(script, "picker")


def test_build_locator_names_camera_and_position(config):
    script = build_locator(config, "c1", (24.94, 60.17)).script
    assert '{"id": "c1", "position": [24.94, 60.17]}' in settings_of(script, "locator")


def test_for_page_says_totals_of_an_empty_snapshot(config):
    empty = replace(config, n_records=0, n_cameras=0)
    assert empty.for_page()["totals"] == {"n_records": 0, "n_cameras": 0}
