"""What rows say, as numbers that are equal where the rows say the same.

A *fingerprint* is a 64-bit hash of values, the same in every run and whatever the order of rows.
Two rows that differ share one with a probability of 2^-64; a source that wants to be mistaken could
just as well say the same twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.observations.nearness import Positions
from sightlines.schema import attribute_fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Prints = NDArray[np.uint64]

# What a source says of a camera apart from where it is and how it is numbered. The times and the
# raw row are left out: they differ though nothing has changed.
_CONTENT = (
    "kind",
    "status",
    "camera_count",
    "private_home",
    *(field.name for field in attribute_fields()),
)
# What tells one camera from another when its number and its place do not.
SAYINGS = (
    "name",
    "ref",
    "addr_full",
    "description",
    "operator",
    "camera_direction",
    "camera_type",
)
_ROWS_AT_ONCE = 65_536
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Fingerprints:
    """Rows of one table; every array is aligned with it.

    Parameters
    ----------
    native
        Of the source's own id; 0 without one.
    place
        Of the position to 7 decimals, or of the place's name without a position.
    content
        Of what is said apart from place, id and times.
    raw
        Of the source's row as it is.
    sayings
        One column for each of `SAYINGS`; 0 where nothing is said.
    positions
        Degrees.
    """

    native: Prints
    place: Prints
    content: Prints
    raw: Prints
    sayings: Prints
    positions: Positions

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(self.native)


def fingerprints(observations: pa.Table) -> Fingerprints:
    """Take the fingerprints of rows.

    Parameters
    ----------
    observations
        Has the columns of `schema.READ`.

    Returns
    -------
    Fingerprints
        Aligned with the rows.
    """
    n = observations.num_rows
    content = np.zeros(n, np.uint64)
    sayings = np.zeros((n, len(SAYINGS)), np.uint64)
    for name in _CONTENT:
        said = prints(observations.column(name))
        content = mixed(content, said)
        if name in SAYINGS:
            sayings[:, SAYINGS.index(name)] = said
    lon, lat = (
        pc.fill_null(observations.column(name), np.nan).to_numpy().astype(np.float64)
        for name in ("lon", "lat")
    )
    positions = Positions(lon, lat)
    return Fingerprints(
        native=prints(observations.column("native_id")),
        place=_places(positions, observations.column("place")),
        content=content,
        raw=prints(observations.column("raw")),
        sayings=sayings,
        positions=positions,
    )


def mixed(*parts: Prints) -> Prints:
    """Make one number of several, in their order."""
    whole = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        whole = whole * _FACTOR + part
        whole ^= whole >> np.uint64(29)
    return whole


def prints(column: pa.ChunkedArray) -> Prints:
    """Take the fingerprint of each value of a column.

    Parameters
    ----------
    column
        Of texts, numbers, booleans, or lists of texts or of structures of numbers and texts.

    Returns
    -------
    array of uint64
        Aligned with it; 0 for null.
    """
    whole = np.zeros(len(column), np.uint64)
    if column.null_count == len(column):
        return whole
    done = 0
    batches = pa.table([column], ["values"]).to_batches(max_chunksize=_ROWS_AT_ONCE)
    for chunk in (batch.column(0) for batch in batches):
        texts = _texts(chunk).dictionary_encode()
        words = texts.dictionary.to_numpy(zero_copy_only=False).astype(object)
        values = np.append(pd.util.hash_array(words, categorize=False), np.uint64(0))
        rows = texts.indices.fill_null(len(words)).to_numpy()
        whole[done : done + len(chunk)] = values[rows]
        done += len(chunk)
    return whole


def _places(positions: Positions, names: pa.ChunkedArray) -> Prints:
    known = positions.known
    steps = [np.rint(np.where(known, axis, 0.0) * 1e7).astype(np.int64) for axis in positions]
    placed = mixed(*(step.view(np.uint64) for step in steps))
    return np.where(known, placed, mixed(prints(names), np.ones(len(known), np.uint64)))


def _texts(values: pa.Array) -> pa.Array:
    """Write each value of a column as text."""
    if not pa.types.is_list(values.type):
        return values.cast(pa.string())
    items = values.flatten()
    if pa.types.is_struct(items.type):
        parts = [part.cast(pa.string()) for part in items.flatten()]
        items = pc.binary_join_element_wise(*parts, " ", null_handling="replace")
    ends = np.cumsum(pc.fill_null(pc.list_value_length(values), 0).to_numpy())
    offsets = pa.array(np.concatenate([[0], ends]).astype(np.int32))
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, items.cast(pa.string())), ";")
    return pc.if_else(values.is_valid(), joined, pa.scalar(None, pa.string()))
