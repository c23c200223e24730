"""Directions, with an extract that has some: Monaco, 2021, three cameras of ten."""

import json
import math

import mapbox_vector_tile
import pytest

pytestmark = pytest.mark.browser

# As tagged in the extract: nodes with camera:direction.
BEARINGS = {"0", "160", "240"}
MONACO = "7.40,43.72,7.45,43.76"
ZOOM = 16

# How much light lies around the camera nearest the middle: in the half of the ground that it looks
# at, and in the other half. Light reaches 28 m, some 130 px at zoom 19; buildings stand in it.
LIGHT = """(bearing) => {
  const { map, cameras } = window.sightlines;
  const [item] = cameras.nearest(1);
  const canvas = document.querySelector('.leaflet-light-pane canvas');
  const { width, height, clientWidth } = canvas;
  const ratio = width / clientWidth;
  const place = map.latLngToLayerPoint(cameras.where(item))
    .subtract(L.DomUtil.getPosition(canvas));
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const angle = ((bearing - 90) * Math.PI) / 180;
  const light = { ahead: 0, behind: 0 };
  const reach = 140;
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      const x = Math.round((place.x + dx) * ratio);
      const y = Math.round((place.y + dy) * ratio);
      const side = dx * Math.cos(angle) + dy * Math.sin(angle) > 0 ? 'ahead' : 'behind';
      light[side] += data[4 * (y * width + x) + 3];
    }
  }
  return light;
}"""


@pytest.fixture(scope="module")
def monaco(prepared_once, shared_data):
    """Return a running server that has the Monaco extract beside the sample."""
    extract = shared_data / "osm" / "monaco_2021.osm.pbf"
    report = json.loads(prepared_once.told("import", str(extract), "--json"))
    assert report["observations"] == 10
    prepared_once.start()
    prepared_once.be_at_rest()
    yield prepared_once
    prepared_once.stop()


@pytest.fixture(scope="module")
def cameras(monaco):
    """Return the features of Monaco."""
    return monaco.ask(f"/download/cameras.geojson?bbox={MONACO}").json["features"]


def tile_of(lon, lat):
    """Return column and row of the tile at a place, by the formula of the OpenStreetMap wiki."""
    across = (lon + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return math.floor(across * 2**ZOOM), math.floor(down * 2**ZOOM)


def place_of(feature):
    lon, lat = feature["geometry"]["coordinates"]
    return f"#19/{lat}/{lon}"


def test_tiles_carry_the_directions_that_the_extract_has(monaco, cameras):
    tiles = {tile_of(*feature["geometry"]["coordinates"]) for feature in cameras}
    found = []
    for x, y in sorted(tiles):
        answer = monaco.ask(f"/tiles/cameras/{ZOOM}/{x}/{y}.mvt")
        features = mapbox_vector_tile.decode(answer.body)["cameras"]["features"]
        found += [feature["properties"] for feature in features]
    assert len(found) == len(cameras) == 10
    directions = [row["camera_direction"] for row in found if "camera_direction" in row]
    assert sorted(directions) == sorted(BEARINGS)


def test_light_lies_where_a_camera_looks(monaco, cameras, open_map):
    known = {
        feature["properties"]["camera_direction"][0]["bearing_deg"]: feature
        for feature in cameras
        if feature["properties"].get("camera_direction")
    }
    assert set(known) == {0, 160, 240}
    for bearing, feature in known.items():
        page = open_map(monaco, place_of(feature))
        page.wait_for_load_state("networkidle")
        light = page.evaluate(LIGHT, bearing)
        assert light["ahead"] > 10 * max(light["behind"], 1), bearing


def test_camera_without_direction_casts_no_light(monaco, cameras, open_map):
    unknown = [row for row in cameras if not row["properties"].get("camera_direction")]
    assert len(unknown) == 7
    page = open_map(monaco, place_of(unknown[0]))
    page.wait_for_load_state("networkidle")
    assert page.evaluate(LIGHT, 0) == {"ahead": 0, "behind": 0}
