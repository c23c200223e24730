"""CSV and its relatives: one camera a line, longitude and latitude in columns.

Parsed in Python from bytes: what arrives may be anything, and GDAL opens by content (it would
follow a virtual data set that calls itself CSV).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.columns import Columns, find_columns, plain_id
from sightlines.sources.encoding import decode
from sightlines.sources.position import position_of
from sightlines.sources.reading import WGS84, Reading, SourceRow, collect

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "csv"
COLUMN_LIMIT = 1_000
_DELIMITERS = ",;\t|"
_TITLE_ROWS = 10
_NO_POSITION_COLUMNS = (
    "No columns of longitude and latitude were found: name them 'lon' and 'lat', one camera a line."
)


def read_csv_bytes(
    content: bytes,
    *,
    row_limit: int | None,
    strict: bool = False,
    encoding: str | None = None,
    kind: str | None = None,
) -> Reading:
    """Read a table of cameras.

    Parameters
    ----------
    content
        The whole file; comma, semicolon, tabulator or vertical bar between the cells. Up to nine
        lines may stand above the header.
    row_limit
        Most rows taken; None for no limit.
    strict
        True for contributions, see `reading.collect`.
    encoding
        As in `encoding.decode`.
    kind
        For all rows, where no column names a kind; None for no such ruling.

    Returns
    -------
    Reading
        Format `csv`. Lines without any content are no rows, but are numbered.

    Raises
    ------
    SourceRefusedError
        If it is no such table or has more rows than the limit.
    """
    text, name = decode(content, encoding)
    delimiter = _delimiter(text)
    lines = _lines(text, delimiter)
    headers, columns = _header(lines)
    if strict:
        columns = columns.of_contribution(headers, has_positions=True)
    rows = _rows(lines, headers, columns, decimal_comma=delimiter != ",")
    ruled = None if columns.names_kind else kind
    collected = collect(_limited(rows, row_limit), strict=strict, kind=ruled)
    if collected.rows_read == 0:
        raise SourceRefusedError("The table has a header but no rows.")
    collected.note_left_out(columns.left_out)
    return Reading(
        format=FORMAT,
        encoding=name,
        crs=WGS84,
        rows_read=collected.rows_read,
        observations=collected.table(),
        faults=tuple(collected.faults),
        notes=dict(sorted(collected.notes.items())),
        mapping=columns.mapping,
        left_out=columns.left_out,
    )


def _delimiter(text: str) -> str:
    """Return the delimiter that most of the first lines' cells are separated by."""
    head = "\n".join(text[:20_000].splitlines()[:_TITLE_ROWS])
    return max(_DELIMITERS, key=lambda sign: _width(head, sign))


def _width(head: str, delimiter: str) -> tuple[int, int]:
    """Return how many position columns the first lines have so divided, then how many cells."""
    widest = (0, 0)
    try:
        for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            columns = find_columns(cells[:COLUMN_LIMIT])
            found = (columns.lon is not None) + (columns.lat is not None)
            widest = max(widest, (found, len(cells)))
    except csv.Error:
        return widest
    return widest


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as reason:
        raise SourceRefusedError(
            f"The table cannot be read near line {reader.line_num}: "
            "a quotation mark is not closed or a cell is far too long."
        ) from reason


def _header(lines: Iterator[list[str]]) -> tuple[list[str], Columns]:
    for number, cells in enumerate(lines):
        if number >= _TITLE_ROWS:
            break
        if len(cells) > COLUMN_LIMIT:
            raise SourceRefusedError(f"The table has more than {COLUMN_LIMIT} columns.")
        headers = _distinct(cells)
        columns = find_columns(headers)
        if columns.lon is not None and columns.lat is not None:
            return headers, columns
    raise SourceRefusedError(_NO_POSITION_COLUMNS)


def _distinct(cells: list[str]) -> list[str]:
    """Name blank headers by their number and number repeated ones, so that none hides another."""
    headers: list[str] = []
    for number, cell in enumerate(cells, start=1):
        header = cell.strip() or f"column {number}"
        headers.append(header if header not in headers else f"{header} [{number}]")
    return headers


def _limited(rows: Iterator[SourceRow], row_limit: int | None) -> Iterator[SourceRow]:
    for taken, row in enumerate(rows, start=1):
        if row_limit is not None and taken > row_limit:
            raise SourceRefusedError(
                f"The table has more than {row_limit} rows: send it in several parts."
            )
        yield row


def _rows(
    lines: Iterator[list[str]], headers: list[str], columns: Columns, *, decimal_comma: bool
) -> Iterator[SourceRow]:
    for number, cells in enumerate(lines, start=1):
        if any(cell.strip() for cell in cells):
            yield _row(number, cells, headers, columns, decimal_comma=decimal_comma)


def _row(
    number: int, cells: list[str], headers: list[str], columns: Columns, *, decimal_comma: bool
) -> SourceRow:
    cells = [*cells, *[""] * (len(headers) - len(cells))]
    position, faults = position_of(
        number, _cell(cells, columns.lon), _cell(cells, columns.lat), decimal_comma=decimal_comma
    )
    if any(cell.strip() for cell in cells[len(headers) :]):
        sentence = "The row has more cells than the header: put quotation marks around texts."
        faults = (Fault(number, "", "too_many_cells", sentence), *faults)
    native_id = _cell(cells, columns.native_id)
    return SourceRow(
        number=number,
        tags={key: cells[column] for column, key in columns.keys.items()},
        lon=position[0] if position else None,
        lat=position[1] if position else None,
        native_id=plain_id(native_id) if native_id else None,
        faults=faults,
        raw={
            header: cell
            for column, (header, cell) in enumerate(zip(headers, cells, strict=False))
            if cell.strip() and (columns.kept is None or column in columns.kept)
        },
    )


def _cell(cells: list[str], column: int | None) -> str | None:
    return None if column is None else cells[column]
