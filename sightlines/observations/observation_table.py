"""What the record adds to a reader's rows: who says so, under which licence, read when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from sightlines.observations.conform import conform
from sightlines.observations.lake import GEOMETRY
from sightlines.schema import OBSERVATION, READ, TIME, short_digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sightlines.observations.readings import Rows

POINT_SCHEMA = OBSERVATION.append(pa.field(GEOMETRY, pa.binary()))


def observation_batches(
    rows: Rows, *, run: str, source: str, licence: str, retrieved_at: datetime
) -> Iterator[pa.RecordBatch]:
    """Make observations with points of what a reader has read, batch by batch.

    Parameters
    ----------
    rows, run, source, licence, retrieved_at
        As for `observation_table`.

    Returns
    -------
    iterator of pa.RecordBatch
        Of `POINT_SCHEMA`.
    """
    done = 0
    for batch in rows.batches():
        table = observation_table(
            pa.Table.from_batches([batch]),
            run=run,
            source=source,
            licence=licence,
            retrieved_at=retrieved_at,
            first=done,
        )
        done += batch.num_rows
        yield from with_points(table).to_batches()


def bounds_of(rows: Rows) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of all positions, degrees; None where there is none."""
    west, south, east, north = [], [], [], []
    for batch in rows.batches():
        lon, lat = (pc.min_max(batch.column(name)).as_py() for name in ("lon", "lat"))
        if lon["min"] is not None and lat["min"] is not None:
            west.append(lon["min"])
            south.append(lat["min"])
            east.append(lon["max"])
            north.append(lat["max"])
    return (min(west), min(south), max(east), max(north)) if west else None


def observation_table(
    read: pa.Table,
    *,
    run: str,
    source: str,
    licence: str,
    retrieved_at: datetime,
    first: int = 0,
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
    first
        Ordinal of the first row.

    Returns
    -------
    pa.Table
        `schema.OBSERVATION`. An id is the short digest of run and ordinal (from 0): the same run
        gives the same ids.
    """
    n = read.num_rows
    rows = conform(read, READ)
    ids = [short_digest(run, str(ordinal)) for ordinal in range(first, first + n)]
    added = [
        pa.array(ids, pa.string()),
        pa.repeat(pa.scalar(run), n),
        pa.repeat(pa.scalar(source), n),
        pa.repeat(pa.scalar(licence), n),
        pa.repeat(pa.scalar(retrieved_at.replace(microsecond=0), TIME), n),
        pa.array(np.arange(first, first + n)),
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
