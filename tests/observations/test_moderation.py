from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from sightlines.errors import DecisionConflictError, NotFoundError
from sightlines.observations.ledger import Ledger
from sightlines.observations.moderation import decide
from sightlines.observations.submissions import pending, submission, submit
from sightlines.observations.tables import moderation_events

NOW = datetime(2026, 3, 10, 9, 15, tzinfo=UTC)
RULING = {"moderator": "anna", "reason": "seen on site", "now": NOW}


@pytest.fixture
def waiting(ledger: Ledger, rows: Callable) -> str:
    return submit(ledger, rows((24.94, 60.17)), received_on=date(2026, 3, 9))


@pytest.mark.parametrize(("decision", "accepted_at"), [("accepted", NOW), ("rejected", None)])
def test_decide_changes_the_state_and_keeps_who_ruled_and_why(
    ledger: Ledger, waiting: str, decision: str, accepted_at: datetime | None
):
    decide(ledger, waiting, decision=decision, **RULING)
    found = submission(ledger, waiting)
    assert (found.state, found.accepted_at) == (decision, accepted_at)
    assert pending(ledger) == []
    with ledger.reading() as connection:
        (event,) = connection.execute(select(moderation_events)).all()
    assert (event.submission, event.decision, event.reason, event.moderator, event.decided_at) == (
        waiting,
        decision,
        "seen on site",
        "anna",
        NOW,
    )


@pytest.mark.parametrize("second", ["accepted", "rejected"])
def test_decide_refuses_a_second_ruling(ledger: Ledger, waiting: str, second: str):
    decide(ledger, waiting, decision="rejected", **RULING)
    with pytest.raises(DecisionConflictError, match="it is rejected"):
        decide(ledger, waiting, decision=second, **RULING)
    with ledger.reading() as connection:
        assert len(connection.execute(select(moderation_events)).all()) == 1


def test_decide_says_so_when_there_is_no_such_submission(ledger: Ledger):
    with pytest.raises(NotFoundError):
        decide(ledger, "0" * 32, decision="accepted", **RULING)


def test_decide_lets_one_win_when_two_processes_rule_at_once(
    ledger: Ledger, rows: Callable, start: Callable, finish: Callable
):
    ids = sorted(submit(ledger, rows(None), received_on=date(2026, 3, 9)) for _ in range(40))
    code = f"""
from datetime import UTC, datetime
from sightlines.errors import DecisionConflictError
from sightlines.observations.ledger import open_ledger
from sightlines.observations.moderation import decide
ledger = open_ledger(settings)
won = 0
for id_ in {ids!r}:
    try:
        decide(ledger, id_, decision="accepted", moderator="anna", reason="",
               now=datetime(2026, 3, 10, tzinfo=UTC))
        won += 1
    except DecisionConflictError:
        pass
print(won)
"""
    assert sum(map(int, finish(start(code), start(code)))) == 40
    with ledger.reading() as connection:
        assert len(connection.execute(select(moderation_events)).all()) == 40
