"""Which column means which attribute."""

import pytest

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.sources.columns import find_columns, plain_id


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("lon", "lat"), ("Longitude", "LATITUDE"), (" lng ", "Lat"), ("long", "lat"), ("X", "Y")],
)
def test_find_columns_finds_longitude_and_latitude(lon, lat):
    columns = find_columns(["ref", lat, lon])
    assert (columns.lon, columns.lat) == (2, 1)


def test_find_columns_prefers_degrees_to_a_projected_pair():
    columns = find_columns(["X", "Y", "Longitude", "Latitude"])
    assert (columns.lon, columns.lat) == (2, 3)


@pytest.mark.parametrize(
    "header", ["camera:type", "camera_type", "Camera Type", "CAMERA-TYPE", "Camera type"]
)
def test_find_columns_knows_an_attribute_by_key_name_and_label(header):
    assert find_columns([header, "lon", "lat"]).mapping[header] == "camera_type"


def test_find_columns_is_driven_by_the_table():
    made_up = Attribute("lens_count", "How many lenses", "integer", keys=("lens:count",))
    table = (*ATTRIBUTES, made_up)
    for header in ("Lens count", "lens:count", "how many lenses"):
        assert find_columns([header], table).mapping == {header: "lens_count"}


def test_find_columns_takes_the_first_of_two_that_mean_the_same():
    assert find_columns(["operator", "Operator"]).mapping == {"operator": "operator"}


@pytest.mark.parametrize(
    ("text", "native_id"),
    [("1001.0", "1001"), ("1001", "1001"), ("A-7.0", "A-7.0"), ("1.5", "1.5"), (" ", None)],
)
def test_plain_id_takes_the_point_off_whole_numbers(text, native_id):
    assert plain_id(text) == native_id
