"""A sample's numbers: each column's, read once, and what two columns of them can be.

Terms
-----
kind
    Of the numbers: degrees, or metres, which stands for the unit of any grid.
share
    Of numbers or cells, from 0 to 1; the three that decide are given names here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from sightlines.sources.columns.crs import Numbers, within
from sightlines.sources.coordinate_texts import (
    Axis,
    read_coordinate,
    read_metres,
    says_nothing,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from sightlines.sources.table import TableRow

READABLE_SHARE = 0.5
CERTAIN_SHARE = 0.9
SELDOM_SHARE = 0.1

_MOST_DEGREES = 1_000.0
_SCALES = (1e-5, 1e-6, 1e-7)

Kind = Literal["degrees", "metres"]


class ColumnNumbers(NamedTuple):
    """The numbers of one column.

    Parameters
    ----------
    values
        Shape (n,), one a row: degrees, or the unit of a grid; NaN where there is none.
    filled
        How many cells hold anything.
    decimals
        Shape (n,): how many each number is written with; 9 for minutes and seconds.
    is_comma
        Whether the numbers are written with a comma.
    axis
        Which of the two most letters in the cells say it is; None where none does.
    """

    values: Numbers
    filled: int
    decimals: Numbers
    is_comma: bool
    axis: Axis | None

    @property
    def readable(self) -> float:
        """The share of filled cells that are numbers; 0 where none is filled."""
        return float(np.isfinite(self.values).sum()) / self.filled if self.filled else 0.0

    def share_with_decimals(self, least: int) -> float:
        """Return the share of numbers with so many decimals or more.

        Parameters
        ----------
        least
            How many.
        """
        known = np.isfinite(self.values)
        return float((self.decimals[known] >= least).mean()) if known.any() else 0.0


class Judged(NamedTuple):
    """What two columns of numbers are.

    Parameters
    ----------
    kind
        Of both.
    is_swapped
        Whether latitudes stand where longitudes should.
    degrees_per_unit
        What a 1 means; 1 for anything but fixed-point degrees.
    """

    kind: Kind
    is_swapped: bool = False
    degrees_per_unit: float = 1.0


class SampledTexts:
    """A sample by columns, each read once.

    Parameters
    ----------
    headers
        Distinct, in their order.
    sample
        Rows of the table.
    """

    def __init__(self, headers: Sequence[str], sample: Sequence[TableRow]) -> None:
        self.headers = headers
        self.place = {header: place for place, header in enumerate(headers)}
        self._sample = sample
        self._columns: dict[str, ColumnNumbers] = {}

    def of(self, header: str) -> list[str]:
        """Return a column's texts.

        Parameters
        ----------
        header
            Of the table.
        """
        place = self.place[header]
        return [row.cells[place] for row in self._sample]

    def column(self, header: str) -> ColumnNumbers:
        """Return a column's numbers.

        Parameters
        ----------
        header
            Of the table.
        """
        if header not in self._columns:
            self._columns[header] = _read_column(self.of(header))
        return self._columns[header]


def _read_column(texts: Sequence[str]) -> ColumnNumbers:
    filled = [text for text in texts if not says_nothing(text)]
    commas = sum("," in text and "." not in text for text in filled)
    is_comma = commas > sum("." in text for text in filled)
    values, decimals = np.full(len(texts), np.nan), np.zeros(len(texts))
    axes: Counter[Axis] = Counter()
    for place, text in enumerate(texts):
        if says_nothing(text):
            continue
        coordinate = read_coordinate(text, decimal_comma=is_comma)
        value = coordinate.value if coordinate else read_metres(text, decimal_comma=is_comma)
        if value is None:
            continue
        values[place] = value
        # Minutes and seconds are as fine as decimals.
        is_decimal = text.strip().lstrip("+-\u2212").replace(",", ".").replace(".", "").isdecimal()
        decimals[place] = len(text.strip().replace(",", ".").partition(".")[2]) if is_decimal else 9
        if coordinate is not None and coordinate.axis is not None:
            axes[coordinate.axis] += 1
    axis = axes.most_common(1)[0][0] if axes else None
    return ColumnNumbers(values, len(filled), decimals, is_comma, axis)


def judge(x: Numbers, y: Numbers, extent: shapely.Geometry | None) -> Judged:
    """Say what numbers are, of which x should be the longitude or easting.

    Parameters
    ----------
    x, y
        Finite, shape (n,): both of the same rows.
    extent
        The declared area, WGS 84; None where none is declared.
    """
    fits, fits_swapped = (
        (np.abs(first) <= 180.0) & (np.abs(second) <= 90.0) for first, second in ((x, y), (y, x))
    )
    if fits.mean() < READABLE_SHARE:
        is_swapped = bool(fits_swapped.mean() >= READABLE_SHARE)
        # Numbers that are only somewhat too large are broken degrees: each row is told so.
        is_large = bool(np.median(np.maximum(np.abs(x), np.abs(y))) > _MOST_DEGREES)
        return Judged("metres") if is_large else Judged("degrees", is_swapped)
    if extent is not None and within(extent, x, y).mean() < SELDOM_SHARE:
        return Judged("degrees", bool(within(extent, y, x).mean() >= CERTAIN_SHARE))
    return Judged("degrees")


def fixed_point(
    x: Numbers, y: Numbers, named: float, extent: shapely.Geometry | None
) -> Judged | None:
    """Find by what whole numbers are to be multiplied to be degrees.

    Parameters
    ----------
    x, y
        Finite, shape (n,): longitudes and latitudes in an unknown unit.
    named
        Degrees per unit by the headers; 1 where they name none.
    extent
        The declared area, WGS 84; None where none is declared.

    Returns
    -------
    Judged or None
        None unless the area or a header is certain.
    """
    if not bool((np.mod(x, 1.0) == 0.0).all() and (np.mod(y, 1.0) == 0.0).all()):
        return None
    fitting = [
        scale
        for scale in _SCALES
        if extent is not None and within(extent, x * scale, y * scale).mean() >= CERTAIN_SHARE
    ]
    if len(fitting) == 1:
        return Judged("degrees", degrees_per_unit=fitting[0])
    judged = judge(x * named, y * named, extent)
    is_certain = named != 1.0 and judged.kind == "degrees" and not judged.is_swapped
    return judged._replace(degrees_per_unit=named) if is_certain else None


def is_in_the_world(lon: Numbers, lat: Numbers) -> bool:
    """Say whether numbers can be degrees at all.

    Parameters
    ----------
    lon, lat
        Finite, shape (n,).
    """
    return bool(((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)).mean() >= READABLE_SHARE)


def is_only_one_way(x: Numbers, y: Numbers, extent: shapely.Geometry | None) -> bool:
    """Say whether numbers can be positions in this order, and not in the other.

    Parameters
    ----------
    x, y
        Finite, shape (n,): longitudes and latitudes, if the order is right.
    extent
        The declared area, WGS 84; None where none is declared.
    """
    if bool((np.abs(x) > 90.0).mean() >= READABLE_SHARE):
        return True
    if extent is None:
        return False
    return bool(
        within(extent, x, y).mean() >= CERTAIN_SHARE and within(extent, y, x).mean() < SELDOM_SHARE
    )
