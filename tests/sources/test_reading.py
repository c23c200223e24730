"""What a reading adds up to."""

from sightlines import schema
from sightlines.errors import Fault
from sightlines.sources.reading import Reading, SourceRow, collect


def test_rejected_counts_rows_by_their_first_fault():
    reading = Reading(
        format="csv",
        encoding="utf-8",
        crs="EPSG:4326",
        rows_read=3,
        observations=schema.READ.empty_table(),
        faults=(
            Fault(1, "lon", "out_of_range", ""),
            Fault(1, "lat", "no_position", ""),
            Fault(2, "lat", "no_position", ""),
            Fault(3, "lon", "out_of_range", ""),
        ),
    )
    assert reading.rejected == {"no_position": 1, "out_of_range": 2}


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
    assert collected.table().schema == schema.READ
    assert collected.table()["operator"].to_pylist() == ["A", "B"]


def test_collect_counts_a_reason_once_a_row():
    rows = [SourceRow(1, {"surveillance:zone": "street;public"}, 1.0, 2.0)]
    assert collect(rows, strict=False).notes == {"surveillance_zone:alias": 1}


def test_collect_keeps_the_native_ids_that_are_unique():
    names = ["a", "b", "a", None, "c"]
    rows = [SourceRow(n, {}, float(n), 2.0, native_id=name) for n, name in enumerate(names, 1)]
    collected = collect(rows, strict=False)
    assert collected.table()["native_id"].to_pylist() == [None, "b", None, None, "c"]
    assert collected.notes == {"native_id:not_unique": 2}
