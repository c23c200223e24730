"""Runs: each one reading of one source, recorded once and never changed.

A run's rows go to the lake as observations; what else the file held (base-map features, areas)
beside them; the ledger says what was read, with which outcome. The run of a source that was
accepted last stands and the older ones are *superseded*; one that would take away too much is
*quarantined* (`quarantine`) until a person has looked at it (`run_decisions`). Which run stands is
decided by its outcome and never by a time. Contributions are the exception: each of their runs is a
batch that adds to the others (`batches`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from sightlines.errors import SourceRefusedError
from sightlines.observations.area_sets import (
    AreaSetRow,
    accept_areas_of_run,
    keep_areas_of_run,
    store_areas,
)
from sightlines.observations.conform import conform
from sightlines.observations.following import TRIES, Candidate, candidate, let_stand, overtaken
from sightlines.observations.lake import read_table, write_point_batches, write_table
from sightlines.observations.observation_table import (
    POINT_SCHEMA,
    bounds_of,
    observation_batches,
)
from sightlines.observations.quarantine import quarantine_reason
from sightlines.observations.run_rows import (
    RunRow,
    find_run,
    insert_run,
    put_source,
    update_run,
    update_source,
)
from sightlines.observations.standing import missing_of, with_missing
from sightlines.observations.tables import ACCEPTED, QUARANTINED, ROLLED_BACK, SUPERSEDED, runs
from sightlines.schema import BASE_MAP_FEATURE, CONTRIBUTIONS, TIME, short_digest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import Origin, SourceRow
    from sightlines.observations.readings import Reading


@dataclass(frozen=True)
class Permissions:
    """What the host permits beyond the usual.

    Parameters
    ----------
    publish_unstated
        That this site publishes what states no licence.
    again
        That a run which was rolled back stands again when its file is read again.
    """

    publish_unstated: bool = False
    again: bool = False


def record_run(
    ledger: Ledger,
    lake_folder: Path,
    reading: Reading,
    *,
    source: SourceRow,
    origin: Origin,
    permissions: Permissions = Permissions(),
) -> RunRow:
    """Record a reading of a source; it stands from now on, unless it is quarantined.

    The lake is written first, so a crash in between leaves files that nobody names, and the same
    call again mends it.

    Parameters
    ----------
    ledger, lake_folder
        Where to record it.
    reading
        What the reader has made of the file.
    source
        Its title and licence take the place of older ones, if the run stands from now on.
    origin
        The file's digest, the parameters, the time and the address.
    permissions
        What the host permits beyond the usual.

    Returns
    -------
    RunRow
        The same file with the same parameters, source and licence again changes nothing and gives
        the run that was recorded then (`created` False), quarantined or not. If another run has
        taken its place meanwhile, it stands again (`reinstated`).

    Raises
    ------
    SourceRefusedError
        If the source's id is the one kept for contributions, or the run was rolled back and may
        not stand again.
    RecordBrokenError
        If a file of the lake is not what was written, or others let other runs of the source stand
        all the while.
    """
    if source.id == CONTRIBUTIONS:
        raise SourceRefusedError(
            f"The source id {CONTRIBUTIONS!r} is kept for what people contribute on this site; "
            "give the file another one."
        )
    with ledger.reading() as connection:
        known = find_run(connection, run_id(source, origin))
    if known and _is_settled(known, permissions):
        return mend_times(ledger, lake_folder, known, now=origin.retrieved_at)
    draft, areas = known, list[AreaSetRow]()
    if draft is None:
        draft, areas = store_run(lake_folder, reading, source=source, origin=origin)
    for _ in range(TRIES):
        following = candidate(ledger, lake_folder, draft, read_at=origin.retrieved_at)
        with ledger.writing() as connection:
            known = find_run(connection, draft.id)
            if known and _is_settled(known, permissions):
                return known
            if following.is_current(connection):
                if known:
                    return _let_stand_again(connection, lake_folder, following, source)
                return _record(connection, lake_folder, following, (source, areas), permissions)
    raise overtaken()


def mend_times(ledger: Ledger, lake_folder: Path, run: RunRow, *, now: datetime) -> RunRow:
    """Let nothing be missing since later than now, as after a clock that was ahead.

    Parameters
    ----------
    ledger, lake_folder
        Where it is recorded.
    run
        Any; only one that stands can need it.
    now
        When its source was read again, UTC.

    Returns
    -------
    RunRow
        The run, with other missing rows where times had to be mended.
    """
    if run.outcome != ACCEPTED or max(run.missing_times, default=0) <= now.timestamp():
        return run
    missing = missing_of(lake_folder, run)
    place = missing.schema.get_field_index("missing_since")
    latest = pa.scalar(now.replace(microsecond=0), TIME)
    since = missing["missing_since"]
    times = pc.if_else(pc.greater(since, latest), latest, since)
    missing = missing.set_column(place, missing.schema.field(place), times)
    mended = with_missing(lake_folder, run, missing)
    with ledger.writing() as connection:
        # Unless somebody has let another run stand meanwhile.
        if find_run(connection, run.id) == run:
            update_run(connection, mended)
    return mended


def base_map_of(lake_folder: Path, run: RunRow) -> pa.Table | None:
    """Read the base-map features of a run.

    Returns
    -------
    pa.Table or None
        `schema.BASE_MAP_FEATURE`; None where its file had none.

    Raises
    ------
    RecordBrokenError
        If the file is not what was written.
    """
    if run.base_map_file is None:
        return None
    return conform(read_table(lake_folder, run.base_map_file), BASE_MAP_FEATURE)


def run_id(source: SourceRow, origin: Origin) -> str:
    """Return the id that a run has or would have."""
    return short_digest(source.id, source.licence, origin.digest, origin.parameters_digest)


def store_run(
    lake_folder: Path, reading: Reading, *, source: SourceRow, origin: Origin
) -> tuple[RunRow, list[AreaSetRow]]:
    """Write a run into the lake, without telling the ledger yet.

    Parameters
    ----------
    lake_folder, reading, source, origin
        As for `record_run`.

    Returns
    -------
    tuple of RunRow and list of AreaSetRow
        What the ledger is to hold.
    """
    id_ = run_id(source, origin)
    retrieved_at = origin.retrieved_at.replace(microsecond=0)
    observations = observation_batches(
        reading.rows,
        run=id_,
        source=source.id,
        licence=source.licence,
        retrieved_at=retrieved_at,
    )
    file = write_point_batches(
        lake_folder,
        f"observations/{id_}",
        observations,
        schema=POINT_SCHEMA,
        bounds=bounds_of(reading.rows),
    )
    base_map = None
    if reading.base_map is not None:
        features = conform(reading.base_map, BASE_MAP_FEATURE)
        base_map = write_table(lake_folder, f"base_maps/{id_}", features)
    areas: list[AreaSetRow] = []
    if reading.areas is not None:
        areas = store_areas(
            lake_folder, reading.areas, source=source, digest=id_, registered_at=retrieved_at
        )
    run = RunRow(
        id=id_,
        source=source.id,
        licence=source.licence,
        format=reading.format,
        encoding=reading.encoding,
        crs=reading.crs,
        digest=origin.digest,
        parameters_digest=origin.parameters_digest,
        retrieved_at=retrieved_at,
        outcome=ACCEPTED,
        rows_read=reading.rows_read,
        observations=reading.rows.num_rows,
        rejected=dict(reading.rejected),
        notes=dict(reading.notes),
        mapping=dict(reading.mapping),
        observations_file=file,
        base_map_file=base_map,
        extent=reading.extent,
        url=origin.url,
        created=True,
    )
    return run, areas


def _is_settled(known: RunRow, permissions: Permissions) -> bool:
    """Say whether reading the file of a known run again changes nothing."""
    if known.outcome == ROLLED_BACK and not permissions.again:
        raise SourceRefusedError(
            f"This very file was read as run {known.id} and rolled back. It is not taken again "
            "unless you say so with --again."
        )
    return known.outcome in (ACCEPTED, QUARANTINED)


def _record(
    connection: Connection,
    lake_folder: Path,
    following: Candidate,
    brought: tuple[SourceRow, list[AreaSetRow]],
    permissions: Permissions,
) -> RunRow:
    """Put a new run into the ledger: it stands, or it is quarantined."""
    (source, areas), run = brought, following.run
    run = replace(run, notes={**run.notes, **following.succession.notes})
    past = select(runs.c.observations).where(
        runs.c.source == source.id, runs.c.outcome.in_((ACCEPTED, SUPERSEDED))
    )
    reason = quarantine_reason(
        run,
        before=following.before,
        past=list(connection.scalars(past)),
        succession=following.succession,
        publish_unstated=permissions.publish_unstated,
    )
    if reason and following.before is not None:
        kept = replace(run, outcome=QUARANTINED, reason=reason, follows=following.before.id)
        insert_run(connection, kept)
        keep_areas_of_run(connection, kept.id, areas, outcome=QUARANTINED)
        return kept
    put_source(connection, source, created_at=run.retrieved_at)
    stands = let_stand(connection, lake_folder, replace(following, run=run))
    accept_areas_of_run(connection, stands.id, source.id, areas)
    return stands


def _let_stand_again(
    connection: Connection, lake_folder: Path, following: Candidate, source: SourceRow
) -> RunRow:
    stands = let_stand(connection, lake_folder, following)
    update_source(connection, source)
    accept_areas_of_run(connection, stands.id, source.id, [])
    return replace(stands, reinstated=True)
