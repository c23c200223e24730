import sqlite3
import time
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from sightlines.errors import RecordBrokenError, SettingsInvalidError
from sightlines.observations.ledger import WAIT_S, Ledger, open_ledger
from sightlines.observations.tables import REVISION, runs, submission_hours, submissions
from sightlines.settings import Settings


def pragma(ledger: Ledger, name: str) -> object:
    with ledger.reading() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def hours(ledger: Ledger) -> list[int]:
    with ledger.reading() as connection:
        return list(connection.scalars(select(submission_hours.c.hour)))


def overwrite(settings: Settings, begin: int) -> None:
    """Write over everything of the ledger from a byte on."""
    file = settings.instance / "ledger.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[:begin] + b"\xff" * (len(content) - begin))


def test_open_ledger_sets_sqlite_up_for_several_processes(ledger: Ledger):
    assert pragma(ledger, "journal_mode") == "wal"
    assert pragma(ledger, "foreign_keys") == 1
    assert pragma(ledger, "synchronous") == 1
    assert pragma(ledger, "busy_timeout") == WAIT_S * 1000 >= 10_000
    assert pragma(ledger, "secure_delete") == 1


def test_open_ledger_keeps_every_file_to_its_owner(ledger: Ledger, settings: Settings):
    with ledger.writing() as connection:
        connection.execute(insert(submission_hours).values(hour=1, n=1))
    modes = {file.name: file.stat().st_mode & 0o777 for file in settings.instance.iterdir()}
    assert settings.instance.stat().st_mode & 0o777 == 0o700
    assert set(modes) >= {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}
    assert set(modes.values()) == {0o600}


def test_open_ledger_makes_the_tables_once_when_four_processes_start_together(
    start: Callable, finish: Callable
):
    code = """
from sightlines.observations.ledger import open_ledger
from sqlalchemy import text
with open_ledger(settings).reading() as connection:
    print(connection.execute(text("SELECT version_num FROM alembic_version")).all())
"""
    assert finish(*(start(code) for _ in range(4))) == [f"[('{REVISION}',)]"] * 4


def test_open_ledger_is_quick_and_leaves_alembic_alone_when_the_tables_are_there(
    ledger: Ledger, start: Callable, finish: Callable
):
    code = """
import sys, time
from sightlines.observations.ledger import open_ledger
open_ledger(settings).close()
began = time.perf_counter()
open_ledger(settings).close()
print("alembic" in sys.modules, time.perf_counter() - began)
"""
    imported, taken_s = finish(start(code))[0].split()
    assert imported == "False"
    assert float(taken_s) < 0.02


def test_open_ledger_refuses_a_ledger_that_a_newer_version_has_written(settings: Settings):
    open_ledger(settings).close()
    with sqlite3.connect(settings.instance / "ledger.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(SettingsInvalidError, match="newer version"):
        open_ledger(settings)


@pytest.mark.parametrize("begin", [0, 4096], ids=["first page", "all but the first page"])
def test_open_ledger_says_so_when_the_file_is_damaged(settings: Settings, begin: int):
    open_ledger(settings).close()
    overwrite(settings, begin)
    with pytest.raises(RecordBrokenError, match="ledger is damaged"):
        open_ledger(settings)


def test_open_ledger_says_so_when_the_file_cannot_be_opened(settings: Settings):
    (settings.instance / "ledger.sqlite").mkdir(parents=True)
    with pytest.raises(RecordBrokenError, match=r"cannot be opened: Is a directory\.$"):
        open_ledger(settings)


@pytest.mark.parametrize("way", ["reading", "writing"])
def test_reading_and_writing_say_so_when_the_file_is_damaged(settings: Settings, way: str):
    ledger = open_ledger(settings)
    with ledger.writing() as connection:
        rows = [{"hour": hour, "n": 1} for hour in range(5000)]
        connection.execute(insert(submission_hours), rows)
    ledger.close()
    size = (settings.instance / "ledger.sqlite").stat().st_size
    overwrite(settings, size - 10 * 4096)
    ledger = open_ledger(settings)
    with (
        pytest.raises(RecordBrokenError, match="ledger is damaged"),
        getattr(ledger, way)() as connection,
    ):
        connection.execute(select(submission_hours)).all()
    ledger.close()


def test_writing_says_so_when_another_process_holds_the_ledger(ledger: Ledger, settings: Settings):
    with ledger.reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(settings.instance / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordBrokenError, match="held by another process"), ledger.writing():
        pass
    other.close()
    with ledger.writing():
        pass


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("max_page_count = 1", "disk is full"), ("query_only = 1", "may only be read")],
)
def test_writing_says_so_when_nothing_can_be_written(ledger: Ledger, state: str, sentence: str):
    # SQLite answers as it does on a full disk and on one that is mounted to be read alone.
    rows = [{"hour": hour, "n": 1} for hour in range(5000)]
    with pytest.raises(RecordBrokenError, match=sentence), ledger.writing() as connection:
        connection.exec_driver_sql(f"PRAGMA {state}")
        connection.execute(insert(submission_hours), rows)


def test_reading_leaves_mistakes_of_the_program_as_they_are(ledger: Ledger):
    with pytest.raises(OperationalError, match="no such column"), ledger.reading() as connection:
        connection.exec_driver_sql("SELECT absent")


def test_ping_is_silent_when_the_ledger_answers(ledger: Ledger):
    ledger.ping()


def test_ping_says_so_when_the_file_is_damaged(ledger: Ledger, settings: Settings):
    ledger.close()
    overwrite(settings, 0)
    with pytest.raises(RecordBrokenError, match="ledger is damaged"):
        ledger.ping()


def test_writing_commits_at_the_end(ledger: Ledger):
    with ledger.writing() as connection:
        connection.execute(insert(submission_hours).values(hour=5, n=1))
    assert hours(ledger) == [5]


def test_writing_undoes_everything_when_something_fails(ledger: Ledger):
    with pytest.raises(ZeroDivisionError), ledger.writing() as connection:
        connection.execute(insert(submission_hours).values(hour=5, n=1 // 0))
    with pytest.raises(KeyError), ledger.writing() as connection:
        connection.execute(insert(submission_hours).values(hour=5, n=1))
        raise KeyError
    assert hours(ledger) == []


def test_writing_refuses_a_row_that_names_what_is_not_there(ledger: Ledger):
    with pytest.raises(IntegrityError) as caught, ledger.writing() as connection:
        connection.execute(
            insert(submissions).values(
                id="1",
                state="pending",
                n_observations=1,
                received_on=date(2026, 3, 1),
                published_run="no such run",
                payload=b"what somebody has sent",
            )
        )
    # The error may reach a log.
    assert "somebody" not in str(caught.value)


def test_reading_neither_waits_for_a_writer_nor_sees_its_unfinished_work(ledger: Ledger):
    with ledger.writing() as writer:
        writer.execute(insert(submission_hours).values(hour=5, n=1))
        began = time.perf_counter()
        assert hours(ledger) == []
        assert time.perf_counter() - began < 1


def test_writing_waits_its_turn_when_four_processes_write_at_once(
    ledger: Ledger, start: Callable, finish: Callable
):
    # Read, then write: without the lock at the beginning SQLite answers 'database is locked'.
    with ledger.writing() as connection:
        connection.execute(insert(submission_hours).values(hour=7, n=0))
    code = """
from sqlalchemy import select, update
from sightlines.observations.ledger import open_ledger
from sightlines.observations.tables import submission_hours
ledger = open_ledger(settings)
for _ in range(100):
    with ledger.writing() as connection:
        n = connection.execute(select(submission_hours.c.n)).scalar_one()
        connection.execute(update(submission_hours).values(n=n + 1))
"""
    finish(*(start(code) for _ in range(4)))
    with ledger.reading() as connection:
        assert connection.execute(select(submission_hours.c.n)).scalar_one() == 400
        assert connection.execute(select(runs)).all() == []
