import json
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from sightlines.errors import SnapshotBrokenError
from sightlines.schema import CAMERA, SECTORS
from sightlines.snapshot.columns import UNKNOWN_DAY, Columns, direction_texts, write_columns

ROWS = {
    "id": ["m", "zzzzzzzzzzzzzzzz", "0123456789abcdef", "a"],
    "camera_count": [1, 0, 7, 1],
    "camera_type": ["dome", None, "fixed", "dome"],
    "camera_direction": [None, [], [(0.0, None, None)], [(90.0, 60.0, "tag"), (337.5, None, None)]],
    "verification": ["unverified", "single_source", "single_source", "unverified"],
    "status": ["active"] * 4,
    "sources": [["osm"], ["osm", "city"], ["city"], ["osm"]],
    "last_edited_at": [
        None,
        datetime(1970, 1, 2, 23, 59, 59, tzinfo=UTC),
        datetime(1969, 12, 31, 12, tzinfo=UTC),
        datetime(2011, 8, 9, tzinfo=UTC),
    ],
    "lon": [24.9, -180.0, 180.0, 0.0],
    "lat": [60.2, 90.0, -90.0, 0.0],
}


def table(**other):
    rows = {**ROWS, **other}
    return pa.table({name: pa.array(row, CAMERA.field(name).type) for name, row in rows.items()})


@pytest.fixture
def folder(tmp_path):
    write_columns(tmp_path, table())
    return tmp_path


def texts_of(column):
    return [column.texts[code] for code in column.codes]


def test_open_gives_back_what_was_written(folder):
    columns = Columns.open(folder)
    assert len(columns) == 4
    assert columns.id.tolist() == [id_.encode() for id_ in ROWS["id"]]
    assert columns.lon.tolist() == ROWS["lon"]
    assert columns.lat.tolist() == ROWS["lat"]
    assert columns.camera_count.tolist() == [1, 0, 7, 1]
    # Days since 1970-01-01; 2011-08-09 is 41 years of 365 days, 10 leap days and 220 days later.
    assert columns.last_edited.tolist() == [UNKNOWN_DAY, 1, -1, 41 * 365 + 10 + 220]
    assert texts_of(columns.camera_type) == ["dome", "", "fixed", "dome"]
    assert texts_of(columns.camera_direction) == ["", "", "0", "90:60;337.5"]
    assert texts_of(columns.source) == ["osm", "osm;city", "city", "osm"]
    assert columns.status.texts == ["", "active"]


def test_row_of_finds_every_camera_and_no_other(folder):
    columns = Columns.open(folder)
    assert [columns.row_of(id_) for id_ in ROWS["id"]] == [0, 1, 2, 3]
    for other in ("", "b", "zzzzzzzzzzzzzzzzz", "A", "é", "\ud800", "m\0", "x" * 10_000):
        assert columns.row_of(other) is None


def test_write_columns_takes_no_rows(tmp_path):
    write_columns(tmp_path, table(**{name: [] for name in ROWS}))
    columns = Columns.open(tmp_path)
    assert len(columns) == 0
    assert columns.row_of("a") is None


def test_write_columns_takes_a_table_in_chunks(tmp_path, folder):
    other = tmp_path / "chunked"
    other.mkdir()
    write_columns(other, pa.concat_tables([table().slice(0, 1), table().slice(1)]))
    for path in other.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_write_columns_uses_wider_codes_for_more_texts(tmp_path):
    n = 300
    rows = {name: [values[0]] * n for name, values in ROWS.items()}
    rows["id"] = [f"{number:04}" for number in range(n)]
    rows["camera_type"] = [f"type {number}" for number in range(n)]
    write_columns(tmp_path, table(**rows))
    columns = Columns.open(tmp_path)
    assert columns.camera_type.codes.dtype == np.uint16
    assert texts_of(columns.camera_type) == rows["camera_type"]


@pytest.mark.parametrize(
    "other",
    [
        {"id": ["", "b", "c", "d"]},
        {"id": ["x" * 17, "b", "c", "d"]},
        {"id": ["é", "b", "c", "d"]},
        {"lon": [None, 0.0, 0.0, 0.0]},
    ],
)
def test_write_columns_refuses_what_it_cannot_hold(tmp_path, other):
    with pytest.raises(ValueError, match=r"id|position|ascii"):
        write_columns(tmp_path, table(**other))


def test_direction_texts_writes_bearings_and_widths():
    sectors = [
        [(240.0, None, None)],
        None,
        [(338.0, 45.0, "tag")],
        [],
        [(90.0, 60.0, "tag"), (180.0, 60.0, "tag")],
        [(0.0, None, None)],
        [(-0.0, 22.499999999999996, None), (337.5, None, None)],
    ]
    array = pa.chunked_array([pa.array(sectors[:3], SECTORS), pa.array(sectors[3:], SECTORS)])
    texts = direction_texts(array).to_pylist()
    assert texts == ["240", None, "338:45", None, "90:60;180:60", "0", "0:22.5;337.5"]


def test_open_refuses_missing_and_damaged_files(folder):
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for content in (b"", whole[:20], whole[:-1], b"x" + whole[1:], b"\x93NUMPY" + b"\xff" * 90):
            path.write_bytes(content)
            with pytest.raises(SnapshotBrokenError):
                Columns.open(folder)
        path.unlink()
        with pytest.raises(SnapshotBrokenError):
            Columns.open(folder)
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("lon", np.zeros(3)),
        ("lon", np.zeros((4, 1))),
        ("lon", np.zeros(4, np.float32)),
        ("status", np.full(4, 2, np.uint8)),
        ("status", np.zeros(4, np.int8)),
        ("id_order", np.full(4, 4, np.uint32)),
        ("id", np.zeros(4, "S15")),
    ],
)
def test_open_refuses_columns_that_contradict_each_other(folder, name, array):
    np.save(folder / f"{name}.npy", array)
    with pytest.raises(SnapshotBrokenError):
        Columns.open(folder)


@pytest.mark.parametrize("texts", [[], {}, {"status": [""]}, 3, {"status": ["", 1]}])
def test_open_refuses_texts_that_are_not_what_they_should_be(folder, texts):
    (folder / "texts.json").write_text(json.dumps(texts))
    with pytest.raises(SnapshotBrokenError):
        Columns.open(folder)
