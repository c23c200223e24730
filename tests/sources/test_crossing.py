from __future__ import annotations

import dataclasses
import io
import json
import tempfile

import pyarrow as pa
import pytest
import shapely

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.crossing import as_plain, from_plain, read_answer, write_answer
from sightlines.sources.reading import Reading
from sightlines.sources.spool import Spool
from sightlines.sources.table import Layout, Table, TableRow

SHORT = pa.table({"n": [1, 2], "word": ["a", None]})
FAULT = Fault(3, "geometry", "unreadable_position", "It cannot be read.")
READING = Reading(
    format="csv",
    encoding="cp949",
    crs="EPSG:4326",
    rows_read=3,
    rows=Spool.of(SHORT),
    rejected={"out_of_range": 1},
    faults=(FAULT,),
    notes={"position:swapped": 2},
    mapping={"$class": "Fault", "위도": "lat"},
    mapping_file="[position]\n",
    extent=shapely.box(0, 0, 1, 1),
    base_map=SHORT.slice(1),
    areas=SHORT.slice(0, 1),
    left_out=("phone",),
)
ROWS = [
    TableRow(1, ("24.9", "위도"), (24.9, 60.1), "n1", (), ("geometry:representative_point",)),
    TableRow(3, ("", "b"), None, None, (FAULT,), ()),
]


def crossed(value: object) -> object:
    with tempfile.TemporaryFile() as answer:
        write_answer(answer, value)
        return read_answer(answer)


def test_read_answer_gives_every_member_of_a_reading() -> None:
    found = crossed(READING)
    assert isinstance(found, Reading)
    for member in dataclasses.fields(Reading):
        value = getattr(READING, member.name)
        assert value not in (None, {}, (), ""), "this test must give every member a value"
        if member.name == "rows":
            assert found.rows.table() == SHORT
        else:
            assert getattr(found, member.name) == value


def test_read_answer_gives_the_rows_of_a_table_again_and_again() -> None:
    table = Table(
        "gpkg", ("lon", "name"), ROWS, Layout(sheet="a"), "EPSG:2326", True, "Title", {"a:b": 1}
    )
    found = crossed(table)
    assert isinstance(found, Table)
    assert dataclasses.replace(found, rows=ROWS) == table
    assert list(found.rows) == ROWS
    assert list(found.rows) == ROWS


def test_read_answer_gives_a_table_without_columns_and_one_without_rows() -> None:
    bare = [TableRow(1, (), (1.0, 2.0)), TableRow(2, (), None)]
    for headers, rows in (((), bare), (("a",), [])):
        found = crossed(Table("gpkg", headers, rows))
        assert isinstance(found, Table)
        assert list(found.rows) == rows


def test_read_answer_gives_rows_of_several_batches_in_their_order() -> None:
    rows = (TableRow(number, (str(number),)) for number in range(1, 25_001))
    found = crossed(Table("gpkg", ("n",), rows))
    assert isinstance(found, Table)
    assert [row.number for row in found.rows] == list(range(1, 25_001))


@pytest.mark.parametrize(
    "value",
    [None, True, 1.5, "word", (1, ("a",)), {"$wkb": "x"}, {"$plain": {"$plain": 1}}, {"": ()}],
)
def test_from_plain_gives_what_as_plain_was_given(value: object) -> None:
    assert from_plain(json.loads(json.dumps(as_plain(value)))) == value


def test_as_plain_refuses_what_is_no_value() -> None:
    for value in (io.BytesIO(), object(), ValueError("x"), b"bytes", len):
        with pytest.raises(TypeError, match="cannot cross"):
            as_plain(value)


FORGED = [
    {"$class": "Popen", "args": ["true"]},
    {"$class": "Fault"},
    {"$class": ["Fault"]},
    {"$wkb": "zz"},
    {"$wkb": 5},
    {"$rows": [0]},
    {"$arrow": [0, 10]},
    {"$spool": [10**9, 10**9]},
    {"$spool": [-5, 8]},
]


@pytest.mark.parametrize("forged", FORGED)
def test_read_answer_refuses_what_no_child_of_ours_writes(forged: object) -> None:
    head = json.dumps({"answer": forged}).encode()
    with tempfile.TemporaryFile() as answer:
        answer.write(b"\xff" * 64 + head + len(head).to_bytes(8, "little"))
        answer.flush()
        with pytest.raises(SourceRefusedError, match="no usable answer"):
            read_answer(answer)


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"x",
        b"{}",
        b"\xff" * 8,
        b"{" + (1).to_bytes(8, "little"),
        b"[" * 200_000 + (200_000).to_bytes(8, "little"),
    ],
)
def test_read_answer_refuses_what_is_no_answer(written: bytes) -> None:
    with tempfile.TemporaryFile() as answer:
        answer.write(written)
        answer.flush()
        with pytest.raises(SourceRefusedError, match="no usable answer"):
            read_answer(answer)
