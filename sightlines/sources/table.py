"""What a parser makes of a file: rows of cells under headers, before anybody asks what they mean.

Terms
-----
parser
    A function `parse(content, layout) -> Table`, one a format; it knows the format's grammar and
    nothing of cameras.
layout
    How a format that leaves things open was written: encoding, delimiter, header, sheet, list.
cell
    A text; "" where the source says nothing.
place
    Where a row's geometry lies, in the table's CRS, easting or longitude first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightlines.errors import Fault


@dataclass(frozen=True)
class Layout:
    """How a file was written; None for what a format fixes, or what is still to be found out.

    Parameters
    ----------
    encoding
        Name that Python knows, lower case.
    delimiter
        One character.
    header_row
        Number of the line or row that holds the headers, from 1; 0 for a table without headers.
    header_rows
        How many rows the headers take.
    decimal_comma
        Whether numbers are written with a comma.
    sheet
        Name of the sheet or layer.
    records
        Path of names, joined by `/`, to the list of records in JSON or XML.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    header_rows: int | None = None
    decimal_comma: bool | None = None
    sheet: str | None = None
    records: str | None = None


class TableRow(NamedTuple):
    """One row.

    Parameters
    ----------
    number
        From 1, as the source counts its rows or lines.
    cells
        As many texts as the table has headers.
    place
        (x, y) of its geometry, finite; None where it has none.
    native_id
        The id that the format itself gives to a row; None where there is none.
    faults
        What makes the row useless, found while parsing.
    notes
        Reasons of notes on this row, for example `geometry:representative_point`.
    """

    number: int
    cells: Sequence[str]
    place: tuple[float, float] | None = None
    native_id: str | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A parsed file.

    Parameters
    ----------
    format
        An id of `register.FORMATS`.
    headers
        Distinct, in their order; a blank one is called `column n`, a repeated one `name [n]`,
        n from 1.
    rows
        Can be passed through again and again; rows are never all held in memory where the format
        allows that.
    layout
        As it was found or given.
    crs
        In which positions are, as the file states it (`EPSG:2326`, or WKT); None where it states
        nothing. The axis order is always easting or longitude first.
    has_geometry
        Whether rows carry places.
    title
        What the file calls itself inside; None where it does not say.
    notes
        Of the file as a whole, number by reason.
    """

    format: str
    headers: tuple[str, ...]
    rows: Iterable[TableRow]
    layout: Layout = field(default_factory=Layout)
    crs: str | None = None
    has_geometry: bool = False
    title: str | None = None
    notes: Mapping[str, int] = field(default_factory=dict)


def distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Make headers that can be told apart.

    Parameters
    ----------
    cells
        As the file has them.

    Returns
    -------
    tuple of str
        Blank ones are named by their number, repeated ones get it behind them.
    """
    headers: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        header = cell.strip().removeprefix("\ufeff") or f"column {number}"
        while header in headers:
            header = f"{header} [{number}]"
        headers[header] = None
    return tuple(headers)
