"""Identities: which camera each subject belonged to when the last snapshot was sealed.

A camera keeps its id although the observations behind it come together and part again. For that,
whoever makes a snapshot looks up how it was the last time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from sightlines.observations.conform import conform
from sightlines.observations.lake import StoredFile, read_table, write_table
from sightlines.observations.tables import identities
from sightlines.schema import IDENTITY, short_digest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa
    from sqlalchemy import Connection, Row

    from sightlines.observations.ledger import Ledger


def earlier_identities(ledger: Ledger, lake_folder: Path) -> pa.Table | None:
    """Return which camera each subject belonged to the last time.

    Parameters
    ----------
    ledger, lake_folder
        Where it is recorded.

    Returns
    -------
    pa.Table or None
        `schema.IDENTITY`, by subject; None where nothing has been recorded yet.

    Raises
    ------
    RecordBrokenError
        If the file is not what was written.
    """
    with ledger.reading() as connection:
        newest = _newest(connection)
    if newest is None:
        return None
    return conform(read_table(lake_folder, StoredFile(newest.file, newest.sha256)), IDENTITY)


def record_identities(
    ledger: Ledger, lake_folder: Path, table: pa.Table, *, recorded_at: datetime
) -> bool:
    """Record which camera each subject belongs to.

    Parameters
    ----------
    ledger, lake_folder
        Where to record it.
    table
        `schema.IDENTITY`, in any order.
    recorded_at
        Now, UTC. What is recorded last is the newest, whatever the clock says.

    Returns
    -------
    bool
        Whether anything was recorded; not if it is as it was the last time.

    Raises
    ------
    RecordBrokenError
        If the table has not the form of `schema.IDENTITY`, or the lake cannot be written.
    """
    ordered = conform(table, IDENTITY).sort_by("subject")
    file = write_table(lake_folder, f"identities/{short_digest('identities')}", ordered)
    with ledger.writing() as connection:
        newest = _newest(connection)
        if newest is not None and newest.sha256 == file.sha256:
            return False
        connection.execute(
            insert(identities).values(
                number=1 if newest is None else newest.number + 1,
                file=file.path,
                sha256=file.sha256,
                recorded_at=recorded_at,
            )
        )
    return True


def _newest(connection: Connection) -> Row[tuple[int, str, str, datetime]] | None:
    query = select(identities).order_by(identities.c.number.desc()).limit(1)
    return connection.execute(query).one_or_none()
