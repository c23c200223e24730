"""Two overlapping sources of any size, laid out as real cities are, and a change to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from benchmarks.labelled import CHANGED, rows_of_file
from benchmarks.labels import standing
from benchmarks.perturbation import NOISES, moved, perturb
from sightlines.schema import short_digest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Each further copy of the real layouts is turned eastward so far; distances stay what they are.
COPY_STEP_DEG = 7.31
_SHARE_SECOND = 0.8


def overlapping_sources(folder: Path, n_rows: int, seed: int) -> pa.Table:
    """Repeat the cameras of Seoul and the readers of the USA until two sources are full.

    Parameters
    ----------
    folder
        With the shared camera files.
    n_rows
        Of each of the two sources.
    seed
        Of the random numbers.

    Returns
    -------
    pa.Table
        Of `schema.STANDING`: `n_rows` of one source, then as many of another, which repeats about
        two thirds of the first with the errors of `perturbation`.
    """
    rng = np.random.default_rng(seed)
    real = pa.concat_tables(
        [rows_of_file(folder / CHANGED[title][0]) for title in ("Seoul", "US readers")]
    )
    n_copies = int(np.ceil(n_rows / (real.num_rows * _SHARE_SECOND)))
    first, second = [], []
    noises = list(NOISES.values())
    for copy in range(n_copies):
        other = perturb(real, noises[copy % len(noises)], seed + copy).rows
        first.append(_turned(real, copy * COPY_STEP_DEG))
        second.append(_turned(other, copy * COPY_STEP_DEG))
    sources = []
    for name, copies in (("first", first), ("second", second)):
        whole = pa.concat_tables(copies)
        chosen = np.sort(rng.permutation(whole.num_rows)[:n_rows])
        sources.append(standing(whole.take(chosen), name))
    return pa.concat_tables(sources).combine_chunks()


def _turned(rows: pa.Table, east_deg: float) -> pa.Table:
    """Turn all positions eastward, and leave out what matching does not read."""
    lon = (rows["lon"].to_numpy() + east_deg + 180.0) % 360.0 - 180.0
    rows = _with(rows, "lon", pa.array(lon))
    for name in ("native_id", "name", "addr_full", "purpose", "place"):
        rows = _with(rows, name, pa.nulls(rows.num_rows, pa.string()))
    return _with(rows, "raw", pa.array(["{}"] * rows.num_rows))


def change(observations: pa.Table, share: float, seed: int) -> pa.Table:
    """Change a share of the observations, as a new run of their sources does.

    Parameters
    ----------
    observations
        Of `schema.STANDING`.
    share
        Between 0 and 1: of it a fifth are gone, a fifth are new, two fifths have moved by 1 to
        20 m, and of a fifth the operator is another.
    seed
        Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    n = observations.num_rows
    fifth = round(n * share / 5)
    touched = rng.permutation(n)[: 5 * fifth]
    gone, new, shifted, renamed = np.split(touched, [fifth, 2 * fifth, 4 * fifth])
    lon, lat = observations["lon"].to_numpy().copy(), observations["lat"].to_numpy().copy()
    _shift(lon, lat, shifted, rng)
    operator = observations["operator"].to_pylist()
    for row in renamed.tolist():
        operator[row] = "City Council"
    changed = _with(_with(observations, "lon", pa.array(lon)), "lat", pa.array(lat))
    changed = _with(changed, "operator", pa.array(operator, pa.string()))
    added = changed.take(new)
    _shift(lon, lat, new, rng)
    added = _with(_with(added, "lon", pa.array(lon[new])), "lat", pa.array(lat[new]))
    for name in ("id", "subject"):
        names = [short_digest("new", text) for text in added[name].to_pylist()]
        added = _with(added, name, pa.array(names))
    kept = np.setdiff1d(np.arange(n), gone)
    return pa.concat_tables([changed.take(kept), added]).combine_chunks()


def _shift(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    rows: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    bearing_deg, distance_m = rng.uniform(0, 360, len(rows)), rng.uniform(1, 20, len(rows))
    lon[rows], lat[rows] = moved(lon[rows], lat[rows], bearing_deg, distance_m)


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(position), values)
