"""The file that ships, against figures that others publish."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from sightlines.schema import AREA
from sightlines.statistics.membership import members
from sightlines.statistics.sizes import areas_m2

WORLD = Path(__file__).resolve().parents[2] / "data" / "areas" / "world_countries.parquet"


@pytest.fixture(scope="module")
def world():
    return pq.read_table(WORLD)


def test_world_countries_has_the_columns_of_areas_and_unique_codes(world):
    assert world.schema.remove_metadata().equals(AREA)
    assert len(set(world["code"].to_pylist())) == len(world) == 254
    assert set(world["level"].to_pylist()) == {"country"}


def test_world_countries_are_valid_and_small(world):
    shapes = shapely.from_wkb(world["geometry"].to_numpy())
    assert shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.MULTIPOLYGON}
    assert WORLD.stat().st_size < 3_000_000


@pytest.mark.parametrize(
    ("name", "area_km2"),
    [
        ("Russia", 17_098_246),
        ("Fiji", 18_274),
        ("Antarctica", 12_300_000),
        ("Finland", 338_455),
        ("Lesotho", 30_355),
        ("United States of America", 9_525_067),
    ],
)
def test_world_countries_have_about_their_published_size(world, name, area_km2):
    at = world["name"].to_pylist().index(name)
    shape = shapely.from_wkb(world["geometry"][at].as_py())
    assert areas_m2([shape])[0] / 1e6 == pytest.approx(area_km2, rel=0.04)


def test_world_countries_have_a_population_where_the_table_has_one(world):
    known = dict(zip(world["name"].to_pylist(), world["population"].to_pylist(), strict=True))
    assert known["North Macedonia"] == 2_083_459
    assert known["Monaco"] is None
    assert sum(number is not None for number in known.values()) == 177


@pytest.mark.parametrize(
    ("position", "name"),
    [
        ((24.9414, 60.1710), "Finland"),
        ((7.42, 43.75), "Monaco"),
        ((178.44, -18.12), "Fiji"),
        ((-179.95, -16.75), "Fiji"),
        ((-172.0, 66.0), "Russia"),
        ((178.0, 67.0), "Russia"),
        ((0.0, -90.0), "Antarctica"),
        ((27.5, -29.3), "Lesotho"),
    ],
)
def test_world_countries_hold_a_place(world, position, name):
    shapes = shapely.from_wkb(world["geometry"].to_numpy())
    lon, lat = np.array([position[0]]), np.array([position[1]])
    _, area = members(lon, lat, shapes, world["code"].to_pylist())
    assert [world["name"][at].as_py() for at in area.tolist()] == [name]
