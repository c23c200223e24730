"""A program of its own that reads a workbook and writes its rows as lines of JSON.

A workbook with two cells in its far corners makes the library ask for half a terabyte, and the
process that runs it is aborted. So it runs apart, within limits, with nothing but the workbook;
`spreadsheet` starts it and says in sentences what came of it. It imports nothing of Sightlines.

Arguments are `survey` and the number of rows wanted of each sheet, or `rows` and the number of a
sheet from 0. The last line says how it ended; where there is none, it was aborted.
"""

from __future__ import annotations

import datetime
import io
import resource
import sys
from itertools import islice
from typing import TYPE_CHECKING

import orjson
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet

MEMORY_BYTES = 2 * 1024**3
CPU_S = 60
ROW_LIMIT = 5_000_000
COLUMN_LIMIT = 1_000
ROW_CHARACTERS = 1024**2
_SHEET_LIMIT = 100
_EXACT = 1e21

Cell = (
    int | float | str | bool | datetime.time | datetime.date | datetime.datetime
    | datetime.timedelta
)  # fmt: skip


class _RefusedError(Exception):
    """The workbook goes past a limit; the text is the reason's name."""


def as_text(cell: Cell) -> str:
    """Write a cell as the text that a table has for it.

    Parameters
    ----------
    cell
        As the library gives it; an error such as `#N/A` is empty already.

    Returns
    -------
    str
        Whole numbers without a point, others with up to 15 digits, truth values as yes and no,
        dates and times as in ISO 8601, spans of time as hours, minutes and seconds.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        whole = abs(cell) < _EXACT and cell == int(cell)
        return str(int(cell)) if whole else f"{cell:.15g}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def main(mode: str, number: int) -> None:
    """Read the workbook on standard input and write what was asked for."""
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # The process that starts this one may be bounded itself; a limit is never raised again.
        hard = resource.getrlimit(kind)[1]
        lowered = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (lowered, lowered))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as workbook:
            if mode == "survey":
                _write_survey(workbook, number)
            else:
                _write_rows(workbook.get_sheet_by_index(number))
        ending = {"ended": "whole"}
    except PasswordError:
        ending = {"ended": "password"}
    except CalamineError:
        ending = {"ended": "broken"}
    except MemoryError:
        ending = {"ended": "too_large"}
    except _RefusedError as reason:
        ending = {"ended": str(reason)}
    _write(ending)
    sys.stdout.buffer.flush()


def _write_survey(workbook: CalamineWorkbook, wanted: int) -> None:
    for number, sheet in enumerate(workbook.sheets_metadata[:_SHEET_LIMIT]):
        if sheet.typ == SheetTypeEnum.WorkSheet:
            opened = workbook.get_sheet_by_index(number)
            _write(
                {
                    "number": number,
                    "name": sheet.name,
                    "is_visible": sheet.visible == SheetVisibleEnum.Visible,
                    "rows": list(islice(_rows(opened), wanted)),
                }
            )


def _write_rows(sheet: CalamineSheet) -> None:
    for number, row in enumerate(_rows(sheet), start=1):
        if number > ROW_LIMIT:
            raise _RefusedError("rows")
        _write(row)


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    for cells in sheet.iter_rows():
        row = [as_text(cell) for cell in cells]
        while row and not row[-1].strip():
            row.pop()
        if len(row) > COLUMN_LIMIT:
            raise _RefusedError("columns")
        if sum(map(len, row)) > ROW_CHARACTERS:
            raise _RefusedError("cell")
        yield row


def _write(line: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
