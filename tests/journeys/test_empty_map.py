"""An extract without a camera gives an honest empty map."""

import shutil

import osmium
import pytest
from osmium.osm import mutable
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def empty_served(prepare, tmp_path):
    """Return a running server whose only source is an extract of one street without cameras."""
    path = tmp_path / "street.osm.pbf"
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(24.93, 60.16, 24.95, 60.18))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, lon in enumerate((24.931, 24.949), start=1):
            writer.add_node(mutable.Node(id=number, location=(lon, 60.17)))
        writer.add_way(mutable.Way(id=1, nodes=[1, 2], tags={"highway": "residential"}))
    server = prepare()
    shutil.rmtree(server.instance)
    server.told("import", str(path), "--title", "A street")
    server.start()
    yield server
    server.stop()


def test_extract_without_cameras_gives_an_honest_empty_map(empty_served, open_map):
    page = open_map(empty_served)
    expect(page.locator("#panel-count")).to_have_text("0")
    expect(page.locator("#panel-caveat")).to_have_text("No cameras are recorded here yet")
    expect(page.locator("#camera-list-title")).to_contain_text("No single cameras in this view")
    assert empty_served.cameras() == []
    page.goto("/areas")
    expect(page.locator("main")).to_be_visible()
    page.goto("/download")
    expect(page.locator("main")).to_contain_text("A street")
