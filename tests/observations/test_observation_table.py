import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pytest
import shapely

from sightlines.errors import RecordBrokenError
from sightlines.observations.observation_table import observation_table, with_points
from sightlines.schema import OBSERVATION

ORIGIN = {
    "run": "abcdefghijklmnop",
    "source": "helsinki",
    "licence": "ODbL-1.0",
    "retrieved_at": datetime(2026, 3, 1, 12, 30, 15, 999, tzinfo=UTC),
}


def test_observation_table_says_of_each_row_where_it_comes_from(rows: Callable):
    table = observation_table(rows((24.94, 60.17), None, operator="Council"), **ORIGIN)
    assert table.schema == OBSERVATION
    first, second = table.to_pylist()
    assert first["run"] == second["run"] == "abcdefghijklmnop"
    assert first["source"] == "helsinki"
    assert first["licence"] == "ODbL-1.0"
    assert first["retrieved_at"] == datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
    assert (first["ordinal"], second["ordinal"]) == (0, 1)
    assert (first["lon"], first["lat"], second["lon"]) == (24.94, 60.17, None)
    assert first["operator"] == "Council"


def test_observation_table_gives_each_row_an_id_of_run_and_ordinal(rows: Callable):
    table = observation_table(rows(None, None), **ORIGIN)
    twin = [
        base64.b32encode(hashlib.sha256(b"16:abcdefghijklmnop1:" + n).digest()[:10])
        .decode()
        .lower()
        for n in (b"0", b"1")
    ]
    assert table.column("id").to_pylist() == twin


def test_observation_table_takes_no_rows(rows: Callable):
    assert observation_table(rows(), **ORIGIN).num_rows == 0


def test_observation_table_refuses_rows_without_a_kind(rows: Callable):
    with pytest.raises(RecordBrokenError, match="kind"):
        observation_table(rows(None).drop_columns("kind"), **ORIGIN)


def test_with_points_adds_a_point_where_there_is_a_position(rows: Callable):
    table = with_points(rows((24.94, 60.17), None, (0.0, 0.0), (-180.0, -90.0)))
    points = shapely.from_wkb(table.column("geometry").to_numpy())
    assert points.tolist() == [
        shapely.Point(24.94, 60.17),
        None,
        shapely.Point(0, 0),
        shapely.Point(-180, -90),
    ]


def test_with_points_adds_an_empty_column_when_there_are_no_rows(rows: Callable):
    assert with_points(rows()).schema.field("geometry").type == pa.binary()


def test_with_points_takes_half_a_position_for_none(rows: Callable):
    half = rows((24.94, 60.17))
    place = half.schema.get_field_index("lat")
    half = half.set_column(place, half.schema.field(place), pa.array([None], pa.float64()))
    assert with_points(half).column("geometry").to_pylist() == [None]
