"""Importing files: reports that add up, refusals in a sentence."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest
import shapely

from sightlines.errors import RequestInvalidError, SourceRefusedError
from sightlines.observations.origins import SourceRow
from sightlines.observations.run_decisions import accept_run, rollback_run
from sightlines.observations.run_rows import accepted_runs
from sightlines.observations.standing import standing_of
from sightlines.pipeline.imports import ImportOptions, file_stem, import_areas, import_file
from sightlines.sources.catalogue import CataloguedSource
from sightlines.sources.columns.mapping import mapping_from_toml

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


def listed(path, numbers, *, shift=0):
    """Write a list of cameras, one a number."""
    rows = [f"{n + shift},{24 + n / 100},60.17,Street {n}" for n in numbers]
    path.write_text("\n".join(["id,lon,lat,name", *rows, ""]))
    return path


CITY = ImportOptions(source="city", licence="CC0-1.0")


def test_import_file_says_that_it_keeps_a_run_aside(empty_instance, opened, tmp_path):
    ledger = opened(empty_instance)
    path = tmp_path / "list.csv"
    good = import_file(empty_instance, ledger, listed(path, range(40)), CITY, now=NOW)
    assert (good.outcome, good.reason, good.missing, good.new) == ("accepted", "", 0, True)
    listed(path, range(30))
    for new in (True, False):
        aside = import_file(empty_instance, ledger, path, CITY, now=NOW)
        assert (aside.outcome, aside.new) == ("quarantined", new)
        assert "10 of 40 cameras" in aside.reason
    assert [run.id for run in accepted_runs(ledger)] == [good.run]


def test_import_file_says_how_many_are_no_longer_listed(empty_instance, opened, tmp_path):
    ledger = opened(empty_instance)
    path = tmp_path / "list.csv"
    import_file(empty_instance, ledger, listed(path, range(40)), CITY, now=NOW)
    report = import_file(empty_instance, ledger, listed(path, range(39)), CITY, now=NOW)
    assert (report.outcome, report.missing) == ("accepted", 1)


def test_import_file_takes_a_rolled_back_file_only_when_told(empty_instance, opened, tmp_path):
    ledger, lake = opened(empty_instance), empty_instance.lake_folder
    path = listed(tmp_path / "list.csv", range(4))
    report = import_file(empty_instance, ledger, path, CITY, now=NOW)
    rollback_run(ledger, lake, report.run, reason="", now=NOW)
    with pytest.raises(SourceRefusedError, match="--again"):
        import_file(empty_instance, ledger, path, CITY, now=NOW)
    told = replace(CITY, again=True)
    assert import_file(empty_instance, ledger, path, told, now=NOW).outcome == "accepted"


def test_import_file_notes_that_a_source_was_renumbered(empty_instance, opened, tmp_path):
    ledger = opened(empty_instance)
    path = tmp_path / "list.csv"
    import_file(empty_instance, ledger, listed(path, range(40)), CITY, now=NOW)
    report = import_file(empty_instance, ledger, listed(path, range(40), shift=1), CITY, now=NOW)
    assert report.notes["native_id:changed"] == 40
    assert report.missing == 0


def test_import_file_keeps_where_the_file_was_fetched(empty_instance, opened, tmp_path):
    ledger = opened(empty_instance)
    path = listed(tmp_path / "list.csv", range(4))
    url = "https://example.org/list.csv"
    import_file(empty_instance, ledger, path, CITY, now=NOW, url=url)
    assert accepted_runs(ledger)[0].url == url


def test_import_file_takes_the_entry_that_it_is_given(empty_instance, opened, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("where,lon,lat\nKluuvi,24.94,60.17\n")
    entry = CataloguedSource(
        id="fi_city",
        title="City",
        licence="CC-BY-4.0",
        mapping=mapping_from_toml('[columns]\nwhere = "place"\n'),
    )
    ledger = opened(empty_instance)
    options = ImportOptions(source="fi_city")
    report = import_file(empty_instance, ledger, path, options, now=NOW, entry=entry)
    assert (report.source, report.licence) == ("fi-city", "CC-BY-4.0")
    assert report.mapping["where"] == "place"


def rules(settings, ledger, source):
    """Return kind and rule of the observations of the run of a source that stands."""
    (run,) = (run for run in accepted_runs(ledger) if run.source == source)
    rows = standing_of(settings.lake_folder, run)
    return set(zip(rows["kind"].to_pylist(), rows["enforcement"].to_pylist(), strict=True))


def test_import_file_asks_the_title_of_the_source_when_the_file_has_a_neutral_name(
    empty_instance, opened, shared_data, tmp_path
):
    path = tmp_path / "fetched.csv"
    path.write_bytes((shared_data / "cameras" / "us_chicago_redlight.csv").read_bytes())
    ledger = opened(empty_instance)

    def rules_when(**options):
        import_file(empty_instance, ledger, path, ImportOptions(source="city", **options), now=NOW)
        return rules(empty_instance, ledger, "city")

    assert rules_when() == {("unknown", None)}
    assert rules_when(title="Chicago red-light cameras") == {("enforcement", "traffic_signals")}
    entry = CataloguedSource(id="us_red", title="Red light cameras", licence="CC0-1.0")
    options = ImportOptions(source="us_red")
    import_file(empty_instance, ledger, path, options, now=NOW, entry=entry)
    assert rules(empty_instance, ledger, "us-red") == {("enforcement", "traffic_signals")}


def test_import_file_changes_nothing_when_a_new_title_says_nothing_else_of_the_rows(
    empty_instance, opened, tmp_path
):
    ledger = opened(empty_instance)
    path = listed(tmp_path / "list.csv", range(4))
    import_file(empty_instance, ledger, path, replace(CITY, title="Cameras"), now=NOW)
    for title, is_new in (("Our cameras", False), ("Our speed cameras", True)):
        again = import_file(empty_instance, ledger, path, replace(CITY, title=title), now=NOW)
        assert again.new is is_new


def test_import_file_looks_an_id_up_in_the_catalogue_of_the_settings(
    empty_instance, opened, tmp_path
):
    entry = '[source]\ntitle = "City"\nlicence = "CC-BY-4.0"\n'
    (tmp_path / "fi_city.toml").write_text(entry)
    settings = replace(empty_instance, catalogue=tmp_path)
    path = listed(tmp_path / "list.csv", range(4))
    options = ImportOptions(source="fi_city")
    report = import_file(settings, opened(settings), path, options, now=NOW)
    assert report.licence == "CC-BY-4.0"


def test_import_file_takes_ground_where_nothing_else_says_it(
    empty_instance, opened, tmp_path, sample_pbf
):
    ground = shapely.box(20, 59, 30, 65)
    ledger = opened(empty_instance)
    path = listed(tmp_path / "list.csv", range(4))
    import_file(empty_instance, ledger, path, replace(CITY, ground=ground), now=NOW)
    (run,) = accepted_runs(ledger)
    assert run.extent.equals(ground)
    extract = import_file(empty_instance, ledger, sample_pbf, ImportOptions(ground=ground), now=NOW)
    stated = {row.id: row.extent for row in accepted_runs(ledger)}[extract.run]
    assert stated.area < ground.area / 1000
    outline = tmp_path / "outline.geojson"
    outline.write_text(shapely.to_geojson(shapely.box(24, 60, 25, 61)))
    said = replace(CITY, ground=ground, extent=outline)
    import_file(empty_instance, ledger, path, said, now=NOW)
    (named,) = (row for row in accepted_runs(ledger) if row.source == "city")
    assert named.extent.equals(shapely.box(24, 60, 25, 61))


def subjects(settings, ledger):
    (run,) = accepted_runs(ledger)
    table = standing_of(settings.lake_folder, run)
    assert pc.all(pc.is_null(table["missing_since"])).as_py()
    return table["subject"].to_pylist()


def test_import_file_keeps_the_cameras_of_a_list_without_ids_that_is_shifted(
    empty_instance, opened, shared_data, tmp_path
):
    source = shared_data / "cameras" / "kr_hwaseong_latlon_only.csv"
    ledger, options = opened(empty_instance), ImportOptions(source="hwaseong", licence="CC0-1.0")
    good = import_file(empty_instance, ledger, source, options, now=NOW)
    before = subjects(empty_instance, ledger)
    header, *rows = csv.reader(source.read_text(encoding="utf-8-sig").splitlines())
    # 50 m north: a degree of latitude has 110.98 km at 37 degrees.
    moved = [[f"{float(lat) + 50 / 110_980:.10f}", lon] for lat, lon in rows]
    path = tmp_path / "moved.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *moved]), encoding="utf-8")
    report = import_file(empty_instance, ledger, path, options, now=NOW)
    assert report.outcome == "quarantined"
    assert report.reason == "Most of its positions have moved together, by 50 m."
    assert [run.id for run in accepted_runs(ledger)] == [good.run]
    accept_run(ledger, empty_instance.lake_folder, report.run, now=NOW)
    # The order is that of the file, so the same place in it is the same camera. Of rows in one
    # place, which say nothing but where they are, any may be any.
    places = {tuple(row): set() for row in rows}
    for row, name in zip(rows, before, strict=True):
        places[tuple(row)].add(name)
    after = subjects(empty_instance, ledger)
    assert len(set(after)) == len(rows)
    kept = [name in places[tuple(row)] for row, name in zip(rows, after, strict=True)]
    assert all(kept)


def test_import_file_keeps_the_cameras_of_a_list_that_is_renumbered(
    empty_instance, opened, shared_data, tmp_path
):
    source = shared_data / "cameras" / "us_chicago_speed.csv"
    ledger, options = opened(empty_instance), ImportOptions(source="chicago", licence="CC0-1.0")
    import_file(empty_instance, ledger, source, options, now=NOW)
    before = subjects(empty_instance, ledger)
    header, *rows = csv.reader(source.read_text(encoding="utf-8-sig").splitlines())
    ids = [row[0] for row in rows]
    renumbered = [[id_, *row[1:]] for id_, row in zip(ids[1:] + ids[:1], rows, strict=True)]
    # Its name no longer says that it is of speed cameras, so every row says less than before.
    path = tmp_path / "renumbered.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *renumbered])
    report = import_file(empty_instance, ledger, path, options, now=NOW)
    assert (report.outcome, report.missing) == ("accepted", 0)
    assert subjects(empty_instance, ledger) == before


def test_import_file_keeps_the_cameras_of_a_list_that_comes_in_another_order(
    empty_instance, opened, shared_data, tmp_path
):
    source = shared_data / "cameras" / "fr_radars.csv"
    ledger, options = opened(empty_instance), ImportOptions(source="radars", licence="etalab-2.0")
    first = import_file(empty_instance, ledger, source, options, now=NOW)
    before = subjects(empty_instance, ledger)
    assert not import_file(empty_instance, ledger, source, options, now=NOW).new
    lines = source.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "radars.csv"
    path.write_text("\n".join([lines[0], *lines[:0:-1], ""]), encoding="utf-8")
    turned = import_file(empty_instance, ledger, path, options, now=NOW)
    assert (turned.outcome, turned.missing, turned.new) == ("accepted", 0, True)
    assert turned.observations == first.observations
    assert subjects(empty_instance, ledger) == before[::-1]
