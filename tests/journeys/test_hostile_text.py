"""Text from outside is text: an attack in every place that outsiders can fill does nothing."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ATTACK = "</script><img src=x onerror=alert(1)>"
OUT_OF_FORM = "</textarea><img src=x onerror=alert(2)>"
# In the veiled north-west of the sample's box: no other camera is near.
LON, LAT = 24.9378, 60.1788
AREA = [[24.937, 60.178], [24.939, 60.178], [24.939, 60.18], [24.937, 60.18], [24.937, 60.178]]


def no_image(page):
    expect(page.locator("img[src=x]")).to_have_count(0)
    assert "onerror" not in page.evaluate(
        "() => [...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
    )


def send_file(page, folder):
    path = folder / f"{ATTACK.replace('/', '')}.csv"
    path.write_text(f"lon,lat,operator,description\n{LON},{LAT},{ATTACK},{OUT_OF_FORM}\n")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Check the file").click()
    cells = page.get_by_role("region", name="First rows")
    expect(cells).to_contain_text(ATTACK)
    expect(cells).to_contain_text(OUT_OF_FORM)
    no_image(page)
    page.get_by_role("button", name="Send for review").click()
    page.wait_for_url("**/contribute/thanks")


def import_hostile(served, folder):
    """Import a list whose title, and areas whose name, are an attack."""
    cameras = folder / "cameras.csv"
    cameras.write_text(f"lon,lat,operator\n{LON + 0.001},{LAT},{ATTACK}\n")
    served.told("import", str(cameras), "--title", ATTACK, "--licence", "CC0-1.0")
    areas = folder / "areas.geojson"
    feature = {
        "type": "Feature",
        "properties": {"name": ATTACK, "code": "a1"},
        "geometry": {"type": "Polygon", "coordinates": [AREA]},
    }
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    words = ["--level", "wards", "--name", "name", "--code", "code", "--licence", "CC0-1.0"]
    served.told("import-areas", str(areas), *words, "--title", ATTACK)


def on_the_map(page, click_nearest_camera):
    click_nearest_camera(page)
    expect(page.locator(".leaflet-popup")).to_contain_text(ATTACK)
    expect(page.locator("#panel-sources")).to_contain_text(ATTACK)
    expect(page.locator("#camera-list-items li")).to_have_count(2)
    no_image(page)
    page.keyboard.press("Escape")
    page.locator("#panel-level").select_option("wards")
    page.locator("#legend-steps li").first.wait_for()
    box = page.locator(".map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 60)
    expect(page.locator(".leaflet-popup h2")).to_have_text(ATTACK)
    no_image(page)


def on_pages(page, camera):
    for path in (f"/cameras/{camera}", "/areas?level=wards", "/areas/wards:a1", "/download"):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(ATTACK)
        no_image(page)


def contributed(server):
    features = server.cameras()
    return [row for row in features if row["properties"]["sources"] == ["contributions"]]


def test_hostile_text_is_shown_as_text_everywhere(
    prepare, visit, open_map, click_nearest_camera, until, tmp_path
):
    """Every text that outsiders can give is an attack: file, operator, source, area."""
    server = prepare()
    import_hostile(server, tmp_path)
    server.start()
    server.be_at_rest()
    send_file(visit(server, "/contribute/file"), tmp_path)
    server.accept_the_only_one()
    (camera,) = until(lambda: contributed(server), 20, "the camera is published")
    page = open_map(server, f"#18/{LAT}/{LON}")
    on_the_map(page, click_nearest_camera)
    on_pages(page, camera["id"])
    server.stop()
