"""The tables of the ledger.

Small and transactional: which sources there are, which runs of them, which areas, what people have
submitted and what moderators ruled. The bulk lies in the lake, named here with its digest. No
column says anything about who sent a submission, nor at what time of day; the tables whose rows
stand for a person's act are keyed by random ids and have no row number in SQLite, so that their
order says nothing about the order of arrival.

`REVISION` is the migration that makes these tables (`migrations/versions`); a test holds the two
together.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

REVISION = "0002"

ACCEPTED = "accepted"
SUPERSEDED = "superseded"
QUARANTINED = "quarantined"
ROLLED_BACK = "rolled_back"
PENDING = "pending"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"


class UtcTime(TypeDecorator[datetime]):
    """Be a column of aware times in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Bring an aware time to UTC; refuse a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone cannot be recorded: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Say again that it is UTC where the database has forgotten."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("licence", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# `reason` says why a run is quarantined or was rolled back. `follows` is the run of the source
# that stood before this one. `missing_times` are the last `missing_since` of its missing rows, in
# seconds since 1970.
runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, ForeignKey("sources.id"), nullable=False),
    Column("licence", String, nullable=False),
    Column("format", String, nullable=False),
    Column("encoding", String),
    Column("crs", String),
    Column("digest", String, nullable=False),
    Column("parameters_digest", String, nullable=False),
    Column("retrieved_at", UtcTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("observations", Integer, nullable=False),
    Column("rejected", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("observations_file", String, nullable=False),
    Column("observations_sha256", String, nullable=False),
    Column("base_map_file", String),
    Column("base_map_sha256", String),
    Column("extent", LargeBinary),
    Column("reason", String, nullable=False, server_default=""),
    Column("url", String),
    Column("follows", String),
    Column("subjects_file", String),
    Column("subjects_sha256", String),
    Column("missing_file", String),
    Column("missing_sha256", String),
    Column("n_missing", Integer, nullable=False, server_default="0"),
    Column("missing_times", JSON),
    Index(None, "outcome", "source"),
)

area_sets = Table(
    "area_sets",
    metadata,
    Column("id", String, primary_key=True),
    Column("level", String, nullable=False),
    Column("source", String, nullable=False),
    Column("licence", String, nullable=False),
    Column("run", String, ForeignKey("runs.id")),
    Column("outcome", String, nullable=False),
    Column("n_areas", Integer, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("registered_at", UtcTime, nullable=False),
    Index(None, "outcome", "source", "level"),
)

# The payload stands last: SQLite then finds the other columns without reading through it.
submissions = Table(
    "submissions",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("n_observations", Integer, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("published_run", String, ForeignKey("runs.id")),
    Column("payload", LargeBinary, nullable=False),
    Index(None, "state", "published_run"),
    sqlite_with_rowid=False,
)

moderation_events = Table(
    "moderation_events",
    metadata,
    Column("id", String, primary_key=True),
    Column("submission", String, ForeignKey("submissions.id"), nullable=False),
    Column("decision", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("moderator", String, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Index(None, "submission", "decision"),
    sqlite_with_rowid=False,
)

# `hour` counts hours since 1970-01-01T00Z.
submission_hours = Table(
    "submission_hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
)

# Each try to fetch a source, whatever came of it. A source may not be in the ledger yet.
fetches = Table(
    "fetches",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("attempted_at", UtcTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("message", String, nullable=False),
    Column("url", String, nullable=False),
    Column("etag", String),
    Column("last_modified", String),
    Column("run", String),
    Index(None, "source", "attempted_at"),
)

# `first` < `second` are subjects of two sources; `verdict` is whether they are one camera.
match_rulings = Table(
    "match_rulings",
    metadata,
    Column("id", String, primary_key=True),
    Column("first", String, nullable=False),
    Column("second", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("moderator", String),
    Column("received_on", Date, nullable=False),
    Column("decided_at", UtcTime),
    Index(None, "state"),
    sqlite_with_rowid=False,
)

# Which camera each subject belonged to when a snapshot was sealed. `number` counts them: the times
# of a clock that jumps say nothing of their order.
identities = Table(
    "identities",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
)
