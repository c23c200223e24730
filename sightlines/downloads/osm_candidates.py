"""The cameras that may differ from OpenStreetMap, out of millions that do not.

A statement is an *element* where its native id is that of a node, way or relation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.downloads.osm_tags import PASSED_ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    Row = dict[str, Any]

_ELEMENT = "^(node|way|relation)/[1-9][0-9]{0,18}$"
_CAMERAS_AT_A_TIME = 2_000
_OF_EVIDENCE = (
    "source", "licence", "native_id", "native_version", "kind", "enforcement", "status",
    "camera_count", "lon", "lat", "private_home", "missing_since", "raw",
    *(attribute.name for attribute in PASSED_ON),
)  # fmt: skip
_OF_CAMERA = ("status", "verification", "kind", "enforcement", "camera_count", "camera_type")


def candidates(evidence: pa.Table, cameras: pa.Table) -> Iterator[tuple[Row, list[Row]]]:
    """Pass through the cameras of which somebody else than OpenStreetMap speaks.

    Parameters
    ----------
    evidence
        `schema.EVIDENCE`; the best statement of a camera first, cameras in any order.
    cameras
        `schema.CAMERA`; of others there is no word.

    Yields
    ------
    camera
        Columns of a row of `cameras`.
    statements
        Columns of its evidence, in its order, and `is_element`: whether it is one of
        OpenStreetMap.
    """
    of_camera = pc.index_in(evidence["camera"], value_set=cameras["id"].combine_chunks())
    number = pc.fill_null(of_camera, -1).to_numpy()
    is_element = pc.fill_null(
        pc.match_substring_regex(evidence["native_id"], _ELEMENT), fill_value=False
    ).to_numpy(zero_copy_only=False)
    spoken_of = np.zeros(cameras.num_rows, bool)
    spoken_of[number[~is_element & (number >= 0)]] = True
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(cameras.num_rows + 1))
    told = evidence.select(_OF_EVIDENCE).append_column("is_element", pa.array(is_element))
    wanted = np.flatnonzero(spoken_of)
    for first in range(0, len(wanted), _CAMERAS_AT_A_TIME):
        some = wanted[first : first + _CAMERAS_AT_A_TIME]
        rows = [order[starts[camera] : starts[camera + 1]] for camera in some]
        statements = told.take(pa.array(np.concatenate(rows))).to_pylist()
        ends = np.cumsum([len(of_one) for of_one in rows]).tolist()
        shown = cameras.select(_OF_CAMERA).take(pa.array(some)).to_pylist()
        for camera, start, end in zip(shown, [0, *ends[:-1]], ends, strict=True):
            yield camera, statements[start:end]
