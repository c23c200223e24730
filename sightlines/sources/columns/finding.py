"""Finding the mapping of a table that nobody described.

A header says what a column may mean (`vocabulary`); the values below it have the last word
(`value_meanings`). What is certain enough stands in the mapping; what was concluded and
not read is noted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.crs import known_crs
from sightlines.sources.columns.dates import order_of
from sightlines.sources.columns.enforced_rules import rule_of_title
from sightlines.sources.columns.mapping import OSM_IDS, Mapping
from sightlines.sources.columns.positions import find_positions
from sightlines.sources.columns.value_meanings import (
    is_count,
    meaning_of,
    share_of,
    speaks_of_rules,
)
from sightlines.sources.columns.value_words import kind_of_title, names_cameras, names_enforcement
from sightlines.sources.columns.vocabulary import header_word
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from sightlines.sources.columns.position_columns import PositionColumns
    from sightlines.sources.table import Table, TableRow

# Rows that are looked at before a table is read: the first ones, and some of those behind them,
# for lists are often sorted by what differs.
_FIRST_ROWS = 1_000
_STEP = 25
_LAST_ROW = 50_000

_NEARLY_ALL = 0.9
_UNIQUE = 0.95

_TOTALS = frozenset(
    {"소계", "합계", "총계", "계", "總計", "總數", "合計", "合计", "小計", "total", "subtotal",
     "sum", "gesamt", "summe", "totale", "итого", "всего"}
)  # fmt: skip
_DATES = frozenset({"start_date", "observed_at"})
# Endings of the names of administrative areas in scripts that write them so.
_AREA_NAME = re.compile(r"\S{1,12}(?:[구군시읍면동도]|[區区市縣县鄉乡鎮镇里村府都])")

_NO_CAMERAS = (
    "No columns of longitude and latitude were found, nor one of addresses or areas of cameras: "
    "name them, for example 'lon' and 'lat', or say with --mapping what the columns mean."
)


@dataclass(frozen=True)
class Ask:
    """What whoever gives a table says about it.

    Parameters
    ----------
    title
        The file's stem; "" where there is none.
    crs
        Of its positions; None means: find out.
    kind
        Of every row that names none; None means: find out.
    extent
        Ground that the source covers, WGS 84; None for not stated.
    is_strict
        True for contributions: columns named as in the attribute table are taken at their word.
    source_title
        What its source is called; "" where that is not known.
    """

    title: str = ""
    crs: str | None = None
    kind: str | None = None
    extent: shapely.Geometry | None = None
    is_strict: bool = False
    source_title: str = ""


def find_mapping(
    table: Table, sample: Sequence[TableRow], ask: Ask
) -> tuple[Mapping, dict[str, int]]:
    """Find how a table is to be read.

    Parameters
    ----------
    table
        As its parser gives it.
    sample
        Its first rows.
    ask
        What is said about it.

    Returns
    -------
    mapping
        Complete: with it the table is read in the same way again.
    notes
        What was concluded, number by reason.

    Raises
    ------
    SourceRefusedError
        If there is neither a position nor an address or area of cameras, or the positions are in
        an unknown coordinate system.
    """
    position, found = find_positions(
        table.headers,
        sample,
        has_geometry=table.has_geometry,
        stated_crs=table.crs,
        crs=ask.crs,
        extent=ask.extent,
    )
    notes = Counter(found)
    texts = _texts_by_header(table.headers, sample, position)
    columns = _columns(texts, is_strict=ask.is_strict)
    titles = _titles(table, ask)
    if position.form == "none":
        _complete_unlocated(columns, texts, titles, notes)
    kind = ask.kind
    if kind is None and "tags" not in columns.values():
        kind = kind_of_title(*titles)
        if kind is not None:
            notes["kind:from_title"] = 1
        elif "kind" not in columns.values() and any(map(names_enforcement, table.headers)):
            kind = "enforcement"
            notes["kind:from_header"] = 1
    rule = None
    if kind == "enforcement":
        _add_rules(columns, texts)
        rule = _rule(titles, notes)
    dates = [
        text for header, meaning in columns.items() if meaning in _DATES for text in texts[header]
    ]
    order = order_of(dates)
    mapping = Mapping(
        position, columns, kind=kind, enforcement=rule, date_order=order, layout=table.layout
    )
    return mapping, dict(notes)


def _titles(table: Table, ask: Ask) -> tuple[str, ...]:
    return tuple(filter(None, (table.title, ask.title, ask.source_title)))


def _add_rules(columns: dict[str, str], texts: dict[str, list[str]]) -> None:
    """Find the column of a list of enforcement that says what each camera enforces."""
    if not {"kind", "enforcement"}.isdisjoint(columns.values()):
        return
    for header, below in texts.items():
        if header not in columns and speaks_of_rules(header, below):
            columns[header] = "enforcement"
            return


def _rule(titles: tuple[str, ...], notes: Counter[str]) -> str | None:
    """Return the one rule that a list is called after."""
    rules = rule_of_title(*titles)
    if len(rules) == 1:
        notes["enforcement:from_title"] = 1
        return rules[0]
    if rules:
        notes["enforcement:several_in_title"] = 1
    return None


def sample_of(table: Table) -> tuple[TableRow, ...]:
    """Return the rows that are looked at before a table is read.

    Returns
    -------
    tuple of TableRow
        About 3,000, in their order; empty for a table without rows.
    """
    return tuple(
        row
        for number, row in enumerate(islice(table.rows, _LAST_ROW))
        if number < _FIRST_ROWS or number % _STEP == 0
    )


def complete(
    mapping: Mapping, table: Table, sample: Sequence[TableRow], ask: Ask
) -> tuple[Mapping, dict[str, int]]:
    """Return a given mapping with what it leaves open, once it fits the table.

    Parameters
    ----------
    mapping
        As somebody wrote it; a position of the form `none` is found out.
    table, sample, ask
        As for `find_mapping`.

    Returns
    -------
    mapping, notes
        As for `find_mapping`.

    Raises
    ------
    SourceRefusedError
        If it names a column that the table does not have.
    """
    position = mapping.position
    named = [*mapping.columns, *filter(None, (position.x, position.y, position.point))]
    missing = [header for header in named if header not in table.headers]
    if missing:
        raise SourceRefusedError(
            f"The mapping names a column {clean(missing[0])[:80]!r} that the table does not have."
        )
    if position.form == "none":
        position, _ = find_positions(
            table.headers,
            sample,
            has_geometry=table.has_geometry,
            stated_crs=table.crs,
            crs=ask.crs,
            extent=ask.extent,
        )
    elif ask.crs is not None:
        position = replace(position, crs=known_crs(ask.crs))
    kind = ask.kind or mapping.kind
    notes: Counter[str] = Counter()
    rule = mapping.enforcement
    if rule is None and kind == "enforcement":
        rule = _rule(_titles(table, ask), notes)
    found = replace(mapping, layout=table.layout, position=position, kind=kind, enforcement=rule)
    return found, dict(notes)


def _texts_by_header(
    headers: Sequence[str], sample: Sequence[TableRow], position: PositionColumns
) -> dict[str, list[str]]:
    """Return what stands under each header that is not used for the position, blanks left out."""
    used = {position.x, position.y, position.point}
    return {
        header: [text for row in sample if (text := row.cells[number].strip())]
        for number, header in enumerate(headers)
        if header not in used
    }


def _columns(texts: dict[str, list[str]], *, is_strict: bool) -> dict[str, str]:
    """Say what each column means; better headers of one meaning come first."""
    ranked: list[tuple[int, str, str]] = []
    for header, below in texts.items():
        meaning, rank = meaning_of(header, below, is_strict=is_strict)
        if meaning is not None:
            ranked.append((rank, header, meaning))
    ranked.sort(key=lambda row: row[0])
    columns = {header: meaning for _, header, meaning in ranked}
    _keep_one(columns, "native_id", _best_id(columns, texts))
    for meaning, header in [(said, name) for name, said in columns.items() if said in OSM_IDS]:
        if len(set(texts[header])) < _UNIQUE * len(texts[header]):
            _keep_one(columns, meaning, None)  # it names something else, such as the road
    for meaning in ("kind", "status", "osm_type", *OSM_IDS, "tags"):
        named = [header for header, said in columns.items() if said == meaning]
        _keep_one(columns, meaning, named[0] if named else None)
    return columns


def _keep_one(columns: dict[str, str], meaning: str, kept: str | None) -> None:
    for header in [name for name, said in columns.items() if said == meaning and name != kept]:
        del columns[header]


def _best_id(columns: dict[str, str], texts: dict[str, list[str]]) -> str | None:
    """Return the header of the ids: the best one under which no value stands twice."""
    named = [header for header, meaning in columns.items() if meaning == "native_id"]
    longest = max((len(below) for below in texts.values()), default=0)
    named = [header for header in named if texts[header]]
    for header in named:
        below = texts[header]
        if len(set(below)) >= _UNIQUE * longest:
            return header
    return named[0] if named else None


def _complete_unlocated(
    columns: dict[str, str],
    texts: dict[str, list[str]],
    titles: tuple[str, ...],
    notes: Counter[str],
) -> None:
    """Find what a table without positions says of places and numbers, or refuse it.

    Raises
    ------
    SourceRefusedError
        If nothing shows that it lists cameras at all.
    """
    if "place" not in columns.values():
        for header, below in texts.items():
            may_be = columns.get(header) in (None, "operator", "addr_full")
            if may_be and below and share_of(below, _is_area_name) >= _NEARLY_ALL:
                columns[header] = "place"
                notes["place:from_values"] = 1
                break
    says_cameras = any(map(names_cameras, (*titles, *texts)))
    meanings = set(columns.values())
    if says_cameras and "place" in meanings and "camera_count" not in meanings:
        for header, below in texts.items():
            if header_word(header) in _TOTALS and below and share_of(below, is_count) == 1.0:
                columns[header] = "camera_count"
                notes["camera_count:from_total"] = 1
                break
    has_addresses = any(
        meaning == "addr_full" and len(texts[header]) > 0 for header, meaning in columns.items()
    )
    if not has_addresses and not ("place" in meanings | set(columns.values()) and says_cameras):
        raise SourceRefusedError(_NO_CAMERAS)


def _is_area_name(text: str) -> bool:
    return _AREA_NAME.fullmatch(text) is not None
