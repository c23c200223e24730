"""What every page has in common: headers, no cookie, no other host, no traceback."""

import re

import pytest

from sightlines.settings import Settings
from sightlines.web.application import create_app

PAGES = [
    "/",
    "/areas",
    "/areas?level=h3-9&sort=density_per_km2",
    "/areas?all=1",
    "/areas/country:246",
    "/contribute",
    "/contribute/file",
    "/contribute/thanks",
    "/download",
    "/download?bbox=24.94,60.165,24.95,60.17",
    "/method",
    "/privacy",
    "/sources",
    "/sources/helsinki-centre",
    "/cameras/{camera}",
    "/cameras/{camera}/matches",
]


@pytest.fixture(scope="module")
def camera(reader):
    """Return the id of a camera of the sample."""
    features = reader.get("/download/cameras.geojson").json["features"]
    return min(feature["id"] for feature in features)


@pytest.mark.parametrize("path", PAGES)
def test_page_answers_with_strict_headers_and_no_cookie(reader, camera, path):
    answer = reader.get(path.format(camera=camera))
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_nothing_from_another_host_and_has_no_inline_style(reader, camera, path):
    html = reader.get(path.format(camera=camera)).text
    loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]*?(?:src|href)=["']([^"']+)""", html)
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    nonce = re.findall(r"<script(?![^>]*src)[^>]*>", html)
    assert all("nonce=" in tag for tag in nonce)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/cameras/none", 404),
        ("/cameras/none.geojson", 404),
        ("/areas/none:1", 404),
        ("/areas?level=none", 404),
        ("/areas?sort=none", 400),
        ("/areas.geojson?level=country&zoom=abc", 400),
        ("/areas.geojson?level=none", 404),
        ("/view", 400),
        ("/view?bbox=1,2,3", 400),
        ("/view?bbox=nan,0,1,1", 400),
        ("/view?bbox=0,50,1,40", 400),
        ("/download/cameras.exe", 404),
        ("/download/cameras.geojson?bbox=x", 400),
        ("/tiles/cameras/99/0/0.mvt", 400),
        ("/tiles/cameras/1/5/0.mvt", 400),
        ("/tiles/none/cameras/0/0/0.mvt", 404),
        (f"/tiles/{'a' * 300}/cameras/0/0/0.mvt", 404),
        (f"/tiles/base/{'a' * 300}/0/0/0.mvt", 404),
        (f"/cameras/{'a' * 3000}", 404),
        ("/tiles/../cameras/0/0/0.mvt", 404),
        ("/tiles/base/none/0/0/0.mvt", 404),
        ("/vendor/leaflet/../../x", 404),
        ("/vendor/fonts/none.woff2", 404),
        ("/static/../app.py", 404),
    ],
)
def test_wrong_address_is_told_in_a_sentence(reader, path, status):
    answer = reader.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert answer.text.strip()


def test_wrong_request_of_a_machine_gets_problem_json(reader):
    answer = reader.get("/view?bbox=1,2,3")
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == 400
    assert answer.json["detail"].startswith("bbox takes four numbers")


def test_wrong_method_names_the_right_ones(reader):
    answer = reader.post("/areas")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_pages_say_come_back_later_when_nothing_is_published(tmp_path):
    client = create_app(Settings(instance=tmp_path / "instance")).test_client()
    for path in ("/", "/areas", "/healthz", "/tiles/cameras/0/0/0.mvt", "/download"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]


def test_health_names_the_current_snapshot(reader):
    assert reader.get("/healthz").json["status"] == "ok"


def test_assets_are_kept_for_a_year_under_an_address_with_their_digest(reader):
    html = reader.get("/method").text
    (address,) = re.findall(r'href="(/static/css/site\.css\?v=[0-9a-f]{12})"', html)
    answer = reader.get(address, buffered=True)
    assert b"--paper" in answer.data
    assert "immutable" in answer.headers["Cache-Control"]
    assert b"Leaflet" in reader.get("/vendor/leaflet/leaflet.js", buffered=True).data
