"""Moderation: a person's ruling on a submission, made once and kept."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Literal

from sqlalchemy import insert, select, update

from sightlines.errors import DecisionConflictError
from sightlines.observations.submissions import submission_not_found
from sightlines.observations.tables import PENDING, moderation_events, submissions

if TYPE_CHECKING:
    from datetime import datetime

    from sightlines.observations.ledger import Ledger

Decision = Literal["accepted", "rejected"]

_ID_BYTES = 16


def decide(
    ledger: Ledger, id_: str, *, decision: Decision, moderator: str, reason: str, now: datetime
) -> None:
    """Rule on a submission.

    Parameters
    ----------
    ledger
        Where it is kept.
    id_
        The submission.
    decision
        Its new state.
    moderator
        Who rules; stays in the ledger.
    reason
        Why; "" where there is nothing to say. Stays in the ledger.
    now
        UTC.

    Raises
    ------
    NotFoundError
        If there is no such submission.
    DecisionConflictError
        If somebody has ruled already, even the same way.
    """
    with ledger.writing() as connection:
        this = submissions.c.id == id_
        state = connection.execute(select(submissions.c.state).where(this)).scalar()
        if state is None:
            raise submission_not_found()
        if state != PENDING:
            raise DecisionConflictError(f"This submission has been decided already: it is {state}.")
        connection.execute(update(submissions).where(this).values(state=decision))
        connection.execute(
            insert(moderation_events).values(
                id=secrets.token_hex(_ID_BYTES),
                submission=id_,
                decision=decision,
                reason=reason,
                moderator=moderator,
                decided_at=now,
            )
        )
