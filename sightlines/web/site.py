"""What a web process holds: settings, ledger, the snapshots it has open, the base maps.

Everything here is read, but for the ledger's submissions. One `Site` belongs to one application.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from flask import current_app

from sightlines.errors import NotFoundError, SnapshotMissingError
from sightlines.observations.ledger import Ledger, open_ledger
from sightlines.observations.signing_key import signing_key
from sightlines.schema import is_short_digest
from sightlines.snapshot.reader import CurrentSnapshot, Snapshot
from sightlines.tiles.archive import BaseMap

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightlines.settings import Settings

OPEN_AT_ONCE = 4

Opened = TypeVar("Opened")


class _Kept(Generic[Opened]):
    """Keep the few most recently used things open, by name; safe for threads."""

    def __init__(self, opener: Callable[[str], Opened]) -> None:
        self._opener = opener
        self._kept: OrderedDict[str, Opened] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Opened:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = self._opener(name)
            self._kept.move_to_end(name)
            while len(self._kept) > OPEN_AT_ONCE:
                self._kept.popitem(last=False)
            return self._kept[name]


@dataclass
class Site:
    """The state of one web process.

    Parameters
    ----------
    settings
        As read at the start.
    """

    settings: Settings
    current: CurrentSnapshot = field(init=False)

    def __post_init__(self) -> None:
        self.current = CurrentSnapshot(self.settings.snapshots_folder)
        self._older = _Kept(lambda name: Snapshot.open(self.settings.snapshots_folder / name))
        self._base_maps = _Kept(
            lambda name: BaseMap.open(self.settings.base_maps_folder / f"{name}.pmtiles")
        )

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger, opened on first use."""
        return open_ledger(self.settings)

    @cached_property
    def signing_key(self) -> bytes:
        """Return the key that signs forms."""
        return signing_key(self.settings)

    def snapshot(self, snapshot_id: str | None = None) -> Snapshot:
        """Return a snapshot.

        Parameters
        ----------
        snapshot_id
            Which one; None means the current one.

        Returns
        -------
        Snapshot
            Checked and open.

        Raises
        ------
        NotFoundError
            If there is no snapshot of that id.
        SnapshotMissingError, SnapshotBrokenError
            If there is nothing good to serve.
        """
        current = self.current.get()
        if snapshot_id is None or snapshot_id == current.id:
            return current
        if not is_short_digest(snapshot_id):
            raise NotFoundError("There is no snapshot with this id.")
        try:
            return self._older.get(snapshot_id)
        except SnapshotMissingError as reason:
            raise NotFoundError("There is no snapshot with this id.") from reason

    def base_map(self, digest: str) -> BaseMap:
        """Return a base map by its digest; NotFoundError where there is none."""
        path = self.settings.base_maps_folder / f"{digest}.pmtiles"
        if not is_short_digest(digest) or not path.is_file():
            raise NotFoundError("There is no base map with this name.")
        return self._base_maps.get(digest)


def site() -> Site:
    """Return the site of the application that answers this request."""
    return cast("Site", current_app.extensions["sightlines"])
