"""The figures of what a reader has in view."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson
import shapely
from flask import Blueprint, Response, request

from sightlines.errors import RequestInvalidError
from sightlines.geodesy import class_parts
from sightlines.snapshot.columns import UNKNOWN_DAY
from sightlines.snapshot.query import rows_in
from sightlines.statistics.ground import Ground, ground_of
from sightlines.statistics.records import CORROBORATED, Records
from sightlines.statistics.view import ViewSource, view_statistics
from sightlines.web.parameters import read_bbox
from sightlines.web.site import site

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from sightlines.snapshot.columns import Coded
    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("view", __name__)

_KEPT_SNAPSHOTS = 4


class _Named(NamedTuple):
    """Pairs of a text of the column `source` and a source that it names, each source once."""

    text: NDArray[np.int64]
    source: NDArray[np.int64]


@blueprint.get("/view")
def view() -> Response:
    """Serve the figures of a box and the sources that have records in it (`bbox=w,s,e,n`)."""
    bbox = read_bbox(request.args.get("bbox"))
    if bbox is None:
        raise RequestInvalidError("Say which view: bbox=west,south,east,north in degrees.")
    snapshot = site().snapshot()
    rows = rows_in(snapshot, bbox)
    records = records_of(snapshot, rows)
    figures = view_statistics(
        bbox,
        records,
        _on_ground(snapshot)[rows],
        ground_of_snapshot(snapshot),
        sources_of(snapshot, rows, records.counted),
    )
    return Response(
        orjson.dumps({"snapshot": snapshot.id, **figures}), content_type="application/json"
    )


@lru_cache(maxsize=_KEPT_SNAPSHOTS)
def ground_of_snapshot(snapshot: Snapshot) -> Ground:
    """Return the ground that the sources of a snapshot state, united once a process.

    Parameters
    ----------
    snapshot
        Where the sources stand.

    Returns
    -------
    Ground
        Empty where no source states any.
    """
    extents = (row["extent"] for row in snapshot.sources if row["extent"] is not None)
    return ground_of(map(shapely.geometry.shape, extents))


@lru_cache(maxsize=_KEPT_SNAPSHOTS)
def _on_ground(snapshot: Snapshot) -> NDArray[np.bool_]:
    """Say of every located row whether it lies on covered ground."""
    columns = snapshot.columns
    return ground_of_snapshot(snapshot).holds(columns.lon, columns.lat)


@lru_cache(maxsize=_KEPT_SNAPSHOTS)
def _named(snapshot: Snapshot) -> _Named:
    position = {row["id"]: place for place, row in enumerate(snapshot.sources)}
    pairs = [
        (code, position[name])
        for code, text in enumerate(snapshot.columns.source.texts)
        for name in dict.fromkeys(text.split(";"))
        if name
    ]
    return _Named(*np.array(pairs, np.int64).reshape(-1, 2).T)


def sources_of(
    snapshot: Snapshot, rows: NDArray[np.int64], counted: NDArray[np.bool_]
) -> list[ViewSource]:
    """Return the sources of some records.

    Parameters
    ----------
    snapshot
        Where the records stand.
    rows
        Row numbers of located records.
    counted
        Which of them count, shape as of `rows`.

    Returns
    -------
    list of ViewSource
        Each source that has one of the records, with the number of those that count: a record of
        several sources counts for each.
    """
    column = snapshot.columns.source
    codes = column.codes[rows]
    named = _named(snapshot)
    n_sources, n_texts = len(snapshot.sources), len(column.texts)
    seen = np.bincount(named.source, np.bincount(codes, minlength=n_texts)[named.text], n_sources)
    n_records = np.bincount(
        named.source, np.bincount(codes[counted], minlength=n_texts)[named.text], n_sources
    )
    return [
        {
            "id": snapshot.sources[place]["id"],
            "title": snapshot.sources[place]["title"],
            "n_records": int(n_records[place]),
        }
        for place in np.flatnonzero(seen).tolist()
    ]


def records_of(snapshot: Snapshot, rows: NDArray[np.int64]) -> Records:
    """Return records of a snapshot from its index and columns, without touching the table.

    Parameters
    ----------
    snapshot
        Where they stand.
    rows
        Row numbers of located records.

    Returns
    -------
    Records
        One record a row.
    """
    columns = snapshot.columns
    parts = class_parts(snapshot.index.class_of(rows))
    days = columns.last_edited[rows]
    edited = days.astype("datetime64[D]")
    edited[days == UNKNOWN_DAY] = np.datetime64("NaT")
    return Records(
        lon=columns.lon[rows],
        lat=columns.lat[rows],
        weight=columns.camera_count[rows],
        counted=parts.counted,
        kind=parts.kind,
        active=_is_one_of(columns.status, rows, ("active",)),
        operator_group=parts.operator_group,
        direction_known=parts.direction_known,
        corroborated=_is_one_of(columns.verification, rows, CORROBORATED),
        last_edited=edited,
    )


def _is_one_of(
    column: Coded, rows: NDArray[np.int64], wanted: Collection[str]
) -> NDArray[np.bool_]:
    of_text = np.array([text in wanted for text in column.texts], np.bool_)
    found: NDArray[np.bool_] = of_text[column.codes[rows]]
    return found
