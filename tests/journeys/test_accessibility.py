"""What axe-core finds: nothing serious, nothing critical, on any page, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

GRAVE = {"serious", "critical"}


def findings(page, where):
    """Return what axe-core finds grave: the rule and what it was found at."""
    answer = Axe().run(page).response
    return [
        f"{where}: {rule['id']} at {', '.join(' '.join(node['target']) for node in rule['nodes'])}"
        for rule in answer["violations"]
        if rule["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_on_any_page(served, visit, pages, scheme):
    page = visit(served, color_scheme=scheme)
    found = []
    for path in pages:
        page.goto(path)
        found += findings(page, path)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_on_a_map_in_use(served, open_map, click_nearest_camera, scheme):
    page = open_map(
        served,
        "#18/60.1699/24.9415",
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": 1440, "height": 900},
    )
    page.locator("#panel-level").select_option("h3-9")
    page.locator(".legend-more > summary").click()
    expect(page.locator("#legend-steps li").first).to_be_visible()
    click_nearest_camera(page)
    found = findings(page, "popup, shading, whole legend")
    page.keyboard.press("Escape")
    page.locator("#camera-list-items button").first.focus()
    found += findings(page, "list of cameras")
    page.locator("#cite-open").click()
    expect(page.locator("#cite")).to_be_visible()
    found += findings(page, "citation")
    assert found == []
