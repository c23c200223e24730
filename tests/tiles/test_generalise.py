import pandas as pd
import pytest
import shapely
from shapely import LineString, Point, box

from sightlines.schema import BASE_MAP_LAYERS
from sightlines.tiles.generalise import LOWEST_ZOOM, generalise, lowest_zooms


def frame(*rows):
    return pd.DataFrame(rows, columns=["layer", "class", "name", "geometry"])


def test_lowest_zooms_knows_every_layer_and_any_class():
    assert set(LOWEST_ZOOM) == set(BASE_MAP_LAYERS)
    zooms = lowest_zooms(BASE_MAP_LAYERS, ["never heard of"] * len(BASE_MAP_LAYERS))
    assert zooms.max() <= 14
    assert lowest_zooms(["street", "street"], ["motorway", "footway"]).tolist() == [5, 14]


def test_generalise_keeps_everything_at_the_highest_zoom():
    rows = frame(("building", "yes", "A", box(0, 0, 1e-9, 1e-9)))
    assert generalise(rows, 14) is rows


def test_generalise_leaves_out_specks_but_no_line_and_no_point():
    # At zoom 8 a pixel is 360 / (512 * 256) = 0.00275 degrees.
    rows = frame(
        ("green", "park", None, box(0, 0, 0.004, 0.004)),
        ("green", "park", None, box(0, 0, 0.005, 0.001)),
        ("water", "river", None, LineString([(0, 0), (0.001, 0)])),
        ("place", "city", "A", Point(0, 0)),
    )
    assert generalise(rows, 8)["layer"].tolist() == ["green", "water", "place"]


def test_generalise_joins_streets_of_a_class_and_drops_their_names():
    rows = frame(
        ("street", "primary", "A", LineString([(0, 0), (1, 0)])),
        ("street", "primary", "B", LineString([(1, 0), (2, 0)])),
        ("street", "motorway", "C", LineString([(2, 0), (3, 0)])),
    )
    drawn = generalise(rows, 10)
    assert drawn["class"].tolist() == ["motorway", "primary"]
    assert drawn["name"].isna().all()
    assert drawn["geometry"].iloc[1].length == pytest.approx(2)


def test_generalise_keeps_the_common_border_of_countries():
    # A wiggly border, far finer than a pixel of zoom 1 (0.35 degrees), between two squares.
    wiggle = [(10 + 0.01 * (step % 2), step * 0.1) for step in range(101)]
    west = shapely.Polygon([(0, 10), (0, 0), *wiggle])
    east = shapely.Polygon([(20, 10), (20, 0), *wiggle])
    drawn = generalise(frame(("land", "country", "W", west), ("land", "country", "E", east)), 1)[
        "geometry"
    ].tolist()
    assert sum(shapely.get_num_coordinates(drawn)) < 40
    assert drawn[0].intersection(drawn[1]).area == 0
    assert shapely.union_all(drawn).area == pytest.approx(drawn[0].area + drawn[1].area)
    assert drawn[0].intersection(drawn[1]).length == pytest.approx(10, abs=0.1)


def test_generalise_takes_no_features():
    assert len(generalise(frame(), 3)) == 0
