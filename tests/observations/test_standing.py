from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import update

from sightlines.errors import RecordBrokenError
from sightlines.observations.ledger import Ledger
from sightlines.observations.origins import Origin, SourceRow
from sightlines.observations.run_rows import RunRow, run_of
from sightlines.observations.runs import record_run
from sightlines.observations.standing import observations_of, standing_of
from sightlines.observations.subjects import natural_subjects
from sightlines.observations.tables import runs
from sightlines.schema import STANDING

CITY = SourceRow("city", "City", "CC0-1.0")


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


@pytest.fixture
def read(ledger: Ledger, lake: Path, rows: Callable, reading: Callable):
    """Record a list of 100 cameras without those given, on a day of March."""

    def make(day: int, *without: int) -> RunRow:
        table = pa.concat_tables(
            rows((24.0 + n / 100, 60.0), native_id=str(n)) for n in range(100) if n not in without
        )
        origin = Origin(f"without {without}", {}, at(day))
        return record_run(ledger, lake, reading(table), source=CITY, origin=origin)

    return make


def missing(lake: Path, run: RunRow) -> dict[str, datetime]:
    table = standing_of(lake, run)
    found = zip(table["native_id"].to_pylist(), table["missing_since"].to_pylist(), strict=True)
    return {native_id: since for native_id, since in found if since is not None}


def test_standing_of_has_the_rows_of_the_run_and_those_that_are_missing(lake: Path, read: Callable):
    first = read(1)
    assert standing_of(lake, first).schema == STANDING
    assert missing(lake, first) == {}
    second = read(2, 7, 8)
    assert missing(lake, second) == {"7": at(2), "8": at(2)}
    assert (second.n_missing, second.missing_times) == (2, [int(at(2).timestamp())])
    table = standing_of(lake, second)
    assert table.num_rows == 100
    assert table["run"].to_pylist()[-2:] == [first.id] * 2
    assert table.slice(0, 98).select(observations_of(lake, second).schema.names) == (
        observations_of(lake, second)
    )
    third = read(3, 8, 9)
    assert missing(lake, third) == {"8": at(2), "9": at(3)}
    assert third.missing_times == [int(at(day).timestamp()) for day in (2, 3)]


def test_standing_of_recomputes_what_is_missing_when_an_older_run_stands_again(
    lake: Path, read: Callable
):
    first, second = read(1, 7), read(2, 8)
    assert missing(lake, second) == {"8": at(2)}
    again = read(3, 7)
    assert (again.id, again.reinstated, again.follows) == (first.id, True, second.id)
    assert missing(lake, again) == {"7": at(3)}


def test_standing_of_gives_natural_names_to_a_run_of_the_first_version(
    ledger: Ledger, lake: Path, read: Callable
):
    run = read(1)
    with ledger.writing() as connection:
        connection.execute(
            update(runs).values(subjects_file=None, subjects_sha256=None, missing_times=None)
        )
    old = run_of(ledger, run.id)
    assert (old.subjects_file, list(old.missing_times)) == (None, [])
    assert standing_of(lake, old) == standing_of(lake, run)
    named = natural_subjects(observations_of(lake, old))
    assert standing_of(lake, old)["subject"].to_pylist() == named.to_pylist()
    assert missing(lake, read(2, 5)) == {"5": at(2)}


def test_standing_of_refuses_subjects_of_another_run(lake: Path, read: Callable):
    first, second = read(1), read(2, 7)
    mixed = replace(first, subjects_file=second.subjects_file)
    with pytest.raises(RecordBrokenError, match="another number"):
        standing_of(lake, mixed)


@pytest.mark.parametrize("name", ["subjects_file", "missing_file"])
def test_standing_of_refuses_a_file_that_was_tampered_with(lake: Path, read: Callable, name: str):
    read(1)
    run = read(2, 7)
    with (lake / getattr(run, name).path).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(RecordBrokenError, match="damaged or changed"):
        standing_of(lake, run)
