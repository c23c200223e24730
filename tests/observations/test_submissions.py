import re
import sqlite3
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pyarrow as pa
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from sightlines.errors import NotFoundError, RecordBrokenError, RequestInvalidError
from sightlines.observations.ledger import Ledger
from sightlines.observations.submissions import (
    SubmissionRow,
    pending,
    submission,
    submit,
    submitted_observations,
)
from sightlines.observations.tables import REVISION, submissions
from sightlines.schema import READ
from sightlines.settings import Settings

TODAY = date(2026, 3, 10)


def test_submit_keeps_the_observations_as_they_came(ledger: Ledger, rows: Callable):
    sent = rows(
        (24.94, 60.17),
        (7.42, 43.73),
        operator="</script><img src=x onerror=alert(1)>",
        camera_direction=[{"bearing_deg": 0.0, "width_deg": 45.0, "width_source": "tag"}],
    )
    id_ = submit(ledger, sent, received_on=TODAY)
    assert re.fullmatch("[0-9a-f]{32}", id_)
    assert submission(ledger, id_) == SubmissionRow(id_, "pending", 2, TODAY, None, None)
    assert submitted_observations(ledger, id_) == sent


def test_submit_refuses_a_table_without_rows(ledger: Ledger, rows: Callable):
    with pytest.raises(RequestInvalidError, match="no camera"):
        submit(ledger, rows(), received_on=TODAY)


def test_submit_refuses_a_table_of_another_form(ledger: Ledger):
    with pytest.raises(RecordBrokenError):
        submit(ledger, pa.table({"address": ["10.0.0.1"]}), received_on=TODAY)
    assert pending(ledger) == []


def test_submit_leaves_nothing_but_payload_day_and_random_id_in_the_database(
    ledger: Ledger, settings: Settings, rows: Callable
):
    id_ = submit(ledger, rows((24.94, 60.17), raw="{}"), received_on=TODAY)
    ledger.close()
    connection = sqlite3.connect(settings.instance / "ledger.sqlite")
    found = {
        table: connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - no outside text
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    payload = connection.execute("SELECT payload FROM submissions").fetchone()[0]
    connection.close()
    assert found.pop("alembic_version") == [(REVISION,)]
    assert found.pop("submissions") == [(id_, "pending", 1, "2026-03-10", None, payload)]
    assert all(not kept for kept in found.values())


def test_submit_leaves_no_time_of_day_in_any_byte_of_the_instance(
    ledger: Ledger, settings: Settings, rows: Callable
):
    submit(ledger, rows((24.94, 60.17), raw="{}"), received_on=TODAY)
    ledger.close()
    for file in settings.instance.iterdir():
        assert not re.search(rb"\d\d:\d\d", file.read_bytes()), file.name


def test_submit_leaves_no_order_of_arrival(ledger: Ledger, rows: Callable):
    for _ in range(30):
        submit(ledger, rows((24.94, 60.17)), received_on=TODAY)
    with ledger.reading() as connection:
        stored = list(connection.scalars(select(submissions.c.id)))
        assert all(first < second for first, second in pairwise(sorted(stored)))
        # Without an order asked for, the table is walked as it lies.
        lying = [
            row[0] for row in connection.exec_driver_sql("SELECT id, payload FROM submissions")
        ]
        assert lying == sorted(lying)
        with pytest.raises(OperationalError, match="no such column: rowid"):
            connection.exec_driver_sql("SELECT rowid FROM submissions")


def test_submit_takes_all_when_two_processes_submit_at_once(
    ledger: Ledger, start: Callable, finish: Callable
):
    code = """
from datetime import date
import pyarrow as pa
from sightlines.observations.ledger import open_ledger
from sightlines.observations.submissions import submit
from sightlines.schema import READ
row = {"kind": "cctv", "status": "active", "private_home": False, "raw": "{}"}
table = pa.Table.from_pylist([row], schema=READ)
ledger = open_ledger(settings)
for _ in range(50):
    submit(ledger, table, received_on=date(2026, 3, 10))
"""
    finish(start(code), start(code))
    assert len(pending(ledger)) == 100


def test_pending_orders_by_day_and_then_by_the_random_id(ledger: Ledger, rows: Callable):
    days = [date(2026, 3, 11), date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 10)]
    for day in days:
        submit(ledger, rows(None), received_on=day)
    found = [(row.received_on, row.id) for row in pending(ledger)]
    assert found == sorted(found)
    assert len(found) == 4


@pytest.mark.parametrize("id_", ["", "0" * 32, "' OR 1=1 --", "%"])
def test_submission_says_so_when_there_is_none(ledger: Ledger, rows: Callable, id_: str):
    submit(ledger, rows(None), received_on=TODAY)
    with pytest.raises(NotFoundError):
        submission(ledger, id_)
    with pytest.raises(NotFoundError):
        submitted_observations(ledger, id_)


@pytest.mark.parametrize("kept", [0, 1, 100, -200])
def test_submitted_observations_refuses_a_payload_that_is_cut_off(
    ledger: Ledger, rows: Callable, kept: int
):
    id_ = submit(ledger, rows((24.94, 60.17)), received_on=TODAY)
    with ledger.writing() as connection:
        payload = connection.execute(select(submissions.c.payload)).scalar_one()
        connection.execute(update(submissions).values(payload=payload[:kept]))
    with pytest.raises(RecordBrokenError):
        submitted_observations(ledger, id_)


def test_submitted_observations_refuses_another_table_in_the_payload(
    ledger: Ledger, rows: Callable
):
    id_ = submit(ledger, rows(None, None), received_on=TODAY)
    other = submit(ledger, rows(None), received_on=TODAY)
    with ledger.writing() as connection:
        payload = connection.execute(
            select(submissions.c.payload).where(submissions.c.id == other)
        ).scalar_one()
        connection.execute(
            update(submissions).where(submissions.c.id == id_).values(payload=payload)
        )
    with pytest.raises(RecordBrokenError, match="another number"):
        submitted_observations(ledger, id_)


def test_submitted_observations_reads_a_payload_that_is_older_than_an_attribute(
    ledger: Ledger, rows: Callable
):
    id_ = submit(ledger, rows((24.94, 60.17)), received_on=TODAY)
    older = rows((24.94, 60.17)).drop_columns("operator")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, older.schema) as stream:
        stream.write_table(older)
    with ledger.writing() as connection:
        connection.execute(update(submissions).values(payload=sink.getvalue().to_pybytes()))
    found = submitted_observations(ledger, id_)
    assert found.schema == READ
    assert found.column("operator").to_pylist() == [None]


def test_submissions_imports_neither_pandas_nor_geometry_nor_alembic(
    start: Callable, finish: Callable
):
    code = """
import sys
import sightlines.observations.submissions
import sightlines.observations.moderation
import sightlines.observations.ceiling
print(sorted({"pandas", "geopandas", "shapely", "alembic", "pyarrow.parquet"} & set(sys.modules)))
"""
    assert finish(start(code)) == ["[]"]
