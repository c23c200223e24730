"""Ground: where records lie among each other, which decides what is compared and what it weighs.

From the beginning it costs a sort of all records and a count around each. Where an earlier
conflation has it, only what has come and gone since is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sightlines.cameras.blocking import CROWD, at_full_keys, crowd_sizes, crowds_around
from sightlines.cameras.density import Moves, by_source, density_per_m2, n_around, n_around_more
from sightlines.cameras.features import features_at, refs_at, sources_at
from sightlines.cameras.neighbourhood import Located, block_keys, neighbourhood, neighbourhood_with
from sightlines.cameras.references import long_refs, rows_of_another_count
from sightlines.cameras.subjects import names_of, rows_of

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from sightlines.cameras.features import Features
    from sightlines.cameras.neighbourhood import Neighbourhood
    from sightlines.cameras.written import Written


Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Ground:
    """Where records lie.

    Parameters
    ----------
    located, near
        The records, and their order by key.
    n_around, density
        As of `density`, shape (n,).
    ref
        As of `references.long_refs`, shape (n,).
    """

    located: Located
    near: Neighbourhood
    n_around: NDArray[np.int32]
    density: NDArray[np.float64]
    ref: NDArray[np.uint64]


@dataclass(frozen=True)
class Past:
    """The columns of `matches.RECORD` of an earlier conflation but for subjects."""

    wording: NDArray[np.uint64]
    source: NDArray[np.uint64]
    key: NDArray[np.uint64]
    square_m: NDArray[np.float64]
    n_around: NDArray[np.int32]
    density_per_m2: NDArray[np.float64]
    ref: NDArray[np.uint64]
    order: NDArray[np.int32]
    group: NDArray[np.int32]


@dataclass(frozen=True)
class Lineage:
    """Which records of today say what they said before.

    Parameters
    ----------
    before
        The earlier records.
    place
        Row of today of each earlier record; -1 where it is gone or says something else.
    origin
        Row of before of each record of today; -1 where it is new or says something else.
    gone, new
        Rows of before, and of today, that have no counterpart.
    """

    before: Past
    place: NDArray[np.int64]
    origin: NDArray[np.int64]
    gone: NDArray[np.int64]
    new: NDArray[np.int64]

    def carried(self, column: NDArray[Number]) -> NDArray[Number]:
        """Return a column of before for the rows of today; without meaning for those new."""
        return column[self.origin] if len(column) else np.zeros(len(self.origin), column.dtype)

    def today(self, rows: NDArray[np.int32] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of today of rows of before."""
        # In half the room, since places are read from all over.
        place = self.place.astype(np.int32)
        return place[rows].astype(np.int64) if len(place) else np.full(len(rows), -1)


def lineage_of(written: Written, records: pa.Table) -> Lineage:
    """Find the records that have not changed.

    Parameters
    ----------
    written
        Those of today.
    records
        `matches.RECORD` of an earlier conflation.
    """
    before = Past(**{field.name: records[field.name].to_numpy() for field in fields(Past)})
    origin = rows_of(names_of(records["subject"]), written.subject)
    if len(before.wording):
        origin[before.wording[origin] != written.wording] = -1
    still = np.flatnonzero(origin >= 0)
    place = np.full(records.num_rows, -1)
    place[origin[still]] = still
    return Lineage(before, place, origin, np.flatnonzero(place < 0), np.flatnonzero(origin < 0))


def ground_of(features: Features) -> Ground:
    """Find where records lie, from the beginning."""
    near = neighbourhood(features)
    count = n_around(features, by_source(features, near))
    density = density_per_m2(count, features.square_m)
    return Ground(features, near, count, density, long_refs(features))


def ground_after(
    written: Written, lineage: Lineage, radius_m: float
) -> tuple[Ground, NDArray[np.bool_]]:
    """Find where records lie, given where the earlier ones lay.

    Parameters
    ----------
    written, lineage
        The records, and which of them have not changed.
    radius_m
        Within which records are compared.

    Returns
    -------
    tuple of Ground and array
        As from the beginning; and which rows are touched: they are new, or their density has
        changed, or with whom a crowd or a number in common lets them be compared.
    """
    before, new, gone = lineage.before, lineage.new, lineage.gone
    located = _located(written, lineage)
    moves = _moves(located, lineage)
    standing = lineage.today(before.order)
    near = neighbourhood_with(
        located, standing[standing >= 0], moves.key, new, partial(features_at, written)
    )
    touched = np.zeros(len(located), np.bool_)
    touched[new] = True
    gone_keys = moves.key[moves.step < 0]
    touched[at_full_keys(moves.key, gone_keys, near)] = True
    at = crowds_around(moves.key, gone_keys, moves.square_m, near, radius_m)
    size = sum(crowd_sizes(located, at, radius_m, each) for each in (near.keys, gone_keys))
    touched[at[size > CROWD]] = True
    count, density, denser = _density(located, near, lineage, moves)
    touched[denser] = True
    ref = lineage.carried(before.ref)
    ref[new] = refs_at(written, new)
    touched[rows_of_another_count(ref, new, before.ref, gone)] = True
    return Ground(located, near, count, density, ref), touched


def _located(written: Written, lineage: Lineage) -> Located:
    before, new = lineage.before, lineage.new
    key, square_m = lineage.carried(before.key), lineage.carried(before.square_m)
    key[new], square_m[new] = block_keys(written.lon[new], written.lat[new])
    source = sources_at(written, slice(None))
    return Located(written.subject, source, key, square_m, written.lon, written.lat)


def _moves(located: Located, lineage: Lineage) -> Moves:
    before, new, gone = lineage.before, lineage.new, lineage.gone
    key = np.concatenate([located.key[new], before.key[gone]])
    square_m = np.concatenate([located.square_m[new], before.square_m[gone]])
    source = np.concatenate([located.source[new], before.source[gone]])
    step = np.repeat(np.array([1, -1], np.int32), [len(new), len(gone)])
    order = np.argsort(key, kind="stable")
    return Moves(key[order], square_m[order], source[order], step[order])


def _density(
    located: Located, near: Neighbourhood, lineage: Lineage, moves: Moves
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
    """Return counts, densities, and the rows whose density is another one than before."""
    own = by_source(located, near)
    more = n_around_more(located, own, moves)
    before, new = lineage.before, lineage.new
    count, density = lineage.carried(before.n_around), lineage.carried(before.density_per_m2)
    count += more
    count[new] = n_around(located, own, new)[new]
    more[new] = 1
    at = np.flatnonzero(more)
    now = density_per_m2(count[at], located.square_m[at])
    other = now != density[at]
    density[at] = now
    return count, density, at[other]
