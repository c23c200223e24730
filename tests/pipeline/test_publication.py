"""Publishing the sample and the shared extracts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas
import pyarrow.parquet as pq
import pytest
import shapely

from sightlines.errors import RecordBrokenError
from sightlines.observations.origins import SourceRow
from sightlines.pipeline.imports import ImportOptions, import_areas, import_file
from sightlines.pipeline.publication import publish
from sightlines.snapshot.manifest import folder_files, read_current
from sightlines.snapshot.reader import CurrentSnapshot, Snapshot
from sightlines.tiles.archive import BaseMap

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_publish_gives_the_same_bytes_when_nothing_has_changed(instance, opened):
    folder = instance.snapshots_folder
    first = read_current(folder)
    before = folder_files(folder / first)
    again = publish(instance, opened(instance), now=NOW + timedelta(days=9))
    assert again.id == first
    moved = folder / "aside"
    (folder / first).rename(moved)
    publish(instance, opened(instance), now=NOW)
    assert folder_files(folder / first) == before == folder_files(moved)


def test_publish_counts_the_sample_as_osmium_does(instance):
    folder = instance.snapshots_folder
    snapshot = Snapshot.open(folder / read_current(folder))
    # 221 nodes with man_made=surveillance and 2 speed cameras: data/sample/README.md.
    assert snapshot.manifest.n_records == 223
    assert snapshot.manifest.n_cameras == 221
    kinds = snapshot.cameras["kind"].to_pylist()
    assert kinds.count("enforcement") == 2


def test_publish_leaves_out_what_has_no_licence(instance, opened, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("lon,lat\n24.94,60.17\n")
    ledger = opened(instance)
    import_file(instance, ledger, path, ImportOptions(), now=NOW)
    assert publish(instance, ledger, now=NOW).n_records == 223
    private = replace(instance, publish_unstated=True)
    assert publish(private, ledger, now=NOW).n_records == 224


def test_publish_keeps_the_current_snapshot_when_the_record_is_broken(instance, opened):
    before = read_current(instance.snapshots_folder)
    for path in instance.lake_folder.rglob("*.parquet"):
        if path.parent.name == "observations":
            path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(RecordBrokenError):
        publish(instance, opened(instance), now=NOW)
    assert read_current(instance.snapshots_folder) == before
    assert not list(instance.snapshots_folder.glob(".staged-*"))


@pytest.mark.slow
def test_publish_heals_a_broken_snapshot_and_a_broken_base_map(instance, opened):
    folder = instance.snapshots_folder
    current = CurrentSnapshot(folder)
    snapshot = current.get().id
    (folder / snapshot / "index.bin").write_bytes(b"not an index")
    (base_map,) = instance.base_maps_folder.glob("*.pmtiles")
    base_map.write_bytes(base_map.read_bytes()[:1000])
    assert publish(instance, opened(instance), now=NOW).id == snapshot
    assert Snapshot.open(folder / snapshot).id == snapshot
    assert BaseMap.open(base_map).tile(0, 0, 0)
    assert CurrentSnapshot(folder).get().id == snapshot


def test_publish_removes_what_a_killed_publisher_left_behind(instance, opened):
    left_behind = instance.snapshots_folder / ".staged-x"
    left_behind.mkdir()
    publish(instance, opened(instance), now=NOW)
    assert not left_behind.exists()


def test_publish_gates_by_the_licence_of_the_run(instance, opened, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("lon,lat\n24.94,60.17\n")
    ledger = opened(instance)
    found = []
    for licence in (None, "CC0-1.0", None):
        import_file(instance, ledger, path, ImportOptions(licence=licence), now=NOW)
        found.append(publish(instance, ledger, now=NOW).n_records)
    assert found == [223, 224, 223]


@pytest.mark.parametrize(("licence", "shown"), [("unstated", True), ("CC-BY-NC-4.0", False)])
def test_publish_shows_boundaries_unless_their_licence_forbids_it(
    instance, opened, tmp_path, licence, shown
):
    path = tmp_path / "quarters.geojson"
    triangle = shapely.Polygon([(24.94, 60.16), (24.95, 60.16), (24.95, 60.17)])
    geopandas.GeoDataFrame({"name": ["A"]}, geometry=[triangle], crs=4326).to_file(path)
    ledger = opened(instance)
    columns = dict.fromkeys(("level", "name", "code", "population", "crs"))
    source = SourceRow("quarters", "Quarters", licence)
    import_areas(instance, ledger, path, source=source, now=NOW, columns=columns)
    manifest = publish(instance, ledger, now=NOW)
    levels = Snapshot.open(instance.snapshots_folder / manifest.id).levels
    assert ("quarters" in levels) is shown


@pytest.mark.slow
def test_publish_serves_an_honest_empty_map_when_nothing_was_imported(empty_instance, opened):
    manifest = publish(empty_instance, opened(empty_instance), now=NOW)
    snapshot = Snapshot.open(empty_instance.snapshots_folder / manifest.id)
    assert (manifest.n_records, manifest.n_cameras, manifest.date) == (0, 0, "")
    assert len(snapshot.index) == 0
    assert snapshot.levels == ["country"]


@pytest.mark.slow
def test_publish_reads_an_extract_without_cameras(empty_instance, opened, shared_data):
    ledger = opened(empty_instance)
    path = shared_data / "osm" / "liechtenstein_2021.osm.pbf"
    report = import_file(empty_instance, ledger, path, ImportOptions(), now=NOW)
    # In the file: a speed camera, 7 nodes tagged removed:highway=speed_camera, 2 enforcement
    # relations whose devices are not recorded; no surveillance.
    assert (report.rows_read, report.cameras_counted) == (10, 0)
    manifest = publish(empty_instance, ledger, now=NOW)
    snapshot = Snapshot.open(empty_instance.snapshots_folder / manifest.id)
    rows = {row["code"]: row for row in snapshot.statistics.to_pylist()}
    # 438 is the number of Liechtenstein in ISO 3166-1.
    assert rows["country:438"]["n_cameras"] == 0
    assert rows["country:438"]["n_enforcement"] == 3


def test_publish_writes_geoparquet_that_pyarrow_and_geopandas_read(instance):
    folder = instance.snapshots_folder / read_current(instance.snapshots_folder)
    table = pq.read_table(folder / "cameras.parquet")
    assert table.num_rows == 223
    assert b"geo" in table.schema.metadata
