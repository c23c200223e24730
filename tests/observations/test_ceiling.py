from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from sightlines.errors import LimitReachedError
from sightlines.observations.ceiling import forget_hours, take_place
from sightlines.observations.ledger import Ledger
from sightlines.observations.tables import submission_hours


def at(hour: int, minute: int = 0, second: float = 0) -> datetime:
    whole = int(second)
    return datetime(2026, 3, 10, hour, minute, whole, int((second - whole) * 1e6), tzinfo=UTC)


def kept(ledger: Ledger) -> list[tuple[int, int]]:
    with ledger.reading() as connection:
        return [tuple(row) for row in connection.execute(select(submission_hours))]


# Hours from 1970-01-01 to 2026-03-10: 20,522 days (56 years, 14 leap days, 31 + 28 + 9 days).
MIDNIGHT = 20_522 * 24


def test_take_place_counts_and_keeps_the_hour_and_a_number(ledger: Ledger):
    take_place(ledger, ceiling=5, now=at(9, 15, 7))
    take_place(ledger, ceiling=5, now=at(9, 59, 59))
    assert kept(ledger) == [(MIDNIGHT + 9, 2)]


@pytest.mark.parametrize(
    ("now", "retry_after_s"),
    [(at(9), 3600), (at(9, 59, 59), 1), (at(9, 59, 59.5), 1), (at(9, 15), 2700)],
)
def test_take_place_refuses_one_more_than_the_ceiling_until_the_next_hour(
    ledger: Ledger, now: datetime, retry_after_s: int
):
    for _ in range(3):
        take_place(ledger, ceiling=3, now=at(9))
    with pytest.raises(LimitReachedError) as refused:
        take_place(ledger, ceiling=3, now=now)
    assert refused.value.retry_after_s == retry_after_s
    assert kept(ledger) == [(MIDNIGHT + 9, 3)]
    take_place(ledger, ceiling=3, now=at(10))
    assert kept(ledger) == [(MIDNIGHT + 10, 1)]


def test_take_place_refuses_everything_when_the_ceiling_is_0(ledger: Ledger):
    with pytest.raises(LimitReachedError):
        take_place(ledger, ceiling=0, now=at(9))


def test_take_place_lets_no_more_in_when_two_processes_share_the_ceiling(
    ledger: Ledger, start: Callable, finish: Callable
):
    code = """
from datetime import UTC, datetime
from sightlines.errors import LimitReachedError
from sightlines.observations.ceiling import take_place
from sightlines.observations.ledger import open_ledger
ledger = open_ledger(settings)
taken = 0
for _ in range(60):
    try:
        take_place(ledger, ceiling=75, now=datetime(2026, 3, 10, 9, tzinfo=UTC))
        taken += 1
    except LimitReachedError:
        pass
print(taken)
"""
    assert sum(map(int, finish(start(code), start(code)))) == 75


def test_forget_hours_removes_the_hours_that_are_over(ledger: Ledger):
    take_place(ledger, ceiling=5, now=at(9, 15))
    forget_hours(ledger, now=at(9, 59, 59))
    assert kept(ledger) == [(MIDNIGHT + 9, 1)]
    forget_hours(ledger, now=at(10))
    assert kept(ledger) == []
