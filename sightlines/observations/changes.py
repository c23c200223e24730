"""Whether there is anything new to publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from sightlines.observations.batches import due
from sightlines.observations.tables import ACCEPTED, area_sets, runs
from sightlines.schema import short_digest

if TYPE_CHECKING:
    from datetime import datetime

    from sightlines.observations.ledger import Ledger


def state_token(ledger: Ledger, *, now: datetime, delay_s: int) -> str:
    """Sum up what a snapshot made now would be made from.

    Parameters
    ----------
    ledger
        Asked for ids alone: cheap enough for every second.
    now, delay_s
        As for `due`.

    Returns
    -------
    str
        A short digest; the same as long as the accepted runs, the current area sets and the
        submissions that are due are the same.
    """
    batch = [row.id for row in due(ledger, now=now, delay_s=delay_s)]
    with ledger.reading() as connection:
        ids = [
            sorted(connection.scalars(select(table.c.id).where(table.c.outcome == ACCEPTED)))
            for table in (runs, area_sets)
        ]
    return short_digest(*(" ".join(group) for group in (*ids, batch)))
