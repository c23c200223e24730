"""Runs as the ledger holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import insert, select, update

from sightlines.observations.lake import StoredFile
from sightlines.observations.tables import ACCEPTED, runs, sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import SourceRow


@dataclass(frozen=True)
class RunRow:
    """One run.

    Parameters
    ----------
    id
        Short digest of source, licence, file and parameters.
    source
        Id.
    licence
        That of the source when it was read, which is the licence of the observations too.
    format, encoding, crs, rows_read, rejected, notes, mapping, extent
        As in the `Reading`.
    digest
        SHA-256 of the file.
    parameters_digest
        Of the parameters.
    retrieved_at
        When the file was read, UTC, whole seconds.
    outcome
        `accepted`, or `superseded` by a newer run.
    observations
        How many there are.
    observations_file, base_map_file
        Where they lie in the lake; no base map is None.
    created
        Whether this call has recorded it; False where it was known already.
    reinstated
        Whether this call has let an older run stand again, because its file was read again.
    """

    id: str
    source: str
    licence: str
    format: str
    encoding: str | None
    crs: str | None
    digest: str
    parameters_digest: str
    retrieved_at: datetime
    outcome: str
    rows_read: int
    observations: int
    rejected: Mapping[str, int]
    notes: Mapping[str, int]
    mapping: Mapping[str, str]
    observations_file: StoredFile
    base_map_file: StoredFile | None
    extent: shapely.Geometry | None
    created: bool = False
    reinstated: bool = False


def accepted_runs(ledger: Ledger) -> list[RunRow]:
    """Return the runs that stand, in the order of source, time and id.

    Returns
    -------
    list of RunRow
        One a source; all batches of contributions.
    """
    query = (
        select(runs)
        .where(runs.c.outcome == ACCEPTED)
        .order_by(runs.c.source, runs.c.retrieved_at, runs.c.id)
    )
    with ledger.reading() as connection:
        return [_row(found) for found in connection.execute(query)]


def find_run(connection: Connection, id_: str) -> RunRow | None:
    """Return the run of an id; None where the ledger has none."""
    found = connection.execute(select(runs).where(runs.c.id == id_)).one_or_none()
    return None if found is None else _row(found)


def insert_run(connection: Connection, run: RunRow, source: SourceRow) -> None:
    """Put a run and its source into the ledger.

    Parameters
    ----------
    connection
        Writing; knows no run of this id.
    run
        As `store_run` returned it.
    source
        Its source; title and licence take the place of older ones.
    """
    if not update_source(connection, source):
        connection.execute(
            insert(sources).values(
                id=source.id,
                title=source.title,
                licence=source.licence,
                created_at=run.retrieved_at,
            )
        )
    connection.execute(insert(runs).values(_values(run)))


def update_source(connection: Connection, source: SourceRow) -> bool:
    """Let a source's title and licence take the place of older ones.

    Parameters
    ----------
    connection
        Writing.
    source
        As it is called now.

    Returns
    -------
    bool
        Whether the ledger knows it; nothing is written where it does not.
    """
    newest = {"title": source.title, "licence": source.licence}
    known = update(sources).where(sources.c.id == source.id).values(newest)
    return bool(connection.execute(known).rowcount)


def _values(run: RunRow) -> dict[str, object]:
    same = (
        "id source licence format encoding crs digest parameters_digest retrieved_at outcome "
        "rows_read observations rejected notes mapping"
    )
    return {name: getattr(run, name) for name in same.split()} | {
        "observations_file": run.observations_file.path,
        "observations_sha256": run.observations_file.sha256,
        "base_map_file": run.base_map_file and run.base_map_file.path,
        "base_map_sha256": run.base_map_file and run.base_map_file.sha256,
        "extent": None if run.extent is None else shapely.to_wkb(run.extent, byte_order=1),
    }


def _row(found: Row[Any]) -> RunRow:
    values = dict(found._mapping)
    observations = StoredFile(values.pop("observations_file"), values.pop("observations_sha256"))
    base_map = values.pop("base_map_file"), values.pop("base_map_sha256")
    extent = values.pop("extent")
    return RunRow(
        **values,
        observations_file=observations,
        base_map_file=StoredFile(*base_map) if base_map[0] else None,
        extent=None if extent is None else shapely.from_wkb(extent),
    )
