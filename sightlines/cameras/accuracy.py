"""How well two sources agree on where a camera is, found from the sources themselves.

One list places cameras to the metre, another geocodes addresses; what 8 m apart mean depends on
which two are compared. So each pair of sources gets one of `SPREADS_M`, the one that best explains
how far the records of one lie from the nearest record of the other: some are the same camera,
displaced by that spread, the others lie as records of one source lie to each other.

Only a sample is looked at, chosen by a hash of the subjects, so that a small change of a source
changes the sample little and the answer hardly ever.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.blocking import nearest_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.cameras.blocking import Located, Neighbourhood

# Standard deviations along each axis. What is not known of two sources is between them all.
SPREADS_M = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
UNKNOWN_SPREAD = len(SPREADS_M)
# Displacements have a longer tail than a normal distribution: this share is so many times wider.
TAIL_SHARE = 0.15
TAIL_TIMES = 3.0

SAMPLE = 1_500
FEWEST = 40
LIMIT_M = 60.0
_BINS_M = np.array([0.3, 0.7, 1.2, 2, 3, 4.5, 6, 8, 10.5, 13.5, 17, 22, 30, 42, LIMIT_M])
_SHARES = np.linspace(0.05, 0.95, 19)
_LEAST = 1e-4


def density_per_m2(
    distance_m: NDArray[np.float64], spread: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Say how likely one camera is to be placed that far apart by two sources.

    Parameters
    ----------
    distance_m
        Metres, shape (n,).
    spread
        Position in `SPREADS_M`, shape (n,); `UNKNOWN_SPREAD` where it is not known.

    Returns
    -------
    array
        Probability for each square metre at that distance; it adds up to 1 over the plane.
    """
    of_spread = np.stack([_normal(distance_m, sigma) for sigma in SPREADS_M])
    every = np.concatenate([of_spread, of_spread.mean(axis=0, keepdims=True)])
    return np.asarray(every[spread, np.arange(len(distance_m))])


def spreads(features: Located, near: Neighbourhood) -> dict[tuple[int, int], int]:
    """Find the spread of each pair of sources that have cameras near each other.

    Parameters
    ----------
    features, near
        The records.

    Returns
    -------
    dict
        Two codes of sources, ascending -> position in `SPREADS_M`. Pairs with fewer than `FEWEST`
        records near each other in the sample are absent.
    """
    names = sorted(pc.unique(pa.array(features.source)).to_pylist())
    mixed = _hash(features.subject)
    sampled = {name: _sampled(features, mixed, name) for name in names}
    nearest = {name: _nearest(features, near, rows) for name, rows in sampled.items()}
    expected: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    found: dict[tuple[int, int], int] = {}
    for one in names:
        source, distance = nearest[one]
        for other in np.unique(source).tolist():
            seen = _binned(distance[source == other])
            if one < other and seen.sum() >= FEWEST:
                if other not in expected:
                    of_other, apart = nearest[other]
                    displaced = _displaced(features, near, sampled[other])
                    expected[other] = displaced, _shares(_binned(apart[of_other == other]))
                found[one, other] = _likeliest(seen, *expected[other])
    return found


def spread_of(
    known: dict[tuple[int, int], int], one: NDArray[np.uint64], other: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """Return the spread of each pair of records by the codes of their sources."""
    spread = np.full(len(one), UNKNOWN_SPREAD)
    low, high = np.minimum(one, other), np.maximum(one, other)
    for (first, second), place in known.items():
        spread[(low == first) & (high == second)] = place
    return spread


def _normal(distance_m: NDArray[np.float64], sigma_m: float) -> NDArray[np.float64]:
    total = np.zeros_like(distance_m)
    for share, times in ((1.0 - TAIL_SHARE, 1.0), (TAIL_SHARE, TAIL_TIMES)):
        variance = (times * sigma_m) ** 2
        total += share / (2 * math.pi * variance) * np.exp(-(distance_m**2) / (2 * variance))
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


def _nearest(
    features: Located, near: Neighbourhood, rows: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Return source and metres of the nearest other record of each source near some rows."""
    at = features.lon[rows], features.lat[rows]
    _, source, distance = nearest_m(features, near, at, LIMIT_M, without=rows)
    return source, distance


def _displaced(
    features: Located, near: Neighbourhood, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how far records of a source would lie from its nearest if they were displaced.

    Returns
    -------
    array
        Shares of the bins, shape (spreads, bins).
    """
    lon, lat = features.lon[rows], features.lat[rows]
    # The same subjects are displaced the same way each time.
    drawn = np.random.default_rng(int(_hash(features.subject[rows[:1]])[0]))
    x, y = drawn.standard_normal((2, len(rows)))
    wide = np.where(drawn.random(len(rows)) < TAIL_SHARE, TAIL_TIMES, 1.0)
    sigma = np.array(SPREADS_M)[:, None]
    north_deg = y * wide * sigma / 111_195.0
    east_deg = x * wide * sigma / (111_195.0 * np.cos(np.radians(lat)).clip(1e-3))
    at = np.mod(lon + east_deg + 180.0, 360.0) - 180.0, np.clip(lat + north_deg, -90.0, 90.0)
    # All at once: those of one row lie near each other, and so are found quickly.
    place, source, distance = nearest_m(features, near, (at[0].ravel(), at[1].ravel()), LIMIT_M)
    own = source == features.source[rows[0]]
    spread, distance = place[own] // len(rows), distance[own]
    return np.stack([_shares(_binned(distance[spread == each])) for each in range(len(sigma))])


def _binned(distance_m: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(_BINS_M[:-1], distance_m), minlength=len(_BINS_M))


def _shares(seen: NDArray[np.int64]) -> NDArray[np.float64]:
    count = seen + _LEAST
    return np.asarray(count / count.sum())


def _likeliest(
    seen: NDArray[np.int64], displaced: NDArray[np.float64], apart: NDArray[np.float64]
) -> int:
    """Return the spread with which a mixture of both kinds explains best what was seen."""
    best = [
        max(float((seen * np.log(share * row + (1 - share) * apart)).sum()) for share in _SHARES)
        for row in displaced
    ]
    return int(np.argmax(best))
