import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.errors import SnapshotBrokenError
from sightlines.snapshot.index import Index, index_keys, index_order
from sightlines.snapshot.index_file import write_index

CLASSES = np.array([0, 2, 32 + 2, 32 + 8 + 4 + 2, 5 << 5], np.uint8)


@pytest.fixture(scope="module")
def places():
    """3,000 positions of all sorts, not sorted, with classes, ids and weights."""
    rng = np.random.default_rng(4)
    lon = np.concatenate([rng.uniform(-180, 180, 1500), rng.normal(24.9, 0.05, 1000)])
    lat = np.concatenate([rng.uniform(-90, 90, 1500), rng.normal(60.2, 0.02, 1000)])
    odd_lon = rng.choice([-180.0, 180.0, 179.9999, -179.9999, 0.0, 7.0], 500)
    odd_lat = rng.choice([90.0, -90.0, 86.0, 85.06, 0.0, 43.0], 500)
    lon, lat = np.concatenate([lon, odd_lon]), np.concatenate([lat, odd_lat])
    ids = np.array([f"{number:016x}" for number in rng.permutation(3000)], "S16")
    return lon, lat, rng.choice(CLASSES, 3000), ids, rng.integers(0, 50, 3000)


@pytest.fixture(scope="module")
def path(places, tmp_path_factory):
    lon, lat, classes, ids, weights = places
    order = index_order(lon, lat, classes, ids)
    path = tmp_path_factory.mktemp("index") / "index.bin"
    write_index(path, index_keys(lon, lat, classes)[order], weights[order])
    return path


@pytest.fixture(scope="module")
def ordered(places):
    lon, lat, classes, ids, weights = places
    order = index_order(lon, lat, classes, ids)
    return tuple(column[order] for column in (lon, lat, classes, ids, weights))


def test_index_order_sorts_by_class_then_curve_then_id(places):
    lon, lat, classes, ids, _ = places
    keys = index_keys(lon, lat, classes)
    expected = sorted(range(3000), key=lambda row: (int(keys[row]), ids[row]))
    assert index_order(lon, lat, classes, ids).tolist() == expected


def test_index_order_does_not_depend_on_the_order_of_the_input(places):
    lon, lat, classes, ids, _ = places
    shuffled = np.random.default_rng(0).permutation(3000)
    order = index_order(lon[shuffled], lat[shuffled], classes[shuffled], ids[shuffled])
    assert np.array_equal(shuffled[order], index_order(lon, lat, classes, ids))


def test_index_keys_puts_the_class_above_the_position():
    # The world's north-western quarter ends at 0, 0: its south-eastern corner step is 2^27 - 1 in
    # both directions, whose interleaved bits are 54 ones.
    keys = index_keys(np.array([-1e-7]), np.array([1e-7]), np.array([34], np.uint8))
    assert int(keys[0]) == 34 << 56 | (1 << 54) - 1


def test_open_gives_back_what_was_written(path, ordered):
    lon, lat, classes, _, weights = ordered
    index = Index.open(path)
    assert len(index) == 3000
    assert np.array_equal(index.keys, index_keys(lon, lat, classes))
    assert [part.class_byte for part in index.partitions] == sorted(set(classes.tolist()))
    for part in index.partitions:
        assert set(classes[part.start : part.stop].tolist()) == {part.class_byte}
    assert index.partitions[-1].stop == 3000
    assert np.array_equal(index.class_of(np.arange(3000)), classes)
    assert index.weight(10, 700) == int(weights[10:700].sum())


def test_open_reads_an_index_without_rows(tmp_path):
    write_index(tmp_path / "index.bin", np.array([], np.uint64), np.array([], np.int64))
    index = Index.open(tmp_path / "index.bin")
    assert (len(index), index.partitions, index.tile_ranges(0, 0, 0)) == (0, [], [])
    nothing = np.array([], np.float64)
    assert len(index.bbox_rows((-180, -90, 180, 90), nothing, nothing)) == 0


def test_write_index_gives_the_same_bytes_again(path, ordered, tmp_path):
    lon, lat, classes, _, weights = ordered
    write_index(tmp_path / "again.bin", index_keys(lon, lat, classes), weights.astype(np.uint64))
    assert (tmp_path / "again.bin").read_bytes() == path.read_bytes()


def test_write_index_adds_up_over_more_rows_than_are_written_at_once(tmp_path):
    n = (1 << 20) + 5
    write_index(tmp_path / "index.bin", np.arange(n, dtype=np.uint64), np.full(n, 3))
    index = Index.open(tmp_path / "index.bin")
    assert index.weight(0, n) == 3 * n
    # Every key below 2^20 once is every pair of steps below 2^10 once; the last five keys, from
    # 2^20, are at column 1024 and its neighbours: columns 1024, 1025, 1024, 1025, 1026.
    assert int(index.sums[1 << 20, 1]) == 1024 * (1023 * 1024 // 2)
    assert int(index.sums[n, 1] - index.sums[1 << 20, 1]) == 5124


@pytest.mark.parametrize(
    ("keys", "weights"),
    [([2, 1], [1, 1]), ([1, 2], [1]), ([1], [-1]), ([1], [1 << 33])],
)
def test_write_index_refuses_what_is_no_index(tmp_path, keys, weights):
    with pytest.raises(ValueError, match="must be"):
        write_index(tmp_path / "index.bin", np.array(keys, np.uint64), np.array(weights))


def test_open_refuses_every_damaged_byte_of_the_header(path, tmp_path):
    whole = path.read_bytes()
    broken = tmp_path / "broken.bin"
    for place in range(24 + 24 * len(CLASSES)):
        for flip in (0x01, 0x80):
            content = bytearray(whole)
            content[place] ^= flip
            broken.write_bytes(content)
            with pytest.raises(SnapshotBrokenError):
                Index.open(broken)


@pytest.mark.parametrize("length", [0, 3, 24, 4095, 4096, 5000, -24, -1])
def test_open_refuses_a_file_that_is_cut_off(path, tmp_path, length):
    (tmp_path / "broken.bin").write_bytes(path.read_bytes()[:length])
    with pytest.raises(SnapshotBrokenError):
        Index.open(tmp_path / "broken.bin")


def test_open_refuses_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "none.bin", tmp_path):
        with pytest.raises(SnapshotBrokenError):
            Index.open(path)


@pytest.mark.parametrize("z", [0, 1, 5, 12, 22, 28])
def test_tile_ranges_holds_the_rows_of_a_tile(path, ordered, z):
    lon, lat, classes, *_ = ordered
    index = Index.open(path)
    across = (lon + 180) / 360 % 1
    sine = np.sin(np.radians(np.clip(lat, -85.0511287798, 85.0511287798)))
    down = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    columns = np.clip(across * 2**z, 0, 2**z - 1).astype(int)
    rows = np.clip(down * 2**z, 0, 2**z - 1).astype(int)
    for place in range(0, 1500, 15):
        x, y = columns[place], rows[place]
        here = np.flatnonzero((columns == x) & (rows == y))
        for chosen in (None, {0, 34}):
            ranges = index.tile_ranges(z, int(x), int(y), chosen)
            found = [row for part in ranges for row in range(part.start, part.stop)]
            wanted = [row for row in here if chosen is None or classes[row] in chosen]
            assert found == wanted
            assert all(set(classes[p.start : p.stop]) == {p.class_byte} for p in ranges)


LONGITUDE = st.one_of(
    # Rounded, because floats within 1e-13 of 180 are the antimeridian: the test below.
    st.floats(-180, 180).map(lambda lon: round(lon, 9)),
    st.sampled_from([-180.0, 180.0, 179.9999, -179.9999, 0.0, 24.9]),
)
LATITUDE = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 90.0, 85.06, 86.0, 0.0, 60.2]))


@given(
    west=LONGITUDE,
    east=LONGITUDE,
    latitudes=st.tuples(LATITUDE, LATITUDE).map(sorted),
)
@settings(max_examples=400, deadline=None)
def test_bbox_rows_equals_a_look_at_every_row(path, ordered, west, east, latitudes):
    lon, lat, *_ = ordered
    south, north = latitudes
    wanted = []
    for row, (row_lon, row_lat) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        # One meridian has two names.
        names = (180.0, -180.0) if abs(row_lon) == 180 else (row_lon,)
        if west <= east:
            within = any(west <= name <= east for name in names)
        else:
            within = any(name >= west or name <= east for name in names)
        if within and south <= row_lat <= north:
            wanted.append(row)
    found = Index.open(path).bbox_rows((west, south, east, north), lon, lat)
    assert found.tolist() == wanted


def test_bbox_rows_takes_the_last_float_below_180_for_the_antimeridian(path, ordered):
    lon, lat, *_ = ordered
    index, almost = Index.open(path), float(np.nextafter(180.0, 0.0))
    for west, east in [(0.0, almost), (almost, -170.0), (almost, almost)]:
        box = (west, -90.0, east, 90.0)
        exact = tuple(180.0 if edge == almost else edge for edge in box)
        assert np.array_equal(index.bbox_rows(box, lon, lat), index.bbox_rows(exact, lon, lat))
