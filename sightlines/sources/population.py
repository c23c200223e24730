"""Populations: numbers as people write them, and tables of them joined to areas.

A table is wide, one column a figure and one row an area, or long, several rows an area of which
one is the total (by sex, by indicator, by year). The total is picked by its word, never summed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.encoding import decode
from sightlines.sources.free_text import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_NUMBER = re.compile(r"[0-9]{1,3}(?:([ ,.'\u2019\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*|[0-9]{1,11}")
_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")

COLUMN_NAMES = (
    "population", "population_total", "total_population", "pop", "pop_est", "pop_total",
    "all_ages", "persons", "residents", "inhabitants", "einwohner", "habitants", "poblacion",
    "인구", "人口", "total", "value",
)  # fmt: skip
_PERIOD_NAMES = frozenset({"year", "period", "date", "time", "census", "기간", "年", "jahr"})
_TOTAL_WORDS = frozenset(
    {"persons", "all persons", "person", "all", "total", "both", "both sexes", "all sexes",
     "all people", "people", "all ages", "합계", "계", "總計", "合计"}
)  # fmt: skip


def read_population(text: str) -> int | None:
    """Read a number of residents.

    Parameters
    ----------
    text
        Digits, in groups of three or not; a fraction of zero is allowed.

    Returns
    -------
    int or None
        None for what is no such number.
    """
    plain = re.sub(r"(?<=[0-9])\.0+$", "", text.strip()) if text.count(".") == 1 else text.strip()
    if not _NUMBER.fullmatch(plain):
        return None
    return int(re.sub(r"[^0-9]", "", plain))


def read_year(text: str) -> int | None:
    """Return the last year named in a text, for example a date; None where there is none."""
    years = _YEAR.findall(text)
    return int(years[-1]) if years else None


@dataclass(frozen=True)
class Figure:
    """How many people live in an area, and when they were counted."""

    population: int
    year: int | None


@dataclass(frozen=True)
class PopulationTable:
    """A table of figures, as text.

    Parameters
    ----------
    file_name
        Where it stands, for the source of each figure and perhaps its year.
    headers, rows
        As in the file; all rows as long as the headers.
    column
        Number of the column that holds the figures, from 0.
    """

    file_name: str
    headers: list[str]
    rows: list[list[str]]
    column: int

    def figures(self, keys: Sequence[str]) -> dict[str, Figure]:
        """Find the figure of each area.

        Parameters
        ----------
        keys
            Codes or names of the areas.

        Returns
        -------
        dict
            Key -> figure, for the keys that the table has; the latest where it has several years.

        Raises
        ------
        SourceRefusedError
            If the table has several figures for one area and no word says which is the total.
        """
        wanted = {_key(key): key for key in keys}
        column = self._key_column(wanted)
        rows = [row for row in self.rows if _key(row[column]) in wanted]
        found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for row in self._totals(rows, column):
            population = read_population(row[self.column])
            if population is not None:
                found[wanted[_key(row[column])]][self._year(row) or 0].add(population)
        return {key: self._latest(by_year) for key, by_year in found.items()}

    def matches(self, keys: Sequence[str]) -> int:
        """Return how many of the keys stand in the column that holds most of them."""
        wanted = {_key(key): key for key in keys}
        column = self._key_column(wanted)
        return len({_key(row[column]) for row in self.rows} & wanted.keys())

    def _key_column(self, wanted: dict[str, str]) -> int:
        def known(column: int) -> int:
            return len({_key(row[column]) for row in self.rows} & wanted.keys())

        return max(range(len(self.headers)), key=known)

    def _totals(self, rows: list[list[str]], key_column: int) -> list[list[str]]:
        """Keep the rows of totals, in each column that tells totals from parts."""
        for column in range(len(self.headers)):
            if column in (key_column, self.column):
                continue
            words = {_key(row[column]) for row in rows}
            if len(words) > 1 and words & _TOTAL_WORDS:
                rows = [row for row in rows if _key(row[column]) in _TOTAL_WORDS]
        return rows

    def _latest(self, by_year: dict[int, set[int]]) -> Figure:
        year = max(by_year)
        if len(by_year[year]) > 1:
            raise SourceRefusedError(
                "The population table has several figures for one area and no word such as "
                "'Persons' or 'Total' says which one counts."
            )
        return Figure(next(iter(by_year[year])), year or None)

    def _year(self, row: list[str]) -> int | None:
        periods = [
            cell
            for header, cell in zip(self.headers, row, strict=True)
            if canonical(header) in _PERIOD_NAMES
        ]
        texts = (*periods, self.headers[self.column], self.file_name)
        return next((year for year in map(read_year, texts) if year is not None), None)


def read_population_table(path: Path, column: str | None) -> PopulationTable:
    """Read a table of populations, separated by commas, semicolons or tabulators.

    Parameters
    ----------
    path
        In UTF-8, or UTF-16 by its mark.
    column
        Header of the figures; None for one of `COLUMN_NAMES`.

    Returns
    -------
    PopulationTable
        With every row of the file; those that are no area find no key.

    Raises
    ------
    SourceRefusedError
        If it cannot be read or has no such column.
    """
    try:
        text, _ = decode(path.read_bytes())
    except OSError as reason:
        raise SourceRefusedError(
            f"The population table cannot be opened: {reason.strerror}."
        ) from reason
    first = text.splitlines()[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as reason:
        raise SourceRefusedError("The population table is not plain CSV.") from reason
    headers = [header.strip() for header in lines[0]]
    rows = [
        [*line, *[""] * (len(headers) - len(line))][: len(headers)] for line in lines[1:] if line
    ]
    number = find_population_column(headers, column)
    if number is None:
        raise SourceRefusedError(
            f"The population table has no column {column!r}."
            if column
            else "No column of populations was found: name it, as in FILE:COLUMN."
        )
    return PopulationTable(path.name, headers, rows, number)


def find_population_column(headers: Iterable[str], column: str | None) -> int | None:
    """Find the column of populations.

    Parameters
    ----------
    headers
        Of the table.
    column
        The header to find, in any case; None for one of `COLUMN_NAMES`.

    Returns
    -------
    int or None
        Its number from 0; None where there is none.
    """
    words = [canonical(header) for header in headers]
    names = (canonical(column),) if column else COLUMN_NAMES
    found = next((words.index(name) for name in names if name in words), None)
    if found is None and not column:
        found = next((n for n, word in enumerate(words) if _is_dated_population(word)), None)
    return found


def _is_dated_population(word: str) -> bool:
    """Say whether a header is a population with its year, such as `pop_2021`."""
    return re.fullmatch(r"pop(?:ulation)?_?(?:1[89]|20)[0-9]{2}", word) is not None


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
