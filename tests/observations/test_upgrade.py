import sqlite3
from datetime import UTC, datetime

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from sightlines.observations.fetches import last_fetches
from sightlines.observations.ledger import Ledger, open_ledger
from sightlines.observations.origins import SourceRow, sources
from sightlines.observations.rulings import accepted_rulings
from sightlines.observations.run_rows import accepted_runs
from sightlines.observations.tables import REVISION, metadata
from sightlines.observations.upgrade import MIGRATIONS
from sightlines.settings import Settings


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


def migrate(file, revision: str, *, down: bool = False) -> None:
    """Bring a database to a revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
    engine.dispose()


def test_upgrade_keeps_what_the_first_version_has_recorded(settings: Settings):
    settings.instance.mkdir()
    file = settings.instance / "ledger.sqlite"
    migrate(file, "0001")
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO sources VALUES ('city', 'City', 'CC0-1.0', '2026-03-01 00:00:00.000000')"
        )
        connection.execute(
            "INSERT INTO runs VALUES ('r', 'city', 'CC0-1.0', 'csv', 'utf-8', NULL, 'd', 'p', "
            "'2026-03-01 12:00:00.000000', 'accepted', 2, 1, '{\"empty\": 1}', '{}', "
            "'{\"X\": \"lon\"}', 'observations/r.0.parquet', 'abc', NULL, NULL, NULL)"
        )
    connection.close()
    ledger = open_ledger(settings)
    (run,) = accepted_runs(ledger)
    assert (run.id, run.rejected, run.mapping) == ("r", {"empty": 1}, {"X": "lon"})
    assert run.retrieved_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (run.reason, run.url, run.follows) == ("", None, None)
    assert (run.subjects_file, run.missing_file, run.n_missing) == (None, None, 0)
    assert list(run.missing_times) == []
    assert sources(ledger) == [SourceRow("city", "City", "CC0-1.0")]
    assert accepted_rulings(ledger) == last_fetches(ledger, "city", 9) == []
    ledger.close()
    migrate(file, "0001", down=True)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT id, outcome FROM runs").fetchall() == [("r", "accepted")]
        assert len(connection.execute("SELECT * FROM runs").description) == 20
    connection.close()
