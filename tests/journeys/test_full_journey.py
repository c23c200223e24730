"""From opening the map to the download, through a contribution: what a reader can do, in a row."""

import re
import time

import geopandas
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# The sample: 221 surveillance nodes, and two speed cameras, which are counted apart.
CAMERAS = 221
ENFORCEMENT = 2
PUBLISHED_WITHIN_S = 5

# A point of the view at which the nearest cluster that nothing lies upon can be clicked.
CLUSTER_AT = """() => {
  const { map, cameras } = window.sightlines;
  const { x: width, y: height } = map.getSize();
  const frame = map.getContainer().getBoundingClientRect();
  for (let y = 10; y < height; y += 10) {
    for (let x = 10; x < width; x += 10) {
      const [item] = cameras.hit(L.point(x, y), 4);
      const top = document.elementFromPoint(frame.x + x, frame.y + y);
      if (item?.cluster && map.getContainer().contains(top) && !top.closest('.leaflet-control')) {
        return { x: frame.x + x, y: frame.y + y };
      }
    }
  }
  return null;
}"""
ZOOM = "() => window.sightlines.map.getZoom()"
SETTLED = """(zoom) => {
  const { map } = window.sightlines;
  const still = map.getContainer().querySelector('.leaflet-zoom-anim') === null;
  return still && map.getZoom() > zoom;
}"""
DRAWN = """(id) => {
  const { map, cameras } = window.sightlines;
  const item = cameras.nearest(50).find(({ camera }) => camera.id === id);
  if (!item) return false;
  const canvas = document.querySelector('.leaflet-cameras-pane canvas');
  const place = map.latLngToLayerPoint(cameras.where(item))
    .subtract(L.DomUtil.getPosition(canvas));
  const ratio = canvas.width / canvas.clientWidth;
  const { data } = canvas.getContext('2d')
    .getImageData((place.x - 8) * ratio, (place.y - 8) * ratio, 16 * ratio, 16 * ratio);
  return data.some((value, at) => at % 4 === 3 && value === 255);
}"""


def read_panel(page):
    expect(page.locator("#panel-count")).to_have_text(str(CAMERAS))
    expect(page.locator("#panel-noun")).to_have_text("cameras recorded")
    expect(page.locator("#panel-density")).to_contain_text("per km²")
    expect(page.locator("#panel-directions")).to_have_text(f"0 of {CAMERAS} records")
    expect(page.locator("#panel-edited")).to_contain_text("half before August 2011")
    expect(page.locator("#panel-sources")).to_contain_text(
        f"{ENFORCEMENT} traffic enforcement cameras, not counted above"
    )
    expect(page.locator(".map-foot")).to_contain_text("Snapshot 2026-11-22")
    expect(page.locator(".leaflet-control-scale-line")).to_have_text(re.compile(r"\d+ k?m"))


def zoom_by_key(page):
    before = page.evaluate(ZOOM)
    page.locator(".map").press("+")
    page.wait_for_function(SETTLED, arg=before)


def zoom_to_single_cameras(page):
    """Click clusters until none is left; at tile zoom 15, map zoom 16, all are single."""
    for _ in range(8):
        page.wait_for_load_state("networkidle")
        place = page.evaluate(CLUSTER_AT)
        if place is None:
            return
        before = page.evaluate(ZOOM)
        page.mouse.click(place["x"], place["y"])
        page.wait_for_function(SETTLED, arg=before)
    raise AssertionError("clusters stay however near one goes")


def follow_popup(page, camera):
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("ODbL-1.0")
    popup.get_by_role("link", name="Open the record").first.click()
    page.wait_for_url(f"**/cameras/{camera}")


def read_record(page):
    """The record names its source, the licence, the tags, and shows where the camera stands."""
    main = page.locator("main")
    expect(main.locator("h1")).not_to_be_empty()
    evidence = page.get_by_role("region", name="Evidence")
    expect(evidence).to_contain_text("Helsinki")
    expect(evidence.get_by_role("link", name="Open Database License")).to_be_visible()
    expect(main.get_by_text("man_made")).to_be_visible()
    expect(main.locator(".map-frame")).to_be_visible()


def contribute_one(page):
    """Move the map under the cross, fill the form, send it; return lon and lat."""
    page.get_by_role("link", name="Contribute").click()
    lon, lat = page.locator("#lon"), page.locator("#lat")
    expect(lon).to_have_value("")
    picker = page.locator(".map-frame")
    picker.scroll_into_view_if_needed()
    frame = picker.bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y + 30, steps=6)
    page.mouse.up()
    expect(lon).to_have_value(re.compile(r"^24\.9\d{5}$"))
    expect(lat).to_have_value(re.compile(r"^60\.1\d{5}$"))
    page.get_by_label("Operator", exact=True).fill("Töölö & Sons")
    page.locator("#camera_type").select_option("fixed")
    page.locator("#camera_direction").fill("90")
    place = float(lon.input_value()), float(lat.input_value())
    page.get_by_role("button", name="Send for review").click()
    page.wait_for_url("**/contribute/thanks")
    expect(page.locator("main")).to_contain_text("waits for a moderator")
    return place


def contributed(served):
    features = served.cameras()
    return [row for row in features if row["properties"]["sources"] == ["contributions"]]


def download_set(page, folder):
    page.locator("#panel [data-link=download]").click()
    page.get_by_role("link", name="The whole set").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="GeoJSON").click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert re.fullmatch(r"sightlines-[a-z0-9]{16}\.geojson", path.name)
    return geopandas.read_file(path)


def test_map_leads_to_a_camera_and_its_evidence(served, open_map, click_nearest_camera):
    page = open_map(served, viewport={"width": 1440, "height": 900})
    read_panel(page)
    zoom_by_key(page)
    zoom_to_single_cameras(page)
    follow_popup(page, click_nearest_camera(page))
    read_record(page)


def test_contribution_is_on_the_map_within_five_seconds_of_acceptance(
    own_served, visit, open_map, until, tmp_path
):
    lon, lat = contribute_one(visit(own_served))
    own_served.be_at_rest()
    assert contributed(own_served) == []
    own_served.accept_the_only_one()
    accepted = time.monotonic()
    (camera,) = until(lambda: contributed(own_served), PUBLISHED_WITHIN_S, "it is published")
    page = open_map(own_served, f"#18/{lat}/{lon}")
    page.wait_for_function(DRAWN, arg=camera["id"])
    assert time.monotonic() - accepted < PUBLISHED_WITHIN_S
    assert camera["geometry"]["coordinates"] == [lon, lat]
    frame = download_set(page, tmp_path)
    counted = frame[frame["counted"]]
    assert (len(frame), int(counted["camera_count"].sum())) == (224, CAMERAS + 1)
    (ours,) = frame[frame["id"] == camera["id"]].to_dict("records")
    assert (ours["verification"], ours["operator"]) == ("unverified", "Töölö & Sons")
    assert (ours["geometry"].x, ours["geometry"].y) == (lon, lat)
