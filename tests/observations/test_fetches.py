"""The record of fetches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from sightlines.observations.fetches import (
    OUTCOMES,
    FetchRow,
    last_fetches,
    record_fetch,
    validators,
)
from sightlines.observations.tables import runs, sources

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = FetchRow("a", NOW, "fetched", "", "https://a.example/x", '"1"', None, "run-1")


def record(ledger, *rows):
    for row in rows:
        assert record_fetch(ledger, **vars(row)) == row


@pytest.fixture
def run_stands(ledger):
    """Return a function that puts a bare run of source `a` into the ledger."""

    def put(id_, outcome="accepted"):
        with ledger.writing() as connection:
            if not last_sources(connection):
                connection.execute(
                    insert(sources).values(id="a", title="A", licence="CC0-1.0", created_at=NOW)
                )
            connection.execute(
                insert(runs).values(
                    id=id_, source="a", licence="CC0-1.0", format="csv", digest="d",
                    parameters_digest="p", retrieved_at=NOW, outcome=outcome, rows_read=0,
                    observations=0, rejected={}, notes={}, mapping={}, observations_file="f",
                    observations_sha256="s",
                )
            )  # fmt: skip

    return put


def last_sources(connection):
    return connection.execute(sources.select()).first()


def test_record_fetch_needs_no_source_in_the_ledger(ledger):
    failed = FetchRow("never_seen", NOW, "failed", "It did not answer.", "")
    record(ledger, failed)
    assert last_fetches(ledger, "never_seen", 5) == [failed]


def test_record_fetch_cuts_a_long_message(ledger):
    row = record_fetch(ledger, source="a", attempted_at=NOW, outcome="failed", message="x" * 9_999)
    assert len(row.message) == 500
    assert last_fetches(ledger, "a", 1) == [row]


def test_last_fetches_returns_the_newest_first(ledger):
    rows = [
        replace(GOOD, attempted_at=NOW + n * HOUR, outcome=outcome)
        for n, outcome in enumerate(OUTCOMES)
    ]
    record(ledger, *rows, replace(GOOD, source="b"))
    assert last_fetches(ledger, "a", 3) == rows[:0:-1]
    assert last_fetches(ledger, "c", 3) == []


def test_validators_are_those_of_the_run_that_stands(ledger, run_stands):
    run_stands("run-1")
    newer = replace(GOOD, attempted_at=NOW + HOUR, outcome="unchanged", etag='"2"')
    record(ledger, newer, GOOD)
    assert validators(ledger, "a") == newer
    assert validators(ledger, "b") is None


@pytest.mark.parametrize(
    "row",
    [
        replace(GOOD, outcome="failed"),
        replace(GOOD, outcome="quarantined"),
        replace(GOOD, etag=None),
        replace(GOOD, run=None),
        replace(GOOD, run="run-2"),
        replace(GOOD, run="run-3"),
        replace(GOOD, source="b"),
    ],
)
def test_validators_are_none_where_they_do_not_speak_of_what_stands(ledger, run_stands, row):
    run_stands("run-1")
    run_stands("run-2", "rolled_back")
    record(ledger, replace(row, attempted_at=NOW + 99 * HOUR))
    assert validators(ledger, "a") is None
