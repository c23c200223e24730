"""The same pages on a phone, on a tablet, on a desk."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


def test_panel_is_a_sheet_that_its_handle_opens_on_a_phone(served, open_map):
    page = open_map(served, **PHONE)
    body = page.locator("#panel-body")
    expect(page.locator("#panel-count")).to_have_text("221")
    expect(body).to_be_hidden()
    page.locator("#panel-handle").tap()
    expect(page.locator("#panel-handle")).to_have_attribute("aria-expanded", "true")
    expect(body).to_be_visible()
    expect(page.locator("#panel-density")).to_be_in_viewport()
    page.locator("#panel-handle").tap()
    expect(body).to_be_hidden()


def test_legend_opens_on_a_phone(served, open_map):
    page = open_map(served, **PHONE)
    entry = page.locator("#legend").get_by_text("run by a public body")
    expect(entry).to_be_hidden()
    page.locator("#legend > summary").tap()
    expect(entry).to_be_in_viewport()


def test_camera_opens_by_a_tap_beside_it(served, open_map):
    page = open_map(served, "#18/60.1699/24.9415", **PHONE)
    place = page.evaluate(
        """() => {
          const { map, cameras } = window.sightlines;
          const frame = map.getContainer().getBoundingClientRect();
          const place = map.latLngToContainerPoint(cameras.where(cameras.nearest(1)[0]));
          return { x: frame.x + place.x, y: frame.y + place.y };
        }"""
    )
    page.touchscreen.tap(place["x"] + 11, place["y"] + 11)
    link = page.locator(".leaflet-popup .popup-more a").first
    expect(link).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_page_scrolls_sideways(served, visit, pages, width):
    page = visit(served, viewport={"width": width, "height": 844})
    too_wide = []
    for path in pages:
        page.goto(path)
        asked = page.evaluate("() => document.scrollingElement.scrollWidth")
        if asked > width:
            too_wide.append(f"{path} is {asked} px wide")
    assert too_wide == []
