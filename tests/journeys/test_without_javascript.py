"""Everything but the map itself works without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(own_served, visit):
    """Return a function that opens an address in a browser without JavaScript."""
    return lambda path: visit(own_served, path, java_script_enabled=False)


def test_map_page_points_to_the_same_figures_without_javascript(plain):
    page = plain("/")
    expect(page.locator(".map-noscript")).to_be_visible()
    page.locator(".map-noscript").get_by_role("link", name="table of areas").click()
    page.get_by_role("link", name="Finland").click()
    expect(page.locator("main h1")).to_have_text("Finland")
    expect(page.locator("main")).to_contain_text("221")
    expect(page.locator("main")).to_contain_text("partly covered")


def test_download_works_without_javascript(plain, tmp_path):
    page = plain("/download")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    started.value.save_as(tmp_path / "cameras.csv")
    assert len((tmp_path / "cameras.csv").read_text().splitlines()) == 224


def test_contribute_works_without_javascript(plain, own_served, until):
    page = plain("/contribute")
    expect(page.locator(".map-frame")).to_be_hidden()
    page.locator("#lat").fill("60.17")
    page.locator("#lon").fill("24.94")
    page.get_by_label("Operator", exact=True).fill("Plain")
    page.get_by_role("button", name="Send for review").click()
    expect(page).to_have_url(re.compile("/contribute/thanks$"))
    own_served.be_at_rest()
    own_served.accept_the_only_one()
    until(lambda: len(own_served.cameras()) == 224, 10, "it is published")
