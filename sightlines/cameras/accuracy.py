"""How well two sources agree, found from the sources themselves.

One list places cameras to the metre, another geocodes addresses; one repeats what the other has,
another shares nothing with it but the street. What 8 m apart mean depends on which two are
compared. So each pair of sources gets an `Agreement`: of all in `AGREEMENTS` the one that best
explains how far the records of one lie from the nearest record of the other. Some are the same
camera, displaced; the others lie as the records of one source lie to each other.

Only samples are looked at, chosen by a hash of the subjects, so that a small change of a source
changes a sample little and the answer hardly ever.

References
----------
Zandbergen, P. A. (2008): Positional accuracy of spatial data: non-normal distributions and a
critique of the national standard for spatial data accuracy. Transactions in GIS 12, 103-130.
(Errors of geocoding are about log-normal.)
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.blocking import nearest_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.cameras.neighbourhood import Located, Neighbourhood

    Floats = NDArray[np.float64]


class Shape(NamedTuple):
    """A distribution of displacements: normal ones of several widths, mixed.

    Parameters
    ----------
    label
        In words.
    parts
        Share of each, and how many times as wide as the spread it is.
    """

    label: str
    parts: tuple[tuple[float, float], ...]


class Agreement(NamedTuple):
    """How two sources agree.

    Parameters
    ----------
    shape
        How one camera's places in the two are displaced against each other.
    spread_m
        By how much: the standard deviation along each axis, in metres, before the shape's widths.
    overlap
        The share of records, of those that have one of the other source within `LIMIT_M`, whose
        camera the other source has, too.
    """

    shape: Shape
    spread_m: float
    overlap: float


SHAPES = (
    Shape("evenly", ((0.97, 1.0), (0.03, 3.0))),
    Shape("with outliers", ((0.85, 1.0), (0.15, 3.0))),
    # Three points of a log-normal width, as geocoding has it.
    Shape("with a long tail", ((0.17, 0.3), (0.66, 1.0), (0.17, 3.3))),
)
SPREADS_M = (0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0)
OVERLAPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
AGREEMENTS = tuple(Agreement(*row) for row in product(SHAPES, SPREADS_M, OVERLAPS))
UNKNOWN = len(AGREEMENTS)
# What is not known of two sources is between all of these, and as likely to be shared as not.
_USUAL = tuple(Agreement(SHAPES[1], spread_m, 0.5) for spread_m in SPREADS_M[1::2])

SAMPLE = 1_500
FEWEST = 40
LIMIT_M = 60.0
_BINS_M = np.array([0, 0.3, 0.7, 1.2, 2, 3, 4.5, 6, 8, 10.5, 13.5, 17, 22, 30, 42, LIMIT_M])
_LEAST = 1e-5
# The best explanation must be so many times likelier than the worst, as a natural logarithm.
_TOLD_APART = 5.0


def density_per_m2(distance_m: Floats, agreement: NDArray[np.integer]) -> Floats:
    """Say how likely one camera is to be placed that far apart by two sources.

    Parameters
    ----------
    distance_m
        Metres, shape (n,).
    agreement
        Position in `AGREEMENTS`, shape (n,); `UNKNOWN` where it is not known.

    Returns
    -------
    array
        Probability for each square metre at that distance; it adds up to 1 over the plane.
    """
    density = np.empty_like(distance_m)
    for code in np.unique(agreement).tolist():
        rows = agreement == code
        of_code = _USUAL if code == UNKNOWN else (AGREEMENTS[code],)
        parts = [_density(distance_m[rows], each) for each in of_code]
        density[rows] = np.mean(parts, axis=0)
    return density


def overlap_bits(agreement: NDArray[np.integer]) -> Floats:
    """Return what the overlap of two sources says of a pair before it is looked at, in bits.

    Parameters
    ----------
    agreement
        Position in `AGREEMENTS`, shape (n,); `UNKNOWN` says nothing.

    Returns
    -------
    array
        The logarithm to base 2 of the odds.
    """
    odds = [each.overlap / (1.0 - each.overlap) for each in AGREEMENTS]
    return np.asarray(np.log2(np.array([*odds, 1.0]))[agreement])


def agreements(features: Located, near: Neighbourhood) -> dict[tuple[int, int], int]:
    """Find how each pair of sources agrees that have cameras near each other.

    Parameters
    ----------
    features, near
        The records.

    Returns
    -------
    dict
        Two codes of sources, ascending -> position in `AGREEMENTS`. Absent are pairs with fewer
        than `FEWEST` records near each other in one of the two samples, and those of which one
        agreement explains as much as any other, as where all stand at one point.
    """
    names = sorted(pc.unique(pa.array(features.source)).to_pylist())
    mixed = _hash(features.subject)
    seen: dict[tuple[int, int], NDArray[np.int64]] = {}
    own: dict[int, Floats] = {}
    for one in names:
        rows = _sampled(features, mixed, one)
        at = features.lon[rows], features.lat[rows]
        _, source, distance_m = nearest_m(features, near, at, LIMIT_M, without=rows)
        for other in np.unique(source).tolist():
            seen[one, other] = _binned(distance_m[source == other])
        within = np.cumsum(seen.pop((one, one), np.zeros(len(_BINS_M) - 1, np.int64)))
        own[one] = np.concatenate([[0.0], within / len(rows)])
    near_enough = [
        (one, other)
        for one, other in sorted(seen)
        if one < other and (other, one) in seen
        if min(seen[one, other].sum(), seen[other, one].sum()) >= FEWEST
    ]
    found = {
        (one, other): _likeliest((seen[one, other], own[other]), (seen[other, one], own[one]))
        for one, other in near_enough
    }
    return {pair: place for pair, place in found.items() if place != UNKNOWN}


def agreement_of(
    known: dict[tuple[int, int], int], one: NDArray[np.uint64], other: NDArray[np.uint64]
) -> NDArray[np.uint16]:
    """Return the agreement of each pair of records by the codes of their sources."""
    agreement = np.full(len(one), UNKNOWN, np.uint16)
    low, high = np.minimum(one, other), np.maximum(one, other)
    for (first, second), place in known.items():
        agreement[(low == first) & (high == second)] = place
    return agreement


def _density(distance_m: Floats, agreement: Agreement) -> Floats:
    total = np.zeros_like(distance_m)
    for share, times in agreement.shape.parts:
        variance = (times * agreement.spread_m) ** 2
        total += share / (2 * math.pi * variance) * np.exp(-(distance_m**2) / (2 * variance))
    return total


def _further_m(distance_m: Floats, shape: Shape, spread_m: float) -> Floats:
    """Return how probable a displacement of more than so many metres is."""
    total = np.zeros_like(distance_m)
    for share, times in shape.parts:
        total += share * np.exp(-(distance_m**2) / (2 * (times * spread_m) ** 2))
    return total


def _sampled(features: Located, mixed: NDArray[np.uint64], source: int) -> NDArray[np.int64]:
    """Return the rows of a source whose subjects have the smallest hashes."""
    rows = np.flatnonzero(features.source == source)
    if len(rows) <= SAMPLE:
        return rows
    return np.sort(rows[np.argpartition(mixed[rows], SAMPLE)[:SAMPLE]])


def _hash(subject: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    halves = np.ascontiguousarray(subject).view(np.uint64).reshape(-1, 2)
    mixed = (halves[:, 0] ^ (halves[:, 1] * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    return mixed ^ (mixed >> np.uint64(29))


def _binned(distance_m: Floats) -> NDArray[np.int64]:
    return np.histogram(distance_m, _BINS_M)[0].astype(np.int64)


def _shares(count: Floats) -> Floats:
    return np.asarray((count + _LEAST) / (count + _LEAST).sum())


def _likeliest(*sides: tuple[NDArray[np.int64], Floats]) -> int:
    """Return the agreement that explains best what was seen from both sides.

    Each side is how far the nearest of the other source was, by bins, and what share of the other's
    own records has another within each bin's end. A displaced camera is found at its displacement,
    or nearer, if another stands there; one that is not the same lies as they lie to each other.
    The two sides share shape and spread. The overlap is that of the side with more: the other
    source has cameras of which this one knows nothing.
    """
    overlap = np.array(OVERLAPS)[:, None]
    fits = np.empty((len(SHAPES) * len(SPREADS_M), len(sides), len(OVERLAPS)))
    for place, (shape, spread_m) in enumerate(product(SHAPES, SPREADS_M)):
        further = _further_m(_BINS_M, shape, spread_m)
        for side, (seen, own) in enumerate(sides):
            displaced, apart = _shares(-np.diff(further * (1.0 - own))), _shares(np.diff(own))
            fits[place, side] = np.log(overlap * displaced + (1.0 - overlap) * apart) @ seen
    if fits.max(axis=2).sum(axis=1).max() - fits.min(axis=2).sum(axis=1).min() < _TOLD_APART:
        return UNKNOWN
    best = int(np.argmax(fits.max(axis=2).sum(axis=1)))
    return best * len(OVERLAPS) + int(np.argmax(fits[best], axis=1).max())
