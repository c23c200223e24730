from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sightlines.observations.area_sets import register_areas
from sightlines.observations.batches import due, publish_batch
from sightlines.observations.changes import state_token
from sightlines.observations.ledger import Ledger
from sightlines.observations.moderation import decide
from sightlines.observations.origins import SourceRow
from sightlines.observations.runs import record_run
from sightlines.observations.submissions import submit

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 12, tzinfo=UTC)
HELSINKI = SourceRow("helsinki", "Helsinki centre", "ODbL-1.0")


def token(ledger: Ledger, now: datetime = NOW, delay_s: int = 0) -> str:
    return state_token(ledger, now=now, delay_s=delay_s)


def test_state_token_stays_when_nothing_changes(ledger: Ledger):
    assert token(ledger) == token(ledger) == token(ledger, now=LATER)


def test_state_token_changes_with_runs_and_comes_back_with_the_older_run(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable
):
    empty = token(ledger)
    record_run(ledger, lake, reading(), source=HELSINKI, origin=origin())
    first = token(ledger)
    record_run(ledger, lake, reading(), source=HELSINKI, origin=origin())
    assert token(ledger) == first != empty
    record_run(ledger, lake, reading(), source=HELSINKI, origin=origin("b" * 64))
    assert token(ledger) != first
    record_run(ledger, lake, reading(), source=HELSINKI, origin=origin())
    assert token(ledger) == first


def test_state_token_changes_with_area_sets(ledger: Ledger, lake: Path, areas: Callable):
    before = token(ledger)
    once = {"source": HELSINKI, "digest": "a", "registered_at": NOW}
    register_areas(ledger, lake, areas("ward"), **once)
    after = token(ledger)
    assert after != before
    register_areas(ledger, lake, areas("ward"), **once)
    assert token(ledger) == after


def test_state_token_changes_when_a_submission_falls_due_and_not_before(
    ledger: Ledger, lake: Path, rows: Callable
):
    before = token(ledger)
    accepted, rejected = (
        submit(ledger, rows(None), received_on=date(2026, 3, 9)) for _ in range(2)
    )
    assert token(ledger) == before
    decide(ledger, rejected, decision="rejected", moderator="anna", reason="", now=NOW)
    assert token(ledger) == before
    decide(ledger, accepted, decision="accepted", moderator="anna", reason="", now=NOW)
    assert token(ledger, delay_s=86_400) == before
    assert token(ledger) != before
    assert token(ledger, now=LATER, delay_s=86_400) == token(ledger)
    waiting = token(ledger)
    publish_batch(ledger, lake, due(ledger, now=NOW, delay_s=0))
    assert token(ledger) not in (before, waiting)
