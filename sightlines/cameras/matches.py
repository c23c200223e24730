"""What conflation is given besides observations, and the tables of what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sightlines.cameras.assignment import JOINED, SAME, components
from sightlines.cameras.subjects import names_of, rows_of, texts_of
from sightlines.schema import COMPARISONS, MATCH, OUTCOMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.cameras.assignment import Edges
    from sightlines.cameras.ground import Ground
    from sightlines.cameras.written import Written


@dataclass(frozen=True)
class Rulings:
    """What people have decided: pairs of subjects that are, and that are not, one camera."""

    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()


NO_RULINGS = Rulings()

# Of each located record: `wording` is that of `written`, `key` and `square_m` those of
# `neighbourhood`, `n_around` and `density_per_m2` those of `density`, `ref` that of `references`;
# `order` is the row of the n-th by key, and `group` the lowest row of those that are linked by
# pairs which may be matches.
RECORD = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("wording", pa.uint64(), nullable=False),
        pa.field("source", pa.uint64(), nullable=False),
        pa.field("key", pa.uint64(), nullable=False),
        pa.field("square_m", pa.float64(), nullable=False),
        pa.field("n_around", pa.int32(), nullable=False),
        pa.field("density_per_m2", pa.float64(), nullable=False),
        pa.field("ref", pa.uint64(), nullable=False),
        pa.field("order", pa.int32(), nullable=False),
        pa.field("group", pa.int32(), nullable=False),
    ]
)
# A match by rows of RECORD; otherwise as in `schema.MATCH`, outcomes by their position.
EDGE = pa.schema(
    [
        pa.field("first", pa.int64(), nullable=False),
        pa.field("second", pa.int64(), nullable=False),
        *(MATCH.field(name) for name in MATCH.names[2:-1]),
        pa.field("outcome", pa.uint8(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Conflation:
    """What came of it.

    Parameters
    ----------
    subjects
        Of every observation, ascending.
    records
        `RECORD`: the located ones, by subject; what an incremental run compares with.
    edges
        `EDGE`: every pair of at least `review_bits`, and those ruled on; by first and second.
    agreements
        How each two sources agree (`accuracy.agreements`).
    rulings
        What it was given.
    """

    subjects: pa.Array
    records: pa.Table
    edges: pa.Table
    agreements: dict[tuple[int, int], int]
    rulings: Rulings = NO_RULINGS

    @cached_property
    def matches(self) -> pa.Table:
        """Return the edges as `schema.MATCH`, by subjects."""
        names = self.records["subject"]
        columns = {
            "first": names.take(self.edges["first"]),
            "second": names.take(self.edges["second"]),
            "outcome": pa.array(OUTCOMES).take(self.edges["outcome"].combine_chunks()),
        }
        arrays = [columns.get(name, self.edges[name]) for name in MATCH.names[:2]]
        arrays += [self.edges[name] for name in MATCH.names[2:-1]]
        return pa.Table.from_arrays([*arrays, columns["outcome"]], schema=MATCH)

    @cached_property
    def cluster(self) -> NDArray[np.int64]:
        """Return the number of each subject's cluster, aligned with `subjects`."""
        outcome = self.edges["outcome"].to_numpy()
        joined = (outcome == JOINED) | (outcome == SAME)
        place = rows_of(names_of(self.subjects), names_of(self.records["subject"]))
        first, second = (place[self.edges[end].to_numpy()[joined]] for end in ("first", "second"))
        return components(len(self.subjects), first, second)


def record_table(written: Written, ground: Ground, group: NDArray[np.int64]) -> pa.Table:
    """Return `RECORD` of records, given the group of each."""
    located = ground.located
    columns = [
        written.wording,
        located.source,
        located.key,
        located.square_m,
        ground.n_around,
        ground.density,
        ground.ref,
        ground.near.order.astype(np.int32),
        group.astype(np.int32),
    ]
    whole = len(written) == len(written.subjects)
    subjects = written.subjects if whole else texts_of(located.subject)
    arrays = [subjects, *map(pa.array, columns)]
    return pa.Table.from_arrays(arrays, schema=RECORD)


def edge_table(edges: Edges) -> pa.Table:
    """Return `EDGE` of edges."""
    levels = {name: edges.levels[:, place] for place, name in enumerate(COMPARISONS)}
    columns = [levels[n] if n in levels else getattr(edges, n) for n in EDGE.names]
    return pa.Table.from_arrays(list(map(pa.array, columns)), schema=EDGE)
