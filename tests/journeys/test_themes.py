"""Light and dark, with motion and without."""

import pytest

pytestmark = pytest.mark.browser

# How light the whole map is, ground and canvases together: 0 black, 1 white. Null while the base
# map is not there: its canvas is mostly covered once it is.
LIGHTNESS = """() => {
  const map = document.querySelector('.map');
  const all = document.createElement('canvas');
  [all.width, all.height] = [200, 200];
  const context = all.getContext('2d', { willReadFrequently: true });
  context.fillStyle = getComputedStyle(map).backgroundColor;
  context.fillRect(0, 0, 200, 200);
  let covered = false;
  map.querySelectorAll('canvas.map-canvas').forEach((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let opaque = 0;
    for (let at = 3; at < data.length; at += 4) opaque += data[at] > 200;
    covered = covered || opaque > data.length / 8;
    context.drawImage(canvas, 0, 0, 200, 200);
  });
  if (!covered) return null;
  const { data } = context.getImageData(0, 0, 200, 200);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += data[at] + data[at + 1] + data[at + 2];
  return sum / (data.length / 4) / 765;
}"""


def test_map_follows_the_colour_scheme(served, open_map):
    page = open_map(served, color_scheme="dark", viewport={"width": 800, "height": 600})
    page.wait_for_function(f"() => (({LIGHTNESS})() ?? 1) < 0.35")
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"() => (({LIGHTNESS})() ?? 0) > 0.7")


def test_map_does_not_move_by_itself_where_that_is_not_wanted(served, open_map):
    page = open_map(served, reduced_motion="reduce")
    before, after = page.evaluate(
        """() => {
          const { map } = window.sightlines;
          const before = map.getZoom();
          map.getContainer().querySelector('.leaflet-control-zoom-in').click();
          return [before, map.getZoom()];
        }"""
    )
    assert after == before + 1
    assert page.locator(".leaflet-zoom-anim").count() == 0
