"""The table of contents of a snapshot, and the one pointer that says which is current.

A *snapshot* is a folder that never changes. Its `manifest.json` names every other file with its
size and SHA-256, and the snapshot's id is a digest of those, so the id vouches for the content.
`current` is a file beside the folders that holds one id; it is replaced whole, so a reader sees
either the old or the new one.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import orjson

from sightlines.errors import SnapshotBrokenError, SnapshotMissingError
from sightlines.schema import VERSION, is_short_digest, short_digest

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
POINTER = "current"


@dataclass(frozen=True)
class File:
    """One file of a snapshot: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds.

    Parameters
    ----------
    id
        Digest of the files.
    schema
        Version of the snapshot's schema.
    date
        Newest time in the content, ISO 8601 in UTC; "" for an empty snapshot.
    n_records, n_cameras
        Records in the table, and the sum of `camera_count` over those that count.
    base_map
        Digest that names the base map; "" where there is none.
    files
        Every file but the manifest, by name relative to the folder.
    """

    id: str
    schema: str
    date: str
    n_records: int
    n_cameras: int
    base_map: str
    files: dict[str, File] = field(default_factory=dict)


def file_digest(path: Path) -> File:
    """Measure a file: its digest and its size."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return File(digest, path.stat().st_size)


def folder_files(folder: Path) -> dict[str, File]:
    """Measure every file below a folder but its manifest, by relative name in sorted order."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in paths}


def snapshot_id(files: dict[str, File], base_map: str) -> str:
    """Name a snapshot by its content.

    Parameters
    ----------
    files
        Its files, as in the manifest.
    base_map
        Digest of the base map that goes with it; "" for none.

    Returns
    -------
    str
        16 characters of base32.
    """
    content = (f"{name} {files[name].sha256}" for name in sorted(files))
    return short_digest("snapshot", VERSION, base_map, *content)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json` into a snapshot's folder, keys sorted."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    (folder / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=options))


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a snapshot's folder.

    Parameters
    ----------
    folder
        The snapshot.

    Returns
    -------
    Manifest
        As it was written.

    Raises
    ------
    SnapshotMissingError
        If there is no such folder.
    SnapshotBrokenError
        If the manifest cannot be read, is of another schema or does not carry the folder's name.
    """
    if not folder.is_dir():
        raise SnapshotMissingError(f"There is no snapshot {folder.name}.")
    try:
        fields = orjson.loads((folder / MANIFEST).read_bytes())
        files = {name: File(**row) for name, row in fields.pop("files").items()}
        manifest = Manifest(**fields, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as reason:
        raise SnapshotBrokenError(
            f"The manifest of snapshot {folder.name} cannot be read."
        ) from reason
    if manifest.schema != VERSION:
        raise SnapshotBrokenError(
            f"Snapshot {folder.name} has schema {manifest.schema}; this version reads {VERSION}."
        )
    if manifest.id != folder.name or manifest.id != snapshot_id(files, manifest.base_map):
        raise SnapshotBrokenError(f"The manifest of snapshot {folder.name} is not its own.")
    return manifest


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file of a snapshot with its manifest.

    Parameters
    ----------
    folder
        The snapshot.
    manifest
        What it should hold.

    Raises
    ------
    SnapshotBrokenError
        If a file is missing, is not named, or has another size or digest.
    """
    try:
        found = folder_files(folder)
    except OSError as reason:
        raise SnapshotBrokenError(f"Snapshot {folder.name} cannot be read.") from reason
    for name in sorted(found.keys() | manifest.files.keys()):
        if found.get(name) != manifest.files.get(name):
            raise SnapshotBrokenError(
                f"The file {name} of snapshot {folder.name} is not what its manifest says."
            )


def read_current(snapshots: Path) -> str:
    """Return the id that `current` holds.

    Parameters
    ----------
    snapshots
        The folder of the snapshots.

    Returns
    -------
    str
        An id; the snapshot itself may still be broken.

    Raises
    ------
    SnapshotMissingError
        If nothing has been published yet.
    SnapshotBrokenError
        If the pointer holds no id.
    """
    try:
        found = (snapshots / POINTER).read_text(encoding="ascii").strip()
    except FileNotFoundError as reason:
        raise SnapshotMissingError("Nothing has been published yet.") from reason
    except (OSError, UnicodeDecodeError) as reason:
        raise SnapshotBrokenError("The pointer to the current snapshot cannot be read.") from reason
    if not is_short_digest(found):
        raise SnapshotBrokenError("The pointer to the current snapshot names none.")
    return found


def swap_current(snapshots: Path, snapshot: str) -> None:
    """Make a sealed snapshot the current one, atomically and durably.

    Parameters
    ----------
    snapshots
        The folder of the snapshots.
    snapshot
        The id of one that lies in it.
    """
    staged = snapshots / f".{POINTER}.{os.getpid()}"
    with staged.open("w", encoding="ascii") as stream:
        stream.write(snapshot + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    staged.replace(snapshots / POINTER)
