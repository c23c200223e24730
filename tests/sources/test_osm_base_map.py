"""What the map shows of an object's tags."""

import pytest

from sightlines.sources.osm_base_map import class_of_area, class_of_line


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"building": "house"}, ("building", "house")),
        ({"building": "no"}, None),
        ({"natural": "water"}, ("water", "lake")),
        ({"natural": "water", "water": "river"}, ("water", "river")),
        ({"waterway": "riverbank"}, ("water", "river")),
        ({"landuse": "basin"}, ("water", "basin")),
        ({"leisure": "park"}, ("green", "park")),
        ({"landuse": "forest"}, ("green", "wood")),
        ({"natural": "scrub"}, ("green", "scrub")),
        ({"place": "square"}, ("square", "square")),
        ({"highway": "pedestrian", "area": "yes"}, ("square", "pedestrian")),
        ({"highway": "pedestrian"}, None),
        ({"man_made": "pier"}, ("land", "pier")),
        ({"natural": "coastline"}, None),
        ({"amenity": "parking"}, None),
    ],
)
def test_class_of_area_shows_ground(tags, found):
    assert class_of_area(tags, is_relation=False) == found


def test_class_of_area_takes_a_pedestrian_multipolygon_for_ground():
    assert class_of_area({"highway": "pedestrian"}, is_relation=True) == ("square", "pedestrian")


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"highway": "residential"}, ("street", "residential")),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"highway": "construction"}, None),
        ({"highway": "platform"}, None),
        ({"highway": "motorway", "tunnel": "yes", "layer": "-1"}, None),
        ({"highway": "service", "tunnel": "building_passage"}, ("street", "service")),
        ({"highway": "footway", "tunnel": "yes", "layer": "-1"}, None),
        ({"highway": "footway", "tunnel": "yes"}, None),
        ({"railway": "tram"}, ("street", "tram")),
        ({"railway": "light_rail"}, ("street", "rail")),
        ({"railway": "subway", "tunnel": "yes"}, None),
        ({"railway": "abandoned"}, None),
        ({"highway": "residential", "railway": "tram"}, ("street", "residential")),
    ],
)
def test_class_of_line_shows_streets_and_rails_on_the_ground(tags, found):
    assert class_of_line(tags) == found
