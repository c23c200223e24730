import gzip
from concurrent.futures import ThreadPoolExecutor

import mapbox_vector_tile
import pyarrow as pa
import pytest
import shapely
from pmtiles.reader import MemorySource, all_tiles
from shapely import LineString, MultiPolygon, Point, Polygon, box

from sightlines.errors import RequestInvalidError, SnapshotBrokenError
from sightlines.schema import BASE_MAP_FEATURE
from sightlines.tiles.archive import WORLD_ZOOM, BaseMap
from sightlines.tiles.base_map import build_base_map

# A park with a pond left out, in Helsinki: tile 14/9326/4742 and around.
PARK = Polygon(
    [(24.93, 60.16), (24.95, 60.16), (24.95, 60.17), (24.93, 60.17)],
    [[(24.936, 60.163), (24.944, 60.163), (24.944, 60.167), (24.936, 60.167)]],
)
BOW_TIE = Polygon([(24.94, 60.165), (24.941, 60.166), (24.941, 60.165), (24.94, 60.166)])
FEATURES = [
    ("land", "country", "Here", MultiPolygon([box(20, 55, 30, 65), box(0, 0, 0.01, 0.01)])),
    ("land", "country", "There", box(30, 55, 40, 65)),
    ("place", "country", "Here", Point(25, 60)),
    ("green", "park", None, PARK),
    ("water", "lake", "Pond", box(24.936, 60.163, 24.944, 60.167)),
    ("water", "river", "Stream", LineString([(24.93, 60.16), (24.95, 60.17)])),
    ("building", "yes", "Bow", BOW_TIE),
    ("street", "footway", "Path", LineString([(24.93, 60.165), (24.95, 60.165)])),
    ("street", "primary", "Street", LineString([(24.93, 60.166), (24.94, 60.166)])),
    ("street", "primary", "Street", LineString([(24.94, 60.166), (24.95, 60.166)])),
    ("place", "city", "Helsinki", Point(24.935, 60.1655)),
    ("place", "suburb", None, Point(24.936, 60.1656)),
]


def table(rows):
    columns = list(zip(*rows, strict=True)) or [()] * 4
    arrays = [*columns[:3], [shapely.to_wkb(geometry) for geometry in columns[3]]]
    return pa.table(
        [pa.array(list(v), f.type) for v, f in zip(arrays, BASE_MAP_FEATURE, strict=True)],
        schema=BASE_MAP_FEATURE,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("base map") / "map.pmtiles"
    build_base_map(table(FEATURES), path)
    return path


def layers_of(path, z, x, y):
    body = BaseMap.open(path).tile(z, x, y)
    assert body is not None
    return mapbox_vector_tile.decode(gzip.decompress(body))


def properties_of(layers, name):
    return [feature["properties"] for feature in layers.get(name, {"features": []})["features"]]


def test_build_base_map_draws_the_world_at_low_zooms_only(path):
    layers = layers_of(path, 4, 9, 4)
    assert {row["name"] for row in properties_of(layers, "land")} == {"Here", "There"}
    assert properties_of(layers, "place") == [{"class": "country", "name": "Here"}]
    assert {"green", "street", "building"}.isdisjoint(layers)
    for z in range(15):
        layers = layers_of(path, z, 9326 >> 14 - z, 4742 >> 14 - z)
        assert ("land" in layers) == (z <= WORLD_ZOOM), z


def test_build_base_map_draws_everything_at_its_highest_zoom(path):
    layers = layers_of(path, 14, 9326, 4742)
    assert properties_of(layers, "green") == [{"class": "park"}]
    assert {"class": "lake", "name": "Pond"} in properties_of(layers, "water")
    assert {"class": "river", "name": "Stream"} in properties_of(layers, "water")
    assert {"class": "footway", "name": "Path"} in properties_of(layers, "street")
    assert properties_of(layers, "building") == [{"class": "yes", "name": "Bow"}]
    assert {row.get("name") for row in properties_of(layers, "place")} == {"Helsinki", None}


def test_build_base_map_leaves_out_small_streets_and_names_at_middle_zooms(path):
    assert properties_of(layers_of(path, 12, 2331, 1185), "street") == [{"class": "primary"}]
    assert "street" not in layers_of(path, 7, 72, 37)
    assert properties_of(layers_of(path, 7, 72, 37), "place") == [
        {"class": "city", "name": "Helsinki"}
    ]


def test_build_base_map_keeps_holes_and_places_things_where_they_are(path):
    # Zoom 12: column 2331 begins at 2331 / 4096 * 360 - 180 = 24.873047 degrees and is 0.087891
    # wide, so the park begins (24.93 - 24.873047) / 0.087891 * 4096 = 2654 units from the left.
    (park,) = layers_of(path, 12, 2331, 1185)["green"]["features"]
    shape = shapely.geometry.shape(park["geometry"])
    west, _, east, _ = shape.bounds
    assert abs(west - 2654) <= 2
    # It is 0.02 degrees wide, its hole two fifths of that.
    assert abs(east - west - 932) <= 2
    (hole,) = shape.interiors
    assert abs(hole.bounds[2] - hole.bounds[0] - 373) <= 3


def test_build_base_map_gives_the_same_bytes_again_and_replaces(path, tmp_path):
    other = tmp_path / "other.pmtiles"
    other.write_bytes(b"old")
    build_base_map(table(FEATURES), other)
    assert other.read_bytes() == path.read_bytes()
    assert list(tmp_path.iterdir()) == [other]


def test_build_base_map_is_quiet(tmp_path, capfd):
    build_base_map(table(FEATURES[4:7]), tmp_path / "map.pmtiles")
    assert capfd.readouterr() == ("", "")


def test_build_base_map_takes_no_features(tmp_path):
    path = tmp_path / "map.pmtiles"
    build_base_map(table([]), path)
    opened = BaseMap.open(path)
    assert gzip.decompress(opened.tile(0, 0, 0)) == b""
    assert opened.tile(5, 1, 1) is None


def test_tile_gives_what_another_reader_gives(path):
    opened = BaseMap.open(path)
    stored = dict(all_tiles(MemorySource(path.read_bytes())))
    assert len(stored) > 20
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda tile: opened.tile(*tile), stored))
    assert found == list(stored.values())
    assert opened.max_zoom == 14
    assert opened.tile(14, 0, 0) is None


@pytest.mark.parametrize("tile", [(15, 0, 0), (-1, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_tile_refuses_a_tile_that_is_not_there(path, tile):
    with pytest.raises(RequestInvalidError):
        BaseMap.open(path).tile(*tile)


def test_open_refuses_what_is_no_archive(path, tmp_path):
    whole = path.read_bytes()
    broken = tmp_path / "broken.pmtiles"
    damaged = [
        b"", b"PMTiles", whole[:100], whole[:-1], b"x" + whole[1:], b"\xff" * 200,
        whole[:7] + b"\x09" + whole[8:], whole[:98] + b"\x01" + whole[99:],
        whole[:98] + b"\x77" + whole[99:], whole[:130] + b"\0" * 40 + whole[170:],
        whole[:8] + b"\xff" * 8 + whole[16:],
    ]  # fmt: skip
    for content in damaged:
        broken.write_bytes(content)
        with pytest.raises(SnapshotBrokenError):
            BaseMap.open(broken)
    with pytest.raises(SnapshotBrokenError):
        BaseMap.open(tmp_path / "none.pmtiles")
