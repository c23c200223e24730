from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from sightlines.observations.area_sets import current_area_sets
from sightlines.observations.ledger import Ledger
from sightlines.observations.origins import Origin, SourceRow, sources
from sightlines.observations.quarantine import quarantine_reason
from sightlines.observations.run_rows import RunRow, accepted_runs, all_runs
from sightlines.observations.runs import Permissions, record_run
from sightlines.observations.succession import Moved, Succession
from sightlines.schema import STANDING

CITY = SourceRow("city", "City", "CC0-1.0")


def row(outcome: str = "accepted", licence: str = "CC0-1.0", observations: int = 100) -> RunRow:
    return RunRow(
        id="r",
        source="city",
        licence=licence,
        format="csv",
        encoding=None,
        crs=None,
        digest="",
        parameters_digest="",
        retrieved_at=datetime(2026, 3, 1, tzinfo=UTC),
        outcome=outcome,
        rows_read=observations,
        observations=observations,
        rejected={},
        notes={},
        mapping={},
        observations_file=None,
        base_map_file=None,
        extent=None,
    )


def reason(run: RunRow, *, before=row(), past=(100,), publish_unstated=False, **found) -> str:  # noqa: B008 - never changed
    succession = Succession(pa.array([], pa.string()), STANDING.empty_table(), **found)
    return quarantine_reason(
        run, before=before, past=past, succession=succession, publish_unstated=publish_unstated
    )


@pytest.mark.parametrize(
    ("observations", "past", "is_kept_aside"),
    [
        (95, [100], False),
        (94, [100], True),
        (0, [1], True),
        (19, [20], False),
        (18, [20], True),
        # The median, not the newest: one short run before does not lower the bar, nor one long.
        (95, [100, 100, 10], False),
        (94, [100, 100, 10], True),
        (95, [100, 100, 1000], False),
        # The median of an even number lies between two: 95 % of 150 is 142.5.
        (143, [100, 200], False),
        (142, [100, 200], True),
        (1000, [100], False),
    ],
)
def test_quarantine_reason_tells_of_fewer_observations_than_before(
    observations: int, past: list[int], is_kept_aside: bool
):
    told = reason(row(observations=observations), past=past)
    assert bool(told) == is_kept_aside
    assert not told or f"{observations} observations" in told


@pytest.mark.parametrize(
    ("n_lost", "n_stood", "is_kept_aside"),
    [(5, 100, False), (6, 100, True), (1, 20, False), (1, 19, True), (0, 0, False)],
)
def test_quarantine_reason_tells_of_cameras_that_are_no_longer_listed(
    n_lost: int, n_stood: int, is_kept_aside: bool
):
    told = reason(row(), n_lost=n_lost, n_stood=n_stood)
    assert bool(told) == is_kept_aside
    assert not told or f"{n_lost} of {n_stood} cameras" in told


@pytest.mark.parametrize(
    ("shift_m", "is_kept_aside"), [(None, False), (25.0, False), (25.1, True), (50.0, True)]
)
def test_quarantine_reason_tells_of_a_common_shift(shift_m: float | None, is_kept_aside: bool):
    assert bool(reason(row(), moved=Moved(shift_m=shift_m))) == is_kept_aside


@pytest.mark.parametrize(
    ("before", "now", "publish_unstated", "is_kept_aside"),
    [
        ("CC0-1.0", "CC-BY-NC-4.0", False, True),
        ("CC0-1.0", "unstated", False, True),
        ("CC0-1.0", "unstated", True, False),
        ("CC0-1.0", "ODbL-1.0", False, False),
        ("unstated", "CC-BY-NC-4.0", False, False),
        ("unstated", "CC-BY-NC-4.0", True, True),
        ("unstated", "CC0-1.0", False, False),
    ],
)
def test_quarantine_reason_tells_of_a_licence_that_forbids_what_it_allowed(
    before: str, now: str, publish_unstated: bool, is_kept_aside: bool
):
    told = reason(row(licence=now), before=row(licence=before), publish_unstated=publish_unstated)
    assert bool(told) == is_kept_aside


def test_quarantine_reason_is_none_for_a_first_run():
    assert reason(row(observations=0), before=None, past=[]) == ""


def test_quarantine_reason_names_all_there_are():
    told = reason(row(observations=1, licence="x"), n_lost=99, n_stood=100)
    assert told.count("%") == 2
    assert "licence" in told


@pytest.fixture
def read(ledger: Ledger, lake: Path, rows: Callable, reading: Callable, origin: Callable):
    """Record a reading of so many cameras of the city; each number is another file."""

    def make(n: int, file: str = "", *, source: SourceRow = CITY, **permissions: bool) -> RunRow:
        table = pa.concat_tables(
            [rows((24.0 + k / 100, 60.0), native_id=str(k)) for k in range(n)] or [rows()]
        )
        said = origin(f"{n}{file}")
        given = Permissions(**permissions)
        return record_run(
            ledger, lake, reading(table), source=source, origin=said, permissions=given
        )

    return make


def test_record_run_keeps_a_run_aside_that_loses_too_much(ledger: Ledger, read: Callable):
    good = read(100)
    broken = read(94)
    assert (broken.outcome, broken.created, broken.follows) == ("quarantined", True, good.id)
    assert "6 of 100 cameras" in broken.reason
    assert [run.id for run in accepted_runs(ledger)] == [good.id]
    assert {run.id: run for run in all_runs(ledger)}[broken.id] == replace(broken, created=False)
    # The same again changes nothing, and neither does what stood before.
    assert read(94) == replace(broken, created=False)
    assert read(100) == replace(good, created=False)
    assert [run.id for run in accepted_runs(ledger)] == [good.id]


def test_record_run_takes_5_percent_less_of_the_median_of_what_stood(read: Callable):
    assert read(100).outcome == "accepted"
    assert read(95).outcome == "accepted"
    # 5 of 95 are more than 5 %.
    assert read(90).outcome == "quarantined"
    # The median of 100 and 95 is 97.5, and 95 % of that 92.625. Quarantined runs do not count.
    assert read(93).outcome == "accepted"
    # The median of 100, 95 and 93 is 95; 4 of 93 are less than 5 %, but 89 is less than 90.25.
    assert "median" in read(89).reason


def test_record_run_does_not_count_what_was_missing_already(read: Callable):
    read(100)
    assert read(96).n_missing == 4
    assert read(94).n_missing == 6
    assert read(100).n_missing == 0


def test_record_run_leaves_the_source_as_it_was_when_a_run_is_kept_aside(
    ledger: Ledger, read: Callable
):
    read(10)
    closed = read(10, source=SourceRow("city", "New title", "CC-BY-NC-4.0"))
    assert closed.outcome == "quarantined"
    assert sources(ledger) == [CITY]


def test_record_run_lets_an_unstated_licence_stand_where_it_is_published(read: Callable):
    read(10)
    unstated = replace(CITY, licence="unstated")
    assert read(10, "b", source=unstated, publish_unstated=True).outcome == "accepted"


def test_record_run_keeps_the_areas_of_a_run_aside_with_it(
    ledger: Ledger,
    lake: Path,
    reading: Callable,
    rows: Callable,
    origin: Callable,
    areas: Callable,
):
    first = reading(areas=areas("osm-8"))
    good = record_run(ledger, lake, first, source=CITY, origin=origin("a"))
    broken = reading(rows(), areas=areas("osm-9"))
    aside = record_run(ledger, lake, broken, source=CITY, origin=origin("b"))
    assert aside.outcome == "quarantined"
    assert [(found.level, found.run) for found in current_area_sets(ledger)] == [("osm-8", good.id)]


def test_record_run_keeps_where_a_file_was_fetched(ledger: Ledger, lake: Path, reading: Callable):
    origin = Origin("a", {}, datetime(2026, 3, 1, tzinfo=UTC), "https://example.org/list.csv")
    run = record_run(ledger, lake, reading(), source=CITY, origin=origin)
    assert accepted_runs(ledger)[0].url == run.url == "https://example.org/list.csv"


def test_record_run_decides_by_outcome_and_never_by_time(
    ledger: Ledger, lake: Path, reading: Callable
):
    ids = []
    for digest, year in (("a", 2026), ("b", 2099), ("c", 1971)):
        origin = Origin(digest, {}, datetime(year, 3, 1, tzinfo=UTC))
        ids.append(record_run(ledger, lake, reading(), source=CITY, origin=origin).id)
        assert [run.id for run in accepted_runs(ledger)] == ids[-1:]
    assert accepted_runs(ledger)[0].follows == ids[1]
