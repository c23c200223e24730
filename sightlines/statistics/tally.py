"""Count records by group: an area, a view, the whole snapshot.

`n_cameras` sums `camera_count` over counted records; `n_records` counts those records;
`n_enforcement` sums `camera_count` over active records of kind `enforcement`, which never count
among the cameras (DEFINITIONS: What counts). The figures by operator group divide `n_cameras` up;
`n_corroborated` and `n_direction_known` are of `n_records`. The median date of an even number of
records is the earlier of the two in the middle: a date that occurs.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightlines.attributes import OPERATOR_GROUPS
from sightlines.statistics.records import ENFORCEMENT, Records, records_once

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

NO_DATE = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Tally:
    """Counts, one element a group; `last_edited_*` are datetime64[D], NaT where no date is known.

    The fields are the columns of the table of statistics that bear their names.
    """

    n_cameras: NDArray[np.int64]
    n_records: NDArray[np.int64]
    n_corroborated: NDArray[np.int64]
    n_enforcement: NDArray[np.int64]
    n_public: NDArray[np.int64]
    n_private: NDArray[np.int64]
    n_unknown: NDArray[np.int64]
    n_direction_known: NDArray[np.int64]
    last_edited_first: NDArray[np.datetime64]
    last_edited_median: NDArray[np.datetime64]
    last_edited_last: NDArray[np.datetime64]


@dataclass(frozen=True)
class Totals:
    """Counts over a whole snapshot, each camera once, whatever sources and areas have it.

    `n_cameras` and what divides it up are of located records; cameras known to an area only are
    `n_not_located`. Dates are None where no located, counted record has one.
    """

    n_cameras: int
    n_records: int
    n_corroborated: int
    n_enforcement: int
    n_not_located: int
    n_public: int
    n_private: int
    n_unknown: int
    n_direction_known: int
    last_edited_first: datetime.date | None
    last_edited_median: datetime.date | None
    last_edited_last: datetime.date | None


def tally(
    records: Records, record: NDArray[np.int64], group: NDArray[np.int64], n_groups: int
) -> Tally:
    """Count records by group.

    Parameters
    ----------
    records
        The records.
    record, group
        Which record belongs to which group, shape (k,); a record may belong to several.
    n_groups
        Number of groups; groups are numbered from 0.

    Returns
    -------
    Tally
        Arrays of length `n_groups`.
    """
    enforcing = (records.kind == ENFORCEMENT) & records.active
    n_enforcement = weights(records, record[enforcing[record]], group[enforcing[record]], n_groups)
    counted = records.counted[record]
    record, group = record[counted], group[counted]
    by_operator = {
        name: weights(records, record[chosen], group[chosen], n_groups)
        for position, name in enumerate(OPERATOR_GROUPS)
        for chosen in (records.operator_group[record] == position,)
    }
    first, median, last = _dates(records.last_edited[record], group, n_groups)
    return Tally(
        n_cameras=weights(records, record, group, n_groups),
        n_records=np.bincount(group, minlength=n_groups),
        n_corroborated=np.bincount(group[records.corroborated[record]], minlength=n_groups),
        n_enforcement=n_enforcement,
        n_public=by_operator["public"],
        n_private=by_operator["private"],
        n_unknown=by_operator["unknown"],
        n_direction_known=np.bincount(group[records.direction_known[record]], minlength=n_groups),
        last_edited_first=first,
        last_edited_median=median,
        last_edited_last=last,
    )


def weights(
    records: Records, record: NDArray[np.int64], group: NDArray[np.int64], n_groups: int
) -> NDArray[np.int64]:
    """Sum `camera_count` by group; parameters as of `tally`.

    Sums of whole numbers are exact in floating point up to 2^53.
    """
    sums = np.bincount(group, weights=records.weight[record], minlength=n_groups)
    return sums.astype(np.int64)


def totals(cameras: pa.Table) -> Totals:
    """Count a whole snapshot.

    Parameters
    ----------
    cameras
        `schema.CAMERA`.

    Returns
    -------
    Totals
        Each camera once.
    """
    records = records_once(cameras)
    located = np.isfinite(records.lon)
    found = np.flatnonzero(located)
    counts = tally(records, found, np.zeros(len(found), np.int64), 1)
    return Totals(
        n_cameras=int(counts.n_cameras[0]),
        n_records=int(counts.n_records[0]),
        n_corroborated=int(counts.n_corroborated[0]),
        n_enforcement=int(counts.n_enforcement[0]),
        n_not_located=int(records.weight[~located & records.counted].sum()),
        n_public=int(counts.n_public[0]),
        n_private=int(counts.n_private[0]),
        n_unknown=int(counts.n_unknown[0]),
        n_direction_known=int(counts.n_direction_known[0]),
        last_edited_first=plain_date(counts.last_edited_first[0]),
        last_edited_median=plain_date(counts.last_edited_median[0]),
        last_edited_last=plain_date(counts.last_edited_last[0]),
    )


def plain_date(day: np.datetime64) -> datetime.date | None:
    """Return a datetime64[D] as Python has dates; None for NaT."""
    return None if np.isnat(day) else datetime.date.fromisoformat(str(day))


def _dates(
    dates: NDArray[np.datetime64], group: NDArray[np.int64], n_groups: int
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return the first, the lower median and the last date of each group."""
    known = ~np.isnat(dates)
    days, group = dates[known].astype(np.int64), group[known]
    earliest = days.min(initial=0)
    span = days.max(initial=0) - earliest + 1
    # One number for group and day sorts several times faster than the two of them.
    ordered = np.sort(group * span + (days - earliest))
    number = np.bincount(group, minlength=n_groups)
    start = np.cumsum(number) - number
    some = number > 0
    picked = []
    for offset in (np.zeros_like(number), (number - 1) // 2, number - 1):
        chosen = np.full(n_groups, NO_DATE)
        picks = ordered[(start + offset)[some]] % span + earliest
        chosen[some] = picks.astype(NO_DATE.dtype)
        picked.append(chosen)
    return picked[0], picked[1], picked[2]
