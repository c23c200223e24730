"""Runs: each one reading of one source, recorded once and never changed.

A run's rows go to the lake as observations; what else the file held (base-map features, areas)
beside them; the ledger says what was read, with which outcome. The newest run of a source that was
accepted stands and the older ones are *superseded*. Contributions are the exception: each of their
runs is a batch that adds to the others (`batches`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from sightlines.errors import SourceRefusedError
from sightlines.observations.area_sets import AreaSetRow, accept_areas_of_run, store_areas
from sightlines.observations.conform import conform
from sightlines.observations.lake import read_table, write_point_batches, write_table
from sightlines.observations.observation_table import (
    POINT_SCHEMA,
    bounds_of,
    observation_batches,
)
from sightlines.observations.run_rows import RunRow, find_run, insert_run, update_source
from sightlines.observations.tables import ACCEPTED, SUPERSEDED, runs
from sightlines.schema import BASE_MAP_FEATURE, CONTRIBUTIONS, OBSERVATION, short_digest

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from sqlalchemy import Connection

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import Origin, SourceRow
    from sightlines.observations.readings import Reading


def record_run(
    ledger: Ledger, lake_folder: Path, reading: Reading, *, source: SourceRow, origin: Origin
) -> RunRow:
    """Record a reading of a source; it stands from now on.

    The lake is written first, so a crash in between leaves files that nobody names, and the same
    call again mends it.

    Parameters
    ----------
    ledger, lake_folder
        Where to record it.
    reading
        What the reader has made of the file.
    source
        Its title and licence take the place of older ones, if the run is new or stands again.
    origin
        The file's digest, the parameters and the time.

    Returns
    -------
    RunRow
        The same file with the same parameters, source and licence again changes nothing and gives
        the run that was recorded then (`created` False). If another run has taken its place
        meanwhile, it stands again (`reinstated`).

    Raises
    ------
    SourceRefusedError
        If the source's id is the one kept for contributions.
    """
    if source.id == CONTRIBUTIONS:
        raise SourceRefusedError(
            f"The source id {CONTRIBUTIONS!r} is kept for what people contribute on this site; "
            "give the file another one."
        )
    with ledger.reading() as connection:
        known = find_run(connection, run_id(source, origin))
    if known and known.outcome == ACCEPTED:
        return known
    draft, areas = known, list[AreaSetRow]()
    if draft is None:
        draft, areas = store_run(lake_folder, reading, source=source, origin=origin)
    with ledger.writing() as connection:
        return _let_stand(connection, draft, areas, source)


def observations_of(lake_folder: Path, run: RunRow) -> pa.Table:
    """Read the observations of a run.

    Returns
    -------
    pa.Table
        `schema.OBSERVATION`, in the order of the source.

    Raises
    ------
    RecordBrokenError
        If the file is not what was written.
    """
    return conform(read_table(lake_folder, run.observations_file), OBSERVATION)


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
        created=True,
    )
    return run, areas


def _let_stand(
    connection: Connection, draft: RunRow, areas: list[AreaSetRow], source: SourceRow
) -> RunRow:
    known = find_run(connection, draft.id)
    if known and known.outcome == ACCEPTED:
        return known
    connection.execute(
        update(runs)
        .where(runs.c.source == source.id, runs.c.outcome == ACCEPTED)
        .values(outcome=SUPERSEDED)
    )
    if known:
        connection.execute(update(runs).where(runs.c.id == known.id).values(outcome=ACCEPTED))
        update_source(connection, source)
        accept_areas_of_run(connection, known.id, source.id, [])
        return replace(known, outcome=ACCEPTED, reinstated=True)
    insert_run(connection, draft, source)
    accept_areas_of_run(connection, draft.id, source.id, areas)
    return draft
