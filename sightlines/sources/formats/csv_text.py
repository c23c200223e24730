"""CSV and its relatives: lines of cells between commas, semicolons, tabulators or bars.

Parsed in Python from bytes: what arrives may be anything, and GDAL opens by content (it would
follow a virtual data set that calls itself CSV). A file passes through in pieces; neither a line
without end nor a quotation mark that is never closed makes more than a few megabytes of it be held.

References
----------
RFC 4180, Common Format and MIME Type for Comma-Separated Values (CSV) Files.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.encoding import find_encoding
from sightlines.sources.formats.delimiters import Written, find_written, is_decimal_comma
from sightlines.sources.formats.header_rows import COLUMN_LIMIT, SAMPLE_ROWS, find_header
from sightlines.sources.table import Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from sightlines.sources.content import Content
    from sightlines.sources.table import Layout

FORMAT = "csv"
LINE_LIMIT = 4 * 1024**2
_SAMPLE_CHARACTERS = 4 * 1024**2
_END_OF_FILE = "\x1a"


def parse(content: Content, layout: Layout) -> Table:
    """Parse a text as a table.

    Parameters
    ----------
    content
        Of any size: rows are read when they are asked for.
    layout
        What is already known; encoding, delimiter, header rows and decimal comma are found where it
        says nothing.

    Returns
    -------
    Table
        Format `csv`. Rows are numbered from 1 after the headers; lines without any content count,
        but are no rows, while a line of delimiters only is a row without anything in it. A row with
        more cells than headers has the fault `too_many_cells`. While rows are passed through,
        `SourceRefusedError` may be raised: what stands after an open quotation mark is lost.

    Raises
    ------
    SourceRefusedError
        If it is no text, has a cell, line or row far too long, or a quotation mark that is not
        closed among its first rows.
    """
    encoding = find_encoding(content, layout.encoding)
    with _opened(content, encoding) as stream:
        written = find_written(_first_lines(stream, layout), layout)
    source = _Source(content, encoding, written)
    records = _first_records(source, layout)
    header = find_header(records, layout)
    if not header.headers:
        raise SourceRefusedError("The file holds no table: its first lines have nothing in them.")
    decimal_comma = layout.decimal_comma
    if decimal_comma is None:
        decimal_comma = is_decimal_comma(records[header.end :], written.delimiter)
    return Table(
        format=FORMAT,
        headers=header.headers,
        rows=_Rows(source, header.end, len(header.headers)),
        layout=replace(
            layout,
            encoding=encoding,
            delimiter=written.delimiter,
            header_row=header.first,
            header_rows=header.count,
            decimal_comma=decimal_comma,
        ),
        title=header.title,
    )


class _Lines:
    """The lines of a text, one by one, none of them longer than the limit."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        read = partial(self._stream.readline, LINE_LIMIT)
        line = read().removeprefix("\ufeff")
        number = 1
        while line:
            if len(line) == LINE_LIMIT:
                raise SourceRefusedError(f"Line {number} is far too long for a row of a table.")
            # DOS programs end a file with this sign; an editor may have added a line end.
            if _END_OF_FILE in (line[0], line[-1]):
                line = line.rstrip().removesuffix(_END_OF_FILE)
            self.last = line
            yield line
            line = read()
            number += 1


@dataclass(frozen=True)
class _Source:
    """A text of which is known how it is written; it can be read again and again."""

    content: Content
    encoding: str
    written: Written

    def records(self) -> Iterator[list[str]]:
        """Yield the cells of every record; none for a line without content."""
        with _opened(self.content, self.encoding) as stream:
            try:
                outer = _records(_Lines(stream), self.written)
                yield from _nested(outer, self.written) if self.written.is_nested else outer
            except UnicodeError as reason:
                raise SourceRefusedError("The file changed while it was read.") from reason


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, read anew each time."""

    source: _Source
    skipped: int
    width: int

    def __iter__(self) -> Iterator[TableRow]:
        width = self.width
        for number, cells in enumerate(islice(self.source.records(), self.skipped, None), start=1):
            if len(cells) == width:
                if width > 1 or not cells[0].isspace():
                    yield TableRow(number, cells)
            elif cells and (len(cells) > 1 or not cells[0].isspace()):
                yield _uneven(number, cells, width)


def _uneven(number: int, cells: list[str], width: int) -> TableRow:
    if any(cell.strip() for cell in cells[width:]):
        sentence = "The row has more cells than the header: put quotation marks around texts."
        return TableRow(
            number, cells[:width], faults=(Fault(number, "", "too_many_cells", sentence),)
        )
    return TableRow(number, (cells + [""] * (width - len(cells)))[:width])


def _opened(content: Content, encoding: str) -> TextIO:
    return io.TextIOWrapper(content.open(), encoding=encoding, newline="")


def _rows_needed(layout: Layout) -> int:
    return max(SAMPLE_ROWS, (layout.header_row or 0) + (layout.header_rows or 1))


def _first_lines(stream: TextIO, layout: Layout) -> list[str]:
    """Return complete lines enough to see how they are divided."""
    lines: list[str] = []
    characters = 0
    for line in islice(_Lines(stream), _rows_needed(layout)):
        lines.append(line)
        characters += len(line)
        if characters > _SAMPLE_CHARACTERS:
            break
    return lines


def _first_records(source: _Source, layout: Layout) -> list[list[str]]:
    """Return records enough to find headers, with no more cells than it takes to refuse them."""
    records: list[list[str]] = []
    characters = 0
    for record in islice(source.records(), _rows_needed(layout)):
        records.append(_without_hint(record[: COLUMN_LIMIT + 1]))
        characters += sum(map(len, record))
        if characters > _SAMPLE_CHARACTERS:
            break
    return records


def _without_hint(record: list[str]) -> list[str]:
    """Take the line away by which Excel is told the delimiter: it is no title."""
    return [] if record and record[0].startswith("sep=") else record


def _records(lines: _Lines, written: Written) -> Iterator[list[str]]:
    reader = csv.reader(
        lines,
        delimiter=written.delimiter,
        escapechar="\\" if written.is_escaped else None,
        strict=True,
    )
    start = 0
    while True:
        try:
            for record in reader:
                start = reader.line_num
                yield record
        except csv.Error as reason:
            mended = _mended(lines.last, written) if reader.line_num == start + 1 else None
            if mended is None:
                raise SourceRefusedError(
                    f"The table cannot be read from line {start + 1} on: a quotation mark is not "
                    "closed or a cell is far too long."
                ) from reason
            start = reader.line_num
            yield mended
        else:
            return


def _mended(line: str, written: Written) -> list[str] | None:
    """Read one line in which quotation marks stand inside a quoted cell; None if it is not certain.

    A mark before a delimiter closes its cell and any other is part of it, as most programs have
    it, or those with a backslash are part of it.
    """
    try:
        if '\\"' in line:
            ways = replace(written, is_escaped=not written.is_escaped).reader([line], strict=True)
        else:
            ways = written.reader([line], strict=False)
        cells = next(ways, [])
    except csv.Error:
        return None
    is_open = any("\n" in cell or "\r" in cell for cell in cells) or line.count('"') % 2
    return None if is_open and '\\"' not in line else cells


def _nested(records: Iterator[list[str]], written: Written) -> Iterator[list[str]]:
    inner = (record[0] if record else "" for record in records)
    try:
        yield from csv.reader(inner, delimiter=written.delimiter, strict=True)
    except csv.Error as reason:
        raise SourceRefusedError(
            "The table cannot be read: its lines are quoted as a whole, and a quotation mark "
            "inside is not closed."
        ) from reason
