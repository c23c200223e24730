"""Importing files: reports that add up, refusals in a sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sightlines.errors import RequestInvalidError, SourceRefusedError
from sightlines.observations.origins import SourceRow
from sightlines.observations.run_rows import accepted_runs
from sightlines.pipeline.imports import ImportOptions, file_stem, import_areas, import_file

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_import_file_changes_nothing_when_the_same_file_comes_again(instance, opened, sample_pbf):
    ledger = opened(instance)
    before = accepted_runs(ledger)
    again = import_file(instance, ledger, sample_pbf, ImportOptions(title="Helsinki"), now=NOW)
    assert not again.new
    assert accepted_runs(ledger) == before


def test_import_file_reports_numbers_that_add_up(empty_instance, opened, shared_data):
    path = shared_data / "cameras" / "uk_trafford_cctv.csv"
    report = import_file(empty_instance, opened(empty_instance), path, ImportOptions(), now=NOW)
    assert report.rows_read == 163 == report.observations + sum(report.rejected.values())
    assert report.cameras_counted == 163


def test_import_file_records_nothing_on_a_dry_run(empty_instance, opened, sample_pbf):
    ledger = opened(empty_instance)
    report = import_file(empty_instance, ledger, sample_pbf, ImportOptions(), now=NOW, dry_run=True)
    assert (report.run, report.observations) == (None, 223)
    assert accepted_runs(ledger) == []


def test_import_file_fills_in_when_all_of_it_was_seen(empty_instance, opened, tmp_path):
    path = tmp_path / "walk.csv"
    path.write_text("lon,lat\n24.94,60.17\n")
    ledger = opened(empty_instance)
    import_file(empty_instance, ledger, path, ImportOptions(observed_at="2026-05"), now=NOW)
    (run,) = accepted_runs(ledger)
    assert run.retrieved_at == NOW


@pytest.mark.parametrize("date", ["yesterday", "garbage <b>", "0000-00-00", "2024-13"])
def test_import_file_refuses_a_date_that_is_none(empty_instance, opened, tmp_path, date):
    path = tmp_path / "walk.csv"
    path.write_text("lon,lat\n24.94,60.17\n")
    options = ImportOptions(observed_at=date)
    with pytest.raises(RequestInvalidError):
        import_file(empty_instance, opened(empty_instance), path, options, now=NOW)


@pytest.mark.parametrize("length", [0, 3, 100, 10_000, 600_000])
def test_import_file_refuses_a_truncated_extract(
    empty_instance, opened, sample_pbf, tmp_path, length
):
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(sample_pbf.read_bytes()[:length])
    ledger = opened(empty_instance)
    with pytest.raises(SourceRefusedError):
        import_file(empty_instance, ledger, path, ImportOptions(), now=NOW)
    assert accepted_runs(ledger) == []


def test_import_file_refuses_a_text_called_pbf(empty_instance, opened, tmp_path):
    path = tmp_path / "text.osm.pbf"
    path.write_text("lon,lat\n24.94,60.17\n")
    with pytest.raises(SourceRefusedError):
        import_file(empty_instance, opened(empty_instance), path, ImportOptions(), now=NOW)


def test_import_file_refuses_a_list_outside_the_world(empty_instance, opened, tmp_path):
    path = tmp_path / "far.csv"
    path.write_text("lon,lat\n194,60.17\n0,0\n")
    with pytest.raises(SourceRefusedError, match=r"null_island \(1\), out_of_range \(1\)"):
        import_file(empty_instance, opened(empty_instance), path, ImportOptions(), now=NOW)


def test_import_areas_joins_residents(empty_instance, opened, shared_data):
    folder = shared_data / "boundaries"
    reading, sets = import_areas(
        empty_instance,
        opened(empty_instance),
        folder / "uk_trafford_wards.geojson",
        source=SourceRow("wards", "Wards", "OGL-UK-3.0"),
        now=NOW,
        columns={
            "level": "ward",
            "name": None,
            "code": None,
            "population": str(folder / "uk_trafford_ward_population_2024.csv"),
            "crs": None,
        },
    )
    assert [(row.level, row.n_areas) for row in sets] == [("ward", 21)]
    assert sum(reading.areas["population"].to_pylist()) == 241_025


def test_file_stem_takes_every_ending_off():
    assert file_stem(Path("somewhere/city.osm.pbf")) == "city"
