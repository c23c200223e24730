"""Bringing the ledger's tables up to date, with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from sightlines.errors import SettingsInvalidError

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection) -> None:
    """Run the migrations that the ledger has not seen.

    Parameters
    ----------
    connection
        In a transaction, which the caller commits.

    Raises
    ------
    SettingsInvalidError
        If the ledger's revision is none of this version's.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as reason:
        raise SettingsInvalidError(
            "A newer version of Sightlines has written this ledger; run that version, or name "
            "another instance folder in SIGHTLINES_INSTANCE."
        ) from reason
