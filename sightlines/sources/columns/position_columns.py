"""What is sought: the columns positions stand in, what may be them, and what is known beforehand.

Terms
-----
pair
    Two columns, one a number; *point*: one column that holds both.
candidate
    One place in a table where positions may stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sightlines.sources.columns.crs import is_in_degrees
from sightlines.sources.reading import WGS84

if TYPE_CHECKING:
    import shapely

    from sightlines.sources.columns.column_numbers import Kind
    from sightlines.sources.columns.crs import Numbers
    from sightlines.sources.point_texts import Order


@dataclass(frozen=True)
class PositionColumns:
    """Where positions stand and how they are written.

    Parameters
    ----------
    form
        In the rows' geometry, in a pair, in a point column, or nowhere.
    x, y
        Headers of the columns of longitude or easting, and of latitude or northing; None for none.
        Beside a geometry, the pair of WGS 84 degrees for rows whose geometry is missing.
    point
        Header of the column that holds both; None for none.
    point_order
        Of the two numbers in that column, or in a geometry, where they do not say it themselves;
        None for the order of their kind.
    crs
        Authority's code or WKT; `EPSG:4326` for degrees of which nothing else is said.
    decimal_comma
        Whether the pair's numbers are written with a comma.
    degrees_per_unit
        What a 1 in the pair means, 1e-6 for micro-degrees; else 1.
    """

    form: Literal["geometry", "pair", "point", "none"]
    x: str | None = None
    y: str | None = None
    point: str | None = None
    point_order: Order | None = None
    crs: str = WGS84
    decimal_comma: bool = False
    degrees_per_unit: float = 1.0


@dataclass(frozen=True)
class Said:
    """What is known of a table's positions beside the table.

    Parameters
    ----------
    told
        Label of the coordinate system that the user names; None where none.
    stated
        Label of the one that the file names, where the user names none; None elsewhere.
    extent
        The declared area, WGS 84, not empty; None where none is declared.
    """

    told: str | None
    stated: str | None
    extent: shapely.Geometry | None

    @property
    def told_metres(self) -> bool:
        """Whether the user names a system that is not of degrees."""
        return self.told is not None and not is_in_degrees(self.told)


class Candidate(NamedTuple):
    """One place where positions may stand.

    Parameters
    ----------
    rank
        The least is the best. The first two say how good its kind is; the rest only decide between
        equals.
    columns
        As they would be found; their coordinate system is still open.
    kind
        Of its numbers.
    x, y
        Shape (n,): its numbers where both are readable, of longitude or easting and of latitude or
        northing.
    share
        Of the sample's rows, from 0 to 1, those with both numbers.
    hints
        Labels of the coordinate systems that headers or cells may name.
    notes
        Reasons, to be counted if it is chosen.
    """

    rank: tuple[int, ...]
    columns: PositionColumns
    kind: Kind
    x: Numbers
    y: Numbers
    share: float
    hints: tuple[str, ...]
    notes: tuple[str, ...]
