"""The plain ceiling on submissions an hour, for the whole site: senders are not told apart.

The ledger counts, because several web processes share it. It holds the current hour and a number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from sightlines.errors import LimitReachedError
from sightlines.observations.tables import submission_hours

if TYPE_CHECKING:
    from datetime import datetime

    from sightlines.observations.ledger import Ledger

_HOUR_S = 3600


def take_place(ledger: Ledger, *, ceiling: int, now: datetime) -> None:
    """Count one more submission in this hour.

    Parameters
    ----------
    ledger
        What all web processes share.
    ceiling
        Most submissions in an hour, counted from the full hour, UTC; 0 takes none.
    now
        UTC.

    Raises
    ------
    LimitReachedError
        If there have been as many already; nothing is counted then.
    """
    hour, seconds = divmod(now.timestamp(), _HOUR_S)
    this = submission_hours.c.hour == int(hour)
    with ledger.writing() as connection:
        connection.execute(delete(submission_hours).where(~this))
        n = connection.execute(select(submission_hours.c.n).where(this)).scalar()
        if (n or 0) >= ceiling:
            raise LimitReachedError(
                "This site has taken as many contributions as it can in one hour; "
                "please try again in the next.",
                retry_after_s=math.ceil(_HOUR_S - seconds),
            )
        if n is None:
            connection.execute(insert(submission_hours).values(hour=int(hour), n=1))
        else:
            connection.execute(update(submission_hours).where(this).values(n=n + 1))


def forget_hours(ledger: Ledger, *, now: datetime) -> None:
    """Remove the hours that are over, so that none outlives its purpose on a quiet site.

    Parameters
    ----------
    ledger
        Written to only if there is something to remove.
    now
        UTC.
    """
    past = submission_hours.c.hour < int(now.timestamp() // _HOUR_S)
    with ledger.reading() as connection:
        found = connection.execute(select(submission_hours.c.hour).where(past)).first()
    if found:
        with ledger.writing() as connection:
            connection.execute(delete(submission_hours).where(past))
