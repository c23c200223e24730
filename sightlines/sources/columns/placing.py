"""Where each row lies: its position projected, checked, and repaired where that is certain.

Terms
-----
bulk
    The box in which most positions of the sample lie, six median deviations to each side of the
    median and a quarter of a degree at least; a few wrong rows do not move it.
home
    The declared area; the bulk, where none is declared.

What the cells themselves say is `position_reading`'s business.

Only what can be nothing else is repaired: longitude and latitude that are swapped and so leave the
world. A lost sign, or a swap that stays in the world, is noted and left as it is.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from sightlines.errors import Fault
from sightlines.sources.columns.crs import Numbers, is_in_degrees, to_wgs84, within
from sightlines.sources.columns.position_reading import PositionReader
from sightlines.sources.position import NULL_ISLAND_DEG, position_of
from sightlines.sources.reading import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightlines.sources.columns.position_columns import PositionColumns
    from sightlines.sources.columns.position_reading import ReadPositions
    from sightlines.sources.table import TableRow

_BULK_DEVIATIONS = 6.0
_BULK_LEAST_DEG = 0.25
_BULK_ROWS = 3
_ROUNDING_DEG = 1e-9
_MIRRORED = ((-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0))


class Placed(NamedTuple):
    """Where one row lies.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees; both None where the row has no position, or a fault.
    faults
        What makes the position useless: `unreadable_position`, `out_of_range`, `null_island`.
    notes
        `position:missing`, `position:half`, `position:swapped` (repaired), and of what was left as
        it is: `position:perhaps_swapped`, `position:sign_lost`, `position:outside_extent`;
        `geometry:representative_point`.
    """

    lon: float | None
    lat: float | None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


class _Bulk(NamedTuple):
    """A box by its middle and half its size, degrees."""

    lon: float
    lat: float
    half_lon: float
    half_lat: float

    def holds(self, lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
        """Say which positions lie in the box, which may reach across the antimeridian."""
        east = np.abs(np.mod(lon - self.lon + 180.0, 360.0) - 180.0) <= self.half_lon
        inside: NDArray[np.bool_] = east & (np.abs(lat - self.lat) <= self.half_lat)
        return inside


class Placer:
    """Give rows their positions.

    Parameters
    ----------
    headers
        Of the table.
    columns
        Where positions stand.
    extent
        The declared area, WGS 84; None where none is declared.
    sample
        Rows of the table, by which the bulk is measured.

    Raises
    ------
    SourceRefusedError
        If the table has no column of a name given, or nothing leads from its coordinate system to
        WGS 84.
    """

    def __init__(
        self,
        headers: Sequence[str],
        columns: PositionColumns,
        extent: shapely.Geometry | None,
        sample: Sequence[TableRow],
    ) -> None:
        self._columns = columns
        self._reader = PositionReader(headers, columns)
        self._is_in_degrees = is_in_degrees(columns.crs)
        self._extent = extent if extent is not None and not shapely.is_empty(extent) else None
        if self._extent is not None:
            shapely.prepare(self._extent)
        self._bulk = self._measured(sample)

    def place(self, rows: Sequence[TableRow]) -> list[Placed]:
        """Place a batch of rows.

        Parameters
        ----------
        rows
            Of the table, with as many cells as it has headers; some thousands at once are fastest.

        Returns
        -------
        list of Placed
            One a row, in their order.
        """
        if not rows:
            return []
        read = self._reader.read(rows)
        lon, lat = self._projected(read)
        is_placed = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)
        is_null = np.maximum(np.abs(lon), np.abs(lat)) < NULL_ISLAND_DEG
        if not self._is_in_degrees:
            is_null |= (read.x == 0.0) & (read.y == 0.0)
        is_home = is_placed & self._is_home(lon, lat)
        placed = list(map(Placed, lon.tolist(), lat.tolist(), repeat(()), repeat(())))
        for number, notes in read.notes.items():
            placed[number] = placed[number]._replace(notes=notes)
        self._note_the_far(placed, np.flatnonzero(is_placed & ~is_null & ~is_home).tolist())
        for number in np.flatnonzero(is_null).tolist():
            faults = position_of(rows[number].number, 0.0, 0.0)[1]
            placed[number] = Placed(None, None, faults)
        wrong = np.flatnonzero(~is_placed & ~is_null).tolist()
        self._mend_or_reject(placed, rows, [one for one in wrong if one not in read.without])
        for number, without in read.without.items():
            placed[number] = Placed(None, None, *without)
        return placed

    def _note_the_far(self, placed: list[Placed], far: list[int]) -> None:
        """Note what is not at home and would be if it were written otherwise."""
        if not far:
            return
        lon, lat = _numbers(placed, far)
        is_mirrored = np.logical_or.reduce(
            [self._is_home(lon * east, lat * north) for east, north in _MIRRORED]
        )
        fits_swapped = (np.abs(lon) <= 90.0) & self._is_home(lat, lon)
        is_outside = (
            np.zeros(len(far), bool) if self._extent is None else ~within(self._extent, lon, lat)
        )
        marks = zip(is_mirrored.tolist(), fits_swapped.tolist(), is_outside.tolist(), strict=True)
        for number, (mirrored, swapped, outside) in zip(far, marks, strict=True):
            said = {
                "position:sign_lost": mirrored,
                "position:perhaps_swapped": swapped,
                "position:outside_extent": outside,
            }
            notes = tuple(reason for reason, is_so in said.items() if is_so)
            if notes:
                placed[number] = placed[number]._replace(notes=placed[number].notes + notes)

    def _mend_or_reject(
        self, placed: list[Placed], rows: Sequence[TableRow], wrong: list[int]
    ) -> None:
        """Swap what leaves the world as given and is at home when swapped; reject the rest."""
        if not wrong:
            return
        lon, lat = _numbers(placed, wrong)
        in_world = (np.abs(lat) <= 180.0) & (np.abs(lon) <= 90.0)
        is_certain = in_world & self._knows_home & self._is_home(lat, lon)
        if self._bulk is not None:
            is_certain |= in_world & self._bulk.holds(lat, lon)
        for number, certain, east, north in zip(
            wrong, is_certain.tolist(), lon.tolist(), lat.tolist(), strict=True
        ):
            if certain:
                notes = (*placed[number].notes, "position:swapped")
                placed[number] = Placed(north, east, (), notes)
                continue
            row = rows[number].number
            faults = position_of(row, east, north)[1]
            if not math.isfinite(east):
                sentence = "The position lies outside the area of its coordinate system."
                faults = (Fault(row, "lon", "out_of_range", sentence),)
            placed[number] = Placed(None, None, faults)

    @property
    def _knows_home(self) -> bool:
        return self._extent is not None or self._bulk is not None

    def _is_home(self, lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
        """Say which positions are at home; all, where neither an area nor a bulk is known."""
        if self._extent is not None:
            return within(self._extent, lon, lat)
        return np.ones(len(lon), bool) if self._bulk is None else self._bulk.holds(lon, lat)

    def _measured(self, sample: Sequence[TableRow]) -> _Bulk | None:
        """Measure the bulk of the sample; None where it has too few positions."""
        if not sample:
            return None
        lon, lat = self._projected(self._reader.read(sample))
        known = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)
        known &= np.maximum(np.abs(lon), np.abs(lat)) >= NULL_ISLAND_DEG
        if known.sum() < _BULK_ROWS:
            return None
        middle = [float(np.median(numbers[known])) for numbers in (lon, lat)]
        halves = [
            max(_BULK_DEVIATIONS * float(np.median(np.abs(numbers[known] - at))), _BULK_LEAST_DEG)
            for numbers, at in zip((lon, lat), middle, strict=True)
        ]
        return _Bulk(*middle, *halves)

    def _projected(self, read: ReadPositions) -> tuple[Numbers, Numbers]:
        """Return longitudes and latitudes; what is beyond the edge by rounding lies on it."""
        lon, lat = to_wgs84(self._columns.crs, read.x, read.y)
        if read.in_degrees and self._columns.crs != WGS84:
            lon, lat = lon.copy(), lat.copy()
            chosen = list(read.in_degrees)
            lon[chosen], lat[chosen] = read.x[chosen], read.y[chosen]
        is_known = np.isfinite(lon) & np.isfinite(lat)
        lon, lat = (np.where(is_known, degrees, np.nan) for degrees in (lon, lat))
        return _on_the_edge(lon, 180.0), _on_the_edge(lat, 90.0)


def _numbers(placed: Sequence[Placed], chosen: Sequence[int]) -> tuple[Numbers, Numbers]:
    both = np.array([placed[number][:2] for number in chosen], dtype=np.float64)
    return both[:, 0], both[:, 1]


def _on_the_edge(degrees: Numbers, limit: float) -> Numbers:
    is_beyond = (np.abs(degrees) > limit) & (np.abs(degrees) <= limit + _ROUNDING_DEG)
    return np.where(is_beyond, np.clip(degrees, -limit, limit), degrees)
