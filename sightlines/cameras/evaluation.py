"""How well clusters of observations agree with what is known to be one camera.

Terms
-----
pair
    Two subjects of different sources, the lesser first.
found, truth
    The pairs that a method links, and those that are one camera. Both are counted, not looked up:
    where several observations of a source cannot be told apart, they are given one name
    (`with_names`), the same pair then stands several times, and it counts how often it is found.
plain merge
    What a map does that knows nothing but distance: whatever lies within a radius is one camera,
    also within one source, and neighbours of neighbours too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from sightlines.cameras.assignment import components
from sightlines.geodesy import GEOD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

Pair = tuple[str, str]

ALL = "all"
EVALUATION = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("tp", pa.int64(), nullable=False),
        pa.field("fp", pa.int64(), nullable=False),
        pa.field("fn", pa.int64(), nullable=False),
        pa.field("precision", pa.float64()),
        pa.field("recall", pa.float64()),
    ]
)

# A degree of a meridian is at least this long anywhere on the ellipsoid (at the equator).
_LEAST_METRES_A_DEGREE = 110_574.0


def linked_pairs(subjects: Sequence[str], sources: Sequence[str], clusters: Integers) -> list[Pair]:
    """List the pairs of different sources that lie in one cluster.

    Parameters
    ----------
    subjects, sources
        Name and source of each observation.
    clusters
        Number of the cluster of each, aligned.

    Returns
    -------
    list of Pair
        Each pair once, ascending. Two observations of one source are no pair, even in one cluster.
    """
    members: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for subject, source, cluster in zip(subjects, sources, clusters.tolist(), strict=True):
        members[cluster].append((subject, source))
    return sorted(
        (first, second)
        for together in members.values()
        for (first, one), (second, other) in combinations(sorted(together), 2)
        if one != other
    )


def with_names(pairs: Iterable[Pair], names: Mapping[str, str]) -> list[Pair]:
    """Call subjects by the name they share with all that cannot be told from them.

    Parameters
    ----------
    pairs
        Of subjects.
    names
        Shared name of a subject; one that is missing keeps its own.

    Returns
    -------
    list of Pair
        As many as were given, in their order, the lesser name first.
    """
    renamed = ((names.get(first, first), names.get(second, second)) for first, second in pairs)
    return [(min(pair), max(pair)) for pair in renamed]


def evaluate(found: Iterable[Pair], truth: Iterable[Pair], kinds: Mapping[Pair, str]) -> pa.Table:
    """Count right, wrong and missed pairs, by kind and in all.

    Parameters
    ----------
    found
        Pairs that a method links.
    truth
        Pairs that are one camera.
    kinds
        What kind of pair each of them is.

    Returns
    -------
    pa.Table
        Of `EVALUATION`: a row a kind, ascending, then one of kind `ALL`. `precision` is null where
        nothing was found, `recall` where nothing was to be found.

    Raises
    ------
    KeyError
        If a pair has no kind.
    """
    linked, real = Counter(found), Counter(truth)
    counted: dict[str, list[int]] = {kind: [0, 0, 0] for kind in sorted(set(kinds.values()))}
    for pair in linked.keys() | real.keys():
        right = min(linked[pair], real[pair])
        row = counted[kinds[pair]]
        row[0] += right
        row[1] += linked[pair] - right
        row[2] += real[pair] - right
    counted[ALL] = [sum(row[column] for row in counted.values()) for column in range(3)]
    return pa.Table.from_pylist(
        [{"kind": kind, **_rates(*row)} for kind, row in counted.items()], schema=EVALUATION
    )


def _rates(tp: int, fp: int, fn: int) -> dict[str, float | None]:
    return {
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": tp / (tp + fn) if tp + fn else None,
    }


def add_up(evaluations: Iterable[pa.Table]) -> pa.Table:
    """Add the counts of several evaluations and take the rates anew.

    Parameters
    ----------
    evaluations
        Of `EVALUATION`.

    Returns
    -------
    pa.Table
        Of `EVALUATION`, in the order of `evaluate`.
    """
    summed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for table in evaluations:
        for row in table.to_pylist():
            summed[row["kind"]].update({name: row[name] for name in ("tp", "fp", "fn")})
    order = [*sorted(summed.keys() - {ALL}), *(summed.keys() & {ALL})]
    return pa.Table.from_pylist(
        [
            {"kind": kind, **_rates(*(summed[kind][name] for name in ("tp", "fp", "fn")))}
            for kind in order
        ],
        schema=EVALUATION,
    )


def cameras_lost(cameras: Sequence[str], clusters: Integers) -> int:
    """Count the real cameras that a clustering deletes.

    Parameters
    ----------
    cameras
        The real camera of each observation.
    clusters
        Number of the cluster of each, aligned.

    Returns
    -------
    int
        Every cluster shows one camera; the others in it are lost. One that is spread over several
        clusters is not.
    """
    members: defaultdict[int, set[str]] = defaultdict(set)
    for camera, cluster in zip(cameras, clusters.tolist(), strict=True):
        members[cluster].add(camera)
    return sum(len(together) - 1 for together in members.values())


def plain_merge(lon: Floats, lat: Floats, radius_m: float) -> Integers:
    """Merge whatever lies close together, whoever says so.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,); not finite for an observation without a position.
    radius_m
        Metres on the ellipsoid, 0 or more.

    Returns
    -------
    array of int64
        Number of the cluster of each, shape (n,): the position of its first member. An observation
        without a position is alone.
    """
    located = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    first, second, _ = close_pairs(lon[located], lat[located], radius_m)
    number = components(len(lon), located[first], located[second])
    _, first_member, cluster = np.unique(number, return_index=True, return_inverse=True)
    return np.asarray(first_member[cluster], np.int64)


def close_pairs(lon: Floats, lat: Floats, radius_m: float) -> tuple[Integers, Integers, Floats]:
    """Find all pairs of positions at most a distance apart.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,), finite; across the antimeridian and at the poles too.
    radius_m
        Metres on the ellipsoid, below 100 km.

    Returns
    -------
    tuple of arrays
        Two positions in the input, the lesser first, and the geodesic between them in metres;
        each pair once, ascending.
    """
    tree = shapely.STRtree(np.asarray(shapely.points(lon, lat), dtype=np.object_))
    high = radius_m / _LEAST_METRES_A_DEGREE
    # The widest part of a circle lies a little poleward of its centre, so the edge decides.
    cosine = np.cos(np.radians(np.minimum(np.abs(lat) + high, 90.0)))
    wide = np.minimum(high / np.maximum(cosine, 1e-9), 180.0)
    found = [np.empty(0, dtype=np.int64)]
    for turn in (-360.0, 0.0, 360.0):
        west, east = lon + turn - wide, lon + turn + wide
        reaches = np.flatnonzero((east >= -180.0) & (west <= 180.0))
        boxes = shapely.box(west[reaches], lat[reaches] - high, east[reaches], lat[reaches] + high)
        one, other = tree.query(boxes, predicate="intersects")
        one = reaches[one]
        found.append((one * len(lon) + other)[one < other])
    first, second = np.divmod(np.unique(np.concatenate(found)), max(len(lon), 1))
    distance_m = GEOD.inv(lon[first], lat[first], lon[second], lat[second])[2]
    near = distance_m <= radius_m
    return first[near], second[near], distance_m[near]
