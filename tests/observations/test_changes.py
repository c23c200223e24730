from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from sightlines.observations.area_sets import register_areas
from sightlines.observations.batches import due, publish_batch
from sightlines.observations.changes import state_token
from sightlines.observations.ledger import Ledger
from sightlines.observations.moderation import decide
from sightlines.observations.origins import Origin, SourceRow
from sightlines.observations.rulings import ask_ruling, rule, withdraw
from sightlines.observations.run_decisions import accept_run, rollback_run
from sightlines.observations.runs import record_run
from sightlines.observations.submissions import submit
from sightlines.schema import short_digest

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 12, tzinfo=UTC)
HELSINKI = SourceRow("helsinki", "Helsinki centre", "ODbL-1.0")


def token(ledger: Ledger, now: datetime = NOW, delay_s: int = 0, hold_s: int = 0) -> str:
    return state_token(ledger, now=now, delay_s=delay_s, hold_s=hold_s)


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


def listed(ledger: Ledger, lake: Path, reading: Callable, rows: Callable, n: int, when: datetime):
    """Record a list of the first n of a hundred cameras."""
    table = pa.concat_tables(rows((24.0 + k / 100, 60.0), native_id=str(k)) for k in range(n))
    origin = Origin(f"{n}", {}, when)
    return record_run(ledger, lake, reading(table), source=HELSINKI, origin=origin)


def test_state_token_changes_when_a_hold_ends(
    ledger: Ledger, lake: Path, reading: Callable, rows: Callable
):
    hour, day_s = timedelta(hours=1), 86_400
    listed(ledger, lake, reading, rows, 100, NOW)
    before = token(ledger, now=NOW, hold_s=day_s)
    assert token(ledger, now=NOW + 99 * hour, hold_s=day_s) == before
    listed(ledger, lake, reading, rows, 99, NOW + hour)
    # The second run loses another: each has a hold of its own.
    listed(ledger, lake, reading, rows, 98, NOW + 7 * hour)
    tokens = [
        token(ledger, now=NOW + moment, hold_s=day_s)
        for moment in (
            8 * hour,
            25 * hour - timedelta(seconds=1),
            25 * hour,
            31 * hour - timedelta(seconds=1),
            31 * hour,
            999 * hour,
        )
    ]
    assert tokens[0] == tokens[1] != tokens[2] == tokens[3] != tokens[4] == tokens[5]
    assert len({before, *tokens}) == 4


def test_state_token_changes_with_what_is_decided_about_runs_and_not_with_what_is_kept_aside(
    ledger: Ledger, lake: Path, reading: Callable, rows: Callable
):
    listed(ledger, lake, reading, rows, 100, NOW)
    before = token(ledger)
    aside = listed(ledger, lake, reading, rows, 50, NOW)
    assert aside.outcome == "quarantined"
    assert token(ledger) == before
    accept_run(ledger, lake, aside.id, now=NOW)
    assert token(ledger) != before
    rollback_run(ledger, lake, aside.id, reason="", now=NOW)
    assert token(ledger) == before


def test_state_token_changes_with_rulings_once_they_are_accepted(ledger: Ledger):
    before = token(ledger)
    pair = short_digest("a"), short_digest("b")
    asked = ask_ruling(ledger, *pair, verdict="same", received_on=NOW.date())
    assert token(ledger) == before
    said = {"moderator": "anna", "reason": "", "now": NOW}
    rule(ledger, asked.id, state="accepted", **said)
    assert token(ledger) != before
    withdraw(ledger, asked.id, **said)
    assert token(ledger) == before
