"""Read a sealed snapshot, and follow `current` from a running process.

A `Snapshot` is opened once, checked against its manifest, and mapped into memory; it never
changes, so threads share it freely. `CurrentSnapshot` hands out the newest good one: a broken
snapshot is refused and the last good one keeps being served.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.errors import (
    NotFoundError,
    RequestInvalidError,
    SightlinesError,
    SnapshotBrokenError,
    SnapshotMissingError,
)
from sightlines.snapshot.build import BATCH_ROWS, COLUMNS, INDEX, map_arrow
from sightlines.snapshot.columns import Columns
from sightlines.snapshot.evidence import Evidence
from sightlines.snapshot.index import Index
from sightlines.snapshot.manifest import (
    POINTER,
    Manifest,
    read_current,
    read_manifest,
    verify_files,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from sightlines.cameras.weights import Weights

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One release, opened for reading.

    Parameters
    ----------
    manifest
        Its table of contents.
    index, columns
        The Morton index and the small columns beside it; row numbers are those of `cameras`.
    cameras
        `schema.CAMERA`, located rows first, in memory-mapped batches.
    areas
        `schema.AREA`.
    statistics
        The table of statistics of every area.
    sources
        One row a source, as `pipeline.source_rows` describes it.
    behind
        Statements and matches behind the cameras.
    """

    manifest: Manifest
    index: Index
    columns: Columns
    cameras: pa.Table
    areas: pa.Table
    statistics: pa.Table
    sources: list[dict[str, Any]]
    behind: Evidence

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Open a snapshot after checking every digest.

        Parameters
        ----------
        folder
            The snapshot's folder.

        Returns
        -------
        Snapshot
            Mapped into memory.

        Raises
        ------
        SnapshotMissingError
            If there is no such folder.
        SnapshotBrokenError
            If anything in it contradicts the manifest.
        """
        manifest = read_manifest(folder)
        verify_files(folder, manifest)
        try:
            snapshot = cls(
                manifest=manifest,
                index=Index.open(folder / INDEX),
                columns=Columns.open(folder / COLUMNS),
                cameras=map_arrow(folder / "cameras.arrow"),
                areas=map_arrow(folder / "areas.arrow"),
                statistics=map_arrow(folder / "statistics.arrow"),
                sources=orjson.loads((folder / "sources.json").read_bytes()),
                behind=Evidence.open(folder),
            )
        except (OSError, ValueError, KeyError, pa.ArrowException, RequestInvalidError) as reason:
            raise SnapshotBrokenError(f"Snapshot {folder.name} cannot be opened.") from reason
        return snapshot

    @property
    def id(self) -> str:
        """Return the snapshot's id."""
        return self.manifest.id

    def row(self, number: int) -> dict[str, Any]:
        """Return one camera as a dictionary of `schema.CAMERA`, by its row number."""
        found: dict[str, Any] = self.cameras.slice(number, 1).to_pylist()[0]
        return found

    def camera(self, camera_id: str) -> dict[str, Any]:
        """Find one camera by its id.

        Parameters
        ----------
        camera_id
            As published.

        Returns
        -------
        dict
            A row of `schema.CAMERA`.

        Raises
        ------
        NotFoundError
            If this snapshot holds no such camera.
        """
        number = self.columns.row_of(camera_id)
        if number is None:
            number = self._unlocated.get(camera_id)
        if number is None:
            raise NotFoundError("There is no camera with this id in the current snapshot.")
        return self.row(number)

    def evidence(self, camera_id: str) -> list[dict[str, Any]]:
        """Return the statements about a camera, best first: rows of `schema.EVIDENCE`."""
        return self.behind.of_camera(camera_id)

    def matches_of(self, subjects: Collection[str]) -> list[dict[str, Any]]:
        """Return the matches in which any of some subjects takes part: rows of `schema.MATCH`."""
        return self.behind.matches_of(subjects)

    def camera_of(self, subject: str) -> str | None:
        """Return the camera that a subject or an earlier camera's id leads to; None for none."""
        return self.behind.camera_of(subject, _Live(self))

    @property
    def weights(self) -> Weights:
        """Return the match weights that it was made with."""
        return self.behind.parameters.weights

    def holds(self, camera_id: str) -> bool:
        """Say whether there is a camera of this id."""
        return self.columns.row_of(camera_id) is not None or camera_id in self._unlocated

    @cached_property
    def _unlocated(self) -> dict[str, int]:
        start = len(self.index)
        ids = self.cameras["id"].slice(start).to_pylist()
        return {camera_id: start + offset for offset, camera_id in enumerate(ids)}

    def batches(self, rows: pa.Array | None = None) -> Iterator[pa.Table]:
        """Yield cameras in tables of bounded size.

        Parameters
        ----------
        rows
            Ascending row numbers; None means all rows.

        Yields
        ------
        pa.Table
            At most `BATCH_ROWS` rows of `schema.CAMERA`.
        """
        total = self.cameras.num_rows if rows is None else len(rows)
        for start in range(0, total, BATCH_ROWS):
            if rows is None:
                yield self.cameras.slice(start, BATCH_ROWS)
            else:
                yield self.cameras.take(rows.slice(start, BATCH_ROWS))

    @cached_property
    def attributions(self) -> list[str]:
        """Return whom to name wherever its data are shown, each once."""
        return list(dict.fromkeys(row["attribution"] for row in self.sources))

    @cached_property
    def levels(self) -> list[str]:
        """Return the levels of its areas, sorted."""
        return sorted(pc.unique(self.areas["level"]).to_pylist())


@dataclass(frozen=True)
class _Live:
    """The ids of a snapshot's cameras, to be asked with `in`."""

    snapshot: Snapshot

    def __contains__(self, camera_id: object) -> bool:
        return isinstance(camera_id, str) and self.snapshot.holds(camera_id)


class CurrentSnapshot:
    """Follow the pointer `current` and keep the last good snapshot open.

    Parameters
    ----------
    folder
        The folder of the snapshots; it may not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._open: Snapshot | None = None

    def get(self) -> Snapshot:
        """Return the current snapshot, or the last good one where the current one is broken.

        Returns
        -------
        Snapshot
            Readers keep what they were given; a later call may return a newer one.

        Raises
        ------
        SnapshotMissingError
            If nothing has been published yet.
        SnapshotBrokenError
            If no snapshot in the folder is whole.
        """
        seen = self._pointer_state()
        if self._open is not None and seen == self._seen:
            return self._open
        with self._lock:
            if self._open is None or seen != self._seen:
                self._open = self._newest_good()
                self._seen = seen
            return self._open

    def _pointer_state(self) -> tuple[int, int]:
        try:
            status = (self._folder / POINTER).stat()
        except OSError:
            if self._open is not None and self._seen is not None:
                return self._seen
            raise SnapshotMissingError("Nothing has been published yet.") from None
        return status.st_mtime_ns, status.st_ino

    def _newest_good(self) -> Snapshot:
        try:
            wanted = read_current(self._folder)
            if self._open is not None and self._open.id == wanted:
                return self._open
            return Snapshot.open(self._folder / wanted)
        except SightlinesError as reason:
            LOG.error("%s The last good snapshot is served instead.", reason)  # noqa: TRY400  # the sentence says it all
        if self._open is not None:
            return self._open
        for candidate in self._by_date():
            try:
                return Snapshot.open(self._folder / candidate)
            except SightlinesError as reason:
                LOG.warning("%s", reason)
        raise SnapshotBrokenError("No snapshot is whole: publish again.")

    def _by_date(self) -> list[str]:
        dated = []
        for folder in self._folder.iterdir():
            if folder.is_dir() and not folder.name.startswith("."):
                try:
                    dated.append((read_manifest(folder).date, folder.name))
                except SightlinesError:
                    continue
        return [name for _, name in sorted(dated, reverse=True)]
