"""The ledger: the small transactional part of the record.

SQLite in the instance folder unless the settings name another database. Whoever writes says so
before reading (`BEGIN IMMEDIATE`; on PostgreSQL an advisory lock), so that writers queue, never
deadlock, and what a writer has read stays true until it commits. Readers wait for nobody.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, event, inspect, make_url, text

from sightlines.observations.locks import locked
from sightlines.observations.tables import REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    from sightlines.settings import Settings

WAIT_S = 30
# Any number that nobody else uses in the same database; "sight" on a telephone's keys.
_ADVISORY_LOCK = 74448


class Ledger:
    """An open ledger.

    Parameters
    ----------
    engine
        Connected to a database with the tables of `tables`; `open_ledger` makes it so.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the ledger as it is now; what is written there is lost."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the only connection that may write now; commit at the end, or undo on an error."""
        with self._engine.connect() as connection:
            connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK}
                    )
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_ledger(settings: Settings) -> Ledger:
    """Open the ledger, making it or bringing its tables up to date where needed.

    Several processes may do so at once: one makes the tables, the others wait.

    Parameters
    ----------
    settings
        `instance` is made with mode 0700 where it is missing; `ledger_url` says where the ledger
        lies.

    Returns
    -------
    Ledger
        With the tables of this version.

    Raises
    ------
    SettingsInvalidError
        If a newer version of Sightlines has written the ledger.
    """
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = make_url(settings.ledger_url)
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else create_engine(url)
    ledger = Ledger(engine)
    if _is_ready(engine):
        return ledger
    with locked(settings.instance / "ledger.lock"):
        if not _is_ready(engine):
            _make_ready(ledger, engine)
    return ledger


def _sqlite_engine(url: URL) -> Engine:
    if url.database:
        # SQLite gives its journal the mode of the database, so this keeps all three to the owner.
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(url.database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = create_engine(url, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Python's own idea of when a transaction begins would make BEGIN IMMEDIATE come too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    # What is removed leaves no trace in the file.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _is_ready(engine: Engine) -> bool:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite" and _journal(connection) != "wal":
            return False
        if not inspect(connection).has_table("alembic_version"):
            return False
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return bool(revision == REVISION)


def _journal(connection: Connection) -> str:
    return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())


def _make_ready(ledger: Ledger, engine: Engine) -> None:
    # Alembic takes longer to import than all the rest here, and is needed once a version.
    from sightlines.observations.upgrade import upgrade  # noqa: PLC0415 - see above

    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()
    with ledger.writing() as connection:
        upgrade(connection)
