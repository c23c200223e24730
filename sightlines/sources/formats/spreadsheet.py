"""Spreadsheets: the table in a workbook of Excel (XLSX, XLS, XLSB) or of OpenDocument (ODS).

The workbook is read by a process of its own, see `workbook_child`; its rows come back as texts, one
by one, so that neither its size nor its faults reach this one.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.columns.vocabulary import header_meaning
from sightlines.sources.formats.delimiters import is_decimal_comma
from sightlines.sources.formats.header_rows import SAMPLE_ROWS, HeaderRows, find_header
from sightlines.sources.table import Layout, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from sightlines.sources.content import Content

_CHILD = Path(__file__).with_name("workbook_child.py")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK_BYTES = 1024**2

# How an encrypted workbook is told: by a stream's name in XLSX, by an element's name in ODS.
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MANIFEST = "META-INF/manifest.xml"

# How the child may end -> what is said of it.
_ENDINGS = {
    "password": "The spreadsheet is protected by a password: save it without one and try again.",
    "broken": (
        "The spreadsheet is broken, locked or of a kind that cannot be read: save it as XLSX or "
        "CSV and try again."
    ),
    "columns": "The sheet has more than 1000 columns: leave out those that describe no camera.",
    "rows": "The sheet has more than 5000000 rows: save it as CSV, or in several parts.",
    "cell": "A row of the sheet holds more than a million characters: save it without that text.",
    "too_large": (
        "The spreadsheet is too large, or has a cell far away from the others: delete empty rows "
        "and columns, or save the table as CSV."
    ),
}


@dataclass(frozen=True)
class _Sheet:
    """A sheet's first rows, and where its headers are among them."""

    number: int
    name: str
    is_visible: bool
    rows: list[list[str]]
    header: HeaderRows

    @property
    def known(self) -> int:
        return sum(header_meaning(header) is not None for header in self.header.headers)

    @property
    def has_table(self) -> bool:
        """Return whether rows follow on headers, several cells wide or with a known header."""
        below = sum(any(row) for row in self.rows[self.header.end :])
        is_wide = sum(sum(map(bool, row)) > 1 for row in self.rows) > 1
        return below > 0 and (is_wide or self.known > 0 or self.header.first == 0)


def parse(content: Content, layout: Layout) -> Table:
    """Parse the table in a workbook.

    Parameters
    ----------
    content
        A workbook as a file; whether it inflates too far is for the caller to check.
    layout
        Sheet, header rows and decimal comma are found where it says nothing; the header row is
        numbered as in the sheet.

    Returns
    -------
    Table
        Format `xlsx`, `ods` or `xls`. Rows are numbered from 1 after the headers; empty ones count,
        but are no rows. Of several sheets with a table the first is taken, unless a
        later one has far more headers that mean something; the others are counted in the note
        `sheet:left_out`. While rows are passed through, `SourceRefusedError` may be raised.

    Raises
    ------
    SourceRefusedError
        If it is broken, protected or too large, or if no sheet holds a table.
    """
    found_format = _format(content)
    sheets = _survey(content, layout)
    sheet, n_others = _choose(sheets, layout.sheet)
    decimal_comma = layout.decimal_comma
    if decimal_comma is None:
        decimal_comma = is_decimal_comma(sheet.rows[sheet.header.end :], None)
    return Table(
        format=found_format,
        headers=sheet.header.headers,
        rows=_Rows(content, sheet.number, sheet.header.end, len(sheet.header.headers)),
        layout=replace(
            layout,
            sheet=sheet.name,
            header_row=sheet.header.first,
            header_rows=sheet.header.count,
            decimal_comma=decimal_comma,
        ),
        title=sheet.header.title,
        notes={"sheet:left_out": n_others} if n_others else {},
    )


@dataclass(frozen=True)
class _Rows:
    """The rows of a sheet, read anew each time."""

    content: Content
    sheet: int
    skipped: int
    width: int

    def __iter__(self) -> Iterator[TableRow]:
        lines = _lines(self.content, "rows", self.sheet)
        for number, line in enumerate(islice(lines, self.skipped, None), start=1):
            cells = cast("list[str]", line)
            if len(cells) > self.width:
                sentence = "The row has more cells than the header."
                faults = (Fault(number, "", "too_many_cells", sentence),)
                yield TableRow(number, cells[: self.width], faults=faults)
            elif cells:
                yield TableRow(number, cells + [""] * (self.width - len(cells)))


def _format(content: Content) -> str:
    if content.head(len(_OLE)) == _OLE:
        return "xls"
    try:
        with content.open() as opened, zipfile.ZipFile(opened) as archive:
            return "ods" if "content.xml" in archive.namelist() else "xlsx"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as reason:
        raise SourceRefusedError(_ENDINGS["broken"]) from reason


def _survey(content: Content, layout: Layout) -> list[_Sheet]:
    wanted = max(SAMPLE_ROWS, (layout.header_row or 0) + (layout.header_rows or 1))
    sheets = []
    for line in _lines(content, "survey", wanted):
        said = cast("dict[str, object]", line)
        name = str(said["name"])
        if layout.sheet in (None, name):
            rows = _even(cast("list[list[str]]", said["rows"]))
            header = find_header(rows, layout) if rows else HeaderRows(0, 0, ())
            number = cast("int", said["number"])
            sheets.append(_Sheet(number, name, said["is_visible"] is True, rows, header))
    return sheets


def _even(rows: list[list[str]]) -> list[list[str]]:
    """Make rows equally long: a column may have cells and no header."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _choose(sheets: Sequence[_Sheet], named: str | None) -> tuple[_Sheet, int]:
    """Return the sheet to read and the number of other sheets that hold tables."""
    if named is not None and not sheets:
        raise SourceRefusedError(f"No sheet is called {named[:40]!r}.")
    tables = sorted((one for one in sheets if one.has_table), key=lambda one: not one.is_visible)
    if not tables:
        raise SourceRefusedError("No sheet of the workbook holds a table: headers and rows below.")
    visible = [one for one in tables if one.is_visible] or tables
    best = max(one.known for one in visible)
    return next(one for one in visible if one.known * 2 >= best), len(tables) - 1


def _lines(content: Content, mode: str, number: int) -> Iterator[object]:
    """Yield what the child writes, and raise where it did not end as it should."""
    command = [sys.executable, "-I", str(_CHILD), mode, str(number)]
    with subprocess.Popen(  # noqa: S603  # nothing of the workbook stands in the command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as child:
        try:
            if child.stdin is None or child.stdout is None:
                raise SourceRefusedError(_ENDINGS["broken"])
            _feed(content, child.stdin)
            ending = "too_large"
            for written in child.stdout:
                line = orjson.loads(written)
                if isinstance(line, dict) and "ended" in line:
                    ending = str(line["ended"])
                else:
                    yield line
        finally:
            child.kill()
    if ending == "broken" and _is_protected(content):
        ending = "password"
    if ending != "whole":
        raise SourceRefusedError(_ENDINGS[ending])


def _is_protected(content: Content) -> bool:
    """Say whether a workbook declares that it is encrypted; the library tries and finds nothing."""
    if content.head(len(_OLE)) == _OLE:
        return _ENCRYPTED_PACKAGE in content.head(content.limits.whole_bytes)
    with content.open() as opened, zipfile.ZipFile(opened) as archive:
        try:
            with archive.open(_MANIFEST) as manifest:
                return b"encryption-data" in manifest.read(_CHUNK_BYTES)
        except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
            return False


def _feed(content: Content, stdin: IO[bytes]) -> None:
    fed = 0
    try:
        with content.open() as opened:
            while chunk := opened.read(_CHUNK_BYTES):
                fed += len(chunk)
                if fed > content.limits.whole_bytes:
                    raise SourceRefusedError(_ENDINGS["too_large"])
                stdin.write(chunk)
    except BrokenPipeError:
        # It ended before it had read all; what it wrote, or did not, says why.
        return
    finally:
        with suppress(BrokenPipeError):
            stdin.close()
