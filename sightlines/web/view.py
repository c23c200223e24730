"""The figures of what a reader has in view."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import orjson
import shapely
from flask import Blueprint, Response, request

from sightlines.errors import RequestInvalidError
from sightlines.geodesy import class_parts
from sightlines.snapshot.columns import UNKNOWN_DAY
from sightlines.snapshot.query import rows_in
from sightlines.statistics.records import Records
from sightlines.statistics.view import ViewSource, view_statistics
from sightlines.web.parameters import read_bbox
from sightlines.web.site import site

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("view", __name__)


@blueprint.get("/view")
def view() -> Response:
    """Serve the figures of a box, one row a source (`bbox=west,south,east,north`)."""
    bbox = read_bbox(request.args.get("bbox"))
    if bbox is None:
        raise RequestInvalidError("Say which view: bbox=west,south,east,north in degrees.")
    snapshot = site().snapshot()
    records = records_of(snapshot, rows_in(snapshot, bbox))
    figures = view_statistics(bbox, records, _view_sources(snapshot))
    return Response(
        orjson.dumps({"snapshot": snapshot.id, **figures}), content_type="application/json"
    )


@lru_cache(maxsize=4)
def _view_sources(snapshot: Snapshot) -> list[ViewSource]:
    return [
        ViewSource(
            id=row["id"],
            title=row["title"],
            extent=None if row["extent"] is None else shapely.geometry.shape(row["extent"]),
        )
        for row in snapshot.sources
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
        One record for each row and source of it; `source` points into the snapshot's sources.
    """
    columns = snapshot.columns
    position = {row["id"]: place for place, row in enumerate(snapshot.sources)}
    of_text = [
        [position[name] for name in text.split(";") if name] for text in columns.source.texts
    ]
    codes = columns.source.codes[rows]
    number = np.array([len(places) for places in of_text])[codes]
    rows = np.repeat(rows, number)
    parts = class_parts(snapshot.index.class_of(rows))
    status = columns.status
    days = columns.last_edited[rows]
    edited = days.astype("datetime64[D]")
    edited[days == UNKNOWN_DAY] = np.datetime64("NaT")
    return Records(
        lon=columns.lon[rows],
        lat=columns.lat[rows],
        source=np.array([place for code in codes.tolist() for place in of_text[code]], np.int64),
        weight=columns.camera_count[rows],
        counted=parts.counted,
        kind=parts.kind,
        active=np.array([text == "active" for text in status.texts])[status.codes[rows]],
        operator_group=parts.operator_group,
        direction_known=parts.direction_known,
        last_edited=edited,
    )
