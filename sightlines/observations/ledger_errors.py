"""What a database says when it is broken, held or full, as a sentence for the person who reads it.

Mistakes of the program (a wrong statement, a row that breaks a constraint) are not among it and go
on as they are.

References
----------
Result codes of SQLite, https://www.sqlite.org/rescode.html
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError

from sightlines.errors import RecordBrokenError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAMAGED = "The ledger is damaged: its file is not a whole database; restore it from a backup."
_HELD = "The ledger is held by another process; try again in a moment."
_READ_ONLY = "The ledger cannot be written: its file or its folder may only be read."
_NO_ANSWER = "The ledger's database does not answer, or cannot be written; look whether it runs."

_SENTENCES = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_PROTOCOL: _HELD,
    sqlite3.SQLITE_FULL: "The ledger cannot be written: the disk is full.",
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: "The ledger cannot be opened: look who may read and write its file.",
    sqlite3.SQLITE_IOERR: "The ledger cannot be read or written: its disk reports an error.",
}
# The low byte of an extended result code is the primary one.
_PRIMARY = 0xFF


@contextmanager
def ledger_errors() -> Iterator[None]:
    """Turn what a broken, held or full database raises inside into a `RecordBrokenError`.

    Raises
    ------
    RecordBrokenError
        If the database cannot be used. Every other error goes on as it is.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise RecordBrokenError(sentence) from error


def _sentence(error: DBAPIError | sqlite3.Error) -> str | None:
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        # Those that Python raises itself have no code.
        return _SENTENCES.get(getattr(origin, "sqlite_errorcode", 0) & _PRIMARY)
    # Elsewhere a wrong statement is a ProgrammingError, and this is what nobody here can help.
    return _NO_ANSWER if isinstance(error, OperationalError) else None
