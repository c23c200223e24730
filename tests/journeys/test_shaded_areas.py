"""Areas shaded by density."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAINTED = """() => {
  const canvas = document.querySelector('.leaflet-areas-pane canvas');
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
    .some((value, at) => at % 4 === 3 && value > 0);
}"""


def test_choosing_hexagons_shades_the_map(served, open_map):
    page = open_map(served, viewport={"width": 1440, "height": 900})
    expect(page.locator("#legend-areas")).to_be_hidden()
    assert not page.evaluate(PAINTED)
    with page.expect_response("**/areas.geojson?level=h3-9&**") as answered:
        page.locator("#panel-level").select_option(label="Hexagons, 350 m wide")
    features = answered.value.json()["features"]
    page.wait_for_function(PAINTED)
    assert sum(row["properties"]["n_cameras"] for row in features) == 221
    steps = page.locator("#legend-steps li")
    expect(page.locator("#legend-areas")).to_be_visible()
    expect(steps.first).to_contain_text("below")
    expect(steps.last).to_contain_text("and more")
    page.locator("#panel-level").select_option("")
    expect(page.locator("#legend-areas")).to_be_hidden()
    page.wait_for_function(f"() => !({PAINTED})()")
