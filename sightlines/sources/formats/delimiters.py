"""Which sign divides the lines of a text into cells, and how quotation marks are used in it.

The sign is the one whose columns have headers that mean something, whose lines have equally many
cells, and whose cells hold none of the other signs.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.vocabulary import header_meaning
from sightlines.sources.formats.header_rows import COLUMN_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sightlines.sources.table import Layout

DELIMITERS = ",;\t|"
_HEADER_SAMPLE = 21
_BRACKETED = re.compile(r"\s*(?:[A-Z]+\s*)?\(.*\)\s*", re.DOTALL | re.IGNORECASE)
_EXCEL_HINT = re.compile(r'"?sep=(.)"?\s*')
_DECIMAL_COMMA = re.compile(r"[-+\u2212]?[0-9]+,[0-9]+°?")
_POINT = re.compile(r"[-+\u2212]?[0-9]+\.[0-9]+°?")
_THOUSANDS = re.compile(r"[-+\u2212]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Written:
    """How the lines of a text are divided.

    Parameters
    ----------
    delimiter
        One character.
    is_escaped
        Whether a quotation mark inside a text has a backslash before it instead of being doubled.
    is_nested
        Whether each line as a whole is one quoted cell, and the table stands inside of it.
    """

    delimiter: str
    is_escaped: bool = False
    is_nested: bool = False

    def reader(self, lines: Iterable[str], *, strict: bool) -> Iterator[list[str]]:
        """Return a reader of lines that takes quotation marks as they are meant here."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            escapechar="\\" if self.is_escaped else None,
            strict=strict,
        )


def find_written(lines: Sequence[str], layout: Layout) -> Written:
    """Find out how the first lines of a text are divided.

    Parameters
    ----------
    lines
        With their ends; complete.
    layout
        Where it names a delimiter, that is taken.

    Returns
    -------
    Written
        A delimiter that does not occur where the table has a single column.

    Raises
    ------
    SourceRefusedError
        If the layout's delimiter is not one character.
    """
    hint = _EXCEL_HINT.fullmatch(lines[0]) if lines else None
    given = layout.delimiter or (hint.group(1) if hint else None)
    if given is not None:
        if len(given) != 1 or given in '"\r\n\\':
            raise SourceRefusedError("A delimiter is one character, for example ; or a tabulator.")
        return Written(given, _is_escaped(lines, given))
    inner = _inner_lines(lines)
    delimiter = _best(inner or lines)
    if inner:
        return Written(delimiter, is_nested=True)
    return Written(delimiter, _is_escaped(lines, delimiter))


def is_decimal_comma(rows: Iterable[Sequence[str]], delimiter: str | None) -> bool:
    """Say whether numbers are written with a comma.

    Parameters
    ----------
    rows
        Some rows of the table.
    delimiter
        Of its cells; None in a spreadsheet. It settles what `1,234` is where nothing else does.
    """
    commas = points = thousands = 0
    for row in rows:
        for cell in map(str.strip, row):
            if _THOUSANDS.fullmatch(cell):
                thousands += 1
                points += cell.count(",") > 1 or "." in cell
            else:
                commas += _DECIMAL_COMMA.fullmatch(cell) is not None
                points += _POINT.fullmatch(cell) is not None
    if commas == points == 0:
        return thousands > 0 and delimiter == ";"
    return commas > points


def _best(lines: Sequence[str]) -> str:
    return max(DELIMITERS, key=lambda sign: _merit(lines, sign))


def _merit(lines: Sequence[str], sign: str) -> tuple[int, float, float]:
    """Return known headers, evenness of divided lines, evenness of lines; more is better."""
    records = [record for record in _lenient(lines, sign) if any(map(str.strip, record))]
    if not records:  # nothing is left between the signs: they are delimiters
        return 0, 1.0, 1.0
    widths = Counter(map(len, records))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    known = max(map(_known, records[:_HEADER_SAMPLE]))
    if sum(_splits_brackets(record) for record in records) * 2 >= len(records):
        return known, 0.0, 0.0
    share = count / len(records)
    foreign = sum(_holds_others(record, sign) for record in records) / len(records)
    return known, share * (1 - 1 / width) * (1 - foreign / 2), share


def _known(record: Sequence[str]) -> int:
    return sum(header_meaning(cell) is not None for cell in record[:COLUMN_LIMIT] if len(cell) < 80)


def _lenient(lines: Sequence[str], sign: str) -> list[list[str]]:
    records = []
    try:
        for record in csv.reader(lines, delimiter=sign):
            records.append(record)  # noqa: PERF402  # those before an error count
    except csv.Error:
        pass
    return records


def _splits_brackets(record: Sequence[str]) -> bool:
    """Say whether a sign divides what stands in brackets, such as `(lat, lon)`."""
    return any(cell.count("(") > cell.count(")") for cell in record[:COLUMN_LIMIT])


def _holds_others(record: Sequence[str], sign: str) -> bool:
    others = set(DELIMITERS) - {sign, ","}
    return any(other in cell for cell in record[:COLUMN_LIMIT] for other in others)


def _inner_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines inside of quotation marks where each line is quoted as a whole."""
    records = [record for record in _lenient(lines, ",") if record]
    if not records or any(len(record) != 1 for record in records):
        return []
    quoted = [line for line in lines if line.strip()]
    if not all(line.startswith('"') and line.rstrip().endswith('"') for line in quoted):
        return []
    inner = [record[0] for record in records]
    widths = {len(record) for record in _lenient(inner, _best(inner))}
    is_even = len(widths) == 1 and widths != {1} and len(inner) > 1
    return [] if any(map(_BRACKETED.fullmatch, inner)) or not is_even else inner


def _is_escaped(lines: Sequence[str], delimiter: str) -> bool:
    if not any('\\"' in line for line in lines):
        return False
    plain = _fails(Written(delimiter), lines)
    return plain and not _fails(Written(delimiter, is_escaped=True), lines)


def _fails(written: Written, lines: Sequence[str]) -> bool:
    try:
        for _ in written.reader(lines, strict=True):
            pass
    except csv.Error:
        return True
    return False
