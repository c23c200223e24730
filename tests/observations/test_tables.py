from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Integer, cast, insert, select
from sqlalchemy.exc import StatementError

from sightlines.observations.ledger import Ledger
from sightlines.observations.tables import metadata, sources


def test_utc_time_comes_back_aware_and_in_utc(ledger: Ledger):
    tokyo = datetime(2026, 3, 10, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    with ledger.writing() as connection:
        connection.execute(insert(sources).values(id="a", title="A", licence="", created_at=tokyo))
        found = connection.execute(select(sources.c.created_at)).scalar_one()
        year = connection.execute(select(cast(sources.c.created_at, Integer))).scalar_one()
    assert found == datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)
    assert year == 2026


def test_utc_time_refuses_a_time_without_its_zone(ledger: Ledger):
    naive = datetime(2026, 3, 10, 8, 30)  # noqa: DTZ001 - the fault under test
    with pytest.raises(StatementError, match="without its zone"), ledger.writing() as connection:
        connection.execute(insert(sources).values(id="a", title="A", licence="", created_at=naive))


def test_submissions_have_no_column_for_anything_about_the_sender():
    assert set(metadata.tables["submissions"].columns.keys()) == {
        "id",
        "state",
        "n_observations",
        "received_on",
        "published_run",
        "payload",
    }
    assert set(metadata.tables["submission_hours"].columns.keys()) == {"hour", "n"}
