"""Run the migrations on the connection that `sightlines.observations.upgrade` hands over.

The transaction is that connection's: all migrations are committed together or not at all.
"""

from __future__ import annotations

from alembic import context

from sightlines.observations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
