"""Fusion: one camera of the observations that are one, with its evidence.

The observations of a camera are its *statements*, best first: a source that still lists it before
one that does not, then the one seen last (`observed_at`), then the one edited last, then by source.
An attribute is what the best statement says of it; where that says nothing, the next one. A source
that no longer lists a camera has no say as long as another one does. Nothing is averaged, so every
value on a page has one source.

A camera that no source lists any more is `removed`, with the time it was first missing, once the
hold is over; until then it stands as it was.

Nothing about a private home gets any further than this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.attributes import ATTRIBUTES
from sightlines.cameras.counting import COUNTED, counted_reason
from sightlines.cameras.subjects import names_of, texts_of
from sightlines.licences import ODBL
from sightlines.schema import CAMERA, CONTRIBUTIONS, EVIDENCE, TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

POSITION_DECIMALS = 7
# What is taken from the best statement that knows it.
_FILLED = ("place", "camera_count", *(attribute.name for attribute in ATTRIBUTES))


@dataclass(frozen=True)
class Fused:
    """Cameras and what stands behind them.

    Parameters
    ----------
    cameras
        `schema.CAMERA`, by id.
    evidence
        `schema.EVIDENCE`, by camera, best statement first.
    """

    cameras: pa.Table
    evidence: pa.Table


def fuse(
    observations: pa.Table,
    ids: NDArray[np.bytes_],
    held_until: pa.Scalar,
    family_of: Mapping[str, int],
) -> Fused:
    """Make one camera of the observations of each id.

    Parameters
    ----------
    observations
        `schema.STANDING`: accepted, of sources whose licence allows publication, none of a private
        home.
    ids
        S16: the camera of each observation.
    held_until
        `schema.TIME`: who has been missing since then or before is gone.
    family_of
        Family of each source (`independence`); a source that is absent is one of its own.

    Returns
    -------
    Fused
        Positions have 7 decimals; `geometry` is WKB, null where the position is unknown.
    """
    gone = pc.fill_null(pc.less_equal(observations["missing_since"], held_until), fill_value=False)
    evidence, gone = _best_first(observations, ids, gone)
    camera = names_of(evidence["camera"])
    starts = np.flatnonzero(camera != np.concatenate([[b""], camera[:-1]]))
    group = np.cumsum(np.isin(np.arange(len(camera)), starts)) - 1
    ended = np.asarray(gone)
    # The statements that have a say: the living ones, or all where none lives.
    alive = np.bincount(group[~ended], minlength=len(starts)) > 0
    heard = ~ended | ~alive[group]
    said = _Said(evidence, starts, group, heard)
    columns = _columns(said, alive, family_of)
    arrays = [
        columns[field.name] if field.name in columns else said.best[field.name] for field in CAMERA
    ]
    cameras = pa.table(dict(zip(CAMERA.names, arrays, strict=True)), schema=CAMERA)
    return Fused(cameras.combine_chunks(), evidence)


@dataclass(frozen=True)
class _Said:
    """Statements in the order of the evidence, and where each camera's begin."""

    evidence: pa.Table
    starts: NDArray[np.int64]
    group: NDArray[np.int64]
    heard: NDArray[np.bool_]

    @cached_property
    def best(self) -> pa.Table:
        """Return the best statement of each camera."""
        return self.evidence.take(pa.array(self.starts))

    @cached_property
    def several(self) -> NDArray[np.bool_]:
        """Say of each statement whether its camera has another one."""
        return np.asarray(np.bincount(self.group)[self.group] > 1)

    def first_known(self, name: str, unknown: str | None = None) -> pa.ChunkedArray:
        """Return for each camera what its best statement that knows says."""
        column, best = self.evidence[name], self.best[name]
        known = pc.is_valid(column).to_numpy(zero_copy_only=False)
        if unknown is not None:
            known &= pc.not_equal(column, unknown).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(known & self.heard & self.several)
        _, at = np.unique(self.group[rows], return_index=True)
        source = self.starts.copy()
        source[self.group[rows[at]]] = rows[at]
        if (source == self.starts).all():
            return best
        return column.take(pa.array(source))

    def newest(self, name: str) -> pa.Array:
        """Return for each camera the newest of a column of times."""
        seconds = pc.fill_null(self.evidence[name].cast(pa.int64()), np.iinfo(np.int64).min)
        values = np.where(self.heard, seconds.to_numpy(), np.iinfo(np.int64).min)
        newest = np.maximum.reduceat(values, self.starts) if len(self.starts) else values
        missing = newest == np.iinfo(np.int64).min
        return pa.array(np.where(missing, 0, newest), pa.int64(), mask=missing).cast(TIME)


def _best_first(
    observations: pa.Table, ids: NDArray[np.bytes_], gone: pa.ChunkedArray
) -> tuple[pa.Table, pa.ChunkedArray]:
    """Return the evidence in its order, and which of it is gone."""
    whole = observations.append_column("camera", texts_of(ids)).append_column("gone", gone)
    whole = whole.append_column("missing", pc.is_valid(observations["missing_since"]))
    by = [("camera", "ascending"), ("missing", "ascending"), ("gone", "ascending")]
    by += [("observed_at", "descending"), ("last_edited_at", "descending")]
    by += [("source", "ascending"), ("subject", "ascending")]
    keys = [(name, direction, "at_end") for name, direction in by]
    order = pc.sort_indices(whole.select([name for name, _ in by]), sort_keys=keys)
    sorted_ = whole.take(order)
    columns = [sorted_[name] for name in EVIDENCE.names]
    return pa.Table.from_arrays(columns, schema=EVIDENCE).combine_chunks(), sorted_["gone"]


def _columns(
    said: _Said, alive: NDArray[np.bool_], family_of: Mapping[str, int]
) -> dict[str, pa.Array]:
    """Return what a camera says otherwise than its best statement."""
    best = said.best
    filled = {name: said.first_known(name) for name in _FILLED}
    kind = said.first_known("kind", unknown="unknown")
    status = pc.if_else(pa.array(alive), best["status"], "removed")
    reasons = _counted_reasons(kind, status, filled["surveillance"], filled["indoor"])
    lon = pc.round(best["lon"], POSITION_DECIMALS)
    lat = pc.round(best["lat"], POSITION_DECIMALS)
    offsets = pa.array(np.append(said.starts, len(said.group)).astype(np.int32))
    lists = {
        name: pa.ListArray.from_arrays(offsets, said.evidence[column].combine_chunks())
        for name, column in (("observations", "id"), ("runs", "run"), ("sources", "source"))
    }
    counted = pc.equal(reasons, COUNTED)
    return {
        **filled,
        **lists,
        "id": best["camera"],
        "kind": kind,
        "status": status,
        "counted": counted,
        "counted_reason": reasons,
        "verification": _verifications(said, family_of),
        "camera_count": pc.fill_null(filled["camera_count"], 1),
        "n_observations": pa.array(np.diff(np.append(said.starts, len(said.group)))),
        "licence": _licences(said),
        "observed_at": said.first_known("observed_at"),
        "last_edited_at": said.newest("last_edited_at"),
        "retrieved_at": said.newest("retrieved_at"),
        "removed_at": _removed_at(said, alive),
        "lon": lon,
        "lat": lat,
        "geometry": pa.array(_points_wkb(lon, lat), pa.binary()),
    }


def _counted_reasons(*columns: pa.ChunkedArray) -> pa.Array:
    """Rule on each camera; there are few different combinations, so each is ruled on once."""
    kind, status, surveillance, indoor = columns
    texts = [
        kind,
        status,
        pc.fill_null(surveillance, ""),
        pc.fill_null(indoor.cast(pa.string()), ""),
    ]
    joined = pc.binary_join_element_wise(*texts, "\x1f")
    encoded = pa.chunked_array(joined).combine_chunks().dictionary_encode()
    ruled = [_ruled(*key.split("\x1f")) for key in encoded.dictionary.to_pylist()]
    return pa.array(ruled, pa.string()).take(encoded.indices)


def _ruled(kind: str, status: str, surveillance: str, indoor: str) -> str:
    return counted_reason(
        kind, status, surveillance=surveillance or None, indoor=indoor == "true" if indoor else None
    )


def _verifications(said: _Said, family_of: Mapping[str, int]) -> pa.Array:
    """Say how well each camera is known: by whom, and whether they agree."""
    encoded = said.evidence["source"].combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy()
    family = np.array(
        [family_of.get(name, -1 - place) for place, name in enumerate(names)] or [0], np.int64
    )
    contributed = np.array([name == CONTRIBUTIONS for name in names] or [False])
    n = len(said.starts)
    found = np.full(n, "single_source", dtype=object)
    heard = said.heard
    others = np.bincount(said.group[heard & ~contributed[codes]], minlength=n)
    found[others == 0] = "unverified"
    first = family[codes[said.starts]]
    agreeing = np.bincount(said.group[heard & (family[codes] != first[said.group])], minlength=n)
    found[agreeing > 0] = "corroborated"
    status = said.evidence["status"].combine_chunks().dictionary_encode().indices.to_numpy()
    own = status[said.starts]
    found[np.bincount(said.group[heard & (status != own[said.group])], minlength=n) > 0] = (
        "disputed"
    )
    return pa.array(found, pa.string())


def _licences(said: _Said) -> pa.ChunkedArray:
    """Return each camera's licence: that of its statements, or ODbL for what is merged under it."""
    encoded = said.evidence["licence"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    differs = np.flatnonzero(codes != codes[said.starts][said.group])
    licences = said.best["licence"].to_pylist()
    names = encoded.dictionary.to_pylist()
    several: dict[int, set[str]] = {}
    for row in differs.tolist():
        group = int(said.group[row])
        several.setdefault(group, {licences[group]}).add(names[codes[row]])
    for group, found in several.items():
        licences[group] = ODBL if ODBL in found else " AND ".join(sorted(found))
    return pa.array(licences, pa.string())


def _removed_at(said: _Said, alive: NDArray[np.bool_]) -> pa.Array:
    newest = said.newest("missing_since")
    return pc.if_else(pa.array(alive), pa.scalar(None, TIME), newest)


def _points_wkb(lon: pa.ChunkedArray, lat: pa.ChunkedArray) -> NDArray[np.object_]:
    x = lon.to_numpy(zero_copy_only=False).astype(float)
    y = lat.to_numpy(zero_copy_only=False).astype(float)
    located = np.isfinite(x) & np.isfinite(y)
    geometries = np.full(len(x), None, dtype=object)
    geometries[located] = shapely.points(x[located], y[located])
    return np.asarray(shapely.to_wkb(geometries), dtype=object)
