"""Seal cameras into a snapshot: arrange, stage, seal.

The rows of the table lie in the order of the index (class byte, then Morton key, then id); records
without a position follow after the last indexed row. A snapshot is staged in a folder with a dot
in front, which no reader looks at, and renamed once it is whole.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.attributes import KINDS, OPERATOR_GROUPS, operator_group
from sightlines.errors import SightlinesError
from sightlines.geodesy import class_bytes
from sightlines.observations.lake import write_table
from sightlines.schema import VERSION
from sightlines.snapshot.columns import write_columns
from sightlines.snapshot.index import index_keys, index_order
from sightlines.snapshot.index_file import write_index
from sightlines.snapshot.manifest import (
    Manifest,
    folder_files,
    read_manifest,
    snapshot_id,
    verify_files,
    write_manifest,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BATCH_ROWS = 65_536
INDEX = "index.bin"
COLUMNS = "columns"


class Arranged(NamedTuple):
    """Cameras in the order of the index.

    Parameters
    ----------
    cameras
        Rows of `schema.CAMERA`, the located ones first.
    keys
        Class byte and Morton key of the located rows, ascending.
    """

    cameras: pa.Table
    keys: NDArray[np.uint64]


def camera_classes(cameras: pa.Table) -> NDArray[np.uint8]:
    """Return the class byte of each row of `schema.CAMERA`."""
    kinds = pc.index_in(cameras["kind"], pa.array(KINDS)).to_numpy(zero_copy_only=False)
    types = cameras["operator_type"].combine_chunks().dictionary_encode()
    of_type = [OPERATOR_GROUPS.index(operator_group(t)) for t in types.dictionary.to_pylist()]
    # Last stands the group of those whose type nobody knows.
    of_type.append(OPERATOR_GROUPS.index(operator_group(None)))
    group = pc.fill_null(types.indices, len(of_type) - 1).to_numpy()
    sectors = pc.fill_null(pc.list_value_length(cameras["camera_direction"]), 0)
    return class_bytes(
        kinds.astype(np.uint8),
        np.array(of_type, dtype=np.uint8)[group],
        sectors.to_numpy(zero_copy_only=False) > 0,
        cameras["counted"].to_numpy(zero_copy_only=False).astype(bool),
    )


def arrange(cameras: pa.Table) -> Arranged:
    """Put cameras into the order of the index.

    Parameters
    ----------
    cameras
        Rows of `schema.CAMERA` in any order; ids are unique.

    Returns
    -------
    Arranged
        The same rows; those without a position last, by id.
    """
    located = pc.and_(pc.is_valid(cameras["lon"]), pc.is_valid(cameras["lat"]))
    placed, unplaced = cameras.filter(located), cameras.filter(pc.invert(located))
    lon, lat = placed["lon"].to_numpy(), placed["lat"].to_numpy()
    classes = camera_classes(placed)
    ids = np.array(placed["id"].to_pylist(), dtype="S16")
    order = index_order(lon, lat, classes, ids)
    rows = pa.concat_tables([placed.take(pa.array(order)), unplaced.sort_by("id")])
    return Arranged(rows.combine_chunks(), index_keys(lon, lat, classes)[order])


def stage(folder: Path, arranged: Arranged) -> None:
    """Write the cameras of a snapshot: exchange file, serving table, index and columns.

    Parameters
    ----------
    folder
        The staging folder; it exists and is empty.
    arranged
        The cameras in the order of the index.
    """
    cameras, keys = arranged
    exchange = write_table(folder, "cameras", cameras)
    (folder / exchange.path).rename(folder / "cameras.parquet")
    write_arrow(folder / "cameras.arrow", cameras)
    located = cameras.slice(0, len(keys))
    write_index(folder / INDEX, keys, located["camera_count"].to_numpy())
    (folder / COLUMNS).mkdir()
    write_columns(folder / COLUMNS, located)


def write_arrow(path: Path, table: pa.Table) -> None:
    """Write a table as an Arrow file that readers map into memory, in batches of a fixed size."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=BATCH_ROWS)


def map_arrow(path: Path) -> pa.Table:
    """Map a table that `write_arrow` wrote into memory."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def snapshot_date(cameras: pa.Table) -> str:
    """Return the newest `retrieved_at` of the cameras as ISO 8601 in UTC; "" for none."""
    newest = pc.max(cameras["retrieved_at"]).as_py()
    return "" if newest is None else newest.astimezone(UTC).isoformat().replace("+00:00", "Z")


def seal(staging: Path, snapshots: Path, *, cameras: pa.Table, base_map: str) -> Manifest:
    """Close a staged snapshot for good and give it its name.

    Parameters
    ----------
    staging
        A folder with every file of the snapshot but its manifest; it is gone afterwards.
    snapshots
        The folder of the snapshots, on the same file system.
    cameras
        What was staged, for the figures in the manifest.
    base_map
        Digest of the base map that goes with it; "" for none.

    Returns
    -------
    Manifest
        Of the sealed snapshot. The same content again gives the same id and changes nothing, but
        heals a snapshot that was broken.
    """
    files = folder_files(staging)
    counted = pc.if_else(cameras["counted"], cameras["camera_count"], 0)
    manifest = Manifest(
        id=snapshot_id(files, base_map),
        schema=VERSION,
        date=snapshot_date(cameras),
        n_records=cameras.num_rows,
        n_cameras=pc.sum(counted).as_py() or 0,
        base_map=base_map,
        files=files,
    )
    write_manifest(staging, manifest)
    _sync(staging)
    target = snapshots / manifest.id
    if target.exists() and _is_whole(target):
        shutil.rmtree(staging)
        return manifest
    if target.exists():
        # Readers that have the broken one mapped keep their files until they let go of them.
        shutil.rmtree(target)
    staging.rename(target)
    return manifest


def _is_whole(folder: Path) -> bool:
    try:
        verify_files(folder, read_manifest(folder))
    except SightlinesError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Make every file of a folder durable before the folder gets its name."""
    for path in [*(p for p in folder.rglob("*") if p.is_file()), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
