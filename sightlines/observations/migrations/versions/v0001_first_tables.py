"""Make the first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _make_tables_of_sources()
    _make_tables_of_submissions()


def downgrade() -> None:
    """Remove the tables."""
    for name in (
        "submission_hours",
        "moderation_events",
        "submissions",
        "area_sets",
        "runs",
        "sources",
    ):
        op.drop_table(name)


def _make_tables_of_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("licence", sa.String, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("licence", sa.String, nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("encoding", sa.String),
        sa.Column("crs", sa.String),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("parameters_digest", sa.String, nullable=False),
        sa.Column("retrieved_at", _TIME, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("rows_read", sa.Integer, nullable=False),
        sa.Column("observations", sa.Integer, nullable=False),
        sa.Column("rejected", sa.JSON, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("mapping", sa.JSON, nullable=False),
        sa.Column("observations_file", sa.String, nullable=False),
        sa.Column("observations_sha256", sa.String, nullable=False),
        sa.Column("base_map_file", sa.String),
        sa.Column("base_map_sha256", sa.String),
        sa.Column("extent", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="fk_runs_source_sources"),
    )
    op.create_index("ix_runs_outcome_source", "runs", ["outcome", "source"])
    op.create_table(
        "area_sets",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("licence", sa.String, nullable=False),
        sa.Column("run", sa.String),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("n_areas", sa.Integer, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("registered_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_area_sets"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_area_sets_run_runs"),
    )
    op.create_index(
        "ix_area_sets_outcome_source_level", "area_sets", ["outcome", "source", "level"]
    )


def _make_tables_of_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("n_observations", sa.Integer, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("published_run", sa.String),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.ForeignKeyConstraint(
            ["published_run"], ["runs.id"], name="fk_submissions_published_run_runs"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_submissions_state_published_run", "submissions", ["state", "published_run"])
    op.create_table(
        "moderation_events",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("submission", sa.String, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("moderator", sa.String, nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_events"),
        sa.ForeignKeyConstraint(
            ["submission"], ["submissions.id"], name="fk_moderation_events_submission_submissions"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_moderation_events_submission_decision",
        "moderation_events",
        ["submission", "decision"],
    )
    op.create_table(
        "submission_hours",
        sa.Column("hour", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_submission_hours"),
    )
