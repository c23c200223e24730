"""What a snapshot says of its sources: who, under which licence, read when, with what outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.licences import find
from sightlines.observations.run_rows import runs_of
from sightlines.schema import CONTRIBUTIONS
from sightlines.sources.register import OSM_FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.origins import SourceRow
    from sightlines.observations.run_rows import RunRow
    from sightlines.pipeline.conflating import Conflated
    from sightlines.sources.catalogue import CataloguedSource

OPENSTREETMAP = "OpenStreetMap"
_ATTRIBUTION_OF_OSM = "© OpenStreetMap contributors"


def origin_of(entry: CataloguedSource | None, runs: Sequence[RunRow]) -> str:
    """Say whose data a source holds, in one spelling; "" where that is not known.

    Parameters
    ----------
    entry
        Of the catalogue; None for a source that it does not know.
    runs
        That stand.
    """
    if any(run.format in OSM_FORMATS for run in runs):
        return OPENSTREETMAP.casefold()
    publisher = "" if entry is None else entry.publisher
    if OPENSTREETMAP.casefold() in publisher.casefold():
        return OPENSTREETMAP.casefold()
    return publisher.casefold().strip()


def source_rows(
    ledger: Ledger,
    rows: Mapping[str, SourceRow],
    standing: Mapping[str, Sequence[RunRow]],
    extents: Mapping[str, shapely.Geometry],
    entries: Mapping[str, CataloguedSource],
    conflated: Conflated,
) -> list[dict[str, Any]]:
    """Describe every source of a snapshot for pages and downloads.

    Parameters
    ----------
    ledger
        Asked for the runs of each.
    rows
        Sources by id.
    standing
        The runs of each source that stand and are published; its ids are the sources described.
    extents
        Ground that each states.
    entries
        Those that the catalogue knows.
    conflated
        The cameras.

    Returns
    -------
    list of dict
        By id; ready for JSON.
    """
    figures = _figures(conflated)
    return [
        {
            **_described(rows[source], runs, entries.get(source)),
            "extent": _as_geojson(extents.get(source)),
            "family": conflated.family_of.get(source, source),
            **figures.get(source, _NOTHING),
            "retrieved_at": max(run.retrieved_at for run in runs),
            "formats": sorted({run.format for run in runs}),
            "runs": [_run(run) for run in runs_of(ledger, source)],
        }
        for source, runs in sorted(standing.items())
    ]


_NOTHING: dict[str, Any] = {
    "n_cameras": 0,
    "n_records": 0,
    "n_observations": 0,
    "last_edited_first": None,
    "last_edited_median": None,
    "last_edited_last": None,
    "observed_last": None,
}


def _described(
    row: SourceRow, runs: Sequence[RunRow], entry: CataloguedSource | None
) -> dict[str, Any]:
    address = None if entry is None else entry.address
    return {
        "id": row.id,
        "title": row.title,
        "licence": runs[-1].licence,
        "attribution": _attribution(row, runs),
        "publisher": "" if entry is None else entry.publisher,
        "country": "" if entry is None else entry.country,
        "page": "" if entry is None else entry.page,
        "address": "" if address is None else address.url,
        "reader": "" if address is None else address.reader,
        "seen": "" if address is None else address.seen,
        "checked": "" if address is None else address.checked,
        "meaning": {} if entry is None else dict(entry.meaning),
    }


def _attribution(row: SourceRow, runs: Sequence[RunRow]) -> str:
    """Return whom to name: OpenStreetMap asks for its own words."""
    if row.id != CONTRIBUTIONS and any(run.format in OSM_FORMATS for run in runs):
        return _ATTRIBUTION_OF_OSM
    return f"{row.title} ({find(runs[-1].licence).name})"


def _as_geojson(extent: shapely.Geometry | None) -> dict[str, Any] | None:
    return None if extent is None else orjson.loads(shapely.to_geojson(extent))


def _run(run: RunRow) -> dict[str, Any]:
    same = (
        "id outcome reason url retrieved_at format encoding crs rows_read observations n_missing "
        "digest licence"
    )
    return {name: getattr(run, name) for name in same.split()} | {
        "rejected": dict(run.rejected),
        "notes": dict(run.notes),
        "mapping": dict(run.mapping),
    }


def _figures(conflated: Conflated) -> dict[str, dict[str, Any]]:
    """Count what stands of each source, and say when it was last edited and last confirmed."""
    evidence = conflated.fused.evidence
    cameras = conflated.fused.cameras
    place = pc.index_in(evidence["camera"], cameras["id"])
    counted = cameras["counted"].take(place).to_numpy()
    weight = np.where(counted, cameras["camera_count"].take(place).to_numpy(), 0)
    listed = pc.is_null(evidence["missing_since"]).to_numpy()
    edited = evidence["last_edited_at"].cast(pa.int64())
    found = {}
    for source in pc.unique(evidence["source"]).to_pylist():
        own = pc.equal(evidence["source"], source).to_numpy() & listed
        days = np.sort(edited.filter(pa.array(own)).drop_null().to_numpy())
        seen = pc.max(evidence["observed_at"].filter(pa.array(own))).as_py()
        found[source] = {
            "n_cameras": int(weight[own].sum()),
            "n_records": int((counted & own).sum()),
            "n_observations": int(own.sum()),
            "last_edited_first": _day(days[:1]),
            "last_edited_median": _day(days[(len(days) - 1) // 2 :][:1]),
            "last_edited_last": _day(days[-1:]),
            "observed_last": seen,
        }
    return found


def _day(seconds: np.ndarray[Any, np.dtype[np.int64]]) -> str | None:
    if not len(seconds):
        return None
    return str(seconds.astype("datetime64[s]").astype("datetime64[D]")[0])
