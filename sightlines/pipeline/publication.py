"""From the record to a snapshot: fuse, arrange, measure, seal, swap."""

from __future__ import annotations

import logging
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from sightlines.errors import RequestInvalidError, SnapshotBrokenError
from sightlines.licences import is_publishable
from sightlines.observations.area_sets import areas_of, current_area_sets
from sightlines.observations.batches import due, publish_batch
from sightlines.observations.identities import record_identities
from sightlines.observations.locks import locked
from sightlines.observations.origins import sources as ledger_sources
from sightlines.observations.run_rows import accepted_runs
from sightlines.observations.runs import base_map_of
from sightlines.pipeline.conflating import Conflated, conflated
from sightlines.pipeline.source_rows import origin_of, source_rows
from sightlines.schema import AREA, BASE_MAP_FEATURE, short_digest
from sightlines.settings import ROOT
from sightlines.snapshot.build import arrange, seal, stage, write_arrow
from sightlines.snapshot.conflation_files import write_evidence
from sightlines.snapshot.manifest import (
    Manifest,
    file_digest,
    read_manifest,
    swap_current,
    verify_files,
)
from sightlines.sources.catalogue import CataloguedSource, find_source
from sightlines.statistics.hexagons import hexagon_areas
from sightlines.statistics.table import area_statistics
from sightlines.tiles.archive import BaseMap
from sightlines.tiles.base_map import build_base_map
from sightlines.tiles.world import world_features

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import SourceRow
    from sightlines.observations.run_rows import RunRow
    from sightlines.settings import Settings

LOG = logging.getLogger(__name__)

WORLD_COUNTRIES = ROOT / "data" / "areas" / "world_countries.parquet"
# A base map made by other code is another base map.
_BASE_MAP_VERSION = "2"
# What a publisher that was killed has left behind; the next one, alone under the lock, removes it.
_STAGED = ".staged-"


@dataclass(frozen=True)
class _Published:
    """The runs whose licence lets them out, their sources and entries of the catalogue by id."""

    runs: Sequence[RunRow]
    sources: dict[str, SourceRow]
    entries: dict[str, CataloguedSource]

    @cached_property
    def by_source(self) -> dict[str, list[RunRow]]:
        """Return the runs of each source, oldest first."""
        found: dict[str, list[RunRow]] = {}
        for run in self.runs:
            found.setdefault(run.source, []).append(run)
        return found

    @property
    def origins(self) -> dict[str, str]:
        """Return whose data each source holds."""
        return {
            source: origin_of(self.entries.get(source), runs)
            for source, runs in self.by_source.items()
        }

    @cached_property
    def extents(self) -> dict[str, shapely.Geometry]:
        """Return the ground of each source: what its runs cover together."""
        grounds: dict[str, list[shapely.Geometry]] = {}
        for run in self.runs:
            if run.extent is not None:
                grounds.setdefault(run.source, []).append(run.extent)
        return {source: shapely.union_all(parts) for source, parts in grounds.items()}


def publish(settings: Settings, ledger: Ledger, *, now: datetime) -> Manifest:
    """Seal a snapshot of everything accepted and make it current.

    Only one process publishes at a time; another waits. The same input gives the same snapshot,
    down to the bytes.

    Parameters
    ----------
    settings, ledger
        Where everything lies.
    now
        UTC; decides which submissions are due.

    Returns
    -------
    Manifest
        Of the snapshot that is current now.

    Raises
    ------
    SightlinesError
        If anything in the record is broken; `current` then stays as it was.
    """
    with locked(settings.instance / "publisher.lock"):
        batch = due(ledger, now=now, delay_s=settings.publish_delay_s)
        publish_batch(ledger, settings.lake_folder, batch)
        published = _published(settings, ledger)
        snapshots = settings.snapshots_folder
        snapshots.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_behind in snapshots.glob(f"{_STAGED}*"):
            shutil.rmtree(left_behind)
        staging = Path(tempfile.mkdtemp(prefix=_STAGED, dir=snapshots))
        try:
            made = conflated(settings, ledger, published.runs, published.origins, now=now)
            manifest = _seal(settings, ledger, published, made, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        folder = snapshots / manifest.id
        verify_files(folder, read_manifest(folder))
        # Names first: a snapshot that is current must never show an id that could be forgotten.
        record_identities(ledger, settings.lake_folder, made.identities, recorded_at=now)
        # Also where nothing has changed: readers of a snapshot that was healed then look again.
        swap_current(snapshots, manifest.id)
        return manifest


def _published(settings: Settings, ledger: Ledger) -> _Published:
    sources = {row.id: row for row in ledger_sources(ledger)}
    runs = [
        run
        for run in accepted_runs(ledger)
        if is_publishable(
            run.licence,
            publish_unstated=settings.publish_unstated,
            private_use=settings.private_use,
        )
    ]
    return _Published(runs, sources, _entries(settings, runs))


def _entries(settings: Settings, runs: Sequence[RunRow]) -> dict[str, CataloguedSource]:
    """Return what the catalogue says of the sources of runs; a broken entry says nothing."""
    found = {}
    for source in {run.source for run in runs}:
        try:
            entry = find_source(settings.catalogue, source)
        except RequestInvalidError as reason:
            LOG.warning("%s", reason)
            continue
        if entry is not None:
            found[source] = entry
    return found


def _seal(
    settings: Settings, ledger: Ledger, published: _Published, made: Conflated, staging: Path
) -> Manifest:
    """Stage every file of a snapshot and close it."""
    arranged = arrange(made.fused.cameras)
    stage(staging, arranged)
    write_evidence(staging, made.fused.evidence, made.identities, made.conflation, made.parameters)
    areas = _areas(settings, ledger, published, arranged.cameras)
    write_arrow(staging / "areas.arrow", areas)
    statistics = area_statistics(arranged.cameras, areas, published.extents)
    write_arrow(staging / "statistics.arrow", statistics)
    rows = source_rows(
        ledger, published.sources, published.by_source, published.extents, published.entries, made
    )
    (staging / "sources.json").write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return seal(
        staging,
        settings.snapshots_folder,
        cameras=arranged.cameras,
        base_map=_base_map(settings, published.runs),
    )


def _areas(
    settings: Settings, ledger: Ledger, published: _Published, cameras: pa.Table
) -> pa.Table:
    """Gather countries, registered areas and hexagons; codes are unique.

    A boundary file without a licence is the host's own choice (docs/decisions/0003); areas that
    came with cameras follow their run.
    """
    runs = {run.id for run in published.runs}
    ground = list(published.extents.values())
    registered = [
        areas_of(settings.lake_folder, area_set)
        for area_set in current_area_sets(ledger)
        if area_set.run in runs
        or (area_set.run is None and is_publishable(area_set.licence, publish_unstated=True))
    ]
    lon = cameras["lon"].to_numpy(zero_copy_only=False).astype(float)
    lat = cameras["lat"].to_numpy(zero_copy_only=False).astype(float)
    tables = [_countries(), *registered, hexagon_areas(lon, lat, ground)]
    whole = pa.concat_tables([table.select(AREA.names).cast(AREA) for table in tables])
    # The same boundary in two extracts is one area; the first source in order gives its outline.
    codes = whole["code"].to_pylist()
    first: dict[str, int] = {}
    for row, code in enumerate(codes):
        first.setdefault(code, row)
    return whole.take(pa.array(sorted(first.values()))).combine_chunks()


def _countries() -> pa.Table:
    return pq.read_table(WORLD_COUNTRIES).select(AREA.names).cast(AREA)


def _base_map(settings: Settings, runs: Sequence[RunRow]) -> str:
    """Return the digest of the base map of some runs, building it where it is not there yet."""
    files = [run.base_map_file for run in runs if run.base_map_file is not None]
    inputs = [file_digest(WORLD_COUNTRIES).sha256, *(file.sha256 for file in files)]
    digest = short_digest("base map", _BASE_MAP_VERSION, *inputs)
    target = settings.base_maps_folder / f"{digest}.pmtiles"
    if not _is_whole(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        features = [world_features(_countries())]
        for run in runs:
            found = base_map_of(settings.lake_folder, run)
            if found is not None:
                features.append(found.select(BASE_MAP_FEATURE.names).cast(BASE_MAP_FEATURE))
        build_base_map(pa.concat_tables(features), target)
    return digest


def _is_whole(base_map: Path) -> bool:
    try:
        BaseMap.open(base_map)
    except SnapshotBrokenError:
        return False
    return True
