"""Rulings: what people say about a pair of subjects, whether the two are one camera.

Anybody may ask; that is kept as *pending*, with the day and nothing about who. A moderator accepts
or rejects it, or decides a pair at once. Only accepted rulings bear on what is published; at most
one of them stands for a pair, and it can be withdrawn.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import insert, or_, select, update

from sightlines.errors import DecisionConflictError, NotFoundError, RequestInvalidError
from sightlines.observations.tables import ACCEPTED, PENDING, REJECTED, WITHDRAWN, match_rulings
from sightlines.schema import is_short_digest

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from sightlines.observations.ledger import Ledger

Verdict = Literal["same", "different"]
VERDICTS = ("same", "different")

_ID_BYTES = 16
# Fewer than any database takes in one question.
_SUBJECTS_AT_ONCE = 500


@dataclass(frozen=True)
class RulingRow:
    """One ruling.

    Parameters
    ----------
    id
        32 random hexadecimal characters.
    first, second
        The subjects; `first` < `second`.
    verdict
        `same` or `different`.
    state
        `pending`, `accepted`, `rejected` or `withdrawn`.
    reason
        Why it was decided so, in words; "" where nothing was said.
    moderator
        Pseudonym of who decided; None while nobody has.
    received_on
        The day it came, UTC.
    decided_at
        When it was decided last, UTC; None while it has not been.
    """

    id: str
    first: str
    second: str
    verdict: str
    state: str
    reason: str
    moderator: str | None
    received_on: date
    decided_at: datetime | None


def ask_ruling(
    ledger: Ledger, first: str, second: str, *, verdict: Verdict, received_on: date
) -> RulingRow:
    """Ask for a ruling on a pair.

    Parameters
    ----------
    ledger
        Where it is kept.
    first, second
        Two subjects, in any order.
    verdict
        What the ruling should be.
    received_on
        Today, UTC.

    Returns
    -------
    RulingRow
        Pending. If one is pending for this pair, that one, whatever its verdict.

    Raises
    ------
    RequestInvalidError
        If these are not two subjects, or there is no such verdict.
    """
    low, high = _pair(first, second, verdict)
    with ledger.writing() as connection:
        waiting = _of_pair(connection, low, high, PENDING)
        if waiting:
            return waiting[0]
        ruling = RulingRow(
            id=secrets.token_hex(_ID_BYTES),
            first=low,
            second=high,
            verdict=verdict,
            state=PENDING,
            reason="",
            moderator=None,
            received_on=received_on,
            decided_at=None,
        )
        connection.execute(insert(match_rulings).values(vars(ruling)))
    return ruling


def rule(
    ledger: Ledger,
    id_: str,
    *,
    state: Literal["accepted", "rejected"],
    moderator: str,
    reason: str,
    now: datetime,
) -> RulingRow:
    """Decide on what somebody has asked.

    Parameters
    ----------
    ledger
        Where it is kept.
    id_
        The ruling.
    state
        Its new state. Once accepted it takes the place of an earlier one for the pair.
    moderator
        Who decides; stays in the ledger.
    reason
        Why; "" where there is nothing to say. Stays in the ledger.
    now
        UTC.

    Returns
    -------
    RulingRow
        As it is now.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    DecisionConflictError
        If it was decided already.
    """
    with ledger.writing() as connection:
        ruling = _ruling(connection, id_)
        if ruling.state != PENDING:
            raise DecisionConflictError(f"This has been decided already: it is {ruling.state}.")
        if state == ACCEPTED:
            for earlier in _of_pair(connection, ruling.first, ruling.second, ACCEPTED):
                _decide(connection, earlier, WITHDRAWN, (moderator, reason), now)
        return _decide(connection, ruling, state, (moderator, reason), now)


def decide_pair(  # noqa: PLR0913 - a pair is two
    ledger: Ledger,
    first: str,
    second: str,
    *,
    verdict: Verdict,
    moderator: str,
    reason: str,
    now: datetime,
) -> RulingRow:
    """Decide on a pair at once.

    Parameters
    ----------
    ledger
        Where it is kept.
    first, second
        Two subjects, in any order.
    verdict
        Whether they are one camera.
    moderator, reason, now
        As for `rule`.

    Returns
    -------
    RulingRow
        Accepted. It takes the place of an earlier one for the pair. What was pending for the pair
        is decided with it: accepted if it asked for the same, else rejected.

    Raises
    ------
    RequestInvalidError
        If these are not two subjects, or there is no such verdict.
    """
    low, high = _pair(first, second, verdict)
    said = moderator, reason
    with ledger.writing() as connection:
        for earlier in _of_pair(connection, low, high, ACCEPTED):
            _decide(connection, earlier, WITHDRAWN, said, now)
        for waiting in _of_pair(connection, low, high, PENDING):
            if waiting.verdict == verdict:
                return _decide(connection, waiting, ACCEPTED, said, now)
            _decide(connection, waiting, REJECTED, said, now)
        ruling = RulingRow(
            id=secrets.token_hex(_ID_BYTES),
            first=low,
            second=high,
            verdict=verdict,
            state=ACCEPTED,
            reason=reason,
            moderator=moderator,
            received_on=now.astimezone(UTC).date(),
            decided_at=now,
        )
        connection.execute(insert(match_rulings).values(vars(ruling)))
    return ruling


def withdraw(ledger: Ledger, id_: str, *, moderator: str, reason: str, now: datetime) -> RulingRow:
    """Take a ruling back that is pending or accepted; the pair then is nobody's decision.

    Parameters
    ----------
    ledger, id_, moderator, reason, now
        As for `rule`.

    Returns
    -------
    RulingRow
        As it is now.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    DecisionConflictError
        If it was rejected or withdrawn before.
    """
    with ledger.writing() as connection:
        ruling = _ruling(connection, id_)
        if ruling.state not in (PENDING, ACCEPTED):
            raise DecisionConflictError(f"This cannot be withdrawn: it is {ruling.state}.")
        return _decide(connection, ruling, WITHDRAWN, (moderator, reason), now)


def ruling_of(ledger: Ledger, id_: str) -> RulingRow:
    """Return one ruling.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    with ledger.reading() as connection:
        return _ruling(connection, id_)


def accepted_rulings(ledger: Ledger) -> list[RulingRow]:
    """Return the rulings that stand, by their pairs."""
    return _in_state(ledger, ACCEPTED)


def pending_rulings(ledger: Ledger) -> list[RulingRow]:
    """Return what was asked and not decided, by the day it came; within a day by id."""
    return sorted(_in_state(ledger, PENDING), key=lambda row: (row.received_on, row.id))


def rulings_of(ledger: Ledger, subjects: Collection[str]) -> list[RulingRow]:
    """Return the rulings on pairs that any of some subjects is in, whatever their state.

    Parameters
    ----------
    ledger
        Where they are kept.
    subjects
        Any number.

    Returns
    -------
    list of RulingRow
        By their pairs; those of one pair by day and id.
    """
    found: dict[str, RulingRow] = {}
    ordered = sorted(set(subjects))
    with ledger.reading() as connection:
        for start in range(0, len(ordered), _SUBJECTS_AT_ONCE):
            part = ordered[start : start + _SUBJECTS_AT_ONCE]
            query = select(match_rulings).where(
                or_(match_rulings.c.first.in_(part), match_rulings.c.second.in_(part))
            )
            found |= {row.id: _row(row) for row in connection.execute(query)}
    return sorted(found.values(), key=_order)


def _in_state(ledger: Ledger, state: str) -> list[RulingRow]:
    query = select(match_rulings).where(match_rulings.c.state == state)
    with ledger.reading() as connection:
        return sorted((_row(found) for found in connection.execute(query)), key=_order)


def _order(row: RulingRow) -> tuple[object, ...]:
    return row.first, row.second, row.received_on, row.id


def _pair(first: str, second: str, verdict: str) -> tuple[str, str]:
    """Return a pair in its order, once it has proved to be one."""
    if verdict not in VERDICTS:
        raise RequestInvalidError(f"A ruling is one of: {', '.join(VERDICTS)}.")
    if first == second or not (is_short_digest(first) and is_short_digest(second)):
        raise RequestInvalidError("A ruling is on two different observations, named by subject.")
    return min(first, second), max(first, second)


def _of_pair(connection: Connection, first: str, second: str, state: str) -> list[RulingRow]:
    query = select(match_rulings).where(
        match_rulings.c.first == first,
        match_rulings.c.second == second,
        match_rulings.c.state == state,
    )
    return sorted((_row(found) for found in connection.execute(query)), key=_order)


def _ruling(connection: Connection, id_: str) -> RulingRow:
    query = select(match_rulings).where(match_rulings.c.id == id_)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise NotFoundError("There is no ruling with this id.")
    return _row(found)


def _decide(
    connection: Connection, ruling: RulingRow, state: str, said: tuple[str, str], now: datetime
) -> RulingRow:
    moderator, reason = said
    decided = replace(ruling, state=state, moderator=moderator, reason=reason, decided_at=now)
    changed = {"state": state, "moderator": moderator, "reason": reason, "decided_at": now}
    connection.execute(update(match_rulings).where(match_rulings.c.id == ruling.id).values(changed))
    return decided


def _row(found: Row[Any]) -> RulingRow:
    return RulingRow(**found._mapping)
