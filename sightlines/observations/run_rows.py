"""Runs as the ledger holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import insert, select, update

from sightlines.errors import NotFoundError
from sightlines.observations.lake import StoredFile
from sightlines.observations.tables import ACCEPTED, runs, sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import SourceRow

_FILES = ("observations", "base_map", "subjects", "missing")
_LAST_FIRST = (runs.c.retrieved_at.desc(), runs.c.id)
_CHANGING = (
    "outcome",
    "reason",
    "follows",
    "subjects_file",
    "subjects_sha256",
    "missing_file",
    "missing_sha256",
    "n_missing",
    "missing_times",
)


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
        `accepted`, `superseded` by a newer run, `quarantined` or `rolled_back`.
    observations
        How many there are.
    observations_file, base_map_file
        Where they lie in the lake; no base map is None.
    reason
        Why it is quarantined or was rolled back, in words; "" for another outcome.
    url
        Where it was fetched; None for a file that somebody gave.
    follows
        The run of the source that stood before it, or that it was held against; None for the first.
    subjects_file
        One subject an observation, in their order; None where they have their natural names.
    missing_file, n_missing
        Cameras that the source had listed before (`schema.STANDING`); None and 0 without any.
    missing_times
        The last `missing_since` among them, seconds since 1970, ascending.
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
    reason: str = ""
    url: str | None = None
    follows: str | None = None
    subjects_file: StoredFile | None = None
    missing_file: StoredFile | None = None
    n_missing: int = 0
    missing_times: Sequence[int] = field(default_factory=list)
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


def all_runs(ledger: Ledger) -> list[RunRow]:
    """Return every run, whatever came of it.

    Returns
    -------
    list of RunRow
        In the order of the sources, those read last first.
    """
    query = select(runs).order_by(runs.c.source, *_LAST_FIRST)
    with ledger.reading() as connection:
        return [_row(found) for found in connection.execute(query)]


def runs_of(ledger: Ledger, source: str) -> list[RunRow]:
    """Return every run of a source, whatever came of it, those read last first."""
    query = select(runs).where(runs.c.source == source).order_by(*_LAST_FIRST)
    with ledger.reading() as connection:
        return [_row(found) for found in connection.execute(query)]


def run_of(ledger: Ledger, id_: str) -> RunRow:
    """Return the run of an id.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    with ledger.reading() as connection:
        return existing_run(connection, id_)


def existing_run(connection: Connection, id_: str) -> RunRow:
    """Do as `run_of` does, on a connection that is open already."""
    found = find_run(connection, id_)
    if found is None:
        raise NotFoundError("There is no run with this id.")
    return found


def find_run(connection: Connection, id_: str) -> RunRow | None:
    """Return the run of an id; None where the ledger has none."""
    found = connection.execute(select(runs).where(runs.c.id == id_)).one_or_none()
    return None if found is None else _row(found)


def insert_run(connection: Connection, run: RunRow) -> None:
    """Put a run into the ledger.

    Parameters
    ----------
    connection
        Writing; knows its source, and no run of this id.
    run
        As `store_run` returned it.
    """
    connection.execute(insert(runs).values(_values(run)))


def put_source(connection: Connection, source: SourceRow, *, created_at: datetime) -> None:
    """Put a source into the ledger; title and licence take the place of older ones.

    Parameters
    ----------
    connection
        Writing.
    source
        As it is called now.
    created_at
        When it was first read, UTC; only kept where the ledger does not know it yet.
    """
    if not update_source(connection, source):
        values = {"id": source.id, "title": source.title, "licence": source.licence}
        connection.execute(insert(sources).values(created_at=created_at, **values))


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


def update_run(connection: Connection, run: RunRow) -> None:
    """Bring what may change of a run into the ledger: whether it stands, after what, with whom.

    Parameters
    ----------
    connection
        Writing; knows a run of this id.
    run
        As it is now. What was read stays as it was recorded.
    """
    values = _values(run)
    changing = {name: values[name] for name in _CHANGING}
    connection.execute(update(runs).where(runs.c.id == run.id).values(changing))


def standing_run(connection: Connection, source: str) -> RunRow | None:
    """Return the run of a source that stands; None where none does.

    Not for contributions, of which every batch stands.
    """
    query = select(runs).where(runs.c.source == source, runs.c.outcome == ACCEPTED)
    found = connection.execute(query).one_or_none()
    return None if found is None else _row(found)


def _values(run: RunRow) -> dict[str, object]:
    same = (
        "id source licence format encoding crs digest parameters_digest retrieved_at outcome "
        "rows_read observations rejected notes mapping reason url follows n_missing missing_times"
    )
    files = {name: getattr(run, f"{name}_file") for name in _FILES}
    return (
        {name: getattr(run, name) for name in same.split()}
        | {f"{name}_file": file and file.path for name, file in files.items()}
        | {f"{name}_sha256": file and file.sha256 for name, file in files.items()}
        | {"extent": None if run.extent is None else shapely.to_wkb(run.extent, byte_order=1)}
    )


def _row(found: Row[Any]) -> RunRow:
    values = dict(found._mapping)
    for name in _FILES:
        path, sha256 = values.pop(f"{name}_file"), values.pop(f"{name}_sha256")
        values[f"{name}_file"] = StoredFile(path, sha256) if path else None
    extent = values.pop("extent")
    values["extent"] = None if extent is None else shapely.from_wkb(extent)
    # Those of the first version have no list of times.
    values["missing_times"] = values["missing_times"] or []
    return RunRow(**values)
