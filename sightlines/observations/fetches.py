"""The record of fetches: each try to get a source from its publisher, whatever came of it.

Outcomes
--------
fetched
    A file came and was taken.
unchanged
    Nothing has changed since the last time.
quarantined
    A file came, and the run is kept aside until somebody has looked.
failed
    Nothing was taken; the message says why.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select

from sightlines.observations.tables import ACCEPTED, fetches, runs

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from sightlines.observations.ledger import Ledger

FETCHED = "fetched"
UNCHANGED = "unchanged"
QUARANTINED = "quarantined"
FAILED = "failed"
OUTCOMES = (FETCHED, UNCHANGED, QUARANTINED, FAILED)
_ID_BYTES = 16
_LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class FetchRow:
    """One try.

    Parameters
    ----------
    source
        The id of a source, which may have no run yet.
    attempted_at
        When it began, UTC.
    outcome
        One of `OUTCOMES`.
    message
        A sentence; "" where there is nothing to say.
    url
        What was asked for; "" where it did not come to that.
    etag, last_modified
        What the server said of its file; None where it said nothing.
    run
        The run that came of it or that still stands; None where there is none.
    """

    source: str
    attempted_at: datetime
    outcome: str
    message: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    run: str | None = None


def record_fetch(  # noqa: PLR0913 - one a column
    ledger: Ledger,
    *,
    source: str,
    attempted_at: datetime,
    outcome: str,
    message: str = "",
    url: str = "",
    etag: str | None = None,
    last_modified: str | None = None,
    run: str | None = None,
) -> FetchRow:
    """Record a try to fetch a source.

    Parameters
    ----------
    ledger
        Where to record it.
    source, attempted_at, outcome, message, url, etag, last_modified, run
        As in `FetchRow`; a message is cut after 500 signs.

    Returns
    -------
    FetchRow
        As it was recorded.
    """
    row = FetchRow(
        source,
        attempted_at,
        outcome,
        message[:_LONGEST_MESSAGE],
        url,
        etag,
        last_modified,
        run,
    )
    with ledger.writing() as connection:
        connection.execute(insert(fetches).values(id=secrets.token_hex(_ID_BYTES), **asdict(row)))
    return row


def last_fetches(ledger: Ledger, source: str, n: int) -> list[FetchRow]:
    """Return the last tries to fetch a source, newest first.

    Parameters
    ----------
    ledger
        Where they are recorded.
    source
        The id of the source.
    n
        Most rows.
    """
    query = (
        select(fetches)
        .where(fetches.c.source == source)
        .order_by(fetches.c.attempted_at.desc(), fetches.c.id)
        .limit(n)
    )
    with ledger.reading() as connection:
        return [_row(found) for found in connection.execute(query)]


def validators(ledger: Ledger, source: str) -> FetchRow | None:
    """Return the fetch whose validators tell whether a source has changed.

    Parameters
    ----------
    ledger
        Where it is recorded.
    source
        The id of the source.

    Returns
    -------
    FetchRow or None
        The newest of the run that stands; None where that run did not come by a fetch, or its
        server gave no validators: then only the file itself can tell. So a run that was rolled
        back or quarantined, or a clock that had gone wrong, never makes a change go unnoticed.
    """
    query = (
        select(fetches)
        .join(runs, runs.c.id == fetches.c.run)
        .where(
            fetches.c.source == source,
            fetches.c.outcome.in_((FETCHED, UNCHANGED)),
            or_(fetches.c.etag.is_not(None), fetches.c.last_modified.is_not(None)),
            runs.c.source == source,
            runs.c.outcome == ACCEPTED,
        )
        .order_by(fetches.c.attempted_at.desc(), fetches.c.id)
        .limit(1)
    )
    with ledger.reading() as connection:
        found = connection.execute(query).first()
    return None if found is None else _row(found)


def _row(found: Row[tuple[object, ...]]) -> FetchRow:
    return FetchRow(
        found.source,
        found.attempted_at,
        found.outcome,
        found.message,
        found.url,
        found.etag,
        found.last_modified,
        found.run,
    )
