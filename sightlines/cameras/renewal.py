"""Renewal: a conflation that takes up an earlier one, and does what has changed since anew.

Terms
-----
touched
    A record that is new, or whose pairs may weigh something else or be others than before. All its
    pairs are compared anew; a pair of two others is kept as it is.
group
    Records that are linked by pairs which may be matches. What is decided in one group depends on
    no other, so only groups with a touched record, or that have gained or lost a pair, are decided
    anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sightlines.cameras.accuracy import agreements
from sightlines.cameras.assignment import SAME, Edges, assigned, components, may_match
from sightlines.cameras.features import features_at
from sightlines.cameras.ground import ground_after, lineage_of
from sightlines.cameras.matches import Conflation, edge_table, record_table
from sightlines.cameras.weighing import Scene, edges_among, ends_of, renumbered
from sightlines.schema import COMPARISONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.cameras.ground import Lineage
    from sightlines.cameras.matches import Rulings
    from sightlines.cameras.neighbourhood import Located
    from sightlines.cameras.parameters import Parameters
    from sightlines.cameras.written import Written


@dataclass(frozen=True)
class Kept:
    """Pairs of an earlier conflation between rows that are not touched.

    Parameters
    ----------
    at
        Their places in its table.
    first, second
        Rows of today.
    loose
        Rows of today whose group has lost a pair.
    """

    at: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    loose: NDArray[np.int64]


def renewed(
    written: Written,
    parameters: Parameters,
    rulings: Rulings,
    earlier: Conflation,
) -> Conflation:
    """Conflate, given an earlier conflation with the same parameters.

    Parameters
    ----------
    written
        The records.
    parameters, rulings, earlier
        As of `conflation.conflate`.

    Returns
    -------
    Conflation
        As from the beginning.
    """
    lineage = lineage_of(written, earlier.records)
    ground, touched = ground_after(written, lineage, parameters.radius_m)
    now = agreements(ground.located, ground.near)
    for pair in sorted(now.keys() | earlier.agreements.keys()):
        if now.get(pair) != earlier.agreements.get(pair):
            # Every weight between these two is another one now.
            touched |= np.isin(ground.located.source, pair)
    touched[_ruled_otherwise(ground.located, lineage, rulings, earlier)] = True
    scene = Scene(written, ground, now, parameters)
    fresh = edges_among(scene, rulings, np.flatnonzero(touched))
    kept = _kept(earlier.edges, lineage, touched)
    edges = _spliced(earlier.edges, kept, fresh)
    linked = may_match(fresh)
    open_ = fresh.first[linked], fresh.second[linked]
    dirty = _dirty(lineage, touched, np.concatenate([*open_, kept.loose]))
    edges, group = _decided(written, lineage, edges, dirty, parameters)
    records = record_table(written, ground, group)
    return Conflation(written.subjects, records, edges, now, rulings)


def _ruled_otherwise(
    located: Located, lineage: Lineage, rulings: Rulings, earlier: Conflation
) -> NDArray[np.int64]:
    """Return the rows of rulings that are new, undone, or were not followed."""
    before = earlier.rulings
    changed = (rulings.same ^ before.same) | (rulings.different ^ before.different)
    rows = [*ends_of(located, changed)]
    if rulings.same:
        n = np.int64(len(located))
        followed = earlier.edges["outcome"].to_numpy() == SAME
        ends = (earlier.edges[name].to_numpy()[followed] for name in ("first", "second"))
        first, second = (lineage.place[end] for end in ends)
        one, other = ends_of(located, rulings.same)
        open_ = ~np.isin(one * n + other, first * n + second)
        rows += [one[open_], other[open_]]
    return np.concatenate(rows)


def _kept(edges: pa.Table, lineage: Lineage, touched: NDArray[np.bool_]) -> Kept:
    ends = [edges[name].to_numpy() for name in ("first", "second")]
    first, second = (lineage.today(end) for end in ends)
    stands = (first >= 0) & (second >= 0)
    stands[stands] = ~(touched[first[stands]] | touched[second[stands]])
    lost = np.flatnonzero(~stands)
    group = lineage.before.group
    lost = lost[group[ends[0][lost]] == group[ends[1][lost]]]
    loose = np.concatenate([first[lost], second[lost]])
    at = np.flatnonzero(stands)
    return Kept(at, first[at], second[at], loose[loose >= 0])


def _spliced(edges: pa.Table, kept: Kept, fresh: Edges) -> pa.Table:
    """Put the fresh edges among those kept, by first and second."""
    new = edge_table(fresh)
    n = np.int64(max(kept.second.max(initial=0), fresh.second.max(initial=0)) + 1)
    place = np.searchsorted(kept.first * n + kept.second, fresh.first * n + fresh.second)
    at = np.insert(kept.at, place, edges.num_rows + np.arange(len(fresh)))
    columns = {
        "first": np.insert(kept.first, place, fresh.first),
        "second": np.insert(kept.second, place, fresh.second),
    }
    for name in new.column_names[2:]:
        both = np.concatenate([edges[name].to_numpy(), new[name].to_numpy()])
        columns[name] = both[at]
    return pa.Table.from_pydict(columns, schema=new.schema)


def _dirty(
    lineage: Lineage, touched: NDArray[np.bool_], linked: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which rows are touched, or were in the group of one that has another link now."""
    origin = lineage.origin[linked]
    return touched | _of_groups(lineage, origin[origin >= 0])


def _of_groups(lineage: Lineage, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which rows of today were in a group with some rows of before."""
    group = lineage.before.group
    wanted = np.zeros(max(len(group), 1), np.bool_)
    wanted[group[rows]] = True
    found = wanted[lineage.carried(group)]
    found[lineage.new] = False
    return found


def _decided(
    written: Written,
    lineage: Lineage,
    edges: pa.Table,
    dirty: NDArray[np.bool_],
    parameters: Parameters,
) -> tuple[pa.Table, NDArray[np.int64]]:
    """Decide in all groups that are dirty; return the edges, and the group of each record."""
    first, second = (edges[name].to_numpy() for name in ("first", "second"))
    # What is uncertain between two groups depends on what is decided in both.
    beside = dirty[first] | dirty[second]
    ends = np.concatenate([first[beside], second[beside]])
    origin = lineage.origin[ends[~dirty[ends]]]
    whole = dirty | _of_groups(lineage, origin)
    about = np.flatnonzero(whole[first] & whole[second])
    rows, one, other = renumbered(len(dirty), first[about], second[about])
    features = features_at(written, rows)
    part = _edges(edges.take(pa.array(about)), (one, other))
    found = assigned(features, part, parameters.match_probability, dirty[rows])
    decided = edges
    for name in ("probability", "outcome"):
        column = edges[name].to_numpy().copy()
        column[about] = getattr(found, name)
        place = edges.schema.get_field_index(name)
        decided = decided.set_column(place, edges.schema.field(place), pa.array(column))
    linked = may_match(part) & dirty[first[about]]
    group = _groups(lineage, dirty, rows[one[linked]], rows[other[linked]])
    return decided, group


def _edges(table: pa.Table, ends: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Edges:
    """Read pairs of some records from `matches.EDGE`."""
    first, second = ends
    return Edges(
        first=first,
        second=second,
        weight=table["weight"].to_numpy(),
        distance_m=table["distance_m"].to_numpy(),
        density_per_m2=table["density_per_m2"].to_numpy(),
        agreement=table["agreement"].to_numpy(),
        copied=table["copied"].to_numpy(),
        probability=table["probability"].to_numpy(),
        levels=np.stack([table[name].to_numpy() for name in COMPARISONS], axis=1),
        outcome=table["outcome"].to_numpy(),
    )


def _groups(
    lineage: Lineage,
    dirty: NDArray[np.bool_],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the group of each record, given the links between dirty ones."""
    rows = np.flatnonzero(dirty)
    group = lineage.today(lineage.carried(lineage.before.group))
    number = np.empty(len(dirty), np.int64)
    number[rows] = np.arange(len(rows))
    group[rows] = rows[lowest_of_each(len(rows), number[first], number[second])]
    return group


def lowest_of_each(
    n: int, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the lowest row of the connected component of each of n rows."""
    number = components(n, first, second)
    lowest = np.empty(n, np.int64)
    lowest[number[::-1]] = np.arange(n)[::-1]
    return lowest[number]
