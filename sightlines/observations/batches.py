"""Batches: how accepted submissions become public, so that order and time say nothing about who.

A *boundary* is a multiple of the delay since 1970. What was accepted at least one delay before the
last boundary is due, all of it together, in the order of the random ids. So a submission waits
between one and two delays and appears with its whole batch. A batch is a run of the source
`contributions`; its only time is the day of its newest decision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import bindparam, update

from sightlines.errors import DecisionConflictError
from sightlines.licences import ODBL
from sightlines.observations.origins import Origin, SourceRow
from sightlines.observations.run_rows import RunRow, find_run, insert_run, put_source
from sightlines.observations.runs import store_run
from sightlines.observations.submissions import as_row, payload_of, rows_query
from sightlines.observations.tables import ACCEPTED, submissions
from sightlines.schema import CONTRIBUTIONS, short_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import shapely
    from sqlalchemy import Connection

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.submissions import SubmissionRow

SOURCE = SourceRow(id=CONTRIBUTIONS, title="Contributors", licence=ODBL)
FORMAT = "contribution"


@dataclass(frozen=True)
class _Rows:
    """A table in the form of `readings.Rows`."""

    table: pa.Table

    @property
    def num_rows(self) -> int:
        """Return how many there are."""
        return int(self.table.num_rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Pass through them."""
        yield from self.table.combine_chunks().to_batches()


@dataclass(frozen=True)
class _Batch:
    """The observations of a batch, in the form of a `readings.Reading`."""

    rows: _Rows
    format: str = FORMAT
    encoding: str | None = None
    crs: str | None = "EPSG:4326"
    rejected: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    extent: shapely.Geometry | None = None
    base_map: pa.Table | None = None
    areas: pa.Table | None = None

    @property
    def rows_read(self) -> int:
        """Return the number of observations: what was faulty was never submitted."""
        return self.rows.num_rows


def due(ledger: Ledger, *, now: datetime, delay_s: int) -> list[SubmissionRow]:
    """Return the submissions whose turn to become public has come.

    Parameters
    ----------
    ledger
        Where they are kept.
    now
        UTC.
    delay_s
        Seconds between two boundaries; 0 makes every accepted submission due at once.

    Returns
    -------
    list of SubmissionRow
        Accepted and not published, in the order of their ids, which is none of time.
    """
    with ledger.reading() as connection:
        waiting = _waiting(connection)
    return [row for row in waiting if _is_due(row, now, delay_s)]


def publish_batch(
    ledger: Ledger, lake_folder: Path, batch: Sequence[SubmissionRow]
) -> RunRow | None:
    """Make one run of contributions of the submissions that are due.

    The lake is written first. The run's id depends on the submissions alone, so the same call after
    a crash makes the same run.

    Parameters
    ----------
    ledger, lake_folder
        Where to record it.
    batch
        As `due` returned it.

    Returns
    -------
    RunRow or None
        The run, whose observations have `<submission>/<n>` as native id, n from 1; None where
        nothing was due.

    Raises
    ------
    DecisionConflictError
        If one of the submissions is no longer to be published, or another batch has published it.
    """
    if not batch:
        return None
    ids = sorted(row.id for row in batch)
    with ledger.reading() as connection:
        observations = pa.concat_tables([_observations(connection, id_) for id_ in ids])
    origin = Origin(
        digest=hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        parameters={},
        retrieved_at=_newest_day(batch),
    )
    run, _ = store_run(lake_folder, _Batch(_Rows(observations)), source=SOURCE, origin=origin)
    with ledger.writing() as connection:
        known = find_run(connection, run.id)
        if known:
            return known
        _mark(connection, ids, run)
    return run


def _waiting(connection: Connection) -> list[SubmissionRow]:
    query = (
        rows_query()
        .where(submissions.c.state == ACCEPTED, submissions.c.published_run.is_(None))
        .order_by(submissions.c.id)
    )
    return [as_row(found) for found in connection.execute(query)]


def _is_due(row: SubmissionRow, now: datetime, delay_s: int) -> bool:
    if not delay_s:
        return True
    boundary_s = now.timestamp() // delay_s * delay_s
    return row.accepted_at is not None and row.accepted_at.timestamp() <= boundary_s - delay_s


def _observations(connection: Connection, id_: str) -> pa.Table:
    table = payload_of(connection, id_)
    place = table.schema.get_field_index("native_id")
    # Digests, so that nobody can tell which cameras came in one file, nor the submission's id.
    numbers = range(1, table.num_rows + 1)
    names = [short_digest("contribution", id_, str(n)) for n in numbers]
    native_ids = pa.array(names, pa.string())
    return table.set_column(place, table.schema.field(place), native_ids)


def _newest_day(batch: Sequence[SubmissionRow]) -> datetime:
    newest = max(row.accepted_at for row in batch if row.accepted_at is not None)
    return newest.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _mark(connection: Connection, ids: Sequence[str], run: RunRow) -> None:
    if not set(ids) <= {row.id for row in _waiting(connection)}:
        raise DecisionConflictError(
            "A submission of this batch was withdrawn or published while the batch was being "
            "made; publish again."
        )
    put_source(connection, SOURCE, created_at=run.retrieved_at)
    insert_run(connection, run)
    connection.execute(
        update(submissions)
        .where(submissions.c.id == bindparam("submission"))
        .values(published_run=run.id),
        [{"submission": id_} for id_ in ids],
    )
