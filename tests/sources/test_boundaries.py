"""Boundary files: every real one, and broken ones."""

import json

import geopandas
import pytest
import shapely

from sightlines import schema
from sightlines.errors import SourceRefusedError
from sightlines.geodesy import geodesic_area_m2
from sightlines.sources.boundaries import read_boundaries, slug
from sightlines.sources.boundary_columns import find_code_column, find_name_column


def read(path, **options):
    given = {
        "level": None,
        "name": None,
        "code": None,
        "population": None,
        "crs": None,
        "source": "test",
        "licence": "unstated",
    }
    return read_boundaries(path, **{**given, **options})


def write(path, *features):
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": properties,
                        "geometry": json.loads(shapely.to_geojson(shape)) if shape else None,
                    }
                    for properties, shape in features
                ],
            }
        ),
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("name", "count", "first_name"),
    [
        ("ca_toronto_neighbourhoods.geojson", 158, "West Humber-Clairville"),
        ("ch_geneva_communes.geojson", 45, "Aire-la-Ville"),
        ("es_madrid_districts.geojson", 21, "Arganzuela"),
        ("fi_helsinki_districts.geojson", 60, "KRUUNUNHAKA"),
        ("fr_paris_arrondissements.geojson", 20, "1er Ardt"),
        ("kr_seoul_gu_juso2015.geojson", 25, "종로구"),
        ("tw_towns.topojson", 368, "南竿鄉"),
        ("uk_gm_local_authorities.geojson", 10, "Bolton"),
        ("uk_trafford_lsoa.geojson", 139, "Trafford 025A"),
        ("uk_trafford_wards.geojson", 21, "Altrincham"),
        ("us_chicago_neighborhoods.geojson", 98, "Albany Park"),
        ("us_counties_metrics_pop.geojson", 3_222, "Autauga County, Alabama"),
        ("us_nyc_boroughs_epsg2263.zip", 5, "Manhattan"),
        ("us_states_metrics_pop.geojson", 52, "Alabama"),
        ("world_atlas_countries_50m.topojson", 241, "Afghanistan"),
        ("world_naturalearth_lowres_pop.zip", 177, None),
    ],
)
def test_read_boundaries_reads_every_real_file(shared_data, name, count, first_name):
    reading = read(shared_data / "boundaries" / name)
    areas = reading.areas.to_pylist()
    assert reading.areas.schema == schema.AREA
    assert len(areas) == len({area["code"] for area in areas}) == count
    assert first_name in (None, areas[0]["name"])
    shapes = shapely.from_wkb([area["geometry"] for area in areas])
    assert shapely.is_valid(shapes).all()
    assert {shape.geom_type for shape in shapes} == {"MultiPolygon"}
    assert not shapely.has_z(shapes).any()
    west, south, east, north = shapely.total_bounds(shapes)
    assert -180.001 <= west < east <= 180.001
    assert -90.001 <= south < north <= 90.001


@pytest.mark.parametrize(
    ("name", "invalid"),
    [("us_chicago_neighborhoods.geojson", 4), ("fr_paris_arrondissements.geojson", 0)],
)
def test_read_boundaries_repairs_and_keeps_the_size_of_invalid_rings(shared_data, name, invalid):
    path = shared_data / "boundaries" / name
    before = geopandas.read_file(path)
    assert int((~before.geometry.is_valid).sum()) == invalid
    reading = read(path)
    assert reading.notes.get("area:repaired", 0) == invalid
    after = shapely.from_wkb(reading.areas["geometry"].to_pylist())
    assert sum(shapely.area(after)) == pytest.approx(
        shapely.area(shapely.buffer(before.geometry.to_numpy(), 0)).sum(), rel=1e-4
    )


def test_read_boundaries_reprojects_feet_to_degrees(shared_data):
    reading = read(shared_data / "boundaries" / "us_nyc_boroughs_epsg2263.zip")
    shapes = shapely.from_wkb(reading.areas["geometry"].to_pylist())
    west, south, east, north = shapely.total_bounds(shapes)
    assert (west, south) == pytest.approx((-74.2555, 40.4961), abs=1e-3)
    assert (east, north) == pytest.approx((-73.7001, 40.9153), abs=1e-3)
    assert set(reading.areas["name"].to_pylist()) == {
        "Bronx",
        "Brooklyn",
        "Manhattan",
        "Queens",
        "Staten Island",
    }


@pytest.mark.parametrize("column", ["", ":all_ages"])
def test_read_boundaries_joins_the_people_of_trafford(shared_data, column):
    folder = shared_data / "boundaries"
    reading = read(
        folder / "uk_trafford_wards.geojson",
        level="ward",
        population=f"{folder / 'uk_trafford_ward_population_2024.csv'}{column}",
    )
    areas = reading.areas.to_pylist()
    assert sum(area["population"] for area in areas) == 241_025
    assert {area["population_year"] for area in areas} == {2024}
    assert areas[0]["code"] == "ward:E05015239"
    assert areas[0]["population"] == 11_278


def test_read_boundaries_joins_a_long_table(shared_data):
    folder = shared_data / "boundaries"
    reading = read(
        folder / "uk_gm_local_authorities.geojson",
        population=str(folder / "uk_gm_population_2021.csv"),
    )
    bolton = reading.areas.to_pylist()[0]
    assert (bolton["population"], bolton["population_year"]) == (295_963, 2021)


def test_read_boundaries_joins_by_name_where_codes_do_not_match(shared_data):
    folder = shared_data / "boundaries"
    reading = read(
        folder / "kr_seoul_gu_juso2015.geojson",
        population=str(folder / "kr_seoul_population_2020q1.tsv"),
    )
    assert sum(reading.areas["population"].to_pylist()) == 10_013_781


@pytest.mark.parametrize(
    ("name", "population"),
    [
        ("us_counties_metrics_pop.geojson", None),
        ("us_states_metrics_pop.geojson", ":population"),
    ],
)
def test_read_boundaries_takes_populations_of_its_own(shared_data, name, population):
    reading = read(shared_data / "boundaries" / name, population=population)
    assert sum(reading.areas["population"].to_pylist()) == 335_642_425
    assert set(reading.areas["population_source"].to_pylist()) == {"test"}


def test_read_boundaries_joins_features_of_one_code(tmp_path):
    path = write(
        tmp_path / "My Wards.geojson",
        ({"code": "A", "name": "North"}, shapely.box(0, 0, 1, 1)),
        ({"code": "A", "name": "North"}, shapely.box(1, 0, 2, 1)),
        ({"code": "B", "name": "South"}, shapely.box(5, 0, 6, 1)),
    )
    reading = read(path, code="code")
    assert reading.areas["code"].to_pylist() == ["my-wards:A", "my-wards:B"]
    assert reading.notes == {"area:dissolved": 2}
    assert shapely.from_wkb(reading.areas["geometry"].to_pylist()[0]).area == 2


def test_read_boundaries_drops_what_is_no_polygon(tmp_path):
    flat = shapely.box(0, 0, 1, 1)
    path = write(
        tmp_path / "mixed.geojson",
        ({"name": "A"}, shapely.force_3d(flat, 7.0)),
        ({"name": "B"}, shapely.Point(1, 1)),
        ({"name": "C"}, None),
    )
    reading = read(path)
    assert reading.areas["name"].to_pylist() == ["A"]
    assert reading.notes["area:not_a_polygon"] == 2
    assert shapely.from_wkb(reading.areas["geometry"].to_pylist()[0]).equals(flat)


def test_read_boundaries_cuts_a_ring_that_steps_over_the_antimeridian(tmp_path):
    jumping = shapely.Polygon([(179, 10), (-179, 10), (-179, 11), (179, 11)])
    path = write(
        tmp_path / "isles.geojson",
        ({"name": "Over"}, jumping),
        ({"name": "Beside"}, shapely.box(170, 10, 171, 11)),
    )
    reading = read(path)
    beside, over = shapely.from_wkb(reading.areas["geometry"].to_pylist())
    assert geodesic_area_m2(over) / 1e6 == pytest.approx(24_216, rel=1e-4)
    assert over.equals(
        shapely.union(shapely.box(179, 10, 180, 11), shapely.box(-180, 10, -179, 11))
    )
    assert beside.equals(shapely.box(170, 10, 171, 11))
    assert reading.notes == {"area:cut_at_antimeridian": 1}


def test_read_boundaries_keeps_the_other_parts_and_holes_of_a_shape_that_it_cuts(tmp_path):
    jumping = shapely.Polygon(
        [(178, 0), (-178, 0), (-178, 4), (178, 4)],
        [[(179, 1), (-179, 1), (-179, 3), (179, 3)]],
    )
    both = shapely.MultiPolygon([jumping, shapely.box(170, 10, 171, 11)])
    (wkb,) = read(write(tmp_path / "x.geojson", ({"name": "A"}, both))).areas["geometry"]
    assert shapely.from_wkb(wkb.as_py()).area == pytest.approx(4 * 4 - 2 * 2 + 1)


def test_read_boundaries_closes_a_ring_round_a_pole(tmp_path):
    ring = shapely.Polygon([(lon, -80) for lon in range(-150, 180, 30)])
    (wkb,) = read(write(tmp_path / "x.geojson", ({"name": "A"}, ring))).areas["geometry"]
    assert shapely.from_wkb(wkb.as_py()).area == pytest.approx(360 * 10)


def test_read_boundaries_cuts_what_jumps_once_it_is_in_degrees(tmp_path):
    path = tmp_path / "cap.gpkg"
    square = shapely.box(-500_000, -500_000, 500_000, 500_000)
    geopandas.GeoDataFrame({"name": ["A"], "geometry": [square]}, crs="EPSG:3413").to_file(path)
    (wkb,) = read(path).areas["geometry"]
    cap = shapely.from_wkb(wkb.as_py())
    # Scale at the pole of this projection, true at 70 degrees, is 0.97 (its square 0.9405).
    assert geodesic_area_m2(cap) / 1e6 == pytest.approx(1_000_000 / 0.9405, rel=5e-3)
    assert shapely.intersects_xy(cap, 10, 90)


def test_read_boundaries_keeps_the_ground_of_countries_over_the_antimeridian(shared_data):
    path = shared_data / "boundaries" / "world_atlas_countries_50m.topojson"
    reading = read(path, name="name", level="state")
    shapes = shapely.from_wkb(reading.areas["geometry"].to_pylist())
    km2 = {
        name: geodesic_area_m2(shape) / 1e6
        for name, shape in zip(reading.areas["name"].to_pylist(), shapes, strict=True)
    }
    # CIA World Factbook: land and water of Russia 17,098,242; land of Fiji 18,274; Antarctica
    # 14.2 million; the file is drawn at 1:50 million.
    assert km2["Russia"] == pytest.approx(17_098_242, rel=0.02)
    assert km2["Fiji"] == pytest.approx(18_274, rel=0.1)
    assert km2["Antarctica"] == pytest.approx(14_200_000, rel=0.15)
    assert reading.notes["area:cut_at_antimeridian"] == 3


def test_read_boundaries_keeps_the_whole_world(tmp_path):
    world = shapely.box(-180, -90, 180, 90)
    reading = read(write(tmp_path / "x.geojson", ({"name": "A"}, world)))
    (wkb,) = reading.areas["geometry"]
    assert shapely.from_wkb(wkb.as_py()).equals(world)
    assert reading.notes == {}


def test_read_boundaries_numbers_names_that_look_alike_in_an_address(tmp_path):
    path = write(
        tmp_path / "x.geojson",
        ({"name": "St. Ann"}, shapely.box(0, 0, 1, 1)),
        ({"name": "St Ann"}, shapely.box(2, 0, 3, 1)),
    )
    assert read(path).areas["code"].to_pylist() == ["x:st-ann", "x:st-ann-2"]


def test_read_boundaries_reads_a_geopackage(tmp_path):
    path = tmp_path / "towns.gpkg"
    frame = geopandas.GeoDataFrame(
        {"town": ["A"], "geometry": [shapely.box(500_000, 0, 501_000, 1_000)]}, crs="EPSG:32633"
    )
    frame.to_file(path)
    (area,) = read(path).areas.to_pylist()
    assert area["code"] == "towns:a"
    assert shapely.from_wkb(area["geometry"]).bounds[0] == pytest.approx(15.0, abs=1e-6)


def test_read_boundaries_takes_the_coordinate_system_that_is_named(shared_data, tmp_path):
    path = tmp_path / "boroughs.gpkg"
    frame = geopandas.read_file(shared_data / "boundaries" / "us_nyc_boroughs_epsg2263.zip")
    frame = frame.set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        frame.to_file(path)
    with pytest.raises(SourceRefusedError, match="coordinate system"):
        read(path)
    reading = read(path, crs="EPSG:2263")
    assert shapely.from_wkb(reading.areas["geometry"].to_pylist()[0]).bounds[0] < -73
    with pytest.raises(SourceRefusedError, match="No coordinate system"):
        read(path, crs="EPSG:nonsense")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,code\nA,1\n",
        b"PK\x03\x04 broken",
        b'{"type":"FeatureCollection","features":[]}',
        b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}',
        b"<OGRVRTDataSource><OGRVRTLayer name='passwd'/></OGRVRTDataSource>",
        b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline read x"}',
    ],
)
def test_read_boundaries_refuses_what_is_no_boundary_file(tmp_path, content):
    path = tmp_path / "x.geojson"
    path.write_bytes(content)
    with pytest.raises(SourceRefusedError):
        read(path)


@pytest.mark.parametrize("level", ["country", "Country", "h3-7", "h3_x", "osm-8", "OSM 10"])
def test_read_boundaries_refuses_a_level_that_the_system_makes(tmp_path, level):
    path = write(tmp_path / "x.geojson", ({"name": "A"}, shapely.box(0, 0, 1, 1)))
    with pytest.raises(SourceRefusedError, match="is made by Sightlines itself"):
        read(path, level=level)


def test_read_boundaries_refuses_a_reserved_level_that_a_file_is_named_after(tmp_path):
    path = write(tmp_path / "country.geojson", ({"name": "A"}, shapely.box(0, 0, 1, 1)))
    with pytest.raises(SourceRefusedError, match="--level"):
        read(path)
    assert read(path, level="countries").areas["code"].to_pylist() == ["countries:a"]
    assert read(path, level="osmosis").areas["level"].to_pylist() == ["osmosis"]


def test_read_boundaries_refuses_points_and_unknown_columns(shared_data):
    with pytest.raises(SourceRefusedError, match="no polygons"):
        read(shared_data / "cameras" / "sn_dakar.geojson")
    with pytest.raises(SourceRefusedError, match="no column 'x'"):
        read(shared_data / "boundaries" / "uk_trafford_wards.geojson", code="x")
    with pytest.raises(SourceRefusedError, match="cannot be opened"):
        read(shared_data / "boundaries" / "none.geojson")


def test_find_code_column_prefers_a_code_to_a_row_number():
    columns = {"OBJECTID": ["1", "2"], "id": ["7", "8"], "GSS_CODE": ["E1", "E2"], "x": ["a", "a"]}
    assert find_code_column(columns) == "GSS_CODE"
    assert find_code_column({"code": ["a", "a"], "cartodb_id": ["1", "2"]}) is None


def test_find_name_column_takes_the_most_telling():
    columns = {"COUNTYNAME": ["a", "a", "b"], "TOWNNAME": ["x", "y", "z"]}
    assert find_name_column(columns) == "TOWNNAME"
    assert find_name_column({"n": ["1", "2"], "label": ["x", "y"]}) == "label"


@pytest.mark.parametrize(
    ("text", "word"), [("My Wards_2024", "my-wards-2024"), ("종로구", "종로구"), ("/", "area")]
)
def test_slug_writes_words_for_an_address(text, word):
    assert slug(text) == word
