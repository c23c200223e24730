"""The numbers of each row's position, as its cells or its geometry give them, in the table's CRS.

Terms
-----
half
    Of a position: one of its two numbers, while the other is missing.

Where the numbers lie, and whether they can be right, is `placing`'s business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.columns.crs import Numbers, is_in_degrees
from sightlines.sources.coordinate_texts import read_coordinate, read_metres, says_nothing
from sightlines.sources.point_texts import read_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.sources.columns.position_columns import PositionColumns
    from sightlines.sources.coordinate_texts import Axis
    from sightlines.sources.table import TableRow


# A cell that may hold an address and a position behind it holds only the address.
_DECIMAL = re.compile(r"[0-9][.,][0-9]")
_WORD = re.compile(r"[^\W\d_]{3,}")


def _is_an_address(text: str) -> bool:
    return len(_WORD.findall(text)) > 1 and not _DECIMAL.search(text)


class NoPosition(NamedTuple):
    """Why a row has no numbers.

    Parameters
    ----------
    faults
        `unreadable_position`; empty where the numbers are only missing, or the row is faulty
        already.
    notes
        `position:missing`, `position:half`.
    """

    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


class ReadPositions(NamedTuple):
    """Numbers of a batch.

    Parameters
    ----------
    x, y
        Shape (n,): longitudes and latitudes, or eastings and northings; NaN where `without` says
        why there is none.
    without
        By place in the batch.
    notes
        On single rows, by place in the batch: `position:swapped`,
        `geometry:representative_point`.
    in_degrees
        Places of the rows whose numbers are WGS 84 degrees, whatever the others are in.
    """

    x: Numbers
    y: Numbers
    without: dict[int, NoPosition]
    notes: dict[int, tuple[str, ...]]
    in_degrees: tuple[int, ...] = ()


_MISSING = NoPosition((), ("position:missing",))
_HALF = NoPosition((), ("position:half",))


class PositionReader:
    """Read the numbers of positions.

    Parameters
    ----------
    headers
        Of the table.
    columns
        Where positions stand.

    Raises
    ------
    SourceRefusedError
        If the table has no column of a name given.
    """

    def __init__(self, headers: Sequence[str], columns: PositionColumns) -> None:
        self._columns = columns
        self._pair = _places(headers, columns.x, columns.y)
        self._point = _places(headers, columns.point)
        self._is_in_degrees = is_in_degrees(columns.crs)

    def read(self, rows: Sequence[TableRow]) -> ReadPositions:
        """Read a batch of rows.

        Parameters
        ----------
        rows
            Of the table, with as many cells as it has headers.
        """
        if self._columns.form == "pair":
            return self._read_pairs(rows)
        if self._columns.form == "point":
            return self._read_points(rows)
        if self._columns.form == "geometry":
            return self._read_geometries(rows)
        nothing = np.full(len(rows), np.nan)
        missing = dict.fromkeys(range(len(rows)), _MISSING)
        return ReadPositions(nothing, nothing, missing, {})

    def _read_pairs(self, rows: Sequence[TableRow]) -> ReadPositions:
        texts = [[row.cells[place] for row in rows] for place in self._pair]
        x, y = (_floats(column, self._columns.decimal_comma) for column in texts)
        without: dict[int, NoPosition] = {}
        notes: dict[int, tuple[str, ...]] = {}
        for number in np.flatnonzero(~(np.isfinite(x) & np.isfinite(y))).tolist():
            east, north = texts[0][number], texts[1][number]
            pair = self._pair_of(rows[number].number, east, north) if east or north else _MISSING
            if isinstance(pair, NoPosition):
                without[number] = pair
                x[number] = y[number] = np.nan
            else:
                x[number], y[number], is_swapped = pair
                if is_swapped:
                    notes[number] = ("position:swapped",)
        if self._columns.degrees_per_unit != 1.0:
            x, y = x * self._columns.degrees_per_unit, y * self._columns.degrees_per_unit
        return ReadPositions(x, y, without, notes)

    def _pair_of(self, row: int, x: str, y: str) -> tuple[float, float, bool] | NoPosition:
        """Read two texts of which one at least is no plain number.

        Returns
        -------
        tuple or NoPosition
            The two numbers, and whether letters say that they are swapped; or why there are none.
        """
        missing = [says_nothing(text.strip()) for text in (x, y)]
        if all(missing):
            return _MISSING
        found = [self._number(text) for text in (x, y)]
        labels = ("Longitude", "Latitude") if self._is_in_degrees else ("Easting", "Northing")
        faults = tuple(
            Fault(row, name, "unreadable_position", f"{label} is not a number such as {example}.")
            for name, label, example, number, is_missing in zip(
                ("lon", "lat"),
                labels,
                ("24.9384", "60.1699") if self._is_in_degrees else ("385500.0", "6671500.0"),
                found,
                missing,
                strict=True,
            )
            if number is None and not is_missing
        )
        if faults:
            return NoPosition(faults)
        if found[0] is None or found[1] is None:
            return _HALF
        (east, x_axis), (north, y_axis) = found[0], found[1]
        if x_axis is not None and x_axis == y_axis:
            sentence = "Both numbers are longitudes, or both latitudes, by their letters."
            return NoPosition((Fault(row, "lon", "unreadable_position", sentence),))
        is_swapped = x_axis == "lat" or y_axis == "lon"
        return (north, east, True) if is_swapped else (east, north, False)

    def _number(self, text: str) -> tuple[float, Axis | None] | None:
        comma = self._columns.decimal_comma
        if self._is_in_degrees:
            return read_coordinate(text, decimal_comma=comma)
        metres = read_metres(text, decimal_comma=comma)
        return None if metres is None else (metres, None)

    def _read_points(self, rows: Sequence[TableRow]) -> ReadPositions:
        x, y = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        without: dict[int, NoPosition] = {}
        notes: dict[int, tuple[str, ...]] = {}
        place, header = self._point[0], self._columns.point or ""
        for number, row in enumerate(rows):
            text = row.cells[place]
            point = read_point(text)
            if point is None:
                sentence = "This is not a position such as (60.1699, 24.9384)."
                fault = Fault(row.number, header, "unreadable_position", sentence)
                is_missing = says_nothing(text.strip()) or _is_an_address(text)
                without[number] = _MISSING if is_missing else NoPosition((fault,))
                continue
            usual = self._columns.point_order or ("lon_lat" if point.is_xy else "lat_lon")
            if (point.order or usual) == "lon_lat":
                x[number], y[number] = point.first, point.second
            else:
                x[number], y[number] = point.second, point.first
            if point.is_representative:
                notes[number] = ("geometry:representative_point",)
        return ReadPositions(x, y, without, notes)

    def _read_geometries(self, rows: Sequence[TableRow]) -> ReadPositions:
        places = [row.place or (np.nan, np.nan) for row in rows]
        x, y = np.array(places, dtype=np.float64).T.copy()
        if self._columns.point_order == "lat_lon":
            x, y = y, x
        without: dict[int, NoPosition] = {}
        notes: dict[int, tuple[str, ...]] = {}
        empty = [number for number, row in enumerate(rows) if row.place is None]
        for number in empty:
            without[number] = NoPosition() if rows[number].faults else _MISSING
        beside = [number for number in empty if self._pair and not rows[number].faults]
        if beside:
            # The pair is in WGS 84 degrees, whatever the geometry is in.
            pairs = self._read_pairs([rows[number] for number in beside])
            for place, number in enumerate(beside):
                x[number], y[number] = pairs.x[place], pairs.y[place]
                del without[number]
                if place in pairs.without:
                    without[number] = pairs.without[place]
                if place in pairs.notes:
                    notes[number] = pairs.notes[place]
        return ReadPositions(x, y, without, notes, tuple(beside))


def _places(headers: Sequence[str], *wanted: str | None) -> tuple[int, ...]:
    named = [header for header in wanted if header is not None]
    for header in named:
        if header not in headers:
            raise SourceRefusedError(f"The table has no column called {header[:40]!r}.")
    return tuple(headers.index(header) for header in named)


def _floats(texts: Sequence[str], decimal_comma: bool) -> Numbers:
    """Return plain numbers; NaN for all texts that need a closer look."""
    if decimal_comma:
        texts = [text.replace(",", ".") for text in texts]
    try:
        numbers = np.array(list(map(float, texts)), dtype=np.float64)
    except ValueError:
        numbers = np.array([_float(text) for text in texts], dtype=np.float64)
    if "_" in "".join(texts):
        # Python takes `1_0` for a number.
        numbers[["_" in text for text in texts]] = np.nan
    return numbers


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan
