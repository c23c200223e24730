"""The records that measures count, as arrays.

Terms
-----
record
    One row of a snapshot's cameras, which is one camera or site whatever sources have it.
located
    With a position. Records without one are counted apart, in the area that their place names.
corroborated
    Independent sources agree on it, or somebody has a photograph of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.attributes import KINDS, OPERATOR_GROUPS, operator_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ENFORCEMENT = KINDS.index("enforcement")
CORROBORATED = ("corroborated", "photographed")


@dataclass(frozen=True)
class Records:
    """Records, one element each of arrays of one length.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees; NaN where the position is unknown.
    weight
        `camera_count`.
    counted
        Whether it counts (DEFINITIONS: What counts).
    kind
        Position in `attributes.KINDS`.
    active
        Whether its status is `active`.
    operator_group
        Position in `attributes.OPERATOR_GROUPS`.
    direction_known
        Whether a direction is recorded.
    corroborated
        Whether its verification is one of `CORROBORATED`.
    last_edited
        UTC dates, datetime64[D]; NaT where unknown.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.int64]
    counted: NDArray[np.bool_]
    kind: NDArray[np.uint8]
    active: NDArray[np.bool_]
    operator_group: NDArray[np.uint8]
    direction_known: NDArray[np.bool_]
    corroborated: NDArray[np.bool_]
    last_edited: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.weight)


def records_once(cameras: pa.Table) -> Records:
    """Return the records of `schema.CAMERA`, one a row."""
    return Records(
        lon=_numbers(cameras["lon"]),
        lat=_numbers(cameras["lat"]),
        weight=cameras["camera_count"].to_numpy().astype(np.int64),
        counted=cameras["counted"].to_numpy().astype(np.bool_),
        kind=_codes(cameras["kind"], KINDS).astype(np.uint8),
        active=pc.equal(cameras["status"], "active").to_numpy().astype(np.bool_),
        operator_group=_operator_groups(cameras["operator_type"]),
        direction_known=_not_empty(cameras["camera_direction"]),
        corroborated=_is_corroborated(cameras["verification"]),
        last_edited=_dates(cameras["last_edited_at"]),
    )


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy(), dtype=np.float64)


def _codes(column: pa.ChunkedArray, vocabulary: Sequence[str]) -> NDArray[np.int64]:
    """Return each text's position in a vocabulary, which must hold it."""
    found = pc.index_in(column, value_set=pa.array(vocabulary, pa.string()))
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _operator_groups(operator_type: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Return the group of each type of operator; few types, so each is looked up once."""
    coded = operator_type.combine_chunks().dictionary_encode()
    of_type = [OPERATOR_GROUPS.index(operator_group(name)) for name in coded.dictionary.to_pylist()]
    groups = np.array([*of_type, OPERATOR_GROUPS.index("unknown")], dtype=np.uint8)
    at = np.asarray(pc.fill_null(coded.indices, len(of_type)), dtype=np.int64)
    return groups[at]


def _not_empty(sectors: pa.ChunkedArray) -> NDArray[np.bool_]:
    lengths = pc.fill_null(pc.list_value_length(sectors), 0).to_numpy()
    return np.asarray(lengths > 0, dtype=np.bool_)


def _is_corroborated(verification: pa.ChunkedArray) -> NDArray[np.bool_]:
    found = pc.is_in(verification, value_set=pa.array(CORROBORATED))
    return np.asarray(found.to_numpy(), dtype=np.bool_)


def _dates(times: pa.ChunkedArray) -> NDArray[np.datetime64]:
    """Return UTC dates; the clock part falls away."""
    seconds = times.cast(pa.int64())
    since_1970 = np.asarray(pc.fill_null(seconds, 0).to_numpy(), dtype=np.int64)
    stamps = since_1970.astype("datetime64[s]").astype("datetime64[D]")
    stamps[pc.is_null(seconds).to_numpy()] = np.datetime64("NaT")
    return stamps
