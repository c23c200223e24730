import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sightlines.errors import DecisionConflictError
from sightlines.observations.batches import due, publish_batch
from sightlines.observations.ledger import Ledger
from sightlines.observations.moderation import decide
from sightlines.observations.origins import SourceRow, sources
from sightlines.observations.run_rows import accepted_runs
from sightlines.observations.standing import observations_of
from sightlines.observations.submissions import submission, submit
from sightlines.schema import short_digest

DAY_S = 86_400


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


NOW = at(10, 9, 15)


@pytest.fixture
def accept(ledger: Ledger, rows: Callable) -> Callable[..., str]:
    """Submit the rows given, or one camera, and accept them."""

    def make(observations=None, when: datetime = NOW) -> str:
        sent = rows((24.94, 60.17)) if observations is None else observations
        id_ = submit(ledger, sent, received_on=date(2026, 3, 1))
        decide(ledger, id_, decision="accepted", moderator="anna", reason="", now=when)
        return id_

    return make


@pytest.mark.parametrize(
    ("accepted_at", "now", "delay_s", "expected"),
    [
        # Boundaries of a day are the midnights: a whole day must lie between decision and boundary.
        (at(10, 0, 0, 0), at(10, 23, 59, 59), DAY_S, False),
        (at(10, 0, 0, 0), at(11, 0, 0, 0), DAY_S, True),
        (at(10, 0, 0, 1), at(11, 23, 59, 59), DAY_S, False),
        (at(10, 0, 0, 1), at(12, 0, 0, 0), DAY_S, True),
        (at(10, 23, 59, 59), at(11, 0, 0, 0), DAY_S, False),
        (at(10, 23, 59, 59), at(12, 0, 0, 0), DAY_S, True),
        (at(10, 12, 0, 0), at(20, 12, 0, 0), DAY_S, True),
        # Boundaries of an hour are the full hours.
        (at(10, 9, 15, 0), at(10, 10, 59, 59), 3600, False),
        (at(10, 9, 15, 0), at(10, 11, 0, 0), 3600, True),
        (at(10, 9, 0, 0), at(10, 10, 0, 0), 3600, True),
        # Without a delay at once, even where two machines' clocks differ.
        (at(10, 9, 15, 0), at(10, 9, 15, 0), 0, True),
        (at(10, 9, 15, 1), at(10, 9, 15, 0), 0, True),
    ],
)
def test_due_waits_for_the_boundary_one_delay_after_the_decision(
    ledger: Ledger,
    accept: Callable,
    accepted_at: datetime,
    now: datetime,
    delay_s: int,
    expected: bool,
):
    id_ = accept(when=accepted_at)
    assert [row.id for row in due(ledger, now=now, delay_s=delay_s)] == [id_] * expected


def test_due_leaves_out_what_is_pending_rejected_or_published(
    ledger: Ledger, lake: Path, rows: Callable, accept: Callable
):
    accept()
    publish_batch(ledger, lake, due(ledger, now=NOW, delay_s=0))
    submit(ledger, rows(None), received_on=date(2026, 3, 1))
    rejected = submit(ledger, rows(None), received_on=date(2026, 3, 1))
    decide(ledger, rejected, decision="rejected", moderator="anna", reason="", now=NOW)
    assert due(ledger, now=NOW, delay_s=0) == []


def test_due_orders_by_the_random_id(ledger: Ledger, accept: Callable):
    ids = [accept(when=at(10, 9, minute)) for minute in range(20)]
    assert [row.id for row in due(ledger, now=at(11), delay_s=0)] == sorted(ids)


def native_id(submission_id: str, n: int) -> str:
    """Name a camera of a submission so that neither can be told from the other."""
    return short_digest("contribution", submission_id, str(n))


def test_publish_batch_makes_one_run_of_all_that_is_due(
    ledger: Ledger, lake: Path, rows: Callable, accept: Callable
):
    ids = [
        accept(rows((1.0, 1.0), (2.0, 2.0), native_id="from their file"), when=at(8, 23, 59)),
        accept(rows((3.0, 3.0)), when=at(9, 7)),
    ]
    run = publish_batch(ledger, lake, due(ledger, now=NOW, delay_s=0))
    assert accepted_runs(ledger) == [replace(run, created=False)]
    assert (run.source, run.format, run.extent) == ("contributions", "contribution", None)
    assert (run.rows_read, run.observations) == (3, 3)
    assert run.retrieved_at == at(9)
    assert sources(ledger) == [SourceRow("contributions", "Contributors", "ODbL-1.0")]
    assert {submission(ledger, id_).published_run for id_ in ids} == {run.id}
    expected = {
        ids[0]: [(1.0, native_id(ids[0], 1)), (2.0, native_id(ids[0], 2))],
        ids[1]: [(3.0, native_id(ids[1], 1))],
    }
    table = observations_of(lake, run)
    found = list(zip(table["lon"].to_pylist(), table["native_id"].to_pylist(), strict=True))
    assert found == [pair for id_ in sorted(ids) for pair in expected[id_]]
    assert set(table["retrieved_at"].to_pylist()) == {at(9)}
    assert set(table["licence"].to_pylist()) == {"ODbL-1.0"}


def test_publish_batch_adds_to_the_batches_before_it(ledger: Ledger, lake: Path, accept: Callable):
    published = []
    for day in (10, 9):
        accept(when=at(day))
        published.append(publish_batch(ledger, lake, due(ledger, now=NOW, delay_s=0)))
    assert [run.id for run in accepted_runs(ledger)] == [published[1].id, published[0].id]


def test_publish_batch_does_nothing_when_nothing_is_due(ledger: Ledger, lake: Path):
    assert publish_batch(ledger, lake, []) is None
    assert accepted_runs(ledger) == []
    assert not lake.exists()


def test_publish_batch_gives_the_same_run_when_it_is_called_again(
    ledger: Ledger, lake: Path, accept: Callable
):
    accept()
    batch = due(ledger, now=NOW, delay_s=0)
    run = publish_batch(ledger, lake, batch)
    assert publish_batch(ledger, lake, batch) == replace(run, created=False)
    assert len(accepted_runs(ledger)) == 1


def test_publish_batch_publishes_nothing_when_part_of_it_is_public_already(
    ledger: Ledger, lake: Path, accept: Callable
):
    accept()
    publish_batch(ledger, lake, due(ledger, now=NOW, delay_s=0))
    (public,) = accepted_runs(ledger)
    first = accept()
    batch = due(ledger, now=NOW, delay_s=0)
    publish_batch(ledger, lake, batch)
    second = accept()
    stale = [*batch, *due(ledger, now=NOW, delay_s=0)]
    with pytest.raises(DecisionConflictError, match="publish again"):
        publish_batch(ledger, lake, stale)
    assert len(accepted_runs(ledger)) == 2
    assert submission(ledger, first).published_run not in (None, public.id)
    assert submission(ledger, second).published_run is None


PUBLISH = """
from datetime import UTC, datetime
from sightlines.observations.batches import due, publish_batch
from sightlines.observations.ledger import open_ledger
ledger = open_ledger(settings)
batch = due(ledger, now=datetime(2026, 3, 10, 9, 15, tzinfo=UTC), delay_s=0)
print(publish_batch(ledger, settings.lake_folder, batch).id)
"""


def test_publish_batch_can_be_repeated_when_the_process_died_before_the_ledger_was_written(
    ledger: Ledger, lake: Path, accept: Callable, start: Callable, finish: Callable
):
    id_ = accept()
    with ledger.writing():
        # The process has written the lake and waits for the ledger; there it is killed.
        process = start(PUBLISH)
        until = time.monotonic() + 30
        while not list(lake.glob("observations/*.parquet")) and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.communicate()
    (orphan,) = lake.glob("observations/*.parquet")
    assert accepted_runs(ledger) == []
    assert submission(ledger, id_).published_run is None
    finish(start(PUBLISH))
    (run,) = accepted_runs(ledger)
    assert submission(ledger, id_).published_run == run.id
    assert [lake / run.observations_file.path] == [orphan] == list(lake.glob("observations/*"))
