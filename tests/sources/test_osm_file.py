"""OpenStreetMap files read for their cameras alone: the pass with the base map is the slow twin."""

from datetime import UTC, datetime

import numpy as np
import osmium
import pytest
from osmium.osm import mutable

from sightlines.errors import SourceRefusedError
from sightlines.sources.osm_file import read_osm_file

SURVEILLANCE = {"man_made": "surveillance"}
SHAPE = {"type": "multipolygon", **SURVEILLANCE}
ENFORCEMENT = {"type": "enforcement", "enforcement": "maxspeed"}
STAMP = datetime(2020, 1, 2, tzinfo=UTC)


def node(number, lon, lat, **tags):
    return mutable.Node(id=number, location=(lon, lat), tags=tags, version=1, timestamp=STAMP)


def way(number, nodes, **tags):
    return mutable.Way(id=number, nodes=nodes, tags=tags, version=1, timestamp=STAMP)


def relation(number, members, tags):
    return mutable.Relation(id=number, members=members, tags=tags, version=1, timestamp=STAMP)


def square(first, lon, lat, side=0.001):
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
    return [node(first + number, *corner) for number, corner in enumerate(corners)]


def ring(number, first, **tags):
    return way(number, [first, first + 1, first + 2, first + 3, first], **tags)


def write(path, things):
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in things:
            writer.add(thing)
    return str(path)


def read_both(file):
    whole = read_osm_file(file, format="osm_pbf")
    alone = read_osm_file(file, format="osm_pbf", base_map=False)
    assert whole.base_map is not None
    assert whole.areas is not None
    return whole, alone


def assert_twins(file):
    """Return the reading of cameras alone, once it is known to say what the whole one says."""
    whole, alone = read_both(file)
    assert alone.observations.equals(whole.observations)
    assert alone.rows_read == whole.rows_read
    assert (alone.rejected, alone.faults) == (whole.rejected, whole.faults)
    assert alone.extent == whole.extent
    of_the_map = ("area:", "coastline")
    assert alone.notes == {
        reason: n for reason, n in whole.notes.items() if not reason.startswith(of_the_map)
    }
    assert (alone.base_map, alone.areas) == (None, None)
    return alone


@pytest.mark.parametrize("name", ["helsinki_centre", "liechtenstein_2021", "monaco_2021"])
def test_read_osm_file_reads_the_same_cameras_alone_as_with_the_map(shared_data, name):
    assert assert_twins(str(shared_data / "osm" / f"{name}.osm.pbf")).rows_read > 0


def made_up(seed):
    """Return devices of every form, some of them incomplete, among things that are none."""
    rng = np.random.default_rng(seed)
    things = []
    for number in range(1, 2_001):
        lon, lat = rng.uniform([10, 50], [11, 51]).round(7).tolist()
        tags = SURVEILLANCE if number % 40 == 0 else {"highway": "crossing"} if number % 7 else {}
        things.append(node(number, lon, lat, **tags))
    for number in range(3_000, 3_800, 4):
        things += square(number, *rng.uniform([10, 50], [11, 51]).tolist())
    ways = [ring(number, 2_996 + 4 * number) for number in range(1, 201)]
    for number in rng.choice(200, 60, replace=False).tolist():
        ways[number].tags = SURVEILLANCE if number % 2 else {"building": "yes"}
    for number in range(201, 241):
        ends = rng.integers(1, 2_400, rng.integers(1, 6)).tolist()  # the last 400 are not there
        ways.append(way(number, ends, **SURVEILLANCE))
    things += ways
    for number in range(1, 81):
        some = rng.integers(1, 261, rng.integers(1, 4)).tolist()  # the last 20 are not there
        outlines = [("w", member, "outer") for member in some]
        device = ("n", int(rng.integers(1, 2_100)), "device")
        tags, members = [
            (SHAPE, outlines),
            ({"type": "boundary", **SURVEILLANCE}, outlines),
            (ENFORCEMENT, [("n", 1, "from"), device, *outlines]),
            ({"type": "site", **SURVEILLANCE}, [device]),
            ({"type": "multipolygon", "building": "yes"}, outlines),
        ][number % 5]
        things.append(relation(number, members, tags))
    return things


@pytest.mark.parametrize("seed", range(5))
def test_read_osm_file_reads_made_up_devices_alone_as_with_the_map(tmp_path, seed):
    reading = assert_twins(write(tmp_path / "made.osm.pbf", made_up(seed)))
    ids = reading.observations["native_id"].to_pylist()
    types = [native_id.partition("/")[0] for native_id in ids]
    assert types.count("node") == 50
    assert types.count("way") > 0
    assert types.count("relation") > 0
    assert reading.notes["position:missing"] > 0


def test_read_osm_file_places_ways_areas_and_enforcement_when_read_alone(tmp_path):
    path = write(
        tmp_path / "made.osm.pbf",
        [
            node(1, 10.0, 50.0, **SURVEILLANCE),
            node(2, 12.0, 51.0),
            *square(11, 10.0, 50.0, 0.01),
            *square(21, 11.0, 50.0, 0.01),
            ring(5, 11, **SURVEILLANCE),
            ring(7, 21),
            relation(8, [("w", 7, "outer")], SHAPE),
            relation(9, [("n", 2, "device")], ENFORCEMENT),
        ],
    )
    rows = assert_twins(path).observations.to_pylist()
    assert [row["native_id"] for row in rows] == ["node/1", "way/5", "relation/8", "relation/9"]
    assert 10.0 < rows[1]["lon"] < 10.01
    assert 11.0 < rows[2]["lon"] < 11.01
    assert (rows[3]["lon"], rows[3]["lat"]) == (12.0, 51.0)
    assert {row["last_edited_at"] for row in rows} == {STAMP}


def test_read_osm_file_keeps_a_multipolygon_whose_area_comes_before_its_relation(tmp_path):
    # libosmium hands areas over by the buffer: some 10,000 buildings fill several of them.
    count = 10_000
    nodes = [thing for n in range(count) for thing in square(4 * n + 1, 10 + n / 1e4, 50.0, 1e-5)]
    ways = [ring(n + 1, 4 * n + 1, building="yes") for n in range(count)]
    path = write(tmp_path / "made.osm.pbf", [*nodes, *ways, relation(1, [("w", 1, "")], SHAPE)])
    reading = assert_twins(path)
    assert reading.observations["native_id"].to_pylist() == ["relation/1"]


def test_read_osm_file_puts_rows_in_openstreetmaps_order(tmp_path):
    path = write(
        tmp_path / "made.osm.pbf",
        [
            *square(11, 10.0, 50.0),
            *square(21, 11.0, 50.0),
            ring(5, 11),
            ring(6, 21),
            way(7, [98, 99], **SURVEILLANCE),
            relation(1, [("w", 6, "outer")], SHAPE),
            relation(2, [("n", 12, "device")], ENFORCEMENT),
            relation(3, [("w", 97, "outer")], SHAPE),
            relation(4, [("w", 5, "outer")], SHAPE),
        ],
    )
    reading = assert_twins(path)
    assert reading.observations["native_id"].to_pylist() == [
        "way/7", "relation/1", "relation/2", "relation/3", "relation/4",
    ]  # fmt: skip
    located = reading.observations["lon"].is_valid().to_pylist()
    assert located == [False, True, True, False, True]
    assert reading.faults == ()


@pytest.mark.parametrize("number", [-4, 2**40, 2**55])
def test_read_osm_file_reads_ids_out_of_the_ordinary(tmp_path, number):
    path = write(
        tmp_path / "made.osm.pbf",
        [
            node(1, 10.0, 50.0, **SURVEILLANCE),
            node(2, 10.1, 50.0),
            way(5, [1, 2], **SURVEILLANCE),
            way(6, [1, number], **SURVEILLANCE),
        ],
    )
    ids = assert_twins(path).observations["native_id"].to_pylist()
    assert ids[:2] == ["node/1", "way/5"]


def test_read_osm_file_reads_ids_out_of_the_ordinary_in_an_outline(tmp_path):
    path = write(
        tmp_path / "made.osm.pbf",
        [
            *square(2**45, 10.0, 50.0),
            ring(5, 2**45),
            relation(1, [("w", 5, "outer")], SHAPE),
        ],
    )
    assert assert_twins(path).observations["native_id"].to_pylist() == ["relation/1"]


@pytest.mark.parametrize("ending", ["osm", "osm.gz", "osm.bz2"])
def test_read_osm_file_reads_a_described_file_and_a_buffer(tmp_path, ending):
    path = write(tmp_path / f"made.{ending}", made_up(1))
    alone = assert_twins(path)
    described = osmium.io.File(path, ending)
    assert assert_twins(described).observations.equals(alone.observations)
    buffer = osmium.io.FileBuffer((tmp_path / f"made.{ending}").read_bytes(), ending)
    assert assert_twins(buffer).observations.equals(alone.observations)


def test_read_osm_file_reads_a_file_without_cameras(tmp_path):
    reading = assert_twins(write(tmp_path / "made.osm.pbf", [node(1, 10.0, 50.0, place="city")]))
    assert (reading.rows_read, reading.observations.num_rows) == (0, 0)


@pytest.mark.parametrize("base_map", [True, False])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_read_osm_file_refuses_a_file_that_is_cut_off(tmp_path, share, base_map):
    path = tmp_path / "made.osm"
    write(path, made_up(1))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceRefusedError, match="cut off or broken"):
        read_osm_file(str(path), format="osm_xml", base_map=base_map)


@pytest.mark.parametrize("base_map", [True, False])
def test_read_osm_file_refuses_a_shape_of_way_0_that_would_end_the_process(tmp_path, base_map):
    path = write(
        tmp_path / "made.osm.pbf",
        [
            *square(11, 10.0, 50.0),
            ring(0, 11),
            ring(1, 11),
            relation(1, [("w", 0, "outer"), ("w", 1, "outer")], SHAPE),
        ],
    )
    with pytest.raises(SourceRefusedError, match="number 0"):
        read_osm_file(path, format="osm_pbf", base_map=base_map)


@pytest.mark.parametrize("numbers", [(6, 5), (5, 5)])
def test_read_osm_file_refuses_ways_that_are_not_in_order(tmp_path, numbers):
    ways = [ring(number, 11, building="yes") for number in numbers]
    path = write(tmp_path / "made.osm.pbf", [*square(11, 10.0, 50.0), *ways])
    with pytest.raises(SourceRefusedError, match="osmium sort"):
        read_osm_file(path, format="osm_pbf")


def test_read_osm_file_reads_versions_of_all_types_and_what_they_enforce(tmp_path):
    things = [
        mutable.Node(id=1, location=(10, 50), tags=SURVEILLANCE, version=7, timestamp=STAMP),
        node(2, 10.1, 50.1, highway="speed_camera"),
        *square(10, 10.2, 50.2),
        mutable.Way(id=5, nodes=[10, 11], tags=SURVEILLANCE, version=3, timestamp=STAMP),
        relation(6, [("n", 13, "device")], ENFORCEMENT),
    ]
    file = write(tmp_path / "versions.osm.pbf", things)
    assert_twins(file)
    rows = read_osm_file(file, format="osm_pbf", base_map=False).observations.to_pylist()
    assert {row["native_id"]: (row["native_version"], row["enforcement"]) for row in rows} == {
        "node/1": (7, None), "node/2": (1, "maxspeed"), "way/5": (3, None),
        "relation/6": (1, "maxspeed"),
    }  # fmt: skip


def test_read_osm_file_reads_the_versions_of_the_sample(sample_pbf):
    rows = read_osm_file(str(sample_pbf), format="osm_pbf", base_map=False).observations
    versions = {row["native_id"]: row["native_version"] for row in rows.to_pylist()}
    assert versions["node/256257146"] == 3
    assert versions["node/256257166"] == 7
    assert None not in versions.values()
