"""What the record adds to a reader's rows: who says so, under which licence, read when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from sightlines.observations.conform import conform
from sightlines.observations.lake import GEOMETRY
from sightlines.schema import OBSERVATION, READ, TIME, short_digest

if TYPE_CHECKING:
    from datetime import datetime


def observation_table(
    read: pa.Table, *, run: str, source: str, licence: str, retrieved_at: datetime
) -> pa.Table:
    """Make observations of what a reader has read.

    Parameters
    ----------
    read
        `schema.READ`; the order of its rows is that of the source and gives the ordinals.
    run, source, licence
        Ids; the same for every row.
    retrieved_at
        When the source was read, UTC; whole seconds are kept.

    Returns
    -------
    pa.Table
        `schema.OBSERVATION`. An id is the short digest of run and ordinal (from 0): the same run
        gives the same ids.
    """
    n = read.num_rows
    rows = conform(read, READ)
    ids = [short_digest(run, str(ordinal)) for ordinal in range(n)]
    added = [
        pa.array(ids, pa.string()),
        pa.repeat(pa.scalar(run), n),
        pa.repeat(pa.scalar(source), n),
        pa.repeat(pa.scalar(licence), n),
        pa.repeat(pa.scalar(retrieved_at.replace(microsecond=0), TIME), n),
        pa.array(np.arange(n)),
    ]
    return pa.Table.from_arrays([*added, *rows.columns], schema=OBSERVATION)


def with_points(observations: pa.Table) -> pa.Table:
    """Add the column `geometry` that makes a table GeoParquet.

    Parameters
    ----------
    observations
        Has `lon` and `lat`, WGS 84 degrees, null where there is no position.

    Returns
    -------
    pa.Table
        With `geometry` last: WKB of a point, null where there is no position.
    """
    lon = observations.column("lon").to_numpy()
    lat = observations.column("lat").to_numpy()
    known = np.isfinite(lon) & np.isfinite(lat)
    points = np.full(len(lon), None, dtype=object)
    points[known] = shapely.points(lon[known], lat[known])
    return observations.append_column(
        pa.field(GEOMETRY, pa.binary()), pa.array(shapely.to_wkb(points), pa.binary())
    )
