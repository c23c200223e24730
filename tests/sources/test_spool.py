"""Rows on their way: the same in memory and in a file."""

import pyarrow as pa
import pytest

from sightlines.sources.spool import Spool

SCHEMA = pa.schema([("n", pa.int64()), ("word", pa.string())])


def batch(*numbers):
    return pa.record_batch([list(numbers), [f"w{n}" for n in numbers]], schema=SCHEMA)


@pytest.mark.parametrize("in_memory_bytes", [0, 60, 10**6])
def test_spool_gives_back_every_row_in_its_order_as_often_as_asked(in_memory_bytes):
    spool = Spool(SCHEMA, in_memory_bytes=in_memory_bytes)
    spool.extend([batch(1, 2), batch(3)])
    spool.extend([batch(4, 5)])
    assert spool.num_rows == 5
    for _ in range(2):
        assert spool.table()["n"].to_pylist() == [1, 2, 3, 4, 5]
        assert [row for part in spool.batches() for row in part["word"].to_pylist()] == [
            "w1", "w2", "w3", "w4", "w5",
        ]  # fmt: skip


def test_spool_is_empty_when_nothing_came():
    spool = Spool(SCHEMA)
    assert spool.num_rows == 0
    assert spool.table() == SCHEMA.empty_table()


@pytest.mark.parametrize("in_memory_bytes", [0, 10**6])
def test_change_changes_every_later_pass_in_the_order_given(in_memory_bytes):
    spool = Spool(SCHEMA, in_memory_bytes=in_memory_bytes)
    spool.extend([batch(1, 2)])
    for add in (10, 100):
        spool.change(
            lambda part, add=add: part.set_column(
                0, SCHEMA.field(0), pa.array([n + add for n in part["n"].to_pylist()])
            )
        )
    assert spool.table()["n"].to_pylist() == [111, 112]
    assert spool.table()["n"].to_pylist() == [111, 112]


def test_spool_can_be_passed_through_again_when_a_pass_was_given_up():
    spool = Spool(SCHEMA, in_memory_bytes=0)
    spool.extend([batch(1), batch(2), batch(3)])
    assert next(spool.batches())["n"].to_pylist() == [1]
    assert spool.table()["n"].to_pylist() == [1, 2, 3]
