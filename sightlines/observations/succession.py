"""Succession: which camera of a source's newest run is which of those that it named before.

Within one source only. A row may be renumbered, moved, described anew, or all of it; the source may
use an id again for another camera, or move everything at once. What agrees best is found first, and
each camera is found at most once (`matching`). Whoever is not found again is *missing*: the source
no longer lists it, which is not to say that it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.observations.fingerprints import fingerprints
from sightlines.observations.matching import match
from sightlines.observations.nearness import distances_m
from sightlines.observations.subjects import fresh_subjects, natural_subjects
from sightlines.schema import STANDING, TIME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from sightlines.observations.matching import Matches

# Nearer than this nothing has moved.
MOVED_M = 1.0


@dataclass(frozen=True)
class Moved:
    """How far cameras have moved that were found again.

    Parameters
    ----------
    n
        How many by more than `MOVED_M`.
    median_m, most_m
        Of those; 0 where none has.
    shift_m
        The way by which most of them have moved together; None where they have not.
    """

    n: int = 0
    median_m: float = 0.0
    most_m: float = 0.0
    shift_m: float | None = None


@dataclass(frozen=True)
class Succession:
    """Who is who.

    Parameters
    ----------
    subjects
        One a row of the new run, aligned with it, all different.
    missing
        `schema.STANDING`: the earlier rows that were not found again, `missing_since` set.
    n_stood, n_lost
        How many cameras the source listed before, and how many of them it no longer does.
    moved
        How far those have moved that were found again.
    notes
        Reason -> rows, as a run has them.
    """

    subjects: pa.Array
    missing: pa.Table
    n_stood: int = 0
    n_lost: int = 0
    moved: Moved = Moved()
    notes: Mapping[str, int] = field(default_factory=dict)


def succeed(
    earlier: pa.Table | None, rows: pa.Table, *, read_at: datetime, now: datetime | None = None
) -> Succession:
    """Say which camera of a new run is which of those that the source named before.

    Parameters
    ----------
    earlier
        `schema.STANDING`: what stands of the source; None where nothing does.
    rows
        `schema.OBSERVATION`: what the new run says.
    read_at
        When that was read, UTC: since then what is not found again is missing.
    now
        UTC; None for `read_at`, where it has just been read.

    Returns
    -------
    Succession
        Neither the order of the rows nor that of the earlier ones matters. Whoever was missing
        already stays so since the same time, but never since later than now, nor since before the
        last run that listed it: clocks jump.
    """
    if earlier is None or not earlier.num_rows:
        return Succession(natural_subjects(rows), STANDING.empty_table())
    was_missing = earlier.column("missing_since").is_valid().to_numpy()
    matches = match(fingerprints(earlier), fingerprints(rows), earlier["subject"], was_missing)
    found = matches.earlier_of_row
    left = np.ones(earlier.num_rows, bool)
    left[found[found >= 0]] = False
    return Succession(
        subjects=_subjects(earlier, rows, matches),
        missing=_missing(earlier.filter(pa.array(left)), read_at, now or read_at),
        n_stood=int((~was_missing).sum()),
        n_lost=int((left & ~was_missing).sum()),
        moved=_moved(matches),
        notes=_notes(matches, was_missing),
    )


def _subjects(earlier: pa.Table, rows: pa.Table, matches: Matches) -> pa.Array:
    found = matches.earlier_of_row
    known = earlier["subject"].combine_chunks().cast(pa.string())
    named = known.take(pa.array(np.where(found < 0, 0, found)))
    new = np.flatnonzero(found < 0)
    if not new.size:
        return named
    reused = rows["native_id"].filter(pa.array(matches.reused)).to_pylist()
    fresh = fresh_subjects(
        rows.take(pa.array(new)), taken=set(known.to_pylist()), reused=set(reused)
    )
    return pc.replace_with_mask(named, pa.array(found < 0), pa.array(fresh, pa.string()))


def _missing(left: pa.Table, read_at: datetime, now: datetime) -> pa.Table:
    """Say of earlier rows that they are missing, and since when."""
    latest = pa.scalar(int(now.timestamp()))
    since = pc.fill_null(left["missing_since"].cast(pa.int64()), int(read_at.timestamp()))
    since = pc.min_element_wise(since, latest)
    last_listed = pc.min_element_wise(left["retrieved_at"].cast(pa.int64()), latest)
    return left.set_column(
        left.schema.get_field_index("missing_since"),
        STANDING.field("missing_since"),
        pc.max_element_wise(since, last_listed).cast(TIME),
    ).combine_chunks()


def _moved(matches: Matches) -> Moved:
    rows = np.flatnonzero(matches.earlier_of_row >= 0)
    before = matches.earlier.positions.take(matches.earlier_of_row[rows])
    apart_m = distances_m(before, matches.rows.positions.take(rows))
    far_m = apart_m[apart_m > MOVED_M]
    shift_m = None if matches.shift is None else matches.shift.length_m
    if not far_m.size:
        return Moved(shift_m=shift_m)
    return Moved(far_m.size, float(np.median(far_m)), float(far_m.max()), shift_m)


def _notes(matches: Matches, was_missing: NDArray[np.bool_]) -> dict[str, int]:
    rows = np.flatnonzero(matches.earlier_of_row >= 0)
    found = matches.earlier_of_row[rows]
    before, now = matches.earlier.native[found], matches.rows.native[rows]
    counts = {
        "native_id:changed": int(((before != now) & (before != 0) & (now != 0)).sum()),
        "native_id:reused": int(matches.reused.sum()),
        "camera:moved": _moved(matches).n,
        "camera:back": int(was_missing[found].sum()),
    }
    return {reason: n for reason, n in counts.items() if n}
