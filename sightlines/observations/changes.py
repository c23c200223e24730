"""Whether there is anything new to publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from sightlines.observations.batches import due
from sightlines.observations.tables import ACCEPTED, area_sets, match_rulings, runs
from sightlines.schema import short_digest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from sightlines.observations.ledger import Ledger


def state_token(ledger: Ledger, *, now: datetime, delay_s: int, hold_s: int = 0) -> str:
    """Sum up what a snapshot made now would be made from.

    Parameters
    ----------
    ledger
        Asked for ids alone: cheap enough for every second.
    now, delay_s
        As for `due`.
    hold_s
        Seconds that a camera its source no longer lists is still shown as it was.

    Returns
    -------
    str
        A short digest; the same as long as the accepted runs with their missing cameras, the
        current area sets, the accepted rulings, the submissions that are due and the holds that
        have not ended are the same.
    """
    batch = [row.id for row in due(ledger, now=now, delay_s=delay_s)]
    with ledger.reading() as connection:
        sets = select(area_sets.c.id).where(area_sets.c.outcome == ACCEPTED)
        ruled = select(match_rulings.c.id).where(match_rulings.c.state == ACCEPTED)
        groups = [
            _runs(connection, now.timestamp() - hold_s),
            sorted(connection.scalars(sets)),
            sorted(connection.scalars(ruled)),
        ]
    return short_digest(*(" ".join(group) for group in (*groups, batch)))


def _runs(connection: Connection, held_since: float) -> list[str]:
    """Return a text for each accepted run that says what of it is shown."""
    query = select(
        runs.c.id, runs.c.subjects_sha256, runs.c.missing_sha256, runs.c.missing_times
    ).where(runs.c.outcome == ACCEPTED)
    texts = []
    for run in connection.execute(query):
        held = [str(time) for time in run.missing_times or [] if time > held_since]
        texts.append(":".join([run.id, run.subjects_sha256 or "", run.missing_sha256 or "", *held]))
    return sorted(texts)
