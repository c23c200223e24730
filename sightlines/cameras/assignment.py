"""Assignment: which of the pairs that are alike are one camera.

Within one pair of sources a record belongs to at most one record of the other. A pair is taken for
one camera if that is probable enough given all its rivals (`marginals`); what could as well be the
other way round is for a person to decide. Over more sources, chosen pairs are joined from the
heaviest down, unless the cluster would then hold two records of one source, two kinds of camera,
two sorts of enforcement, or a pair that a person has ruled to be different.

Records that nothing tells apart are like one: what counts is how probable it is that a record is
one of them. They are then paired in turn; where that is not possible, by an assignment with the
largest sum.

What happens in one connected component does not depend on any other, so that a change solves anew
only what it touches. Ties are broken by a hash of the subjects: the order of the input is nothing.

References
----------
Crouse, D. F. (2016): On implementing 2D rectangular assignment algorithms. IEEE TAES 52, 1679-1696.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from sightlines.cameras.marginals import marginals
from sightlines.cameras.neighbourhood import begins, counted_off
from sightlines.schema import COMPARISONS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightlines.cameras.features import Features

JOINED, RIVAL, REVIEW, SAME, DIFFERENT = range(len(OUTCOMES))
_LEAST_BITS = 1e-6
# How much more an exact copy of a record speaks for itself than its rivals do.
COPY_BITS = 6.0
# What no camera can be two of, and the level of `comparison` that says two were found.
_CONTRADICTORY = ("kind", "enforcement")
_DIFFERENT = 2
_EDGES_AT_ONCE = 4_000


@dataclass(frozen=True)
class Edges:
    """Pairs that are alike, one element each; rows of `Features`, first below second.

    Parameters
    ----------
    first, second
        Rows.
    weight
        In bits.
    distance_m
        Metres.
    density_per_m2, agreement, copied
        As in `schema.MATCH`.
    probability
        What `assigned` finds, given all rivals; as in `schema.MATCH`.
    levels
        Shape (n, number of comparisons).
    outcome
        Position in `schema.OUTCOMES`; `SAME` and `DIFFERENT` are rulings and stay, the others are
        what `assigned` finds.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weight: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    density_per_m2: NDArray[np.float64]
    agreement: NDArray[np.uint16]
    copied: NDArray[np.bool_]
    probability: NDArray[np.float64]
    levels: NDArray[np.uint8]
    outcome: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.first)


def assigned(
    features: Features, edges: Edges, least_probability: float, touched: NDArray[np.bool_]
) -> Edges:
    """Decide on every pair.

    Parameters
    ----------
    features
        The records.
    edges
        Those of at least the weight that a person may be asked about; those between records that
        are not `touched` have their outcome and probability already.
    least_probability
        How probable it must be that two records are one camera, that nobody is asked.
    touched
        Rows around which something has changed; all, where nothing was known before.

    Returns
    -------
    Edges
        The same with their outcomes and probabilities.
    """
    ruled_same, ruled_different = edges.outcome == SAME, edges.outcome == DIFFERENT
    possible = may_match(edges)
    group = components(len(features), edges.first[possible], edges.second[possible])
    dirty = np.zeros(len(features), np.bool_)
    dirty[group[touched]] = True
    solve = possible & dirty[group[edges.first]]
    joined = ((edges.outcome == JOINED) & possible & ~solve) | (ruled_same & ~solve)
    probability = np.where(possible, edges.probability, 0.0)
    rows = np.flatnonzero(solve)
    probability[rows], chosen = _one_to_one(features, edges, rows, least_probability)
    joined[_joined(features, edges, chosen)] = True
    # Elsewhere nothing has changed, nor has what is uncertain there.
    near = dirty[group[edges.first]] | dirty[group[edges.second]]
    rows = np.flatnonzero(near | ruled_same | ruled_different)
    outcome = edges.outcome.copy()
    # Two records of one cluster are one camera, however little they have in common themselves.
    whole = components(len(features), edges.first[joined], edges.second[joined])
    one = whole[edges.first] == whole[edges.second]
    outcome[rows] = np.where(one[rows], JOINED, RIVAL)
    outcome[rows[_both_free(features, edges, one, rows)]] = REVIEW
    outcome[ruled_same & joined], outcome[ruled_different] = SAME, DIFFERENT
    return replace(edges, outcome=outcome, probability=probability)


def may_match(edges: Edges) -> NDArray[np.bool_]:
    """Say which pairs may be one camera, before any outcome but rulings is known."""
    alike = ~_contradicting(edges) | (edges.outcome == SAME)
    return np.asarray(alike & (edges.outcome != DIFFERENT))


def _contradicting(edges: Edges) -> NDArray[np.bool_]:
    """Say which pairs are of two kinds, or enforce two rules: no weight outdoes that."""
    found = np.zeros(len(edges), np.bool_)
    for name in _CONTRADICTORY:
        found |= edges.levels[:, COMPARISONS.index(name)] == _DIFFERENT
    return found


def components(n: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the connected component of each of n rows, joined by pairs of them."""
    graph = coo_array((np.ones(len(first), np.bool_), (first, second)), shape=(n, n))
    found: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def _groups(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the connected component of each edge between left and right nodes."""
    n_left, n_right = left.max(initial=-1) + 1, right.max(initial=-1) + 1
    return components(n_left + n_right, left, n_left + right)[left]


def _one_to_one(
    features: Features, edges: Edges, rows: NDArray[np.int64], least_probability: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return how probable some edges are, whole components of them, and those to take."""
    source = features.source
    swap = source[edges.first[rows]] > source[edges.second[rows]]
    low = np.where(swap, edges.second[rows], edges.first[rows])
    high = np.where(swap, edges.first[rows], edges.second[rows])
    ends = _numbered(low, source[high]), _numbered(high, source[low])
    forced = edges.outcome[rows] == SAME
    free = np.flatnonzero(~_at_nodes_of(ends, forced))
    left, right = (end[free] for end in ends)
    probability = forced.astype(np.float64)
    probability[free] = _probable(left, right, edges.weight[rows[free]], edges.copied[rows[free]])
    alike = features.fingerprint[low], features.fingerprint[high]
    probability[free] = np.maximum(
        _of_alike(left, alike[1][free], probability[free]),
        _of_alike(right, alike[0][free], probability[free]),
    )
    enough = free[probability[free] >= least_probability]
    best = enough[_without_rivals(*(end[enough] for end in ends))]
    open_ = _free_of(ends, enough, best)
    in_turn = open_[_in_turn([end[open_] for end in ends], [each[open_] for each in alike])]
    open_ = _free_of(ends, open_, in_turn)
    gain = probability[open_] + _tie_bits(features, edges, rows[open_])
    last = open_[_heaviest(ends[0][open_], ends[1][open_], gain)]
    return probability, rows[np.concatenate([np.flatnonzero(forced), best, in_turn, last])]


def _free_of(
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
    edges: NDArray[np.int64],
    taken: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return those edges that have no node in common with those taken."""
    chosen = np.zeros(len(ends[0]), np.bool_)
    chosen[taken] = True
    return edges[~_at_nodes_of(ends, chosen)[edges]]


def _in_turn(ends: list[NDArray[np.int64]], alike: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
    """Return the edges from the n-th of some nodes to the n-th of others that nothing tells apart.

    Thousands of records at one point are paired by this at once; an assignment of so many equal
    choices would take minutes.
    """
    group = _groups(*ends)
    turns = [_turn(end, each, group) for end, each in zip(ends, alike, strict=True)]
    same = np.flatnonzero(turns[0] == turns[1])
    return same[_without_rivals(*(end[same] for end in ends))]


def _turn(
    node: NDArray[np.int64], alike: NDArray[np.uint64], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count off the nodes of edges within each group and fingerprint, from 0."""
    nodes, at, back = np.unique(node, return_index=True, return_inverse=True)
    order = np.lexsort((nodes, alike[at], group[at]))
    turn = np.empty(len(order), np.int64)
    turn[order] = counted_off(begins(alike[at][order], group[at][order]))
    return np.asarray(turn[back])


def _at_nodes_of(
    ends: tuple[NDArray[np.int64], NDArray[np.int64]], chosen: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which edges have a node in common with a chosen one; that one itself has, too."""
    found = np.zeros(len(chosen), np.bool_)
    for end in ends:
        found |= np.bincount(end, chosen)[end] > 0
    return found


def _probable(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    weight: NDArray[np.float64],
    copied: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return how probable each edge is: as its weight says, or less where it has rivals."""
    alone = _without_rivals(left, right)
    probability = 1.0 / (1.0 + np.exp2(-weight))
    rivals = np.flatnonzero(~alone)
    one, other = (np.unique(end[rivals], return_inverse=True)[1] for end in (left, right))
    bits = weight[rivals] + np.where(copied[rivals], COPY_BITS, 0.0)
    among = marginals(one, other, bits, _groups(one, other))
    probability[rivals] = np.minimum(among, probability[rivals])
    return probability


def _without_rivals(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which edges have neither node in common with another."""
    return np.asarray((np.bincount(left)[left] == 1) & (np.bincount(right)[right] == 1))


def _of_alike(
    node: NDArray[np.int64], other: NDArray[np.uint64], probability: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Add up, for each edge, those of one node to records with one fingerprint."""
    order = np.lexsort((other, node))
    of_edge = np.empty(len(order), np.int64)
    of_edge[order] = np.cumsum(begins(node[order], other[order])) - 1
    return np.asarray(np.minimum(np.bincount(of_edge, probability)[of_edge], 1.0))


def _numbered(row: NDArray[np.int64], other_source: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Give a record a number for each source that it is compared with."""
    names, code = np.unique(other_source, return_inverse=True)
    node = row * max(len(names), 1) + code
    return np.asarray(np.unique(node, return_inverse=True)[1], np.int64)


def _heaviest(
    left: NDArray[np.int64], right: NDArray[np.int64], gain: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Solve the assignment with the largest sum; an edge may also stay out.

    Each left node has an edge to a node of its own that gains nothing, so that a full matching
    exists and a node is free to choose nobody.
    """
    group = _groups(left, right)
    order = np.argsort(group, kind="stable")
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    # One solver for many small components: it costs more than in proportion to their number.
    cuts = begins[np.flatnonzero(np.diff(begins // _EDGES_AT_ONCE, prepend=-1))]
    parts = np.split(order, cuts[1:])
    chosen = [part[_solved(left[part], right[part], gain[part])] for part in parts if len(part)]
    return np.sort(np.concatenate([np.empty(0, np.int64), *chosen]))


def _solved(
    left: NDArray[np.int64], right: NDArray[np.int64], gain: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Solve one assignment problem; return the edges taken."""
    names, left = np.unique(left, return_inverse=True)
    others, right = np.unique(right, return_inverse=True)
    n_left, n_right = len(names), len(others)
    ceiling = float(np.abs(gain).max()) + 1.0
    own = np.arange(n_left)
    cost = np.concatenate([ceiling - gain, np.full(n_left, ceiling)])
    graph = coo_array(
        (cost, (np.concatenate([left, own]), np.concatenate([right, n_right + own]))),
        shape=(n_left, n_right + n_left),
    ).tocsr()
    row, column = min_weight_full_bipartite_matching(graph)
    chosen = np.full(n_left, -1)
    chosen[row] = column
    return np.flatnonzero(chosen[left] == right)


def _tie_bits(features: Features, edges: Edges, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return up to `_LEAST_BITS` for each edge, by a hash of its two subjects."""
    halves = np.ascontiguousarray(features.subject).view(np.uint64).reshape(-1, 2)
    mixed = np.zeros(len(rows), np.uint64)
    for half in (halves[edges.first[rows]], halves[edges.second[rows]]):
        for part in half.T:
            mixed = (mixed ^ part) * np.uint64(0xBF58476D1CE4E5B9)
            mixed ^= mixed >> np.uint64(31)
    return mixed.astype(np.float64) / 2.0**64 * _LEAST_BITS


def _joined(features: Features, edges: Edges, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those chosen edges that may be joined to clusters."""
    ends = np.concatenate([edges.first[chosen], edges.second[chosen]])
    degree = np.bincount(ends, minlength=len(features))
    single = (degree[edges.first[chosen]] == 1) & (degree[edges.second[chosen]] == 1)
    linked = chosen[~single]
    names = features.subject
    order = np.lexsort(
        (
            names[edges.second[linked]],
            names[edges.first[linked]],
            -edges.weight[linked],
            edges.outcome[linked] != SAME,
        )
    )
    vetoed = np.flatnonzero(edges.outcome == DIFFERENT)
    vetoes = frozenset(
        zip(edges.first[vetoed].tolist(), edges.second[vetoed].tolist(), strict=True)
    )
    clusters = _Clusters(features, vetoes)
    kept = [edge for edge in linked[order].tolist() if clusters.join(edges, edge)]
    return np.concatenate([chosen[single], np.array(kept, np.int64)])


class _Clusters:
    """Clusters that grow one edge at a time."""

    def __init__(self, features: Features, vetoes: frozenset[tuple[int, int]]) -> None:
        self._features = features
        self._vetoes = vetoes
        self._members: dict[int, list[int]] = {}

    def join(self, edges: Edges, edge: int) -> bool:
        """Join the clusters of an edge's ends; return False where they must stay apart."""
        first, second = int(edges.first[edge]), int(edges.second[edge])
        one = self._members.get(first, [first])
        other = self._members.get(second, [second])
        if one is other:
            return True
        if not self._may_be_one(one, other):
            return False
        whole = one + other
        for member in whole:
            self._members[member] = whole
        return True

    def _may_be_one(self, one: list[int], other: list[int]) -> bool:
        source, codes = self._features.source, self._features.codes
        if not {source[row] for row in one}.isdisjoint(source[row] for row in other):
            return False
        if self._vetoes and any((min(a, b), max(a, b)) in self._vetoes for a in one for b in other):
            return False
        return len(one) + len(other) == 2 or all(
            len(_said(codes[name], one) | _said(codes[name], other)) <= 1 for name in _CONTRADICTORY
        )


def _said(codes: NDArray[np.uint64], rows: Iterable[int]) -> set[int]:
    return {int(codes[row]) for row in rows} - {0}


def _both_free(
    features: Features, edges: Edges, joined: NDArray[np.bool_], rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say of which of some edges neither end is joined to a record of the other end's source."""
    names, code = np.unique(features.source, return_inverse=True)
    slots = max(len(names), 1)
    ends = np.zeros(len(features), np.bool_)
    ends[edges.first[rows]], ends[edges.second[rows]] = True, True
    about = np.flatnonzero(joined & (ends[edges.first] | ends[edges.second]))
    first, second = edges.first[about], edges.second[about]
    taken = np.concatenate([first * slots + code[second], second * slots + code[first]])
    taken.sort()
    first, second = edges.first[rows], edges.second[rows]
    one = _among(taken, first * slots + code[second])
    return ~(one | _among(taken, second * slots + code[first]))


def _among(ascending: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(ascending):
        return np.zeros(len(wanted), np.bool_)
    place = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.asarray(ascending[place] == wanted)
