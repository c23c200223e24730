"""What a person decides about runs: a quarantined one may stand, any one can be rolled back.

A run that was rolled back is taken out of the record's answers and kept in the record. If it stood,
the run that stood before it stands again, with the cameras that were missing by then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select, update

from sightlines.errors import DecisionConflictError
from sightlines.observations.area_sets import accept_areas_of_run, drop_areas_of_run
from sightlines.observations.following import TRIES, candidate, let_stand, overtaken
from sightlines.observations.run_rows import existing_run, find_run, standing_run, update_run
from sightlines.observations.standing import missing_of, standing_of, with_missing
from sightlines.observations.tables import ACCEPTED, ROLLED_BACK, SUPERSEDED, runs, sources
from sightlines.schema import CONTRIBUTIONS, STANDING, TIME

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow


def accept_run(ledger: Ledger, lake_folder: Path, run_id: str, *, now: datetime) -> RunRow:
    """Let a run stand that was quarantined or rolled back.

    Parameters
    ----------
    ledger, lake_folder
        Where it is recorded.
    run_id
        The run.
    now
        UTC; what the run does not list is missing since the run was read, and not since later.

    Returns
    -------
    RunRow
        As the ledger holds it now, after whatever stands by then.

    Raises
    ------
    NotFoundError
        If there is no run of this id.
    DecisionConflictError
        If it stands, or did stand until a newer one came.
    RecordBrokenError
        If a file of the lake is not what was written, or others let other runs of the source stand
        all the while.
    """
    for _ in range(TRIES):
        with ledger.reading() as connection:
            run = _acceptable(connection, run_id)
        if run.source == CONTRIBUTIONS:
            following = None
        else:
            following = candidate(ledger, lake_folder, run, read_at=run.retrieved_at, now=now)
        with ledger.writing() as connection:
            run = _acceptable(connection, run_id)
            if following is None:
                run = replace(run, outcome=ACCEPTED, reason="")
                update_run(connection, run)
                return run
            if following.is_current(connection):
                run = let_stand(connection, lake_folder, following)
                _make_current(connection, run)
                return run
    raise overtaken()


def rollback_run(
    ledger: Ledger, lake_folder: Path, run_id: str, *, reason: str, now: datetime
) -> RunRow | None:
    """Take a run back, as if it had never been read.

    Parameters
    ----------
    ledger, lake_folder
        Where it is recorded.
    run_id
        Any run, also a batch of contributions: its cameras then are nobody's.
    reason
        Why, in words; "" where there is nothing to say. Stays in the ledger.
    now
        UTC; nothing is missing since later.

    Returns
    -------
    RunRow or None
        The run of the source that stands now; None where there is none, and for contributions.

    Raises
    ------
    NotFoundError
        If there is no run of this id.
    DecisionConflictError
        If it was rolled back before.
    RecordBrokenError
        If a file of the lake is not what was written; nothing is rolled back then.
    """
    with ledger.writing() as connection:
        run = existing_run(connection, run_id)
        if run.outcome == ROLLED_BACK:
            raise DecisionConflictError("This run has been rolled back already.")
        update_run(connection, replace(run, outcome=ROLLED_BACK, reason=reason))
        drop_areas_of_run(connection, run.id)
        if run.source == CONTRIBUTIONS:
            return None
        stands = standing_run(connection, run.source) or (
            _run_before(connection, run) if run.outcome == ACCEPTED else None
        )
        if stands is None:
            return None
        stands = _without_rolled_back(connection, lake_folder, stands, now)
        stands = replace(stands, outcome=ACCEPTED)
        update_run(connection, stands)
        _make_current(connection, stands)
        return stands


def _acceptable(connection: Connection, run_id: str) -> RunRow:
    run = existing_run(connection, run_id)
    if run.outcome == ACCEPTED:
        raise DecisionConflictError("This run stands already.")
    if run.outcome == SUPERSEDED:
        raise DecisionConflictError(
            "This run stood until a newer one took its place; roll that one back, or read the "
            "file of this one again."
        )
    return run


def _make_current(connection: Connection, run: RunRow) -> None:
    """Let a source's licence and areas be those of the run that stands."""
    this = sources.c.id == run.source
    connection.execute(update(sources).where(this).values(licence=run.licence))
    accept_areas_of_run(connection, run.id, run.source, [])


def _run_before(connection: Connection, run: RunRow) -> RunRow | None:
    """Return the newest run that stood before another and was not taken back."""
    seen = {run.id}
    before = run.follows
    while before is not None and before not in seen:
        seen.add(before)
        found = find_run(connection, before)
        if found is None or found.outcome == SUPERSEDED:
            return found
        before = found.follows
    return None


def _without_rolled_back(
    connection: Connection, lake_folder: Path, run: RunRow, now: datetime
) -> RunRow:
    """Take what only rolled-back runs have said out of a run's missing rows.

    A camera that an older run had listed too goes back to what that one said of it.
    """
    if not run.n_missing:
        return run
    missing = missing_of(lake_folder, run)
    query = select(runs.c.id).where(runs.c.source == run.source, runs.c.outcome == ROLLED_BACK)
    rolled_back = pa.array(list(connection.scalars(query)), pa.string())
    is_void = pc.is_in(missing["run"], rolled_back)
    kept = missing.filter(pc.invert(is_void))
    older = _run_before(connection, run)
    if older is not None and kept.num_rows < missing.num_rows:
        stood = standing_of(lake_folder, older)
        wanted = pc.is_in(stood["subject"], missing.filter(is_void)["subject"].combine_chunks())
        valid = pc.invert(pc.is_in(stood["run"], rolled_back))
        kept = pa.concat_tables([kept, stood.filter(pc.and_(wanted, valid))])
    since = pc.fill_null(kept["missing_since"].cast(pa.int64()), int(run.retrieved_at.timestamp()))
    since = pc.min_element_wise(since, pa.scalar(int(now.timestamp()))).cast(TIME)
    place = STANDING.get_field_index("missing_since")
    return with_missing(
        lake_folder, run, kept.set_column(place, STANDING.field("missing_since"), since)
    )
