"""What a reading adds up to."""

import pytest

from sightlines import schema
from sightlines.errors import Fault
from sightlines.sources.reading import SourceRow, collect, plain_id


def test_collect_counts_rejected_rows_by_their_first_fault():
    faulty = {
        1: (Fault(1, "lon", "out_of_range", ""), Fault(1, "lat", "unreadable_position", "")),
        2: (Fault(2, "lat", "unreadable_position", ""),),
        3: (Fault(3, "lon", "out_of_range", ""),),
    }
    collected = collect(
        [SourceRow(n, {}, None, None, faults=faults) for n, faults in faulty.items()], strict=False
    )
    assert collected.rejected == {"unreadable_position": 1, "out_of_range": 2}
    assert collected.faults == [fault for faults in faulty.values() for fault in faults]
    assert collected.rows_read == 3
    assert collected.rows.num_rows == 0


def test_collect_takes_a_row_without_a_position_with_the_area_it_names():
    rows = [SourceRow(1, {}, None, None, place=" Ward\u202e 7 "), SourceRow(2, {}, 1.0, 2.0)]
    table = collect(rows, strict=False).rows.table()
    assert table["place"].to_pylist() == ["Ward 7", None]
    assert table["lon"].to_pylist() == [None, 1.0]


def test_collect_blacks_out_a_telephone_that_stands_for_a_place():
    rows = [SourceRow(1, {}, None, None, place="call +49 30 1234567")]
    assert collect(rows, strict=False).rows.table()["place"].to_pylist() == ["call [redacted]"]


def test_collect_adds_the_notes_of_how_a_row_was_read():
    rows = [SourceRow(n, {}, 1.0, 2.0, notes=("position:swapped",)) for n in (1, 2)]
    assert collect(rows, strict=False).notes == {"position:swapped": 2}


def test_collect_keeps_good_rows_in_order_and_every_fault_of_the_others():
    fault = Fault(2, "", "no_position", "")
    collected = collect(
        [
            SourceRow(1, {"operator": "A"}, 1.0, 2.0, native_id="a"),
            SourceRow(2, {}, None, None, faults=(fault,)),
            SourceRow(3, {"operator": "B"}, 3.0, 4.0, native_id="b"),
        ],
        strict=False,
    )
    assert collected.rows_read == 3
    assert collected.faults == [fault]
    assert collected.rows.table().schema == schema.READ
    assert collected.rows.table()["operator"].to_pylist() == ["A", "B"]


def test_collect_counts_a_reason_once_a_row():
    rows = [SourceRow(1, {"surveillance:zone": "street;public"}, 1.0, 2.0)]
    assert collect(rows, strict=False).notes == {"surveillance_zone:alias": 1}


def test_collect_keeps_the_native_ids_that_are_unique():
    names = ["a", "b", "a", None, "c"]
    rows = [SourceRow(n, {}, float(n), 2.0, native_id=name) for n, name in enumerate(names, 1)]
    collected = collect(rows, strict=False)
    assert collected.rows.table()["native_id"].to_pylist() == [None, "b", None, None, "c"]
    assert collected.notes == {"native_id:not_unique": 2}


@pytest.mark.parametrize("n", [3, 2_500])
def test_collect_gives_the_rows_in_their_order_when_they_fill_several_batches(n):
    rows = (
        SourceRow(i, {"operator": f"o{i}"}, 1.0, 2.0, native_id=str(i % 2000)) for i in range(n)
    )
    collected = collect(rows, strict=False)
    table = collected.rows.table()
    assert table["operator"].to_pylist() == [f"o{i}" for i in range(n)]
    repeated = {str(i) for i in range(n - 2000)}
    assert table["native_id"].to_pylist() == [
        None if str(i % 2000) in repeated else str(i % 2000) for i in range(n)
    ]
    assert collected.notes["native_id:not_unique"] == 2 * len(repeated)


@pytest.mark.parametrize(
    ("text", "native_id"),
    [("1001.0", "1001"), ("1001", "1001"), ("A-7.0", "A-7.0"), ("1.5", "1.5"), (" ", None)],
)
def test_plain_id_takes_the_point_off_whole_numbers(text, native_id):
    assert plain_id(text) == native_id
