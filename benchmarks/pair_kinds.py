"""What kind of pair two observations are, as far as it can be seen without any matcher.

A pair is of the first kind in `KINDS` that holds. Kinds are for reading the errors of a method, so
they look at the rows of both sources, and for the same reason at the real positions.

different kind
    Both sources name a kind, or what is enforced, and not the same.
far
    More than 25 m apart.
pole, alike
    One of the two has a twin in its own source: same position, same in all that is compared. Which
    of the twins is linked cannot be told, so they share a name (`shared_names`) and are counted.
pole, other direction
    One of the two has within 3 m another of its source, whose direction differs by 30 degrees.
poor, crowded; poor, lone
    Nothing but kind and position is known on both sides; then as the two below.
crowded
    Within 30 m of one of the two is a third observation, of either source.
lone
    There is none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.cameras.evaluation import close_pairs
from sightlines.geodesy import GEOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sightlines.cameras.evaluation import Pair

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

KINDS = (
    "different kind",
    "far",
    "pole, alike",
    "pole, other direction",
    "poor, crowded",
    "poor, lone",
    "crowded",
    "lone",
)
FAR_M = 25.0
CROWDED_M = 30.0
POLE_M = 3.0
OTHER_DIRECTION_DEG = 30.0
ATTRIBUTES = (
    "camera_direction",
    "camera_type",
    "camera_mount",
    "operator",
    "manufacturer",
    "ref",
)
COMPARED = ("source", "lon", "lat", "kind", "enforcement", "camera_count", *ATTRIBUTES)


class Surroundings(NamedTuple):
    """What stands around each observation; arrays of shape (n,)."""

    lon: Floats
    lat: Floats
    neighbours: Integers
    has_twin: Flags
    looks_elsewhere: Flags
    known: Flags
    kind: Integers
    enforcement: Integers


def shared_names(observations: pa.Table) -> dict[str, str]:
    """Name the observations of a source that cannot be told apart by one of them.

    Parameters
    ----------
    observations
        Of `schema.STANDING`.

    Returns
    -------
    dict
        Subject -> the least subject of those that are the same in all that is compared.
    """
    twins: dict[str, list[str]] = defaultdict(list)
    columns = [observations[name].to_pylist() for name in COMPARED]
    subjects = observations["subject"].to_pylist()
    for subject, *values in zip(subjects, *columns, strict=True):
        twins[repr(values)].append(subject)
    return {subject: min(group) for group in twins.values() for subject in group}


def surroundings(observations: pa.Table, names: dict[str, str]) -> Surroundings:
    """Look around each observation.

    Parameters
    ----------
    observations
        Of `schema.STANDING`, each with a position.
    names
        As `shared_names` gives them.
    """
    lon, lat = (observations[name].to_numpy() for name in ("lon", "lat"))
    first, second, apart_m = close_pairs(lon, lat, CROWDED_M)
    n = len(lon)
    shared = _codes([names[subject] for subject in observations["subject"].to_pylist()])
    source = _codes(observations["source"].to_pylist())
    bearing_deg = _bearings(observations["camera_direction"].to_pylist())
    turn_deg = np.abs((bearing_deg[first] - bearing_deg[second] + 180.0) % 360.0 - 180.0)
    beside = (source[first] == source[second]) & (apart_m <= POLE_M)
    beside &= turn_deg >= OTHER_DIRECTION_DEG
    looks_elsewhere = np.zeros(n, dtype=np.bool_)
    looks_elsewhere[first[beside]] = looks_elsewhere[second[beside]] = True
    return Surroundings(
        lon,
        lat,
        neighbours=np.bincount(np.concatenate([first, second]), minlength=n).astype(np.int64),
        has_twin=np.bincount(shared)[shared] > 1,
        looks_elsewhere=looks_elsewhere,
        known=np.stack(
            [observations[name].is_valid().to_numpy(zero_copy_only=False) for name in ATTRIBUTES]
        )
        if n
        else np.empty((len(ATTRIBUTES), 0), dtype=np.bool_),
        kind=_codes([None if k == "unknown" else k for k in observations["kind"].to_pylist()]),
        enforcement=_codes(observations["enforcement"].to_pylist()),
    )


def pair_kinds(
    around: Surroundings, row_of: dict[str, int], pairs: Sequence[Pair]
) -> dict[Pair, str]:
    """Say what kind each pair is of.

    Parameters
    ----------
    around
        Of the observations.
    row_of
        Subject -> row.
    pairs
        Of subjects.

    Returns
    -------
    dict
        Pair -> one of `KINDS`.
    """
    if not pairs:
        return {}
    one, other = np.array([(row_of[a], row_of[b]) for a, b in pairs], dtype=np.int64).T
    apart_m = np.asarray(
        GEOD.inv(around.lon[one], around.lat[one], around.lon[other], around.lat[other])[2]
    )
    partner = (apart_m <= CROWDED_M).astype(np.int64)
    crowded = np.maximum(around.neighbours[one], around.neighbours[other]) > partner
    poor = ~(around.known[:, one] & around.known[:, other]).any(axis=0)
    holds = [
        _differ(around.kind, one, other) | _differ(around.enforcement, one, other),
        apart_m > FAR_M,
        around.has_twin[one] | around.has_twin[other],
        around.looks_elsewhere[one] | around.looks_elsewhere[other],
        poor & crowded,
        poor,
        crowded,
        np.ones(len(one), dtype=np.bool_),
    ]
    chosen = np.argmax(np.stack(holds), axis=0).tolist()
    return {pair: KINDS[number] for pair, number in zip(pairs, chosen, strict=True)}


def _differ(codes: Integers, one: Integers, other: Integers) -> Flags:
    differ: Flags = (codes[one] >= 0) & (codes[other] >= 0) & (codes[one] != codes[other])
    return differ


def _codes(values: Sequence[str | None]) -> Integers:
    """Give each value a number; -1 for none."""
    numbers: dict[str, int] = {}
    return np.array(
        [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values],
        dtype=np.int64,
    )


def _bearings(directions: Sequence[list[dict[str, float]] | None]) -> Floats:
    """Return the first bearing of each; not a number where none is known."""
    return np.array(
        [sectors[0]["bearing_deg"] if sectors else np.nan for sectors in directions],
        dtype=np.float64,
    )
