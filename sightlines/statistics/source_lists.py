"""Which sources the records of a group come from.

A camera names a source once for each observation of it, so one source may stand several times in
`cameras.sources`; here it counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SourceLists:
    """The sources of each record, as one run of a flat array a record.

    Parameters
    ----------
    ids
        The ids of all sources, sorted.
    source
        Positions in `ids`, record after record, each source of a record once.
    bounds
        Where each record's run begins in `source`, and where the last one ends, shape (n + 1,).
    """

    ids: list[str]
    source: NDArray[np.int64]
    bounds: NDArray[np.int64]


def source_lists(sources: pa.ChunkedArray) -> SourceLists:
    """Give each record the numbers of its sources.

    Parameters
    ----------
    sources
        Lists of source ids, one a record, such as `cameras["sources"]`.

    Returns
    -------
    SourceLists
        One run a record, in the same order.
    """
    lists = sources.combine_chunks()
    named = pc.list_flatten(lists)
    ids = sorted(name for name in pc.unique(named).to_pylist() if name is not None)
    row = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    found = pc.fill_null(pc.index_in(named, value_set=pa.array(ids, pa.string())), -1)
    at = found.to_numpy(zero_copy_only=False).astype(np.int64)
    pairs = np.unique(row[at >= 0] * len(ids) + at[at >= 0])
    number = np.bincount(pairs // max(len(ids), 1), minlength=len(lists))
    return SourceLists(ids, pairs % max(len(ids), 1), np.append(0, np.cumsum(number)))


def sources_of_groups(
    lists: SourceLists,
    weight: NDArray[np.int64],
    record: NDArray[np.int64],
    group: NDArray[np.int64],
    n_groups: int,
) -> pa.ListArray:
    """List the sources that name a record of each group.

    Parameters
    ----------
    lists
        The sources of each record.
    weight
        Cameras that each record counts for, 0 for one that does not count.
    record, group
        Which record belongs to which group, shape (k,); a record may belong to several.
    n_groups
        Number of groups; groups are numbered from 0.

    Returns
    -------
    pa.ListArray
        Source ids of each group, the one with most cameras first, then by id.
    """
    number = np.diff(lists.bounds)[record]
    pair = np.repeat(np.arange(len(record)), number)
    skipped = np.cumsum(number) - number
    source = lists.source[np.arange(len(pair)) + (lists.bounds[record] - skipped)[pair]]
    slots = max(len(lists.ids), 1)
    keys, at = np.unique(group[pair] * slots + source, return_inverse=True)
    n_cameras = np.bincount(at, weights=weight[record][pair], minlength=len(keys))
    order = np.lexsort((keys % slots, -n_cameras, keys // slots))
    listed = pa.array(lists.ids, pa.string()).take(pa.array(keys[order] % slots))
    ends = np.cumsum(np.bincount(keys // slots, minlength=n_groups))
    return pa.ListArray.from_arrays(pa.array(np.append(0, ends), pa.int32()), listed)
