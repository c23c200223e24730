"""The page of one camera."""

import pytest

from sightlines.attributes import BY_NAME
from sightlines.web.cameras import in_words


@pytest.fixture(scope="module")
def cameras(reader):
    return reader.get("/download/cameras.geojson").json["features"]


def test_camera_page_shows_tags_source_licence_and_evidence(reader, cameras):
    panning = next(c for c in cameras if c["properties"]["camera_type"] == "panning")
    page = reader.get(f"/cameras/{panning['id']}").text
    assert "revolving" in page
    assert "Helsinki" in page
    assert "Open Database License 1.0" in page
    assert "node/" in page
    assert "Operator unknown" in page
    assert "an edit is not a confirmation" in page


def test_camera_page_says_why_a_record_does_not_count(reader, cameras):
    speed = next(c for c in cameras if c["properties"]["kind"] == "enforcement")
    page = reader.get(f"/cameras/{speed['id']}").text
    assert "shown but not counted as a camera: enforcement" in page


def test_camera_geojson_is_the_feature_of_the_download(reader, cameras):
    one = reader.get(f"/cameras/{cameras[0]['id']}.geojson").json
    assert one["properties"] == cameras[0]["properties"]
    assert one["source_titles"] == ["Helsinki"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("camera_direction", [{"bearing_deg": 0.0, "width_deg": None}], "0° (N)"),
        ("camera_direction", [{"bearing_deg": 350.0, "width_deg": 45.0}], "350° (N, 45° wide)"),
        ("height", 5.0, "5 m"),
        ("camera_angle", 15.0, "15°"),
        ("surveillance_zone", ["town", "traffic"], "town, traffic"),
        ("indoor", False, "no"),
    ],
)
def test_in_words_writes_values_for_people(name, value, words):
    assert in_words(BY_NAME[name], value) == words
