"""The keyboard alone reaches everything, and one sees where it is."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

STOPS_AT_MOST = 90
CROWDED = "#18/60.1699/24.9415"
# What has the focus: a name, and whether one sees it, by an outline that lies in the view.
FOCUS = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const ringed = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== 'none';
  return {
    name: `${one.tagName}#${one.id}.${one.className} ${one.textContent.trim().slice(0, 30)}`,
    isBody: one === document.body,
    isSeen: ringed && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0
      && box.left < innerWidth && box.top < innerHeight,
  };
}"""


def tab_to(page, selector):
    """Press Tab until an element has the focus."""
    for _ in range(STOPS_AT_MOST):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return page.locator(f"{selector}:focus")
    raise AssertionError(f"Tab does not reach {selector}")


def test_map_moves_by_keys(served, open_map):
    page = open_map(served, reduced_motion="reduce")
    expect(tab_to(page, ".skip")).to_be_in_viewport()
    tab_to(page, ".map")
    assert page.evaluate(FOCUS)["isSeen"]
    before = page.evaluate("() => [sightlines.map.getZoom(), sightlines.map.getCenter().lng]")
    page.keyboard.press("+")
    page.wait_for_function("(zoom) => sightlines.map.getZoom() === zoom + 1", arg=before[0])
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(lon) => sightlines.map.getCenter().lng > lon", arg=before[1])


def open_first_camera(page):
    """Tab to the list of cameras, open its first one; return its id."""
    tab_to(page, "#camera-list-items button")
    chosen = page.locator("#camera-list-items button:focus").get_attribute("data-id")
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup .popup:focus")).to_have_count(1)
    return chosen


def test_camera_opens_by_keys(served, open_map):
    page = open_map(served, CROWDED, reduced_motion="reduce")
    camera_list = page.locator("#camera-list")
    assert camera_list.bounding_box()["height"] <= 1
    tab_to(page, "#camera-list-items button")
    assert camera_list.bounding_box()["height"] > 100
    assert page.evaluate(FOCUS)["isSeen"]
    page.keyboard.press("Shift+Tab")
    chosen = open_first_camera(page)
    page.locator(".popup-row dt:text-is('Source')").wait_for()
    link = tab_to(page, ".popup-more a")
    expect(link).to_have_attribute("href", f"/cameras/{chosen}")
    assert page.evaluate(FOCUS)["isSeen"]
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(page.locator(f"#camera-list-items button[data-id='{chosen}']:focus")).to_have_count(1)


def test_focus_stays_in_the_popup_when_the_record_arrives(served, open_map):
    """The link is reached before the whole record is there, as on a slow network."""
    page = open_map(served, CROWDED, reduced_motion="reduce")
    waiting = []
    page.route("**/cameras/*.geojson", lambda route: waiting.append(route))
    open_first_camera(page)
    tab_to(page, ".popup-more a")
    for route in waiting:
        route.continue_()
    page.locator(".popup-row dt:text-is('Source')").wait_for()
    assert page.locator(".leaflet-popup :focus").count() == 1


def test_every_stop_of_the_tab_key_can_be_seen(served, visit, pages):
    page = visit(served, viewport={"width": 1440, "height": 900})
    hidden = []
    for path in pages:
        page.goto(path)
        for _ in range(STOPS_AT_MOST):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus["isBody"]:
                break
            if not focus["isSeen"]:
                hidden.append(f"{path}: {focus['name']}")
    assert hidden == []
