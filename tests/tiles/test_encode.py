"""Whole tiles against a slow twin in plain Python, decoded by three decoders."""

import math
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest

from sightlines.tiles.encode import encode_tile
from sightlines.tiles.grid import cut_tile

STEPS = 2**28
ZOOMS = range(23)


def fractions(lon, lat):
    """Web Mercator as in its definition (Snyder 1987, 7-1 and 7-2), one position at a time."""
    limit = math.degrees(2 * math.atan(math.exp(math.pi)) - math.pi / 2)
    phi = math.radians(max(-limit, min(limit, lat)))
    down = 0.5 - math.asinh(math.tan(phi)) / (2 * math.pi)
    return ((lon + 180) / 360) % 1, max(0.0, min(1.0, down))


class Twin:
    """Draws tiles record by record."""

    def __init__(self, records):
        self.placed = [(*fractions(row.lon, row.lat), row) for row in records]

    def tiles(self, z):
        found = defaultdict(list)
        for across, down, row in self.placed:
            column, line = (min(int(part * STEPS), STEPS - 1) for part in (across, down))
            found[column >> (28 - z), line >> (28 - z)].append((column, line, across, down, row))
        return found

    def draw(self, z, x, y, placed):
        everything = {"cameras": [], "clusters": []}
        cells = defaultdict(list)
        for number, item in enumerate(placed):
            cell = (item[0] >> (25 - z), item[1] >> (25 - z))
            cells[number if z >= 15 and len(placed) <= 4096 else cell].append(item)
        for members in cells.values():
            if len(members) == 1:
                everything["cameras"].append(self.camera(z, x, y, members[0]))
            else:
                everything["clusters"].append(self.cluster(z, x, y, members))
        return {name: by_place(features) for name, features in everything.items() if features}

    @staticmethod
    def camera(z, x, y, item):
        _, _, across, down, row = item
        properties = {
            "id": row.id,
            "kind": row.kind,
            "operator_group": row.group,
            "camera_type": row.camera_type,
            "camera_direction": row.direction,
            "verification": row.verification,
            "camera_count": row.camera_count,
            "counted": row.counted,
            "status": row.status,
        }
        present = {name: value for name, value in properties.items() if value is not None}
        at = [
            min(int(part * 4096 * 2**z) - 4096 * corner, 4095)
            for part, corner in ((across, x), (down, y))
        ]
        return at, present

    @staticmethod
    def cluster(z, x, y, members):
        properties = defaultdict(int, {"n": 0, "not_counted": 0, "n_records": len(members)})
        for *_, row in members:
            if row.counted:
                properties["n"] += row.camera_count
                properties[f"n_{row.kind}_{row.group}"] += row.camera_count
            else:
                properties["not_counted"] += row.camera_count
        at = [
            (sum(item[axis] for item in members) // len(members)) * 4096 * 2**z // STEPS
            - 4096 * corner
            for axis, corner in ((0, x), (1, y))
        ]
        always = ("n", "not_counted", "n_records")
        return at, {name: n for name, n in properties.items() if n or name in always}


def by_place(features):
    return sorted(features, key=lambda feature: (feature[0], sorted(map(str, feature[1].items()))))


def decoded(body):
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    for layer in layers.values():
        assert layer["extent"] == 4096
        assert layer["version"] == 2
    return {
        name: by_place(
            (list(feature["geometry"]["coordinates"]), feature["properties"])
            for feature in layer["features"]
        )
        for name, layer in layers.items()
    }


def world(rng):
    return [(rng.uniform(-180, 180), rng.uniform(-84, 84)) for _ in range(1500)]


def cities(rng):
    return [
        (rng.normal(lon, spread), rng.normal(lat, spread / 2))
        for lon, lat, spread, number in (
            (24.94, 60.17, 0.01, 1500),
            (24.94, 60.17, 0.00002, 400),
            (-74.0, 40.7, 0.1, 1000),
        )
        for _ in range(number)
    ]


def edges(rng):
    """Antimeridian, poles, corners of tiles, null island."""
    lons = (179.9999, -179.9999, 180.0, -180.0, 0.0, 90.0, 11.25)
    lats = (0.0, 51.0, -17.0, 85.0512, 86.0, 90.0, -85.06, -90.0)
    return [(lon, lat) for lon in lons for lat in lats for _ in range(2)]


def identical(rng):
    return [(7.42, 43.73)] * 10_000


PLACES = {"world": world, "cities": cities, "edges": edges, "identical": identical}


@pytest.fixture(params=PLACES)
def drawn(request, make_records, open_records):
    """Records, and a function that draws them."""
    records = make_records(PLACES[request.param](np.random.default_rng(7)), 11)
    index, columns = open_records(records)
    return records, lambda z, x, y: encode_tile(cut_tile(index, columns, z, x, y), columns)


def test_encode_tile_equals_the_slow_twin_at_every_zoom(drawn):
    records, draw = drawn
    twin = Twin(records)
    rng = np.random.default_rng(3)
    compared = 0
    for z in ZOOMS:
        tiles = twin.tiles(z)
        for x, y in rng.permutation(sorted(tiles))[:12].tolist():
            assert decoded(draw(z, x, y)) == twin.draw(z, x, y, tiles[x, y]), (z, x, y)
            compared += 1
    assert compared >= len(ZOOMS)


@pytest.mark.parametrize("z", [9, 16, 24])
def test_encode_tile_gives_nothing_for_a_tile_without_records(drawn, z):
    records, draw = drawn
    filled = Twin(records).tiles(z)
    rng = np.random.default_rng(z)
    tiles = [(x, y) for x, y in rng.integers(2**z, size=(30, 2)).tolist() if (x, y) not in filled]
    assert len(tiles) > 20
    assert {draw(z, x, y) for x, y in tiles} == {b""}


@pytest.mark.parametrize("z", [0, 2, 5, 11, 15, 18])
def test_encode_tile_counts_every_camera_once(drawn, z):
    records, draw = drawn
    counted = uncounted = n_records = 0
    for x, y in Twin(records).tiles(z):
        layers = decoded(draw(z, x, y))
        for _, properties in layers.get("clusters", []):
            classes = set(properties) - {"n", "n_records", "not_counted"}
            assert sum(properties[name] for name in classes) == properties["n"]
            counted += properties["n"]
            uncounted += properties["not_counted"]
            n_records += properties["n_records"]
        for _, properties in layers.get("cameras", []):
            n_records += 1
            if properties["counted"]:
                counted += properties["camera_count"]
            else:
                uncounted += properties["camera_count"]
    assert n_records == len(records)
    assert counted == sum(row.camera_count for row in records if row.counted)
    assert uncounted == sum(row.camera_count for row in records if not row.counted)


def test_encode_tile_gives_the_same_bytes_from_eight_threads(make_records, open_records):
    records = make_records(cities(np.random.default_rng(1)), 5)
    index, columns = open_records(records)
    tiles = [(z, x, y) for z in ZOOMS for x, y in list(Twin(records).tiles(z))[:40]]

    def draw(tile):
        return encode_tile(cut_tile(index, columns, *tile), columns)

    alone = [draw(tile) for tile in tiles]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(draw, tiles * 3))
    assert together == alone * 3


def test_encode_tile_is_read_by_gdal(drawn, tmp_path):
    records, draw = drawn
    z = 12
    (x, y), placed = max(Twin(records).tiles(z).items(), key=lambda item: len(item[1]))
    expected = Twin(records).draw(z, x, y, placed)
    path = tmp_path / f"{y}.mvt"
    path.write_bytes(draw(z, x, y))
    assert {name for name, _ in pyogrio.list_layers(path)} == set(expected)
    for name, features in expected.items():
        meta, _, _, fields = pyogrio.raw.read(path, layer=name, read_geometry=False)
        values = dict(zip(meta["fields"], fields, strict=True))
        word = "id" if name == "cameras" else "n_records"
        assert sorted(values[word]) == sorted(row[word] for _, row in features)


# A strict decoder, after the specification: it refuses anything it does not expect.


def read_varint(body, place):
    value = shift = 0
    while True:
        byte = body[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            assert shift <= 70
            return value, place


def read_fields(body):
    place = 0
    while place < len(body):
        tag, place = read_varint(body, place)
        if tag & 7 == 0:
            value, place = read_varint(body, place)
        else:
            assert tag & 7 == 2
            length, place = read_varint(body, place)
            value = body[place : place + length]
            assert len(value) == length
            place += length
        yield tag >> 3, value


def read_packed(body):
    place, found = 0, []
    while place < len(body):
        value, place = read_varint(body, place)
        found.append(value)
    return found


def read_strictly(body):
    for number, content in read_fields(body):
        assert number == 3
        fields = list(read_fields(content))
        order = [key for key, _ in groupby(number for number, _ in fields)]
        assert order == [15, 1, 2, 3, 4, 5]
        keys = [value.decode() for number, value in fields if number == 3]
        values = [list(read_fields(value)) for number, value in fields if number == 4]
        assert len(set(keys)) == len(keys)
        assert all(len(value) == 1 for value in values)
        features = [dict(read_fields(value)) for number, value in fields if number == 2]
        assert all(set(feature) == {2, 3, 4} for feature in features)
        for feature in features:
            tags = read_packed(feature[2])
            assert all(key < len(keys) for key in tags[::2])
            assert all(value < len(values) for value in tags[1::2])
            assert len(set(tags[::2])) * 2 == len(tags)
            command, *units = read_packed(feature[4])
            assert (feature[3], command, len(units)) == (1, 9, 2)
            assert all(unit % 2 == 0 and unit < 8192 for unit in units)
        yield dict(fields)[1].decode(), len(features)


def test_encode_tile_passes_a_strict_decoder(drawn):
    records, draw = drawn
    twin = Twin(records)
    for z in ZOOMS:
        tiles = twin.tiles(z)
        x, y = max(tiles, key=lambda tile: len(tiles[tile]))
        expected = twin.draw(z, x, y, tiles[x, y])
        found = dict(read_strictly(draw(z, x, y)))
        assert found == {name: len(features) for name, features in expected.items()}


def test_encode_tile_draws_on_when_sums_and_keys_are_damaged(make_records, open_records):
    index, columns = open_records(make_records(cities(np.random.default_rng(2)), 6))
    noise = np.random.default_rng(1)
    keys, sums = index.keys.copy(), index.sums.copy()
    keys[100:2000] = noise.integers(0, 2**63, 1900)
    sums[100:2000] = noise.integers(0, 2**63, (1900, 3))
    damaged = type(index)(keys, sums, index.class_bytes, index.starts, index.stops)
    for z in ZOOMS:
        x, y = 583 * 2**z // 1024, 296 * 2**z // 1024
        assert isinstance(encode_tile(cut_tile(damaged, columns, z, x, y), columns), bytes)
