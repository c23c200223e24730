"""Which positions lie within some metres of which others.

Distances are straight lines through the ellipsoid: for the few metres that matter here they differ
from those along the ground by less than any survey can measure. The antimeridian and the poles are
ordinary places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.geodesy import GEOD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# No degree of latitude is shorter than this, nor one of longitude at the equator.
_DEGREE_M = 110_000.0
# 1 cm at the equator; the search is a little wider, the distance decides.
_STEPS_PER_DEGREE = 1e7
_LON_BITS = np.int64(34)
_PAIRS_AT_ONCE = 2_000_000
# Nearer to a pole than this every longitude is close.
_POLAR_DEG = 89.0


class Positions(NamedTuple):
    """Longitudes and latitudes, WGS 84 degrees; NaN where there is no position."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> Positions:
        """Return those of some rows."""
        return Positions(self.lon[rows], self.lat[rows])

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which rows have a position."""
        return np.isfinite(self.lon) & np.isfinite(self.lat)


class Pairs(NamedTuple):
    """Rows of a first and a second set, and how far apart they are."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    distance_m: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_]) -> Pairs:
        """Return some of them."""
        return Pairs(self.first[chosen], self.second[chosen], self.distance_m[chosen])


def distances_m(first: Positions, second: Positions) -> NDArray[np.float64]:
    """Return how far apart aligned positions are.

    Returns
    -------
    array of float
        Metres along the chord; NaN where one has no position.
    """
    a, b = _earth_centred(first), _earth_centred(second)
    return np.asarray(np.sqrt(((a - b) ** 2).sum(axis=0)), np.float64)


def displacements_m(
    first: Positions, second: Positions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far east and north of `first` aligned positions of `second` lie, metres.

    Good for a few kilometres.
    """
    east_m, north_m = _metres_per_degree(first.lat)
    lon = (second.lon - first.lon + 180.0) % 360.0 - 180.0
    return lon * east_m, (second.lat - first.lat) * north_m


def displaced(positions: Positions, east_m: float, north_m: float) -> Positions:
    """Return positions moved by some metres; the inverse of `displacements_m`."""
    lon_m, lat_m = _metres_per_degree(positions.lat)
    lon = (positions.lon + east_m / lon_m + 180.0) % 360.0 - 180.0
    return Positions(lon, np.clip(positions.lat + north_m / lat_m, -90.0, 90.0))


def neighbours(
    first: Positions,
    second: Positions,
    radius_m: float,
    *,
    groups: tuple[NDArray[np.uint64], NDArray[np.uint64]] | None = None,
    most: int = 24,
) -> Pairs:
    """Return which positions lie close together.

    Parameters
    ----------
    first, second
        Those without a position have no neighbours.
    radius_m
        Most metres between the two of a pair.
    groups
        One number a row of each set: only rows of the same number are compared.
    most
        Most candidates that a position of `first` is compared with in each of three bands of
        latitude: those nearest in longitude. Bounds the time when everything lies in one place.

    Returns
    -------
    Pairs
        In no order; beyond 89 degrees a pair may stand twice.
    """
    here, there = np.flatnonzero(first.known), np.flatnonzero(second.known)
    # Questions in the order of the answers are answered several times faster.
    here = here[np.lexsort((first.lon[here], np.floor(first.lat[here] * _DEGREE_M / radius_m)))]
    codes = np.zeros(len(here) + len(there), np.int64)
    if groups is not None:
        both = np.concatenate([groups[0][here], groups[1][there]])
        codes = np.unique(both, return_inverse=True)[1].astype(np.int64)
    near = _Near(first.take(here), second.take(there), radius_m, codes, most)
    none = np.zeros(0, np.int64)
    found = [Pairs(none, none, np.zeros(0))]
    for band in (-1, 0, 1):
        found.extend(near.pairs(band))
    pairs = Pairs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    return Pairs(here[pairs.first], there[pairs.second], pairs.distance_m)


class _Near:
    """The rows of `second` in the order of group, band of latitude and longitude.

    A band is as high as the radius, so neighbours lie in the same band or the next. Rows near the
    antimeridian and the poles stand there twice, once for each side.
    """

    def __init__(
        self,
        first: Positions,
        second: Positions,
        radius_m: float,
        codes: NDArray[np.int64],
        most: int,
    ) -> None:
        self._radius_m, self._most = radius_m, most
        self._step_deg = radius_m / _DEGREE_M
        self._first, self._first_xyz = first, _earth_centred(first)
        self._second_xyz = _earth_centred(second)
        self._first_cells = self._cells(first, codes[: len(first.lon)])
        twice = np.flatnonzero(
            (np.abs(second.lon) > 180.0 - self._half_deg(np.array([_POLAR_DEG])))
            | (np.abs(second.lat) > _POLAR_DEG)
        )
        lon = np.concatenate([second.lon, second.lon[twice] - np.sign(second.lon[twice]) * 360.0])
        rows = np.concatenate([np.arange(len(second.lon)), twice])
        cells = self._cells(second, codes[len(first.lon) :])[rows]
        self._known_cells, rank = np.unique(cells, return_inverse=True)
        keys = (rank.astype(np.int64) << _LON_BITS) | _lon_steps(lon)
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], rows[order]

    def pairs(self, band: int) -> Iterator[Pairs]:
        """Return the pairs whose second row lies so many bands further north."""
        cells = self._first_cells + band
        rank = np.searchsorted(self._known_cells, cells)
        rank[rank == len(self._known_cells)] = 0
        if not len(self._known_cells):
            return
        asking = np.flatnonzero(self._known_cells[rank] == cells)
        middle = (rank[asking].astype(np.int64) << _LON_BITS) + _lon_steps(self._first.lon[asking])
        half = np.ceil(self._half_deg(self._first.lat[asking]) * _STEPS_PER_DEGREE)
        low = np.searchsorted(self._keys, middle - half.astype(np.int64), "left")
        high = np.searchsorted(self._keys, middle + half.astype(np.int64), "right")
        low = np.maximum(low, np.searchsorted(self._keys, middle) - self._most // 2)
        counts = np.minimum(high - low, self._most)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        for start in range(0, total, _PAIRS_AT_ONCE):
            numbers = np.arange(start, min(start + _PAIRS_AT_ONCE, total))
            asker = np.searchsorted(ends, numbers, "right")
            place = low[asker] + numbers - (ends - counts)[asker]
            yield self._close(asking[asker], self._rows[place])

    def _close(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> Pairs:
        apart = self._first_xyz[:, first] - self._second_xyz[:, second]
        distance = np.sqrt((apart**2).sum(axis=0))
        return Pairs(first, second, distance).where(distance <= self._radius_m)

    def _cells(self, positions: Positions, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        bands = int(180.0 / self._step_deg) + 4
        band = np.floor((positions.lat + 90.0) / self._step_deg).astype(np.int64) + 1
        return codes * bands + band

    def _half_deg(self, lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many degrees of longitude a neighbour may be away."""
        far = np.minimum(np.abs(lat) + self._step_deg, 90.0)
        width = self._radius_m / (_DEGREE_M * np.maximum(np.cos(np.radians(far)), 1e-9))
        return np.where(np.abs(lat) > _POLAR_DEG, 180.0, np.minimum(width, 180.0))


def _lon_steps(lon: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor((lon + 360.0) * _STEPS_PER_DEGREE).astype(np.int64)


def _earth_centred(positions: Positions) -> NDArray[np.float64]:
    """Return x, y, z on the WGS 84 ellipsoid, metres, shape (3, n)."""
    lon, lat = np.radians(positions.lon), np.radians(positions.lat)
    radius = GEOD.a / np.sqrt(1.0 - GEOD.es * np.sin(lat) ** 2)
    return np.stack(
        [
            radius * np.cos(lat) * np.cos(lon),
            radius * np.cos(lat) * np.sin(lon),
            radius * (1.0 - GEOD.es) * np.sin(lat),
        ]
    )


def _metres_per_degree(
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the metres of a degree of longitude and of latitude at some latitudes."""
    root = np.sqrt(1.0 - GEOD.es * np.sin(np.radians(lat)) ** 2)
    east = np.maximum(GEOD.a / root * np.cos(np.radians(lat)), 1.0)
    north = GEOD.a * (1.0 - GEOD.es) / root**3
    return np.radians(east), np.radians(north)
