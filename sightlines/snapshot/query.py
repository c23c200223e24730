"""The one filter: which rows of a snapshot a reader asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.geodesy import Bbox
    from sightlines.snapshot.reader import Snapshot


def rows_in(snapshot: Snapshot, bbox: Bbox | None) -> NDArray[np.int64]:
    """Find the rows inside a box.

    Parameters
    ----------
    snapshot
        Where to look.
    bbox
        West, south, east, north in WGS 84 degrees, borders included; east below west crosses the
        antimeridian. None means every row, those without a position too.

    Returns
    -------
    array of int64
        Row numbers, ascending.
    """
    if bbox is None:
        return np.arange(snapshot.cameras.num_rows, dtype=np.int64)
    rows = snapshot.index.bbox_rows(bbox, snapshot.columns.lon, snapshot.columns.lat)
    return np.sort(rows).astype(np.int64)
