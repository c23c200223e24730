"""Let runs follow one another; add fetches, rulings on matches and identities.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and make the tables; runs that are there keep all they say."""
    _add_columns_of_runs()
    op.create_table(
        "fetches",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("attempted_at", _TIME, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("etag", sa.String),
        sa.Column("last_modified", sa.String),
        sa.Column("run", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_fetches"),
    )
    op.create_index("ix_fetches_source_attempted_at", "fetches", ["source", "attempted_at"])
    op.create_table(
        "match_rulings",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("first", sa.String, nullable=False),
        sa.Column("second", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("moderator", sa.String),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("decided_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_match_rulings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_match_rulings_state", "match_rulings", ["state"])
    op.create_table(
        "identities",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_identities"),
    )


def downgrade() -> None:
    """Remove what was added."""
    for name in ("identities", "match_rulings", "fetches"):
        op.drop_table(name)
    for column in reversed(_columns_of_runs()):
        op.drop_column("runs", column.name)


def _add_columns_of_runs() -> None:
    for column in _columns_of_runs():
        op.add_column("runs", column)


def _columns_of_runs() -> list[sa.Column[object]]:
    return [
        sa.Column("reason", sa.String, nullable=False, server_default=""),
        sa.Column("url", sa.String),
        sa.Column("follows", sa.String),
        sa.Column("subjects_file", sa.String),
        sa.Column("subjects_sha256", sa.String),
        sa.Column("missing_file", sa.String),
        sa.Column("missing_sha256", sa.String),
        sa.Column("n_missing", sa.Integer, nullable=False, server_default="0"),
        sa.Column("missing_times", sa.JSON),
    ]
