"""OpenStreetMap extracts: real ones counted by a plain loop, made ones, broken ones."""

import io
from collections import Counter
from datetime import UTC, datetime

import osmium
import pytest
import shapely
from osmium.osm import mutable

from sightlines import schema
from sightlines.errors import SourceRefusedError
from sightlines.sources.osm_blobs import HEAD_BYTES, is_osm_pbf, is_whole
from sightlines.sources.osm_pbf import read_osm_pbf


def tags_of(path, key, value=None):
    """Return (kind, id) of every object with a tag, by a plain loop over the file."""
    return [
        (thing.type_str(), thing.id)
        for thing in osmium.FileProcessor(str(path))
        if key in thing.tags and value in (None, thing.tags[key])
    ]


def write(path, things):
    writer = osmium.SimpleWriter(str(path))
    for thing in things:
        add = {"Node": writer.add_node, "Way": writer.add_way, "Relation": writer.add_relation}
        add[type(thing).__name__](thing)
    writer.close()
    return read_osm_pbf(path)


def node(number, lon, lat, **tags):
    tags = {key.replace("__", ":"): text for key, text in tags.items()}
    stamp = datetime(2020, 1, 2, tzinfo=UTC)
    return mutable.Node(id=number, location=(lon, lat), tags=tags, version=1, timestamp=stamp)


def square(first, lon, lat, side):
    """Return the four corners of a square as nodes, anticlockwise."""
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
    return [node(first + number, *corner) for number, corner in enumerate(corners)]


SURVEILLANCE = {"man_made": "surveillance"}


def test_read_osm_pbf_reads_helsinki_as_counted(sample_pbf):
    cameras = tags_of(sample_pbf, "man_made", "surveillance")
    speed_cameras = tags_of(sample_pbf, "highway", "speed_camera")
    assert (len(cameras), len(speed_cameras)) == (221, 2)
    reading = read_osm_pbf(sample_pbf)
    assert reading.rows_read == 223
    assert reading.faults == ()
    assert set(reading.observations["native_id"].to_pylist()) == {
        f"node/{number}" for _, number in cameras + speed_cameras
    }
    assert Counter(reading.observations["kind"].to_pylist()) == {
        "unknown": 215,
        "cctv": 6,
        "enforcement": 2,
    }
    assert reading.notes["camera_type:from_revolving"] == 34
    assert reading.extent.bounds == pytest.approx((24.9351762, 60.164155, 24.9534145, 60.179113))
    assert reading.observations.schema == schema.READ
    assert reading.areas.num_rows == 0


def test_read_osm_pbf_draws_the_streets_and_buildings_of_helsinki(sample_pbf):
    highways = [
        thing.tags["highway"]
        for thing in osmium.FileProcessor(str(sample_pbf), osmium.osm.WAY)
        if "highway" in thing.tags
    ]
    assert len(highways) == 2_650
    rows = read_osm_pbf(sample_pbf).base_map.to_pylist()
    drawn = Counter(row["class"] for row in rows if row["layer"] == "street")
    for street in ("residential", "service", "primary", "secondary", "tertiary", "unclassified"):
        assert 0 < drawn[street] <= Counter(highways)[street]
    assert not {"platform", "construction", "proposed", "elevator", "corridor"} & set(drawn)
    assert Counter(row["layer"] for row in rows)["building"] == 446
    assert {"water", "green", "square", "place"} <= {row["layer"] for row in rows}
    assert {row["layer"] for row in rows} <= set(schema.BASE_MAP_LAYERS)


def test_read_osm_pbf_reads_last_edits_and_never_who_made_them(sample_pbf):
    reading = read_osm_pbf(sample_pbf)
    stamps = {
        f"node/{thing.id}": thing.timestamp
        for thing in osmium.FileProcessor(str(sample_pbf), osmium.osm.NODE)
        if thing.tags.get("man_made") == "surveillance"
    }
    edited = dict(
        zip(
            reading.observations["native_id"].to_pylist(),
            reading.observations["last_edited_at"].to_pylist(),
            strict=True,
        )
    )
    assert all(edited[native_id] == stamp for native_id, stamp in stamps.items())
    years = [stamp.year for stamp in stamps.values()]
    assert (min(years), max(years)) == (2008, 2018)
    text = " ".join(reading.observations["raw"].to_pylist())
    assert not any(f'"{word}"' in text for word in ("user", "uid", "changeset"))


def test_read_osm_pbf_reads_monaco_with_its_quarters_and_its_sea(shared_data):
    reading = read_osm_pbf(shared_data / "osm" / "monaco_2021.osm.pbf")
    assert Counter(reading.observations["kind"].to_pylist()) == {"cctv": 10}
    directions = {
        row["native_id"]: [sector["bearing_deg"] for sector in row["camera_direction"]]
        for row in reading.observations.to_pylist()
        if row["camera_direction"] is not None
    }
    assert directions == {
        "node/6459866647": [240.0],
        "node/6473583428": [160.0],
        "node/6482706099": [0.0],
    }
    assert reading.areas["name"].to_pylist() == [
        "Fontvieille", "Monaco-Ville", "La Condamine", "La Rousse", "Larvotto", "Monte-Carlo",
    ]  # fmt: skip
    assert set(reading.areas["level"].to_pylist()) == {"osm-10"}
    rows = reading.base_map.to_pylist()
    sea = shapely.union_all(
        [shapely.from_wkb(row["geometry"]) for row in rows if row["class"] == "sea"]
    )
    for lon, lat in ((7.44, 43.73), (7.4255, 43.7345), (7.448, 43.724)):
        assert shapely.intersects_xy(sea, lon, lat)
    for lon, lat in ((7.4205, 43.7384), (7.4246, 43.7311), (7.41, 43.75)):
        assert not shapely.intersects_xy(sea, lon, lat)
    assert sum(row["layer"] == "building" for row in rows) == 1_207


@pytest.mark.slow
def test_read_osm_pbf_reads_liechtenstein_without_a_camera(shared_data):
    path = shared_data / "osm" / "liechtenstein_2021.osm.pbf"
    removed = tags_of(path, "removed:highway", "speed_camera")
    reading = read_osm_pbf(path)
    rows = reading.observations.to_pylist()
    assert {row["kind"] for row in rows} == {"enforcement"}
    assert {row["native_id"] for row in rows if row["status"] == "removed"} == {
        f"node/{number}" for _, number in removed
    }
    # One node, and two of three relations: the third relation's device is that node.
    assert [row["native_id"] for row in rows if row["status"] == "active"] == [
        "node/5357811368",
        "relation/184374",
        "relation/184375",
    ]
    assert reading.notes["enforcement:device_recorded"] == 1
    assert reading.areas.num_rows == 14
    for row in reading.areas.to_pylist():
        shape = shapely.from_wkb(row["geometry"])
        assert isinstance(shape, shapely.MultiPolygon)
        assert shape.is_valid


def test_read_osm_pbf_reads_nodes_ways_and_multipolygons_once_each(tmp_path):
    multipolygon = {"type": "multipolygon", **SURVEILLANCE}
    reading = write(
        tmp_path / "made.osm.pbf",
        [
            node(1, 10.0, 50.0, **SURVEILLANCE),
            *square(11, 10.0, 50.0, 0.01),
            *square(21, 11.0, 50.0, 0.01),
            mutable.Way(id=5, nodes=[11, 12, 13, 14, 11], tags=SURVEILLANCE),
            mutable.Way(id=6, nodes=[11, 12], tags=SURVEILLANCE),
            mutable.Way(id=7, nodes=[21, 22, 23, 24, 21]),
            mutable.Relation(id=8, members=[("w", 7, "outer")], tags=multipolygon),
        ],
    )
    rows = {row["native_id"]: row for row in reading.observations.to_pylist()}
    assert list(rows) == ["node/1", "way/5", "way/6", "relation/8"]
    assert 10.0 < rows["way/5"]["lon"] < 10.01
    assert 50.0 < rows["way/5"]["lat"] < 50.01
    assert 11.0 < rows["relation/8"]["lon"] < 11.01
    assert rows["node/1"]["last_edited_at"] == datetime(2020, 1, 2, tzinfo=UTC)
    assert rows["way/5"]["last_edited_at"] is None
    assert reading.notes["no_extent"] == 1
    assert reading.extent is None


def test_read_osm_pbf_rejects_what_has_no_place_in_the_world(tmp_path):
    reading = write(
        tmp_path / "made.osm.pbf",
        [
            node(1, 200.0, 10.0, **SURVEILLANCE),
            node(2, 10.0, -95.0, **SURVEILLANCE),
            node(3, 0.0, 0.0, **SURVEILLANCE),
            node(4, 10.0, 50.0, **SURVEILLANCE),
            mutable.Way(id=5, nodes=[98, 99], tags=SURVEILLANCE),
            mutable.Relation(
                id=6, members=[("w", 97, "outer")], tags={"type": "multipolygon", **SURVEILLANCE}
            ),
        ],
    )
    assert reading.rows_read == 6
    assert reading.rejected == {"null_island": 1, "out_of_range": 2}
    # What the extract does not place is recorded without a position.
    assert [(row["native_id"], row["lon"]) for row in reading.observations.to_pylist()] == [
        ("node/4", 10.0),
        ("way/5", None),
        ("relation/6", None),
    ]
    assert reading.notes["position:missing"] == 2


def test_read_osm_pbf_places_an_enforcement_relation_at_its_device_once(tmp_path):
    enforcement = {"type": "enforcement", "enforcement": "maxspeed"}
    reading = write(
        tmp_path / "made.osm.pbf",
        [
            node(1, 10.0, 50.0),
            node(2, 11.0, 51.0, **SURVEILLANCE),
            mutable.Relation(id=5, members=[("n", 1, "device")], tags=enforcement),
            mutable.Relation(id=6, members=[("n", 1, "device")], tags=enforcement),
            mutable.Relation(id=7, members=[("n", 2, "device")], tags=enforcement),
            mutable.Relation(id=8, members=[("n", 99, "device")], tags=enforcement),
        ],
    )
    rows = reading.observations.to_pylist()
    assert [(row["native_id"], row["kind"], row["lon"]) for row in rows] == [
        ("node/2", "enforcement", 11.0),
        ("relation/5", "enforcement", 10.0),
        ("relation/8", "enforcement", None),
    ]
    assert rows[0]["raw"] == '{"man_made":"surveillance"}'
    assert reading.rejected == {}
    assert reading.notes["enforcement:same_device"] == 1


def test_read_osm_pbf_reads_populations_as_people_write_them(tmp_path):
    boundary = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}
    counted = {**boundary, "name": "A", "population": "12 345", "population:date": "2019-12-31"}
    reading = write(
        tmp_path / "made.osm.pbf",
        [
            *square(11, 10.0, 50.0, 0.01),
            *square(21, 11.0, 50.0, 0.01),
            mutable.Way(id=1, nodes=[11, 12, 13, 14, 11]),
            mutable.Way(id=2, nodes=[21, 22, 23, 24, 21]),
            mutable.Relation(id=3, members=[("w", 1, "outer")], tags=counted),
            mutable.Relation(
                id=4, members=[("w", 2, "outer")], tags={**boundary, "population": "many"}
            ),
        ],
    )
    first, second = reading.areas.to_pylist()
    assert (first["code"], first["name"]) == ("osm-8:r3", "A")
    assert (first["population"], first["population_year"]) == (12_345, 2019)
    assert first["population_source"] == "OpenStreetMap"
    assert (second["name"], second["population"]) == ("Relation 4", None)
    assert reading.notes["area:population_unreadable"] == 1


def test_read_osm_pbf_reads_an_extract_without_cameras(tmp_path):
    reading = write(tmp_path / "made.osm.pbf", [node(1, 10.0, 50.0, place="city", name="X")])
    assert (reading.rows_read, reading.observations.num_rows) == (0, 0)
    assert reading.base_map.num_rows == 1


def test_read_osm_pbf_reads_cameras_alone(sample_pbf):
    alone = read_osm_pbf(sample_pbf, base_map=False)
    assert alone.format == "osm_pbf"
    assert (alone.base_map, alone.areas) == (None, None)
    assert alone.observations.equals(read_osm_pbf(sample_pbf).observations)


@pytest.mark.parametrize("base_map", [True, False])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_read_osm_pbf_refuses_a_file_that_is_cut_off(sample_pbf, tmp_path, share, base_map):
    content = sample_pbf.read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceRefusedError, match="cut off or broken"):
        read_osm_pbf(path, base_map=base_map)


@pytest.mark.parametrize("length", [1, 3, 20, 63, 100, 120, 685_109])
def test_read_osm_pbf_refuses_a_few_bytes(sample_pbf, tmp_path, length):
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(sample_pbf.read_bytes()[:length])
    with pytest.raises(SourceRefusedError):
        read_osm_pbf(path)


def test_read_osm_pbf_refuses_a_damaged_file(sample_pbf, tmp_path):
    content = bytearray(sample_pbf.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2_000] = bytes(2_000)
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(SourceRefusedError):
        read_osm_pbf(path)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"lon,lat\n1,2\n", "not an"), (b"<osm/>", "not an")]
)
def test_read_osm_pbf_refuses_what_is_no_pbf(tmp_path, content, words):
    path = tmp_path / "text.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(SourceRefusedError, match=words):
        read_osm_pbf(path)


def test_read_osm_pbf_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceRefusedError, match="cannot be opened"):
        read_osm_pbf(tmp_path / "none.osm.pbf")


def test_is_osm_pbf_looks_at_the_first_blob(sample_pbf):
    assert is_osm_pbf(sample_pbf.read_bytes()[:64])
    assert not is_osm_pbf(b"OSMHeader" * 8)
    assert not is_osm_pbf(b"")


def test_is_whole_walks_over_headers_longer_than_what_is_looked_at_first(sample_pbf):
    # A header may carry an index (field 2) between its type (field 1) and its size (field 3).
    content = sample_pbf.read_bytes()
    length = int.from_bytes(content[:4], "big")
    after_type = 4 + 2 + content[5]
    index = bytes([0x12, 100]) + bytes(100)
    assert length + len(index) > HEAD_BYTES
    longer = (length + len(index)).to_bytes(4, "big")
    indexed = longer + content[4:after_type] + index + content[after_type:]
    assert is_whole(io.BytesIO(indexed))
    assert not is_whole(io.BytesIO(indexed[:-1]))
    assert not is_whole(io.BytesIO(indexed[: length + 40]))
