"""Alembic's migrations of the ledger; `sightlines.observations.upgrade` runs them."""
