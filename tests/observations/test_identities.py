from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import select

from sightlines.errors import RecordBrokenError
from sightlines.observations.identities import earlier_identities, record_identities
from sightlines.observations.ledger import Ledger
from sightlines.observations.tables import identities as table
from sightlines.schema import IDENTITY

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def identities(**camera_of: str) -> pa.Table:
    turns = [1] * len(camera_of)
    return pa.table([list(camera_of), list(camera_of.values()), turns], schema=IDENTITY)


def test_earlier_identities_are_none_before_the_first(ledger: Ledger, lake: Path):
    assert earlier_identities(ledger, lake) is None


def test_earlier_identities_are_those_recorded_last(ledger: Ledger, lake: Path):
    assert record_identities(ledger, lake, identities(b="x", a="x"), recorded_at=NOW)
    assert earlier_identities(ledger, lake) == identities(a="x", b="x")
    assert record_identities(ledger, lake, identities(a="x", b="y"), recorded_at=NOW)
    assert earlier_identities(ledger, lake) == identities(a="x", b="y")
    assert record_identities(ledger, lake, identities(), recorded_at=NOW)
    assert earlier_identities(ledger, lake).num_rows == 0


def test_record_identities_adds_nothing_when_nothing_has_changed(ledger: Ledger, lake: Path):
    record_identities(ledger, lake, identities(a="x", b="y"), recorded_at=NOW)
    later = NOW + timedelta(days=1)
    assert not record_identities(ledger, lake, identities(b="y", a="x"), recorded_at=later)
    assert len(list(lake.glob("identities/*"))) == 1


def test_record_identities_are_the_newest_though_the_clock_jumps(ledger: Ledger, lake: Path):
    # 300 years ahead once, back again, and back once more.
    for days, camera in ((0, "x"), (109_500, "y"), (1, "z"), (-9, "x"), (-9, "y")):
        moment = NOW + timedelta(days=days)
        assert record_identities(ledger, lake, identities(a=camera), recorded_at=moment)
        assert earlier_identities(ledger, lake) == identities(a=camera)


def test_record_identities_keeps_the_time_that_the_clock_said(ledger: Ledger, lake: Path):
    said = [NOW, NOW + timedelta(days=9), NOW + timedelta(days=1)]
    for moment, camera in zip(said, "xyz", strict=True):
        record_identities(ledger, lake, identities(a=camera), recorded_at=moment)
    with ledger.reading() as connection:
        rows = connection.execute(select(table.c.number, table.c.recorded_at)).all()
    assert sorted(rows) == list(zip([1, 2, 3], said, strict=True))


def test_record_identities_refuses_another_form(ledger: Ledger, lake: Path):
    with pytest.raises(RecordBrokenError):
        record_identities(ledger, lake, pa.table({"subject": ["a"]}), recorded_at=NOW)
