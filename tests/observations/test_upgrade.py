from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from sightlines.observations.ledger import Ledger
from sightlines.observations.tables import REVISION, metadata
from sightlines.observations.upgrade import MIGRATIONS


def test_upgrade_makes_the_tables_that_the_code_describes(ledger: Ledger):
    with ledger.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrade_ends_at_the_revision_that_the_tables_name():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_upgrade_gives_every_table_the_text_that_the_description_gives(ledger: Ledger):
    # Alembic's comparison does not see WITHOUT ROWID; SQLite's own text does.
    with ledger.reading() as connection:
        made = {
            row.name: "WITHOUT ROWID" in row.sql
            for row in connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name != "
                "'alembic_version'"
            )
        }
    described = {
        name: table.dialect_options["sqlite"]["with_rowid"] is False
        for name, table in metadata.tables.items()
    }
    assert made == described
