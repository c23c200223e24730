"""Every camera file of the shared data, in one command without options.

The expected counts come from `tests/expected_counts/derive.py`, which knows each file by hand and
uses nothing of Sightlines.
"""

import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sightlines.observations.run_rows import accepted_runs
from sightlines.observations.standing import observations_of
from sightlines.pipeline.imports import ImportOptions, import_file

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COUNTS = Path(__file__).resolve().parents[1] / "expected_counts" / "counts.toml"
EXPECTED = tomllib.loads(COUNTS.read_text(encoding="utf-8"))


def test_the_table_holds_every_file(shared_data):
    assert sorted(EXPECTED) == sorted(path.name for path in (shared_data / "cameras").iterdir())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_import_file_counts_as_a_person_does(shared_data, empty_instance, opened, name):
    path, expected = shared_data / "cameras" / name, EXPECTED[name]
    ledger = opened(empty_instance)
    report = import_file(empty_instance, ledger, path, ImportOptions(), now=NOW)
    assert report.rows_read == expected["rows"]
    assert report.observations == expected["observations"]
    assert report.cameras_counted == expected["cameras_counted"]
    assert report.rejected == expected["rejected"]
    assert report.rows_read == report.observations + sum(report.rejected.values())
    (run,) = accepted_runs(ledger)
    rows = observations_of(empty_instance.lake_folder, run)
    assert rows["lon"].null_count == expected["not_located"]
    kinds = Counter(rows["kind"].to_pylist())
    assert {kind: kinds[kind] for kind in expected["kinds"]} == expected["kinds"]


@pytest.mark.parametrize(
    "name", ["uk_trafford_cctv.csv", "kr_jinju_cp949.csv", "hk_traffic_cams.xml"]
)
def test_import_file_changes_nothing_the_second_time(shared_data, empty_instance, opened, name):
    ledger = opened(empty_instance)
    path = shared_data / "cameras" / name
    first, again = (
        import_file(empty_instance, ledger, path, ImportOptions(), now=NOW) for _ in range(2)
    )
    assert (first.new, again.new) == (True, False)
    assert (first.run, first.mapping_file) == (again.run, again.mapping_file)
