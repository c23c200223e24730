"""Conflation: which observations of different sources are one camera.

    features -> blocking -> comparison -> match weight -> assignment -> clusters

Two records of one source are never one camera: several heads on one pole are separate records by
OpenStreetMap's convention, and a plain merge of what lies within 10 m would lose one real camera in
twenty. A pair between `review_bits` and `match_bits`, or one whose partners could as well be
exchanged, stays two cameras until a person has ruled. A ruling outweighs everything but that.

Given an earlier conflation only what has changed since is compared and assigned anew; the answer is
the same as from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sightlines.cameras.accuracy import agreement_of, agreements, overlap_bits
from sightlines.cameras.assignment import (
    DIFFERENT,
    JOINED,
    RIVAL,
    SAME,
    Edges,
    assigned,
    components,
)
from sightlines.cameras.blocking import (
    CROWD,
    Pairs,
    around,
    at_full_keys,
    candidate_pairs,
    crowd_sizes,
    density_per_m2,
    distances_m,
    neighbourhood,
)
from sightlines.cameras.comparison import compared
from sightlines.cameras.features import SUBJECT_BYTES, Features, features_of, names_of, texts_of
from sightlines.cameras.parameters import PARAMETERS, Parameters
from sightlines.schema import COMPARISONS, MATCH, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightlines.cameras.blocking import Neighbourhood

# A reference number that so many records bear distinguishes nothing.
MOST_OF_ONE_REF = 20


@dataclass(frozen=True)
class Rulings:
    """What people have decided: pairs of subjects that are, and that are not, one camera."""

    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()


NO_RULINGS = Rulings()


@dataclass(frozen=True)
class _Measured:
    """What weights depend on besides the pair: densities of records, agreements of sources."""

    density: NDArray[np.float64]
    agreements: dict[tuple[int, int], int]


RECORD = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("fingerprint", pa.uint64(), nullable=False),
        pa.field("key", pa.uint64(), nullable=False),
        pa.field("square_m", pa.float64(), nullable=False),
        pa.field("density_per_m2", pa.float64(), nullable=False),
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
    """

    subjects: pa.Array
    records: pa.Table
    edges: pa.Table
    agreements: dict[tuple[int, int], int]

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
        place = np.searchsorted(names_of(self.subjects), names_of(self.records["subject"]))
        first, second = (place[self.edges[end].to_numpy()[joined]] for end in ("first", "second"))
        return components(len(self.subjects), first, second)


def conflate(
    observations: pa.Table,
    parameters: Parameters = PARAMETERS,
    rulings: Rulings = NO_RULINGS,
    earlier: Conflation | None = None,
) -> Conflation:
    """Decide which observations are one camera.

    Parameters
    ----------
    observations
        `schema.STANDING`; subjects are unique. Those without a position stay alone.
    parameters
        Weights, thresholds, radii.
    rulings
        What people have decided.
    earlier
        What this function returned for earlier observations with the same parameters; None means:
        from the beginning. It makes the answer quicker, never another one.

    Returns
    -------
    Conflation
        The same for the same observations in any order.
    """
    features = features_of(observations)
    near = neighbourhood(features)
    known = None if earlier is None else _Known(features, near, earlier, parameters)
    if known is None:
        measured = _Measured(density_per_m2(features, near), agreements(features, near))
        touched = np.ones(len(features), np.bool_)
        edges = _edges(features, near, measured, parameters, None)
    else:
        measured, touched = _Measured(known.density, known.agreements), known.touched
        fresh = _edges(features, near, measured, parameters, np.flatnonzero(touched))
        far = fresh.distance_m > parameters.radius_m
        touched[fresh.first[far]], touched[fresh.second[far]] = True, True
        edges = _inserted(known.edges, fresh, len(features))
    edges, ruled = _ruled(features, measured, edges, rulings, parameters)
    if known is not None:
        touched = touched | known.loose | ruled
    decided = assigned(features, edges, parameters.match_probability, touched)
    names = names_of(observations["subject"])
    subjects = texts_of(names if (names[1:] > names[:-1]).all() else np.sort(names))
    records = _records(features, measured.density)
    return Conflation(subjects, records, _edge_table(decided), measured.agreements)


def weighed_pairs(
    observations: pa.Table, pairs: Iterable[tuple[str, str]], parameters: Parameters = PARAMETERS
) -> pa.Table:
    """Weigh some pairs, however far apart and unlike they are.

    Parameters
    ----------
    observations
        `schema.STANDING`.
    pairs
        Two subjects each; those that are not there, have no position or are of one source are left
        out.
    parameters
        Weights.

    Returns
    -------
    pa.Table
        `schema.MATCH`, by first and second; the outcomes say nothing.
    """
    features = features_of(observations)
    near = neighbourhood(features)
    measured = _Measured(density_per_m2(features, near), agreements(features, near))
    first, second = _ends(features, pairs)
    apart = Pairs(first, second, distances_m(features, first, second))
    edges = _weighed(features, measured, apart, parameters, -np.inf)
    records = _records(features, measured.density)
    return Conflation(
        texts_of(features.subject), records, _edge_table(_together(edges)), measured.agreements
    ).matches


def _rows_of(names: NDArray[np.bytes_], wanted: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return the place of each subject among ascending names; -1 where it is not there."""
    if np.array_equal(names, wanted):
        return np.arange(len(names))
    if not len(names):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(names, wanted), len(names) - 1)
    return np.where(names[place] == wanted, place, -1)


class _Known:
    """What an earlier conflation still says of today's records.

    `touched` are rows that are new or have changed, or whose density or crowd may have; `loose` are
    rows that had a pair with a record that is gone or touched; `edges` are the pairs between rows
    that are not touched, with their outcomes.
    """

    def __init__(
        self, features: Features, near: Neighbourhood, earlier: Conflation, parameters: Parameters
    ) -> None:
        before = {name: earlier.records[name].to_numpy() for name in RECORD.names[1:]}
        place = _rows_of(features.subject, names_of(earlier.records["subject"]))
        still = place >= 0
        same = still.copy()
        same[still] = before["fingerprint"][still] == features.fingerprint[place[still]]
        self.touched = np.ones(len(features), np.bool_)
        self.touched[place[same]] = False
        self.density = np.zeros(len(features))
        self.density[place[same]] = before["density_per_m2"][same]
        changed = np.flatnonzero(self.touched)
        keys = np.concatenate([before["key"][~same], features.key[changed]])
        square_m = np.concatenate([before["square_m"][~same], features.square_m[changed]])
        nearby, crowded = around(keys, square_m, near)
        gone = np.sort(before["key"][~same])
        self.touched[at_full_keys(keys, gone, near)] = True
        if crowded:
            size = crowd_sizes(features, nearby, parameters.radius_m, near.keys)
            size += crowd_sizes(features, nearby, parameters.radius_m, gone)
            self.touched[nearby[size > CROWD]] = True
        density = density_per_m2(features, near, nearby)
        self.touched[nearby[density != self.density[nearby]]] = True
        self.density[nearby] = density
        self.agreements = agreements(features, near)
        for one, other in _differing(self.agreements, earlier.agreements):
            # Every weight between these two is another one now.
            self.touched[np.isin(features.source, (one, other))] = True
        self._keep(place, earlier.edges, parameters)

    def _keep(self, place: NDArray[np.int64], edges: pa.Table, parameters: Parameters) -> None:
        first, second = (place[edges[end].to_numpy()] for end in ("first", "second"))
        settled = (first >= 0) & (second >= 0)
        settled &= edges["distance_m"].to_numpy() <= parameters.radius_m
        settled[settled] = ~(self.touched[first[settled]] | self.touched[second[settled]])
        self.loose = np.zeros(len(self.touched), np.bool_)
        for end in (first, second):
            lost = end[~settled]
            self.loose[lost[lost >= 0]] = True
        kept = edges.filter(pa.array(settled))
        pairs = Pairs(first[settled], second[settled], kept["distance_m"].to_numpy())
        self.edges = Edges(
            first=pairs.first,
            second=pairs.second,
            weight=kept["weight"].to_numpy(),
            distance_m=pairs.distance_m,
            density_per_m2=kept["density_per_m2"].to_numpy(),
            agreement=kept["agreement"].to_numpy(),
            copied=kept["copied"].to_numpy(),
            probability=kept["probability"].to_numpy(),
            levels=np.stack([kept[name].to_numpy() for name in COMPARISONS], axis=1),
            outcome=kept["outcome"].to_numpy().copy(),
        )


def _differing(
    now: dict[tuple[int, int], int], before: dict[tuple[int, int], int]
) -> list[tuple[int, int]]:
    return [
        pair for pair in sorted(now.keys() | before.keys()) if now.get(pair) != before.get(pair)
    ]


def _edges(
    features: Features,
    near: Neighbourhood,
    measured: _Measured,
    parameters: Parameters,
    rows: NDArray[np.int64] | None,
) -> Edges:
    """Compare candidate pairs and keep those of at least `review_bits`."""
    parts = [
        _weighed(features, measured, pairs, parameters, parameters.review_bits)
        for pairs in candidate_pairs(features, near, parameters.radius_m, rows)
    ]
    # Anew for all: how many bear a number is nothing that concerns one place alone.
    far = _of_one_ref(features, parameters)
    parts.append(_weighed(features, measured, far, parameters, parameters.review_bits))
    return _together(*parts)


def _weighed(
    features: Features,
    measured: _Measured,
    pairs: Pairs,
    parameters: Parameters,
    least_bits: float,
) -> Edges:
    levels = compared(features, pairs)
    dense = np.maximum(measured.density[pairs.first], measured.density[pairs.second])
    ends = features.source[pairs.first], features.source[pairs.second]
    agreement = agreement_of(measured.agreements, *ends)
    weight = parameters.weights.distance_bits(pairs.distance_m, agreement, dense)
    weight += overlap_bits(agreement)
    for name in COMPARISONS:
        weight += parameters.weights.bits(name)[levels[name]]
    kept = np.flatnonzero(weight >= least_bits)
    first, second = pairs.first[kept], pairs.second[kept]
    return Edges(
        first,
        second,
        weight[kept],
        pairs.distance_m[kept],
        dense[kept],
        agreement[kept],
        features.content[first] == features.content[second],
        np.zeros(len(kept)),
        np.stack([levels[name][kept] for name in COMPARISONS], axis=1),
        np.full(len(kept), RIVAL, np.uint8),
    )


def _of_one_ref(features: Features, parameters: Parameters) -> Pairs:
    """Return pairs beyond the radius whose records bear one reference number."""
    ref = features.codes["ref"]
    bearing = np.flatnonzero((ref != 0) & ~features.short_ref)
    order = bearing[np.argsort(ref[bearing], kind="stable")]
    _, start, count = np.unique(ref[order], return_index=True, return_counts=True)
    kept = (count > 1) & (count <= MOST_OF_ONE_REF)
    one: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    other: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for size in np.unique(count[kept]).tolist():
        groups = order[start[kept & (count == size)][:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        one.append(groups[:, left].ravel())
        other.append(groups[:, right].ravel())
    first, second = np.concatenate(one), np.concatenate(other)
    asked = features.source[first] != features.source[second]
    first, second = first[asked], second[asked]
    distance_m = distances_m(features, first, second)
    far = (distance_m > parameters.radius_m) & (distance_m <= parameters.ref_radius_m)
    low, high = np.minimum(first, second)[far], np.maximum(first, second)[far]
    return Pairs(low, high, distance_m[far])


def _together(*parts: Edges) -> Edges:
    """Put edges together, by first and second."""
    columns = [
        np.concatenate([getattr(part, name) for part in parts])
        for name in Edges.__dataclass_fields__
    ]
    order = np.lexsort((columns[1], columns[0]))
    return Edges(*(column[order] for column in columns))


def _inserted(many: Edges, few: Edges, n: int) -> Edges:
    """Put a few edges among many, both by first and second, of n rows."""
    place = np.searchsorted(many.first * n + many.second, few.first * n + few.second)
    return Edges(
        *(
            np.insert(getattr(many, name), place, getattr(few, name), axis=0)
            for name in Edges.__dataclass_fields__
        )
    )


def _ruled(
    features: Features,
    measured: _Measured,
    edges: Edges,
    rulings: Rulings,
    parameters: Parameters,
) -> tuple[Edges, NDArray[np.bool_]]:
    """Let rulings stand: in the outcomes, and in edges of their own where there were none.

    Returns
    -------
    tuple of Edges and array
        The edges, and the rows whose ruling is another than before.
    """
    before = edges.outcome.copy()
    unchanged = np.zeros(len(features), np.bool_)
    ruled = (before >= SAME) | (edges.weight < parameters.review_bits)
    if not (rulings.same or rulings.different or ruled.any()):
        return edges, unchanged
    edges.outcome[before >= SAME] = RIVAL
    wanted = [
        (_ends(features, pairs), code)
        for pairs, code in ((rulings.same, SAME), (rulings.different, DIFFERENT))
    ]
    n = np.int64(max(len(features), 1))
    keys = edges.first * n + edges.second
    missing = []
    for (first, second), _ in wanted:
        absent = ~np.isin(first * n + second, keys)
        far = Pairs(
            first[absent],
            second[absent],
            distances_m(features, first[absent], second[absent]),
        )
        missing.append(_weighed(features, measured, far, parameters, -np.inf))
    whole = _together(edges, *missing)
    changed = unchanged
    for (first, second), code in wanted:
        now = first * n + second
        whole.outcome[np.isin(whole.first * n + whole.second, now)] = code
        other = np.setxor1d(keys[before == code], now)
        changed[other // n], changed[other % n] = True, True
    # A pair that was only listed because of a ruling goes with it.
    listed = (whole.weight >= parameters.review_bits) | (whole.outcome >= SAME)
    kept = Edges(*(getattr(whole, name)[listed] for name in Edges.__dataclass_fields__))
    return kept, changed


def _ends(
    features: Features, pairs: Iterable[tuple[str, str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of pairs of subjects that are both there and of different sources."""
    listed = sorted(pair for pair in pairs if all(map(_may_be_a_name, pair)))
    ends = [
        _rows_of(features.subject, np.array(column, dtype="S16"))
        for column in ([pair[0] for pair in listed], [pair[1] for pair in listed])
    ]
    there = (ends[0] >= 0) & (ends[1] >= 0)
    one, other = ends[0][there], ends[1][there]
    apart = features.source[one] != features.source[other]
    return np.minimum(one, other)[apart], np.maximum(one, other)[apart]


def _may_be_a_name(text: str) -> bool:
    return text.isascii() and len(text) <= SUBJECT_BYTES


def _records(features: Features, density: NDArray[np.float64]) -> pa.Table:
    columns = [features.fingerprint, features.key, features.square_m, density]
    return pa.Table.from_arrays(
        [texts_of(features.subject), *map(pa.array, columns)], schema=RECORD
    )


def _edge_table(edges: Edges) -> pa.Table:
    levels = {name: edges.levels[:, place] for place, name in enumerate(COMPARISONS)}
    columns = [levels[n] if n in levels else getattr(edges, n) for n in EDGE.names]
    return pa.Table.from_arrays(list(map(pa.array, columns)), schema=EDGE)
