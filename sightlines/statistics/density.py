"""Cameras for each square kilometre, for each 1,000 residents, and when not to read much into them.

A figure is recomputed from sums, never averaged. Where it makes no sense it is null, with the
reason beside it, in words that a page can print (DEFINITIONS: Ground covered, Areas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightlines.statistics.ground import COVERED, NOT_COVERED, PARTLY_COVERED

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_GROUND = "not covered by any source's stated ground"
POPULATION_NOT_KNOWN = "population not known"
POPULATION_IS_ZERO = "population is zero"

FEWEST_RESIDENTS = 250
FEWEST_CAMERAS = 5
SMALLEST_KM2 = 0.01


def density_per_km2(
    n_on_covered: NDArray[np.int64], covered_km2: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Divide cameras by the ground that sources cover.

    Parameters
    ----------
    n_on_covered
        Cameras on covered ground.
    covered_km2
        Covered ground in square kilometres; 0 where nothing is covered.

    Returns
    -------
    tuple of two arrays
        Cameras per square kilometre of covered ground, NaN where there is none; and the reason for
        each NaN, None elsewhere.
    """
    covered = covered_km2 > 0
    density = np.full(covered.shape, np.nan)
    np.divide(n_on_covered, covered_km2, out=density, where=covered)
    reason = np.full(covered.shape, None, dtype=object)
    reason[~covered] = NO_GROUND
    return density, reason


def rate_per_1000(
    n_cameras: NDArray[np.int64],
    population: NDArray[np.float64],
    coverage: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Divide cameras by residents, for wholly covered areas.

    Parameters
    ----------
    n_cameras
        Cameras in the area.
    population
        Residents; NaN where not known.
    coverage
        As of `ground.coverage`.

    Returns
    -------
    tuple of two arrays
        Cameras per 1,000 residents, NaN where that makes no sense; and the reason for each NaN,
        None elsewhere.
    """
    reason = np.full(population.shape, None, dtype=object)
    reason[coverage == PARTLY_COVERED] = PARTLY_COVERED
    reason[coverage == NOT_COVERED] = NOT_COVERED
    reason[population == 0] = POPULATION_IS_ZERO
    reason[np.isnan(population)] = POPULATION_NOT_KNOWN
    rate = np.full(population.shape, np.nan)
    sound = (coverage == COVERED) & (population > 0)
    np.divide(1000.0 * n_cameras, population, out=rate, where=sound)
    return rate, reason


def few(
    n_cameras: NDArray[np.int64],
    population: NDArray[np.float64],
    area_km2: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Say why an area's figures rest on too little to be compared.

    Parameters
    ----------
    n_cameras
        Cameras in the area.
    population
        Residents; NaN where not known.
    area_km2
        Ground that the figures are of: the covered part, or the whole of an area not covered.

    Returns
    -------
    array of text
        The reasons, joined by '; '; None where there are enough of everything.

    References
    ----------
    TRUTH.md: flag areas with fewer than 250 residents, fewer than 5 cameras, or under 0.01 km2.
    """
    reasons = np.full(n_cameras.shape, None, dtype=object)
    enough = np.ones(n_cameras.shape, np.bool_)
    for applies, words in (
        (population < FEWEST_RESIDENTS, f"fewer than {FEWEST_RESIDENTS} residents"),
        (n_cameras < FEWEST_CAMERAS, f"fewer than {FEWEST_CAMERAS} cameras"),
        (area_km2 < SMALLEST_KM2, f"smaller than {SMALLEST_KM2} km2"),
    ):
        reasons[applies & ~enough] += f"; {words}"
        reasons[applies & enough] = words
        enough &= ~applies
    return reasons
