from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from sightlines.errors import DecisionConflictError, NotFoundError, RequestInvalidError
from sightlines.observations.ledger import Ledger
from sightlines.observations.rulings import (
    RulingRow,
    accepted_rulings,
    ask_ruling,
    decide_pair,
    pending_rulings,
    rule,
    ruling_of,
    rulings_of,
    withdraw,
)
from sightlines.schema import short_digest

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
A, B, C = sorted(short_digest(name) for name in "abc")


@pytest.fixture
def ask(ledger: Ledger) -> Callable[..., RulingRow]:
    def make(first: str = A, second: str = B, verdict: str = "same", day: date = DAY) -> RulingRow:
        return ask_ruling(ledger, first, second, verdict=verdict, received_on=day)

    return make


@pytest.fixture
def by_anna() -> dict[str, object]:
    return {"moderator": "anna", "reason": "Seen on the spot.", "now": NOW}


def test_ask_ruling_keeps_the_pair_the_verdict_and_the_day(ledger: Ledger, ask: Callable):
    asked = ask(B, A)
    assert pending_rulings(ledger) == [asked] == [ruling_of(ledger, asked.id)]
    assert asked == RulingRow(asked.id, A, B, "same", "pending", "", None, DAY, None)
    assert len(asked.id) == 32
    assert accepted_rulings(ledger) == []


def test_ask_ruling_returns_what_is_pending_for_the_pair(ledger: Ledger, ask: Callable):
    asked = ask()
    assert ask(B, A, "different") == asked
    assert ask(A, C) != asked
    assert len(pending_rulings(ledger)) == 2


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [(A, A, "same"), (A, "../x", "same"), ("", B, "same"), (A, B, "perhaps")],
)
def test_ask_ruling_refuses_what_is_no_pair(
    ledger: Ledger, ask: Callable, first: str, second: str, verdict: str
):
    with pytest.raises(RequestInvalidError):
        ask(first, second, verdict)
    assert pending_rulings(ledger) == []


def test_rule_accepts_what_was_asked(ledger: Ledger, ask: Callable, by_anna: dict):
    ruled = rule(ledger, ask().id, state="accepted", **by_anna)
    assert accepted_rulings(ledger) == [ruled]
    assert (ruled.moderator, ruled.reason, ruled.decided_at) == ("anna", "Seen on the spot.", NOW)
    assert pending_rulings(ledger) == []


def test_rule_rejects_what_was_asked(ledger: Ledger, ask: Callable, by_anna: dict):
    assert rule(ledger, ask().id, state="rejected", **by_anna).state == "rejected"
    assert accepted_rulings(ledger) == pending_rulings(ledger) == []
    # It can be asked again.
    assert ask().state == "pending"


def test_rule_withdraws_the_earlier_ruling_on_the_pair(
    ledger: Ledger, ask: Callable, by_anna: dict
):
    first = rule(ledger, ask(verdict="same").id, state="accepted", **by_anna)
    second = rule(ledger, ask(verdict="different").id, state="accepted", **by_anna)
    assert accepted_rulings(ledger) == [second]
    assert ruling_of(ledger, first.id).state == "withdrawn"


def test_rule_refuses_what_is_decided_or_unknown(ledger: Ledger, ask: Callable, by_anna: dict):
    asked = ask()
    rule(ledger, asked.id, state="rejected", **by_anna)
    with pytest.raises(DecisionConflictError, match="it is rejected"):
        rule(ledger, asked.id, state="accepted", **by_anna)
    with pytest.raises(NotFoundError, match="no ruling"):
        rule(ledger, "0" * 32, state="accepted", **by_anna)


def test_decide_pair_decides_at_once(ledger: Ledger, by_anna: dict):
    first = decide_pair(ledger, B, A, verdict="same", **by_anna)
    assert accepted_rulings(ledger) == [first]
    assert (first.first, first.second, first.received_on) == (A, B, NOW.date())
    second = decide_pair(ledger, A, B, verdict="different", **by_anna)
    assert accepted_rulings(ledger) == [second]
    assert [row.state for row in rulings_of(ledger, [A])].count("withdrawn") == 1
    with pytest.raises(RequestInvalidError):
        decide_pair(ledger, A, A, verdict="same", **by_anna)


@pytest.mark.parametrize(("asked_for", "state"), [("same", "accepted"), ("different", "rejected")])
def test_decide_pair_answers_what_was_asked(
    ledger: Ledger, ask: Callable, by_anna: dict, asked_for: str, state: str
):
    asked = ask(verdict=asked_for)
    decided = decide_pair(ledger, A, B, verdict="same", **by_anna)
    assert (decided.verdict, decided.state) == ("same", "accepted")
    assert ruling_of(ledger, asked.id).state == state
    assert pending_rulings(ledger) == []
    assert len(accepted_rulings(ledger)) == 1


def test_withdraw_takes_a_ruling_back(ledger: Ledger, by_anna: dict, ask: Callable):
    ruled = decide_pair(ledger, A, B, verdict="same", **by_anna)
    assert withdraw(ledger, ruled.id, **by_anna).state == "withdrawn"
    assert accepted_rulings(ledger) == []
    assert withdraw(ledger, ask().id, **by_anna).state == "withdrawn"
    with pytest.raises(DecisionConflictError, match="it is withdrawn"):
        withdraw(ledger, ruled.id, **by_anna)
    with pytest.raises(NotFoundError):
        withdraw(ledger, "0" * 32, **by_anna)


def test_rulings_of_returns_those_that_any_of_the_subjects_is_in(ledger: Ledger, ask: Callable):
    one, other = ask(A, B), ask(B, C)
    assert rulings_of(ledger, [A]) == [one]
    assert rulings_of(ledger, [B]) == rulings_of(ledger, [A, B, C]) == [one, other]
    assert rulings_of(ledger, []) == []
    many = [*(short_digest(str(n)) for n in range(2000)), A]
    assert rulings_of(ledger, many) == [one]


def test_pending_rulings_are_ordered_by_the_day(ledger: Ledger, ask: Callable):
    late, early = ask(A, B, day=date(2026, 3, 12)), ask(A, C, day=date(2026, 3, 11))
    assert pending_rulings(ledger) == [early, late]
