"""The register of areas: which boundary sets statistics are made for.

An *area set* is all areas of one level from one source: the wards of a council's file, the
districts of an OpenStreetMap extract. It is a file of the lake. A newer boundary file of a source
takes the place of its older one of the same level; two cities' wards stand side by side, and where
two sources name the same area the one registered last comes first. Sets that came with a run stand
as long as the run: a newer run of a source takes the place of all sets that its older run brought.
Neither sort takes the place of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import insert, select, update

from sightlines.observations.conform import conform
from sightlines.observations.lake import StoredFile, read_table, write_table
from sightlines.observations.tables import ACCEPTED, ROLLED_BACK, SUPERSEDED, area_sets
from sightlines.schema import AREA, short_digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import SourceRow


@dataclass(frozen=True)
class AreaSetRow:
    """One area set.

    Parameters
    ----------
    id
        Short digest of source, licence, level, the input (or the run) and the file.
    level, source, licence
        As in the areas.
    run
        The run that brought it; None for a boundary file.
    n_areas
        How many areas it has.
    file
        Where it lies in the lake.
    registered_at
        When it was registered, UTC; for one that was superseded meanwhile, when it was registered
        again.
    created
        Whether this call has registered it; False where it was known already.
    reinstated
        Whether this call has let an older set stand again, because it was registered again.
    """

    id: str
    level: str
    source: str
    licence: str
    run: str | None
    n_areas: int
    file: StoredFile
    registered_at: datetime
    created: bool = False
    reinstated: bool = False


def register_areas(
    ledger: Ledger,
    lake_folder: Path,
    areas: pa.Table,
    *,
    source: SourceRow,
    digest: str,
    registered_at: datetime,
) -> tuple[AreaSetRow, ...]:
    """Register the areas of a boundary file; each set stands from now on.

    The same again changes nothing, unless another set has taken its place meanwhile: then it
    stands again.

    Parameters
    ----------
    ledger, lake_folder
        Where to record them.
    areas
        `schema.AREA`, of one level or several. Their `source` and `licence` become those given.
    source
        Who publishes them.
    digest
        Of the input's bytes.
    registered_at
        Now, UTC.

    Returns
    -------
    tuple of AreaSetRow
        One a level, in the order of the levels' names; empty where there are no areas.
    """
    drafts = store_areas(
        lake_folder, areas, source=source, digest=digest, registered_at=registered_at
    )
    with ledger.writing() as connection:
        return tuple(_let_stand(connection, draft) for draft in drafts)


def store_areas(
    lake_folder: Path,
    areas: pa.Table,
    *,
    source: SourceRow,
    digest: str,
    registered_at: datetime,
) -> list[AreaSetRow]:
    """Write the areas into the lake, one file a level, without telling the ledger yet.

    Parameters
    ----------
    lake_folder, areas, source, registered_at
        As for `register_areas`.
    digest
        Of the input's bytes; the run's id where a run brought them.

    Returns
    -------
    list of AreaSetRow
        In the order of the levels' names, each with `created` and without a run.
    """
    whole = _with_source(conform(areas, AREA), source)
    return [
        _store_level(lake_folder, whole, level, digest, registered_at)
        for level in sorted(pc.unique(whole.column("level")).to_pylist())
    ]


def accept_areas_of_run(
    connection: Connection, run: str, source: str, drafts: Sequence[AreaSetRow]
) -> None:
    """Let the area sets of a run stand in the place of those of the source's other runs.

    Parameters
    ----------
    connection
        Writing.
    run, source
        Ids.
    drafts
        What `store_areas` returned; empty for a run that is in the ledger already.
    """
    connection.execute(
        update(area_sets)
        .where(
            area_sets.c.source == source,
            area_sets.c.run.is_not(None),
            area_sets.c.outcome == ACCEPTED,
        )
        .values(outcome=SUPERSEDED)
    )
    connection.execute(update(area_sets).where(area_sets.c.run == run).values(outcome=ACCEPTED))
    keep_areas_of_run(connection, run, drafts, outcome=ACCEPTED)


def keep_areas_of_run(
    connection: Connection, run: str, drafts: Sequence[AreaSetRow], *, outcome: str
) -> None:
    """Put the area sets of a run into the ledger and change no other.

    Parameters
    ----------
    connection, run, drafts
        As for `accept_areas_of_run`.
    outcome
        That of the run.
    """
    for draft in drafts:
        _insert(connection, replace(draft, run=run), outcome)


def drop_areas_of_run(connection: Connection, run: str) -> None:
    """Let the area sets of a run that was rolled back stand no longer."""
    connection.execute(update(area_sets).where(area_sets.c.run == run).values(outcome=ROLLED_BACK))


def current_area_sets(ledger: Ledger) -> list[AreaSetRow]:
    """Return the area sets that stand, the one registered last first; those of one time by id."""
    query = (
        select(area_sets)
        .where(area_sets.c.outcome == ACCEPTED)
        .order_by(area_sets.c.registered_at.desc(), area_sets.c.id)
    )
    with ledger.reading() as connection:
        return [_row(found) for found in connection.execute(query)]


def areas_of(lake_folder: Path, area_set: AreaSetRow) -> pa.Table:
    """Read the areas of a set.

    Returns
    -------
    pa.Table
        `schema.AREA`.

    Raises
    ------
    RecordBrokenError
        If the file is not what was written.
    """
    return conform(read_table(lake_folder, area_set.file), AREA)


def _with_source(areas: pa.Table, source: SourceRow) -> pa.Table:
    values = {"source": source.id, "licence": source.licence}
    columns = [
        pa.repeat(pa.scalar(values[name]), areas.num_rows) if name in values else areas.column(name)
        for name in AREA.names
    ]
    return pa.Table.from_arrays(columns, schema=AREA)


def _store_level(
    lake_folder: Path, areas: pa.Table, level: str, digest: str, registered_at: datetime
) -> AreaSetRow:
    chosen = areas.filter(pc.equal(areas.column("level"), level))
    source, licence = chosen.column("source")[0].as_py(), chosen.column("licence")[0].as_py()
    name = short_digest(source, licence, level, digest)
    file = write_table(lake_folder, f"areas/{name}", chosen)
    return AreaSetRow(
        # The rows may differ though the file is the same: another table of population, another
        # column for the names. So their own digest counts as well.
        id=short_digest(name, file.sha256),
        level=level,
        source=source,
        licence=licence,
        run=None,
        n_areas=chosen.num_rows,
        file=file,
        registered_at=registered_at,
        created=True,
    )


def _let_stand(connection: Connection, draft: AreaSetRow) -> AreaSetRow:
    this = area_sets.c.id == draft.id
    found = connection.execute(select(area_sets).where(this)).one_or_none()
    if found and found.outcome == ACCEPTED:
        return _row(found)
    connection.execute(
        update(area_sets)
        .where(
            area_sets.c.source == draft.source,
            area_sets.c.level == draft.level,
            area_sets.c.run.is_(None),
        )
        .values(outcome=SUPERSEDED)
    )
    if not found:
        _insert(connection, draft)
        return draft
    again = {"outcome": ACCEPTED, "registered_at": draft.registered_at}
    connection.execute(update(area_sets).where(this).values(again))
    return replace(_row(found), registered_at=draft.registered_at, reinstated=True)


def _insert(connection: Connection, area_set: AreaSetRow, outcome: str = ACCEPTED) -> None:
    connection.execute(
        insert(area_sets).values(
            id=area_set.id,
            level=area_set.level,
            source=area_set.source,
            licence=area_set.licence,
            run=area_set.run,
            outcome=outcome,
            n_areas=area_set.n_areas,
            file=area_set.file.path,
            sha256=area_set.file.sha256,
            registered_at=area_set.registered_at,
        )
    )


def _row(found: Row[Any]) -> AreaSetRow:
    return AreaSetRow(
        id=found.id,
        level=found.level,
        source=found.source,
        licence=found.licence,
        run=found.run,
        n_areas=found.n_areas,
        file=StoredFile(found.file, found.sha256),
        registered_at=found.registered_at,
    )
