"""Turn accepted observations into cameras.

Today each observation of a source's newest run is one camera: records of one source are never
merged (TAGS: Conflation facts), and across sources nothing is merged before conflation stands.
What already holds: ids that survive re-imports, the ruling on what counts, the verification that
the evidence allows, and that nothing about a private home gets any further than this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.cameras.counting import COUNTED, counted_reason
from sightlines.cameras.identity import camera_ids
from sightlines.schema import CAMERA, CONTRIBUTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

POSITION_DECIMALS = 7


def cameras_from(observations: pa.Table) -> pa.Table:
    """Make one camera of each observation that may be shown.

    Parameters
    ----------
    observations
        Rows of `schema.OBSERVATION`: accepted, of sources whose licence allows publication.

    Returns
    -------
    pa.Table
        Rows of `schema.CAMERA`, sorted by id, without cameras of private homes. Positions have 7
        decimals; `geometry` is WKB, null where the position is unknown.
    """
    shown = observations.filter(pc.invert(observations["private_home"]))
    lon = pc.round(shown["lon"], POSITION_DECIMALS)
    lat = pc.round(shown["lat"], POSITION_DECIMALS)
    reasons = _counted_reasons(shown)
    columns = {
        "id": pa.array(_ids(shown, lon, lat), pa.string()),
        "counted": pa.array([reason == COUNTED for reason in reasons], pa.bool_()),
        "counted_reason": pa.array(reasons, pa.string()),
        "verification": pc.if_else(
            pc.equal(shown["source"], CONTRIBUTIONS), "unverified", "single_source"
        ),
        "camera_count": pc.fill_null(shown["camera_count"], 1),
        "n_observations": pa.array(np.ones(shown.num_rows, np.int64)),
        "observations": _lists_of_one(shown["id"]),
        "runs": _lists_of_one(shown["run"]),
        "sources": _lists_of_one(shown["source"]),
        "lon": lon,
        "lat": lat,
        "geometry": pa.array(_points_wkb(lon, lat), pa.binary()),
    }
    arrays = [
        columns[field.name] if field.name in columns else shown[field.name] for field in CAMERA
    ]
    cameras = pa.table(dict(zip(CAMERA.names, arrays, strict=True)), schema=CAMERA)
    return cameras.sort_by("id")


def _ids(shown: pa.Table, lon: pa.ChunkedArray, lat: pa.ChunkedArray) -> list[str]:
    return camera_ids(
        shown["source"].to_pylist(),
        shown["native_id"].to_pylist(),
        zip(lon.to_pylist(), lat.to_pylist(), strict=True),
        shown["raw"].to_pylist(),
    )


def _counted_reasons(shown: pa.Table) -> list[str]:
    rows = zip(
        *(shown[name].to_pylist() for name in ("kind", "status", "surveillance", "indoor")),
        strict=True,
    )
    return [
        counted_reason(kind, status, surveillance=surveillance, indoor=indoor)
        for kind, status, surveillance, indoor in rows
    ]


def _lists_of_one(texts: pa.ChunkedArray) -> pa.Array:
    values = texts.combine_chunks()
    offsets = pa.array(np.arange(len(values) + 1, dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, values)


def _points_wkb(lon: pa.ChunkedArray, lat: pa.ChunkedArray) -> NDArray[np.object_]:
    x = lon.to_numpy(zero_copy_only=False).astype(float)
    y = lat.to_numpy(zero_copy_only=False).astype(float)
    located = np.isfinite(x) & np.isfinite(y)
    geometries = np.full(len(x), None, dtype=object)
    geometries[located] = shapely.points(x[located], y[located])
    return np.asarray(shapely.to_wkb(geometries), dtype=object)
