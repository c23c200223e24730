"""Weighing: what candidate pairs come to, and where people have ruled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from sightlines.cameras.accuracy import agreement_of, overlap_bits
from sightlines.cameras.assignment import DIFFERENT, RIVAL, SAME, Edges
from sightlines.cameras.blocking import Pairs, candidate_pairs
from sightlines.cameras.comparison import compared
from sightlines.cameras.features import features_at
from sightlines.cameras.neighbourhood import distances_m
from sightlines.cameras.references import pairs_of_one_ref
from sightlines.cameras.subjects import SUBJECT_BYTES, rows_of
from sightlines.schema import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightlines.cameras.features import Features
    from sightlines.cameras.ground import Ground
    from sightlines.cameras.matches import Rulings
    from sightlines.cameras.neighbourhood import Located
    from sightlines.cameras.parameters import Parameters
    from sightlines.cameras.weights import Weights
    from sightlines.cameras.written import Written


@dataclass(frozen=True)
class Measured:
    """What weights depend on besides the pair: densities of records, agreements of sources."""

    density: NDArray[np.float64]
    agreements: dict[tuple[int, int], int]


@dataclass(frozen=True)
class Scene:
    """All records, of which some pairs are weighed.

    Parameters
    ----------
    written, ground
        The records, and where they lie.
    agreements
        As of `accuracy.agreements`.
    parameters
        Weights, thresholds, radii.
    features
        Of all records; None where they are to be made for those that are compared.
    """

    written: Written
    ground: Ground
    agreements: dict[tuple[int, int], int]
    parameters: Parameters
    features: Features | None = None


def edges_among(scene: Scene, rulings: Rulings, rows: NDArray[np.int64] | None = None) -> Edges:
    """Compare candidate pairs; keep those of at least `review_bits`, and those ruled on.

    Parameters
    ----------
    scene
        The records.
    rulings
        What people have decided.
    rows
        Only pairs with one of these rows, ascending; None means all.

    Returns
    -------
    Edges
        By first and second; nothing but rulings is decided on yet.
    """
    ground, parameters = scene.ground, scene.parameters
    limits_m = parameters.radius_m, parameters.ref_radius_m
    near = candidate_pairs(ground.located, ground.near, parameters.radius_m, rows)
    far = pairs_of_one_ref(ground.located, ground.ref, limits_m, rows)
    parts = [_weighed(scene, pairs, parameters.review_bits) for pairs in chain(near, [far])]
    return _ruled(scene, _together(*parts), rulings, rows)


def pairs_weighed(scene: Scene, pairs: Iterable[tuple[str, str]]) -> Edges:
    """Weigh pairs of subjects, whatever comes of it; those that are no pairs are left out."""
    first, second = ends_of(scene.ground.located, pairs)
    apart = Pairs(first, second, distances_m(scene.ground.located, first, second))
    return _together(_weighed(scene, apart, -np.inf))


def renumbered(
    n: int, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows, of n, that take part in pairs, and the pairs by their places among these."""
    taking_part = np.zeros(n, np.bool_)
    taking_part[first], taking_part[second] = True, True
    rows = np.flatnonzero(taking_part)
    number = np.empty(n, np.int64)
    number[rows] = np.arange(len(rows))
    return rows, number[first], number[second]


def _weighed(scene: Scene, pairs: Pairs, least_bits: float) -> Edges:
    """Weigh pairs, with features made for the occasion unless all are there."""
    density, parameters = scene.ground.density, scene.parameters
    if scene.features is not None:
        measured = Measured(density, scene.agreements)
        return weighed(scene.features, measured, pairs, parameters.weights, least_bits)
    rows, first, second = renumbered(len(density), pairs.first, pairs.second)
    edges = weighed(
        features_at(scene.written, rows),
        Measured(density[rows], scene.agreements),
        Pairs(first, second, pairs.distance_m),
        parameters.weights,
        least_bits,
    )
    return replace(edges, first=rows[edges.first], second=rows[edges.second])


def weighed(
    features: Features,
    measured: Measured,
    pairs: Pairs,
    weights: Weights,
    least_bits: float,
) -> Edges:
    """Weigh pairs and keep those of at least so many bits."""
    levels = compared(features, pairs)
    dense = np.maximum(measured.density[pairs.first], measured.density[pairs.second])
    ends = features.source[pairs.first], features.source[pairs.second]
    agreement = agreement_of(measured.agreements, *ends)
    weight = weights.distance_bits(pairs.distance_m, agreement, dense)
    weight += overlap_bits(agreement)
    for name in COMPARISONS:
        weight += weights.bits(name)[levels[name]]
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


def _together(*parts: Edges) -> Edges:
    """Put edges together, by first and second."""
    columns = [
        np.concatenate([getattr(part, name) for part in parts])
        for name in Edges.__dataclass_fields__
    ]
    order = np.lexsort((columns[1], columns[0]))
    return Edges(*(column[order] for column in columns))


def _ruled(scene: Scene, edges: Edges, rulings: Rulings, rows: NDArray[np.int64] | None) -> Edges:
    """Let rulings stand: in the outcomes, and in edges of their own where there were none."""
    located = scene.ground.located
    n = np.int64(len(located))
    asked = np.ones(len(located), np.bool_)
    if rows is not None:
        asked[:] = False
        asked[rows] = True
    wanted = []
    for pairs, code in ((rulings.same, SAME), (rulings.different, DIFFERENT)):
        first, second = ends_of(located, pairs)
        kept = asked[first] | asked[second]
        wanted.append((np.unique(first[kept] * n + second[kept]), code))
    ruled = np.unique(np.concatenate([keys for keys, _ in wanted]))
    if not len(ruled):
        return edges
    first, second = np.divmod(ruled[~np.isin(ruled, edges.first * n + edges.second)], n)
    missing = Pairs(first, second, distances_m(located, first, second))
    whole = _together(edges, _weighed(scene, missing, -np.inf))
    keys = whole.first * n + whole.second
    for pairs_ruled, code in wanted:
        whole.outcome[np.searchsorted(keys, pairs_ruled)] = code
    return whole


def ends_of(
    located: Located, pairs: Iterable[tuple[str, str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of pairs of subjects that are both there and of different sources."""
    listed = sorted(pair for pair in pairs if all(map(_may_be_a_name, pair)))
    ends = [
        rows_of(located.subject, np.array(column, dtype="S16"))
        for column in ([pair[0] for pair in listed], [pair[1] for pair in listed])
    ]
    there = (ends[0] >= 0) & (ends[1] >= 0)
    one, other = ends[0][there], ends[1][there]
    apart = located.source[one] != located.source[other]
    return np.minimum(one, other)[apart], np.maximum(one, other)[apart]


def _may_be_a_name(text: str) -> bool:
    return text.isascii() and len(text) <= SUBJECT_BYTES
