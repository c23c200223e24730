"""The manifest vouches for every byte; the pointer is swapped whole."""

import pytest

from sightlines.errors import SnapshotBrokenError, SnapshotMissingError
from sightlines.schema import VERSION
from sightlines.snapshot.manifest import (
    Manifest,
    folder_files,
    read_current,
    read_manifest,
    snapshot_id,
    swap_current,
    verify_files,
    write_manifest,
)


@pytest.fixture
def sealed(tmp_path):
    """Return the folder of a tiny sealed snapshot."""
    draft = tmp_path / "draft"
    (draft / "columns").mkdir(parents=True)
    (draft / "a.bin").write_bytes(b"abc")
    (draft / "columns" / "b.npy").write_bytes(b"def")
    files = folder_files(draft)
    id_ = snapshot_id(files, "base")
    write_manifest(draft, Manifest(id_, VERSION, "2026-01-01T00:00:00Z", 2, 3, "base", files))
    return draft.rename(tmp_path / id_)


def test_read_manifest_gives_back_what_was_written(sealed):
    manifest = read_manifest(sealed)
    assert (manifest.n_records, manifest.n_cameras, manifest.base_map) == (2, 3, "base")
    assert manifest.files["a.bin"].bytes == 3
    # printf abc | sha256sum
    assert manifest.files["a.bin"].sha256 == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    verify_files(sealed, manifest)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'{"files": {"a": 1}}', b"\xff\xfe"])
def test_read_manifest_refuses_what_is_no_manifest(sealed, text):
    (sealed / "manifest.json").write_bytes(text)
    with pytest.raises(SnapshotBrokenError):
        read_manifest(sealed)


def test_read_manifest_refuses_a_manifest_with_another_name(sealed):
    with pytest.raises(SnapshotBrokenError):
        read_manifest(sealed.rename(sealed.with_name("another")))


def test_read_manifest_refuses_a_manifest_that_was_edited(sealed):
    path = sealed / "manifest.json"
    path.write_text(path.read_text().replace("ba7816", "ba7817"))
    with pytest.raises(SnapshotBrokenError):
        read_manifest(sealed)


def test_read_manifest_refuses_another_schema(sealed):
    path = sealed / "manifest.json"
    path.write_text(path.read_text().replace(f'"{VERSION}"', '"99.0"'))
    with pytest.raises(SnapshotBrokenError, match=r"99\.0"):
        read_manifest(sealed)


def test_read_manifest_says_missing_when_there_is_no_folder(tmp_path):
    with pytest.raises(SnapshotMissingError):
        read_manifest(tmp_path / "nothing")


def test_verify_files_names_a_file_with_one_changed_byte(sealed):
    (sealed / "columns" / "b.npy").write_bytes(b"deg")
    with pytest.raises(SnapshotBrokenError, match=r"columns/b\.npy"):
        verify_files(sealed, read_manifest(sealed))


def test_verify_files_refuses_a_missing_and_an_additional_file(sealed):
    (sealed / "new").write_bytes(b"")
    with pytest.raises(SnapshotBrokenError, match="new"):
        verify_files(sealed, read_manifest(sealed))
    (sealed / "new").unlink()
    (sealed / "a.bin").unlink()
    with pytest.raises(SnapshotBrokenError, match=r"a\.bin"):
        verify_files(sealed, read_manifest(sealed))


def test_swap_current_replaces_the_pointer(tmp_path):
    with pytest.raises(SnapshotMissingError):
        read_current(tmp_path)
    swap_current(tmp_path, "a" * 16)
    swap_current(tmp_path, "b" * 16)
    assert read_current(tmp_path) == "b" * 16
    assert [path.name for path in tmp_path.iterdir()] == ["current"]


@pytest.mark.parametrize("content", [b"", b"x" * 400, b"../../etc", "é".encode(), b"\xff"])
def test_read_current_refuses_a_pointer_that_names_no_snapshot(tmp_path, content):
    (tmp_path / "current").write_bytes(content)
    with pytest.raises(SnapshotBrokenError):
        read_current(tmp_path)
