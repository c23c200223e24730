"""Reading the sample's snapshot, and keeping the last good one."""

import shutil

import numpy as np
import pytest

from sightlines.cameras.weights import WEIGHTS
from sightlines.errors import NotFoundError, SnapshotBrokenError, SnapshotMissingError
from sightlines.snapshot.manifest import (
    Manifest,
    folder_files,
    read_current,
    read_manifest,
    snapshot_id,
    swap_current,
    write_manifest,
)
from sightlines.snapshot.query import rows_in
from sightlines.snapshot.reader import CurrentSnapshot, Snapshot

BROKEN = "b" * 16


@pytest.fixture
def snapshots(instance):
    return instance.snapshots_folder


@pytest.fixture
def snapshot(snapshots):
    return Snapshot.open(snapshots / read_current(snapshots))


def test_open_gives_rows_in_the_order_of_the_index(snapshot):
    lon = snapshot.cameras["lon"].to_numpy()
    assert len(snapshot.index) == len(lon) == 223
    assert (snapshot.columns.lon == lon).all()
    assert (np.diff(snapshot.index.keys.astype(float)) >= 0).all()
    ids = snapshot.cameras["id"].to_pylist()
    assert [snapshot.columns.row_of(id_) for id_ in ids] == list(range(223))


def test_camera_finds_a_camera_by_its_id(snapshot):
    row = snapshot.row(5)
    assert snapshot.camera(row["id"]) == row


@pytest.mark.parametrize("id_", ["", "a" * 16, "../../etc/passwd", "é" * 16, "x" * 999])
def test_camera_says_not_found_when_there_is_none(snapshot, id_):
    with pytest.raises(NotFoundError):
        snapshot.camera(id_)


def test_holds_says_which_cameras_there_are(snapshot):
    assert all(snapshot.holds(id_) for id_ in snapshot.cameras["id"].to_pylist())
    for text in ("", "a" * 16, "é" * 16, "x" * 999):
        assert not snapshot.holds(text)


def test_evidence_holds_what_every_camera_rests_on(snapshot):
    for camera in snapshot.cameras.to_pylist():
        statements = snapshot.evidence(camera["id"])
        assert [row["id"] for row in statements] == camera["observations"]
        assert [row["source"] for row in statements] == camera["sources"]
        assert len(statements) == camera["n_observations"]
        assert {snapshot.camera_of(row["subject"]) for row in statements} == {camera["id"]}
    assert snapshot.evidence("a" * 16) == []
    assert snapshot.camera_of("a" * 16) is None


def test_matches_of_one_source_are_none(snapshot):
    subjects = snapshot.behind.statements["subject"].to_pylist()
    assert len(set(subjects)) == 223
    assert snapshot.matches_of(subjects) == []


def test_weights_are_those_that_it_was_made_with(snapshot):
    assert snapshot.weights == WEIGHTS


EVIDENCE_FILES = (
    "evidence.arrow",
    "identities.arrow",
    "records.arrow",
    "edges.arrow",
    "conflation.json",
)


@pytest.mark.parametrize("name", EVIDENCE_FILES)
def test_open_refuses_a_file_of_evidence_that_was_sealed_broken(snapshots, name):
    folder = snapshots / read_current(snapshots)
    before = read_manifest(folder)
    for content in (b"", b"{}", b"{", b"ARROW1"):
        (folder / name).write_bytes(content)
        (folder / "manifest.json").unlink()
        files = folder_files(folder)
        id_ = snapshot_id(files, before.base_map)
        write_manifest(folder, Manifest(**{**vars(before), "id": id_, "files": files}))
        folder = folder.rename(snapshots / id_)
        with pytest.raises(SnapshotBrokenError):
            Snapshot.open(folder)


def test_batches_yield_every_row_once(snapshot):
    assert sum(batch.num_rows for batch in snapshot.batches()) == 223
    chosen = rows_in(snapshot, (24.94, 60.165, 24.95, 60.17))
    lon = snapshot.cameras["lon"].to_numpy()
    lat = snapshot.cameras["lat"].to_numpy()
    inside = (lon >= 24.94) & (lon <= 24.95) & (lat >= 60.165) & (lat <= 60.17)
    assert 0 < inside.sum() < 223
    assert chosen.tolist() == np.flatnonzero(inside).tolist()


def test_open_refuses_every_file_that_is_cut_or_changed(snapshots):
    folder = snapshots / read_current(snapshots)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        whole = path.read_bytes()
        for broken in (whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
            path.write_bytes(broken)
            with pytest.raises(SnapshotBrokenError):
                Snapshot.open(folder)
        path.write_bytes(whole)
    Snapshot.open(folder)


def test_get_says_missing_when_nothing_is_published(tmp_path):
    with pytest.raises(SnapshotMissingError):
        CurrentSnapshot(tmp_path / "nothing").get()


def test_get_keeps_the_open_snapshot_when_the_new_one_is_broken(snapshots):
    current = CurrentSnapshot(snapshots)
    good = current.get()
    shutil.copytree(snapshots / good.id, snapshots / BROKEN)
    swap_current(snapshots, BROKEN)
    assert current.get() is good


def test_get_falls_back_to_the_last_good_one_when_it_starts_with_a_broken_one(snapshots):
    good = read_current(snapshots)
    shutil.copytree(snapshots / good, snapshots / BROKEN)
    swap_current(snapshots, BROKEN)
    assert CurrentSnapshot(snapshots).get().id == good


def test_get_keeps_serving_when_the_pointer_is_unreadable(snapshots):
    current = CurrentSnapshot(snapshots)
    good = current.get()
    (snapshots / "current").write_bytes(b"\xff" * 400)
    assert current.get() is good
    assert CurrentSnapshot(snapshots).get().id == good.id


def test_get_refuses_when_no_snapshot_is_whole(snapshots):
    (snapshots / read_current(snapshots) / "index.bin").write_bytes(b"not an index")
    with pytest.raises(SnapshotBrokenError):
        CurrentSnapshot(snapshots).get()


def test_get_keeps_serving_when_the_pointer_vanishes(snapshots):
    current = CurrentSnapshot(snapshots)
    good = current.get()
    (snapshots / "current").unlink()
    assert current.get() is good
