from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas
import pyarrow as pa
import pytest

from sightlines.errors import RecordBrokenError
from sightlines.observations.area_sets import areas_of, current_area_sets, register_areas
from sightlines.observations.ledger import Ledger
from sightlines.observations.origins import SourceRow
from sightlines.observations.runs import record_run

TRAFFORD = SourceRow("trafford", "Trafford wards", "OGL-UK-3.0")
SALE = SourceRow("sale", "Sale wards", "OGL-UK-3.0")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONCE = {"source": TRAFFORD, "digest": "a" * 64, "registered_at": NOW}


def test_register_areas_makes_one_set_a_level(ledger: Ledger, lake: Path, areas: Callable):
    found = register_areas(ledger, lake, areas("ward", "district", "ward"), **ONCE)
    assert [(row.level, row.n_areas, row.created) for row in found] == [
        ("district", 1, True),
        ("ward", 2, True),
    ]
    assert current_area_sets(ledger) == [replace(row, created=False) for row in found]


def test_register_areas_writes_the_source_into_every_row(
    ledger: Ledger, lake: Path, areas: Callable
):
    (row,) = register_areas(ledger, lake, areas("ward"), **ONCE)
    table = areas_of(lake, row)
    assert table.column("source").to_pylist() == ["trafford"]
    assert table.column("licence").to_pylist() == ["OGL-UK-3.0"]
    assert geopandas.read_parquet(lake / row.file.path).total_bounds.tolist() == [24, 60, 25, 61]


def test_register_areas_changes_nothing_when_the_same_comes_again(
    ledger: Ledger, lake: Path, areas: Callable
):
    first = register_areas(ledger, lake, areas("ward"), **ONCE)
    later = ONCE | {"registered_at": datetime(2026, 4, 1, tzinfo=UTC)}
    assert register_areas(ledger, lake, areas("ward"), **later) == tuple(
        replace(row, created=False) for row in first
    )
    assert len(current_area_sets(ledger)) == 1
    assert len(list(lake.rglob("*.parquet"))) == 1


def test_register_areas_replaces_the_set_of_the_same_source_and_level_alone(
    ledger: Ledger, lake: Path, areas: Callable
):
    register_areas(ledger, lake, areas("district", "ward"), **ONCE)
    (newer,) = register_areas(ledger, lake, areas("ward"), **(ONCE | {"digest": "b" * 64}))
    standing = {row.level: row for row in current_area_sets(ledger)}
    assert len(current_area_sets(ledger)) == len(standing) == 2
    assert standing["district"].source == "trafford"
    assert standing["ward"].id == newer.id


def test_register_areas_lets_two_sources_of_one_level_stand_with_the_newest_first(
    ledger: Ledger, lake: Path, areas: Callable
):
    register_areas(ledger, lake, areas("ward"), **ONCE)
    later = ONCE | {"source": SALE, "registered_at": NOW + timedelta(days=1)}
    register_areas(ledger, lake, areas("ward"), **later)
    assert [row.source for row in current_area_sets(ledger)] == [SALE.id, TRAFFORD.id]


def test_register_areas_leaves_the_areas_of_runs_alone_and_they_leave_it_alone(
    ledger: Ledger, lake: Path, areas: Callable, reading: Callable, origin: Callable
):
    def record(digest: str) -> str:
        found = reading(areas=areas("ward"))
        return record_run(ledger, lake, found, source=TRAFFORD, origin=origin(digest)).id

    first = record("c" * 64)
    register_areas(ledger, lake, areas("ward"), **ONCE)
    assert {row.run for row in current_area_sets(ledger)} == {first, None}
    second = record("d" * 64)
    assert {row.run for row in current_area_sets(ledger)} == {second, None}


def test_register_areas_makes_another_set_when_the_rows_of_the_same_file_differ(
    ledger: Ledger, lake: Path, areas: Callable
):
    (first,) = register_areas(ledger, lake, areas("ward"), **ONCE)
    table = areas("ward")
    place = table.schema.get_field_index("population")
    people = table.set_column(place, table.schema.field(place), pa.array([7], pa.int64()))
    (second,) = register_areas(ledger, lake, people, **ONCE)
    assert [row.id for row in current_area_sets(ledger)] == [second.id] != [first.id]
    assert areas_of(lake, second).column("population").to_pylist() == [7]


def test_register_areas_lets_an_older_set_stand_again_when_it_comes_again(
    ledger: Ledger, lake: Path, areas: Callable
):
    (first,) = register_areas(ledger, lake, areas("ward"), **ONCE)
    register_areas(ledger, lake, areas("ward"), **(ONCE | {"digest": "b" * 64}))
    again = ONCE | {"registered_at": NOW + timedelta(days=9)}
    (found,) = register_areas(ledger, lake, areas("ward"), **again)
    assert found == replace(
        first, created=False, reinstated=True, registered_at=NOW + timedelta(days=9)
    )
    assert current_area_sets(ledger) == [replace(found, reinstated=False)]


def test_current_area_sets_begin_with_the_newest_and_with_the_lower_id_of_one_time(
    ledger: Ledger, lake: Path, areas: Callable
):
    for days, levels in ((1, ("b", "d")), (2, ("a",)), (0, ("c",))):
        when = {"registered_at": NOW + timedelta(days=days)}
        register_areas(ledger, lake, areas(*levels), **(ONCE | when))
    found = current_area_sets(ledger)
    assert [row.level for row in (found[0], found[3])] == ["a", "c"]
    assert {found[1].level, found[2].level} == {"b", "d"}
    assert found[1].id < found[2].id


def test_register_areas_registers_nothing_when_there_are_no_areas(
    ledger: Ledger, lake: Path, areas: Callable
):
    assert register_areas(ledger, lake, areas(), **ONCE) == ()


def test_areas_of_refuses_a_file_that_was_tampered_with(
    ledger: Ledger, lake: Path, areas: Callable
):
    (row,) = register_areas(ledger, lake, areas("ward"), **ONCE)
    (lake / row.file.path).write_bytes(b"PAR1")
    with pytest.raises(RecordBrokenError, match="damaged or changed"):
        areas_of(lake, row)
