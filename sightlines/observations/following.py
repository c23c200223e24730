"""One run after another: who is who between what stands and the run that is to stand next.

Finding that out takes seconds and is done while others may write; whether it still holds is looked
up once nobody else can, and if another run stands by then it is found out again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from sightlines.errors import RecordBrokenError
from sightlines.observations.conform import conform
from sightlines.observations.lake import read_table
from sightlines.observations.run_rows import find_run, insert_run, standing_run, update_run
from sightlines.observations.standing import standing_of, store_subjects, with_missing
from sightlines.observations.succession import Succession, succeed
from sightlines.observations.tables import ACCEPTED, SUPERSEDED, runs
from sightlines.schema import OBSERVATION

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow


# How often another process may be faster.
TRIES = 10


@dataclass(frozen=True)
class Candidate:
    """A run that is to stand.

    Parameters
    ----------
    run
        The run.
    before
        The run of its source that stood when this was found out; None where none did.
    succession
        Of the one after the other.
    """

    run: RunRow
    before: RunRow | None
    succession: Succession

    def is_current(self, connection: Connection) -> bool:
        """Say whether what stood then still stands, unchanged."""
        return standing_run(connection, self.run.source) == self.before


def candidate(
    ledger: Ledger,
    lake_folder: Path,
    run: RunRow,
    *,
    read_at: datetime,
    now: datetime | None = None,
) -> Candidate:
    """Find out who is who between what stands and a run.

    Parameters
    ----------
    ledger, lake_folder
        Where they are recorded; the run's observations lie in the lake already.
    run
        Does not stand.
    read_at, now
        As for `succeed`.

    Returns
    -------
    Candidate
        Nothing has been written.

    Raises
    ------
    RecordBrokenError
        If a file of the lake is not what was written.
    """
    with ledger.reading() as connection:
        before = standing_run(connection, run.source)
    earlier = None if before is None else standing_of(lake_folder, before)
    rows = conform(read_table(lake_folder, run.observations_file), OBSERVATION)
    return Candidate(run, before, succeed(earlier, rows, read_at=read_at, now=now))


def let_stand(connection: Connection, lake_folder: Path, following: Candidate) -> RunRow:
    """Let a run stand in the place of the one before it.

    Parameters
    ----------
    connection
        Writing; the candidate is current, and the ledger knows its source.
    lake_folder
        Gets its subjects and its missing rows.
    following
        The run. One that stood before is taken out of its old place in the order of runs.

    Returns
    -------
    RunRow
        As the ledger holds it now.
    """
    succession, before = following.succession, following.before
    run = replace(
        following.run,
        outcome=ACCEPTED,
        reason="",
        follows=None if before is None else before.id,
        subjects_file=store_subjects(lake_folder, following.run.id, succession.subjects),
    )
    run = with_missing(lake_folder, run, succession.missing)
    stood = runs.c.source == run.source, runs.c.outcome == ACCEPTED
    connection.execute(update(runs).where(*stood).values(outcome=SUPERSEDED))
    known = find_run(connection, run.id)
    if known is None:
        insert_run(connection, run)
    else:
        after = update(runs).where(runs.c.follows == run.id)
        connection.execute(after.values(follows=known.follows))
        update_run(connection, run)
    return run


def overtaken() -> RecordBrokenError:
    """Return the error for a run that others were faster than, `TRIES` times."""
    return RecordBrokenError(
        "Other processes keep changing which run of this source stands; try again in a moment."
    )
