import h3
import numpy as np
import pytest
import shapely

from sightlines.schema import AREA
from sightlines.statistics.hexagons import (
    hexagon_areas,
    hexagon_members,
    level_of,
    resolution_of,
)
from sightlines.statistics.sizes import areas_m2


def polygons(areas):
    return shapely.from_wkb(areas["geometry"].to_numpy())


def test_hexagon_areas_gives_one_row_for_each_cell_with_a_position():
    lon, lat = np.array([24.94, 24.94, 24.99, np.nan]), np.array([60.17, 60.17, 60.19, np.nan])
    areas = hexagon_areas(lon, lat, resolutions=[9])
    cells = sorted({h3.latlng_to_cell(60.17, 24.94, 9), h3.latlng_to_cell(60.19, 24.99, 9)})
    assert areas.schema.equals(AREA)
    assert areas["code"].to_pylist() == [f"h3-9:{cell}" for cell in cells]
    assert areas["name"].to_pylist() == cells
    assert set(areas["level"].to_pylist()) == {"h3-9"}
    assert areas["population"].null_count == 2


def test_hexagon_areas_makes_levels_7_to_9_unless_told_otherwise():
    areas = hexagon_areas(np.array([24.94]), np.array([60.17]))
    assert areas["level"].to_pylist() == ["h3-7", "h3-8", "h3-9"]


def test_hexagon_areas_draws_a_polygon_round_the_position_in_h3_s_size():
    areas = hexagon_areas(np.array([24.94]), np.array([60.17]))
    shapes = polygons(areas)
    assert shapely.contains_xy(shapes, 24.94, 60.17).all()
    # H3 measures on a sphere of the same surface: within one percent.
    expected = [h3.cell_area(name, unit="m^2") for name in areas["name"].to_pylist()]
    assert areas_m2(shapes) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("position", [(180.0, -16.8), (-179.9999, 0.0), (179.9999, 65.0)])
def test_hexagon_areas_cuts_a_cell_at_the_antimeridian(position):
    areas = hexagon_areas(np.array([position[0]]), np.array([position[1]]), resolutions=[7])
    (shape,) = polygons(areas)
    assert shape.is_valid
    assert all(part.bounds[2] - part.bounds[0] < 1 for part in shape.geoms)
    assert shapely.intersects_xy(shape, *position)
    expected_m2 = h3.cell_area(areas["name"][0].as_py(), unit="m^2")
    assert areas_m2([shape])[0] == pytest.approx(expected_m2, rel=1e-2)


@pytest.mark.parametrize("lat", [90.0, -90.0])
def test_hexagon_areas_draws_the_cell_of_a_pole(lat):
    areas = hexagon_areas(np.array([12.0]), np.array([lat]), resolutions=[7])
    (shape,) = polygons(areas)
    assert shape.is_valid
    assert shapely.intersects_xy(shape, 12.0, lat)
    expected_m2 = h3.cell_area(areas["name"][0].as_py(), unit="m^2")
    # Edges straight in longitude and latitude bulge away from the pole.
    assert areas_m2([shape])[0] == pytest.approx(expected_m2, rel=0.3)


def test_hexagon_areas_is_empty_without_positions():
    assert len(hexagon_areas(np.array([]), np.array([]))) == 0


def test_hexagon_members_follow_h3_for_random_positions():
    random = np.random.default_rng(11)
    lon, lat = random.uniform(24.9, 25.0, 500), random.uniform(60.1, 60.2, 500)
    areas = hexagon_areas(lon, lat, resolutions=[8])
    names = areas["name"].to_pylist()
    point, area = hexagon_members(lon, lat, 8, areas["code"].to_pylist())
    assert sorted(point.tolist()) == list(range(500))
    assert [names[at] for at in area] == [h3.latlng_to_cell(lat[at], lon[at], 8) for at in point]


def test_hexagon_members_leaves_out_cells_that_are_not_asked_for():
    lon, lat = np.array([24.94, 10.0, np.nan]), np.array([60.17, 50.0, np.nan])
    code = f"h3-8:{h3.latlng_to_cell(60.17, 24.94, 8)}"
    point, area = hexagon_members(lon, lat, 8, [code])
    assert (point.tolist(), area.tolist()) == ([0], [0])


def test_resolution_of_inverts_level_of_and_knows_other_levels():
    assert resolution_of(level_of(8)) == 8
    assert [resolution_of(level) for level in ("ward", "h3-", "h3-x", "osm-9")] == [None] * 4


def test_hexagon_areas_includes_covered_ground_without_a_record():
    nobody = np.array([])
    # About 0.5 by 0.55 km, in one place: several cells of 0.1 km2, and all of them touch it.
    ground = shapely.box(24.94, 60.165, 24.95, 60.17)
    areas = hexagon_areas(nobody, nobody, [ground], resolutions=[9])
    shapes = shapely.from_wkb(areas["geometry"].to_numpy(zero_copy_only=False))
    assert len(areas) > 3
    assert shapely.intersects(shapes, ground).all()
    assert shapely.covers(shapely.union_all(shapes).buffer(1e-6), ground)


def test_hexagon_areas_leaves_out_ground_too_large_to_list():
    nobody = np.array([])
    assert len(hexagon_areas(nobody, nobody, [shapely.box(0, 0, 40, 40)], resolutions=[9])) == 0


def test_hexagon_areas_lists_a_cell_once_when_it_holds_a_record_on_covered_ground():
    ground = shapely.box(24.94, 60.165, 24.95, 60.17)
    areas = hexagon_areas(np.array([24.945]), np.array([60.167]), [ground, ground])
    codes = areas["code"].to_pylist()
    assert len(codes) == len(set(codes))
