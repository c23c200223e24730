import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pytest
import shapely

from sightlines.errors import RecordBrokenError, SourceRefusedError
from sightlines.observations.area_sets import areas_of, current_area_sets
from sightlines.observations.ledger import Ledger, open_ledger
from sightlines.observations.origins import SourceRow, sources
from sightlines.observations.run_rows import accepted_runs
from sightlines.observations.runs import base_map_of, record_run, run_id
from sightlines.observations.standing import observations_of
from sightlines.schema import OBSERVATION
from sightlines.settings import Settings

HELSINKI = SourceRow("helsinki", "Helsinki centre", "ODbL-1.0")


def files(lake: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(lake)): file.read_bytes()
        for file in sorted(lake.rglob("*"))
        if file.is_file()
    }


def test_record_run_keeps_all_that_the_reading_says(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable, base_map, areas: Callable
):
    found = reading(
        encoding="utf-8",
        rejected={"out_of_range": 2},
        notes={"private_home": 1},
        mapping={"X": "lon"},
        extent=shapely.box(24, 60, 25, 61),
        base_map=base_map,
        areas=areas("osm-8"),
    )
    run = record_run(ledger, lake, found, source=HELSINKI, origin=origin())
    assert run.created
    assert run.retrieved_at == datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
    assert (run.rows_read, run.observations, run.rejected) == (3, 1, {"out_of_range": 2})
    assert accepted_runs(ledger) == [replace(run, created=False)]
    assert sources(ledger) == [HELSINKI]
    assert base_map_of(lake, run) == base_map
    (area_set,) = current_area_sets(ledger)
    assert (area_set.level, area_set.source, area_set.run) == ("osm-8", "helsinki", run.id)
    assert areas_of(lake, area_set).column("licence").to_pylist() == ["ODbL-1.0"]


def test_record_run_writes_observations_that_geopandas_opens(
    ledger: Ledger, lake: Path, reading: Callable, rows: Callable, origin: Callable
):
    found = reading(rows((24.94, 60.17), None))
    run = record_run(ledger, lake, found, source=HELSINKI, origin=origin())
    frame = geopandas.read_parquet(lake / run.observations_file.path)
    assert list(frame.geometry) == [shapely.Point(24.94, 60.17), None]
    table = observations_of(lake, run)
    assert table.schema == OBSERVATION
    assert table.column("source").to_pylist() == ["helsinki", "helsinki"]


def test_record_run_changes_nothing_when_the_same_file_comes_again(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable, areas: Callable
):
    found = reading(areas=areas("osm-8"))
    first = record_run(ledger, lake, found, source=HELSINKI, origin=origin(day=1))
    before = files(lake), accepted_runs(ledger), current_area_sets(ledger)
    again = record_run(ledger, lake, found, source=HELSINKI, origin=origin(day=2))
    assert again == replace(first, created=False)
    assert (files(lake), accepted_runs(ledger), current_area_sets(ledger)) == before


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        (HELSINKI, {"digest": "b" * 64}),
        (HELSINKI, {"kind": "alpr"}),
        (replace(HELSINKI, licence="CC0-1.0"), {}),
    ],
    ids=["another file", "another parameter", "another licence"],
)
def test_record_run_supersedes_the_older_run_when_something_differs(
    ledger: Ledger,
    lake: Path,
    reading: Callable,
    origin: Callable,
    source: SourceRow,
    changes: dict[str, str],
):
    first = record_run(ledger, lake, reading(), source=HELSINKI, origin=origin())
    second = record_run(ledger, lake, reading(), source=source, origin=origin(**changes))
    assert second.created
    assert second.id != first.id
    assert [run.id for run in accepted_runs(ledger)] == [second.id]
    assert sources(ledger) == [source]
    assert observations_of(lake, first).num_rows == 1


def test_record_run_drops_the_areas_of_the_older_run_when_the_newer_has_none(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable, areas: Callable
):
    with_areas = reading(areas=areas("osm-8", "osm-9"))
    record_run(ledger, lake, with_areas, source=HELSINKI, origin=origin())
    assert {found.level for found in current_area_sets(ledger)} == {"osm-8", "osm-9"}
    record_run(ledger, lake, reading(), source=HELSINKI, origin=origin("b" * 64))
    assert current_area_sets(ledger) == []


def test_record_run_lets_an_older_run_stand_again_when_its_file_is_read_again(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable, areas: Callable
):
    old = reading(areas=areas("osm-8"))
    first = record_run(ledger, lake, old, source=HELSINKI, origin=origin())
    newer = record_run(
        ledger, lake, reading(areas=areas("osm-9")), source=HELSINKI, origin=origin("b" * 64)
    )
    again = record_run(ledger, lake, old, source=HELSINKI, origin=origin(day=9))
    assert again == replace(first, created=False, reinstated=True, follows=newer.id)
    assert [run.id for run in accepted_runs(ledger)] == [first.id]
    assert [found.run for found in current_area_sets(ledger)] == [first.id]


def test_record_run_keeps_the_licence_that_each_run_was_read_under(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable
):
    unstated = SourceRow("helsinki", "Before", "unstated")
    for source, title in ((unstated, "Before"), (HELSINKI, "Helsinki centre"), (unstated, "Now")):
        said = replace(source, title=title)
        record_run(ledger, lake, reading(), source=said, origin=origin())
        (run,) = accepted_runs(ledger)
        assert run.licence == said.licence
        assert sources(ledger) == [said]
        assert observations_of(lake, run).column("licence").to_pylist() == [said.licence]
    assert run.id == run_id(unstated, origin())


def test_record_run_leaves_other_sources_alone(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable, areas: Callable
):
    found = reading(areas=areas("osm-8"))
    for id_ in ("monaco", "helsinki"):
        record_run(ledger, lake, found, source=SourceRow(id_, id_, "ODbL-1.0"), origin=origin())
    assert [run.source for run in accepted_runs(ledger)] == ["helsinki", "monaco"]
    assert [found.source for found in current_area_sets(ledger)] == ["helsinki", "monaco"]


def test_record_run_refuses_the_id_of_the_contributions(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable
):
    source = SourceRow("contributions", "Mine", "CC0-1.0")
    with pytest.raises(SourceRefusedError, match="kept for"):
        record_run(ledger, lake, reading(), source=source, origin=origin())
    assert not lake.exists()


def test_record_run_takes_a_reading_without_observations(
    ledger: Ledger, lake: Path, reading: Callable, rows: Callable, origin: Callable
):
    run = record_run(ledger, lake, reading(rows()), source=HELSINKI, origin=origin())
    assert observations_of(lake, run).num_rows == 0


def test_record_run_gives_the_same_bytes_in_every_instance(
    ledger: Ledger, lake: Path, settings: Settings, reading: Callable, origin: Callable, base_map
):
    found = reading(base_map=base_map)
    record_run(ledger, lake, found, source=HELSINKI, origin=origin())
    other = replace(settings, instance=settings.instance.with_name("other"))
    other_ledger = open_ledger(other)
    record_run(other_ledger, other.lake_folder, found, source=HELSINKI, origin=origin())
    assert files(other.lake_folder) == files(lake)
    assert accepted_runs(other_ledger) == accepted_runs(ledger)
    other_ledger.close()


RECORD = """
from datetime import UTC, datetime
from types import SimpleNamespace
import pyarrow as pa
from sightlines.observations.ledger import open_ledger
from sightlines.observations.origins import Origin, SourceRow
from sightlines.observations.runs import record_run
from sightlines.schema import READ
row = {"kind": "cctv", "status": "active", "private_home": False, "raw": "{}"}
batch = pa.RecordBatch.from_pylist([row], schema=READ)
reading = SimpleNamespace(
    format="csv", encoding="utf-8", crs="EPSG:4326", rows_read=1, rejected={}, notes={},
    mapping={}, extent=None, base_map=None, areas=None,
    rows=SimpleNamespace(num_rows=1, batches=lambda: iter([batch])),
)
run = record_run(
    open_ledger(settings),
    settings.lake_folder,
    reading,
    source=SourceRow("helsinki", "Helsinki centre", "ODbL-1.0"),
    origin=Origin("a" * 64, {}, datetime(2026, 3, 1, tzinfo=UTC)),
)
print(run.id, run.created)
"""


def test_record_run_can_be_repeated_when_the_process_died_before_the_ledger_was_written(
    ledger: Ledger, lake: Path, start: Callable, finish: Callable
):
    with ledger.writing():
        # The process has written the lake and waits for the ledger; there it is killed.
        process = start(RECORD)
        until = time.monotonic() + 30
        while not list(lake.glob("observations/*.parquet")) and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.communicate()
    assert len(files(lake)) == 1
    assert accepted_runs(ledger) == []
    (printed,) = finish(start(RECORD))
    assert printed.endswith(" True")
    assert [name.split("/")[0] for name in files(lake)] == ["observations", "subjects"]
    assert [f"{run.id} True" for run in accepted_runs(ledger)] == [printed]


def test_record_run_makes_one_run_when_two_processes_read_the_same_file_at_once(
    ledger: Ledger, start: Callable, finish: Callable
):
    printed = [line.split() for line in finish(start(RECORD), start(RECORD))]
    assert len({id_ for id_, _ in printed}) == 1
    assert sorted(created for _, created in printed) == ["False", "True"]
    assert len(accepted_runs(ledger)) == 1


def test_observations_of_refuses_a_file_that_was_tampered_with(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable
):
    run = record_run(ledger, lake, reading(), source=HELSINKI, origin=origin())
    with (lake / run.observations_file.path).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(RecordBrokenError, match="damaged or changed"):
        observations_of(lake, run)


def test_base_map_of_is_none_when_the_file_had_none(
    ledger: Ledger, lake: Path, reading: Callable, origin: Callable
):
    assert (
        base_map_of(lake, record_run(ledger, lake, reading(), source=HELSINKI, origin=origin()))
        is None
    )
