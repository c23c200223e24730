"""The ledger: the small transactional part of the record.

SQLite in the instance folder unless the settings name another database. Whoever writes says so
before reading (`BEGIN IMMEDIATE`; on PostgreSQL an advisory lock), so that writers queue, never
deadlock, and what a writer has read stays true until it commits. Readers wait for nobody.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, event, inspect, make_url, text

from sightlines.errors import RecordBrokenError
from sightlines.observations.ledger_errors import ledger_errors
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
_REVISION_QUERY = text("SELECT version_num FROM alembic_version")


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
        """Give a connection that sees the ledger as it is now; what is written there is lost.

        Raises
        ------
        RecordBrokenError
            If the database is damaged or does not answer.
        """
        with ledger_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the only connection that may write now; commit at the end, or undo on an error.

        Raises
        ------
        RecordBrokenError
            If the database is damaged, does not answer or cannot be written, or if somebody else
            has been writing for `WAIT_S`.
        """
        with ledger_errors(), self._engine.connect() as connection:
            connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK}
                    )
                yield connection

    def ping(self) -> None:
        """Ask the ledger for one value.

        Raises
        ------
        RecordBrokenError
            If the database is damaged or does not answer.
        """
        with self.reading() as connection:
            # `SELECT 1` would not make SQLite look at the file.
            connection.execute(_REVISION_QUERY)

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
    RecordBrokenError
        If the ledger is damaged, does not answer or cannot be made.
    """
    try:
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ledger_errors(), ExitStack() as undo:
            engine = _engine(make_url(settings.ledger_url))
            undo.callback(engine.dispose)
            ledger = Ledger(engine)
            if not _is_ready(engine):
                with locked(settings.instance / "ledger.lock"):
                    if not _is_ready(engine):
                        _make_ready(ledger, engine)
            undo.pop_all()
    except OSError as reason:
        raise RecordBrokenError(f"The ledger cannot be opened: {reason.strerror}.") from reason
    return ledger


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(url, hide_parameters=True)


def _sqlite_engine(url: URL) -> Engine:
    if url.database:
        # SQLite gives its journal the mode of the database, so this keeps all three to the owner.
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(url.database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    # What somebody has sent must not come into a log with an error.
    engine = create_engine(url, connect_args={"timeout": WAIT_S}, hide_parameters=True)
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
        revision = connection.execute(_REVISION_QUERY).scalar()
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
