"""Submissions: what people send in, kept apart until a moderator has ruled.

A submission is known by a random id and by nothing else: which observations, and the day they came
on, never the time, never anything about the sender. Its payload is an Arrow stream of `schema.READ`
and is what will be published once it is accepted (`moderation`, `batches`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import Select, func, insert, select

from sightlines.errors import NotFoundError, RecordBrokenError, RequestInvalidError
from sightlines.observations.conform import conform
from sightlines.observations.tables import ACCEPTED, PENDING, moderation_events, submissions
from sightlines.schema import READ

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from sightlines.observations.ledger import Ledger

_ID_BYTES = 16


@dataclass(frozen=True)
class SubmissionRow:
    """One submission, without its payload.

    Parameters
    ----------
    id
        32 random hexadecimal characters.
    state
        `pending`, `accepted`, `rejected` or `withdrawn`.
    n_observations
        How many it holds.
    received_on
        The day it came, UTC.
    published_run
        The run that has published it; None before.
    accepted_at
        When a moderator accepted it, UTC; None where nobody has.
    """

    id: str
    state: str
    n_observations: int
    received_on: date
    published_run: str | None
    accepted_at: datetime | None


def submit(ledger: Ledger, observations: pa.Table, *, received_on: date) -> str:
    """Keep what somebody has sent in, for a moderator to look at.

    Parameters
    ----------
    ledger
        Where to keep it.
    observations
        `schema.READ`, at least one row.
    received_on
        Today, UTC.

    Returns
    -------
    str
        The submission's id.

    Raises
    ------
    RequestInvalidError
        If there is no observation.
    RecordBrokenError
        If the table has not the form of `schema.READ`.
    """
    if not observations.num_rows:
        raise RequestInvalidError("There is no camera in what was sent.")
    payload = _to_bytes(conform(observations, READ))
    id_ = secrets.token_hex(_ID_BYTES)
    with ledger.writing() as connection:
        connection.execute(
            insert(submissions).values(
                id=id_,
                state=PENDING,
                n_observations=observations.num_rows,
                received_on=received_on,
                payload=payload,
            )
        )
    return id_


def pending(ledger: Ledger) -> list[SubmissionRow]:
    """Return the submissions that nobody has ruled on, by the day they came; within a day by id."""
    query = (
        rows_query()
        .where(submissions.c.state == PENDING)
        .order_by(submissions.c.received_on, submissions.c.id)
    )
    with ledger.reading() as connection:
        return [as_row(found) for found in connection.execute(query)]


def submission(ledger: Ledger, id_: str) -> SubmissionRow:
    """Return one submission.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    with ledger.reading() as connection:
        found = connection.execute(rows_query().where(submissions.c.id == id_)).one_or_none()
    if found is None:
        raise submission_not_found()
    return as_row(found)


def submitted_observations(ledger: Ledger, id_: str) -> pa.Table:
    """Return what a submission says.

    Returns
    -------
    pa.Table
        `schema.READ`, in the order in which it was sent.

    Raises
    ------
    NotFoundError
        If there is no submission of that id.
    RecordBrokenError
        If its payload is damaged.
    """
    with ledger.reading() as connection:
        return payload_of(connection, id_)


def payload_of(connection: Connection, id_: str) -> pa.Table:
    """Do as `submitted_observations` does, on a connection that is open already."""
    found = connection.execute(
        select(submissions.c.payload, submissions.c.n_observations).where(submissions.c.id == id_)
    ).one_or_none()
    if found is None:
        raise submission_not_found()
    table = _from_bytes(found.payload)
    if table.num_rows != found.n_observations:
        raise RecordBrokenError("A submission holds another number of cameras than was recorded.")
    return table


def rows_query() -> Select[Any]:
    """Return the query of every `SubmissionRow`, to be narrowed and ordered."""
    accepted_at = (
        select(func.max(moderation_events.c.decided_at))
        .where(
            moderation_events.c.submission == submissions.c.id,
            moderation_events.c.decision == ACCEPTED,
        )
        .scalar_subquery()
        .label("accepted_at")
    )
    columns = [column for column in submissions.c if column.name != "payload"]
    return select(*columns, accepted_at)


def as_row(found: Row[Any]) -> SubmissionRow:
    """Make a `SubmissionRow` of a row of `rows_query`."""
    return SubmissionRow(**found._mapping)


def submission_not_found() -> NotFoundError:
    """Return the error for an id that no submission has."""
    return NotFoundError("There is no submission with this id.")


def _to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def _from_bytes(payload: bytes) -> pa.Table:
    try:
        with pa.ipc.open_stream(pa.py_buffer(payload)) as stream:
            table = stream.read_all()
    except (pa.ArrowInvalid, OSError) as reason:
        raise RecordBrokenError(f"A submission's payload cannot be read: {reason}") from reason
    return conform(table, READ)
