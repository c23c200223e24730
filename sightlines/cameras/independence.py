"""Which sources are independent of each other: two copies of one list corroborate nothing.

Sources that are not independent form a *family*. Two are in one family if they have one publisher,
if both are OpenStreetMap's data, or if one copies the other: people who survey a camera twice never
agree to the decimetre, a file that was published again does, but for rounding. So the cameras that
both share are held against each other as the coarser of the two writes them, and enough of them
(`COPIED_SHARES`) must be at the same place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightlines.cameras.assignment import JOINED, SAME
from sightlines.cameras.comparison import COPY_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sightlines.cameras.matches import Conflation

# Decimals of degrees -> share of the cameras in common. Coarser positions agree by chance.
COPIED_SHARES = {4: 0.9, 5: 0.5, 6: 0.5, 7: 0.5}
_FINEST = max(COPIED_SHARES)
_ROUNDED_SHARE = 0.99


def families(
    sources: Sequence[str],
    origins: Mapping[str, str],
    conflation: Conflation,
    source: NDArray[np.int64],
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> list[int]:
    """Say which sources belong together.

    Parameters
    ----------
    sources
        Ids, ascending.
    origins
        Whose data a source holds, in one spelling, by id; "" or absent where that is not known.
    conflation
        Which observations are one camera.
    source
        Position in `sources` of each of `conflation.records`.
    at
        Longitude and latitude of each, degrees.

    Returns
    -------
    list of int
        For each source the position of the first of its family.
    """
    family = list(range(len(sources)))
    first_of: dict[str, int] = {}
    for place, name in enumerate(sources):
        origin = origins.get(name, "")
        if origin:
            _unite(family, place, first_of.setdefault(origin, place))
    for one, other in _copies(conflation, source, at, len(sources)):
        _unite(family, one, other)
    return [_root(family, place) for place in range(len(sources))]


def _copies(
    conflation: Conflation,
    source: NDArray[np.int64],
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
    n: int,
) -> list[tuple[int, int]]:
    outcome = conflation.edges["outcome"].to_numpy()
    joined = (outcome == JOINED) | (outcome == SAME)
    first, second = (conflation.edges[end].to_numpy()[joined] for end in ("first", "second"))
    close = conflation.edges["distance_m"].to_numpy()[joined] <= COPY_M
    couple = np.minimum(source[first], source[second]) * n + np.maximum(
        source[first], source[second]
    )
    decimals = [_decimals(at, source == place) for place in range(n)]
    found = []
    for code in np.unique(couple).tolist():
        one, other = divmod(code, n)
        coarse = min(decimals[one], decimals[other])
        if coarse not in COPIED_SHARES:
            continue
        own = couple == code
        same = close[own] | _agree(at, first[own], second[own], coarse)
        if same.mean() >= COPIED_SHARES[coarse]:
            found.append((one, other))
    return found


def _decimals(at: tuple[NDArray[np.float64], NDArray[np.float64]], rows: NDArray[np.bool_]) -> int:
    """Return with how many decimals a source writes its degrees, at most the finest."""
    for decimals in range(_FINEST):
        rounded = [np.isclose(part[rows], part[rows].round(decimals), 0, 1e-9) for part in at]
        if (rounded[0] & rounded[1]).mean() >= _ROUNDED_SHARE:
            return decimals
    return _FINEST


def _agree(
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    decimals: int,
) -> NDArray[np.bool_]:
    """Say of which pairs of rows both lie at one place once they are rounded."""
    # Half a step and a little: one list may cut off where another rounds.
    step = 0.51 * 10.0**-decimals
    apart = [np.abs(part[first] - part[second]) for part in at]
    return np.asarray((apart[0] <= step) & (apart[1] <= step))


def _root(family: list[int], place: int) -> int:
    while family[place] != place:
        place = family[place]
    return place


def _unite(family: list[int], one: int, other: int) -> None:
    roots = sorted((_root(family, one), _root(family, other)))
    family[roots[1]] = roots[0]
