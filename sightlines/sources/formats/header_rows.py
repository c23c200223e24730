"""Which of a table's first rows are its headers: none, one, or several under some title rows.

Terms
-----
value
    A cell that is no header: a number, date, time, coordinate or address of the web.
value column
    One of which most cells further down are values.
contrast
    A cell that is no value, above a value column.

A header is told by words that mean something to us, and by contrast: words above numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.vocabulary import header_meaning
from sightlines.sources.table import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.sources.table import Layout

COLUMN_LIMIT = 1_000
SAMPLE_ROWS = 200
_TITLE_ROWS = 20
_MOST_HEADER_ROWS = 3

_VALUE = re.compile(
    r"""[-+\u2212(\[]?\s*[0-9][-+\u2212\s0-9.,:/%°º'"\u2032\u2033\u2019\u201d()TZNSEWnsewe]*"""
    r"|(?:POINT|MULTIPOINT|LINESTRING|POLYGON|MULTIPOLYGON)\s*(?:[ZM]{1,2}\s*)?\(.*"
    r"|https?://.*|rtsp://.*",
    re.DOTALL,
)
_UNIT = re.compile(
    r"[(\[]?(?:m|km|cm|mm|ft|in|°|deg|degrees?|decimal degrees|m/s|km/h|mph|°c|%|"
    r"yyyy-mm-dd|dd/mm/yyyy|mm/dd/yyyy|text|string|integer|float|number|date)[)\]]?",
    re.IGNORECASE,
)
_YEARS = range(1900, 2101)


@dataclass(frozen=True)
class HeaderRows:
    """The headers that a table has.

    Parameters
    ----------
    first
        Number of the first row that holds them, from 1; 0 where there are none.
    count
        How many rows they take; 0 where there are none.
    headers
        Distinct, see `table.distinct`.
    title
        The only cell of a row above them; None where there is no such row.
    """

    first: int
    count: int
    headers: tuple[str, ...]
    title: str | None = None

    @property
    def end(self) -> int:
        """Return the number of the last row that is no row of the table."""
        return max(self.first - 1, 0) + self.count


@dataclass(frozen=True)
class _Profile:
    """What the rows further down look like: value columns, those of years, cells in a row."""

    values: frozenset[int]
    years: frozenset[int]
    filled: float

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]]) -> _Profile:
        contents = [row for row in rows if _filled(row)]
        body = contents[len(contents) // 2 :] if len(contents) > 1 else []
        counts: Counter[int] = Counter()
        values: Counter[int] = Counter()
        years: Counter[int] = Counter()
        for row in body:
            for column, cell in enumerate(row):
                counts[column] += bool(cell.strip())
                values[column] += is_value(cell)
                years[column] += _is_year(cell)
        return cls(
            frozenset(column for column, count in values.items() if count * 2 > counts[column]),
            frozenset(column for column, count in years.items() if count * 2 > counts[column]),
            median(map(_filled, contents)) if contents else 0,
        )


@dataclass(frozen=True)
class _Evidence:
    """What speaks for a row being a header, and against it."""

    known: int
    contrast: int
    values: int
    filled: int

    @classmethod
    def of(cls, row: Sequence[str], profile: _Profile) -> _Evidence:
        counted = _counted(row)
        words = [column for column, cell in enumerate(row) if cell.strip() and not is_value(cell)]
        years = sum(_is_year(row[column]) and column not in profile.years for column in counted)
        return cls(
            known=sum(header_meaning(row[column]) is not None for column in words),
            contrast=sum(column in profile.values for column in words) + years,
            values=sum(
                is_value(cell) and column in profile.values and column not in counted
                for column, cell in enumerate(row)
            ),
            filled=_filled(row),
        )

    @property
    def score(self) -> int:
        return self.known + self.contrast

    def is_header(self, profile: _Profile) -> bool:
        """Say whether there is more for it than against it."""
        needed = max(min(profile.filled, 2), profile.filled / 2)
        return self.filled >= needed and self.score > self.values

    def may_stand_above(self, header: _Evidence) -> bool:
        """Say whether it may be a title above a header: a row of the table must not be lost."""
        is_single_column = header.filled == self.filled == 1 and header.contrast > 0
        is_no_row = self.values * 2 <= header.contrast
        return is_no_row and (self.filled < header.filled or is_single_column)

    def is_as_good_as(self, best: _Evidence) -> bool:
        """Say whether it may be the first of several header rows of which another is the best."""
        return self.score * 2 > best.score and self.filled * 4 >= best.filled * 3


def find_header(rows: Sequence[Sequence[str]], layout: Layout) -> HeaderRows:
    """Find the headers among the first rows of a table.

    Parameters
    ----------
    rows
        The first ones of the table, `SAMPLE_ROWS` or more if it has as many; those without content
        included, since they count.
    layout
        Where it names header rows, they are taken.

    Returns
    -------
    HeaderRows
        As wide as the widest header row, or, without one, as the widest row.

    Raises
    ------
    SourceRefusedError
        If it has too many columns, or not as many rows as the layout says.
    """
    profile = _Profile.of(rows)
    first = _first_header(rows, profile) if layout.header_row is None else layout.header_row
    if first == 0:
        width = max((_width(row) for row in rows), default=0)
        return HeaderRows(0, 0, _checked([""] * width))
    if not 1 <= first <= len(rows):
        raise SourceRefusedError(f"The table has no row {first} to take headers from.")
    if layout.header_rows is not None:
        count = max(layout.header_rows, 1)
    else:
        count = _count(rows[first - 1 :], profile) if layout.header_row is None else 1
    headers = _checked(_joined(rows[first - 1 : first - 1 + count]))
    return HeaderRows(first, count, headers, _title(rows[: first - 1]))


def is_value(cell: str) -> bool:
    """Say whether a cell is a number, date, coordinate or address of the web.

    Parameters
    ----------
    cell
        As the table has it; an empty one is no value.
    """
    return _VALUE.fullmatch(cell.strip()) is not None


def _checked(cells: Sequence[str]) -> tuple[str, ...]:
    if len(cells) > COLUMN_LIMIT:
        raise SourceRefusedError(
            f"The table has more than {COLUMN_LIMIT} columns: leave those out that do not "
            "describe a camera."
        )
    return distinct(cells)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _width(row: Sequence[str]) -> int:
    """Return the number of cells up to the last that is filled."""
    return max((column for column, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _is_year(cell: str) -> bool:
    plain = cell.strip()
    return len(plain) == 4 and plain.isdecimal() and int(plain) in _YEARS


def _counted(row: Sequence[str]) -> set[int]:
    """Return the columns of whole numbers that count on from their neighbour: 0, 1, 2, ...."""
    numbers = [
        int(cell) if len(cell) < 7 and cell.isascii() and cell.isdecimal() else None
        for cell in (cell.strip() for cell in row)
    ]
    counted: set[int] = set()
    for column, (number, following) in enumerate(pairwise(numbers)):
        if number is not None and following == number + 1:
            counted |= {column, column + 1}
    return counted


def _first_header(rows: Sequence[Sequence[str]], profile: _Profile) -> int:
    """Return the number of the first header row; 0 where all rows look like values."""
    found: dict[int, _Evidence] = {}
    above: list[_Evidence] = []
    for number, row in enumerate(rows[: _TITLE_ROWS + 1], start=1):
        evidence = _Evidence.of(row, profile)
        if evidence.is_header(profile) and all(title.may_stand_above(evidence) for title in above):
            found[number] = evidence
        above.append(evidence)
    if found:
        best = max(found, key=lambda number: (found[number].score, -number))
        return next(number for number, one in found.items() if one.is_as_good_as(found[best]))
    full = (n for n, row in enumerate(rows, start=1) if _filled(row) * 2 >= max(profile.filled, 1))
    first = next(full, 0)
    has_values = profile.values or (first and any(map(is_value, rows[first - 1])))
    return 0 if has_values else first


def _count(rows: Sequence[Sequence[str]], profile: _Profile) -> int:
    """Return how many rows, from the first header row on, are headers together."""
    count = 1
    while count < min(_MOST_HEADER_ROWS, len(rows) - 1) and _goes_on(rows[:count], rows, profile):
        count += 1
    return count


def _goes_on(
    above: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], profile: _Profile
) -> bool:
    """Say whether the next row is certainly a header too: a row of the table must not be lost."""
    row = rows[len(above)]
    evidence, first = _Evidence.of(row, profile), _Evidence.of(above[0], profile)
    if evidence.values or not evidence.filled:
        return False
    if not evidence.contrast:
        return False
    if all(_UNIT.fullmatch(cell.strip()) for cell in row if cell.strip()):
        return True
    if _has_groups(above[-1], row, profile):
        return True
    # The same headers again in another language, or as codes: the row is full of known words.
    all_known = evidence.known * 5 >= evidence.filled * 3
    return evidence.known >= 2 and all_known and evidence.known * 2 >= first.known


def _has_groups(above: Sequence[str], row: Sequence[str], profile: _Profile) -> bool:
    """Say whether a header row names groups of columns that the next row names one by one."""
    below = [cell.strip() for cell in row]
    carried = _carried([cell.strip() for cell in above], below)
    groups = Counter(filter(None, carried))
    members = [
        column
        for column, (group, part) in enumerate(zip(carried, below, strict=False))
        if part and groups[group] > 1
    ]
    # Above numbers: else it may as well be the first row of a table with a blank header.
    return len(members) > 1 and not profile.values.isdisjoint(members)


def _carried(cells: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return a row with the name of each group above all of its columns that are named below."""
    carried: list[str] = []
    last = ""
    for column, part in enumerate(below):
        cell = cells[column] if column < len(cells) else ""
        last = cell or (last if part else "")
        carried.append(last)
    return [*carried, *cells[len(carried) :]]


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one header a column: what means something to us, or all its parts with blanks."""
    width = max(map(len, rows))
    levels = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper, lower in zip(levels[-2::-1], levels[:0:-1], strict=True):
        upper[:] = _carried(upper, lower)
    columns = [tuple(dict.fromkeys(filter(None, parts))) for parts in zip(*levels, strict=True)]
    last_parts = Counter(parts[-1] for parts in columns if parts)
    return [_header(parts, last_parts) for parts in columns]


def _header(parts: tuple[str, ...], last_parts: Counter[str]) -> str:
    joined = " ".join(parts)
    if len(parts) < 2 or header_meaning(joined) is not None:
        return joined
    if header_meaning(parts[-1]) is not None and last_parts[parts[-1]] == 1:
        return parts[-1]
    return joined


def _title(rows: Sequence[Sequence[str]]) -> str | None:
    single = (row for row in rows if _filled(row) == 1)
    cells = next(single, ())
    return next((cell.strip() for cell in cells if cell.strip()), None)
