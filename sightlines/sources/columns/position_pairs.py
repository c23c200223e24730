"""Pairs of columns that may hold positions: by what headers say, or by values alone.

Terms
-----
pair
    Two columns, one a number.
weak
    Of a name: one that has other meanings too, such as `x`; values must bear it out.
"""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from sightlines.sources.columns.column_numbers import (
    CERTAIN_SHARE,
    READABLE_SHARE,
    SELDOM_SHARE,
    Judged,
    fixed_point,
    is_in_the_world,
    is_only_one_way,
    judge,
)
from sightlines.sources.columns.crs import within
from sightlines.sources.columns.crs_hints import crs_of_headers
from sightlines.sources.columns.position_columns import Candidate, PositionColumns
from sightlines.sources.columns.position_names import fold
from sightlines.sources.coordinate_texts import read_coordinate, says_nothing

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from sightlines.sources.columns.column_numbers import ColumnNumbers, SampledTexts
    from sightlines.sources.columns.position_columns import Said
    from sightlines.sources.columns.position_names import PositionName

_MOST_NAMED = 20
_MOST_NUMERIC = 40
_LEAST_GRID_M = 10_000.0
_LONG_WORD = re.compile(r"[^\W\d_]{4}")
_START_LETTERS = 20
_FIRST_CELLS = 100
_WORD_LETTERS = 4
_FINE_DECIMALS = 5
_CLOSE_DEG = 10.0
# Words of headers that some program made up where there was none.
_NAMELESS = frozenset(
    {"column", "field", "feld", "spalte", "colonne", "columna", "unnamed", "attr", "value"}
)
_LATER = frozenset({"end", "to", "stop", "2"})


def pairs_by_names(
    texts: SampledTexts, names: dict[str, PositionName], said: Said
) -> Iterator[Candidate]:
    """Yield the pairs that headers name.

    Parameters
    ----------
    texts
        Of the sample.
    names
        What headers propose, by header.
    said
        What is known beside the table.
    """
    for x_role, y_role in (("lon", "lat"), ("easting", "northing")):
        eastward = [header for header, name in names.items() if name.role == x_role]
        northward = [header for header, name in names.items() if name.role == y_role]
        for x in eastward[:_MOST_NAMED]:
            partners = [y for y in northward if names[y].rest == names[x].rest] or northward
            if not partners:
                continue
            y = min(
                partners,
                key=lambda one: (
                    names[one].is_weak != names[x].is_weak,
                    abs(texts.place[one] - texts.place[x]),
                ),
            )
            found = _pair(texts, (x, y), (names[x], names[y]), said)
            if found is not None:
                yield found


def _pair(
    texts: SampledTexts,
    headers: tuple[str, str],
    names: tuple[PositionName, PositionName],
    said: Said,
) -> Candidate | None:
    columns = texts.column(headers[0]), texts.column(headers[1])
    both = np.isfinite(columns[0].values) & np.isfinite(columns[1].values)
    if not both.any() or min(column.readable for column in columns) < READABLE_SHARE:
        return _unread_pair(texts, headers, names, said)
    x, y = (column.values[both] for column in columns)
    is_grid = names[0].role == "easting"
    judged = Judged("metres") if is_grid and said.told_metres else judge(x, y, said.extent)
    if judged.kind == "metres" and not is_grid:
        judged = fixed_point(x, y, names[0].degrees_per_unit, said.extent) or judged
    if {(columns[0].axis, columns[1].axis)} & {("lat", "lon"), ("lat", None), (None, "lon")}:
        judged = judged._replace(is_swapped=True)
    if not _is_plausible(columns, names, judged, said):
        return None
    notes = (
        *(("position:columns_swapped",) if judged.is_swapped else ()),
        *(("position:fixed_point",) if judged.degrees_per_unit != 1.0 else ()),
        *(("position:shifted_datum",) if any(name.is_shifted for name in names) else ()),
    )
    ordered = headers[::-1] if judged.is_swapped else headers
    rest = names[0].rest.split()
    return Candidate(
        (
            3 * (judged.kind == "metres") + (is_grid or all(name.is_weak for name in names)),
            int(any(name.is_shifted for name in names)),
            int(not _LATER.isdisjoint(rest)),
            len(rest),
            texts.place[headers[0]],
        ),
        PositionColumns(
            "pair",
            *ordered,
            decimal_comma=any(column.is_comma for column in columns),
            degrees_per_unit=judged.degrees_per_unit,
        ),
        judged.kind,
        *((y, x) if judged.is_swapped else (x, y)),
        float(both.mean()),
        crs_of_headers(headers),
        notes,
    )


def _unread_pair(
    texts: SampledTexts,
    headers: tuple[str, str],
    names: tuple[PositionName, PositionName],
    said: Said,
) -> Candidate | None:
    """Keep a pair by its names alone: one that is empty so far, or holds broken numbers."""
    cells = [text for header in headers for text in texts.of(header) if not says_nothing(text)]
    words = sum(_LONG_WORD.search(text[:_START_LETTERS]) is not None for text in cells)
    if any(name.is_weak for name in names) or words > SELDOM_SHARE * len(cells):
        return None
    nothing = np.zeros(0)
    return Candidate(
        (9, 0, 0, 0, texts.place[headers[0]]),
        PositionColumns("pair", *headers),
        "metres" if said.told_metres else "degrees",
        nothing,
        nothing,
        0.0,
        (),
        (),
    )


def _is_plausible(
    columns: tuple[ColumnNumbers, ColumnNumbers],
    names: tuple[PositionName, PositionName],
    judged: Judged,
    said: Said,
) -> bool:
    """Say whether columns whose names also mean other things hold positions."""
    if not all(name.is_weak for name in names):
        return True
    both = np.isfinite(columns[0].values) & np.isfinite(columns[1].values)
    x, y = (column.values[both] for column in columns)
    is_grid = names[0].role == "easting"
    if judged.kind == "metres":
        return said.told_metres or bool(
            np.median(np.maximum(np.abs(x), np.abs(y))) >= _LEAST_GRID_M
        )
    if not is_in_the_world(*((y, x) if judged.is_swapped else (x, y))):
        return False
    if (
        said.extent is not None
        and max(within(said.extent, x, y).mean(), within(said.extent, y, x).mean()) >= CERTAIN_SHARE
    ):
        return True
    least = 1 if is_grid else 3
    return all(column.share_with_decimals(least) >= READABLE_SHARE for column in columns)


def pairs_by_values(
    texts: SampledTexts, names: dict[str, PositionName], said: Said, notes: Counter[str]
) -> list[Candidate]:
    """Find two neighbouring columns that can only be a longitude and a latitude.

    Parameters
    ----------
    texts
        Of the sample.
    names
        What headers propose, by header; pairs of these were found wanting.
    said
        What is known beside the table.
    notes
        Counted in: `position:ambiguous`, where values can be read in two ways.

    Returns
    -------
    list of Candidate
        One, or none.
    """
    fine = (header for header in texts.headers if _is_fine_number(texts, header))
    numeric = list(islice(fine, _MOST_NUMERIC + 1))
    if len(numeric) > _MOST_NUMERIC:
        notes["position:ambiguous"] = 1
        return []
    certain: list[Candidate] = []
    possible = 0
    for first, second in pairwise(numeric):
        if texts.place[second] - texts.place[first] != 1:
            continue
        a, b = texts.column(first), texts.column(second)
        both = np.isfinite(a.values) & np.isfinite(b.values)
        if not both.any():
            continue
        ways = [
            (x, y, header_x, header_y)
            for x, y, header_x, header_y in (
                (a.values[both], b.values[both], first, second),
                (b.values[both], a.values[both], second, first),
            )
            if (np.abs(x) <= 180.0).mean() >= CERTAIN_SHARE
            and (np.abs(y) <= 90.0).mean() >= CERTAIN_SHARE
        ]
        possible += bool(ways)
        certain += [
            Candidate(
                (0, 0, 0, 0, texts.place[first]),
                PositionColumns("pair", header_x, header_y, decimal_comma=a.is_comma or b.is_comma),
                "degrees",
                x,
                y,
                float(both.mean()),
                (),
                ("position:by_values",),
            )
            for x, y, header_x, header_y in ways
            if is_only_one_way(x, y, said.extent)
            and (said.extent is not None or _is_like_degrees(texts, first, second))
        ]
    if len(certain) == 1:
        return certain
    is_named = any(name.role != "point" for name in names.values())
    if possible or (is_named and numeric):
        notes["position:ambiguous"] = 1
    return []


def _is_like_degrees(texts: SampledTexts, first: str, second: str) -> bool:
    """Say whether two columns may be degrees for all that their headers say.

    Headers with words in them may name temperatures and pressures: then only numbers so fine and so
    close together count as measured positions do.
    """
    headers = (first, second)
    words = [word for header in headers for word in fold(header).split()]
    if all(len(word) < _WORD_LETTERS or word in _NAMELESS for word in words):
        return True
    return all(
        texts.column(header).share_with_decimals(_FINE_DECIMALS) >= CERTAIN_SHARE - SELDOM_SHARE
        and float(np.ptp(np.nanpercentile(texts.column(header).values, (10, 90)))) < _CLOSE_DEG
        for header in headers
    )


def _is_fine_number(texts: SampledTexts, header: str) -> bool:
    """Say whether nearly all cells of a column are numbers with three decimals or more."""
    few = [text for text in texts.of(header)[:_FIRST_CELLS] if not says_nothing(text)]
    if not few or all(read_coordinate(text, decimal_comma=True) is None for text in few[:5]):
        return False
    column = texts.column(header)
    return (
        column.readable >= CERTAIN_SHARE
        and column.share_with_decimals(3) >= CERTAIN_SHARE - SELDOM_SHARE
    )
